/** The product as it is run: `npm start` on a port and a state folder of its own. Stopped by its own process group. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const project = new URL("..", import.meta.url).pathname;
/** `SHARD_PEOPLE=3 RELAY_SOCKETS=2` in the environment make every site small, as in the worker's tests. */
const SMALL = ["SHARD_PEOPLE", "RELAY_SOCKETS"].flatMap((name) =>
  process.env[name] ? [`${name}:${process.env[name]}`] : [],
);
/** How long (ms) a start may take, the build included, on a slow machine. */
const START_MS = 45_000;

export class Site {
  /** Variables of this site, as `NAME:value`. */
  readonly #variables: readonly string[];
  readonly #state = mkdtempSync(join(tmpdir(), "flack-site-"));
  #port = 0;
  #child: ChildProcess | undefined;
  #output = "";

  /** The folder whose code is run. */
  readonly #folder: string;
  /** Another entry than the product's own, relative to the folder. */
  readonly #entry: string | undefined;

  constructor(variables: readonly string[] = [], folder: string = project, entry?: string) {
    this.#variables = [...SMALL, ...variables];
    this.#folder = folder;
    this.#entry = entry;
  }

  /** Everything the server keeps lies below it. */
  get stateFolder(): string {
    return this.#state;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://localhost:${this.#port}`;
  }

  /** Starts the server, on the same port and state as before if it ran already. Once more if it exits at once. */
  async start(): Promise<void> {
    this.#port ||= await freePort();
    try {
      await this.#tryStart();
    } catch {
      await this.#tryStart();
    }
  }

  /** As a person stops it: SIGINT, and everything is given back. */
  async stop(): Promise<void> {
    await this.#end("SIGINT");
  }

  /** As a power cut stops it: every process at once, nothing is finished. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Holds every process still, as a machine that hangs; `resume` lets them go on. */
  freeze(): void {
    if (this.#child?.pid) process.kill(-this.#child.pid, "SIGSTOP");
  }

  resume(): void {
    if (this.#child?.pid) process.kill(-this.#child.pid, "SIGCONT");
  }

  /** Stops for good and leaves nothing behind. */
  async clear(): Promise<void> {
    await this.stop();
    rmSync(this.#state, { recursive: true, force: true });
  }

  async #tryStart(): Promise<void> {
    this.#output = "";
    const args = [
      "start",
      "--",
      ...(this.#entry === undefined ? [] : [this.#entry]),
      "--port",
      String(this.#port),
      "--persist-to",
      this.#state,
    ];
    for (const variable of this.#variables) args.push("--var", variable);
    const { NODE_ENV: _, ...env } = process.env; // the test runner's own: a site built for it would carry debugging aids
    const child = spawn("npm", args, { cwd: this.#folder, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      const timeout = setTimeout(() => reject(new Error(`no server in time:\n${this.#output}`)), START_MS);
      const read = (chunk: Buffer): void => {
        this.#output += chunk.toString();
        if (!this.#output.includes("Ready on")) return;
        clearTimeout(timeout);
        resolve();
      };
      child.stdout?.on("data", read);
      child.stderr?.on("data", read);
      child.once("exit", () => {
        clearTimeout(timeout);
        reject(new Error(`the server ended:\n${this.#output}`));
      });
    });
  }

  async #end(signal: "SIGINT" | "SIGKILL"): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child?.pid || child.exitCode !== null) return;
    const ended = once(child, "close");
    process.kill(-child.pid, signal);
    await ended;
  }
}

/** A port of the loopback that nobody uses. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (typeof address !== "object" || !address) throw new Error("no port");
  return address.port;
}
