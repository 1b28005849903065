/** The built Worker on plain workerd, without the proxies of `wrangler dev`: what it costs there is what it costs. No files, no pages. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../site.ts";

const project = new URL("../..", import.meta.url).pathname;

export class Workerd {
  readonly #folder = mkdtempSync(join(tmpdir(), "flack-workerd-"));
  #port = 0;
  #child: ChildProcess | undefined;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    const wrangler = join(project, "node_modules/wrangler/bin/wrangler.js");
    const env = { ...process.env, CI: "1", WRANGLER_SEND_ERROR_REPORTS: "false", WRANGLER_HIDE_BANNER: "true" };
    execFileSync(process.execPath, [wrangler, "deploy", "--dry-run", "--minify", "--outdir", this.#folder], {
      cwd: project,
      env,
      stdio: ["ignore", "ignore", "inherit"],
    });
    this.#port = await freePort();
    mkdirSync(join(this.#folder, "disk"));
    writeFileSync(join(this.#folder, "config.capnp"), this.#config());
    const child = spawn(join(project, "node_modules/.bin/workerd"), ["serve", join(this.#folder, "config.capnp")], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    this.#child = child;
    for (let tries = 0; ; tries++) {
      const isUp = await fetch(`${this.url}/api/health`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isUp) return;
      if (tries > 100 || child.exitCode !== null) throw new Error("workerd did not start");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Resident memory (bytes). */
  memory(): number {
    const status = readFileSync(`/proc/${this.#child?.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child && child.exitCode === null) {
      const ended = once(child, "exit");
      child.kill("SIGINT");
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #config(): string {
    const date = /compatibility_date = "([^"]+)"/.exec(readFileSync(join(project, "wrangler.toml"), "utf8"))?.[1];
    return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "flack", worker = .flack),
    (name = "disk", disk = (path = "${join(this.#folder, "disk")}", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${this.#port}", http = (), service = "flack")],
);
const flack :Workerd.Worker = (
  modules = [(name = "index.js", esModule = embed "index.js")],
  compatibilityDate = "${date}",
  durableObjectNamespaces = [
    (className = "Channel", uniqueKey = "channel", enableSql = true),
    (className = "Directory", uniqueKey = "directory", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [
    (name = "CHANNEL", durableObjectNamespace = "Channel"),
    (name = "DIRECTORY", durableObjectNamespace = "Directory"),
  ],
);
`;
  }
}
