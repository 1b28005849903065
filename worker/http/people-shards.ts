/** Questions about people that several shards have to answer. */
import type { Context } from "hono";
import { isPersonOf, shardOf } from "../platform/shard-id.ts";
import type { App } from "./context.ts";

/** Asks each shard for its own of these people; in the order asked for, those who are not there left out. */
export async function fromShards<P extends { readonly id: string }>(
  c: Context<App>,
  ids: readonly string[],
  ask: (shard: number, own: readonly string[]) => Promise<readonly P[]>,
): Promise<readonly P[]> {
  const known = ids.filter((id) => isPersonOf(id, c.var.checked.auth.shards));
  const byShard = Map.groupBy(known, (id) => shardOf(id) ?? 0);
  const answers = await Promise.all([...byShard].map(([shard, own]) => ask(shard, own)));
  const byId = new Map(answers.flat().map((person) => [person.id, person]));
  return known.flatMap((id) => byId.get(id) ?? []);
}
