/** Which messages are pushed to devices whose app is closed, and what becomes of those that cannot be. The services are stood in for. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Feed } from "../../../worker/people/feed.ts";
import type { FeedState } from "../../../worker/people/feed-state.ts";
import type { PreferenceStore } from "../../../worker/people/preferences.ts";
import { Pushes } from "../../../worker/people/pushes.ts";
import type { PushReason, Retry, Subscriptions } from "../../../worker/people/subscriptions.ts";
import type { PushOutcome } from "../../../worker/platform/push-service.ts";
import type { Schedule } from "../../../worker/platform/schedule.ts";
import { shardOf } from "../../../worker/platform/shard-id.ts";
import type { Channel } from "../../../worker/protocol/things.ts";
import { arrive, ask, freshName, makeBot, path, problemOf, type Somebody } from "../people.ts";

/** A device of the documentation of RFC 8291: keys that a browser could have made. */
const KEYS = {
  p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
  auth: "BTBZMqHH6r4Tts7J_aSIgg",
};
/** Longer than a push may take. */
const QUIET_MS = 2_500;
const OTHER_DEVICE = "https://fcm.googleapis.com/fcm/send/other";

let name: string;
let ada: Somebody;
let bea: Somebody;
let channel: Channel;
let device: string;
/** What came to the services: by address, in the order it came. */
let sent: { readonly url: string; readonly headers: Headers }[];
let answers: (() => Response | Promise<Response>)[];

beforeEach(async () => {
  name = freshName();
  [ada, bea] = await Promise.all([arrive(`Ada ${name}`), arrive(`Bea ${name}`)]);
  channel = await ada.makeChannel(name);
  device = address();
  sent = [];
  answers = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    sent.push({ url: String(input), headers: new Headers(init?.headers) });
    return answers.shift()?.() ?? new Response(null, { status: 201 });
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function address(): string {
  return `https://fcm.googleapis.com/fcm/send/${crypto.randomUUID()}`;
}

function subscribe(who: Somebody, endpoint = device, keys: object = KEYS): Promise<Response> {
  return who.ask("PUT", "/api/push/subscription", { body: { endpoint, expirationTime: null, keys } });
}

async function direct(from: Somebody, to: Somebody): Promise<string> {
  const answer = await from.ask("POST", "/api/directs", { body: { person: to.person.id } });
  return (await answer.json<Channel>()).id;
}

const pushed = (n = 1) => vi.waitUntil(() => sent.length >= n, { timeout: 5_000 });
/** Nothing comes for longer than a push may take. */
async function nothing(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  expect(sent).toEqual([]);
}

describe("a device", () => {
  test("is subscribed with the site's key, which stays the same", async () => {
    const { key }: { key: string } = await (await bea.ask("GET", "/api/push")).json();
    expect(key).toMatch(/^B[\w-]{86}$/);
    expect(await (await ada.ask("GET", "/api/push")).json()).toEqual({ key });
    expect((await subscribe(bea)).status).toBe(204);
    expect((await (await bea.watch()).next("directory")).push).toBe(true);
    expect((await (await ada.watch()).next("directory")).push).toBe(false);
  });

  test.each([
    ["plain http", "http://fcm.googleapis.com/fcm/send/x"],
    ["another host", "https://push.example/x"],
    ["a host that only ends alike", "https://evilfcm.googleapis.com/x"],
    ["a host that only begins alike", "https://fcm.googleapis.com.evil.example/x"],
    ["an address by number", "https://127.0.0.1/x"],
    ["a name and a password", "https://a:b@fcm.googleapis.com/x"],
    ["another port", "https://fcm.googleapis.com:8443/x"],
    ["no address", "nonsense"],
    ["a very long one", `https://fcm.googleapis.com/${"x".repeat(1_100)}`],
  ])("with %s is no subscription", async (_, endpoint) => {
    expect(await problemOf(await subscribe(bea, endpoint))).toEqual({ status: 422, code: "invalid_subscription" });
  });

  test("with keys that are none is no subscription, and without fields no request", async () => {
    for (const keys of [
      { ...KEYS, p256dh: "AAAA" },
      { ...KEYS, auth: "x" },
    ])
      expect(await problemOf(await subscribe(bea, device, keys))).toEqual({
        status: 422,
        code: "invalid_subscription",
      });
    const empty = await bea.ask("PUT", "/api/push/subscription", { body: {} });
    expect(await problemOf(empty)).toEqual({ status: 400, code: "bad_request" });
  });

  test("may be one of a service that the site names", async () => {
    const body = { endpoint: "http://127.0.0.1:9999/x", keys: KEYS };
    const named = await bea.ask("PUT", "/api/push/subscription", { body }, { PUSH_HOSTS: "http://127.0.0.1:9999" });
    expect(named.status).toBe(204);
  });

  test("belongs to who registered it last, whatever shard the former person is in", async () => {
    await subscribe(bea);
    await subscribe(ada);
    await ada.post(await direct(ada, bea), "for Bea");
    await nothing();
  });

  test("takes none after it was taken back, or its session has ended", async () => {
    const other = address();
    await subscribe(bea);
    const { code }: { code: string } = await (await bea.ask("POST", "/api/session/recovery")).json();
    expect(code).toBeDefined();
    expect((await bea.ask("DELETE", "/api/push/subscription", { body: { endpoint: device } })).status).toBe(204);
    await subscribe(bea, other);
    const to = await direct(ada, bea);
    await bea.ask("DELETE", "/api/session");
    await ada.post(to, "for nobody's device");
    await nothing();
  });

  test("is one of ten: the oldest goes", async () => {
    const devices = Array.from({ length: 11 }, address);
    for (const endpoint of devices) {
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 1_000 });
      await subscribe(bea, endpoint);
    }
    vi.useRealTimers();
    await ada.post(await direct(ada, bea), "to all");
    await pushed(10);
    expect(new Set(sent.map(({ url }) => url))).toEqual(new Set(devices.slice(1)));
  });
});

test("a site may send none", async () => {
  for (const [method, at] of [
    ["GET", "/api/push"],
    ["POST", "/api/push/test"],
  ] as const)
    expect(await problemOf(await bea.ask(method, at, {}, { PUSH: "off" }))).toEqual({ status: 503, code: "push_off" });
});

test("bots have no devices", async () => {
  const { bot } = await makeBot(ada);
  expect(await problemOf(await subscribe(bot))).toEqual({ status: 403, code: "forbidden" });
});

describe("is pushed", () => {
  beforeEach(async () => {
    await subscribe(bea);
  });

  test("a direct message, with high urgency, one of a conversation in place of another", async () => {
    const id = await direct(ada, bea);
    await ada.post(id, "one");
    await ada.post(id, "two");
    await pushed();
    const [first] = sent;
    expect(first?.url).toBe(device);
    expect(Object.fromEntries(first?.headers ?? [])).toMatchObject({
      ttl: "3600",
      urgency: "high",
      "content-encoding": "aes128gcm",
      authorization: expect.stringMatching(/^vapid t=.+, k=B.+/),
    });
    expect(first?.headers.get("topic")).toMatch(/^[\w-]{22}$/);
    expect(sent).toHaveLength(1);
  });

  test.each([
    ["a mention", () => ada.post(channel.id, `<@${bea.person.id}> look`)],
    [
      "a reply",
      async () => {
        const { id } = await bea.post(channel.id, "mine");
        await ada.ask("POST", `${path(channel.id)}/messages`, {
          body: { id: crypto.randomUUID(), text: "yes", replyTo: id },
        });
      },
    ],
    [
      "a message in a group",
      async () => {
        const cem = await arrive(`Cem ${name}`);
        const group = await ada.ask("POST", "/api/directs", { body: { people: [bea.person.id, cem.person.id] } });
        await ada.post((await group.json<Channel>()).id, "hello all");
      },
    ],
  ])("%s", async (_, act) => {
    await act();
    await pushed();
  });

  test("everything in a channel where that is wanted, with normal urgency", async () => {
    await bea.ask("PUT", `${path(channel.id)}/preferences`, { body: { notify: "all" } });
    await ada.post(channel.id, "for everyone");
    await pushed();
    expect(sent[0]?.headers.get("urgency")).toBe("normal");
  });

  test("a test, once in ten seconds", async () => {
    expect((await bea.ask("POST", "/api/push/test")).status).toBe(202);
    expect(await problemOf(await bea.ask("POST", "/api/push/test"))).toEqual({ status: 429, code: "rate_limited" });
    expect(sent).toHaveLength(1);
  });
});

describe("is not pushed", () => {
  let id: string;

  beforeEach(async () => {
    await subscribe(bea);
    id = await direct(ada, bea);
  });

  test.each<[string, () => Promise<unknown>]>([
    ["an own message", () => bea.post(id, "from myself")],
    ["a message of a channel, unless that is wanted", () => ada.post(channel.id, "just talk")],
    [
      "what is deleted in time",
      async () => {
        const { id: message } = await ada.post(id, "oh no");
        await ada.ask("DELETE", `${path(id)}/messages/${message}`);
      },
    ],
    [
      "what is read in time",
      async () => {
        const seat = await bea.watch();
        await seat.next("directory");
        const { seq } = await ada.post(id, "seen");
        seat.send({ type: "read", channels: [{ id, seq }] });
      },
    ],
    [
      "what comes while a window is in front",
      async () => {
        const seat = await bea.watch();
        await seat.next("directory");
        seat.send({ type: "visible", on: true });
        await seat.next("activity", () => true).catch(() => {});
        await ada.post(id, "you see this");
      },
    ],
    [
      "during a pause",
      async () => {
        await bea.ask("PUT", "/api/push/pause", { body: { until: Date.now() + 60_000 } });
        await ada.post(id, "later");
      },
    ],
    [
      "of a muted conversation",
      async () => {
        await bea.ask("PUT", `${path(id)}/preferences`, { body: { notify: "nothing" } });
        await ada.post(id, "quiet");
      },
    ],
    [
      "of a person who is blocked",
      async () => {
        await bea.ask("PUT", `/api/people/${ada.person.id}/block`);
        await ada.post(id, "hello?");
        await ada.post(channel.id, `<@${bea.person.id}>`);
      },
    ],
  ])(
    "%s",
    async (_, act) => {
      await act();
      await nothing();
    },
    30_000,
  );

  test("what comes after a pause is", async () => {
    await bea.ask("PUT", "/api/push/pause", { body: { until: Date.now() + 60_000 } });
    expect((await (await bea.watch()).next("directory")).pausedUntil).toBeGreaterThan(Date.now());
    await bea.ask("PUT", "/api/push/pause", { body: { until: null } });
    await ada.post(id, "now");
    await pushed();
  });

  test("a window that is no longer in front hides nothing", async () => {
    const seat = await bea.watch();
    await seat.next("directory");
    seat.send({ type: "visible", on: true });
    seat.send({ type: "visible", on: false });
    await ada.post(id, "now");
    await pushed();
  });
});

describe("when the service answers", () => {
  let id: string;
  const shard = () => env.PEOPLE.getByName(String(shardOf(bea.person.id)));

  beforeEach(async () => {
    await subscribe(bea);
    id = await direct(ada, bea);
  });

  test.each([404, 410])("%d, the device is forgotten", async (status) => {
    answers = [() => new Response(null, { status })];
    await ada.post(id, "one");
    await pushed();
    await ada.post(id, "two");
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    expect(sent).toHaveLength(1);
  });

  test.each([413, 301, 400])("%d, this push is given up, and the next one is sent", async (status) => {
    answers = [() => new Response(null, { status, headers: { location: "https://elsewhere.example/" } })];
    await ada.post(id, "one");
    await pushed();
    await ada.post(id, "two");
    await pushed(2);
    expect(sent.map(({ url }) => url)).toEqual([device, device]);
  });

  test.each<[string, () => Response]>([
    ["429", () => new Response(null, { status: 429 })],
    ["500", () => new Response(null, { status: 500 })],
    [
      "not at all",
      () => {
        throw new TypeError("connection refused");
      },
    ],
  ])("%s, it is tried again, and only if it still stands", async (_, answer) => {
    answers = [answer, answer];
    const { id: message } = await ada.post(id, "one");
    await pushed();
    await vi.waitUntil(async () => runDue(6_000), { timeout: 5_000 });
    expect(sent).toHaveLength(2);
    await ada.ask("DELETE", `${path(id)}/messages/${message}`);
    await vi.waitUntil(async () => runDue(60_000), { timeout: 5_000 });
    expect(sent).toHaveLength(2);
  });

  /** Runs the shard's alarm as if that time (ms) had passed. */
  async function runDue(ms: number): Promise<boolean> {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
    return runDurableObjectAlarm(shard());
  }
});

test("nothing is written when it arrives", async () => {
  await subscribe(bea);
  const id = await direct(ada, bea);
  await ada.post(id, "first");
  await pushed();
  const shard = env.PEOPLE.getByName(String(shardOf(bea.person.id)));
  const rows = () =>
    runInDurableObject(shard, (_, { storage }) => {
      const count = (table: string) => storage.sql.exec<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`).one().n;
      return [count("push_retries"), count("subscriptions")];
    });
  const before = await rows();
  await ada.post(id, "second");
  await pushed(2);
  expect(await rows()).toEqual(before);
});

/**
 * A shard of one person and one conversation, as far as pushes ask it; what stands and what is read is the model's to say.
 * `answer` is what the service of a device says.
 */
function model(answer: (endpoint: string) => Promise<PushOutcome> = async () => "sent") {
  const stands = new Map<number, boolean>();
  const now = { read: 0, isVisible: false, pausedUntil: 0, isChannelAway: false };
  const retries: Retry[] = [];
  const urgencies: string[] = [];
  const texts: unknown[] = [];
  const subscription = { endpoint: device, person: "0-bea", session: "s", origin: "https://flack.test", ...KEYS };
  const message = (seq: number) => ({ id: "m", seq, rev: seq, author: ada.person, sentAt: 0, text: `text ${seq}` });
  const pushes = new Pushes({
    subscriptions: {
      has: () => true,
      of: () => [subscription, { ...subscription, endpoint: OTHER_DEVICE }],
      find: () => subscription,
      deleteRetry: () => {},
      putRetry: (retry: Retry) => retries.push(retry),
      takeRetries: () => retries.splice(0),
      retryDueAt: () => 0,
      keys: () => ({}),
      pausedUntil: () => now.pausedUntil,
    } as unknown as Subscriptions,
    preferences: {
      of: () => ({ channels: { e: { notify: "all" } }, blocked: [] }),
      hasBlocked: () => false,
    } as unknown as PreferenceStore,
    state: {
      hasRead: (_: string, __: string, seq: number) => now.read >= seq,
      placeOf: () => ({ title: "", path: "/" }),
      badgeOf: () => 1,
      personOf: () => ada.person,
    } as unknown as FeedState,
    feed: { sockets: { isVisible: () => now.isVisible } } as unknown as Feed,
    isOff: false,
    push: async ({ endpoint }, _keys, payload, { urgency }) => {
      sent.push({ url: endpoint, headers: new Headers() });
      urgencies.push(urgency);
      texts.push(payload);
      return answer(endpoint);
    },
    schedule: () => ({ update: () => {} }) as unknown as Schedule,
    standing: async (_, asked) => {
      if (now.isChannelAway) throw new Error("out of reach");
      return asked.map(({ seq }) => (stands.get(seq) ? message(seq) : undefined));
    },
  });
  const want = (seq: number, reason: PushReason = "direct") => {
    stands.set(seq, true);
    pushes.want({ person: "0-bea", channel: "d", epoch: "e", seq, reason });
  };
  return { pushes, stands, now, retries, urgencies, texts, want };
}

describe("of what is gathered", () => {
  const gathered = () => vi.advanceTimersByTimeAsync(QUIET_MS);

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });

  test("the newest that stands is pushed", async () => {
    const { want, stands, texts } = model();
    want(1);
    want(2);
    stands.set(2, false);
    await gathered();
    expect(JSON.stringify(texts)).toContain("text 1");
    expect(sent.map(({ url }) => url)).toEqual([device, OTHER_DEVICE]);
  });

  test("a mention counts for more than a message, whichever comes first", async () => {
    for (const reasons of [["all", "mention"] as const, ["mention", "all"] as const]) {
      const { want, urgencies } = model();
      for (const reason of reasons) want(1, reason);
      await gathered();
      expect(urgencies).toEqual(["high", "high"]);
    }
  });

  test("a device that does not answer holds up no other", async () => {
    const { want } = model((endpoint) => (endpoint === device ? new Promise(() => {}) : Promise.resolve("sent")));
    want(1);
    await gathered();
    expect(sent.map(({ url }) => url)).toContain(OTHER_DEVICE);
    want(2);
    await gathered();
    expect(sent.filter(({ url }) => url === OTHER_DEVICE)).toHaveLength(2);
  });

  test("nothing is lost when the channel cannot be asked", async () => {
    const { want, now, retries, pushes } = model();
    now.isChannelAway = true;
    want(1);
    await gathered();
    expect(sent).toEqual([]);
    expect(retries.map(({ seq, endpoint }) => [seq, endpoint])).toEqual([
      [1, device],
      [1, OTHER_DEVICE],
    ]);
    now.isChannelAway = false;
    await pushes.job.run(Date.now());
    expect(sent).toHaveLength(2);
  });

  test("a retry is none any more when something newer was pushed, or the device is another person's", async () => {
    const { want, retries, pushes } = model();
    want(2);
    await gathered();
    sent = [];
    const retry = { endpoint: device, person: "0-bea", channel: "d", epoch: "e", reason: "direct", tries: 1 } as const;
    const until = Date.now() + 60_000;
    retries.push({ ...retry, seq: 1, until }, { ...retry, person: "0-ada", seq: 3, until });
    await pushes.job.run(Date.now());
    expect(sent).toEqual([]);
    expect(retries).toEqual([]);
  });
});

test("over a thousand random histories nothing is pushed that was deleted, read, paused or in sight", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const act = fc.constantFrom("send", "delete", "read", "look", "look away", "pause", "go on", "wait");
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 12 }), async (acts) => {
      const { pushes, stands, now } = model();
      let newest = 0;
      for (const what of [...acts, "wait"]) {
        sent = [];
        if (what === "send") {
          stands.set(++newest, true);
          pushes.want({ person: "0-bea", channel: "d", epoch: "e", seq: newest, reason: "direct" });
        }
        if (what === "delete") stands.set(newest, false);
        if (what === "read") now.read = newest;
        if (what === "look" || what === "look away") now.isVisible = what === "look";
        if (what === "pause" || what === "go on") now.pausedUntil = what === "pause" ? Number.MAX_SAFE_INTEGER : 0;
        if (what !== "wait") continue;
        await vi.advanceTimersByTimeAsync(QUIET_MS);
        const isAnyThere = [...stands].some(([seq, isThere]) => isThere && seq > now.read);
        const isAllowed = isAnyThere && !now.isVisible && now.pausedUntil === 0;
        if (!isAllowed) expect(sent).toEqual([]);
      }
    }),
    { numRuns: 1_000 },
  );
  // And when nothing speaks against it, it is.
  sent = [];
  const { pushes, stands } = model();
  stands.set(1, true);
  pushes.want({ person: "0-bea", channel: "d", epoch: "e", seq: 1, reason: "direct" });
  await vi.advanceTimersByTimeAsync(QUIET_MS);
  expect(sent).toHaveLength(2);
}, 60_000);

test("without a session there is nothing", async () => {
  expect((await ask("GET", "/api/push")).status).toBe(401);
});
