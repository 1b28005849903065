/**
 * Many at once: a thousand sockets in one channel, somebody who talks beside a flood, a reader that never reads, and two thousand
 * people in shards of two hundred, who come back after a restart.
 *
 *   npm run test:load
 */
import { once } from "node:events";
import { connect } from "node:net";
import { Site } from "../site.ts";
import { Feed } from "./feed.ts";
import { Workerd } from "./workerd.ts";

const SOCKETS = 1_000;
/** An object keeps eight sockets of a person. */
const SOCKETS_EACH = 8;
const MESSAGES = 20;
const FLOOD_PER_SECOND = 1_500;
/** Each is closed for its haste and comes back at once; together they keep it up. */
const FLOODERS = 4;
const FLOOD_MS = 20_000;
const VICTIM_EVERY_MS = 250;
const VICTIM_P99_MS = 150;
const UNREAD_MAX_BYTES = 64 * 1024 * 1024;
/** Many times what a reader may leave unread (bytes). */
const TOLD_BYTES = 48 * 1024 * 1024;
const LONG_TEXT = "🎉".repeat(4_000);
/** A person may say five things a second. */
const ROUND_MS = 200;
const PATIENCE_MS = 60_000;
const CROWD = 2_000;
const CROWD_SHARD_PEOPLE = 200;
const CROWD_NEWS_MS = 3_000;
const CROWD_BACK_MS = 20_000;
/** Connections that are opened at the same time: as many as the machine answers at once. */
const AT_ONCE = 25;

type Somebody = { readonly cookie: string };

let failed = 0;
let passed = 0;

const site = new Site();
try {
  await site.start();
  await manySockets(site.url);
  await besideAFlood(site.url);
} finally {
  await site.clear();
}
await neverReads();
await crowd();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function judge(what: string, isGood: boolean, figure: string): void {
  if (isGood) passed++;
  else failed++;
  console.log(`${isGood ? "ok  " : "OVER"} ${what}: ${figure}`);
}

/** A thousand sockets open, and everybody hears all of what is said. */
async function manySockets(base: string): Promise<void> {
  const people = await arrive(base, Math.ceil(SOCKETS / SOCKETS_EACH));
  const channel = await make(base, people[0], "crowd");
  const sockets: WebSocket[] = [];
  let delivered = 0;
  for (let n = 0; n < SOCKETS; n++) {
    const socket = await open(base, people[Math.floor(n / SOCKETS_EACH)], channel);
    socket.addEventListener("message", ({ data }) => {
      delivered += countMessages(data);
    });
    sockets.push(socket);
  }
  const isOpen = sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length;
  judge("sockets open in one channel", isOpen === SOCKETS, `${isOpen} of ${SOCKETS}`);
  for (let n = 0; n < MESSAGES; n++) await post(base, people[n % people.length], channel, `message ${n}`);
  await until(() => delivered >= SOCKETS * MESSAGES);
  judge("messages heard", delivered === SOCKETS * MESSAGES, `${delivered} of ${SOCKETS * MESSAGES}`);
  for (const socket of sockets) socket.close();
}

/** Somebody talks while somebody else sends far too much to the same object, and comes back whenever they are closed. */
async function besideAFlood(base: string): Promise<void> {
  const [victim, ...flooders] = await arrive(base, 1 + FLOODERS, 200);
  const channel = await make(base, victim, "flooded");
  const seat = await open(base, victim, channel);
  const sentAt = new Map<string, number>();
  const delays: number[] = [];
  seat.addEventListener("message", ({ data }) => {
    if (countMessages(data) === 0) return; // a refusal is no delivery
    for (const [id, at] of sentAt) {
      if (!String(data).includes(id)) continue;
      sentAt.delete(id);
      delays.push(performance.now() - at);
    }
  });
  const end = Date.now() + FLOOD_MS;
  let flooded = 0;
  const flood = flooders.map(async (flooder) => {
    while (Date.now() < end) {
      const socket = await open(base, flooder, channel);
      const begun = Date.now();
      for (let sent = 0; socket.readyState === WebSocket.OPEN && Date.now() < end; ) {
        for (; sent < ((Date.now() - begun) * FLOOD_PER_SECOND) / 1_000; sent++) {
          if (socket.readyState === WebSocket.OPEN) {
            socket.send(JSON.stringify({ type: "send", id: crypto.randomUUID(), text: "flood" }));
            flooded++;
          }
        }
        await pause(5);
      }
      socket.close();
    }
  });
  while (Date.now() < end) {
    const id = crypto.randomUUID();
    sentAt.set(id, performance.now());
    seat.send(JSON.stringify({ type: "send", id, text: "can you hear me" }));
    await pause(VICTIM_EVERY_MS);
  }
  await Promise.all(flood);
  await until(() => sentAt.size === 0);
  delays.sort((a, b) => a - b);
  const p99 = delays[Math.ceil(delays.length * 0.99) - 1] ?? Number.POSITIVE_INFINITY;
  const perSecond = (flooded * 1_000) / FLOOD_MS;
  judge("the flood", perSecond >= FLOOD_PER_SECOND, `${perSecond.toFixed(0)} frames a second to the same object`);
  judge("messages of the one who talks beside it", sentAt.size === 0, `${delays.length} heard, ${sentAt.size} not`);
  const figure = `p50 ${delays[delays.length >> 1]?.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms over ${delays.length}`;
  judge("delay beside a flood", p99 < VICTIM_P99_MS, figure);
  seat.close();
}

/** What a socket costs that takes nothing of 48 MiB, beside one that reads, on plain workerd. */
async function neverReads(): Promise<void> {
  const growth: number[] = [];
  let closeCode = 0;
  for (const isReading of [true, false]) {
    const server = new Workerd();
    try {
      await server.start();
      const people = await arrive(server.url, 21);
      const channel = await make(server.url, people[0], "long");
      const raw = connect(server.port, "127.0.0.1");
      await once(raw, "connect");
      raw.write(upgrade(channel, people[20]));
      if (isReading) raw.resume();
      else raw.pause();
      await pause(500);
      const before = server.memory();
      let most = before;
      const speakers = people.slice(0, 20);
      let told = 0;
      while (told < TOLD_BYTES) {
        const round = await Promise.allSettled(speakers.map((who) => post(server.url, who, channel, LONG_TEXT)));
        told += round.filter(({ status }) => status === "fulfilled").length * Buffer.byteLength(LONG_TEXT);
        most = Math.max(most, server.memory());
        await pause(ROUND_MS);
      }
      growth.push(most - before);
      if (!isReading) {
        let rest = Buffer.alloc(0);
        raw.on("data", (piece: Buffer) => {
          rest = Buffer.concat([rest, piece]).subarray(-64);
        });
        raw.resume();
        await Promise.race([once(raw, "end"), pause(15_000)]);
        closeCode = closeCodeIn(rest);
      }
      raw.destroy();
    } finally {
      await server.stop();
    }
  }
  const [reading = 0, silent = 0] = growth;
  const mib = (bytes: number) => (bytes / 1024 / 1024).toFixed(0);
  const cost = silent - reading;
  judge("memory of a reader that never reads", cost < UNREAD_MAX_BYTES, `${mib(cost)} MiB more than one that reads`);
  judge("and it is closed", closeCode === 4008, `close code ${closeCode}`);
}

/** A site of many shards: everybody is connected, hears the news, and comes back by the contract's rule after a restart. */
async function crowd(): Promise<void> {
  const server = new Workerd(undefined, { SHARD_PEOPLE: String(CROWD_SHARD_PEOPLE) });
  const feeds: Feed[] = [];
  try {
    await server.start();
    const people = await inTurns(
      Array.from({ length: CROWD }, (_, n) => n),
      (n) => arrive(server.url, 1, n),
    );
    const everyone = people.flat();
    const channel = await make(server.url, everyone[0], "crowd");
    feeds.push(...everyone.map(({ cookie }) => new Feed(server.url, cookie)));
    await inTurns(feeds, (feed) => feed.open());
    const isConnected = () => feeds.filter(({ isLive }) => isLive).length;
    judge("people connected in shards", isConnected() === CROWD, `${isConnected()} of ${CROWD}`);
    const postedAt = performance.now();
    await post(server.url, everyone[1], channel, "news for everybody");
    await until(() => feeds.every(({ newsAt }) => newsAt !== undefined));
    const heard = feeds.flatMap(({ newsAt }) => newsAt ?? []);
    const last = Math.max(...heard) - postedAt;
    const figure = `${heard.length} of ${CROWD}, the last after ${last.toFixed(0)} ms`;
    judge("activity heard by everybody", heard.length === CROWD && last < CROWD_NEWS_MS, figure);
    await server.restart();
    const startedAt = performance.now();
    await until(() => isConnected() === CROWD);
    const backMs = performance.now() - startedAt;
    const back = `${isConnected()} of ${CROWD} after ${(backMs / 1_000).toFixed(1)} s`;
    judge("back by themselves after a restart", isConnected() === CROWD && backMs < CROWD_BACK_MS, back);
  } finally {
    for (const feed of feeds) feed.leave();
    await server.stop();
  }
}

/** Does something for each, a few at a time. */
async function inTurns<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < all.length; at += AT_ONCE) {
    results.push(...(await Promise.all(all.slice(at, at + AT_ONCE).map(work))));
  }
  return results;
}

/** The code of the close frame at the end of what a server sent (RFC 6455 §5.5.1). */
function closeCodeIn(end: Buffer): number {
  const at = end.lastIndexOf(0x88);
  return at >= 0 && at + 4 <= end.length ? end.readUInt16BE(at + 2) : 0;
}

function upgrade(channel: string, who: Somebody | undefined): string {
  return [
    `GET /api/channels/${channel}/socket HTTP/1.1`,
    "Host: 127.0.0.1",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    `Cookie: ${who?.cookie}`,
    "\r\n",
  ].join("\r\n");
}

/** So many people sign in, from many addresses. */
async function arrive(base: string, count: number, from = 0): Promise<Somebody[]> {
  const people: Somebody[] = [];
  for (let n = from; n < from + count; n++) {
    const headers = { "CF-Connecting-IP": `10.0.${n >> 8}.${n & 255}` };
    const answer = await fetch(`${base}/api/session`, {
      method: "POST",
      headers,
      body: JSON.stringify({ name: `Person ${n} of ${from}` }),
    });
    if (answer.status !== 201) throw new Error(await answer.text());
    people.push({ cookie: answer.headers.get("set-cookie")?.split(";")[0] ?? "" });
  }
  return people;
}

async function make(base: string, who: Somebody | undefined, name: string): Promise<string> {
  const headers = { cookie: who?.cookie ?? "" };
  const answer = await fetch(`${base}/api/channels`, { method: "POST", headers, body: JSON.stringify({ name }) });
  if (answer.status !== 201) throw new Error(await answer.text());
  return name;
}

async function post(base: string, who: Somebody | undefined, channel: string, text: string): Promise<void> {
  const answer = await fetch(`${base}/api/channels/${channel}/messages`, {
    method: "POST",
    headers: { cookie: who?.cookie ?? "" },
    body: JSON.stringify({ id: crypto.randomUUID(), text }),
  });
  await answer.text();
  if (answer.status !== 201) throw new Error(String(answer.status));
}

function open(base: string, who: Somebody | undefined, channel: string): Promise<WebSocket> {
  const url = `${base.replace("http", "ws")}/api/channels/${channel}/socket`;
  const socket = new WebSocket(url, { headers: { cookie: who?.cookie ?? "" } });
  return new Promise((resolve, reject) => {
    socket.addEventListener("message", () => resolve(socket), { once: true });
    socket.addEventListener("error", () => reject(new Error("a socket did not open")), { once: true });
  });
}

/** How many messages a frame tells of. */
function countMessages(data: unknown): number {
  const frame: { type?: string; messages?: readonly unknown[] } = JSON.parse(String(data));
  return frame.type === "messages" ? (frame.messages?.length ?? 0) : 0;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!holds() && Date.now() < end) await pause(50);
}
