/** Direct conversations: for two people, found by who they are, and to everybody else as if they were not there. */
import { evictDurableObject, listDurableObjectIds } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { directEpoch } from "../../../worker/platform/digest.ts";
import { shardOf } from "../../../worker/platform/shard-id.ts";
import type { Channel, Message, OnlinePerson, Person } from "../../../worker/protocol/things.ts";
import { arrive, freshName, heard, path, problemOf, type Somebody, welcomed } from "../people.ts";

let name: string;
let ada: Somebody;
let bea: Somebody;
let cem: Somebody;

beforeEach(async () => {
  name = freshName();
  ada = await arrive(`Ada ${name}`);
  bea = await arrive(`Bea ${name}`);
  cem = await arrive(`Cem ${name}`);
});

afterEach(() => {
  vi.useRealTimers();
});

async function open(who: Somebody, peer: Person): Promise<Channel> {
  const response = await who.ask("POST", "/api/directs", { body: { person: peer.id } });
  if (!response.ok) throw new Error(`not opened: ${await response.text()}`);
  return response.json();
}

async function channelsOf(who: Somebody): Promise<readonly Channel[]> {
  const { channels }: { channels: Channel[] } = await (await who.ask("GET", "/api/channels")).json();
  return channels;
}

describe("opening", () => {
  test("makes one conversation for the two, whichever side opens it, each with the other as peer", async () => {
    const response = await ada.ask("POST", "/api/directs", { body: { person: bea.person.id } });
    expect(response.status).toBe(201);
    const made: Channel = await response.json();
    expect(made).toMatchObject({ kind: "direct", name: "", topic: "", seq: 0, lastAt: null, peer: bea.person });
    expect(made.id).toBe([ada.person.id, bea.person.id].sort().join("~"));
    const again = await bea.ask("POST", "/api/directs", { body: { person: ada.person.id } });
    expect(again.status).toBe(200);
    expect(await again.json()).toEqual({ ...made, peer: ada.person });
  });

  test("at the same time from both sides makes one", async () => {
    const [one, other] = await Promise.all([open(ada, bea.person), open(bea, ada.person)]);
    expect(one.epoch).toBe(other.epoch);
  });

  test("is heard of at once by the two, and by nobody else", async () => {
    const [adas, beas, cems] = await Promise.all([ada.watch(), bea.watch(), cem.watch()]);
    const { peer: _, ...made } = await open(ada, bea.person);
    expect(await adas.next("channel")).toEqual({ type: "channel", channel: { ...made, peer: bea.person } });
    expect(await beas.next("channel")).toEqual({ type: "channel", channel: { ...made, peer: ada.person } });
    const marker = await cem.makeChannel(`${name}-after`);
    await cems.next("channel", ({ channel }) => channel.id === marker.id);
    expect(JSON.stringify(cems.frames)).not.toContain(made.epoch);
    expect(JSON.stringify(cems.frames)).not.toContain("~");
  });

  test("with oneself, or with nobody, is refused", async () => {
    const answer = (person: unknown) => ada.ask("POST", "/api/directs", { body: { person } });
    expect((await answer(bea.person.id)).status).toBe(201);
    expect(await problemOf(await answer(ada.person.id))).toEqual({ status: 422, code: "invalid_person" });
    expect(await problemOf(await answer("x".repeat(22)))).toEqual({ status: 404, code: "not_found" });
    expect(await problemOf(await answer(`${bea.person.id}~${cem.person.id}`))).toMatchObject({ status: 404 });
    expect(await problemOf(await answer(7))).toEqual({ status: 400, code: "bad_request" });
  });

  test("is possible thirty times an hour; one that is there opens all the same", async () => {
    const others = await Promise.all(Array.from({ length: 30 }, async (_, n) => (await arrive(`${n} ${name}`)).person));
    for (const other of others) await open(ada, other);
    const answer = await ada.ask("POST", "/api/directs", { body: { person: bea.person.id } });
    expect(await problemOf(answer)).toEqual({ status: 429, code: "rate_limited" });
    await open(bea, ada.person);
    expect((await ada.ask("POST", "/api/directs", { body: { person: bea.person.id } })).status).toBe(200);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 61 * 60 * 1_000 });
    expect((await ada.ask("POST", "/api/directs", { body: { person: cem.person.id } })).status).toBe(201);
  });
});

describe("shards of the two", () => {
  test("learn of a conversation from its first message, where its opening was cut off between them", async () => {
    const id = [ada.person.id, bea.person.id].sort().join("~");
    const epoch = await directEpoch(id);
    const feed = await bea.watch();
    await feed.next("directory");
    const latest: Message = { id: crypto.randomUUID(), seq: 1, rev: 1, author: ada.person, text: "hello", sentAt: 7 };
    const activity = { seq: 1, lastAt: 7, latest, deleted: [] };
    const shard = env.PEOPLE.getByName(String(shardOf(bea.person.id)));
    for (let time = 0; time < 2; time++) {
      await shard.receiveFromChannel({ id, epoch, activity, mentions: [], withdrawn: [] });
    }
    expect((await feed.next("channel", ({ channel }) => channel.id === id)).channel).toMatchObject({
      epoch,
      peer: ada.person,
    });
    expect((await feed.next("activity")).channels).toMatchObject([{ id, seq: 1, latest: { text: "hello" } }]);
    expect(await channelsOf(bea)).toContainEqual(expect.objectContaining({ id, epoch, seq: 1 }));
    expect(feed.frames.filter(({ type }) => type === "channel")).toHaveLength(1);
  });

  test("show the peer's new name, and take nothing of a session that has ended", async () => {
    const { id } = await open(ada, bea.person);
    const feed = await bea.watch();
    await feed.next("directory");
    await ada.ask("POST", "/api/session", { body: { name: `Adele ${name}` } });
    const renamed = await feed.next("channel", ({ channel }) => channel.peer?.name === `Adele ${name}`);
    expect(renamed.channel.id).toBe(id);
    expect((await ada.ask("DELETE", "/api/session")).status).toBe(204);
    expect(await problemOf(await ada.ask("POST", "/api/directs", { body: { person: bea.person.id } }))).toMatchObject({
      status: 401,
    });
  });

  test("are in the pages of the list after the public channels", async () => {
    const { id } = await open(ada, bea.person);
    const page = async (cursor: string) => {
      const answer: { channels: Channel[]; cursor?: string } = await (
        await ada.ask("GET", `/api/channels?cursor=${encodeURIComponent(cursor)}`)
      ).json();
      return answer.channels.map((channel) => channel.id);
    };
    expect((await page("")).at(-1)).toBe(id);
    expect(await page("zzzz")).toEqual([id]);
    expect(await page(id)).toEqual([]);
  });
});

test("what the two say they hear, as in any channel", async () => {
  const { id, epoch } = await open(ada, bea.person);
  const adas = await ada.join(id);
  const beas = await bea.join(id);
  expect(await welcomed(beas)).toMatchObject({ channel: { id, epoch, kind: "direct" } });
  adas.send({ type: "send", id: crypto.randomUUID(), text: "just us" });
  await beas.next("messages");
  const [message] = heard(beas);
  expect(message).toMatchObject({ text: "just us", author: ada.person });
  beas.send({ type: "react", id: message?.id, emoji: "👍", on: true });
  await adas.next("messages", ({ messages }) => messages[0]?.rev === 2);
  await evictDurableObject(env.CHANNEL.getByName(epoch));
  expect((await welcomed(await bea.join(id))).messages).toMatchObject([{ text: "just us", rev: 2 }]);
});

test("a new message is told to the two with the message itself, to others not at all", async () => {
  const { id } = await open(ada, bea.person);
  const [beas, cems] = await Promise.all([bea.watch(), cem.watch()]);
  const message = await ada.post(id, "for your eyes");
  expect(await beas.next("activity", ({ channels }) => channels.some((channel) => channel.id === id))).toEqual({
    type: "activity",
    channels: [{ id, seq: 1, lastAt: message.sentAt, latest: message }],
  });
  const open_ = await cem.makeChannel(`${name}-open`);
  await cem.post(open_.id, "for all");
  const told = await cems.next("activity");
  expect(told.channels).toMatchObject([{ id: open_.id, seq: 1 }]);
  expect(told.channels[0]).not.toHaveProperty("latest");
  expect(JSON.stringify(cems.frames)).not.toContain("for your eyes");
});

test("a lone message is told at once, and no timer is set for it in either object", async () => {
  const { id } = await open(ada, bea.person);
  const beas = await bea.watch();
  await beas.next("directory");
  await ada.post(id, "the first, whose channel is made by it");
  await beas.next("activity", ({ channels }) => channels.some((channel) => channel.id === id));
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 10_000 });
  const timers = vi.spyOn(globalThis, "setTimeout");
  onTestFinished(() => timers.mockRestore());
  const message = await ada.post(id, "a lone one");
  const told = await beas.next("activity", ({ channels }) => channels.some(({ seq }) => seq === message.seq));
  expect(told.channels).toMatchObject([{ id, latest: { text: "a lone one" } }]);
  expect(timers.mock.calls.filter(([, ms]) => ms !== undefined && ms > 0 && ms <= 1_000)).toEqual([]);
});

/** Something was said and told a moment ago: what is said now waits until a second has passed. */
async function talkUnderWay() {
  const { id, epoch } = await open(ada, bea.person);
  const beas = await bea.watch();
  await beas.next("directory");
  await ada.post(id, "hello");
  await beas.next("activity", ({ channels }) => channels.some((channel) => channel.id === id));
  return { id, epoch, beas };
}

test("a text that was deleted before it was told is told to nobody", async () => {
  const { id, beas } = await talkUnderWay();
  const message = await ada.post(id, "slip of the tongue");
  await ada.ask("DELETE", `${path(id)}/messages/${message.id}`);
  const told = await beas.next("activity", ({ channels }) => channels.some(({ seq }) => seq === message.seq));
  expect(told.channels[0]?.latest).toMatchObject({ id: message.id, deleted: true, text: "" });
  expect(JSON.stringify(beas.frames)).not.toContain("slip of the tongue");
});

test("a word of an older message that comes late takes nobody back to it", async () => {
  const { id, epoch, beas } = await talkUnderWay();
  const older = await ada.post(id, "older");
  const newer = await ada.post(id, "newer");
  await beas.next("activity", ({ channels }) => channels.some(({ seq }) => seq === newer.seq));
  const late = { seq: older.seq, lastAt: older.sentAt, latest: older, deleted: [] };
  await env.PEOPLE.getByName("0").receiveFromChannel({ id, epoch, activity: late, mentions: [], withdrawn: [] });
  const next = await ada.post(id, "next");
  await beas.next("activity", ({ channels }) => channels.some(({ seq }) => seq === next.seq));
  const told = beas.frames.flatMap((frame) => (frame.type === "activity" ? frame.channels : [])).map(({ seq }) => seq);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
});

test("a newest message that is deleted after it was told is told as gone", async () => {
  const { id, beas } = await talkUnderWay();
  const message = await ada.post(id, "told, then taken back");
  await beas.next("activity", ({ channels }) => channels.some(({ latest }) => latest?.id === message.id));
  await ada.ask("DELETE", `${path(id)}/messages/${message.id}`);
  const gone = await beas.next("activity", ({ channels }) => channels.some(({ latest }) => latest?.deleted === true));
  expect(gone.channels).toMatchObject([{ id, seq: message.seq, latest: { id: message.id, text: "" } }]);
});

test("a mention reaches the other person and nobody outside, nor oneself", async () => {
  const { id } = await open(ada, bea.person);
  const [adas, beas, cems] = await Promise.all([ada.watch(), bea.watch(), cem.watch()]);
  const text = [ada, bea, cem].map(({ person }) => `<@${person.id}>`).join(" ");
  const message = await ada.post(id, text);
  expect(await beas.next("mention")).toEqual({ type: "mention", channel: id, message, reason: "mention" });
  const channel = await ada.makeChannel(`${name}-open`);
  const open_ = await ada.post(channel.id, text);
  expect(await cems.next("mention")).toMatchObject({ message: { id: open_.id } });
  expect(cems.frames.filter(({ type }) => type === "mention")).toHaveLength(1);
  expect(adas.frames.filter(({ type }) => type === "mention")).toEqual([]);
});

describe("a third person", () => {
  const ID = "11111111-2222-4333-8444-555555555555";
  const routes: readonly { readonly method: string; readonly rest: string; readonly body?: unknown }[] = [
    { method: "GET", rest: "/messages" },
    { method: "HEAD", rest: "/messages" },
    { method: "POST", rest: "/messages", body: { id: ID, text: "let me in" } },
    { method: "PATCH", rest: `/messages/${ID}`, body: { text: "let me in" } },
    { method: "DELETE", rest: `/messages/${ID}` },
    { method: "POST", rest: `/messages/${ID}/reactions`, body: { emoji: "👍", on: true } },
    { method: "PATCH", rest: "", body: { topic: "let me in" } },
    { method: "DELETE", rest: "" },
  ];

  test.each(routes)("on $method $rest gets what an unknown id gets, word for word", async ({ method, rest, body }) => {
    const { id } = await open(ada, bea.person);
    await ada.post(id, "private", ID);
    const unknown = [cem.person.id, "0".repeat(22)].sort().join("~");
    const [theirs, nowhere] = await Promise.all(
      [id, unknown].map(async (channel) => {
        const response = await cem.ask(method, path(channel) + rest, { body });
        return { status: response.status, text: await response.text(), headers: [...response.headers] };
      }),
    );
    expect(theirs?.status).toBe(404);
    expect(theirs).toEqual(nowhere);
    const permitted = await ada.ask(method, path(id) + rest, { body });
    expect(permitted.status).not.toBe(404);
  });

  test("gets no socket, and no object is made by asking", async () => {
    const { id } = await open(ada, bea.person);
    await welcomed(await bea.join(id));
    const before = (await listDurableObjectIds(env.CHANNEL)).length;
    for (const channel of [id, [cem.person.id, "0".repeat(22)].sort().join("~")]) {
      const response = await cem.ask("GET", `${path(channel)}/socket`, { headers: { Upgrade: "websocket" } });
      expect(await problemOf(response)).toEqual({ status: 404, code: "not_found" });
    }
    expect(await listDurableObjectIds(env.CHANNEL)).toHaveLength(before);
  });

  test("is refused by the object itself, whatever the front door says", async () => {
    const channel = await open(ada, bea.person);
    const { id } = await ada.post(channel.id, "private");
    const object = env.CHANNEL.getByName(channel.epoch);
    const seat = (person: Person, ref = channel) => ({
      person,
      session: "a-session",
      version: 0,
      checkedAt: Number.POSITIVE_INFINITY,
      isOwner: false,
      shards: 1,
      channel: ref,
    });
    expect(await object.read(seat(bea.person))).toMatchObject({ kind: "window", body: expect.stringContaining(id) });
    const forged: Channel = { ...channel, kind: "public" };
    const own: Channel = { ...channel, id: [ada.person.id, cem.person.id].sort().join("~") };
    for (const ref of [channel, own]) {
      const refused = { kind: "gone" };
      expect(await object.read(seat(cem.person, ref))).toMatchObject(refused);
      expect(await object.head(seat(cem.person, ref))).toMatchObject(refused);
      const command = { type: "send", id: crypto.randomUUID(), text: "in" } as const;
      expect(await object.command(seat(cem.person, ref), command)).toMatchObject(refused);
    }
    expect(await object.read(seat(cem.person, forged))).toMatchObject({ kind: "gone" });
  });

  test("does not find it in any list, and learns of no new message", async () => {
    const { id } = await open(ada, bea.person);
    await ada.post(id, "private");
    expect(await channelsOf(ada)).toContainEqual(expect.objectContaining({ id }));
    expect(await channelsOf(bea)).toContainEqual(expect.objectContaining({ id, peer: ada.person }));
    expect(JSON.stringify(await channelsOf(cem))).not.toContain("~");
    const first = await (await cem.watch()).next("directory");
    expect(JSON.stringify(first.channels)).not.toContain("~");
  });
});

describe("its two people", () => {
  test("cannot set a topic or delete it", async () => {
    const { id } = await open(ada, bea.person);
    for (const who of [ada, bea]) {
      const answers = [await who.ask("PATCH", path(id), { body: { topic: "x" } }), await who.ask("DELETE", path(id))];
      for (const answer of answers) expect(await problemOf(answer)).toEqual({ status: 403, code: "forbidden" });
    }
  });

  test("are found by who they are: a rename keeps it, a freed name opens nothing", async () => {
    const { id, epoch } = await open(ada, bea.person);
    await ada.post(id, "private");
    const adas = await ada.watch();
    await bea.ask("POST", "/api/session", { body: { name: `Bee ${name}` } });
    const renamed = { id: bea.person.id, name: `Bee ${name}` };
    await adas.next("channel", ({ channel }) => channel.peer?.name === renamed.name);
    expect((await channelsOf(ada)).find((channel) => channel.id === id)?.peer).toEqual(renamed);
    const stranger = await arrive(`Bea ${name}`);
    expect(JSON.stringify(await channelsOf(stranger))).not.toContain(epoch);
    expect((await open(stranger, ada.person)).epoch).not.toBe(epoch);
    await bea.ask("DELETE", "/api/session");
    const next = await arrive(`Bee ${name}`);
    expect(await problemOf(await next.ask("GET", `${path(id)}/messages`))).toMatchObject({ status: 404 });
    expect((await channelsOf(ada)).find((channel) => channel.id === id)?.peer).toEqual(renamed);
  });

  test("see each other among the people of the first frame, also when one is away", async () => {
    await open(ada, bea.person);
    const first = await (await ada.watch()).next("directory");
    expect(first.people[0]).toEqual({ ...bea.person, online: false });
    expect(first.people).toContainEqual({ ...ada.person, online: true });
  });
});

describe("looking people up", () => {
  async function find(query: string): Promise<readonly OnlinePerson[]> {
    const { people }: { people: OnlinePerson[] } = await (await ada.ask("GET", `/api/people?${query}`)).json();
    return people;
  }

  test("by id gives those there are, with the last name of whoever has left", async () => {
    await bea.ask("DELETE", "/api/session");
    const found = await find(`id=${ada.person.id}&id=${bea.person.id}&id=${"0".repeat(22)}`);
    expect([...found].sort((a, b) => a.name.localeCompare(b.name))).toEqual([ada.person, bea.person]);
  });

  test("by id gives at most fifty", async () => {
    const ids = Array.from({ length: 50 }, (_, n) => `id=${"0".repeat(20)}${n}`).join("&");
    expect(await find(`${ids}&id=${ada.person.id}`)).toEqual([]);
    expect(await find(`${ids.slice(0, -26)}&id=${ada.person.id}`)).toEqual([ada.person]);
  });

  test("by name looks at the beginning first, whatever the case, and says who is online", async () => {
    const [one, two, three] = [`xa${name}`, `${name} Xa`, `Xaver ${name}`];
    for (const person of [one, two, three]) await arrive(person.replaceAll("-", "."));
    const beas = await bea.watch();
    await beas.next("directory");
    const found = (await find("q=XA")).filter((person) => person.name.includes(name.replaceAll("-", ".")));
    expect(found.map((person) => person.name)).toEqual([one, three, two].map((text) => text.replaceAll("-", ".")));
    expect(await find(`q=${encodeURIComponent(` ${bea.person.name.toUpperCase()} `)}`)).toEqual([
      { ...bea.person, online: true },
    ]);
    expect(await find(`q=${encodeURIComponent("%")}`)).toEqual([]);
  });

  test("leaves out whose name is free, and ends at twenty", async () => {
    await bea.ask("DELETE", "/api/session");
    expect(await find(`q=${encodeURIComponent(bea.person.name)}`)).toEqual([]);
    for (let n = 0; n < 21; n++) await arrive(`Many${name.replace("-", "")} ${n}`);
    expect(await find(`q=many${name.replace("-", "")}`)).toHaveLength(20);
    expect(await find("")).toHaveLength(20);
  });
});
