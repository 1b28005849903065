/** A channel grown up: its topic, and its end, also while people are talking in it. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Directory } from "../../../worker/directory/directory.ts";
import type { Channel } from "../../../worker/protocol/things.ts";
import { letTimePass } from "../alarms.ts";
import { arrive, heard, path, problemOf, type Somebody, twoInAChannel, welcomed } from "../people.ts";

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

function object(epoch = channel.epoch) {
  return env.CHANNEL.getByName(epoch);
}

/** Everything an object has on disk: its tables, and how many rows they have. */
function traces(epoch = channel.epoch): Promise<Record<string, number>> {
  return runInDurableObject(object(epoch), (_, { storage }) => {
    const tables = storage.sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'",
      )
      .toArray();
    return Object.fromEntries(
      tables.map(({ name }) => [name, storage.sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ${name}`).one().n]),
    );
  });
}

describe("a topic", () => {
  test("is set by the channel's creator, folded, and everybody hears of it", async () => {
    const beas = await bea.watch();
    const response = await ada.ask("PATCH", path(channel.id), { body: { topic: "Ships\u0007 on Friday  " } });
    expect(response.status).toBe(200);
    const changed = { ...channel, topic: "Ships on Friday" };
    expect(await response.json()).toEqual(changed);
    expect(await beas.next("channel")).toEqual({ type: "channel", channel: changed });
    const list: { channels: Channel[] } = await (await bea.ask("GET", "/api/channels")).json();
    expect(list.channels).toContainEqual(changed);
    expect((await ada.ask("PATCH", path(channel.id), { body: { topic: "" } })).status).toBe(200);
  });

  test.each([
    ["that is too long", { topic: "x".repeat(251) }, 422, "invalid_text"],
    ["that is a number", { topic: 7 }, 400, "bad_request"],
    ["that is missing", {}, 400, "bad_request"],
  ])("%s is refused, and the old one stays", async (_, body, status, code) => {
    const longest = "é".repeat(250);
    await ada.ask("PATCH", path(channel.id), { body: { topic: longest } });
    expect(await problemOf(await ada.ask("PATCH", path(channel.id), { body }))).toEqual({ status, code });
    expect((await welcomedList(bea)).find(({ id }) => id === channel.id)?.topic).toBe(longest);
  });

  test("is nobody else's to set", async () => {
    const response = await bea.ask("PATCH", path(channel.id), { body: { topic: "mine" } });
    expect(await problemOf(response)).toEqual({ status: 403, code: "forbidden" });
    expect((await welcomedList(bea)).find(({ id }) => id === channel.id)?.topic).toBe("");
  });
});

describe("deleting a channel", () => {
  test("takes it from all lists, closes its sockets with 4404, and leaves nothing behind", async () => {
    await ada.post(channel.id, "unmistakable words");
    const lists = await bea.watch();
    const seats = [await ada.join(channel.id), await bea.join(channel.id)];
    const response = await ada.ask("DELETE", path(channel.id));
    expect(response.status).toBe(204);
    for (const seat of seats) expect(await seat.closing()).toBe(4404);
    expect(await lists.next("channel_deleted")).toEqual({ type: "channel_deleted", id: channel.id });
    expect((await welcomedList(bea)).map(({ id }) => id)).not.toContain(channel.id);
    expect(await traces()).toMatchObject({ slots: 0 });
    await letTimePass(object());
    expect(await traces()).toEqual({});
  });

  test("is nobody else's to do, and the first channel is nobody's to delete", async () => {
    expect(await problemOf(await bea.ask("DELETE", path(channel.id)))).toEqual({ status: 403, code: "forbidden" });
    const owner = await arrive(`Owner ${channel.id}`);
    await owner.ask("POST", "/api/session/owner", { body: { code: "code" } }, { OWNER_CODE: "code" });
    expect(await problemOf(await owner.ask("DELETE", path("general")))).toEqual({ status: 403, code: "forbidden" });
    expect(await ada.post(channel.id, "still here")).toMatchObject({ seq: 1 });
  });

  test("twice finds nothing the second time", async () => {
    await ada.ask("DELETE", path(channel.id));
    expect(await problemOf(await ada.ask("DELETE", path(channel.id)))).toEqual({ status: 404, code: "not_found" });
  });

  test("a request that was under way finds nothing and makes nothing, also after the object slept", async () => {
    const seat = {
      person: bea.person,
      session: "a-session",
      version: 0,
      checkedAt: Number.POSITIVE_INFINITY,
      isOwner: false,
      shards: 1,
      channel,
    } as const;
    const late = { type: "send", id: crypto.randomUUID(), text: "too late" } as const;
    expect((await object().command(seat, late)).kind).toBe("done");
    await ada.ask("DELETE", path(channel.id));
    const refused = { kind: "gone" };
    expect(await object().command(seat, late)).toMatchObject(refused);
    await evictDurableObject(object());
    expect(await object().command(seat, { ...late, id: crypto.randomUUID() })).toMatchObject(refused);
    expect(await object().read(seat)).toMatchObject(refused);
    await letTimePass(object());
    expect(await object().command(seat, { ...late, id: crypto.randomUUID() })).toMatchObject(refused);
    expect(await traces()).toEqual({});
  });

  test("is told to the directory again until it could be", async () => {
    await ada.post(channel.id, "to go");
    const remove = vi.spyOn(Directory.prototype, "removeChannel").mockRejectedValueOnce(new Error("not now"));
    vi.spyOn(console, "warn").mockImplementation(() => {});
    expect((await ada.ask("DELETE", path(channel.id))).status).toBe(204);
    expect(await traces()).toMatchObject({ slots: 0, outbox: 1 });
    expect(await problemOf(await ada.ask("GET", `${path(channel.id)}/messages`))).toMatchObject({ status: 404 });
    await letTimePass(object(), Date.now() + 60_000);
    expect(remove).toHaveBeenCalledTimes(2);
    expect((await welcomedList(ada)).map(({ id }) => id)).not.toContain(channel.id);
  });

  test("a successor of the same name lives elsewhere: what belonged to the old one does not come back", async () => {
    const { rev } = await ada.post(channel.id, "of the old one");
    await ada.ask("DELETE", path(channel.id));
    const next = await bea.makeChannel(channel.id);
    expect(next.epoch).not.toBe(channel.epoch);
    const welcome = await welcomed(await ada.join(channel.id, { epoch: channel.epoch, since: rev }));
    expect(welcome).toMatchObject({ epoch: next.epoch, reset: true, messages: [], head: { seq: 0, rev: 0 } });
    expect(await problemOf(await ada.ask("DELETE", path(channel.id)))).toMatchObject({ code: "forbidden" });
    await letTimePass(object());
    expect(await bea.post(channel.id, "of the new one")).toMatchObject({ seq: 1 });
  });

  test("and making it again under traffic mixes nothing: each message is in the one it was sent to, or nowhere", async () => {
    const people = await Promise.all(Array.from({ length: 4 }, (_, n) => arrive(`No ${n} ${channel.id}`)));
    const answers: Promise<{ status: number; text: string }>[] = [];
    const epochs = [channel.epoch];
    for (let round = 0; round < 3; round++) {
      for (const person of people) {
        for (let n = 0; n < 3; n++) {
          const text = `${round}:${person.person.id}:${n}`;
          const body = { id: crypto.randomUUID(), text };
          const sent = person.ask("POST", `${path(channel.id)}/messages`, { body });
          answers.push(sent.then(({ status }) => ({ status, text })));
        }
      }
      expect((await ada.ask("DELETE", path(channel.id))).status).toBe(204);
      epochs.push((await ada.makeChannel(channel.id)).epoch);
    }
    const last = await ada.post(channel.id, "the last word");
    const all = await Promise.all(answers);
    expect(all.filter(({ status }) => status !== 201 && status !== 404)).toEqual([]);
    const seat = await ada.join(channel.id);
    await welcomed(seat);
    const kept = heard(seat);
    expect(kept.at(-1)).toMatchObject({ id: last.id });
    expect(kept.map(({ seq }) => seq)).toEqual(kept.map((_, index) => index + 1));
    const told = new Set(all.filter(({ status }) => status === 201).map(({ text }) => text));
    for (const { text } of kept.slice(0, -1)) expect(told).toContain(text);
    for (const epoch of epochs.slice(0, -1)) expect(await traces(epoch)).toMatchObject({ slots: 0 });
    expect(new Set(epochs).size).toBe(4);
  });
});

async function welcomedList(somebody: Somebody): Promise<readonly Channel[]> {
  const { channels }: { channels: Channel[] } = await (await somebody.ask("GET", "/api/channels")).json();
  return channels;
}
