/**
 * The directory's rows in SQLite: people, sessions, channels, visits, hourly counts.
 * It answers and writes; what a write means to others is the directory's to tell.
 * Every method is synchronous, so that a check and the write it allows cannot be parted.
 */

import type { Identity } from "../platform/sockets.ts";
import type { Channel, Person } from "../protocol/frames.ts";
import { isFor } from "../protocol/text.ts";
import { keysOf, type NameKeys } from "./confusables.ts";

/** Raised when the tables change; the step from each older version then stands in `STEPS`. */
const SCHEMA_VERSION = 3;
const HOUR_MS = 60 * 60 * 1_000;

/**
 * `name_key` is null once the name is free; the name stays for old messages.
 * `direct_people` has a row for each of the two people of a direct channel. `deletions` holds the deleted channels
 * whose objects have not been told yet, `uploads` what waits for a message to take it. `visits` says which channels must hear of a sign-out or a rename; one without its session is what could not be told yet.
 */
const TABLES_1 = [
  "CREATE TABLE schema (version INTEGER NOT NULL)",
  "CREATE TABLE people (id TEXT PRIMARY KEY, name TEXT NOT NULL, name_key TEXT UNIQUE, named_at INTEGER NOT NULL, seen_at INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE TABLE sessions (hash TEXT PRIMARY KEY, person TEXT NOT NULL, renewed_at INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE INDEX sessions_by_person ON sessions (person)",
  "CREATE TABLE visits (session TEXT NOT NULL, epoch TEXT NOT NULL, PRIMARY KEY (session, epoch)) WITHOUT ROWID",
  "CREATE TABLE channels (id TEXT PRIMARY KEY, epoch TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, name TEXT NOT NULL, topic TEXT NOT NULL, creator TEXT NOT NULL, creator_name TEXT NOT NULL, created_at INTEGER NOT NULL, seq INTEGER NOT NULL, last_at INTEGER) WITHOUT ROWID",
  "CREATE TABLE hourly (what TEXT PRIMARY KEY, since INTEGER NOT NULL, count INTEGER NOT NULL) WITHOUT ROWID",
];
const TABLES_2 = [
  "CREATE INDEX public_channels ON channels (id) WHERE kind = 'public'",
  "CREATE TABLE direct_people (person TEXT NOT NULL, channel TEXT NOT NULL, peer TEXT NOT NULL, PRIMARY KEY (person, channel)) WITHOUT ROWID",
  "CREATE TABLE deletions (epoch TEXT PRIMARY KEY, id TEXT NOT NULL) WITHOUT ROWID",
  "CREATE TABLE uploads (id TEXT PRIMARY KEY, person TEXT NOT NULL, bytes INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE INDEX uploads_by_person ON uploads (person)",
  "CREATE TABLE links (hash TEXT PRIMARY KEY, person TEXT NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE INDEX links_by_person ON links (person)",
];
const TABLES_3 = [
  "ALTER TABLE people ADD COLUMN skeleton TEXT",
  "ALTER TABLE people ADD COLUMN folded_skeleton TEXT",
  "ALTER TABLE people ADD COLUMN is_owner INTEGER NOT NULL DEFAULT 0",
  "CREATE INDEX people_by_skeleton ON people (skeleton)",
  "CREATE INDEX people_by_folded_skeleton ON people (folded_skeleton)",
];
/** What leads from each version to the next one; the first entry makes version 1 out of nothing. */
const STEPS = [TABLES_1, TABLES_2, TABLES_3];
/** Columns of `channels` in the order of `ChannelRow`. */
const CHANNEL_COLUMNS =
  "channels.id, epoch, kind, channels.name, topic, creator, creator_name, created_at, seq, last_at";

type SessionRow = {
  readonly id: string;
  readonly name: string;
  readonly named_at: number;
  readonly is_owner: number;
  readonly seen_at: number;
  readonly renewed_at: number;
};

/** Whose a session is; all times in ms. */
export type SessionFacts = {
  readonly identity: Identity;
  readonly seenAt: number;
  readonly renewedAt: number;
};

type ChannelRow = {
  readonly id: string;
  readonly epoch: string;
  readonly kind: "public" | "direct";
  readonly name: string;
  readonly topic: string;
  readonly creator: string;
  readonly creator_name: string;
  readonly created_at: number;
  readonly seq: number;
  readonly last_at: number | null;
};

/** A channel's newest message: its number, and when (ms) it was sent. */
type Reported = { readonly seq: number; readonly lastAt: number | null };

type DirectRow = ChannelRow & { readonly peer: string; readonly peer_name: string };

export class DirectoryStore {
  readonly #sql: SqlStorage;
  readonly #storage: DurableObjectStorage;
  #hasTables: boolean;
  /** By epoch: what channels have reported and is not on disk yet. Whatever is read of a channel is read through it. */
  readonly #reported = new Map<string, Reported>();
  /** By id, in its order; read once, so that each channel stays the same object until it changes. */
  #public: Map<string, Channel> | undefined;

  /** Only reads where nothing was ever written: before the first sign-in there is nobody to ask for, and no table. */
  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#hasTables = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'schema'").toArray().length > 0;
    if (this.#hasTables) this.#upgrade(this.#sql.exec<{ version: number }>("SELECT version FROM schema").one().version);
  }

  session(hash: string): SessionFacts | undefined {
    if (!this.#hasTables) return undefined;
    const [row] = this.#sql.exec<SessionRow>(
      "SELECT people.id, name, named_at, is_owner, seen_at, renewed_at FROM sessions JOIN people ON people.id = person WHERE hash = ?",
      hash,
    );
    if (!row) return undefined;
    const { id, name, named_at: version, is_owner: isOwner, seen_at: seenAt, renewed_at: renewedAt } = row;
    return { identity: { person: { id, name }, isOwner: isOwner === 1, version }, seenAt, renewedAt };
  }

  person(id: string): Person | undefined {
    return this.peopleById([id])[0];
  }

  /** Those of them there are, with their last names. */
  peopleById(ids: readonly string[]): readonly Person[] {
    if (!this.#hasTables) return [];
    const places = ids.map(() => "?").join(", ");
    return this.#sql.exec<Person>(`SELECT id, name FROM people WHERE id IN (${places})`, ...ids).toArray();
  }

  /** People whose name key starts with `key`, then those whose key contains it, each by name. */
  searchPeople(key: string, limit: number): readonly Person[] {
    return this.#sql
      .exec<Person>(
        `SELECT id, name FROM people WHERE name_key IS NOT NULL AND instr(name_key, ?1) > 0
         ORDER BY instr(name_key, ?1) <> 1, name_key LIMIT ?2`,
        key,
        limit,
      )
      .toArray();
  }

  noteSeen(personId: string, now: number): void {
    this.#sql.exec("UPDATE people SET seen_at = ? WHERE id = ?", now, personId);
  }

  noteRenewed(session: string, now: number): void {
    this.#sql.exec("UPDATE sessions SET renewed_at = ? WHERE hash = ?", now, session);
  }

  /** One more session of somebody who is here. */
  addSession(hash: string, personId: string, now: number): void {
    this.#sql.exec("INSERT INTO sessions VALUES (?, ?, ?)", hash, personId, now);
  }

  countSessions(personId: string): number {
    return this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM sessions WHERE person = ?", personId).one().n;
  }

  /** A link that lets one more device in; of one person no more than `limit` are kept, the newest. */
  addLink(hash: string, personId: string, expiresAt: number, limit: number): void {
    this.#storage.transactionSync(() => {
      this.#sql.exec("INSERT INTO links VALUES (?, ?, ?)", hash, personId, expiresAt);
      this.#sql.exec(
        `DELETE FROM links WHERE person = ?1 AND hash NOT IN
         (SELECT hash FROM links WHERE person = ?1 ORDER BY expires_at DESC LIMIT ?2)`,
        personId,
        limit,
      );
    });
  }

  /** Whose link that was, if it still holds at `now`. It is used up by asking. */
  takeLink(hash: string, now: number): Person | undefined {
    if (!this.#hasTables) return undefined;
    return this.#storage.transactionSync(() => {
      const [link] = this.#sql.exec<{ person: string }>(
        "DELETE FROM links WHERE hash = ? AND expires_at > ? RETURNING person",
        hash,
        now,
      );
      // Where the person has ended meanwhile there is nobody to become: the name may be another's by now.
      return link && this.countSessions(link.person) > 0 ? this.person(link.person) : undefined;
    });
  }

  /** Whether this is the first person ever. Throws when the name is held: free it first. */
  addPerson(person: Person, session: string, now: number): boolean {
    return this.#storage.transactionSync(() => {
      this.#ensureTables();
      const isFirst = this.#sql.exec("SELECT 1 FROM people LIMIT 1").toArray().length === 0;
      const { folded, skeleton, foldedSkeleton } = keysOf(person.name);
      this.#sql.exec(
        "INSERT INTO people (id, name, name_key, named_at, seen_at, skeleton, folded_skeleton) VALUES (?, ?, ?, ?, ?, ?, ?)",
        person.id,
        person.name,
        folded,
        now,
        now,
        skeleton,
        foldedSkeleton,
      );
      this.#sql.exec("INSERT INTO sessions VALUES (?, ?, ?)", session, person.id, now);
      return isFirst;
    });
  }

  /** A person under another name, or as an owner, from now on. */
  setIdentity({ person, isOwner, version }: Identity): void {
    const { folded, skeleton, foldedSkeleton } = keysOf(person.name);
    this.#sql.exec(
      `UPDATE people SET name = ?, name_key = ?, skeleton = ?, folded_skeleton = ?, named_at = ?, is_owner = ? WHERE id = ?`,
      person.name,
      folded,
      skeleton,
      foldedSkeleton,
      version,
      Number(isOwner),
      person.id,
    );
  }

  /** Everybody whose name conflicts with these keys; a name that is free is nobody's. */
  nameHolders({
    folded,
    skeleton,
    foldedSkeleton,
  }: NameKeys): readonly { readonly id: string; readonly seenAt: number }[] {
    if (!this.#hasTables) return [];
    return this.#sql
      .exec<{ id: string; seenAt: number }>(
        `SELECT id, seen_at AS seenAt FROM people
         WHERE name_key IS NOT NULL AND (name_key = ? OR skeleton = ? OR folded_skeleton = ?)`,
        folded,
        skeleton,
        foldedSkeleton,
      )
      .toArray();
  }

  /** Ends a session. With a person's last one the name is free. Its visits stay until the channels were told. */
  endSession(session: string): void {
    this.#storage.transactionSync(() => {
      this.#sql.exec(
        `UPDATE people SET name_key = NULL WHERE id = (SELECT person FROM sessions WHERE hash = ?1)
         AND NOT EXISTS (SELECT 1 FROM sessions WHERE person = people.id AND hash <> ?1)`,
        session,
      );
      this.#sql.exec(
        `DELETE FROM links WHERE person = (SELECT person FROM sessions WHERE hash = ?1)
         AND NOT EXISTS (SELECT 1 FROM sessions WHERE person = links.person AND hash <> ?1)`,
        session,
      );
      this.#sql.exec("DELETE FROM sessions WHERE hash = ?", session);
    });
  }

  /** Ends all sessions of a person, whose name is then free, and says which they were. */
  endAllSessions(personId: string): readonly string[] {
    return this.#storage.transactionSync(() => {
      this.#sql.exec("UPDATE people SET name_key = NULL WHERE id = ?", personId);
      this.#sql.exec("DELETE FROM links WHERE person = ?", personId);
      return this.#sql
        .exec<{ hash: string }>("DELETE FROM sessions WHERE person = ? RETURNING hash", personId)
        .toArray()
        .map(({ hash }) => hash);
    });
  }

  /** Ended sessions of which some channel has not been told. */
  endedSessions(): readonly string[] {
    return this.#sql
      .exec<{ session: string }>("SELECT DISTINCT session FROM visits WHERE session NOT IN (SELECT hash FROM sessions)")
      .toArray()
      .map(({ session }) => session);
  }

  /** The channels a session has been in. */
  visits(session: string): readonly string[] {
    return this.#epochs("SELECT epoch FROM visits WHERE session = ?", session);
  }

  forgetVisit(session: string, epoch: string): void {
    this.#sql.exec("DELETE FROM visits WHERE session = ? AND epoch = ?", session, epoch);
  }

  /** Notes that this session has been in this channel: a row the first time, none afterwards. */
  noteVisit(session: string, epoch: string): void {
    this.#sql.exec("INSERT INTO visits VALUES (?, ?) ON CONFLICT DO NOTHING", session, epoch);
  }

  /** Every channel that any session of this person has been in. */
  epochsOf(personId: string): readonly string[] {
    return this.#epochs("SELECT DISTINCT epoch FROM visits JOIN sessions ON hash = session WHERE person = ?", personId);
  }

  /** The public channels by id. Until one is made or deleted or gets a topic, each that has not changed is the same object as before. */
  publicChannels(): readonly Channel[] {
    if (!this.#hasTables) return [];
    this.#public ??= new Map(
      this.#sql
        .exec<ChannelRow>(`SELECT ${CHANNEL_COLUMNS} FROM channels WHERE kind = 'public' ORDER BY id`)
        .toArray()
        .map((row) => [row.id, this.#toChannel(row)]),
    );
    return [...this.#public.values()];
  }

  /** The direct channels of a person, each with its peer. */
  directChannels(personId: string): readonly Channel[] {
    return this.#sql
      .exec<DirectRow>(
        `SELECT ${CHANNEL_COLUMNS}, peer, people.name AS peer_name
         FROM direct_people JOIN channels ON channels.id = channel JOIN people ON people.id = peer
         WHERE direct_people.person = ? ORDER BY channels.id`,
        personId,
      )
      .toArray()
      .map(({ peer, peer_name: name, ...row }) => ({ ...this.#toChannel(row), peer: { id: peer, name } }));
  }

  /** The channel of that id, if it is there for this person: a direct channel of others is as little there as an unknown one. */
  channel(id: string, personId: string): Channel | undefined {
    if (!this.#hasTables) return undefined;
    const [row] = this.#sql.exec<ChannelRow>(`SELECT ${CHANNEL_COLUMNS} FROM channels WHERE id = ?`, id);
    return row && isFor(id, personId) ? this.#toChannel(row) : undefined;
  }

  /** The channel an object is; `undefined` once it is deleted. */
  channelOf(epoch: string): Channel | undefined {
    if (!this.#hasTables) return undefined;
    const [row] = this.#sql.exec<ChannelRow>(`SELECT ${CHANNEL_COLUMNS} FROM channels WHERE epoch = ?`, epoch);
    return row && this.#toChannel(row);
  }

  countChannels(): number {
    return this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM channels WHERE kind = 'public'").one().n;
  }

  addChannel(channel: Channel): void {
    if (channel.kind === "public") this.#public = undefined;
    const { id, epoch, kind, name, topic, createdBy, createdAt, seq, lastAt } = channel;
    this.#sql.exec(
      "INSERT INTO channels VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      id,
      epoch,
      kind,
      name,
      topic,
      createdBy.id,
      createdBy.name,
      createdAt,
      seq,
      lastAt,
    );
  }

  /** A direct channel, and its place in the lists of its two people. */
  addDirect(channel: Channel, a: string, b: string): void {
    this.#storage.transactionSync(() => {
      this.addChannel(channel);
      this.#sql.exec("INSERT INTO direct_people VALUES (?, ?, ?), (?, ?, ?)", a, channel.id, b, b, channel.id, a);
    });
  }

  setTopic(id: string, topic: string): void {
    this.#public = undefined;
    this.#sql.exec("UPDATE channels SET topic = ? WHERE id = ?", topic, id);
  }

  /** The name is free at once; that its object has still to be told is noted in the same step. */
  deleteChannel({ id, epoch }: { readonly id: string; readonly epoch: string }): void {
    this.#storage.transactionSync(() => {
      this.#sql.exec("DELETE FROM channels WHERE id = ?", id);
      this.#sql.exec("DELETE FROM visits WHERE epoch = ?", epoch);
      this.#sql.exec("INSERT INTO deletions VALUES (?, ?)", epoch, id);
    });
    this.#public = undefined;
    this.#reported.delete(epoch);
  }

  /** Deleted channels whose objects do not know it yet. */
  deletions(): readonly { readonly id: string; readonly epoch: string }[] {
    return this.#sql.exec<{ id: string; epoch: string }>("SELECT id, epoch FROM deletions").toArray();
  }

  forgetDeletion(epoch: string): void {
    this.#sql.exec("DELETE FROM deletions WHERE epoch = ?", epoch);
  }

  /** Bytes of a person's uploads after `since` (ms) that no message has taken. */
  waitingBytes(personId: string, since: number): number {
    return this.#sql
      .exec<{ n: number }>(
        "SELECT COALESCE(SUM(bytes), 0) AS n FROM uploads WHERE person = ? AND at > ?",
        personId,
        since,
      )
      .one().n;
  }

  /** Notes an upload that waits, and forgets those from before `since` (ms), which were swept. */
  noteUpload(
    upload: { readonly id: string; readonly person: string; readonly bytes: number },
    now: number,
    since: number,
  ): void {
    this.#sql.exec("DELETE FROM uploads WHERE at <= ?", since);
    this.#sql.exec("INSERT INTO uploads VALUES (?, ?, ?, ?)", upload.id, upload.person, upload.bytes, now);
  }

  forgetUploads(ids: readonly string[]): void {
    for (const id of ids) this.#sql.exec("DELETE FROM uploads WHERE id = ?", id);
  }

  /** What an object has reported of its channel. Known at once, on disk with the next `writeReported`. */
  noteReported({ id, epoch }: Channel, reported: Reported): void {
    this.#reported.set(epoch, reported);
    const held = this.#public?.get(id);
    if (held) this.#public?.set(id, { ...held, ...reported });
  }

  /** Writes what was reported: one row a channel, one transaction for all. What a crash takes of it is reported again. */
  writeReported(): void {
    this.#storage.transactionSync(() => {
      for (const [epoch, { seq, lastAt }] of this.#reported) {
        this.#sql.exec("UPDATE channels SET seq = ?2, last_at = ?3 WHERE epoch = ?1 AND seq < ?2", epoch, seq, lastAt);
      }
    });
    this.#reported.clear();
  }

  /** Counts one more of `what` in its hour, or says how long (ms) until it is allowed again. */
  countHourly(what: string, limit: number, now: number): number | undefined {
    const wait = this.hourlyWait(what, limit, now);
    if (wait !== undefined) return wait;
    this.#storage.transactionSync(() => {
      this.#ensureTables();
      this.#sql.exec("DELETE FROM hourly WHERE since <= ?", now - HOUR_MS);
      this.#sql.exec(
        "INSERT INTO hourly VALUES (?, ?, 1) ON CONFLICT (what) DO UPDATE SET count = count + 1",
        what,
        now,
      );
    });
    return undefined;
  }

  /** How long (ms) until one more of `what` is allowed, `undefined` when it is now. Counts nothing. */
  hourlyWait(what: string, limit: number, now: number): number | undefined {
    if (!this.#hasTables) return undefined;
    const [row] = this.#sql.exec<{ since: number; count: number }>(
      "SELECT since, count FROM hourly WHERE what = ?",
      what,
    );
    return row && row.count >= limit && now - row.since < HOUR_MS ? row.since + HOUR_MS - now : undefined;
  }

  #epochs(query: string, about: string): readonly string[] {
    return this.#sql
      .exec<{ epoch: string }>(query, about)
      .toArray()
      .map(({ epoch }) => epoch);
  }

  #toChannel(row: ChannelRow): Channel {
    const { id, epoch, kind, name, topic, created_at: createdAt, seq, last_at: lastAt } = row;
    const createdBy: Person = { id: row.creator, name: row.creator_name };
    return { id, epoch, kind, name, topic, createdBy, createdAt, seq, lastAt, ...this.#reported.get(epoch) };
  }

  #ensureTables(): void {
    if (this.#hasTables) return;
    this.#upgrade(0);
    this.#hasTables = true;
  }

  /** Those who came before names were compared by their looks keep theirs, even two that look alike. */
  #addSkeletons(): void {
    const people = this.#sql.exec<Person>("SELECT id, name FROM people WHERE name_key IS NOT NULL").toArray();
    for (const { id, name } of people) {
      const { skeleton, foldedSkeleton } = keysOf(name);
      this.#sql.exec("UPDATE people SET skeleton = ?, folded_skeleton = ? WHERE id = ?", skeleton, foldedSkeleton, id);
    }
  }

  #upgrade(version: number): void {
    if (version >= SCHEMA_VERSION) return;
    this.#storage.transactionSync(() => {
      for (const statement of STEPS.slice(version).flat()) this.#sql.exec(statement);
      if (version > 0 && version < 3) this.#addSkeletons();
      this.#sql.exec("DELETE FROM schema");
      this.#sql.exec("INSERT INTO schema VALUES (?)", SCHEMA_VERSION);
    });
  }
}
