/**
 * Past one object, simulated: a channel whose sockets sit at relays, and a directory whose sessions and sockets sit in many objects,
 * up to a million people. What a message, a delivery and a join take is what the benchmark has measured; what no benchmark on one
 * machine can measure, the way from one object to another, is an assumption.
 *
 *   npm run scale    fills docs/scale.md
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Chance } from "../faults/chance.ts";
import { figure, fillIn, median, table } from "../pages.ts";
import type { Results } from "./report.ts";

const SEED = 1;
/** From one object to another (ms), assumed: within a data centre it is less, across an ocean more. */
const HOP_MS = 5;
/** As worker/platform/broadcast.ts gathers. */
const GATHER_MS_PER_SOCKET = 0.05;
const GATHER_MAX_MS = 250;
/** Sockets of one object: so many a burst can reach in some tens of milliseconds, and memory has room for. */
const SOCKETS_EACH = 1_000;
/** Beyond it a channel takes relays. */
const ALONE_MAX = 1_000;
const PER_SECOND = 5;
const SECONDS = 120;
/** So long (s) it takes until everybody has come, at the start of a lecture. */
const ARRIVAL_S = 60;
/** People of one shard, and channels of a site: as many as there may be, one for ten people below that. */
const SHARD_PEOPLE = 500;
const CHANNELS_MAX = 1_000;
const PEOPLE_A_CHANNEL = 10;
/** What a person says on a working day of eight hours. */
const MESSAGES_A_DAY = 40;
const DAY_S = 8 * 3_600;
const DAYS_A_MONTH = 22;
/** An object that is busier has no room for what comes at once. */
const BUSY_MAX = 0.5;
/** Which of many are looked at, by their place in the loop that tells them: the first, the last, and some between. */
const PLACES = [0.01, 0.25, 0.5, 0.75, 1];
const PEOPLE = [100, 1_000, 10_000, 100_000, 1_000_000];

const docs = new URL("../../docs/", import.meta.url).pathname;
const { results }: { results: Results } = JSON.parse(readFileSync(join(docs, "benchmark.json"), "utf8"));
const took = fit();

fillIn(
  join(docs, "scale.md"),
  "measured",
  `A message takes its object ${figure(took.messageMs)} ms, a delivery ${figure(took.deliveryMs)} ms, an upgrade ${figure(took.askMs)} ms of the front door and a shard (docs/benchmark.json). The way between two objects is taken as ${HOP_MS} ms.`,
);
fillIn(join(docs, "scale.md"), "channel", channelTable());
fillIn(join(docs, "scale.md"), "site", siteTable());
fillIn(join(docs, "scale.md"), "first", whatBreaksFirst());

/** All in ms. */
function fit() {
  const of = (scenario: string, name: string) =>
    median((results[scenario]?.Flack ?? []).map((figures) => figures[name] ?? Number.NaN)) / 1_000;
  const few = of("many", "cpuPerDelivery") * 5;
  const deliveryMs = (of("steady-100", "cpuPerDelivery") * 100 - few) / 95;
  const askMs = of("join-10", "cpuPerJoinWholeWay") - of("join-10", "cpuPerJoin");
  return { deliveryMs, messageMs: few - 5 * deliveryMs, askMs };
}

/* ---- a channel ---- */

/** Something on its way to sockets: which messages, and when (ms) each came in. */
type Item = { readonly at: number; readonly ids: readonly number[] };

/**
 * One object with its queue, as worker/platform/broadcast.ts works: whatever comes is taken in turn, then told at once, or with what comes until
 * the last frame is long enough ago. Says when it begins to send each frame, and how long it was busy (ms).
 */
function object(incoming: readonly Item[], ways: number, eachMs: number) {
  const gatherMs = Math.min(GATHER_MAX_MS, ways * GATHER_MS_PER_SOCKET);
  const frames: Item[] = [];
  let waiting: number[] = [];
  let free = 0;
  let busyMs = 0;
  let sentAt = Number.NEGATIVE_INFINITY;
  const work = (ms: number) => {
    free += ms;
    busyMs += ms;
  };
  const tell = () => {
    frames.push({ at: free, ids: waiting });
    sentAt = free;
    waiting = [];
    work(ways * took.deliveryMs);
  };
  for (const { at, ids } of incoming) {
    const dueAt = Math.max(free, sentAt + gatherMs);
    if (waiting.length > 0 && dueAt <= at) {
      free = dueAt;
      tell();
    }
    free = Math.max(free, at);
    work(eachMs);
    waiting.push(...ids);
    if (sentAt + gatherMs <= free) tell();
  }
  if (waiting.length > 0) {
    free = Math.max(free, sentAt + gatherMs);
    tell();
  }
  return { frames, busyMs };
}

/** What a channel does to so many sockets with these messages: delays (ms) at some of them, and how busy its objects are. */
function channel(sockets: number, sentAt: readonly number[]) {
  const relays = sockets > ALONE_MAX ? Math.ceil(sockets / SOCKETS_EACH) : 0;
  const incoming = sentAt.map((at, id) => ({ at, ids: [id] }));
  const head = object(incoming, relays || sockets, took.messageMs);
  const delays: number[] = [];
  // Through a relay, which hands on what it cannot decide.
  const upMs = relays === 0 ? 0 : took.deliveryMs + HOP_MS;
  const hear = (frames: readonly Item[], ways: number) => {
    for (const { at, ids } of frames) {
      for (const share of PLACES) {
        for (const id of ids) delays.push(upMs + at + share * ways * took.deliveryMs - (sentAt[id] ?? 0));
      }
    }
  };
  if (relays === 0) hear(head.frames, sockets);
  let relayMs = 0;
  const asked = relays === 0 ? [] : PLACES;
  for (const share of asked) {
    const arriving = head.frames.map(({ at, ids }) => ({ at: at + share * relays * took.deliveryMs + HOP_MS, ids }));
    const relay = object(arriving, sockets / relays, took.deliveryMs);
    hear(relay.frames, sockets / relays);
    relayMs += relay.busyMs / asked.length;
  }
  const lastMs = (sentAt.at(-1) ?? 0) - (sentAt[0] ?? 0);
  return {
    relays,
    delays: delays.toSorted((a, b) => a - b),
    headShare: head.busyMs / lastMs,
    relayShare: relayMs / lastMs,
    cpuMs: head.busyMs + relays * relayMs,
  };
}

function channelTable(): string {
  const chance = new Chance(SEED);
  const steady: number[] = [];
  for (let at = 0; at < SECONDS * 1_000; ) {
    at += (-Math.log(1 - chance.next()) * 1_000) / PER_SECOND;
    steady.push(at);
  }
  const burst = Array.from({ length: 60 }, (_, n) => n * 0.01);
  const rows = PEOPLE.map((sockets) => {
    const calm = channel(sockets, steady);
    const loud = channel(sockets, burst);
    const gigabyteSeconds = (calm.cpuMs / 1_000 / steady.length) * 0.128 * 1_000_000;
    // A relay is called with each frame.
    const requests = 1_000_000 * calm.relays;
    const price = (gigabyteSeconds * 12.5 + requests * 0.15) / 1_000_000;
    return [
      figure(sockets),
      calm.relays === 0 ? "–" : figure(calm.relays),
      ms(at(calm.delays, 0.5)),
      ms(at(calm.delays, 0.99)),
      percent(calm.headShare),
      calm.relays === 0 ? "–" : percent(calm.relayShare),
      ms(at(loud.delays, 0.99)),
      `$${figure(price)}`,
    ];
  });
  const head = [
    "sockets",
    "relays",
    `p50 at ${PER_SECOND} messages a second`,
    "p99",
    "the channel's object is busy",
    "a relay is busy",
    "p99 of 60 at once",
    "sending a million messages",
  ];
  return table(head, rows);
}

/* ---- a site ---- */

/**
 * Waits (ms) of those who ask one object in turn, so many a second at random moments, each taking `serviceMs`; each second the object
 * is busy with telling for so long besides.
 */
function queue(perSecond: number, serviceMs: number, tellingMs: number): readonly number[] {
  const chance = new Chance(SEED);
  const waits: number[] = [];
  let free = 0;
  let toldAt = 0;
  for (let now = 0; now < ARRIVAL_S * 1_000; ) {
    now += (-Math.log(1 - chance.next()) * 1_000) / perSecond;
    for (; toldAt < now; toldAt += 1_000) free = Math.max(free, toldAt) + tellingMs;
    free = Math.max(free, now) + serviceMs;
    waits.push(free - now);
  }
  return waits.toSorted((a, b) => a - b);
}

/** How busy the objects of a site are. A call from one object to another counts as an upgrade does, which is more than it takes. */
function siteOf(people: number) {
  const shards = Math.ceil(people / SHARD_PEOPLE);
  const channels = Math.min(CHANNELS_MAX, Math.ceil(people / PEOPLE_A_CHANNEL));
  const messagesPerSecond = (people * MESSAGES_A_DAY) / DAY_S;
  // Each channel reports once a second at most, and each shard is told of all of them.
  const news = Math.min(channels, messagesPerSecond);
  const directoryMs = (news + (news > 0 ? Math.min(1, news) * shards : 0)) * took.askMs;
  // A frame with news takes what a delivery takes: measured apart, the difference drowned in the machine's noise.
  const feedMs = took.deliveryMs * Math.min(1, news);
  const inShard = Math.min(people, SHARD_PEOPLE);
  const asksPerSecond = (2 * inShard) / ARRIVAL_S;
  return {
    shards,
    news,
    directoryShare: directoryMs / 1_000,
    shardShare: (inShard * feedMs) / 1_000,
    waits: queue(asksPerSecond, took.askMs, inShard * feedMs),
    /** Awake while people talk, in dollars a month. */
    price: ((1 + shards) * DAYS_A_MONTH * DAY_S * 0.128 * 12.5 * (1 - Math.exp(-messagesPerSecond))) / 1_000_000,
  };
}

function siteTable(): string {
  const rows = PEOPLE.map((people) => {
    const { shards, news, directoryShare, shardShare, waits, price } = siteOf(people);
    return [
      figure(people),
      figure(shards),
      figure(news),
      percent(directoryShare),
      percent(shardShare),
      ms(at(waits, 0.99)),
      `$${figure(price)}`,
    ];
  });
  const head = [
    "people",
    "shards",
    "channels with news a second",
    "the directory is busy",
    "a shard is busy",
    `p99 of a session check, everyone arriving within ${ARRIVAL_S} s`,
    "directory and shards awake, a month",
  ];
  return table(head, rows);
}

function whatBreaksFirst(): string {
  const until = (isTooMany: (count: number) => boolean) => {
    let count = 1_000;
    while (!isTooMany(count) && count < 1e9) count *= 1.1;
    return figure(Number(count.toPrecision(2)));
  };
  const people = until((count) => siteOf(count).directoryShare > BUSY_MAX);
  const sockets = until(
    (count) => ((count / SOCKETS_EACH) * took.deliveryMs + took.messageMs) * PER_SECOND > BUSY_MAX * 1_000,
  );
  return `On a site the directory is the first that is busy for half of its time: with about ${people} people, from telling the shards once a second. In a room it is the channel's object, which tells its relays: with about ${sockets} sockets and ${PER_SECOND} messages a second.`;
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}

function ms(value: number): string {
  return value >= 10_000 ? `${figure(value / 1_000)} s` : `${figure(value)} ms`;
}

function percent(share: number): string {
  return share > 1 ? "**cannot**" : `${figure(share * 100)} %`;
}
