/**
 * The live feeds of a shard's people: what the sockets of the directory address are told.
 * It stores nothing; what is told here is written down, or known from elsewhere, before.
 */
import type { SessionIdentity } from "../platform/authority.ts";
import { Coalesce } from "../platform/coalesce.ts";
import { withChannels } from "../platform/encoding.ts";
import { Presence } from "../platform/presence.ts";
import { Sockets } from "../platform/sockets.ts";
import type { ActivityEntry, DirectoryFrame } from "../protocol/frames.ts";
import { BATCH_MS, FEED_PEOPLE_MAX, PROTOCOL_VERSION } from "../protocol/limits.ts";
import type { Channel, Message, OnlinePerson, Person, Preference } from "../protocol/things.ts";
import { Online } from "./online.ts";

/** Mentions that are remembered to have been told. */
const SENT_MENTIONS_MAX = 1_000;

/** What a first frame tells beside who is online. */
export type FirstFrame = {
  readonly isOwner: boolean;
  readonly channels: readonly Channel[];
  readonly isMore: boolean;
  readonly peers: readonly Person[];
  readonly reads: Readonly<Record<string, number>>;
  readonly mentions: Readonly<Record<string, number[]>>;
  readonly preferences: Readonly<Record<string, Preference>>;
  readonly blocked: readonly string[];
  readonly push: boolean;
  /** 0: pushes come. */
  readonly pausedUntil: number;
};

export class Feed {
  readonly sockets: Sockets<SessionIdentity>;
  readonly online: Online;
  readonly #own: Presence;
  /** By person and message: mentions that were told, so that a channel that tells them again is not repeated. */
  readonly #sentMentions = new Set<string>();
  readonly #peopleSoon = new Coalesce(
    () => BATCH_MS,
    () => this.#sendPeople(),
  );
  readonly #presenceChanged: (changes: readonly OnlinePerson[]) => void;

  /** `presenceChanged` hears, at most once a second, who of this shard came, went or was renamed. */
  constructor(ctx: DurableObjectState, presenceChanged: (changes: readonly OnlinePerson[]) => void) {
    this.#presenceChanged = presenceChanged;
    this.sockets = new Sockets(ctx, {
      entered: (socket, { person }) => {
        this.#own.enter(socket, person);
        this.#peopleSoon.later();
      },
      left: (socket) => {
        this.#own.leave(socket);
        this.#peopleSoon.later();
      },
    });
    this.#own = new Presence(this.sockets.open().map((socket) => [socket, this.sockets.identity(socket).person]));
    this.online = new Online(this.#own);
  }

  /** Whether anyone listens. */
  get isOpen(): boolean {
    return this.#own.count > 0;
  }

  /** The people of this shard who listen. */
  listeners(): readonly string[] {
    return this.#own.people(Number.POSITIVE_INFINITY).map(({ id }) => id);
  }

  accept(identity: SessionIdentity, first: FirstFrame): Response {
    return this.sockets.accept(identity, Date.now(), () => this.#firstFrame(identity.person, first));
  }

  /** A person has another name, or became an owner. */
  update(identity: Parameters<Sockets<SessionIdentity>["update"]>[0]): void {
    this.sockets.update(identity);
    this.#own.rename(identity.person);
    if (this.#own.has(identity.person.id)) this.#peopleSoon.later();
  }

  /** Presence of other shards. */
  notePresence(presence: Parameters<Online["note"]>[0]): void {
    this.online.note(presence, this.isOpen);
    if (this.online.hasChanges) this.#peopleSoon.soon();
  }

  broadcast(frame: DirectoryFrame): void {
    this.sockets.broadcast(encode(frame));
  }

  sendTo(personId: string, frame: DirectoryFrame): void {
    this.sockets.sendTo(this.sockets.of(personId), encode(frame));
  }

  sendToOwners(frame: DirectoryFrame): void {
    this.sockets.sendTo(
      this.sockets.all().filter((socket) => this.sockets.identity(socket).isOwner),
      encode(frame),
    );
  }

  /** The same for all of a person's sockets but one. */
  sendToOthers(personId: string, but: WebSocket, frame: DirectoryFrame): void {
    const others = this.sockets.of(personId).filter((socket) => socket !== but);
    this.sockets.sendTo(others, encode(frame));
  }

  activity(channels: readonly ActivityEntry[]): void {
    if (channels.length > 0) this.broadcast({ type: "activity", channels: [...channels] });
  }

  /** A message mentions a person. The frame is sent once, as far as this object remembers since its start. */
  mention(personId: string, channel: string, message: Message, reason: "mention" | "reply"): void {
    const key = `${personId} ${message.id}`;
    if (this.#sentMentions.has(key)) return;
    this.#sentMentions.add(key);
    const oldest = this.#sentMentions.values().next().value;
    if (this.#sentMentions.size > SENT_MENTIONS_MAX && oldest !== undefined) this.#sentMentions.delete(oldest);
    this.sendTo(personId, { type: "mention", channel, message, reason });
  }

  mentionWithdrawn(personId: string, channel: string, id: string): void {
    this.#sentMentions.delete(`${personId} ${id}`);
    this.sendTo(personId, { type: "mention_withdrawn", channel, id });
  }

  #firstFrame(you: Person, first: FirstFrame): string {
    const { isOwner, channels, isMore, peers, reads, mentions, preferences, blocked, push, pausedUntil } = first;
    const people = new Map(peers.map((person) => [person.id, person]));
    for (const person of this.online.people(FEED_PEOPLE_MAX, you.id)) people.set(person.id, person);
    const about: Omit<Extract<DirectoryFrame, { type: "directory" }>, "channels"> = {
      type: "directory",
      version: PROTOCOL_VERSION,
      you,
      ...(isOwner && { owner: true }),
      people: [...people.values()]
        .slice(0, FEED_PEOPLE_MAX)
        .map((person) => ({ ...person, online: this.online.has(person.id) })),
      reads,
      mentions,
      preferences,
      blocked,
      push,
      ...(pausedUntil > 0 && { pausedUntil }),
      onlineCount: this.online.count,
      ...(isMore && { more: true }),
    };
    return withChannels(about, channels);
  }

  #sendPeople(): void {
    const changes = this.online.takeOwnChanges();
    if (changes.length > 0) this.#presenceChanged(changes);
    const people = this.online.takeChanges(FEED_PEOPLE_MAX);
    if (people.length > 0) this.broadcast({ type: "people", people: [...people] });
    if (this.online.hasChanges) this.#peopleSoon.later();
  }
}

function encode(frame: DirectoryFrame): string {
  return JSON.stringify(frame);
}
