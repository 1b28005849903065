/** What two people, or two devices, do at the same time; and what must not be told to those who left a moment ago. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { shardOf } from "../../../worker/platform/shard-id.ts";
import type { Channel } from "../../../worker/protocol/things.ts";
import { letTimePass } from "../alarms.ts";
import { arrive, ask, freshName, path, problemOf, type Somebody } from "../people.ts";

const HOUR_MS = 3_600_000;
const OVER = { status: 410, code: "link_expired" };

let name: string;
let ada: Somebody;
let bea: Somebody;
let cem: Somebody;

beforeEach(async () => {
  name = freshName();
  [ada, bea, cem] = await Promise.all([arrive(`Ada ${name}`), arrive(`Bea ${name}`), arrive(`Cem ${name}`)]);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function made(who: Somebody, ...members: readonly Somebody[]): Promise<Channel> {
  const body = { name: freshName(), private: true, members: members.map(({ person }) => person.id) };
  return (await who.ask("POST", "/api/channels", { body })).json();
}

async function invite(who: Somebody, channel: string): Promise<string> {
  const answer = await who.ask("POST", "/api/invites", { body: { channel } });
  const { url }: { url: string } = await answer.json();
  return url.split("#invite=")[1] ?? "";
}

const accept = (who: Somebody, token: string) => who.ask("POST", "/api/invites/accept", { body: { token } });
const remove = (who: Somebody, channel: Channel, { person }: Somebody) =>
  who.ask("DELETE", `${path(channel.id)}/members/${person.id}`);
const add = (who: Somebody, channel: Channel, { person }: Somebody) =>
  who.ask("POST", `${path(channel.id)}/members`, { body: { person: person.id } });
const signIn = (called: string, token: string, headers: Record<string, string> = {}) =>
  ask("POST", "/api/session", { body: { name: called, invite: token }, headers }, { ACCESS_CODE: "the code" });
const listed = async (who: Somebody, id: string) => {
  const { channels }: { channels: Channel[] } = await (await who.ask("GET", "/api/channels")).json();
  return channels.find((one) => one.id === id);
};

describe("an invite that leads nowhere", () => {
  test("signs no one in: withdrawn by the creator, its maker gone, or its channel", async () => {
    const channel = await made(ada, bea);
    const withdrawn = await invite(bea, channel.id);
    await ada.ask("DELETE", `/api/invites?channel=${channel.id}`);
    expect(await problemOf(await signIn(`Dan ${name}`, withdrawn))).toEqual(OVER);
    const left = await invite(bea, channel.id);
    await remove(ada, channel, bea);
    expect(await problemOf(await signIn(`Dan ${name}`, left))).toEqual(OVER);
    const gone = await invite(ada, channel.id);
    await ada.ask("DELETE", path(channel.id));
    expect(await problemOf(await signIn(`Dan ${name}`, gone))).toEqual(OVER);
  });

  test("stays over when its maker comes back", async () => {
    const channel = await made(ada, bea);
    const token = await invite(bea, channel.id);
    await remove(ada, channel, bea);
    await add(ada, channel, bea);
    expect(await problemOf(await accept(cem, token))).toEqual(OVER);
  });
});

describe("an invite that many take at once", () => {
  test("lets a hundred of a hundred and fifty into a private channel", async () => {
    const channel = await made(ada);
    const token = await invite(ada, channel.id);
    const people = await Promise.all(Array.from({ length: 150 }, (_, n) => arrive(`Guest ${n} ${name}`)));
    const statuses = (await Promise.all(people.map((one) => accept(one, token)))).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(100);
    expect(statuses.filter((status) => status === 410)).toHaveLength(50);
    expect((await listed(ada, channel.id))?.memberCount).toBe(101);
  });

  test("lets a class behind one address in: none of them counts as a failed sign-in", async () => {
    const token = await invite(ada, (await made(ada)).id);
    const headers = { "CF-Connecting-IP": "198.51.100.7" };
    const answers = await Promise.all(
      Array.from({ length: 90 }, (_, n) => signIn(`Pupil ${n} ${name}`, token, headers)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 90 }, () => 201));
  });

  test("takes one place of one person, however often and at once they ask", async () => {
    const channel = await made(ada);
    const token = await invite(ada, channel.id);
    const answers = await Promise.all(Array.from({ length: 5 }, () => accept(bea, token)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await listed(ada, channel.id))?.memberCount).toBe(2);
  });
});

test("an invite to the site costs no place for those who are on it", async () => {
  const answer = await ada.ask("POST", "/api/invites", { body: {} });
  const { url }: { url: string } = await answer.json();
  const token = url.split("#invite=")[1] ?? "";
  await env.PEOPLE.getByName(String(shardOf(ada.person.id))).withdrawInvites(
    { personId: "x", session: "x" },
    undefined,
  );
  for (let n = 0; n < 3; n++) expect((await accept(bea, token)).status).toBe(200);
  const people = Array.from({ length: 100 }, (_, n) => signIn(`Newcomer ${n} ${name}`, token));
  for (const { status } of await Promise.all(people)) expect(status).toBe(201);
});

test("a session that ended while its body was on the way takes no place of an invite", async () => {
  const channel = await made(ada);
  const token = await invite(ada, channel.id);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const [head = "", tail = ""] = [JSON.stringify({ token }).slice(0, 5), JSON.stringify({ token }).slice(5)];
  const asking = bea.ask("POST", "/api/invites/accept", { body: readable });
  await writer.write(new TextEncoder().encode(head));
  await bea.ask("DELETE", "/api/session");
  await writer.write(new TextEncoder().encode(tail));
  await writer.close();
  expect((await asking).status).toBe(401);
  expect((await listed(ada, channel.id))?.memberCount).toBe(1);
});

describe("a person who was removed", () => {
  test("is sent nothing more, even if their shard has not heard of it", async () => {
    const channel = await made(ada, bea);
    const [beas, adas] = [await bea.watch(), await ada.watch()];
    await beas.next("directory");
    const real = env.PEOPLE.getByName.bind(env.PEOPLE);
    vi.spyOn(env.PEOPLE, "getByName").mockImplementation((...args) => {
      return new Proxy(real(...args), {
        get: (target, key) =>
          key === "receivePrivate" ? () => Promise.reject(new Error("out of reach")) : Reflect.get(target, key),
      });
    });
    await remove(ada, channel, bea);
    await ada.post(channel.id, "without Bea");
    await adas.next("activity");
    expect(JSON.stringify(beas.frames)).not.toContain("without Bea");
  });

  test("in the middle of sending has sent nothing", async () => {
    const channel = await made(ada, bea);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const body = JSON.stringify({ id: crypto.randomUUID(), text: "half a message" });
    const sending = bea.ask("POST", `${path(channel.id)}/messages`, { body: readable });
    await writer.write(new TextEncoder().encode(body.slice(0, 20)));
    await remove(ada, channel, bea);
    await writer.write(new TextEncoder().encode(body.slice(20)));
    await writer.close();
    expect((await sending).status).toBe(404);
    const { messages }: { messages: unknown[] } = await (await ada.ask("GET", `${path(channel.id)}/messages`)).json();
    expect(messages).toEqual([]);
  });

  test("while using their recovery code has no session afterwards, or one that was made after the removal", async () => {
    const { code }: { code: string } = await (await bea.ask("POST", "/api/session/recovery")).json();
    const site = { OWNER_CODE: "the code" };
    await ada.ask("POST", "/api/session/owner", { body: { code: "the code" } }, site);
    const [redeemed] = await Promise.all([
      ask("POST", "/api/session/redeem", { body: { token: code } }, site),
      ada.ask("DELETE", `/api/people/${bea.person.id}`, {}, site),
    ]);
    const again = await ask("POST", "/api/session/redeem", { body: { token: code } }, site);
    expect(again.status).toBe(410);
    if (redeemed.status < 300) {
      const cookie = (redeemed.headers.get("Set-Cookie") ?? "").split(";")[0] ?? "";
      expect((await ask("GET", "/api/session", { headers: { cookie } }, site)).status).toBe(401);
    }
  });
});

describe("leaving", () => {
  test("at the same time the last two end the channel", async () => {
    const channel = await made(ada, bea);
    await Promise.all([remove(ada, channel, ada), remove(bea, channel, bea)]);
    for (const who of [ada, bea]) {
      expect((await who.ask("GET", `${path(channel.id)}/messages`)).status).toBe(404);
      expect(await listed(who, channel.id)).toBeUndefined();
    }
  });

  test("while the creator deletes, or takes the same one out, ends in one of both ways", async () => {
    const channel = await made(ada, bea, cem);
    const [taken, left] = await Promise.all([remove(ada, channel, bea), remove(bea, channel, bea)]);
    expect([taken.status, left.status].sort()).toEqual([204, 404]);
    await Promise.all([ada.ask("DELETE", path(channel.id)), remove(cem, channel, cem)]);
    for (const who of [ada, bea, cem]) expect(await listed(who, channel.id)).toBeUndefined();
  });
});

test("a block while a conversation is being opened: what is written afterwards does not reach the blocker", async () => {
  const [opened] = await Promise.all([
    bea.ask("POST", "/api/directs", { body: { person: ada.person.id } }),
    ada.ask("PUT", `/api/people/${bea.person.id}/block`),
  ]);
  if (opened.status === 403) return expect(await problemOf(opened)).toEqual({ status: 403, code: "blocked" });
  const { id }: Channel = await opened.json();
  const adas = await ada.watch();
  await adas.next("directory");
  await bea.post(id, "not for you");
  await cem.ask("POST", "/api/directs", { body: { person: ada.person.id } });
  await adas.next("channel", ({ channel }) => channel.peer?.id === cem.person.id);
  expect(JSON.stringify(adas.frames)).not.toContain("not for you");
});

describe("an age limit", () => {
  test("of a direct conversation is in both lists at once, and its answer is the conversation", async () => {
    const direct: Channel = await (await ada.ask("POST", "/api/directs", { body: { person: bea.person.id } })).json();
    const beas = await bea.watch();
    const answer = await ada.ask("PATCH", path(direct.id), { body: { keepMs: HOUR_MS } });
    expect(await answer.json()).toMatchObject({ id: direct.id, peer: bea.person, keepMs: HOUR_MS });
    await beas.next("channel", ({ channel }) => channel.keepMs === HOUR_MS && channel.peer?.id === ada.person.id);
    expect((await listed(bea, direct.id))?.keepMs).toBe(HOUR_MS);
    const none: Channel = await (await bea.ask("PATCH", path(direct.id), { body: { keepMs: 0 } })).json();
    expect(none.keepMs).toBeUndefined();
    await vi.waitUntil(async () => (await listed(ada, direct.id))?.keepMs === undefined, { timeout: 5_000 });
  });

  test("that is lowered while someone joins: they see nothing that is older", async () => {
    const channel = await made(ada, bea);
    await ada.post(channel.id, "old");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2 * HOUR_MS });
    const [, seat] = await Promise.all([
      ada.ask("PATCH", path(channel.id), { body: { keepMs: HOUR_MS } }),
      bea.join(channel.id),
    ]);
    await letTimePass(env.CHANNEL.getByName(channel.epoch), Date.now() + 60_000);
    await seat.until("the lowest number", () =>
      seat.frames.some((frame) => "oldestSeq" in frame && frame.oldestSeq === 2),
    );
    const { messages }: { messages: unknown[] } = await (await bea.ask("GET", `${path(channel.id)}/messages`)).json();
    expect(messages).toEqual([]);
  });

  test("that has taken messages is in the list, and changes what a conditional request compares", async () => {
    const channel = await made(ada, bea);
    await ada.post(channel.id, "old");
    const before = (await ada.ask("GET", `${path(channel.id)}/messages`)).headers.get("ETag") ?? "";
    await ada.ask("PATCH", path(channel.id), { body: { keepMs: HOUR_MS } });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2 * HOUR_MS });
    await letTimePass(env.CHANNEL.getByName(channel.epoch), Date.now() + 60_000);
    const again = await ada.ask("GET", `${path(channel.id)}/messages`, { headers: { "If-None-Match": before } });
    expect(again.status).toBe(200);
    await vi.waitUntil(async () => (await listed(bea, channel.id))?.oldestSeq === 2);
  });

  test("takes a pin whose message has left the window before", async () => {
    const channel = await made(ada);
    const { id } = await ada.post(channel.id, "pinned long ago");
    await ada.ask("POST", `${path(channel.id)}/pins`, { body: { messageId: id } });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 5 * HOUR_MS });
    for (let n = 0; n < 100; n++) {
      vi.setSystemTime(Date.now() + 10_000);
      await ada.post(channel.id, `later ${n}`);
    }
    await ada.ask("PATCH", path(channel.id), { body: { keepMs: HOUR_MS } });
    await letTimePass(env.CHANNEL.getByName(channel.epoch), Date.now() + 60_000);
    expect(await (await ada.ask("GET", `${path(channel.id)}/pins`)).json()).toEqual({ pins: [] });
  });
});

test("a group shows the names that its people have now", async () => {
  const body = { people: [bea.person.id, cem.person.id] };
  const group: Channel = await (await ada.ask("POST", "/api/directs", { body })).json();
  await bea.ask("POST", "/api/session", { body: { name: `Beatrice ${name}` } });
  await vi.waitUntil(async () => (await listed(ada, group.id))?.people?.some((one) => one.name === `Beatrice ${name}`));
});

describe("a ban", () => {
  const site = { OWNER_CODE: "the code" };
  const from = (address: string) => ({ "CF-Connecting-IP": address });
  const own = () => ada.ask("POST", "/api/session/owner", { body: { code: "the code" } }, site);

  test("keeps out where a person signed in and where they opened a feed last, also when it is asked for twice", async () => {
    await own();
    const dan = await arrive(`Dan ${name}`, from("203.0.113.11"));
    await (await dan.watch(from("203.0.113.12"))).next("directory");
    for (let n = 0; n < 2; n++)
      await ada.ask("DELETE", `/api/people/${dan.person.id}`, { body: { banHours: 1 } }, site);
    for (const address of ["203.0.113.11", "203.0.113.12"]) {
      const again = await ask(
        "POST",
        "/api/session",
        { body: { name: `Again ${name}` }, headers: from(address) },
        site,
      );
      expect(await problemOf(again)).toEqual({ status: 403, code: "blocked" });
    }
  });

  test("stands before the sessions end: no one signs in at that address meanwhile", async () => {
    await own();
    const dan = await arrive(`Dan ${name}`, from("203.0.113.21"));
    const seat = await dan.watch();
    await seat.next("directory");
    const removing = ada.ask("DELETE", `/api/people/${dan.person.id}`, { body: { banHours: 1 } }, site);
    expect(await seat.closing()).toBe(4401);
    const back = await ask(
      "POST",
      "/api/session",
      { body: { name: `Back ${name}` }, headers: from("203.0.113.21") },
      site,
    );
    expect(await problemOf(back)).toEqual({ status: 403, code: "blocked" });
    await removing;
  });

  test("keeps out new people, and lets those who are there change their name", async () => {
    await own();
    const [dan, eve] = await Promise.all([
      arrive(`Dan ${name}`, from("203.0.113.31")),
      arrive(`Eve ${name}`, from("203.0.113.31")),
    ]);
    await ada.ask("DELETE", `/api/people/${dan.person.id}`, { body: { banHours: 1 } }, site);
    const renamed = await eve.ask("POST", "/api/session", {
      body: { name: `Evelyn ${name}` },
      headers: from("203.0.113.31"),
    });
    expect(renamed.status).toBe(200);
  });
});

test("a report is made once a person and message, and the same id in two channels is two", async () => {
  await ada.ask("POST", "/api/session/owner", { body: { code: "the code" } }, { OWNER_CODE: "the code" });
  const [one, two] = [await bea.makeChannel(freshName()), await bea.makeChannel(freshName())];
  const id = crypto.randomUUID();
  for (const channel of [one, two]) await bea.post(channel.id, "rude", id);
  const adas = await ada.watch();
  await adas.next("directory");
  for (const channel of [one, one, one, two])
    await cem.ask("POST", `${path(channel.id)}/messages/${id}/report`, { body: {} });
  const { reports }: { reports: { channel: string; message: { id: string } }[] } = await (
    await ada.ask("GET", "/api/reports")
  ).json();
  expect(
    reports
      .filter(({ message }) => message.id === id)
      .map(({ channel }) => channel)
      .sort(),
  ).toEqual([one.id, two.id].sort());
  expect(adas.frames.filter(({ type }) => type === "report")).toHaveLength(2);
});
