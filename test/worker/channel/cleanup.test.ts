/** What has to go goes, whatever it takes: more files than the bucket takes at once, a bucket and objects that fail for a while. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Channel as ChannelObject } from "../../../worker/channel/channel.ts";
import { Directory } from "../../../worker/directory/directory.ts";
import { log } from "../../../worker/platform/log.ts";
import { Schedule } from "../../../worker/platform/schedule.ts";
import type { Channel } from "../../../worker/protocol/things.ts";
import { alarmOf, letTimePass } from "../alarms.ts";
import { arrive, freshName, path, problemOf, type Somebody } from "../people.ts";

const MIB = 1024 * 1024;
/** No part of the bucket's is a whole number of these. */
const PIECE_BYTES = 60_000;

let ada: Somebody;
let channel: Channel;

beforeEach(async () => {
  const name = freshName();
  ada = await arrive(`Ada ${name}`);
  channel = await ada.makeChannel(name);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function bucket(): R2Bucket {
  if (!env.FILES) throw new Error("no bucket");
  return env.FILES;
}

function object() {
  return env.CHANNEL.getByName(channel.epoch);
}

/** When an object's alarm is set for. One that the runtime is about to run is not set any more: the next one is waited for. */
function nextAlarm(stub: ReturnType<typeof object>): Promise<number> {
  return vi.waitFor(async () => {
    const at = await alarmOf(stub);
    if (at === null) throw new Error("no alarm is set");
    return at;
  }, 10_000);
}

/** Runs an object's alarm when it is due, and says how long (ms) until the next one. */
async function nextWait(stub: ReturnType<typeof object>): Promise<number> {
  const due = await nextAlarm(stub);
  vi.useFakeTimers({ toFake: ["Date"], now: Math.max(Date.now(), due) });
  // The runtime goes by the real clock: it may have run the same alarm in the meantime.
  const ran = await runDurableObjectAlarm(stub);
  const next = await nextAlarm(stub);
  expect(ran || next !== due).toBe(true);
  return next - Date.now();
}

async function kept(): Promise<number> {
  return (await bucket().list({ prefix: `v2/${channel.epoch}/` })).objects.length;
}

function upload(who: Somebody, body: Uint8Array | ReadableStream<Uint8Array>): Promise<Response> {
  const headers = body instanceof Uint8Array ? { "Content-Length": String(body.byteLength) } : {};
  return who.ask("POST", `${path(channel.id)}/attachments?name=a`, { body, headers });
}

/** Bytes in pieces, the rest of them when `finish` is called. */
function held(first: number, rest = 0) {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const pieces: Uint8Array[] = [];
  const write = async (size: number) => {
    for (let left = size; left > 0; left -= PIECE_BYTES) {
      const piece = new Uint8Array(Math.min(left, PIECE_BYTES)).fill(pieces.length);
      pieces.push(piece.slice());
      await writer.write(piece);
    }
  };
  const begun = write(first).catch(() => {});
  return {
    readable,
    begun,
    /** All bytes so far, each piece filled with its number. */
    whole: () => Buffer.concat(pieces),
    async finish(): Promise<void> {
      await begun;
      await write(rest).catch(() => {});
      await writer.close().catch(() => {});
    },
  };
}

test("a channel that ends with more files than the bucket takes in one call is emptied all the same", async () => {
  const people = await Promise.all(Array.from({ length: 51 }, (_, n) => arrive(`No ${n} ${channel.id}`)));
  for (const person of people) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => upload(person, new Uint8Array([7]))));
    for (const answer of answers) expect(answer.status).toBe(201);
  }
  expect((await ada.ask("DELETE", path(channel.id))).status).toBe(204);
  await letTimePass(object());
  expect(await kept()).toBe(0);
});

test("a channel that ended is emptied however often the bucket fails meanwhile", async () => {
  await upload(ada, new Uint8Array([1]));
  const failing = [vi.spyOn(bucket(), "delete"), vi.spyOn(bucket(), "list")];
  for (const call of failing) call.mockRejectedValue(new Error("not now"));
  expect((await ada.ask("DELETE", path(channel.id))).status).toBe(204);
  const waits: number[] = [];
  for (let tried = 0; tried < 8; tried++) waits.push(await nextWait(object()));
  expect(waits[0]).toBeLessThan(10_000);
  expect(waits.at(-1)).toBeGreaterThan(60_000); // each wait longer than the one before
  for (const call of failing) call.mockRestore();
  await letTimePass(object());
  expect(await kept()).toBe(0);
  expect(await alarmOf(object())).toBe(null);
});

test("a channel that cannot tell its end tells it less and less often, and in the end; until then it is not forgotten", async () => {
  await ada.post(channel.id, "words");
  const remove = vi.spyOn(Directory.prototype, "removeChannel").mockRejectedValue(new Error("not now"));
  expect((await ada.ask("DELETE", path(channel.id))).status).toBe(204);
  const waits: number[] = [];
  for (let tried = 0; tried < 12; tried++) waits.push(await nextWait(object()));
  expect(waits.at(-1)).toBeGreaterThan(60_000);
  const ended = await runInDurableObject(object(), (_, { storage }) =>
    storage.sql.exec("SELECT ended FROM about").toArray(),
  );
  expect(ended).toHaveLength(1);
  remove.mockRestore();
  await letTimePass(object());
  const { channels }: { channels: Channel[] } = await (await ada.ask("GET", "/api/channels")).json();
  expect(channels.map(({ id }) => id)).not.toContain(channel.id);
  const tables = await runInDurableObject(object(), (_, { storage }) =>
    storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'about'").toArray(),
  );
  expect(tables).toEqual([]);
});

test("a file without a length is taken in parts, whole, and never whole in memory", async () => {
  const puts = vi.spyOn(bucket(), "put");
  const begun = vi.spyOn(bucket(), "createMultipartUpload");
  const stream = held(9 * MIB, 1_000);
  const answer = upload(ada, stream.readable);
  await stream.finish();
  const response = await answer;
  expect(response.status).toBe(201);
  const file: { url: string; size: number } = await response.json();
  expect(file.size).toBe(9 * MIB + 1_000);
  const stored = new Uint8Array(await (await ada.ask("GET", file.url)).arrayBuffer());
  expect(stream.whole().compare(stored)).toBe(0);
  expect(puts).not.toHaveBeenCalled();
  expect(begun).toHaveBeenCalledTimes(1);
});

test.each([
  ["a small one", "put", 10],
  ["a large one", "createMultipartUpload", 6 * MIB],
] as const)("a bucket that fails is no fault of the file's: %s without a length", async (_, method, size) => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const failing = vi.spyOn(bucket(), method).mockRejectedValueOnce(new Error("not now"));
  const stream = held(size, 1);
  const answer = upload(ada, stream.readable);
  await stream.finish();
  expect(await problemOf(await answer)).toEqual({ status: 503, code: "busy" });
  failing.mockRestore();
  expect(await kept()).toBe(0);
});

test("a file that is refused is taken away even where its channel cannot be told", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  vi.spyOn(ChannelObject.prototype, "dropUpload").mockRejectedValueOnce(new Error("not now") as never);
  const stream = held(10 * MIB, 1);
  const answer = upload(ada, stream.readable);
  await stream.finish();
  expect(await problemOf(await answer)).toEqual({ status: 413, code: "too_large" });
  expect(await kept()).toBe(0);
});

test("a job that fails in an alarm is tried again, and the others are done", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  await runInDurableObject(object(), async (_, { storage }) => {
    const done: string[] = [];
    const failing = { dueAt: () => 0, run: () => Promise.reject(new Error("not now")) };
    const schedule = new Schedule(storage, [failing, { dueAt: () => 0, run: () => void done.push("the other") }]);
    await schedule.run();
    expect(done).toEqual(["the other"]);
    expect(await storage.getAlarm()).toBeGreaterThan(Date.now());
  });
});

test("what is no error is logged as it is", () => {
  const lines = vi.spyOn(console, "error").mockImplementation(() => {});
  const reference = log.bug("test", "just words");
  expect(JSON.parse(String(lines.mock.calls[0]))).toEqual({
    event: "bug",
    where: "test",
    reference,
    error: "just words",
  });
});

test("one that grows too large is refused and leaves nothing behind", async () => {
  const stream = held(10 * MIB, 1);
  const answer = upload(ada, stream.readable);
  await stream.finish();
  expect(await problemOf(await answer)).toEqual({ status: 413, code: "too_large" });
  expect(await kept()).toBe(0);
});

test("a third upload without a length of the same person at once waits its turn; small or not, the others arrive", async () => {
  const streams = [held(1_000, 10), held(1_000, 10)];
  const answers = streams.map(({ readable }) => upload(ada, readable));
  await scheduler.wait(50);
  const third = await upload(ada, held(10).readable);
  expect(third.headers.get("Retry-After")).toMatch(/^\d+$/);
  expect(await problemOf(third)).toEqual({ status: 429, code: "rate_limited" });
  for (const stream of streams) await stream.finish();
  for (const answer of answers) expect((await answer).status).toBe(201);
  const fourth = held(10, 1);
  const answer = upload(ada, fourth.readable);
  await fourth.finish();
  expect((await answer).status).toBe(201);
});

test("uploads without a length of many people gather at most 16 MiB in memory; beyond it they are told that it is busy", async () => {
  const people = await Promise.all(Array.from({ length: 6 }, (_, at) => arrive(`Of ${at} ${channel.id}`)));
  const streams = people.map(() => held(4 * MIB, 1));
  const answers = people.map((person, at) => upload(person, streams[at]?.readable ?? new ReadableStream()));
  const refused = await Promise.any(
    answers.map(async (answer) => {
      const response = await answer;
      if (response.status === 201) throw new Error("taken");
      return problemOf(response);
    }),
  );
  expect(refused).toEqual({ status: 503, code: "busy" });
  for (const stream of streams) await stream.finish();
  const codes = await Promise.all(answers.map(async (answer) => (await answer).status));
  expect(codes.filter((code) => code === 201).length).toBeGreaterThan(2);
  expect(codes.filter((code) => code !== 201 && code !== 503)).toEqual([]);
});

test("files of version 0.1 are deleted, however many, and files of today stay", async () => {
  const file: { id: string } = await (await upload(ada, new Uint8Array([1]))).json();
  const old = Array.from({ length: 25 }, (_, n) => (n % 2 === 0 ? `Aepoch-of-0-1/${n}` : `zepoch-of-0-1/${n}`));
  for (const key of old) await bucket().put(key, "old");
  const directory = env.DIRECTORY.getByName("directory");
  await runInDurableObject(directory, (_, { storage }) => storage.sql.exec("UPDATE old_files SET gone = 0").toArray());
  await evictDurableObject(directory);
  await arrive(`Later ${channel.id}`); // whatever is written sets the alarm
  const keys = async () => (await bucket().list()).objects.map(({ key }) => key);
  await vi.waitFor(async () => expect((await keys()).filter((key) => !key.startsWith("v2/"))).toEqual([]), 5_000);
  expect(await keys()).toContain(`v2/${channel.epoch}/${file.id}`);
});
