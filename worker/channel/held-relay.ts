/** One relay as its channel knows it: who is there, who is on the way there, and whether it has room. Bookkeeping only. */
import { PLACEMENT_MAX_MS } from "../protocol/limits.ts";
import type { Person } from "../protocol/things.ts";
import type { RelayRef, RelayReport } from "../relay/rpc.ts";

/** `continent` is two letters, or empty. */
export type RelayRow = RelayRef & { readonly continent: string };

type Listeners = {
  /** Someone is here now, or has another name. `key` stands for this person on this relay. */
  readonly entered: (key: object, person: Person) => void;
  readonly left: (key: object, person: Person) => void;
};

/** `behind`: a report has overtaken another one, and everyone has to be asked for. */
type Taken = "taken" | "behind";

export class HeldRelay {
  readonly row: RelayRow;
  readonly #listeners: Listeners;
  /** The object that holds a person stands for them among those who are in the channel. */
  readonly #people = new Map<string, { readonly person: Person }>();
  /** People whose socket is on its way, and since when (ms); the oldest first. */
  readonly #pending = new Map<string, number>();
  /** When (ms) someone was last sent there, or this object started: a socket may arrive until a while after that. */
  #placedAt: number;
  #sockets = 0;
  /** The number of the last report. */
  #reportNumber = 0;

  constructor(row: RelayRow, now: number, listeners: Listeners) {
    this.row = row;
    this.#placedAt = now;
    this.#listeners = listeners;
  }

  get sockets(): number {
    return this.#sockets;
  }

  get people(): number {
    return this.#people.size;
  }

  /** Whether it has to be looked after: someone is on the way, or no one is there. */
  get isUnsettled(): boolean {
    return this.#pending.size > 0 || this.#sockets === 0;
  }

  hasRoom(capacity: number): boolean {
    return this.#sockets + this.#pending.size < capacity;
  }

  /** A person is sent there. From now on they count. */
  place(person: Person, now: number): void {
    this.#pending.delete(person.id);
    this.#pending.set(person.id, now);
    this.#placedAt = now;
    this.#enter(person);
  }

  /** The relay says who is there. */
  take(report: RelayReport): Taken {
    const { number, isWhole, sockets, joined, arrived } = report;
    if (!isWhole && number <= this.#reportNumber) return "taken"; // a whole one said it
    if (!isWhole && number > this.#reportNumber + 1) return "behind";
    this.#reportNumber = number;
    this.#sockets = sockets;
    for (const id of arrived) this.#pending.delete(id);
    const staying = new Set([...joined.map(({ id }) => id), ...this.#pending.keys()]);
    const left = isWhole ? [...this.#people.keys()] : report.left;
    for (const id of left) if (!staying.has(id)) this.#leave(id);
    for (const person of joined) this.#enter(person);
    return "taken";
  }

  /** It was started anew: everyone who was there is gone. */
  empty(): void {
    this.take({ number: this.#reportNumber, isWhole: true, sockets: 0, joined: [], left: [], arrived: [] });
  }

  /** Sockets that have not arrived in time do not come any more. Whether there were any. */
  forgetLate(now: number): boolean {
    const late = [...this.#pending].filter(([, at]) => at <= now - PLACEMENT_MAX_MS);
    for (const [id] of late) this.#pending.delete(id);
    return late.length > 0;
  }

  /** Whether no one is there, and no one can be on the way. */
  isIdle(now: number): boolean {
    return this.#sockets === 0 && this.#placedAt <= now - PLACEMENT_MAX_MS;
  }

  /** It is given up: no one is there any more. */
  clear(): void {
    for (const id of [...this.#people.keys()]) this.#leave(id);
  }

  #enter(person: Person): void {
    const before = this.#people.get(person.id);
    if (before?.person.name === person.name) return;
    if (before) this.#listeners.left(before, before.person);
    const key = { person };
    this.#people.set(person.id, key);
    this.#listeners.entered(key, person);
  }

  #leave(personId: string): void {
    const key = this.#people.get(personId);
    if (!key) return;
    this.#people.delete(personId);
    this.#listeners.left(key, key.person);
  }
}
