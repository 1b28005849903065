/**
 * How a person comes back: links for one more device, and a recovery code that outlasts all devices. Both are stored as hashes.
 * Every method is synchronous.
 */
import type { Tables } from "../platform/migrations.ts";
import { LINKS_PER_PERSON } from "../protocol/limits.ts";

/** `unseen_since` (ms) is when a person with a recovery code lost the last session, 0 while there is one. */
export const WAYS_BACK_TABLES = [
  "CREATE TABLE links (hash TEXT PRIMARY KEY, person TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE INDEX links_by_person ON links (person)",
  "CREATE TABLE recovery (person TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, unseen_since INTEGER NOT NULL) WITHOUT ROWID",
];

export class WaysBack {
  readonly #sql: SqlStorage;
  readonly #tables: Tables;

  constructor(sql: SqlStorage, tables: Tables) {
    this.#sql = sql;
    this.#tables = tables;
  }

  /** A link that lets one more device in; of one person the newest are kept. */
  addLink(hash: string, personId: string, expiresAt: number): void {
    this.#sql.exec("INSERT INTO links VALUES (?, ?, ?) ON CONFLICT DO NOTHING", hash, personId, expiresAt);
    this.#sql.exec(
      `DELETE FROM links WHERE person = ?1 AND hash NOT IN
       (SELECT hash FROM links WHERE person = ?1 ORDER BY expires_at DESC LIMIT ?2)`,
      personId,
      LINKS_PER_PERSON,
    );
  }

  /** Whose link or recovery code that is, if it still holds at `now`. */
  owner(hash: string, now: number): string | undefined {
    if (!this.#tables.exist) return undefined;
    const [row] = this.#sql.exec<{ person: string }>(
      "SELECT person FROM links WHERE hash = ?1 AND expires_at > ?2 UNION ALL SELECT person FROM recovery WHERE hash = ?1",
      hash,
      now,
    );
    return row?.person;
  }

  /** A link is used up. A recovery code stays. */
  deleteLink(hash: string): void {
    this.#sql.exec("DELETE FROM links WHERE hash = ?", hash);
  }

  deleteLinks(personId: string): void {
    this.#sql.exec("DELETE FROM links WHERE person = ?", personId);
  }

  /** A new recovery code takes the place of the former one. */
  setRecovery(personId: string, hash: string): void {
    this.#sql.exec("INSERT OR REPLACE INTO recovery VALUES (?, ?, 0)", personId, hash);
  }

  deleteRecovery(personId: string): void {
    this.#sql.exec("DELETE FROM recovery WHERE person = ?", personId);
  }

  hasRecovery(personId: string): boolean {
    return this.unseenSince(personId) !== undefined;
  }

  /** Since when (ms) a person with a recovery code has no session, 0 while there is one; `undefined` without a code. */
  unseenSince(personId: string): number | undefined {
    if (!this.#tables.exist) return undefined;
    const [row] = this.#sql.exec<{ since: number }>(
      "SELECT unseen_since AS since FROM recovery WHERE person = ?",
      personId,
    );
    return row?.since;
  }

  noteUnseen(personId: string, since: number): void {
    this.#sql.exec("UPDATE recovery SET unseen_since = ? WHERE person = ?", since, personId);
  }

  /** People with a code who had no session since before that time (ms). Looks at every code: once a day. */
  unseenBefore(time: number): readonly string[] {
    return this.#sql
      .exec<{ person: string }>("SELECT person FROM recovery WHERE unseen_since > 0 AND unseen_since <= ?", time)
      .toArray()
      .map(({ person }) => person);
  }

  /** Forgets links that are over. Once a day. */
  forgetOld(now: number): void {
    this.#sql.exec("DELETE FROM links WHERE expires_at <= ?", now);
  }
}
