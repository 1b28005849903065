/**
 * The relays of a channel: which socket goes where, who is on them, and what they are sent. A row stands for each, so that none is
 * forgotten in sleep. One without sockets is given up. No one is ever moved.
 */
import type { Identity } from "../platform/authority.ts";
import { Coalesce } from "../platform/coalesce.ts";
import type { Tables } from "../platform/migrations.ts";
import type { relayStub } from "../platform/objects.ts";
import { isForGuests, relayName } from "../platform/relay-name.ts";
import { PLACEMENT_MAX_MS, RELAY_READY_MS } from "../protocol/limits.ts";
import type { Person } from "../protocol/things.ts";
import type { Delivery, Placement, RelayRef, RelayReport, RelayState } from "../relay/rpc.ts";
import { RelayLink } from "./relay-link.ts";

/** `continent` is two letters, or empty. */
export const RELAYS_TABLE =
  "CREATE TABLE relays (relay TEXT PRIMARY KEY, epoch TEXT NOT NULL, continent TEXT NOT NULL) WITHOUT ROWID";

type RelayRow = RelayRef & { readonly continent: string };

type Held = {
  readonly row: RelayRow;
  readonly stub: ReturnType<typeof relayStub>;
  readonly link: RelayLink;
  /** People there. The object that holds a person stands for them among those who are in the channel. */
  readonly people: Map<string, { readonly person: Person }>;
  /** People whose socket is on its way, and since when (ms); the oldest first. */
  readonly pending: Map<string, number>;
  sockets: number;
};

type Parts = {
  readonly sql: SqlStorage;
  readonly tables: Tables;
  readonly stub: (row: RelayRow) => ReturnType<typeof relayStub>;
  /** Whether these are the relays of guests. */
  readonly isForGuests: boolean;
  /** Sockets that the channel holds itself, and each of its relays. */
  readonly capacity: number;
  readonly state: () => RelayState;
  /** The `rev` of the newest change. */
  readonly rev: () => number;
  /** How many people are in the channel. */
  readonly count: () => number;
  /** Who is in the channel by a relay. `key` stands for a person there. */
  readonly entered: (key: object, person: Person) => void;
  readonly left: (key: object, person: Person) => void;
};

export class Relays {
  readonly #parts: Parts;
  readonly #relays = new Map<string, Held>();
  /** By person: the relay that they are on, or on their way to. */
  readonly #whereIs = new Map<string, string>();
  readonly #lateSoon = new Coalesce(
    () => PLACEMENT_MAX_MS,
    () => this.#forgetLate(),
  );
  /** The `rev` up to which changes were handed to the links. */
  #rev = 0;
  #isKnown: Promise<void> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
    if (!parts.tables.exist) return;
    for (const row of parts.sql.exec<RelayRow>("SELECT * FROM relays"))
      if (isForGuests(row.relay) === parts.isForGuests) this.#hold(row, true);
  }

  /** Begins to ask who is where, after a start. What was written before it is sent as well. */
  start(): void {
    this.#rev = this.#parts.rev();
    if (this.#relays.size === 0) return;
    const synced = [...this.#relays.values()].map(({ link }) => link.start());
    this.#isKnown = Promise.race([Promise.all(synced).then(() => {}), scheduler.wait(RELAY_READY_MS)]);
  }

  /** Until it is known who is where, or a relay does not answer in time. */
  get isKnown(): Promise<void> {
    return this.#isKnown;
  }

  get isEmpty(): boolean {
    return this.#relays.size === 0;
  }

  /** Open sockets on all relays. */
  get sockets(): number {
    let sum = 0;
    for (const { sockets } of this.#relays.values()) sum += sockets;
    return sum;
  }

  /** People on all relays. */
  get people(): number {
    let sum = 0;
    for (const { people } of this.#relays.values()) sum += people.size;
    return sum;
  }

  /**
   * Where one more socket of a person goes: to the relay on which they are, or else to one with room, on their continent if there is
   * such a one. From then on the person is in the channel. `undefined`: the channel has room itself, and the person is on no relay.
   */
  place(epoch: string, person: Person, continent: string, ownSockets: number): Placement | undefined {
    const held = this.#relays.get(this.#whereIs.get(person.id) ?? "");
    if (!held && ownSockets < this.#parts.capacity) return undefined;
    const relay = held ?? this.#withRoom(continent) ?? this.#add(epoch, continent);
    relay.pending.delete(person.id);
    relay.pending.set(person.id, Date.now());
    this.#lateSoon.later();
    this.#enter(relay, person);
    const { rev, count } = this.#parts;
    return { relay: relay.row.relay, continent: relay.row.continent, rev: rev(), count: count() };
  }

  /** Changes up to `rev`, as the frame that everyone is sent. */
  sendMessages(frame: string, rev: number): void {
    this.#sendAll({ kind: "messages", frame, from: this.#rev, to: rev });
    this.#rev = rev;
  }

  /** Any other frame, for everyone but one person. */
  send(frame: string, except?: string): void {
    this.#sendAll({ kind: "frame", frame, ...(except !== undefined && { except }) });
  }

  /** A person is in the channel no more. */
  endPerson(personId: string): void {
    this.#sendAll({ kind: "left", personId });
  }

  /** No one may be here any more. Returns when every relay has closed its sockets. */
  async endAll(): Promise<void> {
    await Promise.all([...this.#relays.values()].map(({ link }) => link.fallBehind()));
  }

  /** A session has ended. Returns when every relay has acknowledged it; throws if one could not. */
  async endSession(session: string): Promise<void> {
    await Promise.all([...this.#relays.values()].map(({ stub }) => stub.endSession(session)));
  }

  /** The same for an identity. */
  async update(identity: Identity): Promise<void> {
    await Promise.all([...this.#relays.values()].map(({ stub }) => stub.update(identity)));
  }

  /** A relay says who is there. One that was given up is one again. */
  take(row: RelayRow, report: RelayReport): void {
    const held = this.#relays.get(row.relay) ?? (report.sockets > 0 ? this.#begin(row) : undefined);
    if (!held) return;
    const { people, pending } = held;
    for (const id of report.arrived) pending.delete(id);
    const staying = new Set([...report.joined.map(({ id }) => id), ...pending.keys()]);
    const left = report.isWhole ? [...people.keys()] : report.left;
    for (const id of left) if (!staying.has(id)) this.#leave(held, id);
    for (const person of report.joined) this.#enter(held, person);
    held.sockets = report.sockets;
    if (report.sockets === 0 && pending.size === 0) this.#giveUp(held);
  }

  #sendAll(delivery: Delivery): void {
    for (const { link } of this.#relays.values()) link.add(delivery);
  }

  #enter(held: Held, person: Person): void {
    const before = held.people.get(person.id);
    this.#whereIs.set(person.id, held.row.relay);
    if (before?.person.name === person.name) return;
    if (before) this.#parts.left(before, before.person);
    const key = { person };
    held.people.set(person.id, key);
    this.#parts.entered(key, person);
  }

  #leave(held: Held, personId: string): void {
    const key = held.people.get(personId);
    if (!key) return;
    held.people.delete(personId);
    if (this.#whereIs.get(personId) === held.row.relay) this.#whereIs.delete(personId);
    this.#parts.left(key, key.person);
  }

  #withRoom(continent: string): Held | undefined {
    const { capacity } = this.#parts;
    const roomy = [...this.#relays.values()].filter((held) => held.sockets + held.pending.size < capacity);
    return roomy.find(({ row }) => row.continent === continent) ?? (continent === "" ? roomy[0] : undefined);
  }

  /** One more relay. Its row is written before anyone is sent there. */
  #add(epoch: string, continent: string): Held {
    let number = 1;
    const name = () => relayName(number, this.#parts.isForGuests);
    while (this.#relays.has(name())) number++;
    return this.#begin({ relay: name(), epoch, continent });
  }

  #begin(row: RelayRow): Held {
    const { relay, epoch, continent } = row;
    this.#parts.tables.transact(() =>
      this.#parts.sql.exec("INSERT OR REPLACE INTO relays VALUES (?, ?, ?)", relay, epoch, continent),
    );
    return this.#hold(row, false);
  }

  #hold(row: RelayRow, isBehind: boolean): Held {
    const stub = this.#parts.stub(row);
    const { relay, epoch } = row;
    const link = new RelayLink(isBehind, {
      deliver: (deliveries) => stub.deliver({ relay, epoch }, deliveries),
      sync: () => stub.sync({ relay, epoch }, this.#parts.state()),
      heard: (report) => this.take(row, report),
    });
    const held: Held = { row, stub, link, people: new Map(), pending: new Map(), sockets: 0 };
    this.#relays.set(relay, held);
    return held;
  }

  #giveUp(held: Held): void {
    held.link.end();
    this.#relays.delete(held.row.relay);
    if (this.#parts.tables.exist) this.#parts.sql.exec("DELETE FROM relays WHERE relay = ?", held.row.relay);
  }

  /** Sockets that have not arrived in time do not come any more: their relay is asked who is there. */
  #forgetLate(): void {
    const now = Date.now();
    for (const held of this.#relays.values()) {
      const late = [...held.pending].filter(([, at]) => at <= now - PLACEMENT_MAX_MS).map(([id]) => id);
      for (const id of late) held.pending.delete(id);
      if (late.length > 0) void held.link.fallBehind();
      if (held.pending.size > 0) this.#lateSoon.later();
    }
  }
}
