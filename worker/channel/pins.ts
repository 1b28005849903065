/**
 * Pinned messages: a copy of author, time and text, at most ten. It follows the edits of its message while that is kept, goes with its
 * deletion, and stays when the message leaves the window by number.
 */
import type { Tables } from "../platform/migrations.ts";
import { type Refused, refuse } from "../protocol/errors.ts";
import { find, type History } from "../protocol/history.ts";
import { PINS_MAX } from "../protocol/limits.ts";
import type { Message, Pin } from "../protocol/things.ts";
import type { Allowances } from "./allowances.ts";
import type { ChannelAuth } from "./rpc.ts";
import { mayAlwaysPost } from "./rules.ts";
import type { About } from "./tables.ts";

/** `pin` is JSON; `seq` is the number of its message. */
export const PINS_TABLE =
  "CREATE TABLE pins (message TEXT PRIMARY KEY, seq INTEGER NOT NULL, pin TEXT NOT NULL) WITHOUT ROWID";

type Held = { readonly seq: number; readonly pin: Pin };

type Parts = {
  readonly sql: SqlStorage;
  readonly tables: Tables;
  readonly about: () => About | undefined;
  readonly history: () => History;
  readonly allowances: Allowances;
  /** Everyone in the channel is to hear of the pins there are. */
  readonly changed: (pins: readonly Pin[]) => void;
};

export type PinsOutcome = Refused | { readonly kind: "pins"; readonly pins: readonly Pin[]; readonly isNew: boolean };

export class Pins {
  readonly #parts: Parts;
  readonly #held = new Map<string, Held>();

  constructor(parts: Parts) {
    this.#parts = parts;
    if (!parts.tables.exist) return;
    const rows = parts.sql.exec<{ message: string; seq: number; pin: string }>("SELECT * FROM pins");
    for (const { message, seq, pin } of rows) this.#held.set(message, { seq, pin: JSON.parse(pin) });
  }

  /** In the order in which they were pinned. */
  list(): readonly Pin[] {
    return [...this.#held.values()].map(({ pin }) => pin).sort((a, b) => a.pinnedAt - b.pinnedAt);
  }

  add(auth: ChannelAuth, messageId: string, now: number): PinsOutcome {
    const refused = this.#permissionError(auth);
    if (refused) return refused;
    if (this.#held.has(messageId)) return this.#outcome(false);
    const message = find(this.#parts.history(), messageId);
    if (!message || message.deleted) return refuse("not_found", "This message doesn't exist, or is no longer kept.");
    if (this.#held.size >= PINS_MAX) return refuse("too_many", `A channel can have up to ${PINS_MAX} pins.`);
    const limited = this.#parts.allowances.take(auth.person.id, false, now);
    if (limited) return limited;
    this.#write(message, { ...copyOf(message), pinnedBy: auth.person, pinnedAt: now });
    this.#broadcast();
    return this.#outcome(true);
  }

  /** Takes a pin away. Without one nothing changes. */
  remove(auth: ChannelAuth, messageId: string, now: number): PinsOutcome {
    const refused = this.#permissionError(auth);
    if (refused) return refused;
    if (!this.#held.has(messageId)) return this.#outcome(false);
    const limited = this.#parts.allowances.take(auth.person.id, false, now);
    if (limited) return limited;
    this.#delete(messageId);
    this.#broadcast();
    return this.#outcome(false);
  }

  /** A message has changed, in this turn. */
  note(message: Message): void {
    const held = this.#held.get(message.id);
    if (!held || (!message.deleted && message.text === held.pin.text)) return;
    if (message.deleted) this.#delete(message.id);
    else this.#write(message, { ...held.pin, text: message.text });
    this.#broadcast();
  }

  /** When (ms) the oldest message that is pinned was sent. */
  get oldestAt(): number | undefined {
    const all = [...this.#held.values()].map(({ pin }) => pin.sentAt);
    return all.length > 0 ? Math.min(...all) : undefined;
  }

  /** Messages that were sent up to that time (ms) are older than the channel keeps them. */
  expire(sentUpTo: number): void {
    const old = [...this.#held].filter(([, { pin }]) => pin.sentAt <= sentUpTo);
    for (const [id] of old) this.#delete(id);
    if (old.length > 0) this.#broadcast();
  }

  /** The channel has ended, with its rows. */
  clear(): void {
    this.#held.clear();
  }

  /** Where only some may post, only they may pin. */
  #permissionError(auth: ChannelAuth): Refused | undefined {
    const about = this.#parts.about();
    if (about?.rules.posting !== "creator" || mayAlwaysPost(about, auth)) return undefined;
    return refuse("forbidden", `Only ${about.createdBy.name} can pin messages here.`);
  }

  #outcome(isNew: boolean): PinsOutcome {
    return { kind: "pins", pins: this.list(), isNew };
  }

  #broadcast(): void {
    this.#parts.changed(this.list());
  }

  #write({ id, seq }: Message, pin: Pin): void {
    this.#parts.tables.transact(() =>
      this.#parts.sql.exec("INSERT OR REPLACE INTO pins VALUES (?, ?, ?)", id, seq, JSON.stringify(pin)),
    );
    this.#held.set(id, { seq, pin });
  }

  #delete(messageId: string): void {
    this.#parts.sql.exec("DELETE FROM pins WHERE message = ?", messageId);
    this.#held.delete(messageId);
  }
}

function copyOf({ id, author, sentAt, text }: Message): Pick<Pin, "messageId" | "author" | "sentAt" | "text"> {
  return { messageId: id, author, sentAt, text };
}
