/**
 * A channel's files as rows: who brought them, which message holds them, which have to go.
 * The row decides at once whether a file is there; its bytes follow. An id is noted before its first byte,
 * so that every byte in the bucket has a row.
 */

import { UPLOAD_WAIT_MS } from "../protocol/limits.ts";
import type { Attachment } from "../protocol/things.ts";
import type { Upload } from "./decide.ts";

/** `file` is null while its bytes are coming, `message` until one takes it; a file that is `gone` is only still in the bucket. */
export const UPLOADS_TABLE =
  "CREATE TABLE uploads (id TEXT PRIMARY KEY, uploader TEXT NOT NULL, at INTEGER NOT NULL, file TEXT, message TEXT, gone INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID";

/** A file that is gone, and still in the bucket. */
export type GoneFile = { readonly id: string; readonly uploader: string };

type UploadRow = {
  readonly id: string;
  readonly uploader: string;
  readonly file: string | null;
  readonly message: string | null;
};

export class Uploads {
  readonly #sql: SqlStorage;
  /** Whether the table is there: nothing is looked for where nothing was ever written. */
  readonly #isReady: () => boolean;

  constructor(sql: SqlStorage, isReady: () => boolean) {
    this.#sql = sql;
    this.#isReady = isReady;
  }

  /** Those of them that are there, as a decision needs them. */
  find(ids: readonly string[]): ReadonlyMap<string, Upload> {
    const found = new Map<string, Upload>();
    if (!this.#isReady()) return found;
    for (const id of ids) {
      const [row] = this.#sql.exec<UploadRow>(
        "SELECT id, uploader, file, message FROM uploads WHERE id = ? AND gone = 0",
        id,
      );
      if (!row) continue;
      const file: Attachment | undefined = row.file === null ? undefined : JSON.parse(row.file);
      found.set(id, { uploader: row.uploader, isTaken: row.message !== null, ...(file && { file }) });
    }
    return found;
  }

  /** Bytes are about to come. A second call with the same id changes nothing. */
  begin(id: string, uploader: string, now: number): void {
    this.#sql.exec(
      "INSERT INTO uploads (id, uploader, at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
      id,
      uploader,
      now,
    );
  }

  /** The bytes are there, and this is what they are. `false` when the upload was swept meanwhile. */
  complete(file: Attachment): boolean {
    return (
      this.#isReady() &&
      this.#sql
        .exec("UPDATE uploads SET file = ? WHERE id = ? AND gone = 0 RETURNING id", JSON.stringify(file), file.id)
        .toArray().length > 0
    );
  }

  /** A message takes them. */
  take(ids: readonly string[], messageId: string): void {
    for (const id of ids) this.#sql.exec("UPDATE uploads SET message = ? WHERE id = ?", messageId, id);
  }

  /** They cannot be read any more. */
  release(ids: readonly string[]): void {
    if (!this.#isReady()) return;
    for (const id of ids) this.#sql.exec("UPDATE uploads SET gone = 1 WHERE id = ?", id);
  }

  releaseAll(): void {
    this.#sql.exec("UPDATE uploads SET gone = 1 WHERE gone = 0");
  }

  /** Releases what waited too long, and says which files are still in the bucket though they are gone. */
  sweep(now: number): readonly GoneFile[] {
    if (!this.#isReady()) return [];
    const oldest = now - UPLOAD_WAIT_MS;
    this.#sql.exec("UPDATE uploads SET gone = 1 WHERE gone = 0 AND message IS NULL AND at <= ?", oldest);
    return this.#sql.exec<GoneFile>("SELECT id, uploader FROM uploads WHERE gone = 1").toArray();
  }

  /** Their bytes have left the bucket. */
  forget(ids: readonly string[]): void {
    for (const id of ids) this.#sql.exec("DELETE FROM uploads WHERE id = ?", id);
  }

  /** Whether anything that is gone is still in the bucket. */
  get hasGone(): boolean {
    return this.#isReady() && this.#sql.exec("SELECT 1 FROM uploads WHERE gone = 1 LIMIT 1").toArray().length > 0;
  }

  /** When (ms) an upload will have waited too long, `undefined` when none waits. */
  expiresAt(): number | undefined {
    if (!this.#isReady()) return undefined;
    const { oldest } = this.#sql
      .exec<{ oldest: number | null }>("SELECT MIN(at) AS oldest FROM uploads WHERE gone = 0 AND message IS NULL")
      .one();
    return oldest === null ? undefined : oldest + UPLOAD_WAIT_MS;
  }
}
