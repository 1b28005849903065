/** What is a person's own: what they want of each conversation, whom they block, their devices, and the code to come back with. */
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { deviceLabel } from "../../../worker/http/device-label.ts";
import {
  inGroups,
  newRecoveryCode,
  readRecoveryCode,
  shardOfRecoveryCode,
} from "../../../worker/http/recovery-code.ts";
import { shardOf } from "../../../worker/platform/shard-id.ts";
import type { Device } from "../../../worker/protocol/occasional-answers.ts";
import type { Channel } from "../../../worker/protocol/things.ts";
import { arrive, ask, cookieOf, freshName, path, problemOf, Somebody } from "../people.ts";

let name: string;
let ada: Somebody;
let bea: Somebody;

beforeEach(async () => {
  name = freshName();
  ada = await arrive(`Ada ${name}`);
  bea = await arrive(`Bea ${name}`);
});

afterEach(() => {
  vi.useRealTimers();
});

function prefer(who: Somebody, channel: string, body: unknown): Promise<Response> {
  return who.ask("PUT", `${path(channel)}/preferences`, { body });
}

async function direct(who: Somebody, other: Somebody): Promise<Channel> {
  return (await who.ask("POST", "/api/directs", { body: { person: other.person.id } })).json();
}

function shardSleeps(who: Somebody): Promise<void> {
  return evictDurableObject(env.PEOPLE.getByName(String(shardOf(who.person.id))));
}

async function firstFrame(who: Somebody) {
  return (await who.watch()).next("directory");
}

describe("what a person wants of a channel", () => {
  test("is told to their other sockets, and is there after a sleep", async () => {
    const channel = await ada.makeChannel(name);
    const adas = await ada.watch();
    expect((await prefer(ada, channel.id, { notify: "nothing", favourite: true })).status).toBe(204);
    const frame = { type: "preferences", channel: channel.id, notify: "nothing", favourite: true };
    expect(await adas.next("preferences")).toEqual(frame);
    await shardSleeps(ada);
    expect((await firstFrame(ada)).preferences).toEqual({ [channel.id]: { notify: "nothing", favourite: true } });
    expect((await firstFrame(bea)).preferences).toEqual({});
    await prefer(ada, channel.id, { favourite: false });
    expect((await firstFrame(ada)).preferences).toEqual({ [channel.id]: { notify: "nothing" } });
    const page: { preferences: unknown } = await (await ada.ask("GET", "/api/channels")).json();
    expect(page.preferences).toEqual({ [channel.id]: { notify: "nothing" } });
  });

  test("is refused for what is not there and what cannot be", async () => {
    expect(await problemOf(await prefer(ada, "nowhere", { hidden: true }))).toEqual({ status: 404, code: "not_found" });
    const channel = await ada.makeChannel(name);
    for (const body of [{ notify: "sometimes" }, { hidden: "yes" }, []])
      expect(await problemOf(await prefer(ada, channel.id, body))).toEqual({ status: 400, code: "bad_request" });
  });

  test("a hidden channel is shown again when it is opened, and when it mentions the person", async () => {
    const channel = await ada.makeChannel(name);
    const adas = await ada.watch();
    await prefer(ada, channel.id, { hidden: true });
    await adas.next("preferences", ({ hidden }) => hidden === true);
    await bea.post(channel.id, "nothing for Ada");
    await bea.post(channel.id, `look, <@${ada.person.id}>`);
    await adas.next("preferences", ({ hidden }) => hidden !== true);
    await prefer(ada, channel.id, { hidden: true });
    await ada.join(channel.id);
    expect((await firstFrame(ada)).preferences).toEqual({});
  });

  test("a hidden direct conversation is shown again when somebody writes in it", async () => {
    const channel = await direct(ada, bea);
    await prefer(ada, channel.id, { hidden: true });
    const adas = await ada.watch();
    expect((await adas.next("directory")).preferences).toEqual({ [channel.id]: { hidden: true } });
    await bea.post(channel.id, "hello");
    await adas.next("preferences", ({ hidden }) => hidden !== true);
  });
});

describe("a reply", () => {
  test("counts like a mention for the author of what it answers, and not for oneself", async () => {
    const channel = await ada.makeChannel(name);
    const [adas, beas] = [await ada.watch(), await bea.watch()];
    const parent = await ada.post(channel.id, "a question");
    const reply = { id: crypto.randomUUID(), text: "an answer", replyTo: parent.id };
    await bea.ask("POST", `${path(channel.id)}/messages`, { body: reply });
    expect(await adas.next("mention")).toMatchObject({
      channel: channel.id,
      reason: "reply",
      message: { id: reply.id },
    });
    const own = { id: crypto.randomUUID(), text: `to myself, <@${bea.person.id}>`, replyTo: parent.id };
    await ada.ask("POST", `${path(channel.id)}/messages`, { body: own });
    expect(await beas.next("mention")).toMatchObject({ reason: "mention", message: { id: own.id } });
    expect(adas.frames.filter(({ type }) => type === "mention")).toHaveLength(1);
    expect((await firstFrame(ada)).mentions[channel.id]).toEqual([2]);
    await bea.ask("DELETE", `${path(channel.id)}/messages/${reply.id}`);
    await adas.next("mention_withdrawn");
  });
});

describe("blocking", () => {
  const block = (who: Somebody, other: string, method = "PUT") => who.ask(method, `/api/people/${other}/block`);

  test("keeps that person's mentions and direct messages from the feed, the count and the list of mentions", async () => {
    const channel = await direct(bea, ada);
    expect((await block(ada, bea.person.id)).status).toBe(204);
    const adas = await ada.watch();
    expect((await adas.next("directory")).blocked).toEqual([bea.person.id]);
    await bea.post(channel.id, "can you hear me?");
    await bea.post("general", `<@${ada.person.id}>, can you?`);
    const cem = await arrive(`Cem ${name}`);
    await cem.post("general", `hello <@${ada.person.id}>`);
    expect((await adas.next("mention")).message.author.id).toBe(cem.person.id);
    expect(adas.frames.filter(({ type }) => type === "mention")).toHaveLength(1);
    expect(JSON.stringify(adas.frames)).not.toContain("can you hear me?");
    const { reads, channels } = await firstFrame(ada);
    expect(reads[channel.id]).toBe(channels.find(({ id }) => id === channel.id)?.seq);
  });

  test("refuses new direct conversations, groups and private channels with them; the old one can be opened", async () => {
    const cem = await arrive(`Cem ${name}`);
    await block(ada, bea.person.id);
    const refused = { status: 403, code: "blocked" };
    const open = (body: object) => bea.ask("POST", "/api/directs", { body });
    expect(await problemOf(await open({ person: ada.person.id }))).toEqual(refused);
    expect(await problemOf(await open({ people: [ada.person.id, cem.person.id] }))).toEqual(refused);
    const body = { name, private: true, members: [ada.person.id] };
    expect(await problemOf(await bea.ask("POST", "/api/channels", { body }))).toEqual(refused);
    const made: Channel = await (await bea.ask("POST", "/api/channels", { body: { name, private: true } })).json();
    const adding = await bea.ask("POST", `${path(made.id)}/members`, { body: { person: ada.person.id } });
    expect(await problemOf(adding)).toEqual(refused);
    await block(ada, bea.person.id, "DELETE");
    expect((await open({ person: ada.person.id })).status).toBe(201);
    await block(ada, bea.person.id);
    expect((await open({ person: ada.person.id })).status).toBe(200);
  });

  test("of nobody, of oneself and of too many is refused", async () => {
    expect(await problemOf(await block(ada, "0-AAAAAAAAAAAAAAAAAAAAAA"))).toEqual({ status: 404, code: "not_found" });
    expect(await problemOf(await block(ada, ada.person.id))).toEqual({ status: 422, code: "invalid_person" });
    expect((await block(ada, bea.person.id, "DELETE")).status).toBe(204);
  });
});

describe("devices", () => {
  async function second(userAgent: string): Promise<Somebody> {
    const { url }: { url: string } = await (await ada.ask("POST", "/api/session/links")).json();
    const body = { token: url.split("#link=")[1] };
    const answer = await ask("POST", "/api/session/redeem", { body, headers: { "User-Agent": userAgent } });
    return new Somebody(ada.person, cookieOf(answer));
  }

  async function devicesOf(who: Somebody): Promise<readonly Device[]> {
    const { devices }: { devices: Device[] } = await (await who.ask("GET", "/api/session/devices")).json();
    return devices;
  }

  test("are listed with what they are, and one of them can be ended at once", async () => {
    const phone = await second("Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0");
    const seat = await phone.watch();
    const [first, other] = [...(await devicesOf(ada))].sort((a, b) => Number(b.current) - Number(a.current));
    expect(first).toMatchObject({ current: true, label: "Unknown device" });
    expect(other).toMatchObject({ current: false, label: "Firefox on Android" });
    expect(JSON.stringify([first, other])).not.toContain(ada.cookie.split(".")[1]);
    expect(await problemOf(await ada.ask("DELETE", "/api/session/devices/nothing"))).toEqual({
      status: 404,
      code: "not_found",
    });
    expect((await ada.ask("DELETE", `/api/session/devices/${other?.id}`)).status).toBe(204);
    expect(await seat.closing()).toBe(4401);
    expect((await phone.ask("GET", "/api/session")).status).toBe(401);
    expect(await devicesOf(ada)).toHaveLength(1);
  });

  test.each([
    ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
      "Edge on Windows",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1",
      "Safari on iPhone",
    ],
    ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome on Mac"],
    ["curl/8.5.0", "Unknown device"],
    ["", "Unknown device"],
  ])("%s is %s", (userAgent, label) => {
    expect(deviceLabel(userAgent)).toBe(label);
  });
});

describe("a recovery code", () => {
  async function makeCode(who: Somebody): Promise<string> {
    const answer = await who.ask("POST", "/api/session/recovery");
    expect(answer.status).toBe(201);
    return ((await answer.json()) as { code: string }).code;
  }

  async function comeBack(token: string): Promise<Response> {
    return ask("POST", "/api/session/redeem", { body: { token } });
  }

  test("keeps person, name and private channels through the last sign-out, and works any number of times", async () => {
    const made: Channel = await (await ada.ask("POST", "/api/channels", { body: { name, private: true } })).json();
    const code = await makeCode(ada);
    await ada.ask("DELETE", "/api/session");
    expect(await problemOf(await ask("POST", "/api/session", { body: { name: ada.person.name } }))).toEqual({
      status: 409,
      code: "name_taken",
    });
    for (const typed of [
      code,
      code.toLowerCase().replaceAll("-", " "),
      code.replaceAll("0", "o").replaceAll("1", "l"),
    ]) {
      const answer = await comeBack(typed);
      expect(answer.status).toBe(200);
      const back = new Somebody(ada.person, cookieOf(answer));
      expect(await (await back.ask("GET", "/api/session")).json()).toMatchObject({ person: ada.person });
      expect((await back.ask("GET", `${path(made.id)}/messages`)).status).toBe(200);
    }
  });

  test("is replaced by the next one, withdrawn, and gone with a removal", async () => {
    const first = await makeCode(ada);
    const next = await makeCode(ada);
    expect(await problemOf(await comeBack(first))).toEqual({ status: 410, code: "link_expired" });
    expect((await comeBack(next)).status).toBe(200);
    expect((await ada.ask("DELETE", "/api/session/recovery")).status).toBe(204);
    expect(await problemOf(await comeBack(next))).toEqual({ status: 410, code: "link_expired" });
    const last = await makeCode(bea);
    await ada.ask("POST", "/api/session/owner", { body: { code: "c" } }, { OWNER_CODE: "c" });
    expect((await ada.ask("DELETE", `/api/people/${bea.person.id}`)).status).toBe(204);
    expect(await problemOf(await comeBack(last))).toEqual({ status: 410, code: "link_expired" });
    expect((await ask("POST", "/api/session", { body: { name: bea.person.name } })).status).toBe(201);
  });

  test("whose person was not seen for 90 days holds the name no longer", async () => {
    const code = await makeCode(ada);
    await ada.ask("DELETE", "/api/session");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 91 * 24 * 3_600_000 });
    expect((await ask("POST", "/api/session", { body: { name: ada.person.name } })).status).toBe(201);
    await vi.waitFor(async () => expect((await comeBack(code)).status).toBe(410));
  });

  test("leads to its shard, whatever its number", () => {
    for (const shard of [0, 1, 31, 32, 1_000, 36 ** 3]) {
      const code = newRecoveryCode(shard);
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
      expect(shardOfRecoveryCode(code)).toBe(shard);
      expect(readRecoveryCode(inGroups(code))).toBe(code);
    }
    expect(readRecoveryCode("0-some-link-token-that-is-none")).toBeUndefined();
  });
});
