/**
 * Limits by the hour, which live in storage: sign-ins of an address, new channels of a person.
 * An hour begins with the first count in it.
 */
import { HOUR_MS } from "../protocol/limits.ts";
import type { Job } from "./schedule.ts";

export const HOURLY_TABLE =
  "CREATE TABLE hourly (what TEXT PRIMARY KEY, since INTEGER NOT NULL, count INTEGER NOT NULL) WITHOUT ROWID";

export class Hourly {
  readonly #sql: SqlStorage;
  readonly #exists: () => boolean;
  /** When (ms) there is something to forget, as far as known. */
  #sweepAt: number | undefined;

  constructor(sql: SqlStorage, exists: () => boolean) {
    this.#sql = sql;
    this.#exists = exists;
  }

  /** How long (ms) until one more of `what` is allowed; 0 when it is now. Counts nothing. */
  waitMs(what: string, limit: number, now: number): number {
    if (!this.#exists()) return 0;
    const [row] = this.#sql.exec<{ since: number; count: number }>(
      "SELECT since, count FROM hourly WHERE what = ?",
      what,
    );
    return row && row.count >= limit && now - row.since < HOUR_MS ? row.since + HOUR_MS - now : 0;
  }

  /** Counts one more of `what`; with `by` -1 takes one back. To be called where the tables are there. */
  count(what: string, now: number, by: 1 | -1 = 1): void {
    this.#sql.exec(
      `INSERT INTO hourly VALUES (?1, ?2, ?3) ON CONFLICT (what) DO UPDATE SET
       count = CASE WHEN since > ?4 THEN count + ?3 ELSE ?3 END, since = CASE WHEN since > ?4 THEN since ELSE ?2 END`,
      what,
      now,
      by,
      now - HOUR_MS,
    );
    this.#sweepAt ??= now + HOUR_MS;
  }

  /** Forgets, once an hour, the counts whose hour is over: no sign-in looks at those of others. */
  get job(): Job {
    return {
      dueAt: () => this.#sweepAt,
      isUpkeep: true,
      run: (now) => {
        if (!this.#exists()) return;
        this.#sql.exec("DELETE FROM hourly WHERE since <= ?", now - HOUR_MS);
        const isMore = this.#sql.exec("SELECT 1 FROM hourly LIMIT 1").toArray().length > 0;
        this.#sweepAt = isMore ? now + HOUR_MS : undefined;
      },
    };
  }
}
