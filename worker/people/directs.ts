/**
 * Direct conversations of a shard's people. Two shards take part in opening one: that of the peer accepts first, then that of the
 * person who opens it adds it. Each step may be repeated, and one that was cut off is made up for by the first message.
 */
import {
  type AuthContext,
  type Authority,
  type Identity,
  type NotAuthorized,
  SESSION_ENDED,
} from "../platform/authority.ts";
import { directEpoch } from "../platform/digest.ts";
import type { Tables } from "../platform/migrations.ts";
import { shardTarget } from "../platform/objects.ts";
import type { Outbox } from "../platform/outbox.ts";
import type { Schedule } from "../platform/schedule.ts";
import { shardOf } from "../platform/shard-id.ts";
import { refuse } from "../protocol/errors.ts";
import { directId } from "../protocol/text.ts";
import type { Message, Person } from "../protocol/things.ts";
import type { Direct, DirectStore } from "./direct-store.ts";
import type { Feed } from "./feed.ts";
import type { FeedState } from "./feed-state.ts";
import type { PersonStore, SessionFacts } from "./person-store.ts";
import type { PreferenceStore } from "./preferences.ts";
import type { Accepted, ChannelOutcome, Notice, SessionKey } from "./rpc.ts";

type Parts = {
  readonly tables: Tables;
  readonly persons: PersonStore;
  /** Whether a person of this shard lives. */
  readonly isThere: (personId: string) => boolean;
  readonly preferences: PreferenceStore;
  readonly store: DirectStore;
  readonly state: FeedState;
  readonly feed: Feed;
  readonly outbox: Outbox;
  readonly schedule: Schedule;
  readonly authority: Authority;
  readonly sessionOf: (key: SessionKey) => SessionFacts | undefined;
};

const BLOCKED = refuse("blocked", "This person doesn't accept messages from you.");
const NO_SUCH_PERSON = refuse("not_found", "This person doesn't exist.");

export class Directs {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Whether a conversation is there already. */
  knows(personId: string, peerId: string): boolean {
    return this.#parts.store.peerOf(personId, directId(personId, peerId)) !== undefined;
  }

  /** A person, of any shard, opens a conversation with a person of this shard, who is in it from now on. */
  async accept(asked: AuthContext, personId: string): Promise<NotAuthorized | Accepted> {
    const id = directId(asked.person.id, personId);
    const epoch = await directEpoch(id);
    const { authority, persons, isThere, preferences } = this.#parts;
    const authorized = authority.authorize(asked, Date.now());
    if (authorized.kind !== "authorized") return authorized;
    const { person, version } = authorized.auth;
    const isKnown = this.knows(personId, person.id);
    const facts = isThere(personId) || isKnown ? persons.person(personId) : undefined;
    if (!facts) return NO_SUCH_PERSON;
    // A bot is its maker's: blocking the one is blocking the other.
    const isBlocked = [person.id, authorized.auth.maker ?? person.id].some((id) =>
      preferences.hasBlocked(personId, id),
    );
    if (!isKnown && isBlocked) return BLOCKED;
    const isNew = this.#add(directOf(id, epoch, person), personId, person, version);
    return { kind: "accepted", peer: facts.identity, version, isNew };
  }

  /** The same for the person who opens it. `version` is that of their identity which the peer's shard has got. */
  async open(key: SessionKey, peer: Identity, version: number): Promise<ChannelOutcome> {
    const id = directId(key.personId, peer.person.id);
    const epoch = await directEpoch(id);
    const { tables, outbox, schedule, store, state, sessionOf } = this.#parts;
    const identity = sessionOf(key)?.identity;
    if (!identity) return SESSION_ENDED;
    const { person } = identity;
    const direct = directOf(id, epoch, person);
    const isNew = this.#add(direct, person.id, peer.person, peer.version);
    // Renamed since the peer's shard was asked, which did not know yet that it is concerned.
    const shard = shardOf(peer.person.id);
    if (identity.version > version && shard !== undefined && shard !== shardOf(person.id)) {
      const notice: Notice = { kind: "identity", identity };
      tables.transact(() => outbox.put(shardTarget(shard), `person:${person.id}`, identity.version, notice));
      schedule.update();
      void outbox.flush();
    }
    const channel = { ...(store.direct(direct.id) ?? direct), peer: state.personOf(peer.person.id) };
    return { kind: "channel", channel, isNew };
  }

  /** A conversation of which its channel tells, and this shard knows nothing: for those of its two people who live here. */
  restore(id: string, epoch: string, latest: Message | undefined): Direct | undefined {
    const { isThere, store, state } = this.#parts;
    const people = id.split("~");
    for (const personId of people) {
      const peerId = people.find((other) => other !== personId) ?? "";
      if (!isThere(personId)) continue;
      const peer = latest?.author.id === peerId ? latest.author : state.personOf(peerId);
      const createdAt = latest?.sentAt ?? Date.now();
      this.#add(
        { id, epoch, kind: "direct", name: "", topic: "", createdBy: peer, createdAt, seq: 0, lastAt: null },
        personId,
        peer,
        0,
      );
    }
    return store.direct(id);
  }

  /** Those who have a conversation with this person see its new title. */
  announce(person: Person): void {
    const { store, feed } = this.#parts;
    for (const peerId of store.peopleWith(person.id, feed.listeners())) {
      const direct = store.direct(directId(peerId, person.id));
      if (direct) feed.sendTo(peerId, { type: "channel", channel: { ...direct, peer: person } });
    }
  }

  /** How long (ms) a conversation keeps its messages, as its channel says. Its people here see it. */
  setKeepMs(id: string, keepMs: number): void {
    const { tables, store, state, feed } = this.#parts;
    tables.transact(() => store.setKeepMs(id, keepMs));
    for (const personId of id.split("~")) {
      const direct = store.direct(id);
      const peerId = store.peerOf(personId, id);
      if (direct && peerId !== undefined)
        feed.sendTo(personId, { type: "channel", channel: { ...direct, peer: state.personOf(peerId) } });
    }
  }

  /** A person of this shard is in a conversation from now on. Their feed hears of it the first time. Says whether that was now. */
  #add(direct: Direct, personId: string, peer: Person, version: number): boolean {
    const { tables, store, state, feed } = this.#parts;
    if (store.peerOf(personId, direct.id) !== undefined) return false;
    tables.transact(() => {
      store.add(direct, personId, peer.id);
      if (shardOf(peer.id) !== shardOf(personId)) store.notePeer(peer, version);
    });
    const channel = { ...(store.direct(direct.id) ?? direct), peer: state.personOf(peer.id) };
    feed.sendTo(personId, { type: "channel", channel });
    return true;
  }
}

/** What a conversation of two people is made of: everything follows from their ids, but who began it and when. */
function directOf(id: string, epoch: string, person: Person): Direct {
  return {
    id,
    epoch,
    kind: "direct",
    name: "",
    topic: "",
    createdBy: person,
    createdAt: Date.now(),
    seq: 0,
    lastAt: null,
  };
}
