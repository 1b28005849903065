/** A channel's own rules: who may write, how often, how long it is kept, and what is pinned. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { WindowAnswer } from "../../../worker/protocol/answers.ts";
import type { Channel, Message, Pin } from "../../../worker/protocol/things.ts";
import { arrive, freshName, path, problemOf, type Somebody, twoInAChannel } from "../people.ts";

const HOUR_MS = 3_600_000;

let ada: Somebody;
let bea: Somebody;
let channel: Channel;

beforeEach(async () => {
  ({ ada, bea, channel } = await twoInAChannel());
});

afterEach(() => {
  vi.useRealTimers();
});

function change(who: Somebody, body: object, id = channel.id): Promise<Response> {
  return who.ask("PATCH", path(id), { body });
}

function post(who: Somebody, text = "words"): Promise<Response> {
  return who.ask("POST", `${path(channel.id)}/messages`, { body: { id: crypto.randomUUID(), text } });
}

async function windowOf(who: Somebody, id = channel.id): Promise<WindowAnswer> {
  return (await who.ask("GET", `${path(id)}/messages`)).json();
}

async function owner(): Promise<Somebody> {
  const olga = await arrive(`Olga ${freshName()}`);
  await olga.ask("POST", "/api/session/owner", { body: { code: "c" } }, { OWNER_CODE: "c" });
  return olga;
}

/** Lets so much time pass (ms), and the channel's alarm run. */
async function pass(ms: number): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
  await runDurableObjectAlarm(env.CHANNEL.getByName(channel.epoch));
}

describe("a rule", () => {
  test("is set and removed by the creator, or an owner in a public channel, and stands in every list", async () => {
    const beas = await bea.watch();
    expect(await problemOf(await change(bea, { slowMs: 1_000 }))).toEqual({ status: 403, code: "forbidden" });
    const answer = await change(ada, { posting: "creator", slowMs: 5_000, keepMs: HOUR_MS });
    expect(await answer.json()).toMatchObject({ posting: "creator", slowMs: 5_000, keepMs: HOUR_MS });
    expect((await beas.next("channel")).channel).toMatchObject({ posting: "creator", slowMs: 5_000, keepMs: HOUR_MS });
    const none = await change(await owner(), { posting: "everyone", slowMs: 0, keepMs: 0 });
    const channelAfter: Channel = await none.json();
    expect([channelAfter.posting, channelAfter.slowMs, channelAfter.keepMs]).toEqual([undefined, undefined, undefined]);
  });

  test("out of range or of another kind is a bad request, and nothing changes", async () => {
    const bad = [
      { slowMs: 3_600_001 },
      { slowMs: -1 },
      { slowMs: 1.5 },
      { keepMs: HOUR_MS - 1 },
      { keepMs: 365 * 24 * HOUR_MS + 1 },
      { keepMs: "1h" },
      { posting: "nobody" },
      {},
    ];
    for (const body of bad)
      expect(await problemOf(await change(ada, body))).toEqual({ status: 400, code: "bad_request" });
    expect(await (await ada.ask("GET", "/api/channels")).json()).toMatchObject({});
    expect((await post(bea)).status).toBe(201);
  });

  test("of a private channel is its creator's alone; in a direct conversation either says how long it is kept", async () => {
    const members = [bea.person.id];
    const made: Channel = await (
      await ada.ask("POST", "/api/channels", { body: { name: "plans", private: true, members } })
    ).json();
    expect(await problemOf(await change(bea, { keepMs: HOUR_MS }, made.id))).toEqual({
      status: 403,
      code: "forbidden",
    });
    expect((await change(ada, { keepMs: HOUR_MS }, made.id)).status).toBe(200);
    const two: Channel = await (await ada.ask("POST", "/api/directs", { body: { person: bea.person.id } })).json();
    expect(await problemOf(await change(bea, { slowMs: 1_000 }, two.id))).toEqual({ status: 403, code: "forbidden" });
    expect((await change(bea, { keepMs: HOUR_MS }, two.id)).status).toBe(200);
    expect(await (await ada.join(two.id)).next("welcome")).toMatchObject({ rules: { keepMs: HOUR_MS } });
  });
});

describe("posting by the creator alone", () => {
  test("refuses others with read_only; their reactions, edits and deletions stay; owners may write", async () => {
    const before: Message = await (await post(bea, "before")).json();
    await change(ada, { posting: "creator" });
    expect(await problemOf(await post(bea))).toEqual({ status: 403, code: "read_only" });
    const seat = await bea.join(channel.id);
    seat.send({ type: "send", id: crypto.randomUUID(), text: "by socket" });
    expect(await seat.next("error")).toMatchObject({ code: "read_only", command: "send" });
    expect((await post(ada)).status).toBe(201);
    expect((await post(await owner())).status).toBe(201);
    const reaction = { emoji: "👍", on: true };
    const at = `${path(channel.id)}/messages/${before.id}`;
    expect((await bea.ask("POST", `${at}/reactions`, { body: reaction })).status).toBe(200);
    expect((await bea.ask("PATCH", at, { body: { text: "edited" } })).status).toBe(200);
    expect((await bea.ask("DELETE", at)).status).toBe(204);
  });

  test("acknowledges a message that was sent before", async () => {
    const body = { id: crypto.randomUUID(), text: "sent" };
    await bea.ask("POST", `${path(channel.id)}/messages`, { body });
    await change(ada, { posting: "creator" });
    expect((await bea.ask("POST", `${path(channel.id)}/messages`, { body })).status).toBe(200);
  });
});

describe("slow mode", () => {
  test("lets time pass between two messages of one person, also deleted ones, and says how much", async () => {
    await change(ada, { slowMs: 60_000 });
    const first: Message = await (await post(bea)).json();
    await bea.ask("DELETE", `${path(channel.id)}/messages/${first.id}`);
    const refused = await post(bea);
    const body: { code: string; retryAfterMs: number } = await refused.json();
    expect([refused.status, body.code]).toEqual([429, "slow_mode"]);
    expect(body.retryAfterMs).toBeGreaterThan(50_000);
    expect(body.retryAfterMs).toBeLessThanOrEqual(60_000);
    expect((await post(ada)).status).toBe(201);
    expect((await post(ada)).status).toBe(201);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_001 });
    expect((await post(bea)).status).toBe(201);
  });
});

describe("a channel that keeps messages for an hour", () => {
  test("lets go of text, files and pins of what is older, and tells everyone what is the oldest", async () => {
    await change(ada, { keepMs: HOUR_MS });
    const uploaded = await ada.ask("POST", `${path(channel.id)}/attachments?name=a.txt`, { body: "bytes" });
    const { id: fileId }: { id: string } = await uploaded.json();
    const old = { id: crypto.randomUUID(), text: "old words", attachments: [fileId] };
    await ada.ask("POST", `${path(channel.id)}/messages`, { body: old });
    await ada.ask("POST", `${path(channel.id)}/pins`, { body: { messageId: old.id } });
    const seat = await bea.join(channel.id);
    await pass(HOUR_MS + 1_000);
    expect((await seat.next("messages")).oldestSeq).toBe(2);
    await ada.post(channel.id, "new words");
    expect(await windowOf(bea)).toMatchObject({ head: { seq: 2 }, oldestSeq: 2, messages: [{ text: "new words" }] });
    expect((await ada.ask("GET", `${path(channel.id)}/attachments/${fileId}`)).status).toBe(404);
    const { pins }: { pins: Pin[] } = await (await ada.ask("GET", `${path(channel.id)}/pins`)).json();
    expect(pins).toEqual([]);
    const rows = await runInDurableObject(env.CHANNEL.getByName(channel.epoch), (_, { storage }) =>
      JSON.stringify(storage.sql.exec("SELECT * FROM slots").toArray()),
    );
    expect(rows).not.toContain("old words");
  });

  test("keeps numbers and ids: after a sleep the next message is the next, and an old id is known", async () => {
    await change(ada, { keepMs: HOUR_MS });
    const old = await ada.post(channel.id, "old words");
    await ada.post(channel.id, "also old");
    await pass(HOUR_MS + 1_000);
    vi.useRealTimers();
    await evictDurableObject(env.CHANNEL.getByName(channel.epoch));
    expect(await windowOf(ada)).toMatchObject({ head: { seq: 2 }, oldestSeq: 3, messages: [] });
    const again = { id: old.id, text: "old words" };
    const answer = await ada.ask("POST", `${path(channel.id)}/messages`, { body: again });
    expect(await problemOf(answer)).toEqual({ status: 409, code: "already_sent" });
    expect((await ada.post(channel.id, "next")).seq).toBe(3);
    const welcome = await (await bea.join(channel.id)).next("welcome");
    expect(welcome).toMatchObject({ oldestSeq: 3, head: { seq: 3 } });
  });

  test("counts nothing below as unread", async () => {
    await change(ada, { keepMs: HOUR_MS });
    const isOld = ({ id, oldestSeq }: { readonly id: string; readonly oldestSeq?: number }) =>
      id === channel.id && oldestSeq === 2;
    const beas = await bea.watch();
    await ada.post(channel.id, "old words");
    await pass(HOUR_MS + 1_000);
    const told = await beas.next("activity", ({ channels }) => channels.some(isOld));
    expect(told.channels.find(isOld)).toMatchObject({ seq: 1 });
    const { channels } = await (await bea.watch()).next("directory");
    expect(channels.find(({ id }) => id === channel.id)).toMatchObject({ seq: 1, oldestSeq: 2 });
  });
});

describe("pins", () => {
  const at = (id = "") => `${path(channel.id)}/pins${id && `/${id}`}`;

  async function pin(who: Somebody, messageId: string): Promise<Response> {
    return who.ask("POST", at(), { body: { messageId } });
  }

  async function pinned(who: Somebody): Promise<readonly Pin[]> {
    const { pins }: { pins: Pin[] } = await (await who.ask("GET", at())).json();
    return pins;
  }

  test("are copies that everyone hears of, follow the edits of their message and go with its deletion", async () => {
    const seat = await bea.join(channel.id);
    const message = await ada.post(channel.id, "the plan");
    expect((await pin(bea, message.id)).status).toBe(201);
    expect((await pin(ada, message.id)).status).toBe(200);
    const { pins } = await seat.next("pins");
    expect(pins).toMatchObject([
      { messageId: message.id, author: ada.person, text: "the plan", sentAt: message.sentAt, pinnedBy: bea.person },
    ]);
    await ada.ask("PATCH", `${path(channel.id)}/messages/${message.id}`, { body: { text: "another plan" } });
    await seat.next("pins", (frame) => frame.pins[0]?.text === "another plan");
    expect((await (await ada.join(channel.id)).next("welcome")).pins).toMatchObject([{ text: "another plan" }]);
    await ada.ask("DELETE", `${path(channel.id)}/messages/${message.id}`);
    await seat.next("pins", (frame) => frame.pins.length === 0);
    expect(await pinned(bea)).toEqual([]);
  });

  test("stay when their message leaves the window by number, and through a sleep", async () => {
    const message = await ada.post(channel.id, "the plan");
    await pin(ada, message.id);
    await runInDurableObject(env.CHANNEL.getByName(channel.epoch), () => {});
    for (let n = 0; n < 10; n++) {
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 20_000 });
      for (let m = 0; m < 10; m++) await ada.post(channel.id, "more");
    }
    vi.useRealTimers();
    expect((await windowOf(ada)).messages).toHaveLength(100);
    await evictDurableObject(env.CHANNEL.getByName(channel.epoch));
    expect(await pinned(bea)).toMatchObject([{ messageId: message.id, text: "the plan" }]);
    expect((await bea.ask("DELETE", at(message.id))).status).toBe(204);
    expect(await pinned(bea)).toEqual([]);
    expect((await bea.ask("DELETE", at(message.id))).status).toBe(204);
  });

  test("are ten at most, also when two people pin the eleventh", async () => {
    const messages: Message[] = [];
    for (let n = 0; n < 6; n++) {
      messages.push(await ada.post(channel.id, `a${n}`));
      messages.push(await bea.post(channel.id, `b${n}`));
    }
    for (const { id } of messages.slice(0, 9)) await pin(ada, id);
    const [one, other] = await Promise.all([pin(ada, messages[9]?.id ?? ""), pin(bea, messages[10]?.id ?? "")]);
    const outcomes = await Promise.all(
      [one, other].map(async (answer) => (answer.ok ? "pinned" : (await problemOf(answer)).code)),
    );
    expect(outcomes.sort()).toEqual(["pinned", "too_many"]);
    expect(await pinned(ada)).toHaveLength(10);
  });

  test("are the creator's and owners' where posting is; and of messages that are there", async () => {
    const message = await bea.post(channel.id, "words");
    await change(ada, { posting: "creator" });
    expect(await problemOf(await pin(bea, message.id))).toEqual({ status: 403, code: "forbidden" });
    expect((await pin(await owner(), message.id)).status).toBe(201);
    expect(await problemOf(await bea.ask("DELETE", at(message.id)))).toEqual({ status: 403, code: "forbidden" });
    expect(await problemOf(await pin(ada, crypto.randomUUID()))).toEqual({ status: 404, code: "not_found" });
    expect(await problemOf(await pin(ada, "no-id"))).toEqual({ status: 400, code: "bad_request" });
  });
});
