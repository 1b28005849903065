/**
 * The devices of a shard's people that take pushes, until when a person wants none, and pushes that failed. One row each; texts are in
 * none of them.
 */
import type { Tables } from "../platform/migrations.ts";
import type { Device, VapidKeys } from "../platform/push-service.ts";
import { SUBSCRIPTIONS_MAX } from "../protocol/limits.ts";

/** `session` is the one that subscribed: the row goes with it. `push_keys` has one row. Times in ms. */
export const SUBSCRIPTION_TABLES = [
  "CREATE TABLE subscriptions (endpoint TEXT PRIMARY KEY, person TEXT NOT NULL, session TEXT NOT NULL, p256dh TEXT NOT NULL, auth TEXT NOT NULL, origin TEXT NOT NULL, made_at INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE INDEX subscriptions_by_person ON subscriptions (person)",
  "CREATE TABLE push_pauses (person TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE TABLE push_keys (public_key TEXT NOT NULL, private_key TEXT NOT NULL)",
  "CREATE TABLE push_retries (endpoint TEXT NOT NULL, person TEXT NOT NULL, channel TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, reason TEXT NOT NULL, tries INTEGER NOT NULL, due_at INTEGER NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (endpoint, epoch)) WITHOUT ROWID",
];

/** A retry that was begun and did not end is begun again after this time (ms). */
const AGAIN_MS = 60_000;

export type Subscription = Device & { readonly person: string; readonly session: string };

/** Why a message concerns a person. `all`: they want to hear of everything there. */
export type PushReason = "mention" | "reply" | "direct" | "all";

/** A message that concerns a person, by its number. */
export type Wanted = {
  readonly person: string;
  readonly channel: string;
  readonly epoch: string;
  readonly seq: number;
  readonly reason: PushReason;
};

/** A push that failed: of which message, how often, and until when (ms) it is tried. */
export type Retry = Wanted & { readonly endpoint: string; readonly tries: number; readonly until: number };

type SubscriptionRow = Record<"endpoint" | "person" | "session" | "p256dh" | "auth" | "origin", string>;
type RetryRow = {
  readonly endpoint: string;
  readonly person: string;
  readonly channel: string;
  readonly epoch: string;
  readonly seq: number;
  readonly reason: string;
  readonly tries: number;
  readonly due_at: number;
  readonly until: number;
};

export class Subscriptions {
  readonly #sql: SqlStorage;
  readonly #tables: Tables;
  /** Who has any: most people have none, and nothing is looked up for them. */
  #people: Set<string> | undefined;

  constructor(sql: SqlStorage, tables: Tables) {
    this.#sql = sql;
    this.#tables = tables;
  }

  has(personId: string): boolean {
    return this.people().has(personId);
  }

  /** Everyone who has a device. */
  people(): ReadonlySet<string> {
    if (!this.#tables.exist) return new Set();
    this.#people ??= new Set(
      this.#sql
        .exec<{ person: string }>("SELECT DISTINCT person FROM subscriptions")
        .toArray()
        .map(({ person }) => person),
    );
    return this.#people;
  }

  of(personId: string): readonly Subscription[] {
    if (!this.has(personId)) return [];
    return this.#sql
      .exec<SubscriptionRow>("SELECT * FROM subscriptions WHERE person = ? ORDER BY made_at", personId)
      .toArray();
  }

  find(endpoint: string): Subscription | undefined {
    if (!this.#tables.exist) return undefined;
    return this.#sql.exec<SubscriptionRow>("SELECT * FROM subscriptions WHERE endpoint = ?", endpoint).toArray()[0];
  }

  ofSession(session: string): boolean {
    if (!this.#tables.exist) return false;
    return this.#sql.exec("SELECT 1 FROM subscriptions WHERE session = ?", session).toArray().length > 0;
  }

  /** A device takes pushes from now on, or under new keys. Where a person has too many, the oldest go. */
  put({ endpoint, person, session, p256dh, auth, origin }: Subscription, keys: VapidKeys, now: number): void {
    const held = this.find(endpoint);
    const isSame =
      held && held.person === person && held.session === session && held.p256dh === p256dh && held.auth === auth;
    if (isSame && held.origin === origin) return;
    this.#tables.transact(() => {
      // What was meant for another person is not for this one.
      if (held && held.person !== person) this.#sql.exec("DELETE FROM push_retries WHERE endpoint = ?", endpoint);
      this.#sql.exec(
        "INSERT OR REPLACE INTO subscriptions VALUES (?, ?, ?, ?, ?, ?, ?)",
        ...[endpoint, person, session, p256dh, auth, origin, now],
      );
      const known = this.keys();
      if (known?.publicKey !== keys.publicKey) {
        this.#sql.exec("DELETE FROM push_keys");
        this.#sql.exec("INSERT INTO push_keys VALUES (?, ?)", keys.publicKey, keys.privateKey);
      }
      this.#sql.exec(
        `DELETE FROM subscriptions WHERE person = ?1 AND endpoint NOT IN
         (SELECT endpoint FROM subscriptions WHERE person = ?1 ORDER BY made_at DESC, endpoint LIMIT ?2)`,
        person,
        SUBSCRIPTIONS_MAX,
      );
    });
    this.#people = undefined;
  }

  /** A device takes none any more; only that person's, if one is named. */
  delete(endpoint: string, personId?: string): void {
    if (!this.#tables.exist || this.find(endpoint) === undefined) return;
    if (personId !== undefined && this.find(endpoint)?.person !== personId) return;
    this.#sql.exec("DELETE FROM subscriptions WHERE endpoint = ?", endpoint);
    this.#sql.exec("DELETE FROM push_retries WHERE endpoint = ?", endpoint);
    this.#people = undefined;
  }

  /** A session ends, and its device with it. Inside a transaction. */
  deleteSession(session: string): void {
    if (!this.ofSession(session)) return;
    this.#sql.exec(
      "DELETE FROM push_retries WHERE endpoint IN (SELECT endpoint FROM subscriptions WHERE session = ?)",
      session,
    );
    this.#sql.exec("DELETE FROM subscriptions WHERE session = ?", session);
    this.#people = undefined;
  }

  keys(): VapidKeys | undefined {
    if (!this.#tables.exist) return undefined;
    const [row] = this.#sql.exec<{ public_key: string; private_key: string }>("SELECT * FROM push_keys").toArray();
    return row && { publicKey: row.public_key, privateKey: row.private_key };
  }

  /** Until when (ms) a person wants no push; 0 for now they do. */
  pausedUntil(personId: string): number {
    if (!this.#tables.exist) return 0;
    return (
      this.#sql.exec<{ until: number }>("SELECT until FROM push_pauses WHERE person = ?", personId).toArray()[0]
        ?.until ?? 0
    );
  }

  pause(personId: string, until: number): void {
    this.#tables.transact(() => {
      if (until === 0) this.#sql.exec("DELETE FROM push_pauses WHERE person = ?", personId);
      else this.#sql.exec("INSERT OR REPLACE INTO push_pauses VALUES (?, ?)", personId, until);
    });
  }

  /** A push has failed and is tried again at that time (ms). A newer one of the same conversation takes its place. */
  putRetry({ endpoint, person, channel, epoch, seq, reason, tries, until }: Retry, dueAt: number): void {
    this.#tables.transact(() =>
      this.#sql.exec(
        `INSERT INTO push_retries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (endpoint, epoch) DO UPDATE SET
         person = excluded.person, seq = excluded.seq, reason = excluded.reason, tries = excluded.tries,
         due_at = excluded.due_at, until = excluded.until WHERE excluded.seq >= seq`,
        ...[endpoint, person, channel, epoch, seq, reason, tries, dueAt, until],
      ),
    );
  }

  /** A push has arrived, or never will: neither it nor an older one of the conversation is tried again. */
  deleteRetry({ endpoint, epoch, seq }: Pick<Retry, "endpoint" | "epoch" | "seq">): void {
    if (this.retryDueAt() === undefined) return;
    this.#sql.exec("DELETE FROM push_retries WHERE endpoint = ? AND epoch = ? AND seq <= ?", endpoint, epoch, seq);
  }

  retryDueAt(): number | undefined {
    if (!this.#tables.exist) return undefined;
    const { at } = this.#sql.exec<{ at: number | null }>("SELECT MIN(due_at) AS at FROM push_retries").one();
    return at ?? undefined;
  }

  /** Some of those that are due. Each is due again in a minute, should this object die meanwhile. */
  takeRetries(now: number, limit: number): readonly Retry[] {
    const rows = this.#sql
      .exec<RetryRow>("SELECT * FROM push_retries WHERE due_at <= ? ORDER BY due_at LIMIT ?", now, limit)
      .toArray();
    for (const { endpoint, epoch } of rows)
      this.#sql.exec(
        "UPDATE push_retries SET due_at = ? WHERE endpoint = ? AND epoch = ?",
        now + AGAIN_MS,
        endpoint,
        epoch,
      );
    return rows.map(({ due_at: _, reason, ...row }) => ({ ...row, reason: reasonOf(reason) }));
  }

  /** Once a day. */
  forgetOld(now: number): void {
    this.#sql.exec("DELETE FROM subscriptions WHERE person NOT IN (SELECT person FROM sessions)");
    this.#sql.exec("DELETE FROM push_pauses WHERE until <= ?", now);
    this.#people = undefined;
  }
}

function reasonOf(text: string): PushReason {
  return text === "mention" || text === "reply" || text === "direct" ? text : "all";
}
