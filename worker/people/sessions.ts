/**
 * Sessions and identities of a shard's people: who begins, renames, ends. This is the only authority on them.
 * Each change and what others must hear of it are one transaction; the outbox tells it until it was heard.
 */
import { type Authority, type Identity, SESSION_ENDED } from "../platform/authority.ts";
import { keysOf } from "../platform/confusables.ts";
import type { Tables } from "../platform/migrations.ts";
import { channelTarget, DIRECTORY, shardTarget } from "../platform/objects.ts";
import type { Outbox } from "../platform/outbox.ts";
import type { Schedule } from "../platform/schedule.ts";
import { shardOf } from "../platform/shard-id.ts";
import { type Refused, refuse } from "../protocol/errors.ts";
import { DELIVERY_MAX_MS, END_MAX_MS, NAME_KEPT_MS } from "../protocol/limits.ts";
import type { Person } from "../protocol/things.ts";
import { DeniedClaims } from "./denied-claims.ts";
import { deviceIdOf } from "./devices.ts";
import type { DirectStore } from "./direct-store.ts";
import type { Invites } from "./invites.ts";
import type { IssuedContexts } from "./issued.ts";
import {
  type NewSession,
  type PersonFacts,
  type PersonStore,
  type SessionFacts,
  versionAfter,
} from "./person-store.ts";
import type { Privates } from "./privates.ts";
import type { Notice, SessionKey, SignInOutcome } from "./rpc.ts";
import type { Subscriptions } from "./subscriptions.ts";
import type { WaysBack } from "./ways-back.ts";

/** What a shard's other parts do when a person changes. */
type Listeners = {
  /** Sessions have ended: their feeds close. */
  readonly ended: (sessions: readonly string[]) => void;
  /** A person has a new name, or became an owner. */
  readonly changed: (identity: Identity) => void;
};

type Parts = {
  readonly tables: Tables;
  readonly persons: PersonStore;
  readonly directs: DirectStore;
  readonly waysBack: WaysBack;
  readonly privates: Privates;
  readonly invites: Invites;
  readonly subscriptions: Subscriptions;
  readonly outbox: Outbox;
  readonly schedule: Schedule;
  readonly authority: Authority;
  readonly issued: IssuedContexts;
  readonly listeners: Listeners;
};

const TOO_LATE = refuse("busy", "Signing in took too long. Try again.");
const NO_SUCH_PERSON = refuse("not_found", "This person doesn't exist.");

export class Sessions {
  readonly #parts: Parts;
  readonly #deniedClaims = new DeniedClaims();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The session, if it is alive in this very turn. */
  find({ personId, session }: SessionKey): SessionFacts | undefined {
    return this.#parts.persons.session(personId, session, Date.now());
  }

  /** A new person under a name that the directory has granted. A claim that is too old is refused: the name may be another's by now. */
  create(person: Person, session: NewSession, claimedAt: number, marks: string, maker = ""): SignInOutcome {
    const now = Date.now();
    if (!this.#deniedClaims.isUsable(person, claimedAt, now)) return TOO_LATE;
    const { tables, persons } = this.#parts;
    // Asked once more: the platform repeats a call whose answer was lost.
    if (!persons.person(person.id)) tables.transact(() => persons.add(person, session, claimedAt, marks, maker, now));
    return { kind: "signed in", person: persons.person(person.id)?.identity.person ?? person, isOwner: false };
  }

  /** A new name that the directory has granted. Answered when everyone who shows the old one has heard of it, or after 5 s. */
  async rename(key: SessionKey, name: string, claimedAt: number): Promise<SignInOutcome> {
    const now = Date.now();
    if (!this.find(key)) return SESSION_ENDED;
    const facts = this.#parts.persons.person(key.personId);
    if (!facts || !this.#deniedClaims.isUsable({ id: key.personId, name }, claimedAt, now)) return TOO_LATE;
    const { person: before, isOwner } = facts.identity;
    const identity: Identity = { ...facts.identity, person: { ...before, name }, version: versionAfter(facts, now) };
    if (before.name !== name) await this.change(facts, identity, claimedAt);
    // The name is set already, by a call that was repeated: the newer claim is theirs as well.
    else this.#parts.persons.setIdentity(facts.identity, Math.max(facts.claimedAt, claimedAt));
    return { kind: "signed in", person: identity.person, isOwner };
  }

  /** Ends a session. Answered when every object that may act for it has acknowledged, or after 6 s. */
  async signOut(key: SessionKey): Promise<void> {
    if (this.find(key)) await this.end(key.personId, [key.session]);
  }

  /** Ends one of a person's sessions, by the id of its device. */
  async endDevice(key: SessionKey, deviceId: string): Promise<Refused | undefined> {
    if (!this.find(key)) return SESSION_ENDED;
    const hash = this.#parts.persons.sessions(key.personId).find((one) => deviceIdOf(one) === deviceId);
    if (hash === undefined) return refuse("not_found", "This device doesn't exist.");
    await this.end(key.personId, [hash]);
    return undefined;
  }

  /** Ends all sessions of a person and their recovery code; the name is then free. */
  async remove(personId: string): Promise<Refused | undefined> {
    const { persons, waysBack, tables } = this.#parts;
    if (!persons.person(personId)) return NO_SUCH_PERSON;
    if (!this.isThere(personId)) return undefined;
    tables.transact(() => waysBack.deleteRecovery(personId));
    await this.end(personId, persons.sessions(personId));
    return undefined;
  }

  /** Whether a person lives: has a session, or a code to come back with. */
  isThere(personId: string): boolean {
    return this.#seenAt(personId) !== undefined;
  }

  /** When (ms) a living person was there last, to the day. */
  #seenAt(personId: string): number | undefined {
    const { persons, waysBack } = this.#parts;
    return persons.seenAt(personId) ?? waysBack.unseenSince(personId);
  }

  /**
   * Whether the name that a person of this shard has now has that key, and until when (ms) it is surely theirs. The directory asks
   * when another person wants it. In the same turn a person unseen for 90 days ends, and a claim that was not used becomes void.
   */
  holds(personId: string, key: string, claimedAt: number): { readonly holds: boolean; readonly until: number } {
    const now = Date.now();
    const { persons } = this.#parts;
    const seenAt = this.#seenAt(personId);
    const name = persons.person(personId)?.identity.person.name;
    const isTheirs = seenAt !== undefined && name !== undefined && keysOf(name).includes(key);
    if (isTheirs && now - seenAt < NAME_KEPT_MS) return { holds: true, until: seenAt + NAME_KEPT_MS };
    if (isTheirs) void this.remove(personId);
    this.#deniedClaims.deny(personId, key, claimedAt, now);
    return { holds: false, until: 0 };
  }

  /** A person has a new name, or is an owner or none. Answered when everyone concerned has heard, or after 5 s. */
  async change(before: PersonFacts, identity: Identity, claimedAt: number): Promise<void> {
    const { tables, persons, directs, privates, outbox, schedule, authority, issued, listeners } = this.#parts;
    const { person, version } = identity;
    const subject = `person:${person.id}`;
    const sessions = persons.sessions(person.id);
    const visited = sessions.flatMap((session) => persons.visits(person.id, session)).map(channelTarget);
    const asked = sessions.flatMap((session) => issued.targets(session, Date.now()));
    const groups = privates.groupsOf(person.id).map(channelTarget);
    const shard = shardOf(person.id);
    const peerShards = directs.peersOf(person.id).map(shardOf);
    const released = before.identity.person.name === person.name ? undefined : before.identity.person.name;
    tables.transact(() => {
      persons.setIdentity(identity, claimedAt);
      const notice: Notice = { kind: "identity", identity };
      for (const target of new Set([...visited, ...asked, ...groups])) outbox.put(target, subject, version, notice);
      for (const other of new Set(peerShards)) {
        if (other !== undefined && other !== shard) outbox.put(shardTarget(other), subject, version, notice);
      }
      if (released !== undefined) this.#release(person.id, released, before.claimedAt);
    });
    authority.update(identity);
    listeners.changed(identity);
    schedule.update();
    void outbox.flush();
    await outbox.settled(
      [subject, ...(released === undefined ? [] : [releaseSubject(person.id, released)])],
      DELIVERY_MAX_MS,
    );
  }

  /**
   * Ends these sessions of a person. With the last one the person ends, and their bots with them, unless there is a code to come back
   * with. Answered when every object that may act for them has acknowledged, or after 6 s.
   */
  async end(personId: string, sessions: readonly string[]): Promise<void> {
    const { tables, persons, outbox, schedule, authority, listeners } = this.#parts;
    const now = Date.now();
    const ending = [{ personId, sessions }, ...this.#botsEndingWith(personId, sessions)];
    const waits = ending.flatMap((one) => one.sessions.map((session) => this.#waitMs(one.personId, session, now)));
    const all = ending.flatMap((one) => one.sessions);
    const people = persons.peopleById(ending.map((one) => one.personId));
    const subjects = [...all.map(endSubject), ...people.map(({ id, name }) => releaseSubject(id, name))];
    tables.transact(() => {
      for (const one of ending) this.#endSessions(one.personId, one.sessions, now);
    });
    for (const session of all) authority.endSession(session, now);
    listeners.ended(all);
    schedule.update();
    void outbox.flush();
    const rest = Math.max(0, ...waits);
    await Promise.all([outbox.settled(subjects, END_MAX_MS), rest > 0 ? scheduler.wait(rest) : undefined]);
  }

  /** The bots of a person who ends when these sessions do, each with its key. */
  #botsEndingWith(personId: string, sessions: readonly string[]) {
    const { persons, waysBack } = this.#parts;
    const isLast = persons.sessions(personId).every((session) => sessions.includes(session));
    if (!isLast || waysBack.hasRecovery(personId)) return [];
    return persons.botsOf(personId).map((botId) => ({ personId: botId, sessions: persons.sessions(botId) }));
  }

  /** How long (ms) contexts of a session that were issued before this object started may still count. */
  #waitMs(personId: string, session: string, now: number): number {
    const { persons, issued } = this.#parts;
    return issued.waitMs(persons.session(personId, session, now)?.createdAt ?? now, now);
  }

  /** Inside a transaction: these sessions are no more, and what follows. */
  #endSessions(personId: string, sessions: readonly string[], now: number): void {
    const { persons, waysBack, privates, invites, subscriptions, outbox, issued } = this.#parts;
    const facts = persons.person(personId);
    for (const session of sessions) {
      subscriptions.deleteSession(session);
      const notice: Notice = { kind: "session ended", session };
      const visited = persons.visits(personId, session).map(channelTarget);
      for (const target of new Set([...visited, ...issued.targets(session, now)])) {
        outbox.put(target, endSubject(session), now, notice);
      }
    }
    persons.endSessions(personId, sessions);
    if (persons.sessions(personId).length > 0) return;
    waysBack.deleteLinks(personId);
    waysBack.noteUnseen(personId, now);
    if (waysBack.hasRecovery(personId)) return; // the name and what is theirs wait for them
    if (facts) this.#release(personId, facts.identity.person.name, facts.claimedAt);
    privates.leaveAll(personId);
    invites.forget(personId);
  }

  /** Inside a transaction: the directory is to forget a name that was this person's up to that claim. */
  #release(personId: string, name: string, upTo: number): void {
    const notice: Notice = { kind: "name released", personId, name, upTo };
    this.#parts.outbox.put(DIRECTORY, releaseSubject(personId, name), upTo, notice);
  }
}

function releaseSubject(personId: string, name: string): string {
  return `name:${personId}:${name}`;
}

function endSubject(session: string): string {
  return `session:${session}`;
}
