/** The incoming hooks of a channel: known by the digest of their address, at most ten, and how fast each may write. */
import type { Tables } from "../platform/migrations.ts";
import { TokenBuckets } from "../platform/rate-limit.ts";
import { type Refused, refuse } from "../protocol/errors.ts";
import { HOOK_NAME_MAX_POINTS, HOOK_RATE, HOOKS_MAX } from "../protocol/limits.ts";
import { countPoints } from "../protocol/text.ts";
import type { Person } from "../protocol/things.ts";
import type { Allowances } from "./allowances.ts";
import type { Announcements } from "./announcements.ts";
import type { ChannelAuth, ChannelRef, HookOutcome, HookText, NewHook } from "./rpc.ts";
import { mayAlwaysPost } from "./rules.ts";
import type { About } from "./tables.ts";

/** `claimed_at` (ms) is the directory's stamp of the name. */
export const HOOKS_TABLE =
  "CREATE TABLE hooks (id TEXT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL, claimed_at INTEGER NOT NULL) WITHOUT ROWID";

type HookRow = { readonly id: string; readonly name: string; readonly hash: string; readonly claimed_at: number };

type Parts = {
  readonly sql: SqlStorage;
  readonly tables: Tables;
  readonly about: () => About | undefined;
  /** Writes down what the channel is, before its first change. */
  readonly begin: (channel: ChannelRef) => void;
  readonly announcements: Announcements;
  readonly allowances: Allowances;
  /** Sends a message of an author that is no person. */
  readonly send: (
    author: Person,
    command: { readonly id: string; readonly text: string },
  ) => Refused | { readonly kind: "done" };
};

type Done = { readonly kind: "done" };

const DONE: Done = { kind: "done" };

export class Hooks {
  readonly #parts: Parts;
  readonly #buckets = new TokenBuckets(HOOK_RATE);

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  list(): readonly Person[] {
    return this.#rows().map(({ id, name }) => ({ id, name }));
  }

  /** Whether a person may add one more. */
  additionError(auth: ChannelAuth): Refused | undefined {
    const refused = this.#permissionError(auth);
    if (refused) return refused;
    return this.#rows().length >= HOOKS_MAX
      ? refuse("too_many", `A channel can have up to ${HOOKS_MAX} hooks.`)
      : undefined;
  }

  /** A hook whose name the directory has granted. */
  add(auth: ChannelAuth, { id, name, hash, claimedAt }: NewHook): Refused | Done {
    const { sql, tables, about, begin, allowances } = this.#parts;
    if (this.#rows().some((row) => row.id === id)) return DONE; // the platform repeats a call whose answer was lost
    const refused = this.additionError(auth) ?? allowances.takeSettings(auth.person.id, Date.now());
    if (refused) return refused;
    if (!about()) begin(auth.channel);
    tables.transact(() => sql.exec("INSERT INTO hooks VALUES (?, ?, ?, ?)", id, name, hash, claimedAt));
    return DONE;
  }

  /** Ends a hook: its address is worth nothing in this turn, and its name is free soon. */
  remove(auth: ChannelAuth, id: string): Refused | Done {
    const { sql, tables, announcements } = this.#parts;
    const hook = this.#rows().find((row) => row.id === id);
    if (!hook) return refuse("not_found", "This hook doesn't exist.");
    const refused = this.#permissionError(auth);
    if (refused) return refused;
    tables.transact(() => {
      sql.exec("DELETE FROM hooks WHERE id = ?", id);
      announcements.putRelease(hook.id, hook.name, hook.claimed_at);
    });
    void announcements.deliver();
    return DONE;
  }

  /** The channel ends: all names are free. Inside its transaction. */
  end(): void {
    for (const { id, name, claimed_at: claimedAt } of this.#rows())
      this.#parts.announcements.putRelease(id, name, claimedAt);
    this.#parts.sql.exec("DELETE FROM hooks");
  }

  /** A message that came to a hook's address. */
  receive(hash: string, { id, text, username }: HookText, now: number): HookOutcome {
    const hook = this.#rows().find((row) => row.hash === hash);
    if (!hook) return { kind: "no service" };
    const waitMs = this.#buckets.waitMs(hook.id, now);
    if (waitMs > 0) return refuse("rate_limited", "This hook is sending too fast. Wait a moment.", waitMs);
    this.#buckets.take(hook.id, now);
    return this.#parts.send({ id: hook.id, name: signature(hook.name, username), bot: true }, { id, text });
  }

  /** Where only some may post, only they may add hooks. */
  #permissionError(auth: ChannelAuth): Refused | undefined {
    if (auth.channel.kind === "direct") return refuse("forbidden", "A direct conversation has no hooks.");
    const about = this.#parts.about();
    if (about?.rules.posting !== "creator" || mayAlwaysPost(about, auth)) return undefined;
    return refuse("forbidden", `Only ${about.createdBy.name} can add hooks here.`);
  }

  #rows(): readonly HookRow[] {
    if (!this.#parts.tables.exist) return [];
    return this.#parts.sql.exec<HookRow>("SELECT * FROM hooks ORDER BY id").toArray();
  }
}

/** How a hook's messages are signed: its own name, and the one that the sender asks for. */
function signature(name: string, username: string | undefined): string {
  const wanted = username?.replace(/[\p{C}\s]+/gu, " ").trim() ?? "";
  const whole = wanted === "" ? name : `${name} · ${wanted}`;
  return countPoints(whole) <= HOOK_NAME_MAX_POINTS
    ? whole
    : `${[...whole].slice(0, HOOK_NAME_MAX_POINTS - 1).join("")}…`;
}
