/** The owner of a site: whoever knows its code may remove abuse, and nothing else of others. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Channel } from "../../../worker/protocol/things.ts";
import { arrive, freshName, heard, path, problemOf, type Somebody, welcomed } from "../people.ts";

const OWNER_CODE = "correct horse battery";
const SITE = { OWNER_CODE };

let counter = 0;
let owner: Somebody;
let ada: Somebody;
let bea: Somebody;
let channel: string;

beforeEach(async () => {
  counter++;
  owner = await arrive(`Owner ${counter}`);
  ada = await arrive(`Ada ${counter}`);
  bea = await arrive(`Bea ${counter}`);
  channel = freshName();
  await ada.makeChannel(channel);
});

async function own(who = owner): Promise<void> {
  const answer = await who.ask("POST", "/api/session/owner", { body: { code: OWNER_CODE } }, SITE);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ person: who.person, owner: true });
}

describe("becoming one", () => {
  test("takes the code, and is remembered", async () => {
    await own();
    expect(await (await owner.ask("GET", "/api/session")).json()).toEqual({ person: owner.person, owner: true });
    expect((await (await owner.watch()).next("directory")).owner).toBe(true);
    expect((await (await ada.watch()).next("directory")).owner).toBeUndefined();
  });

  test.each([
    ["a wrong code", { code: "wrong" }, SITE, 403, "forbidden"],
    ["an empty code", { code: "" }, SITE, 403, "forbidden"],
    ["on a site that has none", { code: OWNER_CODE }, {}, 403, "forbidden"],
    ["on a site that has none, with an empty code", { code: "" }, {}, 403, "forbidden"],
    ["no code", {}, SITE, 400, "bad_request"],
  ])("is refused with %s", async (_, body, site, status, code) => {
    expect(await problemOf(await ada.ask("POST", "/api/session/owner", { body }, site))).toEqual({ status, code });
    expect(await (await ada.ask("GET", "/api/session")).json()).toEqual({ person: ada.person });
  });

  test("is refused after sixty wrong codes an hour from one address, also with the right one", async () => {
    const headers = { "CF-Connecting-IP": "203.0.113.77" };
    const attempt = (code: string) => ada.ask("POST", "/api/session/owner", { body: { code }, headers }, SITE);
    for (let n = 0; n < 60; n++) expect((await attempt("wrong")).status).toBe(403);
    expect(await problemOf(await attempt(OWNER_CODE))).toEqual({ status: 429, code: "rate_limited" });
    await own();
  });
});

describe("may", () => {
  test("delete what others wrote, on a socket that was open before and over HTTP; nobody else may", async () => {
    const first = await ada.post(channel, "abuse");
    const second = await ada.post(channel, "more abuse");
    const beas = await bea.join(channel);
    const owners = await owner.join(channel);
    await Promise.all([welcomed(beas), welcomed(owners)]);
    owners.send({ type: "delete", id: first.id });
    expect(await owners.next("error")).toMatchObject({ code: "forbidden", id: first.id });
    await own();
    owners.send({ type: "delete", id: first.id });
    await beas.next("messages", ({ messages }) =>
      messages.some(({ id, deleted }) => id === first.id && deleted === true),
    );
    const byHttp = `${path(channel)}/messages/${second.id}`;
    expect(await problemOf(await bea.ask("DELETE", byHttp))).toEqual({ status: 403, code: "forbidden" });
    expect((await owner.ask("DELETE", byHttp)).status).toBe(204);
    expect(heard(beas).every(({ deleted, author }) => deleted && author.id === ada.person.id)).toBe(true);
  });

  test("set topics and delete channels, save the first one", async () => {
    await own();
    const topic = await owner.ask("PATCH", path(channel), { body: { topic: "Be kind" } });
    expect(await topic.json()).toMatchObject({ topic: "Be kind", createdBy: ada.person });
    expect((await bea.ask("DELETE", path(channel))).status).toBe(403);
    expect((await owner.ask("DELETE", path(channel))).status).toBe(204);
    expect(await problemOf(await owner.ask("DELETE", path("general")))).toEqual({ status: 403, code: "forbidden" });
  });

  test("remove a person: signed out everywhere at once, the name free, the words as they were", async () => {
    const message = await bea.post(channel, "still here");
    const beas = await bea.join(channel);
    const directory = await bea.watch();
    await Promise.all([welcomed(beas), directory.next("directory")]);
    expect(await problemOf(await ada.ask("DELETE", `/api/people/${bea.person.id}`))).toEqual({
      status: 403,
      code: "forbidden",
    });
    await own();
    expect((await owner.ask("DELETE", `/api/people/${bea.person.id}`)).status).toBe(204);
    expect(await beas.closing()).toBe(4401);
    expect(await directory.closing()).toBe(4401);
    expect((await bea.ask("GET", "/api/session")).status).toBe(401);
    const successor = await arrive(bea.person.name);
    expect(successor.person.id).not.toBe(bea.person.id);
    expect(await (await ada.ask("GET", `${path(channel)}/messages`)).json()).toMatchObject({
      messages: [{ id: message.id, text: "still here", author: bea.person }],
    });
    expect((await owner.ask("DELETE", `/api/people/${bea.person.id}`)).status).toBe(204);
    expect(await problemOf(await owner.ask("DELETE", "/api/people/nobody"))).toEqual({
      status: 404,
      code: "not_found",
    });
  });
});

describe("may not", () => {
  test("edit another's words", async () => {
    const { id } = await ada.post(channel, "my words");
    await own();
    const edit = (who: Somebody) =>
      who.ask("PATCH", `${path(channel)}/messages/${id}`, { body: { text: "other words" } });
    expect(await problemOf(await edit(owner))).toEqual({ status: 403, code: "forbidden" });
    expect((await edit(ada)).status).toBe(200);
  });

  test("see, touch or end a direct conversation of others, nor delete in one's own", async () => {
    const opened: Channel = await (await ada.ask("POST", "/api/directs", { body: { person: bea.person.id } })).json();
    await own();
    for (const [method, rest] of [
      ["GET", "/messages"],
      ["DELETE", ""],
      ["PATCH", ""],
    ] as const) {
      const body = method === "PATCH" ? { topic: "x" } : undefined;
      const answer = await owner.ask(method, path(opened.id) + rest, { body });
      expect(await problemOf(answer), method).toEqual({ status: 404, code: "not_found" });
    }
    const withAda: Channel = await (
      await owner.ask("POST", "/api/directs", { body: { person: ada.person.id } })
    ).json();
    const { id } = await ada.post(withAda.id, "between us");
    expect((await owner.ask("DELETE", `${path(withAda.id)}/messages/${id}`)).status).toBe(403);
    expect((await owner.ask("DELETE", path(withAda.id))).status).toBe(403);
    expect((await ada.ask("DELETE", `${path(withAda.id)}/messages/${id}`)).status).toBe(204);
  });

  test("stay one by another's name: it goes with the person, not with the name", async () => {
    await own();
    await owner.ask("DELETE", "/api/session");
    const successor = await arrive(owner.person.name);
    expect(await (await successor.ask("GET", "/api/session")).json()).toEqual({ person: successor.person });
  });
});
