/** The parts of the directory, put together: names, the public list, shards, moderation, and the one alarm. */
import { Authority } from "../platform/authority.ts";
import { HOURLY_TABLE, Hourly } from "../platform/hourly.ts";
import { Tables } from "../platform/migrations.ts";
import { shardStub } from "../platform/objects.ts";
import { Schedule } from "../platform/schedule.ts";
import { shardOf } from "../platform/shard-id.ts";
import { SHARD_PEOPLE } from "../protocol/limits.ts";
import { CHANNEL_TABLES, ChannelList } from "./channel-list.ts";
import { MODERATION_TABLES, Moderation } from "./moderation.ts";
import { NAME_TABLES, Names } from "./names.ts";
import { OLD_FILES_TABLES, OldFiles } from "./old-files.ts";
import { PresenceSummary } from "./presence-summary.ts";
import { PUSH_TABLES, PushRegistry } from "./push-registry.ts";
import { SHARD_TABLES, Shards } from "./shards.ts";
import { Spread } from "./spread.ts";

const MIGRATIONS = [
  [
    ...NAME_TABLES,
    ...CHANNEL_TABLES,
    ...SHARD_TABLES,
    ...OLD_FILES_TABLES,
    ...MODERATION_TABLES,
    ...PUSH_TABLES,
    HOURLY_TABLE,
  ],
];

export type Parts = ReturnType<typeof createParts>;

/** Made in the constructor: it only reads. */
export function createParts({ storage }: DurableObjectState, env: Env) {
  const { sql } = storage;
  const tables = new Tables(storage, MIGRATIONS);
  const names = new Names(sql, tables, async ({ person, key, claimedAt }) => {
    const shard = shardOf(person);
    // A hook's name is its own until it is released.
    if (shard === undefined) return { holds: true, until: Number.MAX_SAFE_INTEGER };
    return shardStub(env, shard).holds(person, key, claimedAt);
  });
  const list = new ChannelList(sql, tables);
  const presence = new PresenceSummary(async (shard) => shardStub(env, shard).presence(shard));
  const shards = new Shards(sql, tables.exist, Number(env.SHARD_PEOPLE) || SHARD_PEOPLE);
  const hourly = new Hourly(sql, () => tables.exist);
  const pushes = new PushRegistry(sql, tables);
  const moderation = new Moderation(sql, tables);
  const spread: Spread = new Spread(
    {
      shards: () => shards.count,
      version: () => list.version,
      send: async (shard, news) => shardStub(env, shard).receiveFromDirectory(news),
      writeActivity: () => list.writeActivity(),
      allDelivered: () => list.noteDelivered(),
      rescheduled: () => schedule.update(),
    },
    list.isDelivered,
  );
  const oldFiles = new OldFiles(sql, tables, env.FILES);
  const schedule: Schedule = new Schedule(storage, [spread.job, hourly.job, moderation.job, oldFiles.job]);
  return {
    authority: new Authority(),
    tables,
    names,
    list,
    presence,
    shards,
    hourly,
    moderation,
    pushes,
    spread,
    schedule,
  };
}
