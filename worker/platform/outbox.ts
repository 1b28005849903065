/**
 * What an object must tell to others, written down until they have acknowledged it: the end of a session, a new name, a removal.
 *
 *   put (in the transaction of the change) ──▶ row ──flush──▶ call ──acknowledged──▶ row gone
 *                                               ▲              │
 *                                               └── backoff ◀──┘ failed
 *
 * One row per target and subject; a newer version replaces an older one. Receivers take the same news twice without harm.
 */
import { log } from "./log.ts";
import { backoffMs } from "./retry.ts";
import type { Job } from "./schedule.ts";

export const OUTBOX_TABLE =
  "CREATE TABLE outbox (target TEXT NOT NULL, subject TEXT NOT NULL, version INTEGER NOT NULL, payload TEXT NOT NULL, PRIMARY KEY (target, subject)) WITHOUT ROWID";

/** Calls of one run. A request on the free plan may make 50; the rest follows by the alarm. */
const CALLS_PER_RUN = 40;

/** `payload` is JSON that the owner of the outbox writes and reads. */
export type OutboxRow = {
  readonly target: string;
  readonly subject: string;
  readonly version: number;
  readonly payload: string;
};

type Failures = { readonly count: number; readonly retryAt: number };

export class Outbox {
  readonly #sql: SqlStorage;
  readonly #exists: () => boolean;
  readonly #send: (target: string, row: OutboxRow) => Promise<void>;
  readonly #rescheduled: () => void;
  readonly #failures = new Map<string, Failures>();
  readonly #underWay = new Set<string>();
  /** When (ms) to look again; `undefined`: there are no rows. */
  #dueAt: number | undefined;
  #acknowledged = Promise.withResolvers<void>();

  /** `send` tells a target one row and returns when the target has acknowledged it. `exists`: whether the table is there. `rescheduled`: the job is due at another time. */
  constructor(
    sql: SqlStorage,
    exists: () => boolean,
    send: (target: string, row: OutboxRow) => Promise<void>,
    rescheduled: () => void,
  ) {
    this.#sql = sql;
    this.#exists = exists;
    this.#send = send;
    this.#rescheduled = rescheduled;
    const isWaiting = exists() && sql.exec("SELECT 1 FROM outbox LIMIT 1").toArray().length > 0;
    this.#dueAt = isWaiting ? 0 : undefined;
  }

  /** Whether everyone was told. */
  get isEmpty(): boolean {
    return !this.#exists() || this.#rows().length === 0;
  }

  /** Writes down what a target must hear. To be called inside the transaction of the change itself. */
  put(target: string, subject: string, version: number, payload: unknown): void {
    this.#sql.exec(
      `INSERT INTO outbox VALUES (?, ?, ?, ?) ON CONFLICT (target, subject)
       DO UPDATE SET version = excluded.version, payload = excluded.payload WHERE excluded.version > version`,
      target,
      subject,
      version,
      JSON.stringify(payload),
    );
    // News is tried at once, also where a target could not be reached a moment ago.
    const failures = this.#failures.get(target);
    if (failures) this.#failures.set(target, { ...failures, retryAt: 0 });
    // The alarm stands for the case that this run is cut off.
    this.#dueAt = Math.min(this.#dueAt ?? Number.POSITIVE_INFINITY, Date.now() + backoffMs(0));
  }

  /** For the schedule: due at once after a restart, later while calls are under way or wait after a failure. */
  get job(): Job {
    return { dueAt: () => this.#dueAt, run: () => this.flush() };
  }

  /** Tells everyone who is not told yet and not waiting after a failure. Returns when this round is over. Never throws. */
  async flush(): Promise<void> {
    if (this.#dueAt === undefined || !this.#exists()) return;
    const now = Date.now();
    const due = this.#rows().filter(({ target, subject }) => {
      return !this.#underWay.has(keyOf(target, subject)) && (this.#failures.get(target)?.retryAt ?? 0) <= now;
    });
    const calls = due.slice(0, CALLS_PER_RUN).map((row) => this.#deliver(row));
    // What does not fit into this run does not wait for the slowest of it.
    if (due.length > CALLS_PER_RUN) this.#reschedule(now);
    await Promise.all(calls);
    this.#reschedule(this.#nextDue(Date.now()));
  }

  /** Waits until no row about these subjects is left, but no longer than `ms`. */
  async settled(subjects: readonly string[], ms: number): Promise<void> {
    const { promise: isLate, resolve } = Promise.withResolvers<"late">();
    const timer = setTimeout(resolve, ms, "late");
    try {
      while (subjects.some((subject) => this.#has(subject))) {
        if ((await Promise.race([this.#acknowledged.promise, isLate])) === "late") return;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async #deliver(row: OutboxRow): Promise<void> {
    const { target, subject, version } = row;
    const key = keyOf(target, subject);
    this.#underWay.add(key);
    try {
      await this.#send(target, row);
      this.#sql.exec("DELETE FROM outbox WHERE target = ? AND subject = ? AND version <= ?", target, subject, version);
      this.#failures.delete(target);
    } catch (error) {
      const count = (this.#failures.get(target)?.count ?? 0) + 1;
      this.#failures.set(target, { count, retryAt: Date.now() + backoffMs(count) });
      log.transientError("outbox", error);
    } finally {
      this.#underWay.delete(key);
      const { resolve } = this.#acknowledged;
      this.#acknowledged = Promise.withResolvers();
      resolve();
    }
  }

  #has(subject: string): boolean {
    return this.#sql.exec("SELECT 1 FROM outbox WHERE subject = ? LIMIT 1", subject).toArray().length > 0;
  }

  #reschedule(dueAt: number | undefined): void {
    this.#dueAt = dueAt;
    this.#rescheduled();
  }

  #rows(): readonly OutboxRow[] {
    return this.#sql.exec<OutboxRow>("SELECT * FROM outbox").toArray();
  }

  #nextDue(now: number): number | undefined {
    const times = this.#rows().map(({ target, subject }) => {
      if (this.#underWay.has(keyOf(target, subject))) return now + backoffMs(0);
      return this.#failures.get(target)?.retryAt ?? now;
    });
    return times.length === 0 ? undefined : Math.min(...times);
  }
}

function keyOf(target: string, subject: string): string {
  return `${target} ${subject}`;
}
