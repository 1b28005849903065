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
const ALONE_MAX = 1_500;
const PER_SECOND = 5;
const SECONDS = 120;
/** So long (s) it takes until everybody has come, at the start of a lecture. */
const ARRIVAL_S = 60;
/** Sessions of one object that only knows sessions. */
const SESSIONS_EACH = 20_000;
/** Which of many are looked at, by their place in the loop that tells them: the first, the last, and some between. */
const PLACES = [0.01, 0.25, 0.5, 0.75, 1];
const PEOPLE = [100, 1_000, 10_000, 100_000, 1_000_000];

const docs = new URL("../../docs/", import.meta.url).pathname;
const { results }: { results: Results } = JSON.parse(readFileSync(join(docs, "benchmark.json"), "utf8"));
const took = fit();

fillIn(
  join(docs, "scale.md"),
  "measured",
  `A message takes its object ${figure(took.messageMs)} ms, a delivery ${figure(took.deliveryMs)} ms, an upgrade ${figure(took.askMs)} ms of the front door and the directory (docs/benchmark.json). The way between two objects is taken as ${HOP_MS} ms.`,
);
fillIn(join(docs, "scale.md"), "channel", channelTable());
fillIn(join(docs, "scale.md"), "directory", directoryTable());

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
    // A relay hears the channel on a socket: twenty frames are a request.
    const requests = 1_000_000 * (calm.relays / 20);
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

/* ---- a directory ---- */

/**
 * Waits (ms) of those who ask one object in turn, so many a second at random moments, each taking `serviceMs`; each second the object
 * tells so many frames besides.
 */
function queue(perSecond: number, serviceMs: number, framesPerSecond: number): readonly number[] {
  const chance = new Chance(SEED);
  const waits: number[] = [];
  let free = 0;
  let toldAt = 0;
  for (let now = 0; now < ARRIVAL_S * 1_000; ) {
    now += (-Math.log(1 - chance.next()) * 1_000) / perSecond;
    for (; toldAt < now; toldAt += 1_000) free = Math.max(free, toldAt) + framesPerSecond * took.deliveryMs;
    free = Math.max(free, now) + serviceMs;
    waits.push(free - now);
  }
  return waits.toSorted((a, b) => a - b);
}

function directoryTable(): string {
  const rows = PEOPLE.map((people) => {
    const asksPerSecond = (2 * people) / ARRIVAL_S;
    const alone = queue(asksPerSecond, took.askMs, 2 * people);
    const sessionObjects = Math.ceil(people / SESSIONS_EACH);
    const apart = queue(asksPerSecond / sessionObjects, took.askMs, 0);
    const lobbies = Math.ceil(people / SOCKETS_EACH);
    // A second's `activity` and `people`, to everybody.
    const tellingAlone = (2 * people * took.deliveryMs) / 1_000;
    const tellingApart = (2 * lobbies * took.deliveryMs) / 1_000;
    return [
      figure(people),
      ms(at(alone, 0.99)),
      percent(tellingAlone),
      figure(sessionObjects),
      figure(lobbies),
      ms(at(apart, 0.99)),
      percent(tellingApart),
      percent((2 * SOCKETS_EACH * took.deliveryMs) / 1_000),
    ];
  });
  const head = [
    "people",
    `one object: p99 of who one is, all coming within ${ARRIVAL_S} s`,
    "one object: busy with telling",
    "objects of sessions",
    "lobbies",
    "p99 of who one is",
    "the directory is busy with telling",
    "a lobby is",
  ];
  return table(head, rows);
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
