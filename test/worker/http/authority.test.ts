/** Authority is checked where it is used: a request counts for who its sender is when it changes something, not when it began. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Channel, Message } from "../../../worker/protocol/things.ts";
import { letTimePass } from "../alarms.ts";
import { arrive, path, problemOf, type Somebody, twoInAChannel } from "../people.ts";

let ada: Somebody;
let bea: Somebody;
let channel: Channel;

beforeEach(async () => {
  ({ ada, bea, channel } = await twoInAChannel());
});

afterEach(() => {
  vi.useRealTimers();
});

/** A body of which half is there, and the rest when `finish` is called. */
function slowly(body: unknown) {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  const half = Math.floor(bytes.length / 2);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  void writer.write(bytes.slice(0, half)).catch(() => {});
  return {
    readable,
    async finish(): Promise<void> {
      await writer.write(bytes.slice(half)).catch(() => {});
      await writer.close().catch(() => {});
    },
  };
}

/** The request has been let in, and waits for its body. */
async function underWay(): Promise<void> {
  await scheduler.wait(50);
}

type Attempt = (own: Message) => readonly [method: string, path: string, body: object];

const ATTEMPTS: Readonly<Record<string, Attempt>> = {
  "a message": () => ["POST", `${path(channel.id)}/messages`, { id: crypto.randomUUID(), text: "after the end" }],
  "an edit": ({ id }) => ["PATCH", `${path(channel.id)}/messages/${id}`, { text: "after the end" }],
  "a reaction": ({ id }) => ["POST", `${path(channel.id)}/messages/${id}/reactions`, { emoji: "👍", on: true }],
  "a new channel": () => ["POST", "/api/channels", { name: `${channel.id}-after` }],
  "a direct conversation": () => ["POST", "/api/directs", { person: bea.person.id }],
  "a topic": () => ["PATCH", path(channel.id), { topic: "after the end" }],
  ownership: () => ["POST", "/api/session/owner", { code: "code" }],
};

describe("what is half sent when its session ends is refused, also after the objects slept", () => {
  test.each(Object.keys(ATTEMPTS))("%s", async (what) => {
    const own = await ada.post(channel.id, "before");
    const [method, where, body] = ATTEMPTS[what]?.(own) ?? ["", "", {}];
    const slow = slowly(body);
    const answer = ada.ask(method, where, { body: slow.readable }, { OWNER_CODE: "code" });
    await underWay();
    expect((await ada.ask("DELETE", "/api/session")).status).toBe(204);
    await evictDurableObject(env.CHANNEL.getByName(channel.epoch));
    await slow.finish();
    expect(await problemOf(await answer)).toEqual({ status: 401, code: "unauthorized" });
    const kept: { messages: Message[] } = await (await bea.ask("GET", `${path(channel.id)}/messages`)).json();
    expect(kept.messages).toEqual([own]);
    const { channels }: { channels: Channel[] } = await (await bea.ask("GET", "/api/channels")).json();
    const theirs = channels.filter(({ id }) => id.startsWith(channel.id) || id.includes("~"));
    expect(theirs.map(({ id, topic }) => ({ id, topic }))).toEqual([{ id: channel.id, topic: "" }]);
  });

  test("a file", async () => {
    const bytes = new TransformStream<Uint8Array, Uint8Array>();
    const writer = bytes.writable.getWriter();
    void writer.write(new Uint8Array(10)).catch(() => {});
    const answer = ada.ask("POST", `${path(channel.id)}/attachments?name=late`, { body: bytes.readable });
    await underWay();
    expect((await ada.ask("DELETE", "/api/session")).status).toBe(204);
    await evictDurableObject(env.CHANNEL.getByName(channel.epoch));
    await writer.close();
    expect(await problemOf(await answer)).toEqual({ status: 401, code: "unauthorized" });
    expect((await env.FILES?.list({ prefix: `v2/${channel.epoch}/` }))?.objects).toEqual([]);
  });
});

test("a removed person's half-sent message is refused as well", async () => {
  const owner = await arrive(`Owner ${channel.id}`);
  await owner.ask("POST", "/api/session/owner", { body: { code: "code" } }, { OWNER_CODE: "code" });
  const slow = slowly({ id: crypto.randomUUID(), text: "after the removal" });
  const answer = ada.ask("POST", `${path(channel.id)}/messages`, { body: slow.readable });
  await underWay();
  expect((await owner.ask("DELETE", `/api/people/${ada.person.id}`)).status).toBe(204);
  await evictDurableObject(env.CHANNEL.getByName(channel.epoch));
  await slow.finish();
  expect(await problemOf(await answer)).toEqual({ status: 401, code: "unauthorized" });
});

test("a message that was half sent during a rename carries the new name, also after the channel slept", async () => {
  await ada.post(channel.id, "before");
  const slow = slowly({ id: crypto.randomUUID(), text: "who am I" });
  const answer = ada.ask("POST", `${path(channel.id)}/messages`, { body: slow.readable });
  await underWay();
  const name = `Zoe ${channel.id}`;
  expect((await ada.ask("POST", "/api/session", { body: { name } })).status).toBe(200);
  await evictDurableObject(env.CHANNEL.getByName(channel.epoch));
  await slow.finish();
  expect(await (await answer).json()).toMatchObject({ author: { id: ada.person.id, name } });
});

test("a message whose body takes longer than a check counts is checked again, and taken where the session lives", async () => {
  const slow = slowly({ id: crypto.randomUUID(), text: "slow but here" });
  const answer = ada.ask("POST", `${path(channel.id)}/messages`, { body: slow.readable });
  await underWay();
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 6_000 });
  await slow.finish();
  expect((await answer).status).toBe(201);
});

test("a message that arrives when its channel is long gone finds nothing, and makes nothing", async () => {
  const slow = slowly({ id: crypto.randomUUID(), text: "into nothing" });
  const answer = bea.ask("POST", `${path(channel.id)}/messages`, { body: slow.readable });
  await underWay();
  expect((await ada.ask("DELETE", path(channel.id))).status).toBe(204);
  const object = env.CHANNEL.getByName(channel.epoch);
  await letTimePass(object);
  await evictDurableObject(object);
  await slow.finish();
  expect(await problemOf(await answer)).toEqual({ status: 404, code: "not_found" });
  const tables = await runInDurableObject(object, (_, { storage }) =>
    storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'slots'").toArray(),
  );
  expect(tables).toEqual([]);
});

describe("a body whose rest never comes", () => {
  /** Lets the clock of timers go on by `ms` once one has been set. */
  async function afterTimers(ms: number): Promise<void> {
    while (vi.getTimerCount() === 0) await scheduler.wait(1);
    await underWay();
    vi.advanceTimersByTime(ms);
  }

  test("is refused by a timer of the server's own after a minute: nothing further has to arrive", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const slow = slowly({ id: crypto.randomUUID(), text: "never whole" });
    const answer = ada.ask("POST", `${path(channel.id)}/messages`, { body: slow.readable });
    await afterTimers(59_000);
    expect(await Promise.race([answer, underWay()])).toBeUndefined();
    vi.advanceTimersByTime(1_000);
    expect(await problemOf(await answer)).toEqual({ status: 408, code: "timeout" });
  });

  test.each([{}, { "Content-Length": "100" }])(
    "the same for a file after ten minutes, which is not kept (%o)",
    async (headers) => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      const bytes = new TransformStream<Uint8Array, Uint8Array>();
      void bytes.writable
        .getWriter()
        .write(new Uint8Array(10))
        .catch(() => {});
      const answer = ada.ask("POST", `${path(channel.id)}/attachments?name=a`, { body: bytes.readable, headers });
      await afterTimers(10 * 60_000);
      expect(await problemOf(await answer)).toEqual({ status: 408, code: "timeout" });
      expect((await env.FILES?.list({ prefix: `v2/${channel.epoch}/` }))?.objects).toEqual([]);
    },
  );
});
