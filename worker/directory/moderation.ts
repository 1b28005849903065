/** What people report to the owners of the site, and whom these keep out for a while. */
import type { Tables } from "../platform/migrations.ts";
import type { Job } from "../platform/schedule.ts";
import { HOUR_MS, REPORT_KEPT_MS, REPORTS_MAX } from "../protocol/limits.ts";
import type { Ban, Report } from "../protocol/occasional-answers.ts";

/** `about` is the report as JSON, with the text of its message. `addresses` are a JSON list of what hourly limits count against. */
export const MODERATION_TABLES = [
  "CREATE TABLE reports (id TEXT PRIMARY KEY, at INTEGER NOT NULL, about TEXT NOT NULL) WITHOUT ROWID",
  "CREATE INDEX reports_by_time ON reports (at)",
  "CREATE TABLE bans (id TEXT PRIMARY KEY, name TEXT NOT NULL, until INTEGER NOT NULL, addresses TEXT NOT NULL) WITHOUT ROWID",
];

type BanRow = Ban & { readonly addresses: string };

export class Moderation {
  readonly #sql: SqlStorage;
  readonly #tables: Tables;

  constructor(sql: SqlStorage, tables: Tables) {
    this.#sql = sql;
    this.#tables = tables;
  }

  /** For the schedule: a report is kept for thirty days at most, a ban until it is over. */
  get job(): Job {
    return {
      dueAt: () => {
        if (!this.#tables.exist) return undefined;
        const { at } = this.#sql
          .exec<{ at: number | null }>(
            "SELECT MIN(at) AS at FROM (SELECT MIN(at) + ? AS at FROM reports UNION ALL SELECT MIN(until) FROM bans)",
            REPORT_KEPT_MS,
          )
          .one();
        return at ?? undefined;
      },
      run: (now) => {
        this.#sql.exec("DELETE FROM reports WHERE at <= ?", now - REPORT_KEPT_MS);
        this.#sql.exec("DELETE FROM bans WHERE until <= ?", now);
      },
    };
  }

  /** Newest first. */
  reports(): readonly Report[] {
    if (!this.#tables.exist) return [];
    return this.#sql
      .exec<{ about: string }>("SELECT about FROM reports ORDER BY at DESC")
      .toArray()
      .map(({ about }) => JSON.parse(about));
  }

  get reportCount(): number {
    return this.#tables.exist ? this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM reports").one().n : 0;
  }

  /** A report; the same person's of the same message is the same one. Of too many the oldest go. Says whether it is a new one. */
  report(report: Report): boolean {
    const { id, at } = report;
    const isKnown = this.#tables.exist && this.#sql.exec("SELECT 1 FROM reports WHERE id = ?", id).toArray().length > 0;
    if (isKnown) return false;
    this.#tables.transact(() => {
      this.#sql.exec("INSERT INTO reports VALUES (?, ?, ?)", id, at, JSON.stringify(report));
      this.#sql.exec(
        "DELETE FROM reports WHERE id NOT IN (SELECT id FROM reports ORDER BY at DESC LIMIT ?)",
        REPORTS_MAX,
      );
    });
    return true;
  }

  /** Says whether there was such a report. */
  close(id: string): boolean {
    return this.#tables.exist && this.#sql.exec("DELETE FROM reports WHERE id = ?", id).rowsWritten > 0;
  }

  /** Keeps addresses out. A second ban of the same person keeps those of the first: their sessions may have ended meanwhile. */
  ban({ id, name, hours, addresses }: NewBan, now: number): void {
    const until = now + hours * HOUR_MS;
    this.#tables.transact(() => {
      const before = this.#banRows(now).find((held) => held.id === id);
      const known: readonly string[] = JSON.parse(before?.addresses ?? "[]");
      const all = JSON.stringify([...new Set([...known, ...addresses])]);
      this.#sql.exec("INSERT OR REPLACE INTO bans VALUES (?, ?, ?, ?)", id, name, until, all);
    });
  }

  bans(now: number): readonly Ban[] {
    return this.#banRows(now).map(({ id, name, until }) => ({ id, name, until }));
  }

  /** Says whether there was such a ban. */
  lift(id: string): boolean {
    return this.#tables.exist && this.#sql.exec("DELETE FROM bans WHERE id = ?", id).rowsWritten > 0;
  }

  isBanned(address: string, now: number): boolean {
    return this.#banRows(now).some(({ addresses }) => {
      const list: readonly string[] = JSON.parse(addresses);
      return list.includes(address);
    });
  }

  #banRows(now: number): readonly BanRow[] {
    if (!this.#tables.exist) return [];
    return this.#sql.exec<BanRow>("SELECT * FROM bans WHERE until > ? ORDER BY until", now).toArray();
  }
}

export type NewBan = {
  readonly id: string;
  readonly name: string;
  readonly hours: number;
  readonly addresses: readonly string[];
};
