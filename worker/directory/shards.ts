/**
 * Which shards of people there are, and which of them a new person goes to: the lowest with room on their continent.
 * The people of the first shard come from everywhere, so that a small site has one. A place is not given twice: ids are never reused.
 */

export const SHARD_TABLES = [
  "CREATE TABLE shards (shard INTEGER PRIMARY KEY, people INTEGER NOT NULL, continent TEXT NOT NULL)",
];

type ShardRow = { readonly shard: number; readonly people: number; readonly continent: string };

/** Four digits of base 36: ids have room for no more. */
const SHARDS_MAX = 36 ** 4;

export class Shards {
  readonly #sql: SqlStorage;
  readonly #capacity: number;
  readonly #shards: ShardRow[];

  /** `capacity`: people of one shard. */
  constructor(sql: SqlStorage, exists: boolean, capacity: number) {
    this.#sql = sql;
    this.#capacity = capacity;
    this.#shards = exists ? sql.exec<ShardRow>("SELECT * FROM shards ORDER BY shard").toArray() : [];
  }

  /** How many there are, at least one. */
  get count(): number {
    return Math.max(1, this.#shards.length);
  }

  /** The shard of the next person from a continent. */
  next(continent: string): number {
    const withRoom = this.#shards.find(({ shard, people, continent: home }) => {
      return people < this.#capacity && (shard === 0 || home === continent);
    });
    return withRoom?.shard ?? Math.min(this.#shards.length, SHARDS_MAX - 1);
  }

  /** A person goes there: one row. Inside a transaction. Says whether the shard was opened by it. */
  add(shard: number, continent: string): boolean {
    const row = this.#shards[shard];
    const people = (row?.people ?? 0) + 1;
    this.#sql.exec(
      "INSERT INTO shards VALUES (?, ?, ?) ON CONFLICT (shard) DO UPDATE SET people = excluded.people",
      shard,
      people,
      row?.continent ?? continent,
    );
    this.#shards[shard] = { shard, people, continent: row?.continent ?? continent };
    return row === undefined;
  }
}
