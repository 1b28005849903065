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
import type { Delivery, RelayIdentity, RelayState } from "./rpc.ts";

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

/** Something that may be done once every socket was told up to `rev`. */
type Waiting = { readonly rev: number; readonly work: () => void };

export class RelayWindow {
  readonly #parts: Parts;
  #state: RelayState | undefined;
  #position: number;
  #pulling: Promise<void> | undefined;
  /** What was delivered while the state was asked for: the answer may be older. */
  #meanwhile: Delivery[] = [];
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

  /** Makes sure that there is a copy, at least as new as `rev`. */
  async ready(rev: number): Promise<void> {
    if (!this.#state || this.#position < rev) await this.pull();
  }

  /** Whether a person may be here, by the copy. */
  admits(personId: string): boolean {
    const state = this.#state;
    return state !== undefined && !state.hasEnded && (state.members?.includes(personId) ?? true);
  }

  /** The first frame of a socket. To be asked for only once there is a copy. `count`: how many people are here. */
  welcome({ person, channel, relay }: RelayIdentity, query: URLSearchParams, count: number): string {
    if (!this.#state) throw new Error("a relay without a copy welcomes no one");
    const { history, pins, rules, here } = this.#state;
    const watched = here.guests > 0 ? { guests: here.guests } : {};
    const shown = { channel, history, pins, rules };
    // A guest is told how many there are, and is not one of them.
    if (isForGuests(relay)) {
      return welcomeFrame({ ...shown, you: null, here: { count: here.count, people: [], guests: here.guests } }, query);
    }
    const others = here.people.filter(({ id }) => id !== person.id).slice(0, HERE_MAX_PEOPLE - 1);
    return welcomeFrame({ ...shown, you: person, here: { count, people: [person, ...others], ...watched } }, query);
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
    for (const delivery of deliveries) {
      if (this.#pulling) this.#meanwhile.push(delivery);
      if (delivery.kind === "messages" && delivery.from > this.#position) await this.pull();
      else this.#apply(delivery);
    }
  }

  /** Asks for the channel's state; once at a time. */
  async pull(): Promise<void> {
    const pull = async () => {
      this.#meanwhile = [];
      const state = await this.#parts.pull();
      const meanwhile = this.#meanwhile;
      this.#take(state);
      for (const delivery of meanwhile) this.#note(delivery);
    };
    this.#pulling ??= pull().finally(() => {
      this.#pulling = undefined;
    });
    await this.#pulling;
  }

  /** The channel says how everything is. Sockets are sent what they may not have. */
  sync(state: RelayState): void {
    const before = this.#state;
    const left = before ? before.here.people.filter((one) => !state.here.people.some(({ id }) => id === one.id)) : [];
    this.#take(state);
    const { count, people, guests } = state.here;
    const joined = count > HERE_MAX_PEOPLE ? [] : [...people];
    if (!isSame(before?.pins, state.pins)) this.#send({ type: "pins", pins: [...state.pins] });
    if (!isSame(before?.here, state.here))
      this.#send({ type: "here", count, joined, left, ...(guests > 0 && { guests }) });
  }

  #take(state: RelayState): void {
    const held = this.#state?.history;
    // An answer can be older than what was delivered meanwhile.
    const history = held ? merge(state.history, held.messages) : state.history;
    const oldestSeq = oldestSeqOf(state.history);
    this.#state = { ...state, history: oldestSeq === undefined ? history : dropBelow(history, oldestSeq) };
    const messages = [...since(this.#state.history, this.#position)].sort((a, b) => a.rev - b.rev);
    if (messages.length > 0 || (held && oldestSeq !== oldestSeqOf(held)))
      this.#send({ type: "messages", messages, ...(oldestSeq !== undefined && { oldestSeq }) });
    if (state.hasEnded || state.members) this.#parts.keepOnly((personId) => this.admits(personId));
    this.#reach(Math.max(this.#position, this.#state.history.rev));
  }

  #apply(delivery: Delivery): void {
    switch (delivery.kind) {
      case "messages":
        if (delivery.to <= this.#position) return;
        this.#parts.send(delivery.frame);
        this.#note(delivery);
        this.#reach(delivery.to);
        return;
      case "frame":
        this.#parts.send(delivery.frame, delivery.except);
        this.#note(delivery);
        return;
      case "left":
        this.#note(delivery);
        this.#parts.keepOnly((personId) => personId !== delivery.personId);
        return;
      default:
        return delivery satisfies never;
    }
  }

  /** Brings the copy up to date, if there is one. */
  #note(delivery: Delivery): void {
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
      const people = withChanges(state.here.people, frame.joined, frame.left);
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
