/** Private channels and groups: for their people, at once; for everyone else, the site's owners included, as if they were not there. */
import { evictDurableObject, listDurableObjectIds } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { shardOf } from "../../../worker/platform/shard-id.ts";
import type { Channel, Message, OnlinePerson } from "../../../worker/protocol/things.ts";
import { arrive, ask, freshName, path, problemOf, type Somebody } from "../people.ts";

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
  vi.restoreAllMocks();
});

async function make(who: Somebody, ...members: readonly Somebody[]): Promise<Channel> {
  const body = { name, topic: "plans", private: true, members: members.map(({ person }) => person.id) };
  const response = await who.ask("POST", "/api/channels", { body });
  if (response.status !== 201) throw new Error(`not made: ${await response.text()}`);
  return response.json();
}

async function openGroup(who: Somebody, ...others: readonly Somebody[]): Promise<Channel> {
  const response = await who.ask("POST", "/api/directs", { body: { people: others.map(({ person }) => person.id) } });
  if (!response.ok) throw new Error(`not opened: ${await response.text()}`);
  return response.json();
}

async function listed(who: Somebody, id: string): Promise<Channel | undefined> {
  const { channels }: { channels: Channel[] } = await (await who.ask("GET", "/api/channels")).json();
  return channels.find((channel) => channel.id === id);
}

async function membersOf(who: Somebody, id: string): Promise<readonly string[]> {
  const { members }: { members: OnlinePerson[] } = await (await who.ask("GET", `${path(id)}/members`)).json();
  return members.map((member) => member.id);
}

function add(who: Somebody, channel: Channel, person: string): Promise<Response> {
  return who.ask("POST", `${path(channel.id)}/members`, { body: { person } });
}

function remove(who: Somebody, channel: Channel, { person }: Somebody): Promise<Response> {
  return who.ask("DELETE", `${path(channel.id)}/members/${person.id}`);
}

/** A shard that cannot be told anything until the answer is called. */
function shardIsDown(who: Somebody): () => void {
  const real = env.PEOPLE.getByName.bind(env.PEOPLE);
  const down = String(shardOf(who.person.id));
  const spy = vi.spyOn(env.PEOPLE, "getByName").mockImplementation((...args) => {
    const stub = real(...args);
    if (args[0] !== down) return stub;
    return new Proxy(stub, {
      get: (target, key) =>
        key === "receivePrivate" ? () => Promise.reject(new Error("out of reach")) : Reflect.get(target, key),
    });
  });
  return () => spy.mockRestore();
}

describe("making one", () => {
  test("puts it into the lists and feeds of its people, and of no one else", async () => {
    const [beas, cems] = await Promise.all([bea.watch(), cem.watch()]);
    const made = await make(ada, bea);
    expect(made).toMatchObject({
      kind: "private",
      name,
      topic: "plans",
      createdBy: ada.person,
      memberCount: 2,
      seq: 0,
    });
    expect(made.id).toMatch(/^P-[A-Z2-7]{26}$/);
    expect((await beas.next("channel")).channel).toEqual(made);
    expect(await listed(ada, made.id)).toEqual(made);
    expect(await listed(bea, made.id)).toEqual(made);
    expect(await listed(cem, made.id)).toBeUndefined();
    const marker = await cem.makeChannel(`${name}-after`);
    await cems.next("channel", ({ channel }) => channel.id === marker.id);
    expect(cems.frames.filter(({ type }) => type === "channel")).toHaveLength(1);
  });

  test("may use the name of a public one, and of another private one", async () => {
    await cem.makeChannel(name);
    const [one, other] = [await make(ada), await make(ada)];
    expect(one.id).not.toBe(other.id);
    expect([one.name, other.name]).toEqual([name, name]);
  });

  test("is refused with people who are not there, with too many, and with members of a public one", async () => {
    const refusal = async (body: object) => problemOf(await ada.ask("POST", "/api/channels", { body }));
    const nobody = "0-AAAAAAAAAAAAAAAAAAAAAA";
    for (const members of [[nobody], ["x"], ["9-AAAAAAAAAAAAAAAAAAAAAA"], [bea.person.id, nobody]])
      expect(await refusal({ name, private: true, members })).toEqual({ status: 422, code: "invalid_person" });
    const many = Array.from({ length: 500 }, (_, n) => `0-AAAAAAAAAAAAAAAAAA${String(n).padStart(4, "0")}`);
    expect(await refusal({ name, private: true, members: many })).toEqual({ status: 422, code: "too_many" });
    expect(await refusal({ name, members: [bea.person.id] })).toEqual({ status: 400, code: "bad_request" });
    expect(await refusal({ name: "!", private: true })).toEqual({ status: 422, code: "invalid_name" });
    expect(await refusal({ name, private: "yes" })).toEqual({ status: 400, code: "bad_request" });
  });
});

describe("for a stranger, a former member and an owner of the site", () => {
  test.each(["private", "group", "direct"])("every route of a %s answers as for an id that never was", async (kind) => {
    const dora = await arrive(`Dora ${name}`);
    const [owner, former, stranger] = [await arrive(`Olga ${name}`), await arrive(`Fred ${name}`), cem];
    await owner.ask("POST", "/api/session/owner", { body: { code: "the code" } }, { OWNER_CODE: "the code" });
    const opened = {
      private: () => make(ada, bea, former),
      group: () => openGroup(ada, bea, dora),
      direct: async (): Promise<Channel> =>
        (await ada.ask("POST", "/api/directs", { body: { person: bea.person.id } })).json(),
    }[kind];
    const made = await opened?.();
    if (!made) throw new Error(`no such kind: ${kind}`);
    const message = await ada.post(made.id, "between us");
    const file = await ada.ask("POST", `${path(made.id)}/attachments?name=a.txt`, { body: "secret" });
    const { id: fileId }: { id: string } = await file.json();
    const second = { id: crypto.randomUUID(), text: "with a file", attachments: [fileId] };
    await ada.ask("POST", `${path(made.id)}/messages`, { body: second });
    await ada.ask("POST", `${path(made.id)}/pins`, { body: { messageId: message.id } });
    if (kind === "private") expect((await remove(ada, made, former)).status).toBe(204);
    // Two people who are there and have never talked, or a private channel that never was.
    const unknown =
      kind === "direct"
        ? [bea, dora]
            .map(({ person }) => person.id)
            .sort()
            .join("~")
        : `P-${"A".repeat(26)}`;
    const routes: readonly (readonly [string, string, unknown?])[] = [
      ["GET", "messages"],
      ["POST", "messages", { id: crypto.randomUUID(), text: "hello" }],
      ["PATCH", `messages/${message.id}`, { text: "hello" }],
      ["DELETE", `messages/${message.id}`],
      ["POST", `messages/${message.id}/reactions`, { emoji: "👍", on: true }],
      ["POST", `messages/${message.id}/report`, { reason: "" }],
      ["POST", "attachments?name=a.txt", "bytes"],
      ["GET", `attachments/${fileId}`],
      ["GET", "messages.txt"],
      ["GET", "events"],
      ["GET", "hooks"],
      ["POST", "hooks", { name: "A hook of a stranger" }],
      ["DELETE", "hooks/hook_0123456789abcdef"],
      ["GET", "members"],
      ["POST", "members", { person: cem.person.id }],
      ["DELETE", `members/${ada.person.id}`],
      ["GET", "pins"],
      ["POST", "pins", { messageId: message.id }],
      ["DELETE", `pins/${message.id}`],
      ["PUT", "preferences", { hidden: true }],
      ["PATCH", "", { topic: "mine" }],
      ["DELETE", ""],
    ];
    for (const who of [stranger, former, owner]) {
      for (const [method, rest, body] of routes) {
        const route = (id: string) => (rest === "" ? path(id) : `${path(id)}/${rest}`);
        const [asked, compared] = await Promise.all(
          [made.id, unknown].map((id) => who.ask(method, route(id), body === undefined ? {} : { body })),
        );
        expect([method, rest, asked?.status]).toEqual([method, rest, 404]);
        expect(await asked?.text()).toBe(await compared?.text());
      }
      const invites = await Promise.all(
        [made.id, unknown].map((channel) => who.ask("POST", "/api/invites", { body: { channel } })),
      );
      const [asked, compared] = await Promise.all(invites.map((answer) => answer.text()));
      expect(asked).toBe(compared);
      await expect(who.join(made.id)).rejects.toThrow("404");
      expect(await listed(who, made.id)).toBeUndefined();
    }
    expect(await (await ada.ask("GET", `${path(made.id)}/messages`)).json()).toMatchObject({ messages: [{}, {}] });
  });

  test("an id that never was makes no object", async () => {
    const before = (await listDurableObjectIds(env.CHANNEL)).length;
    expect((await cem.ask("GET", `${path(`P-${"B".repeat(26)}`)}/messages`)).status).toBe(404);
    expect((await listDurableObjectIds(env.CHANNEL)).length).toBe(before);
  });
});

describe("what is said", () => {
  test("reaches the people who have it open, and the feeds of the others with its newest message", async () => {
    const made = await make(ada, bea);
    const [adas, beas, cems] = [await ada.join(made.id), await bea.watch(), await cem.watch()];
    const message = await ada.post(made.id, `hello <@${bea.person.id}> and <@${cem.person.id}>`);
    expect((await adas.next("messages")).messages).toMatchObject([{ id: message.id }]);
    const { channels } = await beas.next("activity");
    expect(channels).toMatchObject([{ id: made.id, seq: 1, latest: { id: message.id } }]);
    expect(await beas.next("mention")).toMatchObject({ channel: made.id, message: { id: message.id } });
    const { seq }: Message = await cem.post((await cem.makeChannel(`${name}-own`)).id, "elsewhere");
    await cems.next("activity", (frame) => frame.channels.some((entry) => entry.seq === seq));
    expect(JSON.stringify(cems.frames)).not.toContain(made.id);
  });

  test("is unread for someone who was not there, and what was read stays read", async () => {
    const made = await make(ada, bea);
    await ada.post(made.id, "one");
    const beas = await bea.watch();
    const first = await beas.next("directory");
    expect(first.reads[made.id]).toBe(0);
    expect(first.channels.find(({ id }) => id === made.id)).toMatchObject({ seq: 1 });
    beas.send({ type: "read", channels: [{ id: made.id, seq: 1 }] });
    await vi.waitFor(async () => expect((await (await bea.watch()).next("directory")).reads[made.id]).toBe(1));
  });
});

describe("members", () => {
  test("are added by any member, once, and come in at once", async () => {
    const made = await make(ada, bea);
    const cems = await cem.watch();
    const added = await add(bea, made, cem.person.id);
    expect(added.status).toBe(201);
    expect(await membersOf(cem, made.id)).toEqual([ada, bea, cem].map(({ person }) => person.id));
    expect((await cems.next("channel")).channel).toMatchObject({ id: made.id, memberCount: 3 });
    expect((await add(ada, made, cem.person.id)).status).toBe(200);
    await cem.post(made.id, "here I am");
    expect(await problemOf(await add(ada, made, "0-AAAAAAAAAAAAAAAAAAAAAA"))).toEqual({
      status: 422,
      code: "invalid_person",
    });
  });

  test("leave by themselves or are taken out by the creator; their sockets close and nothing is there for them", async () => {
    const made = await make(ada, bea, cem);
    const [beas, cems, feed] = [await bea.join(made.id), await cem.join(made.id), await cem.watch()];
    expect(await problemOf(await remove(bea, made, cem))).toEqual({ status: 403, code: "forbidden" });
    expect((await remove(bea, made, bea)).status).toBe(204);
    expect(await beas.closing()).toBe(4404);
    expect((await remove(ada, made, cem)).status).toBe(204);
    expect(await cems.closing()).toBe(4404);
    expect(await feed.next("channel_deleted")).toEqual({ type: "channel_deleted", id: made.id });
    expect(await problemOf(await cem.ask("GET", `${path(made.id)}/messages`))).toEqual({
      status: 404,
      code: "not_found",
    });
    expect(await membersOf(ada, made.id)).toEqual([ada.person.id]);
    expect(await problemOf(await remove(ada, made, cem))).toEqual({ status: 404, code: "not_found" });
  });

  test("who leave are out before anyone else was told", async () => {
    const made = await make(ada, bea);
    const beas = await bea.join(made.id);
    const restore = shardIsDown(bea);
    const removing = remove(ada, made, bea);
    expect(await beas.closing()).toBe(4404);
    const refused = await bea.ask("POST", `${path(made.id)}/messages`, {
      body: { id: crypto.randomUUID(), text: "still" },
    });
    expect(await problemOf(refused)).toEqual({ status: 404, code: "not_found" });
    restore();
    expect((await removing).status).toBe(204);
  });

  test("find a new creator when theirs goes; the last one's leaving ends the channel", async () => {
    const made = await make(ada, bea, cem);
    await remove(ada, made, ada);
    expect(await listed(cem, made.id)).toMatchObject({ createdBy: bea.person, memberCount: 2 });
    await remove(bea, made, cem);
    await remove(bea, made, bea);
    expect(await listed(bea, made.id)).toBeUndefined();
    expect((await bea.ask("GET", `${path(made.id)}/messages`)).status).toBe(404);
  });

  test("who sign out for good leave all of them", async () => {
    const made = await make(ada, bea);
    await bea.ask("DELETE", "/api/session");
    await vi.waitFor(async () => expect(await membersOf(ada, made.id)).toEqual([ada.person.id]));
    expect(await listed(ada, made.id)).toMatchObject({ memberCount: 1 });
  });

  test("who end while they are added are let go again", async () => {
    const made = await make(ada);
    const restore = shardIsDown(bea);
    const adding = add(ada, made, bea.person.id);
    await vi.waitFor(async () => expect((await ada.ask("GET", `${path(made.id)}/members`)).status).toBe(200));
    await bea.ask("DELETE", "/api/session");
    restore();
    await adding;
    await vi.waitFor(async () => expect(await membersOf(ada, made.id)).toEqual([ada.person.id]), { timeout: 5_000 });
  });

  test("stay through the sleep of all objects", async () => {
    const made = await make(ada, bea);
    await ada.post(made.id, "before");
    await evictDurableObject(env.CHANNEL.getByName(made.epoch));
    await evictDurableObject(env.PEOPLE.getByName(String(shardOf(bea.person.id))));
    await bea.post(made.id, "after");
    expect(await membersOf(bea, made.id)).toHaveLength(2);
    expect((await cem.ask("GET", `${path(made.id)}/members`)).status).toBe(404);
  });
});

describe("its creator", () => {
  test("gives it another name, topic and end; members and owners do not", async () => {
    const made = await make(ada, bea);
    const beas = await bea.watch();
    const change = (who: Somebody, body: object) => who.ask("PATCH", path(made.id), { body });
    expect(await problemOf(await change(bea, { topic: "mine" }))).toEqual({ status: 403, code: "forbidden" });
    const renamed = await change(ada, { name: "New Plans", topic: "later" });
    expect(await renamed.json()).toMatchObject({ id: made.id, name: "new-plans", topic: "later" });
    await beas.next("channel", ({ channel }) => channel.name === "new-plans");
    expect(await problemOf(await change(ada, { name: "!" }))).toEqual({ status: 422, code: "invalid_name" });
    expect(await problemOf(await change(ada, {}))).toEqual({ status: 400, code: "bad_request" });
    expect(await problemOf(await bea.ask("DELETE", path(made.id)))).toEqual({ status: 403, code: "forbidden" });
    expect((await ada.ask("DELETE", path(made.id))).status).toBe(204);
    expect(await beas.next("channel_deleted")).toEqual({ type: "channel_deleted", id: made.id });
  });

  test("of a public one cannot rename it", async () => {
    const made = await ada.makeChannel(name);
    expect(await problemOf(await ada.ask("PATCH", path(made.id), { body: { name: "other" } }))).toEqual({
      status: 400,
      code: "bad_request",
    });
    expect(await problemOf(await ada.ask("GET", `${path(made.id)}/members`))).toEqual({
      status: 404,
      code: "not_found",
    });
  });
});

describe("a group conversation", () => {
  test("is one, whoever opens it, and found by who its people are", async () => {
    const beas = await bea.watch();
    const response = await ada.ask("POST", "/api/directs", { body: { people: [bea.person.id, cem.person.id] } });
    expect(response.status).toBe(201);
    const made: Channel = await response.json();
    expect(made).toMatchObject({ kind: "private", name: "", memberCount: 3 });
    expect(made.people?.map(({ id }) => id).sort()).toEqual([ada, bea, cem].map(({ person }) => person.id).sort());
    expect((await beas.next("channel")).channel).toEqual(made);
    const again = await bea.ask("POST", "/api/directs", {
      body: { people: [cem.person.id, ada.person.id, bea.person.id] },
    });
    expect(again.status).toBe(200);
    expect(await again.json()).toMatchObject({ id: made.id, epoch: made.epoch });
    await cem.post(made.id, "all of us");
    expect(await membersOf(ada, made.id)).toHaveLength(3);
  });

  test("opened by two at once is one", async () => {
    const [one, other] = await Promise.all([openGroup(ada, bea, cem), openGroup(bea, ada, cem)]);
    expect(one.epoch).toBe(other.epoch);
    expect(await membersOf(cem, one.id)).toHaveLength(3);
  });

  test("keeps its people, its name and itself", async () => {
    const made = await openGroup(ada, bea, cem);
    const dora = await arrive(`Dora ${name}`);
    expect(await problemOf(await add(ada, made, dora.person.id))).toEqual({ status: 403, code: "forbidden" });
    expect(await problemOf(await remove(ada, made, ada))).toEqual({ status: 403, code: "forbidden" });
    expect(await problemOf(await ada.ask("DELETE", path(made.id)))).toEqual({ status: 403, code: "forbidden" });
    expect(await problemOf(await ada.ask("PATCH", path(made.id), { body: { name: "us" } }))).toEqual({
      status: 400,
      code: "bad_request",
    });
    expect(await problemOf(await dora.ask("GET", `${path(made.id)}/messages`))).toEqual({
      status: 404,
      code: "not_found",
    });
  });

  test("takes two to eight others who are there", async () => {
    const refusal = async (people: readonly string[]) =>
      problemOf(await ada.ask("POST", "/api/directs", { body: { people } }));
    const invalid = { status: 422, code: "invalid_person" };
    expect(await refusal([])).toEqual(invalid);
    expect(await refusal([ada.person.id, bea.person.id])).toEqual(invalid);
    expect(await refusal([bea.person.id, "0-AAAAAAAAAAAAAAAAAAAAAA"])).toEqual(invalid);
    expect(await refusal(Array.from({ length: 9 }, (_, n) => `0-AAAAAAAAAAAAAAAAAAAAA${n}`))).toEqual(invalid);
    expect(await problemOf(await ada.ask("POST", "/api/directs", { body: { people: "all" } }))).toEqual({
      status: 400,
      code: "bad_request",
    });
  });

  test("loses a person who ends", async () => {
    const made = await openGroup(ada, bea, cem);
    await cem.ask("DELETE", "/api/session");
    await vi.waitFor(async () => expect(await membersOf(ada, made.id)).toHaveLength(2));
  });
});

test("without a session there is no private channel either", async () => {
  const made = await make(ada);
  expect(await problemOf(await ask("GET", `${path(made.id)}/members`))).toEqual({ status: 401, code: "unauthorized" });
});
