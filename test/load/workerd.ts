/** Worker code on plain workerd, without the proxies of `wrangler dev`: what it costs there is what it costs. No files, no pages. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { freePort } from "../site.ts";

const project = new URL("../..", import.meta.url).pathname;

/** What is run. `modules` are files, the first of them the Worker; each object class is bound by its name in capitals, without `Object`. */
export type Program = {
  readonly modules: readonly [string, ...string[]];
  readonly objects: readonly string[];
  readonly flags?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  /** Where the runtime's inspector listens, if it does. */
  readonly inspectorPort?: number;
};

/** This product as `deploy` would send it, or with its names and modules to be read, built into `folder`. */
export function buildProduct(folder: string, { isMinified = true } = {}): Program {
  const wrangler = join(project, "node_modules/wrangler/bin/wrangler.js");
  const env = { ...process.env, CI: "1", WRANGLER_SEND_ERROR_REPORTS: "false", WRANGLER_HIDE_BANNER: "true" };
  execFileSync(
    process.execPath,
    [wrangler, "deploy", "--dry-run", ...(isMinified ? ["--minify"] : []), "--outdir", folder],
    {
      cwd: project,
      env,
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  const flags =
    /compatibility_flags = (\[.*\])/.exec(readFileSync(join(project, "wrangler.toml"), "utf8"))?.[1] ?? "[]";
  return {
    modules: [join(folder, "index.js")],
    objects: ["ChannelObject", "DirectoryObject", "PeopleObject", "RelayObject"],
    flags: JSON.parse(flags),
  };
}

export class Workerd {
  readonly #folder = mkdtempSync(join(tmpdir(), "flack-workerd-"));
  readonly #program: Program;
  #port = 0;
  #child: ChildProcess | undefined;

  /** Without a program it is this product, built anew; `variables` come to its own. */
  constructor(program?: Program, variables: Readonly<Record<string, string>> = {}) {
    const { variables: own, ...about } = program ?? buildProduct(this.#folder);
    this.#program = { ...about, variables: { ...own, ...variables } };
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async start(): Promise<void> {
    this.#port ||= await freePort();
    mkdirSync(join(this.#folder, "disk"), { recursive: true });
    const config = join(this.#folder, "config.capnp");
    writeFileSync(config, this.#config());
    const { inspectorPort } = this.#program;
    const inspector = inspectorPort === undefined ? [] : [`--inspector-addr=127.0.0.1:${inspectorPort}`];
    const child = spawn(join(project, "node_modules/.bin/workerd"), ["serve", config, ...inspector], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    this.#child = child;
    await untilUp(this.url, child);
  }

  /** Resident memory (bytes). */
  memory(): number {
    return residentBytes(this.pid);
  }

  /** Stops, and starts again with what is on disk. */
  async restart(): Promise<void> {
    await this.#end();
    await this.start();
  }

  async stop(): Promise<void> {
    await this.#end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #end(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGINT");
    await ended;
  }

  #config(): string {
    const date = /compatibility_date = "([^"]+)"/.exec(readFileSync(join(project, "wrangler.toml"), "utf8"))?.[1];
    const { modules, objects, flags = [], variables = {} } = this.#program;
    for (const file of modules) writeFileSync(join(this.#folder, basename(file)), readFileSync(file));
    const lines = (all: readonly string[]) => all.map((line) => `    ${line},`).join("\n");
    return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "disk", disk = (path = "${join(this.#folder, "disk")}", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${this.#port}", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [
${lines(modules.map((file) => `(name = "${basename(file)}", esModule = embed "${basename(file)}")`))}
  ],
  compatibilityDate = "${date}",
  compatibilityFlags = ${JSON.stringify(flags)},
  durableObjectNamespaces = [
${lines(objects.map((name) => `(className = "${name}", uniqueKey = "${name.toLowerCase()}", enableSql = true)`))}
  ],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [
${lines(objects.map((name) => `(name = "${bindingOf(name)}", durableObjectNamespace = "${name}")`))}
${lines(Object.entries(variables).map(([name, text]) => `(name = "${name}", text = "${text}")`))}
  ],
);
`;
  }
}

function bindingOf(className: string): string {
  return className.replace(/Object$/, "").toUpperCase();
}

/** Waits until something answers at `url`, at most ten seconds. */
export async function untilUp(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; ; tries++) {
    const isUp = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    if (tries > 100 || child.exitCode !== null) throw new Error("the server did not start");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What a process holds in memory (bytes). */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}
