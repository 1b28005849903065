/** What has to go goes, whatever it takes: more files than the bucket takes at once, a bucket and objects that fail for a while. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Channel as ChannelObject } from "../../worker/channel/channel.ts";
import { DirectoryStore } from "../../worker/directory/directory-store.ts";
import { log } from "../../worker/platform/log.ts";
import type { Channel } from "../../worker/protocol/frames.ts";
import { arrive, freshName, path, problemOf, type Somebody } from "./people.ts";

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
  vi.restoreAllMocks();
});

function bucket(): R2Bucket {
  if (!env.FILES) throw new Error("no bucket");
  return env.FILES;
}

function object() {
  return env.CHANNEL.getByName(channel.epoch);
}

function directory() {
  return env.DIRECTORY.getByName("directory");
}

async function kept(): Promise<number> {
  return (await bucket().list({ prefix: `${channel.epoch}/` })).objects.length;
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
  expect(await runDurableObjectAlarm(object())).toBe(true);
  expect(await kept()).toBe(0);
  // The directory has its acknowledgement: what it does not have to repeat cannot put the channel's own work off.
  const untold = await runInDurableObject(directory(), (_, { storage }) =>
    storage.sql.exec("SELECT epoch FROM deletions WHERE epoch = ?", channel.epoch).toArray(),
  );
  expect(untold).toEqual([]);
});

test("a channel that ended is emptied however often the bucket fails meanwhile", async () => {
  await upload(ada, new Uint8Array([1]));
  const failing = [vi.spyOn(bucket(), "delete"), vi.spyOn(bucket(), "list")];
  for (const call of failing) call.mockRejectedValue(new Error("not now"));
  expect((await ada.ask("DELETE", path(channel.id))).status).toBe(204);
  const waits: number[] = [];
  for (let tried = 0; tried < 8; tried++) {
    expect(await runDurableObjectAlarm(object()), `alarm ${tried}`).toBe(true);
    const at = await runInDurableObject(object(), (_, { storage }) => storage.getAlarm());
    waits.push((at ?? 0) - Date.now());
  }
  expect(waits[0]).toBeLessThan(10_000);
  expect(waits.at(-1)).toBeGreaterThan(60_000); // each wait longer than the one before
  for (const call of failing) call.mockRestore();
  while (await runDurableObjectAlarm(object()));
  expect(await kept()).toBe(0);
  expect(await runInDurableObject(object(), (_, { storage }) => storage.getAlarm())).toBe(null);
});

test("an end that is told again does not put off what the channel has begun by itself", async () => {
  await ada.post(channel.id, "words");
  await ada.ask("DELETE", path(channel.id));
  const alarm = () => runInDurableObject(object(), (_, { storage }) => storage.getAlarm());
  const before = await alarm();
  await object().end({ id: channel.id, epoch: channel.epoch });
  expect(await alarm()).toBe(before);
});

test("a channel that cannot be told of its end is told less and less often, and told in the end", async () => {
  await ada.post(channel.id, "words");
  const end = vi.spyOn(ChannelObject.prototype, "end").mockRejectedValue(new Error("not now"));
  expect((await ada.ask("DELETE", path(channel.id))).status).toBe(204);
  const waits: number[] = [];
  for (let tried = 0; tried < 8; tried++) {
    expect(await runDurableObjectAlarm(directory())).toBe(true);
    const at = await runInDurableObject(directory(), (_, { storage }) => storage.getAlarm());
    waits.push((at ?? 0) - Date.now());
  }
  expect(waits.at(-1)).toBeGreaterThan(4 * (waits[0] ?? 0));
  end.mockRestore();
  await runDurableObjectAlarm(directory());
  const slots = await runInDurableObject(object(), (_, { storage }) =>
    storage.sql.exec("SELECT * FROM slots").toArray(),
  );
  expect(slots).toEqual([]);
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
  expect(await problemOf(await answer)).toEqual({ status: 500, code: "internal" });
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

test("an alarm of the directory that fails is set again", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  vi.spyOn(DirectoryStore.prototype, "deletions").mockImplementationOnce(() => {
    throw new Error("not now");
  });
  await runInDurableObject(directory(), (instance) => instance.alarm());
  const at = await runInDurableObject(directory(), (_, { storage }) => storage.getAlarm());
  expect(at).toBeGreaterThan(Date.now());
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
