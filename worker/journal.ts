/**
 * A channel's rows in SQLite: the window, written through, and the ids that have left it.
 * A message's slot is `seq mod 100`, so the table cannot grow and nothing needs trimming.
 * Every change writes exactly one row; the highest `seq` and `rev` are therefore always among the rows.
 */

import type { Message } from "./frames.ts";
import { EMPTY_HISTORY, type History, merge, type Past } from "./history.ts";
import { WINDOW_MESSAGES } from "./protocol.ts";

/** Raised when the tables change; the step from each older version then stands in the constructor of `Journal`. */
const SCHEMA_VERSION = 1;
/**
 * Earlier occupants a slot remembers. With the one in the window that makes 1,100 ids:
 * a client that resends one of the last 1,000 messages is recognised.
 */
const FORMER_PER_SLOT = 10;

/** An id that stood in a slot before, and its author's. */
type Former = readonly [id: string, author: string];

type SlotRow = { readonly message: string; readonly former: string };

export class Journal {
  /** The window as it was on disk when the object woke. */
  readonly history: History;
  readonly #past = new Map<string, string>();
  readonly #former: (readonly Former[])[] = [];
  readonly #storage: DurableObjectStorage;
  #hasTables: boolean;

  /** Only reads: an object that is never written to leaves nothing behind. */
  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#hasTables = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'slots'").toArray().length > 0;
    this.history = this.#hasTables ? this.#read() : EMPTY_HISTORY;
  }

  /** Ids that have left the window, with their authors. */
  get past(): Past {
    return this.#past;
  }

  /** Writes a message in its new state: one row. What stood in its slot before goes, its id is remembered. Throws with nothing written. */
  write(message: Message, leaving: Message | undefined): void {
    const slot = message.seq % WINDOW_MESSAGES;
    const held = this.#former[slot] ?? [];
    const former: readonly Former[] = leaving
      ? [[leaving.id, leaving.author.id] as const, ...held].slice(0, FORMER_PER_SLOT)
      : held;
    this.#storage.transactionSync(() => {
      if (!this.#hasTables) this.#makeTables();
      this.#storage.sql.exec(
        `INSERT INTO slots (slot, message, former) VALUES (?, ?, ?)
         ON CONFLICT (slot) DO UPDATE SET message = excluded.message, former = excluded.former`,
        slot,
        JSON.stringify(message),
        JSON.stringify(former),
      );
    });
    this.#hasTables = true;
    if (!leaving) return;
    this.#former[slot] = former;
    this.#past.set(leaving.id, leaving.author.id);
    const forgotten = held.length === FORMER_PER_SLOT ? held.at(-1) : undefined;
    if (forgotten) this.#past.delete(forgotten[0]);
  }

  #makeTables(): void {
    this.#storage.sql.exec("CREATE TABLE schema (version INTEGER NOT NULL)");
    this.#storage.sql.exec("INSERT INTO schema (version) VALUES (?)", SCHEMA_VERSION);
    this.#storage.sql.exec(
      "CREATE TABLE slots (slot INTEGER PRIMARY KEY, message TEXT NOT NULL, former TEXT NOT NULL)",
    );
  }

  #read(): History {
    const messages: Message[] = [];
    for (const row of this.#storage.sql.exec<SlotRow>("SELECT message, former FROM slots")) {
      const message: Message = JSON.parse(row.message);
      const former: readonly Former[] = JSON.parse(row.former);
      messages.push(message);
      this.#former[message.seq % WINDOW_MESSAGES] = former;
      for (const [id, author] of former) this.#past.set(id, author);
    }
    return merge(EMPTY_HISTORY, messages);
  }
}
