/**
 * The rows of direct conversations that people of this shard are in, and the names of their peers in other shards:
 * one row a conversation, one a person and conversation, one a peer.
 */
import type { Tables } from "../platform/migrations.ts";
import type { Channel, Person } from "../protocol/things.ts";
import type { Activity } from "./private-store.ts";

export const DIRECT_TABLES = [
  "CREATE TABLE directs (id TEXT PRIMARY KEY, epoch TEXT NOT NULL, created_by TEXT NOT NULL, creator_name TEXT NOT NULL, created_at INTEGER NOT NULL, seq INTEGER NOT NULL, last_at INTEGER, oldest_seq INTEGER NOT NULL, keep_ms INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE TABLE direct_people (person TEXT NOT NULL, channel TEXT NOT NULL, peer TEXT NOT NULL, PRIMARY KEY (person, channel)) WITHOUT ROWID",
  "CREATE TABLE peers (id TEXT PRIMARY KEY, name TEXT NOT NULL, version INTEGER NOT NULL) WITHOUT ROWID",
];

type DirectRow = {
  readonly id: string;
  readonly epoch: string;
  readonly created_by: string;
  readonly creator_name: string;
  readonly created_at: number;
  readonly seq: number;
  readonly last_at: number | null;
  readonly oldest_seq: number;
  readonly keep_ms: number;
};

/** A direct conversation without the names that differ by who looks. */
export type Direct = Omit<Channel, "peer">;

export class DirectStore {
  readonly #sql: SqlStorage;
  readonly #tables: Tables;

  constructor(sql: SqlStorage, tables: Tables) {
    this.#sql = sql;
    this.#tables = tables;
  }

  direct(id: string): Direct | undefined {
    if (!this.#tables.exist) return undefined;
    const [row] = this.#sql.exec<DirectRow>("SELECT * FROM directs WHERE id = ?", id);
    return row && toDirect(row);
  }

  /** The other person of a direct conversation, if this one is in it. */
  peerOf(personId: string, id: string): string | undefined {
    if (!this.#tables.exist) return undefined;
    const [row] = this.#sql.exec<{ peer: string }>(
      "SELECT peer FROM direct_people WHERE person = ? AND channel = ?",
      personId,
      id,
    );
    return row?.peer;
  }

  /** Every conversation of a person, with the id of the other one. */
  of(personId: string): readonly { readonly direct: Direct; readonly peer: string }[] {
    if (!this.#tables.exist) return [];
    return this.#sql
      .exec<DirectRow & { peer: string }>(
        "SELECT directs.*, peer FROM direct_people JOIN directs ON id = channel WHERE person = ? ORDER BY id",
        personId,
      )
      .toArray()
      .map(({ peer, ...row }) => ({ direct: toDirect(row), peer }));
  }

  peersOf(personId: string): readonly string[] {
    if (!this.#tables.exist) return [];
    return this.#sql
      .exec<{ peer: string }>("SELECT peer FROM direct_people WHERE person = ?", personId)
      .toArray()
      .map(({ peer }) => peer);
  }

  /** A person of this shard is in a conversation from now on. A second time changes nothing. */
  add(direct: Direct, personId: string, peerId: string): void {
    const { id, epoch, createdBy, createdAt } = direct;
    this.#sql.exec(
      "INSERT INTO directs VALUES (?, ?, ?, ?, ?, 0, NULL, 0, 0) ON CONFLICT DO NOTHING",
      id,
      epoch,
      createdBy.id,
      createdBy.name,
      createdAt,
    );
    this.#sql.exec("INSERT INTO direct_people VALUES (?, ?, ?) ON CONFLICT DO NOTHING", personId, id, peerId);
  }

  /** The newest message, and the oldest that is kept where age has removed some. Both only grow. */
  noteActivity(id: string, { seq, lastAt, oldestSeq = 0 }: Activity): void {
    this.#sql.exec(
      `UPDATE directs SET last_at = CASE WHEN seq < ?1 THEN ?2 ELSE last_at END, seq = MAX(seq, ?1),
       oldest_seq = MAX(oldest_seq, ?3) WHERE id = ?4`,
      seq,
      lastAt,
      oldestSeq,
      id,
    );
  }

  setKeepMs(id: string, keepMs: number): void {
    this.#sql.exec("UPDATE directs SET keep_ms = ? WHERE id = ?", keepMs, id);
  }

  /** A peer of another shard, under the name of that version; an older one changes nothing. */
  notePeer({ id, name }: Person, version: number): void {
    this.#sql.exec(
      `INSERT INTO peers VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, version = excluded.version
       WHERE excluded.version > version`,
      id,
      name,
      version,
    );
  }

  peer(id: string): Person | undefined {
    const [row] = this.#sql.exec<{ id: string; name: string }>("SELECT id, name FROM peers WHERE id = ?", id);
    return row;
  }

  /** Forgets the conversations of people who were forgotten, and peers without a conversation. Looks at every row: once a day. */
  forgetOld(): void {
    this.#sql.exec("DELETE FROM direct_people WHERE person NOT IN (SELECT id FROM people)");
    this.#sql.exec("DELETE FROM directs WHERE id NOT IN (SELECT channel FROM direct_people)");
    this.#sql.exec("DELETE FROM peers WHERE id NOT IN (SELECT peer FROM direct_people)");
  }

  /** The people of this shard who have a conversation with that person. */
  peopleWith(peerId: string, candidates: readonly string[]): readonly string[] {
    return candidates.filter(
      (id) => this.peerOf(id, id < peerId ? `${id}~${peerId}` : `${peerId}~${id}`) !== undefined,
    );
  }
}

function toDirect(row: DirectRow): Direct {
  const { id, epoch, created_at: createdAt, seq, last_at: lastAt } = row;
  const createdBy: Person = { id: row.created_by, name: row.creator_name };
  const ages = {
    ...(row.oldest_seq > 0 && { oldestSeq: row.oldest_seq }),
    ...(row.keep_ms > 0 && { keepMs: row.keep_ms }),
  };
  return { id, epoch, kind: "direct", name: "", topic: "", createdBy, createdAt, seq, lastAt, ...ages };
}
