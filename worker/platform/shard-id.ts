/**
 * Ids and tokens that begin with the number of a shard, `<shard in base 36>-<random>`. Pure.
 * Only the canonical form counts: one shard has one prefix.
 */
const PREFIXED = /^(0|[1-9a-z][0-9a-z]{0,3})-[A-Za-z0-9_-]+$/;
const PERSON_ID = /^[A-Za-z0-9_-]{16,32}$/;

/** An id of a person, or a token, that its shard can be found by. */
export function withShard(shard: number, secret: string): string {
  return `${shard.toString(36)}-${secret}`;
}

/** The shard in a person's id or a token; `undefined` when there is none. Whether the directory ever opened it is not looked at. */
export function shardOf(prefixed: string): number | undefined {
  const digits = PREFIXED.exec(prefixed)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 36);
}

/** Whether this can be the id of a person of one of these shards. The caller may not have heard of the newest one yet. */
export function isPersonOf(id: string, shards: number): boolean {
  const shard = shardOf(id);
  return PERSON_ID.test(id) && shard !== undefined && shard <= shards;
}
