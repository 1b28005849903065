/** Allowances of their own for whatever can be done often, calm answers where an object cannot keep up, and presence that is true after sleep. */
import { createExecutionContext, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { addressKey } from "../../../worker/http/address.ts";
import { People } from "../../../worker/people/people.ts";
import { Presence } from "../../../worker/platform/presence.ts";
import { foldDisplayName } from "../../../worker/protocol/names.ts";
import type { Channel } from "../../../worker/protocol/things.ts";
import { letTimePass } from "../alarms.ts";
import { arrive, ask, path, problemOf, type Somebody, twoInAChannel, welcomed } from "../people.ts";

let ada: Somebody;
let bea: Somebody;
let channel: Channel;

beforeEach(async () => {
  ({ ada, bea, channel } = await twoInAChannel());
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("changes have allowances of their own", () => {
  test("a channel's topic changes five times at once, then every two seconds, and everyone is told no more often", async () => {
    const watcher = await bea.watch();
    await watcher.next("directory");
    const codes: number[] = [];
    for (let n = 0; n < 30; n++) {
      const answer = await ada.ask("PATCH", path(channel.id), { body: { topic: `topic ${n}` } });
      codes.push(answer.status);
      if (answer.status === 429) expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThan(0);
    }
    expect(codes).toEqual([...Array(5).fill(200), ...Array(25).fill(429)]);
    await ada.makeChannel(`${channel.id}-last`);
    await watcher.next("channel", (frame) => frame.channel.id === `${channel.id}-last`);
    const told = watcher.frames.filter((frame) => frame.type === "channel" && frame.channel.id === channel.id);
    expect(told).toHaveLength(5);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2_000 });
    expect((await ada.ask("PATCH", path(channel.id), { body: { topic: "a while later" } })).status).toBe(200);
  });

  test("one person's reactions are 60 at once and 20 a second, whatever the way they come by", async () => {
    const { id } = await ada.post(channel.id, "react to me");
    vi.useFakeTimers({ toFake: ["Date"] });
    const codes: number[] = [];
    for (let n = 0; n < 70; n++) {
      const body = { emoji: "👍", on: n % 2 === 0 };
      codes.push((await bea.ask("POST", `${path(channel.id)}/messages/${id}/reactions`, { body })).status);
    }
    // What changes nothing, as every second of the last ones, takes no allowance.
    expect(codes.slice(0, 60)).toEqual(Array(60).fill(200));
    expect(codes.slice(60)).toContain(429);
    const kept: { head: { rev: number } } = await (await bea.ask("GET", `${path(channel.id)}/messages`)).json();
    expect(kept.head.rev).toBe(61);
    // Somebody else's allowance, and that for new messages, are untouched.
    expect((await ada.ask("PATCH", `${path(channel.id)}/messages/${id}`, { body: { text: "again" } })).status).toBe(
      200,
    );
    await bea.post(channel.id, "still talking");
    vi.setSystemTime(Date.now() + 1_000);
    const seat = await bea.join(channel.id);
    await welcomed(seat);
    for (let n = 0; n < 22; n++) seat.send({ type: "react", id, emoji: "🎉", on: n % 2 === 0 });
    const refusal = await seat.next("error");
    expect(refusal).toMatchObject({ code: "rate_limited", command: "react", id });
    expect(refusal.retryAfterMs).toBeGreaterThan(0);
  });

  test("three people who flood a channel with reactions make nobody else's message busy", async () => {
    const { id } = await ada.post(channel.id, "react to me");
    const noisy = await Promise.all([1, 2, 3].map((n) => arrive(`Noisy ${n} ${channel.id}`)));
    vi.useFakeTimers({ toFake: ["Date"] });
    for (const one of noisy) {
      for (let n = 0; n < 100; n++) {
        const body = { emoji: "👍", on: n % 2 === 0 };
        await one.ask("POST", `${path(channel.id)}/messages/${id}/reactions`, { body });
      }
    }
    for (let n = 0; n < 10; n++) await bea.post(channel.id, `undisturbed ${n}`);
  });

  test("reactions and edits of a direct conversation's newest message are no call each", async () => {
    const opened = await ada.ask("POST", "/api/directs", { body: { person: bea.person.id } });
    const direct: Channel = await opened.json();
    const report = vi.spyOn(People.prototype, "receiveFromChannel");
    const { id } = await ada.post(direct.id, "newest");
    for (let n = 0; n < 25; n++) {
      const body = { emoji: "👍", on: n % 2 === 0 };
      expect((await bea.ask("POST", `${path(direct.id)}/messages/${id}/reactions`, { body })).status).toBe(200);
      const edit = await ada.ask("PATCH", `${path(direct.id)}/messages/${id}`, { body: { text: `words ${n}` } });
      expect(edit.status).toBe(200);
    }
    expect(report.mock.calls.length).toBeLessThan(6);
  });
});

describe("limits by address count what an attacker has few of", () => {
  test("wrong owner codes from one IPv6 /64 are counted together; another network is not touched", async () => {
    const site = { OWNER_CODE: "the code" };
    const attempt = (address: string) =>
      ada.ask(
        "POST",
        "/api/session/owner",
        { body: { code: "wrong" }, headers: { "CF-Connecting-IP": address } },
        site,
      );
    const codes: number[] = [];
    for (let n = 0; n < 61; n++)
      codes.push((await attempt(`2001:db8:1:2:${n.toString(16)}::${n.toString(16)}`)).status);
    expect(codes).toEqual([...Array(60).fill(403), 429]);
    expect((await attempt("2001:db8:1:3::1")).status).toBe(403);
    expect((await attempt("192.0.2.7")).status).toBe(403);
  });

  test.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:0001:0002::", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:db8:1::2:3:4:5", "2001:db8:1:0::/64"],
    ["1::2:3:4:5:6:7", "1:0:2:3::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["something else", "something else"],
  ])("%s counts as %s", (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});

describe("an object that cannot keep up is answered for calmly", () => {
  /** An object that fails every call so, and how often it was called. */
  function failing(about: object) {
    const calls = { count: 0 };
    const fail = () => {
      calls.count++;
      return Promise.reject(Object.assign(new Error("the object cannot take it"), about));
    };
    const stub = new Proxy({}, { get: (_, name) => (name === "then" ? undefined : fail) });
    const namespace = new Proxy({}, { get: () => () => stub }) as unknown as DurableObjectNamespace<never>;
    return { namespace, calls };
  }

  test.each([
    ["overloaded", { overloaded: true, retryable: true }],
    ["out of reach", { retryable: true }],
  ])("%s: busy with a time to come back, after one call, and no bug in the log", async (_, about) => {
    const bugs = vi.spyOn(console, "error").mockImplementation(() => {});
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const { namespace, calls } = failing(about);
    const body = { id: crypto.randomUUID(), text: "words" };
    const ways = [
      () => ada.ask("POST", `${path(channel.id)}/messages`, { body }, { CHANNEL: namespace }),
      () => ada.ask("GET", `${path(channel.id)}/messages`, {}, { CHANNEL: namespace }),
      () => ada.ask("GET", `${path(channel.id)}/socket`, { headers: { Upgrade: "websocket" } }, { CHANNEL: namespace }),
      () => ada.ask("GET", "/api/channels", {}, { PEOPLE: namespace }),
      () => ada.ask("DELETE", "/api/session", {}, { PEOPLE: namespace }),
      () => ask("POST", "/api/session", { body: { name: "Nobody yet" } }, { DIRECTORY: namespace }),
    ];
    for (const [at, way] of ways.entries()) {
      const answer = await way();
      expect(Number(answer.headers.get("Retry-After"))).toBeGreaterThan(0);
      expect(await problemOf(answer)).toEqual({ status: 503, code: "busy" });
      expect(calls.count).toBe(at + 1);
    }
    expect(bugs).not.toHaveBeenCalled();
    expect((await ada.ask("DELETE", "/api/session")).status).toBe(204); // and may be done again
  });

  test("a channel that finds every check too old is busy, for requests and sockets alike", async () => {
    const stale = { kind: "stale", at: Date.now() };
    const stub = {
      command: async () => stale,
      fetch: async () => new Response(String(stale.at), { status: 425 }),
    };
    const namespace = { getByName: () => stub } as unknown as DurableObjectNamespace<never>;
    const body = { id: crypto.randomUUID(), text: "words" };
    const answers = [
      await ada.ask("POST", `${path(channel.id)}/messages`, { body }, { CHANNEL: namespace }),
      await ada.ask("GET", `${path(channel.id)}/socket`, { headers: { Upgrade: "websocket" } }, { CHANNEL: namespace }),
    ];
    for (const answer of answers) expect(await problemOf(answer)).toEqual({ status: 503, code: "busy" });
  });

  test("a mention whose way to the shard broke off is told again, once", async () => {
    const watcher = await bea.watch();
    await watcher.next("directory");
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const hear = vi.spyOn(People.prototype, "receiveFromChannel").mockRejectedValueOnce(new Error("broken off"));
    const { id } = await ada.post(channel.id, `hello <@${bea.person.id}>`);
    const told = await watcher.next("mention");
    expect(told.message.id).toBe(id);
    expect(hear.mock.calls.length).toBeGreaterThan(1);
    await evictDurableObject(env.CHANNEL.getByName(channel.epoch));
    await letTimePass(env.CHANNEL.getByName(channel.epoch), Date.now() + 60_000);
    await watcher.until("what was said after", () => watcher.frames.some(({ type }) => type === "activity"));
    expect(watcher.frames.filter(({ type }) => type === "mention")).toHaveLength(1);
  });

  test("what cannot be told for minutes is told by the alarm in the end, also where the object forgot it meanwhile", async () => {
    const watcher = await bea.watch();
    await watcher.next("directory");
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const hear = vi.spyOn(People.prototype, "receiveFromChannel").mockRejectedValue(new Error("out of reach"));
    const { id } = await ada.post(channel.id, `hello <@${bea.person.id}>`);
    await vi.waitFor(() => expect(hear).toHaveBeenCalledTimes(2), { timeout: 8_000 });
    await evictDurableObject(env.CHANNEL.getByName(channel.epoch));
    hear.mockRestore();
    await letTimePass(env.CHANNEL.getByName(channel.epoch), Date.now() + 60_000);
    expect((await watcher.next("mention")).message.id).toBe(id);
  });

  test("what the object throws as a bug is one, with a reference and without a stack", async () => {
    const bugs = vi.spyOn(console, "error").mockImplementation(() => {});
    const answer = await ada.ask("GET", "/api/channels", {}, { PEOPLE: failing({}).namespace });
    const { status, code } = await problemOf(answer.clone());
    expect({ status, code }).toEqual({ status: 500, code: "internal" });
    expect(await answer.text()).not.toMatch(/Error:|at /);
    expect(bugs).toHaveBeenCalledTimes(1);
  });
});

describe("who is shown is there", () => {
  /** Opens a socket that never answers a close frame: a phone that lost its network. */
  async function deaf(somebody: Somebody, where: string): Promise<void> {
    const answer = await somebody.ask("GET", where, { headers: { Upgrade: "websocket" } });
    answer.webSocket?.accept({ allowHalfOpen: true });
  }

  test("a session that ended while its phone was deaf is neither here nor online, also after sleep", async () => {
    const link: { url: string } = await (await ada.ask("POST", "/api/session/links")).json();
    expect(link.url).toContain("#link="); // a second device keeps the name
    const token = link.url.split("#link=")[1];
    await bea.ask("GET", "/api/session");
    const { redeemed } = { redeemed: await redeem(token ?? "") };
    await deaf(ada, `${path(channel.id)}/socket`);
    await deaf(ada, "/api/directory/socket");
    expect((await ada.ask("DELETE", "/api/session")).status).toBe(204);
    await evictDurableObject(env.CHANNEL.getByName(channel.epoch), { webSockets: "hibernate" });
    await evictDurableObject(env.PEOPLE.getByName("0"), { webSockets: "hibernate" });
    const seat = await bea.join(channel.id);
    expect((await welcomed(seat)).here).toEqual({ count: 1, people: [bea.person] });
    const found = await bea.ask("GET", `/api/people?q=${encodeURIComponent(ada.person.name)}`);
    expect(await found.json()).toEqual({ people: [{ ...ada.person, online: false }] });
    expect(redeemed).toBe(200);
    const sockets = await runInDurableObject(
      env.CHANNEL.getByName(channel.epoch),
      (_, state) => state.getWebSockets().length,
    );
    expect(sockets).toBe(2); // the deaf one is still listed by the platform
  });

  async function redeem(token: string): Promise<number> {
    const { default: worker } = await import("../../../worker/index.ts");
    const request = new Request("https://flack.test/api/session/redeem", {
      method: "POST",
      body: JSON.stringify({ token }),
    });
    return (await worker.fetch(request, env, createExecutionContext())).status;
  }

  test("of 130 people who leave at once each is told of, a hundred a frame", async () => {
    const watcher = await bea.join(channel.id);
    await welcomed(watcher);
    const crowd = await Promise.all(Array.from({ length: 130 }, (_, n) => arrive(`C${n} ${channel.id}`)));
    const seats = await Promise.all(crowd.map((one) => one.join(channel.id)));
    await watcher.next("here", ({ count }) => count === 131);
    for (const seat of seats) seat.close();
    await watcher.next("here", ({ count }) => count === 1);
    const left = () => watcher.frames.flatMap((frame) => (frame.type === "here" ? frame.left.map(({ id }) => id) : []));
    await watcher.until("all to be told of", () => new Set(left()).size === 130);
    for (const frame of watcher.frames) if (frame.type === "here") expect(frame.left.length).toBeLessThanOrEqual(100);
    expect(new Set(left())).toEqual(new Set(crowd.map(({ person }) => person.id)));
  });
});

test("while nothing can be told, no more than ten thousand comings and goings are remembered", () => {
  const presence = new Presence([]);
  for (let n = 0; n < 10_050; n++) {
    const socket = {};
    presence.enter(socket, { id: `person ${n}`, name: `${n}` });
    presence.leave(socket);
  }
  const { left } = presence.takeChanges();
  expect(left).toHaveLength(10_000);
  expect(left[0]?.id).toBe("person 50");
});

test("an upload that is begun twice, since the first answer was lost, is one upload", async () => {
  const seat = {
    person: ada.person,
    session: "a-session",
    version: 0,
    isOwner: false,
    shards: 1,
    channel,
    checkedAt: Date.now() + 1_000,
  };
  const object = env.CHANNEL.getByName(channel.epoch);
  expect(await object.beginUpload(seat, "an-upload")).toMatchObject({ kind: "done" });
  expect(await object.beginUpload(seat, "an-upload")).toMatchObject({ kind: "done" });
  const file = await object.completeUpload(seat, "an-upload", { name: "x", type: "x", size: 1 });
  expect(file).toMatchObject({ kind: "file" });
});

test.each([
  ["\u200b", "file"],
  ["\u200b\u2060", "file"],
  ["..\u200b..", "file"],
  ["\u2800", "file"],
  [" \u00ad ", "file"],
  ["\u200b.pdf", "file.pdf"],
  ["..", "file"],
  [".\u200b", "file"],
  ["a.\u200b", "a"],
  [".gitignore", ".gitignore"],
  ["a\u200cb.txt", "a\u200cb.txt"],
])("an upload named %j is called %j", async (name, called) => {
  const answer = await ada.ask("POST", `${path(channel.id)}/attachments?name=${encodeURIComponent(name)}`, {
    body: new Uint8Array([1]),
    headers: { "Content-Length": "1" },
  });
  expect(await answer.json()).toMatchObject({ name: called });
});

describe("apostrophes that phones type are apostrophes", () => {
  test.each(["O’Brien", "O‘Brien", "Oʼ Brien", "D’Angelo", "Nguyễn ’t Hooft"])("%s", async (name) => {
    const folded = foldDisplayName(name);
    expect(folded).toEqual({ ok: true, name: name.replace(/[’‘ʼ]/u, "'") });
  });

  test("and two names that differ by them alone are one name", async () => {
    const name = `O’B${channel.id}`;
    const person = await arrive(name);
    expect(person.person.name).toBe(`O'B${channel.id}`);
    const again = await ada.ask("POST", "/api/session", { body: { name: `O'B${channel.id}` } });
    expect(await problemOf(again)).toEqual({ status: 409, code: "name_taken" });
  });
});
