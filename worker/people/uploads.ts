/**
 * How much a person may upload: how often, how much may wait for a message, and how many uploads without a length at once.
 * The shard counts for the whole site, since every upload of a person is admitted here.
 */
import type { Tables } from "../platform/migrations.ts";
import { TokenBuckets } from "../platform/rate-limit.ts";
import type { Refusal } from "../protocol/errors.ts";
import {
  BUSY_RETRY_MS,
  OPEN_UPLOADS_MAX,
  UPLOAD_MAX_MS,
  UPLOAD_RATE,
  UPLOAD_WAIT_MS,
  WAITING_UPLOADS_MAX_BYTES,
} from "../protocol/limits.ts";

export const UPLOADS_TABLE =
  "CREATE TABLE uploads (person TEXT NOT NULL, id TEXT NOT NULL, bytes INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (person, id)) WITHOUT ROWID";

const MIB = 1024 * 1024;
const QUOTA_RETRY_MS = 60_000;

export class UploadAllowance {
  readonly #tables: Tables;
  readonly #sql: SqlStorage;
  readonly #buckets = new TokenBuckets(UPLOAD_RATE);
  /** Uploads without a length that are under way: by person and upload, since when (ms). An upload that broke off is forgotten. */
  readonly #open = new Map<string, Map<string, number>>();

  constructor(sql: SqlStorage, tables: Tables) {
    this.#sql = sql;
    this.#tables = tables;
  }

  /** Whether a person may upload so many bytes now; `undefined` bytes: they are not known yet. */
  admit(personId: string, id: string, bytes: number | undefined, now: number): Refusal | undefined {
    const retryAfterMs = this.#buckets.waitMs(personId, now);
    if (retryAfterMs > 0) return { code: "rate_limited", detail: "Too many uploads. Wait a moment.", retryAfterMs };
    const full = this.#quotaError(personId, bytes ?? 0, now);
    if (full) return full;
    if (bytes === undefined) {
      const open = this.#openOf(personId, now);
      if (open.size >= OPEN_UPLOADS_MAX && !open.has(id)) return TOO_MANY_OPEN;
      open.set(id, now);
    }
    this.#buckets.take(personId, now);
    return undefined;
  }

  /** An upload is over, whatever became of it. */
  close(personId: string, id: string): void {
    const open = this.#open.get(personId);
    open?.delete(id);
    if (open?.size === 0) this.#open.delete(personId);
  }

  /** An upload has arrived and waits; several at once may have been admitted for the same room. */
  note(personId: string, id: string, bytes: number, now: number): Refusal | undefined {
    const full = this.#quotaError(personId, bytes, now);
    if (!full) this.#tables.transact(() => this.#write(personId, id, bytes, now));
    return full;
  }

  /** Messages have taken these uploads, or they are gone. */
  forget(personId: string, ids: readonly string[]): void {
    if (!this.#tables.exist) return;
    for (const id of ids) this.#sql.exec("DELETE FROM uploads WHERE person = ? AND id = ?", personId, id);
  }

  /** Forgets what waited too long, which the channels swept. Looks at every row: once a day. */
  forgetOld(now: number): void {
    this.#sql.exec("DELETE FROM uploads WHERE at <= ?", now - UPLOAD_WAIT_MS);
  }

  /** Notes an upload that waits, and forgets those of this person that waited too long. */
  #write(personId: string, id: string, bytes: number, now: number): void {
    this.#sql.exec("DELETE FROM uploads WHERE person = ? AND at <= ?", personId, now - UPLOAD_WAIT_MS);
    this.#sql.exec("INSERT OR REPLACE INTO uploads VALUES (?, ?, ?, ?)", personId, id, bytes, now);
  }

  /** Bytes of a person's uploads that no message has taken. */
  #waitingBytes(personId: string, now: number): number {
    if (!this.#tables.exist) return 0;
    return this.#sql
      .exec<{ n: number }>(
        "SELECT COALESCE(SUM(bytes), 0) AS n FROM uploads WHERE person = ? AND at > ?",
        personId,
        now - UPLOAD_WAIT_MS,
      )
      .one().n;
  }

  #openOf(personId: string, now: number): Map<string, number> {
    const open = this.#open.get(personId) ?? new Map<string, number>();
    for (const [id, since] of open) if (since < now - UPLOAD_MAX_MS) open.delete(id);
    this.#open.set(personId, open);
    return open;
  }

  #quotaError(personId: string, bytes: number, now: number): Refusal | undefined {
    if (this.#waitingBytes(personId, now) + bytes <= WAITING_UPLOADS_MAX_BYTES) return undefined;
    const detail = `${WAITING_UPLOADS_MAX_BYTES / MIB} MB of your files are waiting to be sent. Send or discard them first.`;
    return { code: "rate_limited", detail, retryAfterMs: QUOTA_RETRY_MS };
  }
}

const TOO_MANY_OPEN: Refusal = {
  code: "rate_limited",
  detail: `You already have ${OPEN_UPLOADS_MAX} uploads without a length. Wait until one ends.`,
  retryAfterMs: BUSY_RETRY_MS,
};
