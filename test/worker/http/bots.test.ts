/** Bots: people that programs are. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { sessionKeyOf } from "../../../worker/http/session-cookie.ts";
import { shardOf } from "../../../worker/platform/shard-id.ts";
import { arrive, ask, freshName, makeBot, problemOf, twoInAChannel } from "../people.ts";

test("a bot writes under its own name, and everyone sees that it is one", async () => {
  const { ada, channel } = await twoInAChannel();
  const { bot } = await makeBot(ada);
  await bot.post(channel.id, "built");
  const { messages }: { messages: { author: unknown }[] } = await (
    await ada.ask("GET", `/api/channels/${channel.id}/messages`)
  ).json();
  expect(bot.person).toEqual({ ...bot.person, bot: true });
  expect(messages.map(({ author }) => author)).toEqual([bot.person]);
  expect(await (await bot.ask("GET", "/api/session")).json()).toEqual({ person: bot.person });
});

test("its name is claimed as any name, and free when it has ended", async () => {
  const { ada, bea } = await twoInAChannel();
  const { bot } = await makeBot(ada);
  const same = { body: { name: bot.person.name } };
  expect(await problemOf(await bea.ask("POST", "/api/bots", same))).toEqual({ status: 409, code: "name_taken" });
  expect(await problemOf(await ask("POST", "/api/session", same))).toEqual({ status: 409, code: "name_taken" });
  expect((await ada.ask("DELETE", `/api/bots/${bot.person.id}`)).status).toBe(204);
  expect(await problemOf(await bot.ask("GET", "/api/channels"))).toEqual({ status: 401, code: "unauthorized" });
  expect((await bea.ask("POST", "/api/bots", same)).status).toBe(201);
});

test("asked for once more, since the answer was lost, it is the same; a session that has ended makes none", async () => {
  const { ada } = await twoInAChannel();
  const shard = env.PEOPLE.getByName(String(shardOf(ada.person.id)));
  const { bot } = await makeBot(ada);
  const key = await sessionKeyOf(ada.cookie.replace(/^[^=]+=/, ""));
  for (let n = 1; n < 4; n++) await makeBot(ada);
  const fifth = { id: `${ada.person.id.slice(0, -4)}fift`, name: `Fifth ${freshName()}`, bot: true as const };
  const claimedAt = Date.now();
  for (const _ of ["first", "again"])
    expect(await shard.createBot(key, fifth, "digest", claimedAt)).toMatchObject({ kind: "signed in", person: fifth });
  const ended = { ...key, session: "none" };
  const refused = { kind: "refused", refusal: { code: "unauthorized" } };
  expect(await shard.createBot(ended, { ...fifth, id: `${fifth.id}x` }, "digest", claimedAt)).toMatchObject(refused);
  expect(await shard.mayMakeBot(ended)).toMatchObject(refused);
  expect(await shard.changeBotKey(ended, bot.person.id, "digest")).toMatchObject(refused);
  expect(await shard.endBot(ended, bot.person.id)).toMatchObject(refused);
});

test("a person has at most five, and sees no one else's", async () => {
  const { ada, bea } = await twoInAChannel();
  const bots = [];
  for (let n = 0; n < 5; n++) bots.push((await makeBot(ada)).bot.person);
  const sixth = await ada.ask("POST", "/api/bots", { body: { name: "One too many" } });
  expect(await problemOf(sixth)).toEqual({ status: 422, code: "too_many" });
  const listed: { bots: { id: string }[] } = await (await ada.ask("GET", "/api/bots")).json();
  expect(new Set(listed.bots.map(({ id }) => id))).toEqual(new Set(bots.map(({ id }) => id)));
  expect(await (await bea.ask("GET", "/api/bots")).json()).toEqual({ bots: [] });
  for (const [method, path] of [
    ["POST", `/api/bots/${bots[0]?.id}/key`],
    ["DELETE", `/api/bots/${bots[0]?.id}`],
  ] as const)
    expect(await problemOf(await bea.ask(method, path))).toEqual({ status: 404, code: "not_found" });
});

test("a new key ends the old one at once, on open sockets too", async () => {
  const { ada, channel } = await twoInAChannel();
  const { bot } = await makeBot(ada);
  const open = await bot.join(channel.id);
  await open.next("welcome");
  const answer = await ada.ask("POST", `/api/bots/${bot.person.id}/key`);
  expect(answer.status).toBe(201);
  const { key }: { key: string } = await answer.json();
  expect(await open.closing()).toBe(4401);
  expect((await bot.ask("GET", "/api/channels")).status).toBe(401);
  const headers = { authorization: `Bearer ${key}` };
  expect((await ask("GET", "/api/channels", { headers })).status).toBe(200);
});

describe("what ends a bot", () => {
  test("its maker's last session", async () => {
    const ada = await arrive(`Ada ${freshName()}`);
    const { bot } = await makeBot(ada);
    await ada.ask("DELETE", "/api/session");
    expect((await bot.ask("GET", "/api/channels")).status).toBe(401);
    expect((await ask("POST", "/api/session", { body: { name: bot.person.name } })).status).toBe(201);
  });

  test("not that session where the maker keeps a recovery code", async () => {
    const ada = await arrive(`Ada ${freshName()}`);
    const { bot } = await makeBot(ada);
    await ada.ask("POST", "/api/session/recovery");
    await ada.ask("DELETE", "/api/session");
    expect((await bot.ask("GET", "/api/channels")).status).toBe(200);
  });
});

describe("a key", () => {
  test.each([
    ["POST", "/api/session"],
    ["DELETE", "/api/session"],
    ["POST", "/api/session/links"],
    ["POST", "/api/session/redeem"],
    ["GET", "/api/session/devices"],
    ["POST", "/api/session/recovery"],
    ["POST", "/api/session/owner"],
    ["GET", "/api/bots"],
    ["POST", "/api/bots"],
    ["GET", "/api/push"],
  ])("opens no %s %s", async (method, path) => {
    const ada = await arrive(`Ada ${freshName()}`);
    const { bot } = await makeBot(ada);
    const body = method === "POST" ? { body: {} } : {};
    expect(await problemOf(await bot.ask(method, path, body))).toEqual({ status: 403, code: "forbidden" });
  });

  test("counts instead of a cookie beside it; an Authorization of another kind does not", async () => {
    const ada = await arrive(`Ada ${freshName()}`);
    const { bot, key } = await makeBot(ada);
    const whoIs = async (authorization: string) => {
      const answer = await ada.ask("GET", "/api/session", { headers: { authorization } });
      return answer.status === 200 ? (await answer.json<{ person: { id: string } }>()).person.id : answer.status;
    };
    expect(await whoIs(`Bearer ${key}`)).toBe(bot.person.id);
    expect(await whoIs(`Basic ${btoa("ada:secret")}`)).toBe(ada.person.id);
    expect(await whoIs("Bearer something-else")).toBe(ada.person.id);
    expect(await whoIs(`Bearer ${key.slice(0, -1)}x`)).toBe(401);
    expect(await whoIs("Bearer flk_")).toBe(401);
  });

  test("in the query or as a cookie is none", async () => {
    const ada = await arrive(`Ada ${freshName()}`);
    const { key } = await makeBot(ada);
    expect((await ask("GET", `/api/session?access_token=${key}&key=${key}`)).status).toBe(401);
    const cookie = `__Host-flack_session=${key.slice(4)}`;
    expect((await ask("GET", "/api/session", { headers: { cookie } })).status).toBe(401);
  });

  test("renews no cookie", async () => {
    const ada = await arrive(`Ada ${freshName()}`);
    const { bot } = await makeBot(ada);
    expect((await bot.ask("GET", "/api/channels")).headers.get("set-cookie")).toBeNull();
  });
});
