/** Order on the site: reports that owners see, addresses that are kept out, and ownership that ends with the code. */

import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { VERSION } from "../../../worker/http/moderation.ts";
import type { Ban, Report } from "../../../worker/protocol/occasional-answers.ts";
import type { Channel, Message } from "../../../worker/protocol/things.ts";
import { arrive, ask, cookieOf, freshName, path, problemOf, Somebody } from "../people.ts";

const [manifest = ""] = Object.values<string>(
  import.meta.glob("../../../package.json", { query: "?raw", import: "default", eager: true }),
);
const DAY_MS = 24 * 3_600_000;
const site = { OWNER_CODE: "the code" };

let name: string;
let olga: Somebody;
let bea: Somebody;
let channel: Channel;

beforeEach(async () => {
  name = freshName();
  olga = await arrive(`Olga ${name}`);
  bea = await arrive(`Bea ${name}`);
  await own(olga);
  channel = await bea.makeChannel(name);
});

afterEach(() => {
  vi.useRealTimers();
});

async function own(who: Somebody): Promise<void> {
  expect((await who.ask("POST", "/api/session/owner", { body: { code: "the code" } }, site)).status).toBe(200);
}

function report(who: Somebody, message: string, body: object = {}, id = channel.id): Promise<Response> {
  return who.ask("POST", `${path(id)}/messages/${message}/report`, { body });
}

async function reports(): Promise<readonly Report[]> {
  const answer: { reports: Report[] } = await (await olga.ask("GET", "/api/reports")).json();
  return answer.reports.filter((one) => one.channel === channel.id);
}

describe("a report", () => {
  test("is one for each person and message, is told to owners, and keeps the text until it is closed", async () => {
    const seat = await olga.watch();
    const message = await bea.post(channel.id, "rude words");
    const ada = await arrive(`Ada ${name}`);
    expect((await report(ada, message.id, { reason: "rude" })).status).toBe(204);
    expect((await report(ada, message.id, { reason: "again" })).status).toBe(204);
    expect((await seat.next("report")).count).toBeGreaterThan(0);
    await bea.ask("DELETE", `${path(channel.id)}/messages/${message.id}`);
    const [only, ...more] = await reports();
    expect(more).toEqual([]);
    expect(only).toMatchObject({
      channel: channel.id,
      reporter: ada.person,
      reason: "rude",
      message: { text: "rude words" },
    });
    expect((await olga.ask("DELETE", `/api/reports/${only?.id}`)).status).toBe(204);
    expect(await reports()).toEqual([]);
    expect(await problemOf(await olga.ask("DELETE", `/api/reports/${only?.id}`))).toEqual({
      status: 404,
      code: "not_found",
    });
  });

  test("goes after thirty days by itself", async () => {
    const message = await bea.post(channel.id, "rude words");
    await report(bea, message.id);
    expect(await reports()).toHaveLength(1);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 30 * DAY_MS + 1_000 });
    await runDurableObjectAlarm(env.DIRECTORY.getByName("directory"));
    vi.useRealTimers();
    expect(await reports()).toEqual([]);
  });

  test("of a private channel is made by a member only, of a message that is there, with a reason that fits", async () => {
    const made: Channel = await (await bea.ask("POST", "/api/channels", { body: { name, private: true } })).json();
    const message: Message = await bea.post(made.id, "between us");
    const ada = await arrive(`Ada ${name}`);
    expect(await problemOf(await report(ada, message.id, {}, made.id))).toEqual({ status: 404, code: "not_found" });
    expect((await report(bea, message.id, {}, made.id)).status).toBe(204);
    expect(await problemOf(await report(ada, crypto.randomUUID()))).toEqual({ status: 404, code: "not_found" });
    const there = await bea.post(channel.id, "words");
    expect(await problemOf(await report(ada, there.id, { reason: "x".repeat(501) }))).toEqual({
      status: 422,
      code: "invalid_text",
    });
  });
});

describe("a ban", () => {
  const from = (address: string) => ({ "CF-Connecting-IP": address });

  test("keeps out the addresses of the person, for sign-ins and links, until it is lifted or over", async () => {
    const address = `203.0.113.${Math.floor(Math.random() * 250)}`;
    const troll = await arrive(`Troll ${name}`, from(address));
    const removal = await olga.ask("DELETE", `/api/people/${troll.person.id}`, { body: { banHours: 2 } });
    expect(removal.status).toBe(204);
    const signIn = () => ask("POST", "/api/session", { body: { name: `Back ${name}` }, headers: from(address) });
    expect(await problemOf(await signIn())).toEqual({ status: 403, code: "blocked" });
    const redeem = await ask("POST", "/api/session/redeem", { body: { token: "0-x" }, headers: from(address) });
    expect(await problemOf(redeem)).toEqual({ status: 403, code: "blocked" });
    const { bans }: { bans: Ban[] } = await (await olga.ask("GET", "/api/bans")).json();
    expect(bans).toContainEqual({ id: troll.person.id, name: troll.person.name, until: expect.any(Number) });
    expect((await olga.ask("DELETE", `/api/bans/${troll.person.id}`)).status).toBe(204);
    expect((await signIn()).status).toBe(201);
  });

  test("knows the address from which a feed was opened last, and ends by itself", async () => {
    const address = `198.51.100.${Math.floor(Math.random() * 250)}`;
    const troll = await arrive(`Troll ${name}`);
    await (await troll.watch(from(address))).next("directory");
    await olga.ask("DELETE", `/api/people/${troll.person.id}`, { body: { banHours: 1 } });
    const signIn = () => ask("POST", "/api/session", { body: { name: `Back ${name}` }, headers: from(address) });
    expect((await signIn()).status).toBe(403);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_001 });
    expect((await signIn()).status).toBe(201);
  });

  test("keeps nobody out when the request has no body, or an empty one", async () => {
    for (const body of ["", undefined, "{}"]) {
      const troll = await arrive(`Troll ${name} ${body?.length}`);
      const removal = await olga.ask("DELETE", `/api/people/${troll.person.id}`, body === undefined ? {} : { body });
      expect(removal.status).toBe(204);
      const { bans }: { bans: Ban[] } = await (await olga.ask("GET", "/api/bans")).json();
      expect(bans.map(({ id }) => id)).not.toContain(troll.person.id);
    }
  });

  test("of too many hours, or by someone who is no owner, is refused", async () => {
    const invalid = new Uint8Array([0xff]);
    expect((await olga.ask("DELETE", `/api/people/${bea.person.id}`, { body: invalid })).status).toBe(400);
    for (const banHours of [0, 721, 1.5, "2"])
      expect(await problemOf(await olga.ask("DELETE", `/api/people/${bea.person.id}`, { body: { banHours } }))).toEqual(
        { status: 400, code: "bad_request" },
      );
    for (const route of ["/api/bans", "/api/reports", "/api/admin"])
      expect(await problemOf(await bea.ask("GET", route))).toEqual({ status: 403, code: "forbidden" });
    expect((await bea.ask("GET", "/api/session")).status).toBe(200);
  });
});

describe("an owner", () => {
  test("sees how the site stands", async () => {
    const overview = await (await olga.ask("GET", "/api/admin")).json();
    expect(overview).toEqual({
      people: expect.any(Number),
      online: expect.any(Number),
      channels: expect.any(Number),
      reports: expect.any(Number),
      version: VERSION,
    });
    expect(manifest).toContain(`"version": "${VERSION}"`);
  });

  test("steps down", async () => {
    expect((await olga.ask("DELETE", "/api/session/owner")).status).toBe(204);
    expect(await (await olga.ask("GET", "/api/session")).json()).toEqual({ person: olga.person });
    expect((await olga.ask("GET", "/api/admin")).status).toBe(403);
  });

  test.each([
    ["another", { OWNER_CODE: "another code" }],
    ["none", { OWNER_CODE: "" }],
  ])("is one no more when the code is %s, on open sockets too", async (_, variables) => {
    const message = await bea.post(channel.id, "words of Bea");
    const seat = await olga.join(channel.id);
    expect((await olga.ask("GET", "/api/session", {}, variables)).status).toBe(200);
    seat.send({ type: "delete", id: message.id });
    expect(await seat.next("error")).toMatchObject({ code: "forbidden", command: "delete" });
    expect((await olga.ask("GET", "/api/admin")).status).toBe(403);
    await own(olga);
    expect((await olga.ask("GET", "/api/admin")).status).toBe(200);
  });

  test("of a person who was removed can sign in nowhere", async () => {
    const answer = await ask("POST", "/api/session", { body: { name: `Short ${name}` } });
    const short = new Somebody(((await answer.json()) as { person: Somebody["person"] }).person, cookieOf(answer));
    await olga.ask("DELETE", `/api/people/${short.person.id}`);
    expect((await short.ask("GET", "/api/session")).status).toBe(401);
  });
});
