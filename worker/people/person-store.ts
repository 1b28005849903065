/**
 * The rows of a shard's people: who they are, their sessions.
 * Every method is synchronous, so that a check and the write it allows cannot be parted.
 * A person lives as long as there is a session, or a recovery code; the row outlasts it, so that old messages can be explained.
 */
import type { Identity } from "../platform/authority.ts";
import type { Tables } from "../platform/migrations.ts";
import { DAY_MS, SESSION_MAX_MS, VISITS_MAX } from "../protocol/limits.ts";
import type { Person } from "../protocol/things.ts";

/**
 * `version` counts a person's identities. `ended_at` is the time (ms) at which the daily upkeep found no session, 0 while there is
 * one. `claimed_at` is the directory's stamp of the name. `owner_key` is the digest of the code by which the person is an
 * owner, or empty. `maker` is the person whose bot this is, or empty. `marks` is JSON, see read-marks.ts. A session's `visits` are the epochs
 * of the channels in which it opened sockets, as JSON; `address` is where it signed in, `feed_address` where it opened a feed last.
 */
export const PERSON_TABLES = [
  "CREATE TABLE people (id TEXT PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL, claimed_at INTEGER NOT NULL, owner_key TEXT NOT NULL, maker TEXT NOT NULL, created_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, marks TEXT NOT NULL) WITHOUT ROWID",
  "CREATE TABLE sessions (person TEXT NOT NULL, hash TEXT NOT NULL, created_at INTEGER NOT NULL, seen_at INTEGER NOT NULL, renewed_at INTEGER NOT NULL, visits TEXT NOT NULL, label TEXT NOT NULL, address TEXT NOT NULL, feed_address TEXT NOT NULL, PRIMARY KEY (person, hash)) WITHOUT ROWID",
];

type SessionRow = {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly owner_key: string;
  readonly maker: string;
  readonly created_at: number;
  readonly seen_at: number;
  readonly renewed_at: number;
};

/** Whose a session is; all times in ms. */
export type SessionFacts = {
  readonly identity: Identity;
  readonly ownerKey: string;
  readonly createdAt: number;
  readonly seenAt: number;
  readonly renewedAt: number;
};

/** `label` says on what kind of device a session is, `Firefox on Linux`; `address` is what hourly limits count against. */
export type NewSession = { readonly session: string; readonly label: string; readonly address?: string };

/** A person as the row has it. `claimedAt` is the directory's stamp of the name. */
export type PersonFacts = { readonly identity: Identity; readonly claimedAt: number; readonly createdAt: number };

export class PersonStore {
  readonly #sql: SqlStorage;
  readonly #tables: Tables;

  constructor(sql: SqlStorage, tables: Tables) {
    this.#sql = sql;
    this.#tables = tables;
  }

  session(personId: string, hash: string, now: number): SessionFacts | undefined {
    if (!this.#tables.exist) return undefined;
    const [row] = this.#sql.exec<SessionRow>(
      `SELECT id, name, version, owner_key, maker, sessions.created_at, seen_at, renewed_at
       FROM sessions JOIN people ON people.id = person WHERE person = ? AND hash = ? AND seen_at > ?`,
      personId,
      hash,
      now - SESSION_MAX_MS,
    );
    if (!row) return undefined;
    const { owner_key: ownerKey, created_at: createdAt, seen_at: seenAt, renewed_at: renewedAt } = row;
    return {
      identity: identityFrom(row),
      ownerKey,
      createdAt,
      seenAt,
      renewedAt,
    };
  }

  person(id: string): PersonFacts | undefined {
    if (!this.#tables.exist) return undefined;
    const [row] = this.#sql.exec<{
      id: string;
      name: string;
      version: number;
      owner_key: string;
      maker: string;
      claimed_at: number;
      created_at: number;
    }>("SELECT id, name, version, owner_key, maker, claimed_at, created_at FROM people WHERE id = ?", id);
    if (!row) return undefined;
    const identity = identityFrom(row);
    return { identity, claimedAt: row.claimed_at, createdAt: row.created_at };
  }

  /** Those of them there are, with their last names. */
  peopleById(ids: readonly string[]): readonly Person[] {
    return ids.flatMap((id) => this.person(id)?.identity.person ?? []);
  }

  /** When (ms) any session of a person was used last, to the day; `undefined` when there is no session. */
  seenAt(personId: string): number | undefined {
    if (!this.#tables.exist) return undefined;
    const { at } = this.#sql
      .exec<{ at: number | null }>("SELECT MAX(seen_at) AS at FROM sessions WHERE person = ?", personId)
      .one();
    return at ?? undefined;
  }

  /** A new person with a first session. `marks` as read-marks.ts makes them; `maker` is the person whose bot it is, or empty. */
  add({ id, name }: Person, session: NewSession, claimedAt: number, marks: string, maker: string, now: number): void {
    this.#sql.exec(
      "INSERT INTO people VALUES (?, ?, ?, ?, '', ?, ?, 0, ?)",
      ...[id, name, now, claimedAt, maker, now, marks],
    );
    this.addSession(id, session, now);
  }

  /** The ids of the living bots that a person has made. */
  botsOf(personId: string): readonly string[] {
    if (!this.#tables.exist) return [];
    const rows = this.#sql.exec<{ id: string }>(
      "SELECT id FROM people WHERE maker = ? AND id IN (SELECT person FROM sessions) ORDER BY id",
      personId,
    );
    return rows.toArray().map(({ id }) => id);
  }

  /** An owner by that code, known by its digest; none with ''. */
  setOwner(personId: string, ownerKey: string): void {
    this.#sql.exec("UPDATE people SET owner_key = ? WHERE id = ?", ownerKey, personId);
  }

  setIdentity({ person, version }: Identity, claimedAt: number): void {
    this.#sql.exec(
      "UPDATE people SET name = ?, version = ?, claimed_at = ? WHERE id = ?",
      person.name,
      version,
      claimedAt,
      person.id,
    );
  }

  addSession(personId: string, { session, label, address = "" }: NewSession, now: number): void {
    this.#sql.exec(
      "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, '[]', ?, ?, '')",
      ...[personId, session, now, now, now, label, address],
    );
  }

  sessions(personId: string): readonly string[] {
    if (!this.#tables.exist) return [];
    return this.#sql
      .exec<{ hash: string }>("SELECT hash FROM sessions WHERE person = ?", personId)
      .toArray()
      .map(({ hash }) => hash);
  }

  endSessions(personId: string, hashes: readonly string[]): void {
    for (const hash of hashes) this.#sql.exec("DELETE FROM sessions WHERE person = ? AND hash = ?", personId, hash);
  }

  /** Notes that a session was used, at most once a day. `renews`: its cookie is renewed too. Says whether it is to be. */
  noteSeen(personId: string, hash: string, facts: SessionFacts, now: number, mayRenew: boolean): boolean {
    const renews = mayRenew && now - facts.renewedAt >= DAY_MS;
    // A socket carries no cookie. A day later, so that an answer that does can note both in one row.
    if (!renews && now - facts.seenAt < 2 * DAY_MS) return false;
    this.#sql.exec(
      "UPDATE sessions SET seen_at = ?, renewed_at = ? WHERE person = ? AND hash = ?",
      now,
      renews ? now : facts.renewedAt,
      personId,
      hash,
    );
    return renews;
  }

  /** The epochs of the channels in which a session opened sockets. */
  visits(personId: string, hash: string): readonly string[] {
    const [row] = this.#sql.exec<{ visits: string }>(
      "SELECT visits FROM sessions WHERE person = ? AND hash = ?",
      personId,
      hash,
    );
    const visits: readonly string[] = JSON.parse(row?.visits ?? "[]");
    return visits;
  }

  /** Notes a visit: a row the first time, none afterwards. Past the limit channels that are gone are forgotten first. */
  noteVisit(personId: string, hash: string, epoch: string, isThere: (epoch: string) => boolean): void {
    const visits = this.visits(personId, hash);
    if (visits.includes(epoch)) return;
    const kept = visits.length < VISITS_MAX ? visits : visits.filter(isThere);
    const next = JSON.stringify([...kept, epoch].slice(-VISITS_MAX));
    this.#sql.exec("UPDATE sessions SET visits = ? WHERE person = ? AND hash = ?", next, personId, hash);
  }

  marks(personId: string): string | undefined {
    const [row] = this.#sql.exec<{ marks: string }>("SELECT marks FROM people WHERE id = ?", personId);
    return row?.marks;
  }

  setMarks(personId: string, marks: string): void {
    this.#sql.exec("UPDATE people SET marks = ? WHERE id = ?", marks, personId);
  }

  /** People with sessions that were not used for `SESSION_MAX_MS`, and those sessions. Looks at every session: once a day. */
  expiredSessions(now: number): readonly { readonly person: string; readonly hash: string }[] {
    return this.#sql
      .exec<{ person: string; hash: string }>(
        "SELECT person, hash FROM sessions WHERE seen_at <= ?",
        now - SESSION_MAX_MS,
      )
      .toArray();
  }

  /** Forgets people who ended longer ago than any cookie lives. Looks at every person: once a day. */
  forgetOld(now: number): void {
    const living = "(SELECT person FROM sessions UNION SELECT person FROM recovery)";
    this.#sql.exec(`UPDATE people SET ended_at = 0 WHERE ended_at > 0 AND id IN ${living}`);
    this.#sql.exec(`UPDATE people SET ended_at = ? WHERE ended_at = 0 AND id NOT IN ${living}`, now);
    this.#sql.exec("DELETE FROM people WHERE ended_at > 0 AND ended_at <= ?", now - SESSION_MAX_MS);
  }
}

function identityFrom(row: Pick<SessionRow, "id" | "name" | "version" | "owner_key" | "maker">): Identity {
  const { id, name, version, owner_key: ownerKey, maker } = row;
  const person: Person = maker === "" ? { id, name } : { id, name, bot: true };
  return { person, isOwner: ownerKey !== "", version, ...(maker !== "" && { maker }) };
}

/** Two changes within a millisecond have different versions. */
export function versionAfter({ identity }: PersonFacts, now: number): number {
  return Math.max(now, identity.version + 1);
}
