/**
 * A channel's files as rows: who brought them, which message holds them, which have to go.
 * The row decides at once whether a file is there; its bytes follow. An id is noted before its first byte,
 * so that no byte can lie in the bucket of which nobody knows.
 */
import type { Attachment } from "../protocol/frames.ts";
import type { Upload } from "./decide.ts";

/** `file` is null while its bytes are coming, `message` until one takes it; a file that is `gone` is only still in the bucket. */
export const UPLOADS_TABLE =
  "CREATE TABLE uploads (id TEXT PRIMARY KEY, uploader TEXT NOT NULL, at INTEGER NOT NULL, file TEXT, message TEXT, gone INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID";

/** So long (ms) an upload waits for a message to take it. */
const WAIT_MS = 60 * 60 * 1_000;
/** So soon (ms) what has to go is tried again: bytes leave the bucket within ten seconds. */
const SWEEP_MS = 9_000;

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

  /** They are there for nobody any more. */
  release(ids: readonly string[]): void {
    if (!this.#isReady()) return;
    for (const id of ids) this.#sql.exec("UPDATE uploads SET gone = 1 WHERE id = ?", id);
  }

  releaseAll(): void {
    this.#sql.exec("UPDATE uploads SET gone = 1 WHERE gone = 0");
  }

  /** Releases what waited too long, and says which files are still in the bucket though they are gone. */
  sweep(now: number): readonly string[] {
    if (!this.#isReady()) return [];
    this.#sql.exec("UPDATE uploads SET gone = 1 WHERE gone = 0 AND message IS NULL AND at <= ?", now - WAIT_MS);
    return this.#sql
      .exec<{ id: string }>("SELECT id FROM uploads WHERE gone = 1")
      .toArray()
      .map(({ id }) => id);
  }

  /** Their bytes have left the bucket. */
  forget(ids: readonly string[]): void {
    for (const id of ids) this.#sql.exec("DELETE FROM uploads WHERE id = ?", id);
  }

  /** When (ms) there is something to sweep next, `undefined` when nothing waits and nothing is gone. */
  dueAt(now: number): number | undefined {
    if (!this.#isReady()) return undefined;
    const { gone, oldest } = this.#sql
      .exec<{ gone: number; oldest: number | null }>(
        "SELECT COALESCE(SUM(gone), 0) AS gone, MIN(at) AS oldest FROM uploads WHERE gone = 1 OR message IS NULL",
      )
      .one();
    if (gone > 0) return now + SWEEP_MS;
    return oldest === null ? undefined : oldest + WAIT_MS;
  }
}
