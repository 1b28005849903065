/**
 * A relay's copy of its channel: what it welcomes with, and how far its sockets were told. It decides nothing.
 *
 *   deliveries, in order ──▶ every socket
 *        │ one is missing
 *        └──▶ the whole state is asked for ──▶ every socket is sent what it has not
 *
 * A relay that woke from sleep has no copy until it is needed; the position outlasts sleep with one of the sockets.
 */
import { isForGuests } from "../platform/relay-name.ts";
import { welcomeFrame } from "../platform/welcome.ts";
import type { ChannelFrame } from "../protocol/frames.ts";
import { dropBelow, find, merge, oldestSeqOf, since } from "../protocol/history.ts";
import { HERE_MAX_PEOPLE } from "../protocol/limits.ts";
import type { Message, Person } from "../protocol/things.ts";
import type { Delivery, Here, Placement, RelayIdentity, RelayState } from "./rpc.ts";

type Parts = {
  /** The channel's state as it is now. */
  readonly pull: () => Promise<RelayState>;
  /** Sends a frame to every socket, but for those of one person. */
  readonly send: (frame: string, except?: string) => void;
  /** Closes the sockets of everyone who is not in the channel. */
  readonly keepOnly: (isIn: (personId: string) => boolean) => void;
  /** Writes down how far all sockets were told. */
  readonly keepPosition: (rev: number) => void;
};

const NO_ONE: Here = { count: 0, people: [], guests: 0 };

/** Something that may be done once every socket was told up to `rev`. */
type Waiting = { readonly rev: number; readonly work: () => void };

export class RelayWindow {
  readonly #parts: Parts;
  #state: RelayState | undefined;
  #position: number;
  #pulling: Promise<void> | undefined;
  /** What was delivered while the state was asked for: the answer may be older. */
  #deliveredDuringPull: Delivery[] = [];
  /** Counts the states that the channel has sent: what was asked for before one of them is older. */
  #syncs = 0;
  #waiting: Waiting[] = [];

  /** `position`: the `rev` up to which the sockets that outlasted sleep were told. */
  constructor(position: number, parts: Parts) {
    this.#position = position;
    this.#parts = parts;
  }

  /** The `rev` up to which every socket was told. */
  get position(): number {
    return this.#position;
  }

  /** Sockets that outlasted sleep were told up to there: one of them says so as it closes. */
  raise(position: number): void {
    if (!this.#state) this.#position = Math.max(this.#position, position);
  }

  /** Makes sure that there is a copy, at least as new as `rev`. */
  async ready(rev: number): Promise<void> {
    if (!this.#state || this.#position < rev) await this.pull();
  }

  /** Whether a person may be here, by the copy. */
  admits(personId: string): boolean {
    const state = this.#state;
    return state !== undefined && !state.hasEnded && (state.members?.includes(personId) ?? true);
  }

  /** The first frame of a socket. To be asked for only once there is a copy. */
  welcome(
    identity: RelayIdentity,
    { count, rules }: Pick<Placement, "count" | "rules">,
    query: URLSearchParams,
  ): string {
    if (!this.#state) throw new Error("a relay without a copy welcomes no one");
    const { person, channel, relay } = identity;
    const { history, pins, here = NO_ONE } = this.#state;
    const shown = { channel, history, pins, rules };
    // A guest is told how many there are, and is not one of them.
    if (isForGuests(relay)) {
      const { guests } = here;
      return welcomeFrame({ ...shown, you: null, rules: {}, here: { count, people: [], guests } }, query);
    }
    const others = here.people.filter(({ id }) => id !== person.id).slice(0, HERE_MAX_PEOPLE - 1);
    const guests = here.guests > 0 ? { guests: here.guests } : {};
    return welcomeFrame({ ...shown, you: person, here: { count, people: [person, ...others], ...guests } }, query);
  }

  /** A message in its newest state: that of an answer to one alone, unless it has changed since. */
  newest(message: Message): Message {
    const held = this.#state && find(this.#state.history, message.id);
    return held && held.rev > message.rev ? held : message;
  }

  /** Does something once every socket was told of everything up to `rev`. */
  whenReached(rev: number, work: () => void): void {
    if (rev <= this.#position) work();
    else this.#waiting.push({ rev, work });
  }

  /** Takes what the channel sends, in its order. What is missing before it is asked for. */
  async deliver(deliveries: readonly Delivery[]): Promise<void> {
    const syncs = this.#syncs;
    for (const delivery of deliveries) {
      // An answer can be older than what is missing: then it is asked for once more.
      while (delivery.kind === "messages" && delivery.from > this.#position) await this.pull();
      if (syncs !== this.#syncs) return; // the channel has sent its state since, in which all of this is
      if (this.#pulling) this.#deliveredDuringPull.push(delivery);
      this.#handOn(delivery);
    }
  }

  /** Asks for the channel's state; once at a time. */
  async pull(): Promise<void> {
    const pull = async () => {
      const syncs = this.#syncs;
      this.#deliveredDuringPull = [];
      const state = await this.#parts.pull();
      if (syncs !== this.#syncs) return; // a newer one has come by itself
      const later = this.#deliveredDuringPull;
      this.#takeState(state);
      for (const delivery of later) this.#updateCopy(delivery);
    };
    this.#pulling ??= pull().finally(() => {
      this.#pulling = undefined;
    });
    await this.#pulling;
  }

  /** The channel says how everything is. Sockets are sent what they may not have. */
  sync(state: RelayState): void {
    this.#syncs++;
    const before = this.#state;
    const isBehind = state.history.rev > this.#position;
    this.#takeState(state);
    // A relay that slept has no copy to compare with. What its sockets have is right, unless messages were missed as well.
    if (before ? !isSame(before.pins, state.pins) : isBehind) this.#send({ type: "pins", pins: [...state.pins] });
    if (!state.here || !before || isSame(before.here, state.here)) return;
    const { count, people, guests } = state.here;
    const isNamed = Math.max(count, before.here?.count ?? 0) <= HERE_MAX_PEOPLE;
    const gone = (before.here ?? NO_ONE).people.filter((one) => !people.some(({ id }) => id === one.id));
    const named = isNamed ? { joined: [...people], left: gone } : { joined: [], left: [] };
    this.#send({ type: "here", count, ...named, ...(guests > 0 && { guests }) });
  }

  /** Sends every socket what it has not, and closes those of people who are out. */
  #takeState(state: RelayState): void {
    const held = this.#state;
    // An answer can be older than what was delivered meanwhile.
    const merged = held ? merge(state.history, held.history.messages) : state.history;
    const oldestSeq = oldestSeqOf(state.history);
    const history = oldestSeq === undefined ? merged : dropBelow(merged, oldestSeq);
    const here = state.here ?? held?.here;
    this.#state = { ...state, history, ...(here && { here }) };
    const messages = [...since(history, this.#position)].sort((a, b) => a.rev - b.rev);
    if (messages.length > 0 || (held && oldestSeq !== oldestSeqOf(held.history)))
      this.#send({ type: "messages", messages, ...(oldestSeq !== undefined && { oldestSeq }) });
    if (state.hasEnded || state.members) this.#parts.keepOnly((personId) => this.admits(personId));
    this.#reach(Math.max(this.#position, history.rev));
  }

  /** Sends a delivery to the sockets it is for. */
  #handOn(delivery: Delivery): void {
    switch (delivery.kind) {
      case "messages":
        if (delivery.to <= this.#position) return;
        this.#parts.send(delivery.frame);
        this.#updateCopy(delivery);
        this.#reach(delivery.to);
        return;
      case "frame":
        this.#parts.send(delivery.frame, delivery.except);
        this.#updateCopy(delivery);
        return;
      case "left":
        this.#updateCopy(delivery);
        this.#parts.keepOnly((personId) => personId !== delivery.personId);
        return;
      default:
        return delivery satisfies never;
    }
  }

  /** Brings the copy up to date, if there is one. Sends nothing. */
  #updateCopy(delivery: Delivery): void {
    const state = this.#state;
    if (!state) return;
    if (delivery.kind === "left") {
      if (state.members)
        this.#state = { ...state, members: state.members.filter((personId) => personId !== delivery.personId) };
      return;
    }
    if (delivery.kind === "frame" && delivery.except !== undefined) return; // someone is writing
    const frame: ChannelFrame = JSON.parse(delivery.frame);
    if (frame.type === "messages") {
      const history = merge(state.history, frame.messages);
      const { oldestSeq } = frame;
      this.#state = { ...state, history: oldestSeq === undefined ? history : dropBelow(history, oldestSeq) };
    } else if (frame.type === "pins") this.#state = { ...state, pins: frame.pins };
    else if (frame.type === "here") {
      const people = withChanges((state.here ?? NO_ONE).people, frame.joined, frame.left);
      this.#state = { ...state, here: { count: frame.count, people, guests: frame.guests ?? 0 } };
    }
  }

  #reach(rev: number): void {
    this.#position = rev;
    this.#parts.keepPosition(rev);
    const reached = this.#waiting.filter((waiting) => waiting.rev <= rev);
    this.#waiting = this.#waiting.filter((waiting) => waiting.rev > rev);
    for (const { work } of reached) work();
  }

  #send(frame: ChannelFrame): void {
    this.#parts.send(JSON.stringify(frame));
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Who is there after some came and some went. A rename is one of each. */
function withChanges(people: readonly Person[], joined: readonly Person[], left: readonly Person[]): readonly Person[] {
  const isGone = ({ id, name }: Person) => left.some((one) => one.id === id && one.name === name);
  const stayed = people.filter((one) => !isGone(one) && !joined.some(({ id }) => id === one.id));
  return [...stayed, ...joined].slice(0, HERE_MAX_PEOPLE);
}
