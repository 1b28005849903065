/**
 * A channel's rows in SQLite: the window, written through, and the ids that have left it.
 * A message's slot is `seq mod 100`, so the table cannot grow and nothing needs trimming.
 * Every change writes exactly one row; the highest `seq` and `rev` are therefore always among the rows.
 */

import { jsonOf, messageFrom } from "../platform/encoding.ts";
import type { Message } from "../protocol/frames.ts";
import { EMPTY_HISTORY, type History, merge } from "../protocol/history.ts";
import { WINDOW_MESSAGES } from "../protocol/limits.ts";
import type { EvictedIds } from "./decide.ts";
import { UPLOADS_TABLE, Uploads } from "./uploads.ts";

/** Raised when the tables change; what leads from each version to the next one stands in `STEPS`. */
const SCHEMA_VERSION = 2;
/** `about` has one row: whose this is, known from the first write on, and whether it has ended (0: no, 1: yes, 2: and its files have left the bucket). */
const STEPS = [
  [
    "CREATE TABLE schema (version INTEGER NOT NULL)",
    "CREATE TABLE slots (slot INTEGER PRIMARY KEY, message TEXT NOT NULL, former TEXT NOT NULL)",
  ],
  ["CREATE TABLE about (id TEXT NOT NULL, epoch TEXT NOT NULL, ended INTEGER NOT NULL)", UPLOADS_TABLE],
];
/**
 * Earlier occupants a slot remembers. With the one in the window that makes 1,100 ids:
 * a client that resends one of the last 1,000 messages is recognised.
 */
const FORMER_PER_SLOT = 10;

/** An id that stood in a slot before, and its author's. */
type Former = readonly [id: string, author: string];

/** Whose rows these are. */
type ChannelName = { readonly id: string; readonly epoch: string };

type About = ChannelName & { readonly ended: number };

/** The ids of the files that a message takes, and of those that have lost theirs. */
export type FileChanges = { readonly taken: readonly string[]; readonly released: readonly string[] };

type SlotRow = { readonly message: string; readonly former: string };

export class ChannelStore {
  /** The window as it was on disk when the object woke. */
  readonly history: History;
  readonly uploads: Uploads;
  readonly #past = new Map<string, string>();
  readonly #former: (readonly Former[])[] = [];
  readonly #storage: DurableObjectStorage;
  #hasTables: boolean;
  #about: About | undefined;

  /** Only reads where nothing was ever written: an object that is asked for and not written to leaves nothing behind. */
  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.uploads = new Uploads(storage.sql, () => this.#hasTables);
    this.#hasTables = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'slots'").toArray().length > 0;
    if (this.#hasTables)
      this.#upgrade(storage.sql.exec<{ version: number }>("SELECT version FROM schema").one().version);
    this.#about = this.#hasTables ? storage.sql.exec<About>("SELECT * FROM about").toArray()[0] : undefined;
    this.history = this.#hasTables ? this.#read() : EMPTY_HISTORY;
  }

  /** The id of the channel this is, once something was written. */
  get channelId(): string | undefined {
    return this.#about?.id;
  }

  /** Its epoch, likewise; the empty text before. */
  get epoch(): string {
    return this.#about?.epoch ?? "";
  }

  /** The channel was deleted: nothing is read or written any more. */
  get hasEnded(): boolean {
    return (this.#about?.ended ?? 0) > 0;
  }

  /** It was deleted, and its files have left the bucket. */
  get isSwept(): boolean {
    return this.#about?.ended === 2;
  }

  /** Notes that the files of a deleted channel have left the bucket. */
  noteSwept(): void {
    if (!this.#about) return;
    this.#storage.sql.exec("UPDATE about SET ended = 2");
    this.#about = { ...this.#about, ended: 2 };
  }

  /** Ids that have left the window, with their authors. */
  get evictedIds(): EvictedIds {
    return this.#past;
  }

  /** An upload begins in `channel`. */
  beginUpload(id: string, uploader: string, now: number, channel: ChannelName): void {
    this.#transact(channel, () => this.uploads.begin(id, uploader, now));
  }

  /**
   * Writes a message of `channel` in its new state: one row, one more for each file it takes or lets go, and one the very first
   * time. What stood in its slot before goes, its id is remembered. Throws with nothing written.
   */
  write(message: Message, leaving: Message | undefined, files: FileChanges, channel: ChannelName): void {
    const slot = message.seq % WINDOW_MESSAGES;
    const held = this.#former[slot] ?? [];
    const former: readonly Former[] = leaving
      ? [[leaving.id, leaving.author.id] as const, ...held].slice(0, FORMER_PER_SLOT)
      : held;
    const upsert = () =>
      this.#storage.sql.exec(
        `INSERT INTO slots (slot, message, former) VALUES (?, ?, ?)
         ON CONFLICT (slot) DO UPDATE SET message = excluded.message, former = excluded.former`,
        slot,
        jsonOf(message),
        JSON.stringify(former),
      );
    // One statement is all or nothing by itself, and a transaction around it takes twice its time.
    if (this.#about && files.taken.length + files.released.length === 0) upsert();
    else
      this.#transact(channel, () => {
        this.uploads.take(files.taken, message.id);
        this.uploads.release(files.released);
        upsert();
      });
    if (!leaving) return;
    this.#former[slot] = former;
    this.#past.set(leaving.id, leaving.author.id);
    const forgotten = held.length === FORMER_PER_SLOT ? held.at(-1) : undefined;
    if (forgotten) this.#past.delete(forgotten[0]);
  }

  /** Messages and files go at once; the mark stays, so that whoever comes late finds an end and not a beginning. */
  end(channel: ChannelName): void {
    this.#transact(channel, () => {
      this.#storage.sql.exec("UPDATE about SET ended = 1");
      this.#storage.sql.exec("DELETE FROM slots");
      this.uploads.releaseAll();
    });
    this.#about = { ...channel, ended: 1 };
    this.#past.clear();
    this.#former.length = 0;
  }

  /** Writes all of it or nothing; before the very first time come the tables, and whose they are. Memory follows what is on disk. */
  #transact(channel: ChannelName, work: () => void): void {
    const about: About = this.#about ?? { ...channel, ended: 0 };
    this.#storage.transactionSync(() => {
      if (!this.#hasTables) this.#upgrade(0);
      if (!this.#about) this.#storage.sql.exec("INSERT INTO about VALUES (?, ?, 0)", about.id, about.epoch);
      work();
    });
    this.#hasTables = true;
    this.#about = about;
  }

  #upgrade(version: number): void {
    if (version >= SCHEMA_VERSION) return;
    this.#storage.transactionSync(() => {
      for (const statement of STEPS.slice(version).flat()) this.#storage.sql.exec(statement);
      this.#storage.sql.exec("DELETE FROM schema");
      this.#storage.sql.exec("INSERT INTO schema VALUES (?)", SCHEMA_VERSION);
    });
  }

  #read(): History {
    const messages: Message[] = [];
    for (const row of this.#storage.sql.exec<SlotRow>("SELECT message, former FROM slots")) {
      const message = messageFrom(row.message);
      const former: readonly Former[] = JSON.parse(row.former);
      messages.push(message);
      this.#former[message.seq % WINDOW_MESSAGES] = former;
      for (const [id, author] of former) this.#past.set(id, author);
    }
    return merge(EMPTY_HISTORY, messages);
  }
}
