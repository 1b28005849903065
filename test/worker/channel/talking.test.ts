/** Talking in a channel, through the front door and real sockets. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Channel } from "../../../worker/channel/channel.ts";
import type { ChannelAuth } from "../../../worker/channel/rpc.ts";
import { letTimePass } from "../alarms.ts";
import { arrive, freshName, heard, path, problemOf, type Somebody, welcomed } from "../people.ts";

let ada: Somebody;
let bea: Somebody;
let channel: string;

beforeEach(async () => {
  channel = freshName();
  ada = await arrive(`Ada ${channel}`);
  bea = await arrive(`Bea ${channel}`);
  await ada.makeChannel(channel);
});

afterEach(() => {
  vi.useRealTimers();
});

test("what Ada sends, Bea and Ada herself are told, with Ada's name, a number and a time", async () => {
  const adas = await ada.join(channel);
  const beas = await bea.join(channel);
  await welcomed(beas);
  const before = Date.now();
  const id = crypto.randomUUID();
  adas.send({ type: "send", id, text: "hello" });
  const told = await beas.next("messages");
  expect(told.messages).toMatchObject([{ id, seq: 1, rev: 1, author: ada.person, text: "hello" }]);
  expect(told.messages[0]?.sentAt).toBeGreaterThanOrEqual(before - 1_000);
  expect((await adas.next("messages")).messages).toEqual(told.messages);
});

test("who one is comes from the cookie: a frame that names another author is sent as oneself", async () => {
  const adas = await ada.join(channel);
  const forged = { author: bea.person, seq: 99, rev: 99, sentAt: 1, you: bea.person };
  adas.send({ type: "send", id: crypto.randomUUID(), text: "I am Bea", ...forged });
  const [message] = (await adas.next("messages")).messages;
  expect(message).toMatchObject({ author: ada.person, seq: 1, rev: 1 });
  expect(message?.sentAt).toBeGreaterThan(1);
});

test("the welcome names channel, person, head and who is here", async () => {
  await ada.post(channel, "first");
  await ada.join(channel);
  const welcome = await welcomed(await bea.join(channel));
  expect(welcome).toMatchObject({
    version: 2,
    you: bea.person,
    channel: { id: channel, kind: "public" },
    head: { seq: 1, rev: 1 },
    reset: true,
    here: { count: 2, people: [bea.person, ada.person] },
  });
  expect(welcome.epoch).toBe(welcome.channel.epoch);
});

test("everybody sees one order, and what one sends on a socket keeps its order", async () => {
  const people = [ada, bea, await arrive(`Cem ${channel}`)];
  const seats = await Promise.all(people.map((person) => person.join(channel)));
  for (let n = 0; n < 9; n++) {
    seats.forEach((seat, who) => {
      seat.send({ type: "send", id: crypto.randomUUID(), text: `${who}:${n}` });
    });
  }
  await Promise.all(seats.map((seat) => seat.until("27 messages", () => heard(seat).length === 27)));
  const [first, ...others] = seats.map((seat) => heard(seat));
  for (const other of others) expect(other).toEqual(first);
  for (const who of people.keys()) {
    const texts = first?.map(({ text }) => text).filter((text) => text.startsWith(`${who}:`));
    expect(texts).toEqual(Array.from({ length: 9 }, (_, n) => `${who}:${n}`));
  }
});

describe("a message sent twice", () => {
  test("is there once, and the second delivery is answered to the asker alone with the message as it is now", async () => {
    const adas = await ada.join(channel);
    const beas = await bea.join(channel);
    const id = crypto.randomUUID();
    adas.send({ type: "send", id, text: "once" });
    adas.send({ type: "send", id, text: "twice, otherwise" });
    await adas.until("two answers", () => adas.frames.filter(({ type }) => type === "messages").length === 2);
    adas.send({ type: "delete", id });
    await adas.next("messages", ({ messages }) => messages[0]?.deleted === true);
    adas.send({ type: "send", id, text: "again" });
    await adas.until("four answers", () => adas.frames.filter(({ type }) => type === "messages").length === 4);
    expect(adas.frames.at(-1)).toMatchObject({ messages: [{ id, text: "", deleted: true, rev: 2 }] });
    const after = await ada.post(channel, "after");
    await beas.next("messages", ({ messages }) => messages[0]?.id === after.id);
    expect(beas.frames.filter(({ type }) => type === "messages")).toHaveLength(3);
    expect(after).toMatchObject({ seq: 2, rev: 3 });
  });

  test("over HTTP is 201 and then 200 with the same message", async () => {
    const id = crypto.randomUUID();
    const messages = `${path(channel)}/messages`;
    const first = await ada.ask("POST", messages, { body: { id, text: "once" } });
    expect(first.status).toBe(201);
    const second = await ada.ask("POST", messages, { body: { id, text: "other" } });
    expect(second.status).toBe(200);
    expect(await second.json()).toEqual(await first.json());
  });

  test("by somebody else is a conflict, and nothing changes", async () => {
    const { id } = await ada.post(channel, "mine");
    const beas = await bea.join(channel);
    beas.send({ type: "send", id, text: "stolen" });
    expect(await beas.next("error")).toMatchObject({ code: "id_conflict", command: "send", id });
    expect(heard(beas)).toMatchObject([{ text: "mine", rev: 1 }]);
  });
});

describe("editing", () => {
  test("reaches everybody, on the socket and over HTTP, and is there for whoever comes later", async () => {
    const { id } = await ada.post(channel, "helo");
    const adas = await ada.join(channel);
    const beas = await bea.join(channel);
    adas.send({ type: "edit", id, text: "hello" });
    const told = await beas.next("messages");
    expect(told.messages).toMatchObject([{ id, seq: 1, rev: 2, text: "hello", author: ada.person }]);
    expect(told.messages[0]?.editedAt).toBeGreaterThan(0);
    const response = await ada.ask("PATCH", `${path(channel)}/messages/${id}`, { body: { text: "hello there" } });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ id, rev: 3, text: "hello there" });
    expect(heard(await settled(await arrive(`Cem ${channel}`)))).toMatchObject([{ text: "hello there" }]);
  });

  test("by a stranger is refused, and the text stays", async () => {
    const { id } = await ada.post(channel, "mine");
    const beas = await bea.join(channel);
    beas.send({ type: "edit", id, text: "stolen" });
    expect(await beas.next("error")).toMatchObject({ code: "forbidden", command: "edit", id });
    const response = await bea.ask("PATCH", `${path(channel)}/messages/${id}`, { body: { text: "stolen" } });
    expect(await problemOf(response)).toEqual({ status: 403, code: "forbidden" });
    expect(heard(await settled(bea))).toMatchObject([{ text: "mine", rev: 1 }]);
  });

  test("to the same text is answered to the asker alone", async () => {
    const { id } = await ada.post(channel, "same");
    const beas = await bea.join(channel);
    const adas = await ada.join(channel);
    adas.send({ type: "edit", id, text: "same" });
    expect(await adas.next("messages")).toMatchObject({ messages: [{ id, rev: 1 }] });
    await ada.post(channel, "next");
    await beas.next("messages", ({ messages }) => messages[0]?.text === "next");
    expect(beas.frames.filter(({ type }) => type === "messages")).toHaveLength(1);
  });
});

describe("deleting", () => {
  test("the author's message becomes a tombstone for everybody", async () => {
    const { id } = await ada.post(channel, "a secret");
    const beas = await bea.join(channel);
    const adas = await ada.join(channel);
    adas.send({ type: "delete", id });
    const told = await beas.next("messages");
    expect(told.messages).toMatchObject([{ id, text: "", deleted: true, rev: 2, seq: 1 }]);
  });

  test("a stranger is refused, on the socket and over HTTP, and the message stays", async () => {
    const { id } = await ada.post(channel, "mine");
    const beas = await bea.join(channel);
    beas.send({ type: "delete", id });
    expect(await beas.next("error")).toMatchObject({ code: "forbidden", command: "delete", id });
    const response = await bea.ask("DELETE", `${path(channel)}/messages/${id}`);
    expect(await problemOf(response)).toEqual({ status: 403, code: "forbidden" });
    expect(heard(await settled(bea))).toMatchObject([{ text: "mine" }]);
  });

  test("over HTTP is 204, also the second time", async () => {
    const { id } = await ada.post(channel, "mine");
    for (let time = 0; time < 2; time++) {
      const response = await ada.ask("DELETE", `${path(channel)}/messages/${id}`);
      expect(response.status).toBe(204);
      expect(await response.text()).toBe("");
    }
    expect(heard(await settled(bea))).toMatchObject([{ deleted: true, rev: 2 }]);
  });

  test("a message deleted while Bea was away is gone when she returns, and her cursor brings only that", async () => {
    const doomed = await ada.post(channel, "soon gone");
    await ada.post(channel, "stays");
    const { epoch, head } = await welcomed(await bea.join(channel));
    await ada.ask("DELETE", `${path(channel)}/messages/${doomed.id}`);
    const welcome = await welcomed(await bea.join(channel, { epoch, since: head.rev }));
    expect(welcome.reset).toBe(false);
    expect(welcome.messages).toMatchObject([{ id: doomed.id, deleted: true, text: "" }]);
  });
});

describe("returning with a cursor", () => {
  test("that is up to date brings nothing", async () => {
    await ada.post(channel, "known");
    const { epoch } = await welcomed(await bea.join(channel));
    const welcome = await welcomed(await bea.join(channel, { epoch, since: 1 }));
    expect(welcome).toMatchObject({ reset: false, messages: [], head: { seq: 1, rev: 1 } });
  });

  test.each([
    ["another epoch", "somethingelse", 1],
    ["a rev from the future", undefined, 2],
    ["a negative rev", undefined, -1],
    ["no number", undefined, "abc"],
    ["a broken number", undefined, "0.5"],
    ["nothing", undefined, ""],
  ])("of %s starts over", async (_, epoch, since) => {
    await ada.post(channel, "all of it");
    const known = await welcomed(await bea.join(channel));
    const welcome = await welcomed(await bea.join(channel, { epoch: epoch ?? known.epoch, since }));
    expect(welcome).toMatchObject({ reset: true, messages: [{ text: "all of it" }] });
  });
});

describe("who is here", () => {
  test("is told within a second when somebody comes and goes, once a person, not a socket", async () => {
    const adas = await ada.join(channel);
    const beas = await bea.join(channel);
    const beasOther = await bea.join(channel);
    const came = await adas.next("here", ({ joined }) => joined.some(({ id }) => id === bea.person.id));
    expect(came.count).toBe(2);
    beas.close();
    beasOther.close();
    const went = await adas.next("here", ({ left }) => left.length > 0);
    expect(went).toMatchObject({ count: 1, joined: [], left: [bea.person] });
  });

  test("somebody who is welcomed between two of those frames is told of all that changed around it", async () => {
    const cem = await arrive(`Cem ${channel}`);
    const cems = await cem.join(channel);
    const beas = await bea.join(channel); // told in the welcome that Cem is here
    expect((await welcomed(beas)).here.people).toContainEqual(cem.person);
    cems.close();
    await beas.next("here", ({ left }) => left.some(({ id }) => id === cem.person.id));

    const cemsAgain = await cem.join(channel);
    await beas.next("here", ({ joined }) => joined.some(({ id }) => id === cem.person.id));
    beas.frames.length = 0;
    cemsAgain.close();
    await cemsAgain.closing();
    const adas = await ada.join(channel); // welcomed while Cem reloads
    expect((await welcomed(adas)).here.people).not.toContainEqual(cem.person);
    await cem.join(channel);
    await adas.next("here", ({ joined }) => joined.some(({ id }) => id === cem.person.id));
  });

  test("of more than a hundred people names a hundred, and then only counts", async () => {
    const crowd = await Promise.all(Array.from({ length: 101 }, (_, n) => arrive(`${channel} no ${n}`)));
    for (const person of crowd) await person.join(channel);
    const adas = await ada.join(channel);
    const { here } = await welcomed(adas);
    expect(here.count).toBe(102);
    expect(here.people).toHaveLength(100);
    expect(here.people[0]).toEqual(ada.person);
    await bea.join(channel);
    const told = await adas.next("here", ({ count }) => count === 103);
    expect(told).toMatchObject({ joined: [], left: [] });
  });

  test("a rename is one left and one joined, and the next message carries the new name", async () => {
    const adas = await ada.join(channel);
    const beas = await bea.join(channel);
    await adas.next("here", ({ joined }) => joined.some(({ id }) => id === bea.person.id));
    const name = `Beatrix ${channel}`;
    expect((await bea.ask("POST", "/api/session", { body: { name } })).status).toBe(200);
    beas.send({ type: "send", id: crypto.randomUUID(), text: "it is me" });
    expect((await adas.next("messages")).messages[0]?.author).toEqual({ id: bea.person.id, name });
    const renamed = await adas.next("here", ({ left }) => left.some(({ id }) => id === bea.person.id));
    expect(renamed).toMatchObject({ left: [bea.person], joined: [{ id: bea.person.id, name }] });
  });
});

test("typing is told to the others, at most once a second of each, and never to oneself", async () => {
  const date = vi.useFakeTimers({ toFake: ["Date"] });
  const adas = await ada.join(channel);
  const adasOther = await ada.join(channel);
  const beas = await bea.join(channel);
  for (let n = 0; n < 5; n++) adas.send({ type: "typing" });
  expect(await beas.next("typing")).toEqual({ type: "typing", person: ada.person });
  date.setSystemTime(Date.now() + 1_000);
  adasOther.send({ type: "typing" });
  beas.send({ type: "typing" });
  await adas.next("typing", ({ person }) => person.id === bea.person.id);
  await ada.post(channel, "said");
  await beas.next("messages");
  expect(beas.frames.filter(({ type }) => type === "typing")).toHaveLength(2);
  expect(
    [...adas.frames, ...adasOther.frames].filter(
      (frame) => frame.type === "typing" && frame.person.id === ada.person.id,
    ),
  ).toEqual([]);
  expect(await welcomed(await bea.join(channel))).toMatchObject({ head: { seq: 1, rev: 1 } });
});

test("a ping is answered, and counts for nothing", async () => {
  const adas = await ada.join(channel);
  await welcomed(adas);
  for (let n = 0; n < 60; n++) adas.send("ping");
  await adas.until("60 pongs", () => adas.pongs.length === 60);
  adas.send({ type: "send", id: crypto.randomUUID(), text: "still here" });
  await adas.next("messages");
});

test("closing is answered with a close frame of the same code", async () => {
  const adas = await ada.join(channel);
  await welcomed(adas);
  adas.close(3_000);
  expect(await adas.closing()).toBe(3_000);
});

test("the ninth socket of a person replaces the oldest, and nobody else's", async () => {
  const beas = await bea.join(channel);
  const seats = [];
  for (let n = 0; n < 8; n++) seats.push(await ada.join(channel));
  await Promise.all(seats.map((seat) => welcomed(seat)));
  expect(seats.every((seat) => seat.closed === undefined)).toBe(true);
  seats.push(await ada.join(channel));
  expect(await seats[0]?.closing()).toBe(4009);
  const message = await ada.post(channel, "to all that are left");
  for (const seat of [beas, ...seats.slice(1)]) {
    await seat.next("messages", ({ messages }) => messages[0]?.id === message.id);
  }
});

describe("signing out", () => {
  test("closes the session's sockets everywhere at once with 4401, and frees nothing of others", async () => {
    const adas = await ada.join(channel);
    const adasList = await ada.watch();
    const beas = await bea.join(channel);
    await welcomed(beas);
    expect((await ada.ask("DELETE", "/api/session")).status).toBe(204);
    expect(await adas.closing()).toBe(4401);
    expect(adas.frames.at(-1)).toMatchObject({ type: "error", code: "unauthorized" });
    expect(await adasList.closing()).toBe(4401);
    expect(await problemOf(await ada.ask("GET", "/api/session"))).toEqual({ status: 401, code: "unauthorized" });
    const message = await bea.post(channel, "still here");
    await beas.next("messages", ({ messages }) => messages[0]?.id === message.id);
  });

  test("is repeated until the channel could be told", async () => {
    const adas = await ada.join(channel);
    await welcomed(adas);
    const broken = vi.spyOn(Channel.prototype, "endSession").mockImplementation(() => {
      throw new Error("not now");
    });
    expect((await ada.ask("DELETE", "/api/session")).status).toBe(204);
    expect(adas.closed).toBeUndefined();
    broken.mockRestore();
    await letTimePass(env.PEOPLE.getByName("0"), Date.now() + 60_000);
    expect(await adas.closing()).toBe(4401);
  });

  test("ends what was asked just before and arrives after: an upgrade, a command over HTTP", async () => {
    const { epoch } = await welcomed(await bea.join(channel));
    const object = env.CHANNEL.getByName(epoch);
    await object.endSession("a-session");
    const seat: ChannelAuth = {
      person: ada.person,
      session: "a-session",
      version: 0,
      checkedAt: Number.POSITIVE_INFINITY,
      isOwner: false,
      shards: 1,
      channel: { id: channel, epoch, kind: "public" },
    };
    const headers = {
      Upgrade: "websocket",
      "x-flack-identity": encodeURIComponent(JSON.stringify(seat)),
    };
    expect(await problemOf(await object.fetch("https://flack.test/", { headers }))).toMatchObject({ status: 401 });
    const command = { type: "send", id: crypto.randomUUID(), text: "too late" } as const;
    expect(await object.command(seat, command)).toMatchObject({ kind: "refused", refusal: { code: "unauthorized" } });
  });
});

test("of two renames told out of order the newer one counts", async () => {
  const adas = await ada.join(channel);
  const { epoch } = await welcomed(adas);
  const object = env.CHANNEL.getByName(epoch);
  const later = Date.now() + 2_000;
  await object.update({ person: { ...ada.person, name: "Newer" }, isOwner: false, version: later });
  await object.update({ person: { ...ada.person, name: "Older" }, isOwner: false, version: later - 1_000 });
  adas.send({ type: "send", id: crypto.randomUUID(), text: "who am I" });
  expect((await adas.next("messages")).messages[0]?.author.name).toBe("Newer");
});

describe("violations", () => {
  test("ten messages at once are taken, the eleventh is refused with a time to wait and not stored", async () => {
    const adas = await ada.join(channel);
    for (let n = 1; n <= 11; n++) adas.send({ type: "send", id: crypto.randomUUID(), text: `${n}` });
    const error = await adas.next("error");
    expect(error).toMatchObject({ code: "rate_limited", command: "send" });
    expect(error.retryAfterMs).toBeGreaterThan(0);
    expect(error.retryAfterMs).toBeLessThanOrEqual(200);
    expect(heard(adas)).toHaveLength(10);
  });

  test("is one allowance for HTTP and sockets, and one a person", async () => {
    for (let n = 1; n <= 10; n++) await ada.post(channel, `${n}`);
    const response = await ada.ask("POST", `${path(channel)}/messages`, {
      body: { id: crypto.randomUUID(), text: "11" },
    });
    expect(Number(response.headers.get("Retry-After"))).toBe(1);
    expect(await problemOf(response)).toEqual({ status: 429, code: "rate_limited" });
    await bea.post(channel, "mine is another");
  });

  test("repeated deliveries take nothing from it", async () => {
    const adas = await ada.join(channel);
    const id = crypto.randomUUID();
    for (let n = 0; n < 15; n++) adas.send({ type: "send", id, text: "same" });
    for (let n = 0; n < 9; n++) adas.send({ type: "send", id: crypto.randomUUID(), text: `${n}` });
    await adas.until("ten messages", () => heard(adas).length === 10);
  });

  test("forty frames of any kind at once are read, the next are refused", async () => {
    const adas = await ada.join(channel);
    const frame = { type: "delete", id: crypto.randomUUID() };
    for (let n = 0; n < 45; n++) adas.send(frame);
    await adas.until("45 answers", () => adas.frames.filter(({ type }) => type === "error").length === 45);
    const codes = adas.frames.flatMap((answer) => (answer.type === "error" ? [answer.code] : []));
    expect(codes.slice(0, 40)).toEqual(Array.from({ length: 40 }, () => "not_found"));
    expect(codes.filter((code) => code === "rate_limited").length).toBeGreaterThan(2);
    expect(adas.frames.at(-1)).toMatchObject({ code: "rate_limited", command: "delete", id: frame.id });
  });

  test("twenty refusals close the socket, unless two quiet seconds lie between them", async () => {
    const adas = await ada.join(channel);
    const hurry = async (times: number) => {
      for (let n = 0; n < 10; n++) adas.send({ type: "send", id: crypto.randomUUID(), text: "fills the allowance" });
      const before = adas.frames.filter(({ type }) => type === "error").length;
      for (let n = 0; n < times; n++) adas.send({ type: "send", id: crypto.randomUUID(), text: "too much" });
      await adas.until(
        "the refusals",
        () => adas.frames.filter(({ type }) => type === "error").length >= before + times,
      );
    };
    const date = vi.useFakeTimers({ toFake: ["Date"] });
    await hurry(19);
    date.setSystemTime(Date.now() + 2_100);
    await hurry(9);
    expect(adas.closed).toBeUndefined();
    for (let n = 0; n < 12; n++) adas.send({ type: "send", id: crypto.randomUUID(), text: "and on" });
    expect(await adas.closing()).toBe(4029);
  });

  test("two hundred changes a second are what a channel takes, from however many people", async () => {
    const { epoch } = await welcomed(await ada.join(channel));
    vi.useFakeTimers({ toFake: ["Date"] });
    const codes = await runInDurableObject(env.CHANNEL.getByName(epoch), (object) => {
      const sent = Array.from({ length: 201 }, async (_, n) => {
        const person = { id: `speaker-${n % 30}-0123456789`, name: `Speaker ${n % 30}` };
        const seat: ChannelAuth = {
          person,
          session: "s",
          version: 0,
          checkedAt: Number.POSITIVE_INFINITY,
          isOwner: false,
          shards: 1,
          channel: { id: channel, epoch, kind: "public" },
        };
        const outcome = await object.command(seat, { type: "send", id: crypto.randomUUID(), text: `${n}` });
        return outcome.kind === "refused" ? outcome.refusal.code : outcome.kind;
      });
      return Promise.all(sent);
    });
    expect(codes.slice(0, 200)).toEqual(Array.from({ length: 200 }, () => "done"));
    expect(codes[200]).toBe("busy");
  });

  test("without end closes the socket with 4029", async () => {
    const adas = await ada.join(channel);
    for (let n = 0; n < 200; n++) adas.send({ type: "send", id: crypto.randomUUID(), text: `${n}` });
    expect(await adas.closing()).toBe(4029);
    expect(heard(adas).length).toBeLessThan(15);
  });
});

describe("frames that are none", () => {
  test("get bad_frame, and the fifth closes with 1008", async () => {
    const adas = await ada.join(channel);
    for (const frame of ["hello", "[]", '{"type":"shout","id":"7"}', "null"]) adas.send(frame);
    await adas.until("four errors", () => adas.frames.filter(({ type }) => type === "error").length === 4);
    expect(adas.frames.filter(({ type }) => type === "error")).toMatchObject([
      { code: "bad_frame" },
      { code: "bad_frame" },
      { code: "bad_frame", command: "shout", id: "7" },
      { code: "bad_frame" },
    ]);
    adas.send({ type: "send", id: crypto.randomUUID(), text: "not yet closed" });
    await adas.next("messages");
    adas.send("");
    expect(await adas.closing()).toBe(1008);
  });

  test("wrong fields get bad_request and are no bad frames", async () => {
    const adas = await ada.join(channel);
    for (let n = 0; n < 6; n++) adas.send({ type: "send", id: "7", text: "x" });
    await adas.until("six errors", () => adas.frames.filter(({ type }) => type === "error").length === 6);
    expect(await adas.next("error")).toMatchObject({ code: "bad_request", command: "send", id: "7" });
    adas.send({ type: "send", id: crypto.randomUUID(), text: "still open" });
    await adas.next("messages");
  });

  test.each([
    ["binary", new ArrayBuffer(3), 1003],
    ["one byte too large", "x".repeat(64 * 1024 + 1), 1009],
    ["too large in UTF-8 only", "é".repeat(32 * 1024 + 1), 1009],
  ])("%s closes the socket", async (_, frame, code) => {
    const adas = await ada.join(channel);
    adas.send(frame);
    expect(await adas.closing()).toBe(code);
  });

  test("the largest frame there may be is read", async () => {
    const adas = await ada.join(channel);
    const frame = { type: "send", id: crypto.randomUUID(), text: "x" };
    const padding = "x".repeat(64 * 1024 - JSON.stringify({ ...frame, padding: "" }).length);
    adas.send({ ...frame, padding });
    await adas.next("messages");
  });

  test("a refused command names the rule, and nothing is stored", async () => {
    const adas = await ada.join(channel);
    const id = crypto.randomUUID();
    adas.send({ type: "send", id, text: " \n " });
    expect(await adas.next("error")).toMatchObject({ code: "invalid_text", command: "send", id });
    adas.send({ type: "delete", id });
    expect(await adas.next("error", ({ command }) => command === "delete")).toMatchObject({ code: "not_found", id });
    expect(await welcomed(await bea.join(channel))).toMatchObject({ head: { seq: 0, rev: 0 } });
  });
});

/** A seat of somebody who has just been welcomed. */
async function settled(person: Somebody) {
  const seat = await person.join(channel);
  await welcomed(seat);
  return seat;
}
