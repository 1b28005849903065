/** The parts of a shard, put together: the stores, who hears of what, and the one alarm. */
import { Authority } from "../platform/authority.ts";
import { HOURLY_TABLE, Hourly } from "../platform/hourly.ts";
import { Tables } from "../platform/migrations.ts";
import { channelStub, directoryOf, parseTarget, shardStub } from "../platform/objects.ts";
import { OUTBOX_TABLE, Outbox, type OutboxRow } from "../platform/outbox.ts";
import { push } from "../platform/push-service.ts";
import { Schedule } from "../platform/schedule.ts";
import { DAY_MS } from "../protocol/limits.ts";
import { Bots } from "./bots.ts";
import { Checks } from "./checks.ts";
import { Devices } from "./devices.ts";
import { DIRECT_TABLES, DirectStore } from "./direct-store.ts";
import { Directs } from "./directs.ts";
import { Feed } from "./feed.ts";
import { FeedCommands } from "./feed-commands.ts";
import { FeedState } from "./feed-state.ts";
import { INVITE_TABLES, Invites } from "./invites.ts";
import { IssuedContexts } from "./issued.ts";
import { Neighbours } from "./neighbours.ts";
import { Ownership } from "./ownership.ts";
import { PERSON_TABLES, PersonStore } from "./person-store.ts";
import { PREFERENCES_TABLE, PreferenceStore } from "./preferences.ts";
import { PRIVATE_TABLES, PrivateStore } from "./private-store.ts";
import { Privates } from "./privates.ts";
import { LIST_TABLE, PublicList } from "./public-list.ts";
import { Pushes } from "./pushes.ts";
import { Returning } from "./returning.ts";
import type { Notice } from "./rpc.ts";
import { Sessions } from "./sessions.ts";
import { SUBSCRIPTION_TABLES, Subscriptions } from "./subscriptions.ts";
import { expire } from "./upkeep.ts";
import { UPLOADS_TABLE, UploadAllowance } from "./uploads.ts";
import { WAYS_BACK_TABLES, WaysBack } from "./ways-back.ts";

const MIGRATIONS = [
  [
    ...PERSON_TABLES,
    ...DIRECT_TABLES,
    ...WAYS_BACK_TABLES,
    ...INVITE_TABLES,
    PREFERENCES_TABLE,
    ...PRIVATE_TABLES,
    ...SUBSCRIPTION_TABLES,
    UPLOADS_TABLE,
    LIST_TABLE,
    HOURLY_TABLE,
    OUTBOX_TABLE,
  ],
];

export type Parts = ReturnType<typeof createParts>;

/** Made in the constructor: it only reads. */
export function createParts(ctx: DurableObjectState, env: Env) {
  const { storage } = ctx;
  const { sql } = storage;
  let expiryAt = Date.now() + DAY_MS;
  const tables = new Tables(storage, MIGRATIONS);
  const exist = () => tables.exist;
  const authority = new Authority();
  const issued = new IssuedContexts();
  const persons = new PersonStore(sql, tables);
  const directStore = new DirectStore(sql, tables);
  const list = new PublicList(sql, tables, {
    ask: async () => directoryOf(env).list(),
    changed: ({ changed, deleted }) => {
      for (const id of deleted) feed.broadcast({ type: "channel_deleted", id });
      for (const channel of changed) feed.broadcast({ type: "channel", channel });
    },
  });
  const privateStore = new PrivateStore(sql, tables);
  const waysBack = new WaysBack(sql, tables);
  const preferences = new PreferenceStore(sql, tables);
  const state = new FeedState(tables, persons, { directs: directStore, privates: privateStore, list, preferences });
  const neighbours: Neighbours = new Neighbours(() => feed, {
    shards: () => list.shards,
    report: async (presence) => directoryOf(env).reportPresence(presence),
    ask: async () => directoryOf(env).presence(),
  });
  const feed = new Feed(ctx, (changes) => neighbours.report(changes));
  const hourly = new Hourly(sql, exist);
  const outbox: Outbox = new Outbox(
    sql,
    exist,
    (target, row) => deliver(env, target, row),
    () => schedule.update(),
  );
  const expiry = {
    dueAt: () => (tables.exist ? expiryAt : undefined),
    isUpkeep: true,
    run: (now: number) => {
      expiryAt = now + DAY_MS;
      return expire(
        {
          tables,
          persons,
          sessions,
          waysBack,
          stores: [directStore, preferences, privateStore, invites, subscriptions],
          uploads,
        },
        now,
      );
    },
  };
  const subscriptions = new Subscriptions(sql, tables);
  const pushes = new Pushes({
    subscriptions,
    preferences,
    state,
    feed,
    schedule: () => schedule,
    push,
    isOff: env.PUSH === "off",
    standing: async ({ id, epoch }, asked) => channelStub(env, epoch).standing(id, asked),
  });
  const schedule: Schedule = new Schedule(storage, [outbox.job, hourly.job, pushes.job, expiry]);
  const directs = new Directs({
    tables,
    persons,
    isThere: (personId) => sessions.isThere(personId),
    preferences,
    store: directStore,
    state,
    feed,
    outbox,
    schedule,
    authority,
    sessionOf: (key) => sessions.find(key),
  });
  const invites = new Invites({
    sql,
    tables,
    sessionOf: (key) => sessions.find(key),
    channelOf: (personId, channelId) => privateStore.of(personId, channelId),
  });
  const privates = new Privates({
    tables,
    persons,
    isThere: (personId) => sessions.isThere(personId),
    store: privateStore,
    invites,
    feed,
    outbox,
    schedule,
  });
  const sessions: Sessions = new Sessions({
    tables,
    persons,
    directs: directStore,
    waysBack,
    privates,
    invites,
    subscriptions,
    outbox,
    schedule,
    authority,
    issued,
    listeners: {
      ended: (ended) => {
        for (const session of ended) feed.sockets.endSession(session);
      },
      changed: (identity) => {
        feed.update(identity);
        directs.announce(identity.person);
      },
    },
  });
  /** A hidden channel is hidden no more. */
  function shown(personId: string, channelId: string): void {
    const preferred = state.prefer(personId, channelId, { hidden: false });
    if (preferred.kind === "refused") return;
    feed.sendTo(personId, { type: "preferences", channel: channelId, ...preferred.preference });
  }
  const bots = new Bots(persons, sessions);
  const ownership = new Ownership({ tables, persons, sessions });
  const devices = new Devices(sql);
  const returning = new Returning({ tables, persons, waysBack, sessionOf: (key) => sessions.find(key) });
  const checks = new Checks({
    tables,
    persons,
    sessions,
    list,
    state,
    hourly,
    schedule,
    issued,
    shown,
    ended: (personId) => void ownership.end(personId),
  });
  const uploads = new UploadAllowance(sql, tables);
  const commands = new FeedCommands(feed, state);
  return {
    tables,
    authority,
    persons,
    directStore,
    privateStore,
    privates,
    list,
    state,
    neighbours,
    feed,
    schedule,
    directs,
    sessions,
    checks,
    returning,
    bots,
    ownership,
    devices,
    invites,
    shown,
    preferences,
    uploads,
    subscriptions,
    pushes,
    commands,
  };
}

/** Tells an object what it must hear; returns when it has acknowledged. */
function deliver(env: Env, target: string, { payload }: OutboxRow): Promise<void> {
  const notice: Notice = JSON.parse(payload);
  if (notice.kind === "name released") return directoryOf(env).releaseName(notice.personId, notice.name, notice.upTo);
  const object = parseTarget(target);
  if (notice.kind === "left")
    return channelStub(env, object.kind === "channel" ? object.epoch : "").leave(notice.personId);
  const stub = stubOf(env, target);
  return notice.kind === "identity" ? stub.update(notice.identity) : stub.endSession(notice.session);
}

function stubOf(env: Env, target: string) {
  const object = parseTarget(target);
  switch (object.kind) {
    case "channel":
      return channelStub(env, object.epoch);
    case "people":
      return shardStub(env, object.shard);
    case "directory":
      return directoryOf(env);
    default:
      return object satisfies never;
  }
}
