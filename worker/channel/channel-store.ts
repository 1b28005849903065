/**
 * A channel's rows in SQLite: what it is, the window, written through, and the ids that have left it.
 * A message's slot is `seq mod 100`, so the table cannot grow and nothing needs trimming.
 * Every change writes exactly one row; the highest `seq` and `rev` are therefore always among the rows.
 */
import { jsonOf, messageFrom } from "../platform/encoding.ts";
import { Tables } from "../platform/migrations.ts";
import { EMPTY_HISTORY, type History, merge } from "../protocol/history.ts";
import { EVICTED_IDS_PER_SLOT, WINDOW_MESSAGES } from "../protocol/limits.ts";
import type { Message } from "../protocol/things.ts";
import { AboutStore } from "./about-store.ts";
import type { EvictedIds } from "./decide.ts";
import { Members } from "./members.ts";
import type { ChannelRef } from "./rpc.ts";
import {
  type About,
  type EvictedId,
  type FileChanges,
  MENTIONED_MAX,
  MIGRATIONS,
  newAbout,
  type SlotRow,
  type Trace,
} from "./tables.ts";
import { Uploads } from "./uploads.ts";

/** What stays in a slot of a message that was too old. */
type Stub = { readonly seq: number; readonly rev: number };

/** When (ms) a text changed, and the people it mentions or answers. */
type Change = { readonly changedAt?: number; readonly addressed?: readonly string[] };

export class ChannelStore {
  /** The window as it was on disk when the object woke. */
  readonly history: History;
  /** By message: when (ms) its text last changed, and the people whom any of its texts mentioned. */
  readonly #traces = new Map<string, Trace>();
  readonly uploads: Uploads;
  readonly facts: AboutStore;
  /** Of a private channel. */
  readonly members: Members;
  readonly tables: Tables;
  readonly #evictedIds = new Map<string, string>();
  readonly #evictedBySlot: (readonly EvictedId[])[] = [];
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;

  /** Only reads: an object that is asked for and not written to leaves nothing behind. */
  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.tables = new Tables(storage, MIGRATIONS);
    this.uploads = new Uploads(storage.sql, () => this.tables.exist);
    this.facts = new AboutStore(storage.sql, this.tables);
    this.members = new Members(storage.sql, this.tables);
    this.history = this.tables.exist ? this.#read() : EMPTY_HISTORY;
  }

  /** What this channel is; of a direct one only once there was a message or an upload. */
  get about(): About | undefined {
    return this.facts.value;
  }

  /** The channel was deleted: nothing is read or written any more. */
  get hasEnded(): boolean {
    return (this.about?.ended ?? 0) > 0;
  }

  /** Ids that have left the window, with their authors. */
  get evictedIds(): EvictedIds {
    return this.#evictedIds;
  }

  /** What is remembered of a message that is in the window. */
  traceOf(messageId: string): Trace | undefined {
    return this.#traces.get(messageId);
  }

  /** An upload begins. A second time changes nothing. */
  beginUpload(id: string, uploader: string, now: number, channel: ChannelRef): void {
    this.#transact(channel, () => this.uploads.begin(id, uploader, now));
  }

  /**
   * Writes a message in its new state: one row, one more for each file it takes or lets go, and one the very first time in a
   * direct channel. What stood in its slot before goes, its id is remembered. Throws with nothing written.
   * `changedAt` (ms) and `addressed`, whom it mentions or answers, are given when the text is new; a reaction leaves them as they were.
   */
  write(
    message: Message,
    leaving: Message | undefined,
    files: FileChanges,
    channel: ChannelRef,
    { changedAt, addressed = [] }: Change = {},
  ): void {
    const slot = message.seq % WINDOW_MESSAGES;
    const held = this.#evictedBySlot[slot] ?? [];
    const evicted: readonly EvictedId[] = leaving
      ? [[leaving.id, leaving.author.id] as const, ...held].slice(0, EVICTED_IDS_PER_SLOT)
      : held;
    const before = this.#traces.get(message.id);
    const mentioned = [...new Set([...(before?.mentioned ?? []), ...addressed])].slice(-MENTIONED_MAX);
    const trace: Trace = { changedAt: changedAt ?? before?.changedAt ?? 0, mentioned };
    const upsert = () =>
      this.#sql.exec(
        "INSERT OR REPLACE INTO slots (slot, message, evicted, changed_at, mentioned) VALUES (?, ?, ?, ?, ?)",
        slot,
        jsonOf(message),
        JSON.stringify(evicted),
        trace.changedAt,
        JSON.stringify(trace.mentioned),
      );
    // One statement is all or nothing by itself, and a transaction around it takes twice its time.
    if (this.about && files.taken.length + files.released.length === 0) upsert();
    else
      this.#transact(channel, () => {
        this.uploads.take(files.taken, message.id);
        this.uploads.release(files.released);
        upsert();
      });
    this.#traces.set(message.id, trace);
    if (leaving) this.#noteEvicted(slot, leaving, evicted, held);
  }

  /** These messages are older than the channel keeps them: of each only its number and its id with the author stay. */
  expire(messages: readonly Message[], released: readonly string[]): void {
    this.tables.transact(() => {
      this.uploads.release(released);
      for (const { id, seq, rev, author } of messages) {
        const slot = seq % WINDOW_MESSAGES;
        const held = this.#evictedBySlot[slot] ?? [];
        const evicted = [[id, author.id] as const, ...held].slice(0, EVICTED_IDS_PER_SLOT);
        const stub: Stub = { seq, rev };
        this.#sql.exec(
          "UPDATE slots SET message = ?, evicted = ?, changed_at = 0, mentioned = '[]' WHERE slot = ?",
          JSON.stringify(stub),
          JSON.stringify(evicted),
          slot,
        );
        this.#noteEvicted(slot, { id, author }, evicted, held);
      }
    });
  }

  #noteEvicted(
    slot: number,
    leaving: Pick<Message, "id" | "author">,
    evicted: readonly EvictedId[],
    held: readonly EvictedId[],
  ): void {
    this.#traces.delete(leaving.id);
    this.#evictedBySlot[slot] = evicted;
    this.#evictedIds.set(leaving.id, leaving.author.id);
    const forgotten = held.length === EVICTED_IDS_PER_SLOT ? held.at(-1) : undefined;
    if (forgotten) this.#evictedIds.delete(forgotten[0]);
  }

  /** Messages, files and members go at once; the mark stays, so that a late call finds an end and not a beginning. `announce`: who must hear of it. */
  end(about: About, now: number, announce: () => void): void {
    this.facts.end(about, now, () => {
      this.#sql.exec("DELETE FROM slots");
      this.#sql.exec("DELETE FROM members");
      this.#sql.exec("DELETE FROM pins");
      this.uploads.releaseAll();
      announce();
    });
    this.#traces.clear();
    this.#evictedIds.clear();
    this.#evictedBySlot.length = 0;
  }

  /** Forgets everything: nothing is left of this object but its name. */
  async deleteAll(): Promise<void> {
    await this.#storage.deleteAll();
    this.tables.forget();
    this.facts.forget();
  }

  /** Writes all of it or nothing; in a direct channel before the first time what it is. Memory follows what is on disk. */
  #transact(channel: ChannelRef, work: () => void): void {
    if (this.about) this.tables.transact(work);
    else this.facts.begin(newAbout(channel), work);
  }

  #read(): History {
    const messages: Message[] = [];
    let head = EMPTY_HISTORY;
    for (const row of this.#sql.exec<SlotRow>("SELECT message, evicted, changed_at, mentioned FROM slots")) {
      const evicted: readonly EvictedId[] = JSON.parse(row.evicted);
      for (const [id, author] of evicted) this.#evictedIds.set(id, author);
      const stub = stubFrom(row.message);
      if (stub) {
        this.#evictedBySlot[stub.seq % WINDOW_MESSAGES] = evicted;
        head = { ...head, seq: Math.max(head.seq, stub.seq), rev: Math.max(head.rev, stub.rev) };
        continue;
      }
      const message = messageFrom(row.message);
      messages.push(message);
      this.#traces.set(message.id, { changedAt: row.changed_at, mentioned: JSON.parse(row.mentioned) });
      this.#evictedBySlot[message.seq % WINDOW_MESSAGES] = evicted;
    }
    return merge(head, messages);
  }
}

function stubFrom(json: string): Stub | undefined {
  const row: Stub & { readonly id?: string } = JSON.parse(json);
  return row.id === undefined ? row : undefined;
}
