/**
 * Who is in a channel, and who is writing: what its sockets are told of each other, at most once a second.
 */
import { Coalesce } from "../platform/coalesce.ts";
import { Presence } from "../platform/presence.ts";
import type { Sockets } from "../platform/sockets.ts";
import { TypingPace } from "../platform/typing.ts";
import type { ChannelFrame, WelcomeFrame } from "../protocol/frames.ts";
import { BATCH_MS, HERE_MAX_PEOPLE } from "../protocol/limits.ts";
import type { Person } from "../protocol/things.ts";
import type { Relays } from "./relays.ts";
import type { ChannelAuth } from "./rpc.ts";

/** The channel's own sockets, and its relays. */
type Parts = {
  readonly sockets: Sockets<ChannelAuth>;
  readonly relays: Pick<Relays, "people" | "send">;
  /** The relays of guests, and how many guests there are. */
  readonly guestRelays: Pick<Relays, "send">;
  readonly guests: () => number;
};

export class Attendance {
  readonly #parts: Parts;
  readonly #here: Presence;
  readonly #hereSoon = new Coalesce(
    () => BATCH_MS,
    () => this.#sendHere(),
  );
  /** How many people the last `here` counted. */
  #sentCount = 0;
  #sentGuests = 0;
  readonly #typingPace = new TypingPace();

  constructor(parts: Parts) {
    this.#parts = parts;
    const { sockets } = parts;
    this.#here = new Presence(sockets.open().map((socket) => [socket, sockets.identity(socket).person]));
  }

  /** People who are here, on relays too. */
  get count(): number {
    return this.#here.count;
  }

  /** Sockets that the channel holds itself. */
  get ownSockets(): number {
    return this.#here.sockets - this.#parts.relays.people;
  }

  /** `socket` stands for the person: one of the channel's own, or any object for those who are on a relay. */
  enter(socket: object, person: Person): void {
    this.#here.enter(socket, person);
    this.#hereSoon.later();
  }

  leave(socket: object): void {
    this.#here.leave(socket);
    this.#hereSoon.later();
  }

  rename(person: Person): void {
    if (!this.#here.has(person.id)) return;
    this.#here.rename(person);
    this.#hereSoon.later();
  }

  /** For a first frame: the person themselves, if any, and at most 99 others in all. */
  for(person?: Person): WelcomeFrame["here"] {
    const guests = this.#parts.guests();
    const people = this.#here.people(HERE_MAX_PEOPLE, person?.id);
    return { count: this.#here.count, people, ...(guests > 0 && { guests }) };
  }

  /** A guest has come or gone. */
  noteGuests(): void {
    this.#hereSoon.later();
  }

  /** Everyone but the person who types is told, at most once a second of each. Earlier repeats are dropped. */
  typing(person: Person, now: number): void {
    if (!this.#typingPace.admits(person.id, now)) return;
    const { sockets, relays } = this.#parts;
    const own = new Set(sockets.of(person.id));
    const others = sockets.all().filter((socket) => !own.has(socket));
    const frame = encode({ type: "typing", person });
    sockets.sendTo(others, frame);
    relays.send(frame, person.id);
  }

  /** Names that do not fit in this frame, and all names while the channel is too full for them, stay for a later one. */
  #sendHere(): void {
    const { count } = this.#here;
    const isNamed = count <= HERE_MAX_PEOPLE;
    const { joined, left } = this.#here.takeChanges(isNamed ? HERE_MAX_PEOPLE : 0);
    const { sockets, relays, guestRelays } = this.#parts;
    const guests = this.#parts.guests();
    const isCount = count !== this.#sentCount || guests !== this.#sentGuests;
    if (joined.length + left.length > 0 || isCount) {
      const frame = encode({ type: "here", count, joined, left, ...(guests > 0 && { guests }) });
      sockets.broadcast(frame);
      relays.send(frame);
    }
    if (isCount) guestRelays.send(encode({ type: "here", count, joined: [], left: [], guests }));
    this.#sentCount = count;
    this.#sentGuests = guests;
    if (isNamed && this.#here.hasChanges) this.#hereSoon.later();
  }
}

function encode(frame: ChannelFrame): string {
  return JSON.stringify(frame);
}
