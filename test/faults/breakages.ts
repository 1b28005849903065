/**
 * Whether the fault run sees what it is there to see: the product is broken on purpose, each time in another way, in a copy
 * of its own, and the run has to notice. What gathers everything is not broken: the run finds nothing, and the attacks fail as ever.
 *
 *   npm run test:faults:broken                       arguments go on to the fault run
 *   npm run test:faults:broken -- --only=session     those whose description has that word
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

type Change = { readonly file: string; readonly from: string; readonly to: string };

/** `finds`: the anomalies of which the run has to notice at least one; none for what is not broken. */
type Breakage = { readonly what: string; readonly changes: readonly Change[]; readonly finds: readonly string[] };

const BREAKAGES: readonly Breakage[] = [
  {
    what: "nothing broken, but everything gathered for a quarter of a second",
    changes: [
      {
        file: "worker/platform/broadcast.ts",
        from: "const BATCH_MS_PER_SOCKET = 0.05;",
        to: "const BATCH_MS_PER_SOCKET = 250;",
      },
    ],
    finds: [],
  },
  {
    what: "what a relay has missed is not sent again",
    changes: [
      {
        file: "worker/channel/relay-link.ts",
        from: "await (this.#isBehind ? this.#sync() : this.#deliver());",
        to: "await this.#deliver();\n        this.#isBehind = false;",
      },
      { file: "worker/relay/window.ts", from: "delivery.from > this.#position", to: "delivery.from < 0" },
    ],
    finds: ["readers disagree", "told but lost"],
  },
  {
    what: "relays are not told of sessions that have ended",
    changes: [
      { file: "worker/channel/relayed-object.ts", from: "    await this.parts.relays.endSession(session);\n", to: "" },
      {
        file: "worker/channel/guarded-object.ts",
        from: "return this.parts.authority.authorize(auth, Date.now());",
        to: 'return { kind: "authorized", auth };',
      },
    ],
    finds: ["written after its session ended"],
  },
  {
    what: "shards are not told who left a private channel",
    changes: [
      {
        file: "worker/channel/membership.ts",
        from: "announcements.put(entryOf(next, people, messages.history), next.settings, people, former);",
        to: "if (former.length === 0) announcements.put(entryOf(next, people, messages.history), next.settings, people, former);",
      },
    ],
    finds: ["list entry without membership"],
  },
  {
    what: "an age limit that takes nothing",
    changes: [{ file: "worker/channel/age-limit.ts", from: "if (old.length > 0) this.#parts.expire(old);", to: "" }],
    finds: ["older than its age limit"],
  },
  {
    what: "sockets of who was taken out of a private channel stay open",
    changes: [{ file: "worker/channel/membership.ts", from: "    left(personId);\n", to: "" }],
    finds: ["seen by a non-member"],
  },
  {
    what: "an await between the decision and the insert",
    changes: [
      {
        file: "worker/channel/messages.ts",
        from: "this.#commit(decision.message, auth, now);",
        to: "void scheduler.wait(1).then(() => this.#commit(decision.message, auth, now));",
      },
    ],
    finds: ["id twice", "number changed"],
  },
  {
    what: "sending before writing",
    changes: [
      {
        file: "worker/channel/messages.ts",
        from: "store.write(message, leaving, files, channel, isNews ? now : undefined);",
        to: "setTimeout(() => store.write(message, leaving, files, channel, isNews ? now : undefined), 100);",
      },
    ],
    finds: ["told but lost"],
  },
  {
    what: "an id that was sent before is not looked up",
    changes: [
      {
        file: "worker/channel/decide.ts",
        from: "  const held = find(history, command.id);\n  if (held) {",
        to: "  const held = find({ ...history, messages: [] }, command.id);\n  if (held) {",
      },
    ],
    finds: ["number changed", "id twice"],
  },
  {
    what: "a window of 101",
    changes: [
      {
        file: "worker/protocol/limits.ts",
        from: "export const WINDOW_MESSAGES = 100;",
        to: "export const WINDOW_MESSAGES = 101;",
      },
    ],
    finds: ["more than 100"],
  },
  {
    what: "others are told once only",
    changes: [
      {
        file: "worker/channel/reports.ts",
        from: "target.owed.restore(taken, this.#ways.history());",
        to: "",
      },
      {
        file: "worker/channel/reports.ts",
        from: "return { dueAt: () => this.#resendAt, isUpkeep: true, run: () => this.#resend() };",
        to: "return { dueAt: () => undefined, run: () => void this.#resend };",
      },
    ],
    finds: ["direct message never announced"],
  },
  {
    what: "a session that is cached elsewhere",
    changes: [
      {
        file: "worker/http/context.ts",
        from: "const checked = await ownShard(c).check({ ...session, ...asked, mayRenew: !isUpgrade(c) });",
        to: `const cache: Map<string, CheckedSession> = (Reflect.get(globalThis, "cache") ?? new Map());
  Reflect.set(globalThis, "cache", cache);
  const key = session.session + asked.channelId;
  const checked = cache.get(key) ?? (await ownShard(c).check({ ...session, ...asked, mayRenew: !isUpgrade(c) }));
  if (checked) cache.set(key, checked);`,
      },
      {
        file: "worker/platform/authority.ts",
        from: "    if (this.#recentlyEndedSessions.has(auth.session)) return SESSION_ENDED;\n",
        to: '    if (now > 0) return { kind: "authorized", auth };\n',
      },
    ],
    finds: ["written after its session ended"],
  },
  {
    what: "a conflict of names that is decided without asking the holder",
    changes: [
      {
        file: "worker/directory/names.ts",
        from: "const answer = await this.#ask(holder);",
        to: "const answer: Awaited<ReturnType<AskHolder>> | undefined = this.#ask && { holds: false, until: 0 };",
      },
      {
        file: "worker/protocol/limits.ts",
        from: "export const CLAIM_MAX_AGE_MS = 10 * SECOND_MS;",
        to: "export const CLAIM_MAX_AGE_MS = SECOND_MS;",
      },
    ],
    finds: ["two holders of a name", "a living person without a name"],
  },
  {
    what: "an older version that overwrites a newer one",
    changes: [
      {
        file: "worker/protocol/history.ts",
        from: "if (!held || held.rev < message.rev) byId.set(message.id, message);",
        to: "if (!held || held.rev > message.rev) byId.set(message.id, message);",
      },
    ],
    finds: ["readers disagree", "told but lost", "deleted seen again"],
  },
];

const { values } = parseArgs({ options: { only: { type: "string", default: "" } }, strict: false });
const only = String(values["only"] ?? "");
const chosen = BREAKAGES.filter(({ what }) => what.includes(only));
const project = new URL("../..", import.meta.url).pathname;
const files = execFileSync("git", ["ls-files"], { cwd: project, encoding: "utf8" }).trim().split("\n");
let unnoticed = 0;

for (const { what, changes, finds } of chosen) {
  const copy = mkdtempSync(join(tmpdir(), "flack-broken-"));
  try {
    for (const name of files) cpSync(join(project, name), join(copy, name));
    symlinkSync(join(project, "node_modules"), join(copy, "node_modules"));
    for (const { file, from, to } of changes) {
      const source = readFileSync(join(copy, file), "utf8");
      if (source.split(from).length !== 2)
        throw new Error(`${file} no longer reads as expected, so "${what}" cannot be tried`);
      writeFileSync(join(copy, file), source.replace(from, to));
    }
    const run = spawnSync(
      process.execPath,
      [
        join(project, "test/faults/run.ts"),
        "--folder",
        copy,
        ...process.argv.slice(2).filter((arg) => !arg.startsWith("--only")),
      ],
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
console.log(`${chosen.length - unnoticed} passed, ${unnoticed} failed`);
process.exitCode = unnoticed === 0 ? 0 : 1;

/** Whether the product in this folder passes the list of attacks. */
function withstands(folder: string): boolean {
  const vitest = join(project, "node_modules/vitest/vitest.mjs");
  const options = [
    "run",
    "--config",
    "test/vitest.config.ts",
    "--project",
    "worker",
    "test/worker/http/attacks.test.ts",
  ];
  const { status, stdout } = spawnSync(process.execPath, [vitest, ...options], { cwd: folder, encoding: "utf8" });
  if (status !== 0) console.log(stdout);
  return status === 0;
}
