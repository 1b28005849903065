/**
 * Whether the fault run sees what it is there to see: the product is broken on purpose, each time in another way, in a copy
 * of its own, and the run has to notice. What gathers everything is not broken: the run finds nothing, and the attacks fail as ever.
 *
 *   npm run test:faults:broken                arguments go on to the fault run
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** `finds`: the anomalies of which the run has to notice at least one; none for what is not broken. */
type Breakage = {
  readonly what: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly finds: readonly string[];
};

const BREAKAGES: readonly Breakage[] = [
  {
    what: "nothing broken, but everything gathered for a quarter of a second",
    file: "worker/platform/broadcast.ts",
    from: "const BATCH_MS_PER_SOCKET = 0.05;",
    to: "const BATCH_MS_PER_SOCKET = 250;",
    finds: [],
  },
  {
    what: "an await between the decision and the insert",
    file: "worker/channel/channel.ts",
    from: "this.#commit(decision.message, auth.channel, now);",
    to: "void scheduler.wait(1).then(() => this.#commit(decision.message, auth.channel, now));",
    finds: ["id twice", "number changed"],
  },
  {
    what: "telling before writing",
    file: "worker/channel/channel.ts",
    from: "this.#store.write(message, leaving, files, channel);",
    to: "setTimeout(() => this.#store.write(message, leaving, files, channel), 100);",
    finds: ["told but lost"],
  },
  {
    what: "an id that was sent before is not looked up",
    file: "worker/channel/decide.ts",
    from: "  const held = find(history, command.id);\n  if (held) {",
    to: "  const held = find({ ...history, messages: [] }, command.id);\n  if (held) {",
    finds: ["number changed", "id twice"],
  },
  {
    what: "a window of 101",
    file: "worker/protocol/limits.ts",
    from: "export const WINDOW_MESSAGES = 100;",
    to: "export const WINDOW_MESSAGES = 101;",
    finds: ["more than 100"],
  },
];

const project = new URL("../..", import.meta.url).pathname;
const files = execFileSync("git", ["ls-files"], { cwd: project, encoding: "utf8" }).trim().split("\n");
let unnoticed = 0;

for (const { what, file, from, to, finds } of BREAKAGES) {
  const copy = mkdtempSync(join(tmpdir(), "flack-broken-"));
  try {
    for (const name of files) cpSync(join(project, name), join(copy, name));
    symlinkSync(join(project, "node_modules"), join(copy, "node_modules"));
    const source = readFileSync(join(copy, file), "utf8");
    if (source.split(from).length !== 2)
      throw new Error(`${file} no longer reads as expected, so "${what}" cannot be tried`);
    writeFileSync(join(copy, file), source.replace(from, to));
    const run = spawnSync(
      process.execPath,
      [join(project, "test/faults/run.ts"), "--folder", copy, ...process.argv.slice(2)],
      {
        encoding: "utf8",
      },
    );
    const found = [...run.stdout.matchAll(/^anomalies: (.*): ([1-9]\d*)$/gm)].map(([, name = "", count]) => ({
      name,
      count,
    }));
    const isRight =
      finds.length === 0 ? run.status === 0 && withstands(copy) : found.some(({ name }) => finds.includes(name));
    if (!isRight) unnoticed++;
    const figures = found.map(({ name, count }) => `${count} ${name}`).join(", ") || "nothing";
    console.log(`${isRight ? "as expected" : "NOT SO"}: ${what}: found ${figures}`);
    if (!isRight) console.log(run.stdout + run.stderr);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
console.log(`${BREAKAGES.length - unnoticed} passed, ${unnoticed} failed`);
process.exitCode = unnoticed === 0 ? 0 : 1;

/** Whether the product in this folder passes the list of attacks. */
function withstands(folder: string): boolean {
  const vitest = join(project, "node_modules/vitest/vitest.mjs");
  const options = ["run", "--config", "test/vitest.config.ts", "--project", "worker", "test/worker/attacks.test.ts"];
  const { status, stdout } = spawnSync(process.execPath, [vitest, ...options], { cwd: folder, encoding: "utf8" });
  if (status !== 0) console.log(stdout);
  return status === 0;
}
