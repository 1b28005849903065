/** The edges: a site on which nothing has happened, things that are full, and what comes twice or too late. */
import { evictDurableObject, reset, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { ChannelStore } from "../../../worker/channel/channel-store.ts";
import { Presence } from "../../../worker/platform/presence.ts";
import type { Channel, Message, Person } from "../../../worker/protocol/things.ts";
import { arrive, ask, path, problemOf, type Somebody, welcomed } from "../people.ts";

const NOBODY = `__Host-flack_session=7-${"n".repeat(22)}.${"n".repeat(43)}`;

function directory() {
  return env.DIRECTORY.getByName("directory");
}

/** The tables an object has. */
function tablesOf(object: DurableObjectStub<undefined>): Promise<unknown[]> {
  return runInDurableObject(object, (_, { storage }) =>
    storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray(),
  );
}

test("where nobody has ever been everything answers as it should, and nothing is written", async () => {
  await reset();
  const shard = env.PEOPLE.getByName("7");
  const headers = { Cookie: NOBODY };
  expect((await ask("GET", "/api/session", { headers })).status).toBe(401);
  expect((await ask("DELETE", "/api/session", { headers })).status).toBe(401);
  expect((await ask("POST", "/api/session/redeem", { body: { token: `7-${"x".repeat(43)}` } })).status).toBe(410);
  const news = {
    id: "x",
    epoch: "no-epoch",
    mentions: [{ message: { id: "x" } as Message, people: ["7-nobody"], isRepeated: false }],
    withdrawn: [],
  };
  await shard.receiveFromChannel(news);
  await shard.endSession("no-session");
  expect(await shard.peopleById(["7-nobody"])).toEqual([]);
  expect(await shard.holds("7-nobody", "f nobody", 1)).toEqual({ holds: false, until: 0 });
  await directory().report({ epoch: "no-epoch", seq: 1, lastAt: 1, deleted: [1] });
  await directory().releaseName("7-nobody", "Nobody", 1);
  expect(await tablesOf(directory())).toEqual([]);
  expect(await tablesOf(shard)).toEqual([]);
  expect((await ask("POST", "/api/session", { body: { name: "The very first" } })).status).toBe(201);
});

describe("where people are", () => {
  let ada: Somebody;
  let channel: Channel;
  let counter = 0;

  beforeEach(async () => {
    counter++;
    ada = await arrive(`Ada edge ${counter}`);
    channel = await ada.makeChannel(`edge-${counter}`);
  });

  function seatOf(person: Person, session = "a-session") {
    const { id, epoch, kind } = channel;
    return {
      person,
      session,
      version: 0,
      checkedAt: Number.POSITIVE_INFINITY,
      isOwner: false,
      shards: 1,
      channel: { id, epoch, kind },
    };
  }

  test("the thousand-and-first public channel is refused as busy, and one fewer makes room", async () => {
    await runInDurableObject(directory(), (_, { storage }) => {
      for (let n = 0; n < 1_000; n++) {
        storage.sql.exec(
          "INSERT INTO channels VALUES (?, ?, '', '{}', 'x', 'X', 0, 0)",
          `full-${n}`,
          `full-epoch-${n}`,
        );
      }
    });
    await evictDurableObject(directory());
    const answer = await ada.ask("POST", "/api/channels", { body: { name: "one-more" } });
    expect(await problemOf(answer)).toEqual({ status: 503, code: "busy" });
    await runInDurableObject(directory(), (_, { storage }) => {
      storage.sql.exec("DELETE FROM channels WHERE id LIKE 'full-%'");
    });
    await evictDurableObject(directory());
    expect((await ada.ask("POST", "/api/channels", { body: { name: "one-more" } })).status).toBe(201);
  });

  test("a topic that is the same is told to nobody; what is not there is not found", async () => {
    const seat = await ada.watch();
    await seat.next("directory");
    await ada.ask("PATCH", path(channel.id), { body: { topic: "once" } });
    await ada.ask("PATCH", path(channel.id), { body: { topic: "once" } });
    await ada.ask("PATCH", path(channel.id), { body: { topic: "twice" } });
    await seat.next("channel", (frame) => frame.channel.topic === "twice");
    expect(seat.frames.filter(({ type }) => type === "channel")).toHaveLength(2);
    for (const method of ["PATCH", "DELETE"]) {
      const answer = await ada.ask(method, path("nowhere"), { body: { topic: "x" } });
      expect(await problemOf(answer)).toEqual({ status: 404, code: "not_found" });
    }
  });

  test("an owner who enters the code again is still one", async () => {
    const site = { OWNER_CODE: "code" };
    for (let n = 0; n < 2; n++) {
      const answer = await ada.ask("POST", "/api/session/owner", { body: { code: "code" } }, site);
      expect(await answer.json()).toEqual({ person: ada.person, owner: true });
    }
  });

  test("what an ended session asks an object is refused, for every question", async () => {
    const object = env.CHANNEL.getByName(channel.epoch);
    const message = await ada.post(channel.id, "words");
    expect(await object.head(seatOf(ada.person))).toMatchObject({ kind: "head" });
    await object.endSession("a-session");
    const refused = { kind: "refused", refusal: { code: "unauthorized" } };
    const seat = seatOf(ada.person);
    expect(await object.head(seat)).toMatchObject(refused);
    expect(await object.read(seat)).toMatchObject(refused);
    expect(await object.attachment(seat, "x")).toMatchObject(refused);
    expect(await object.beginUpload(seat, "x")).toMatchObject(refused);
    expect(await object.command(seat, { type: "delete", id: message.id })).toMatchObject(refused);
    const facts = { name: "x", type: "x", size: 1 };
    expect(await object.completeUpload(seat, "x", facts)).toMatchObject(refused);
  });

  test("an ended session is remembered for as long as a check of it may count", async () => {
    const object = env.CHANNEL.getByName(channel.epoch);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    onTestFinished(() => void vi.useRealTimers());
    await object.endSession("first");
    await runInDurableObject(object, (instance) => {
      for (let n = 0; n < 2_000; n++) instance.endSession(`session ${n}`);
    });
    expect(await object.head(seatOf(ada.person, "first"))).toMatchObject({ kind: "refused" });
    vi.setSystemTime(Date.now() + 10_000);
    await object.endSession("last");
    expect(await object.head(seatOf(ada.person, "first"))).toMatchObject({ kind: "head" });
    expect(await object.head(seatOf(ada.person, "last"))).toMatchObject({ kind: "refused" });
  });

  test("an upload that was swept before its bytes came is not there", async () => {
    const object = env.CHANNEL.getByName(channel.epoch);
    const seat = seatOf(ada.person);
    await object.beginUpload(seat, "an-upload");
    await object.dropUpload("an-upload");
    const facts = { name: "x", type: "x", size: 1 };
    expect(await object.completeUpload(seat, "an-upload", facts)).toMatchObject({ refusal: { code: "not_found" } });
  });

  test("binary data closes a directory's socket, and one that pings is answered without a word of its own", async () => {
    const seat = await ada.watch();
    await seat.next("directory");
    seat.send("ping");
    await seat.until("a pong", () => seat.pongs.includes("pong"));
    seat.send(new ArrayBuffer(4));
    expect(await seat.closing()).toBe(1003);
  });

  test("a close that says nothing is answered with 1000", async () => {
    const seat = await ada.join(channel.id);
    await welcomed(seat);
    seat.close(4999);
    expect(await seat.closing()).toBe(4999);
  });
});

test("a channel of 1,300 messages remembers the ids of the last 1,100 and no more", async () => {
  const stub = env.CHANNEL.getByName("a-journal-of-its-own");
  await runInDurableObject(stub, (_, { storage }) => {
    const journal = new ChannelStore(storage);
    expect(journal.about).toBeUndefined();
    const said: Message[] = [];
    const idOf = (seq: number) => `00000000-0000-4000-8000-${String(seq).padStart(12, "0")}`;
    for (let seq = 1; seq <= 1_300; seq++) {
      const message = { id: idOf(seq), seq, rev: seq, author: { id: "a", name: "A" }, sentAt: seq, text: "x" };
      const leaving = said[seq - 101];
      journal.write(
        message,
        leaving,
        { taken: [], released: [] },
        { id: "c", epoch: "e", kind: "public" },
        { changedAt: seq },
      );
      said.push(message);
    }
    for (const now of [journal, new ChannelStore(storage)]) {
      expect(now.evictedIds.size).toBe(1_000);
      expect([now.evictedIds.has(idOf(200)), now.evictedIds.has(idOf(201)), now.evictedIds.has(idOf(1_200))]).toEqual([
        false,
        true,
        true,
      ]);
    }
  });
});

test("who is there is told without a first, and with a first who is not there", () => {
  const [a, b] = [
    { id: "a", name: "A" },
    { id: "b", name: "B" },
  ];
  const presence = new Presence([
    [{}, a],
    [{}, b],
  ]);
  expect(presence.people(5)).toEqual([a, b]);
  expect(presence.people(5, "c")).toEqual([a, b]);
  expect(presence.people(1, "b")).toEqual([b]);
});
