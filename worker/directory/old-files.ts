/**
 * Files of version 0.1, which lie in the bucket beside today's root. They belong to no message any more, and are deleted once, in
 * slices that R2 takes.
 */
import { FILES_ROOT } from "../platform/file-key.ts";
import type { Tables } from "../platform/migrations.ts";
import type { Job } from "../platform/schedule.ts";
import { BUCKET_KEYS_MAX } from "../protocol/limits.ts";

/** One row: whether they are gone. */
export const OLD_FILES_TABLES = [
  "CREATE TABLE old_files (only INTEGER PRIMARY KEY CHECK (only = 1), gone INTEGER NOT NULL)",
  "INSERT INTO old_files VALUES (1, 0)",
];

/** Slices of one run; the rest follows with the next alarm. */
const SLICES_PER_RUN = 10;
/** After every key of today's root. */
const AFTER_ROOT = `${FILES_ROOT}\u{10ffff}`;

export class OldFiles {
  readonly #sql: SqlStorage;
  readonly #tables: Tables;
  readonly #bucket: R2Bucket | undefined;
  #areGone: boolean;

  constructor(sql: SqlStorage, tables: Tables, bucket: R2Bucket | undefined) {
    this.#sql = sql;
    this.#tables = tables;
    this.#bucket = bucket;
    this.#areGone = tables.exist && sql.exec<{ gone: number }>("SELECT gone FROM old_files").one().gone === 1;
  }

  /** For the schedule: due until they are gone. */
  get job(): Job {
    return { dueAt: () => (this.#tables.exist && !this.#areGone ? 0 : undefined), run: () => this.#run() };
  }

  async #run(): Promise<void> {
    for (let slice = 0; slice < SLICES_PER_RUN; slice++) {
      const keys = [...(await this.#keysBefore()), ...(await this.#keysAfter())].slice(0, BUCKET_KEYS_MAX);
      if (keys.length === 0) {
        this.#sql.exec("UPDATE old_files SET gone = 1");
        this.#areGone = true;
        return;
      }
      await this.#bucket?.delete(keys);
    }
  }

  async #keysBefore(): Promise<readonly string[]> {
    const { objects = [] } = (await this.#bucket?.list()) ?? {};
    return objects.map(({ key }) => key).filter((key) => key < FILES_ROOT);
  }

  async #keysAfter(): Promise<readonly string[]> {
    const { objects = [] } = (await this.#bucket?.list({ startAfter: AFTER_ROOT })) ?? {};
    return objects.map(({ key }) => key);
  }
}
