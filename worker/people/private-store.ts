/**
 * The rows of private channels that people of this shard are in: one row a channel, one a person and channel. The channel's object is the
 * authority; what stands here is what it told last. A channel without a person of this shard stays for a day: an older word is not
 * taken for a newer one.
 */
import type { PrivateState } from "../channel/rpc.ts";
import type { Tables } from "../platform/migrations.ts";
import type { Channel } from "../protocol/things.ts";

/** `entry` is the channel as JSON; `seq`, `last_at` and `oldest_seq` are newer than what stands in it. `version` counts the channel's words. */
export const PRIVATE_TABLES = [
  "CREATE TABLE privates (id TEXT PRIMARY KEY, entry TEXT NOT NULL, version INTEGER NOT NULL, seq INTEGER NOT NULL, last_at INTEGER, oldest_seq INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE TABLE memberships (person TEXT NOT NULL, channel TEXT NOT NULL, PRIMARY KEY (person, channel)) WITHOUT ROWID",
  "CREATE INDEX memberships_by_channel ON memberships (channel)",
];

type PrivateRow = {
  readonly entry: string;
  readonly version: number;
  readonly seq: number;
  readonly last_at: number | null;
  readonly oldest_seq: number;
};

/** How far a channel's messages go. `lastAt` (ms) is the time of the newest. */
export type Activity = {
  readonly seq: number;
  readonly lastAt: number | null;
  readonly oldestSeq?: number | undefined;
};

/** Who came and who left by a channel's word. */
export type MembershipChange = {
  readonly channel: Channel;
  readonly members: readonly string[];
  readonly former: readonly string[];
};

export class PrivateStore {
  readonly #sql: SqlStorage;
  readonly #tables: Tables;

  constructor(sql: SqlStorage, tables: Tables) {
    this.#sql = sql;
    this.#tables = tables;
  }

  channel(id: string): Channel | undefined {
    const row = this.#row(id);
    return row && toChannel(row);
  }

  /** The channel, if this person is in it. */
  of(personId: string, id: string): Channel | undefined {
    return this.#isMember(personId, id) ? this.channel(id) : undefined;
  }

  /** Every private channel of a person, by id. */
  all(personId: string): readonly Channel[] {
    if (!this.#tables.exist) return [];
    return this.#sql
      .exec<PrivateRow>(
        "SELECT entry, version, seq, last_at, oldest_seq FROM memberships JOIN privates ON id = channel WHERE person = ? ORDER BY id",
        personId,
      )
      .toArray()
      .map(toChannel);
  }

  /** The people of this shard who are in a channel. */
  members(id: string): readonly string[] {
    if (!this.#tables.exist) return [];
    return this.#sql
      .exec<{ person: string }>("SELECT person FROM memberships WHERE channel = ?", id)
      .toArray()
      .map(({ person }) => person);
  }

  /** Takes in what a channel tells. `undefined`: something newer is known. Inside a transaction. */
  apply({ channel, version, people }: PrivateState): MembershipChange | undefined {
    const held = this.#row(channel.id);
    if (held && held.version >= version) return undefined;
    const before = this.members(channel.id);
    this.#sql.exec(
      `INSERT INTO privates VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET entry = excluded.entry, version = excluded.version`,
      channel.id,
      JSON.stringify(channel),
      version,
      channel.seq,
      channel.lastAt,
      channel.oldestSeq ?? 0,
    );
    const former = before.filter((id) => !people.includes(id));
    for (const id of former) this.leave(id, channel.id);
    for (const id of people)
      this.#sql.exec("INSERT INTO memberships VALUES (?, ?) ON CONFLICT DO NOTHING", id, channel.id);
    return { channel: this.channel(channel.id) ?? channel, members: people, former };
  }

  leave(personId: string, id: string): void {
    this.#sql.exec("DELETE FROM memberships WHERE person = ? AND channel = ?", personId, id);
  }

  /** The newest message, and the oldest that is kept where age has removed some. Both only grow. */
  noteActivity(id: string, { seq, lastAt, oldestSeq = 0 }: Activity): void {
    this.#sql.exec(
      `UPDATE privates SET last_at = CASE WHEN seq < ?1 THEN ?2 ELSE last_at END, seq = MAX(seq, ?1),
       oldest_seq = MAX(oldest_seq, ?3) WHERE id = ?4`,
      seq,
      lastAt,
      oldestSeq,
      id,
    );
  }

  /** Forgets channels without a person of this shard. Once a day. */
  forgetOld(): void {
    this.#sql.exec("DELETE FROM memberships WHERE person NOT IN (SELECT id FROM people)");
    this.#sql.exec("DELETE FROM privates WHERE id NOT IN (SELECT channel FROM memberships)");
  }

  #isMember(personId: string, id: string): boolean {
    if (!this.#tables.exist) return false;
    return (
      this.#sql.exec("SELECT 1 FROM memberships WHERE person = ? AND channel = ?", personId, id).toArray().length > 0
    );
  }

  #row(id: string): PrivateRow | undefined {
    if (!this.#tables.exist) return undefined;
    return this.#sql
      .exec<PrivateRow>("SELECT entry, version, seq, last_at, oldest_seq FROM privates WHERE id = ?", id)
      .toArray()[0];
  }
}

function toChannel({ entry, seq, last_at: lastAt, oldest_seq: oldest }: PrivateRow): Channel {
  const channel: Channel = JSON.parse(entry);
  const oldestSeq = Math.max(oldest, channel.oldestSeq ?? 0);
  return { ...channel, ...(seq > channel.seq && { seq, lastAt }), ...(oldestSeq > 0 && { oldestSeq }) };
}
