/**
 * The directory's rows in SQLite: people, sessions, channels, visits, hourly counts.
 * It answers and writes; what a write means to others is the directory's to tell.
 * Every method is synchronous, so that a check and the write it allows cannot be parted.
 */
import type { Channel, Person } from "./frames.ts";

/** Raised when the tables change; the step from each older version then stands in the constructor of `Register`. */
const SCHEMA_VERSION = 1;
const HOUR_MS = 60 * 60 * 1_000;

/**
 * `name_key` is null once the name is free; the name stays for old messages.
 * `visits` says which channels must hear of a sign-out or a rename; one without its session is what could not be told yet.
 */
const TABLES = [
  "CREATE TABLE schema (version INTEGER NOT NULL)",
  "CREATE TABLE people (id TEXT PRIMARY KEY, name TEXT NOT NULL, name_key TEXT UNIQUE, named_at INTEGER NOT NULL, seen_at INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE TABLE sessions (hash TEXT PRIMARY KEY, person TEXT NOT NULL, renewed_at INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE INDEX sessions_by_person ON sessions (person)",
  "CREATE TABLE visits (session TEXT NOT NULL, epoch TEXT NOT NULL, PRIMARY KEY (session, epoch)) WITHOUT ROWID",
  "CREATE TABLE channels (id TEXT PRIMARY KEY, epoch TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, name TEXT NOT NULL, topic TEXT NOT NULL, creator TEXT NOT NULL, creator_name TEXT NOT NULL, created_at INTEGER NOT NULL, seq INTEGER NOT NULL, last_at INTEGER) WITHOUT ROWID",
  "CREATE TABLE hourly (what TEXT PRIMARY KEY, since INTEGER NOT NULL, count INTEGER NOT NULL) WITHOUT ROWID",
];

type SessionRow = {
  readonly id: string;
  readonly name: string;
  readonly named_at: number;
  readonly seen_at: number;
  readonly renewed_at: number;
};

/** Whose a session is; all times in ms. */
export type SessionFacts = {
  readonly person: Person;
  readonly namedAt: number;
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

export class Register {
  readonly #sql: SqlStorage;
  readonly #storage: DurableObjectStorage;
  #hasTables: boolean;

  /** Only reads. Before the first sign-in there is nobody to ask for, and no table. */
  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#sql = storage.sql;
    this.#hasTables = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'schema'").toArray().length > 0;
  }

  session(hash: string): SessionFacts | undefined {
    if (!this.#hasTables) return undefined;
    const [row] = this.#sql.exec<SessionRow>(
      "SELECT people.id, name, named_at, seen_at, renewed_at FROM sessions JOIN people ON people.id = person WHERE hash = ?",
      hash,
    );
    if (!row) return undefined;
    const { id, name, named_at: namedAt, seen_at: seenAt, renewed_at: renewedAt } = row;
    return { person: { id, name }, namedAt, seenAt, renewedAt };
  }

  noteSeen(personId: string, now: number): void {
    this.#sql.exec("UPDATE people SET seen_at = ? WHERE id = ?", now, personId);
  }

  noteRenewed(session: string, now: number): void {
    this.#sql.exec("UPDATE sessions SET renewed_at = ? WHERE hash = ?", now, session);
  }

  /** Whether this is the first person ever. Throws when the name is held: free it first. */
  addPerson(person: Person, key: string, session: string, now: number): boolean {
    return this.#storage.transactionSync(() => {
      this.#ensureTables();
      const isFirst = this.#sql.exec("SELECT 1 FROM people LIMIT 1").toArray().length === 0;
      this.#sql.exec("INSERT INTO people VALUES (?, ?, ?, ?, ?)", person.id, person.name, key, now, now);
      this.#sql.exec("INSERT INTO sessions VALUES (?, ?, ?)", session, person.id, now);
      return isFirst;
    });
  }

  rename(person: Person, key: string, namedAt: number): void {
    this.#sql.exec(
      "UPDATE people SET name = ?, name_key = ?, named_at = ? WHERE id = ?",
      person.name,
      key,
      namedAt,
      person.id,
    );
  }

  nameHolder(key: string): { readonly id: string; readonly seenAt: number } | undefined {
    if (!this.#hasTables) return undefined;
    const [row] = this.#sql.exec<{ id: string; seen_at: number }>(
      "SELECT id, seen_at FROM people WHERE name_key = ?",
      key,
    );
    return row && { id: row.id, seenAt: row.seen_at };
  }

  /** Ends a session. With a person's last one the name is free. Its visits stay until the channels were told. */
  endSession(session: string): void {
    this.#storage.transactionSync(() => {
      this.#sql.exec(
        `UPDATE people SET name_key = NULL WHERE id = (SELECT person FROM sessions WHERE hash = ?1)
         AND NOT EXISTS (SELECT 1 FROM sessions WHERE person = people.id AND hash <> ?1)`,
        session,
      );
      this.#sql.exec("DELETE FROM sessions WHERE hash = ?", session);
    });
  }

  /** Ends all sessions of a person, whose name is then free, and says which they were. */
  endAllSessions(personId: string): readonly string[] {
    return this.#storage.transactionSync(() => {
      this.#sql.exec("UPDATE people SET name_key = NULL WHERE id = ?", personId);
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

  channels(): Channel[] {
    if (!this.#hasTables) return [];
    return this.#sql.exec<ChannelRow>("SELECT * FROM channels ORDER BY id").toArray().map(toChannel);
  }

  channel(id: string): Channel | undefined {
    if (!this.#hasTables) return undefined;
    const [row] = this.#sql.exec<ChannelRow>("SELECT * FROM channels WHERE id = ?", id);
    return row && toChannel(row);
  }

  countChannels(): number {
    return this.#sql.exec<{ n: number }>("SELECT count(*) AS n FROM channels WHERE kind = 'public'").one().n;
  }

  addChannel(channel: Channel): void {
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

  /** The channel's id if this was news: `seq` never falls, a channel that is gone stays gone. */
  noteActivity(epoch: string, seq: number, lastAt: number | null): string | undefined {
    if (!this.#hasTables) return undefined;
    const [row] = this.#sql.exec<{ id: string }>(
      "UPDATE channels SET seq = ?2, last_at = ?3 WHERE epoch = ?1 AND seq < ?2 RETURNING id",
      epoch,
      seq,
      lastAt,
    );
    return row?.id;
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

  #ensureTables(): void {
    if (this.#hasTables) return;
    for (const table of TABLES) this.#sql.exec(table);
    this.#sql.exec("INSERT INTO schema VALUES (?)", SCHEMA_VERSION);
    this.#hasTables = true;
  }
}

function toChannel(row: ChannelRow): Channel {
  const { id, epoch, kind, name, topic, seq } = row;
  return {
    id,
    epoch,
    kind,
    name,
    topic,
    createdBy: { id: row.creator, name: row.creator_name },
    createdAt: row.created_at,
    seq,
    lastAt: row.last_at,
  };
}
