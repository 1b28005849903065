/**
 * The relays of a channel: which socket goes where, who is on them, and what they are sent. A row stands for each, so that none is
 * forgotten in sleep. One that has had no sockets for a while is given up. No one is ever moved.
 */
import type { Identity } from "../platform/authority.ts";
import { log } from "../platform/log.ts";
import type { Tables } from "../platform/migrations.ts";
import type { relayStub } from "../platform/objects.ts";
import { isForGuests, relayName } from "../platform/relay-name.ts";
import type { Job } from "../platform/schedule.ts";
import { PLACEMENT_MAX_MS, RELAY_READY_MS } from "../protocol/limits.ts";
import type { Message, Person, Rules } from "../protocol/things.ts";
import type { Placement, RelayReport, RelayState } from "../relay/rpc.ts";
import { HeldRelay, type RelayRow } from "./held-relay.ts";
import { type Queued, RelayLink } from "./relay-link.ts";

export const RELAYS_TABLE =
  "CREATE TABLE relays (relay TEXT PRIMARY KEY, epoch TEXT NOT NULL, continent TEXT NOT NULL) WITHOUT ROWID";

type Held = { readonly relay: HeldRelay; readonly link: RelayLink };

type Parts = {
  readonly sql: SqlStorage;
  readonly tables: Tables;
  /** A new stub each time: one that has failed stays broken. */
  readonly stub: (row: RelayRow) => ReturnType<typeof relayStub>;
  /** Whether these are the relays of guests. */
  readonly isForGuests: boolean;
  /** Sockets that the channel holds itself, and each of its relays. */
  readonly capacity: number;
  readonly state: () => RelayState;
  /** The `rev` of the newest change. */
  readonly rev: () => number;
  /** What the first frame says beside the copy of the relay. */
  readonly welcome: () => { readonly count: number; readonly rules: Rules };
  /** Who is in the channel by a relay. `key` stands for a person there. */
  readonly entered: (key: object, person: Person) => void;
  readonly left: (key: object, person: Person) => void;
  /** The job is due at another time. */
  readonly reschedule: () => void;
};

export class Relays {
  readonly #parts: Parts;
  readonly #relays = new Map<string, Held>();
  /** By person: the relay that they are on, or on their way to. */
  readonly #relayOf = new Map<string, string>();
  /** When (ms) to look for sockets that have not arrived, and for relays without any. */
  #lookAt: number | undefined;
  /** The `rev` up to which changes were handed to the links. */
  #rev = 0;
  #isEveryoneKnown = true;
  #known: Promise<void> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
    if (!parts.tables.exist) return;
    for (const row of parts.sql.exec<RelayRow>("SELECT * FROM relays"))
      if (isForGuests(row.relay) === parts.isForGuests) this.#hold(row);
  }

  /** Begins to ask who is where, after a start. What was written before it is sent as well. */
  start(): void {
    this.#rev = this.#parts.rev();
    if (this.#relays.size === 0) return;
    this.#isEveryoneKnown = false;
    const synced = Promise.all([...this.#relays.values()].map(({ link }) => link.drain()));
    this.#known = Promise.race([synced.then(() => {}), scheduler.wait(RELAY_READY_MS)]).then(() => {
      this.#isEveryoneKnown = true;
    });
  }

  /** Until it is known who is where, or a relay does not answer in time. */
  get known(): Promise<void> {
    return this.#known;
  }

  get isEveryoneKnown(): boolean {
    return this.#isEveryoneKnown;
  }

  get isEmpty(): boolean {
    return this.#relays.size === 0;
  }

  /** Open sockets on all relays. */
  get sockets(): number {
    return [...this.#relays.values()].reduce((sum, { relay }) => sum + relay.sockets, 0);
  }

  /** People on all relays. */
  get people(): number {
    return [...this.#relays.values()].reduce((sum, { relay }) => sum + relay.people, 0);
  }

  /** For the schedule. */
  get job(): Job {
    return { dueAt: () => this.#lookAt, run: async (now) => this.#look(now) };
  }

  /** Whether a person is on one of them, or on the way there. */
  has(personId: string): boolean {
    return this.#relayOf.has(personId);
  }

  /**
   * Where one more socket of a person goes: to the relay on which they are, or else to one with room, on their continent if there is
   * such a one. From then on the person counts among those who are here; one who does not arrive, until the next look. `undefined`: the
   * channel has room itself, and the person is on no relay.
   */
  place(epoch: string, person: Person, continent: string, ownSockets: number): Placement | undefined {
    const now = Date.now();
    const held = this.#relays.get(this.#relayOf.get(person.id) ?? "");
    if (!held && ownSockets < this.#parts.capacity) return undefined;
    const { relay } = held ?? this.#withRoom(continent) ?? this.#create(epoch, continent);
    this.#relayOf.set(person.id, relay.row.relay);
    relay.place(person, now);
    this.#lookLater(now);
    const { row } = relay;
    return { relay: row.relay, continent: row.continent, rev: this.#parts.rev(), ...this.#parts.welcome() };
  }

  /** Changes up to `rev`, as the frame that everyone is sent. */
  sendMessages(frame: string, messages: readonly Message[], rev: number): void {
    this.#sendAll({ kind: "messages", frame, messages, from: this.#rev, to: rev });
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

  /** Returns when every relay has closed its sockets. */
  async endAll(): Promise<void> {
    await Promise.all([...this.#relays.values()].map(({ link }) => link.resync()));
  }

  /** A session has ended. Returns when every relay has acknowledged it; throws if one could not. */
  async endSession(session: string): Promise<void> {
    await Promise.all([...this.#relays.values()].map(({ relay }) => this.#parts.stub(relay.row).endSession(session)));
  }

  /** The same for an identity. */
  async update(identity: Identity): Promise<void> {
    await Promise.all([...this.#relays.values()].map(({ relay }) => this.#parts.stub(relay.row).update(identity)));
  }

  /** A relay says who is there. One that was given up and has sockets again is used again. */
  takeReport(row: RelayRow, report: RelayReport): void {
    const held = this.#relays.get(row.relay);
    if (held) return this.#takeFrom(held, report);
    if (report.sockets === 0) return;
    const state = this.#parts.state();
    // Nothing is written of a channel that has ended.
    if (state.hasEnded) return void this.#parts.stub(row).sync(row, state).catch(logFailure);
    void this.#begin(row).link.drain();
  }

  #takeFrom({ relay, link }: Held, report: RelayReport): void {
    if (relay.take(report) === "behind") void link.resync();
    if (relay.isUnsettled) this.#lookLater(Date.now());
  }

  #sendAll(queued: Queued): void {
    for (const { link } of this.#relays.values()) link.add(queued);
  }

  #withRoom(continent: string): Held | undefined {
    const roomy = [...this.#relays.values()].filter(({ relay }) => relay.hasRoom(this.#parts.capacity));
    const near = roomy.find(({ relay }) => relay.row.continent === continent);
    return near ?? (continent === "" ? roomy[0] : undefined);
  }

  #create(epoch: string, continent: string): Held {
    let number = 1;
    const name = () => relayName(number, this.#parts.isForGuests);
    while (this.#relays.has(name())) number++;
    const held = this.#begin({ relay: name(), epoch, continent });
    void held.link.drain(); // an object of that number may have a copy from before
    return held;
  }

  /** One more relay. Its row is written before anyone is sent there. */
  #begin(row: RelayRow): Held {
    const { relay, epoch, continent } = row;
    this.#parts.tables.transact(() =>
      this.#parts.sql.exec("INSERT OR REPLACE INTO relays VALUES (?, ?, ?)", relay, epoch, continent),
    );
    return this.#hold(row);
  }

  #hold(row: RelayRow): Held {
    const { relay: name, epoch } = row;
    const { stub, state, entered, left } = this.#parts;
    const relay = new HeldRelay(row, Date.now(), {
      entered: (key, person) => {
        this.#relayOf.set(person.id, name);
        entered(key, person);
      },
      left: (key, person) => {
        if (this.#relayOf.get(person.id) === name) this.#relayOf.delete(person.id);
        left(key, person);
      },
    });
    const link = new RelayLink({
      deliver: (deliveries) => stub(row).deliver({ relay: name, epoch }, deliveries),
      sync: () => stub(row).sync({ relay: name, epoch }, state()),
      reported: (report) => this.#takeFrom(held, report),
      emptied: () => {
        relay.empty();
        this.#lookLater(Date.now());
      },
    });
    const held: Held = { relay, link };
    this.#relays.set(name, held);
    return held;
  }

  #lookLater(now: number): void {
    if (this.#lookAt !== undefined) return;
    this.#lookAt = now + PLACEMENT_MAX_MS;
    this.#parts.reschedule();
  }

  /** Where a socket has not arrived in time, its relay is asked who is there. A relay that no one is on or on the way to is given up. */
  #look(now: number): void {
    this.#lookAt = undefined;
    for (const held of [...this.#relays.values()]) {
      if (held.relay.forgetLate(now)) void held.link.resync();
      else if (held.relay.isIdle(now)) this.#giveUp(held);
      else if (held.relay.isUnsettled) this.#lookLater(now);
    }
  }

  #giveUp({ relay, link }: Held): void {
    const { tables, sql } = this.#parts;
    link.giveUp();
    relay.clear();
    this.#relays.delete(relay.row.relay);
    if (tables.exist) sql.exec("DELETE FROM relays WHERE relay = ?", relay.row.relay);
  }
}

const logFailure = (error: unknown): void => log.transientError("relay", error);
