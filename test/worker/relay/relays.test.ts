/**
 * A channel whose sockets do not fit into one object. The site of these tests takes two of them an object, so that few people fill
 * several: two in the channel, the others on relays. Nobody notices.
 */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { attachIdentity } from "../../../worker/platform/forwarded-identity.ts";
import { shardOf } from "../../../worker/platform/shard-id.ts";
import { type ChannelFrame, parseChannelFrame, type WelcomeFrame } from "../../../worker/protocol/frames.ts";
import type { Channel } from "../../../worker/protocol/things.ts";
import { Relay } from "../../../worker/relay/relay.ts";
import { letTimePass } from "../alarms.ts";
import { arrive, freshName, heard, path, Seat, type Somebody } from "../people.ts";

let people: Somebody[];
let channel: Channel;

beforeEach(async () => {
  const name = freshName();
  people = await Promise.all(["Ada", "Bea", "Cem", "Dan", "Eve"].map((one) => arrive(`${one} ${name}`)));
  channel = await person(0).makeChannel(name);
});

afterEach(() => {
  vi.useRealTimers();
});

function person(at: number): Somebody {
  const one = people[at];
  if (!one) throw new Error("no such person");
  return one;
}

/** Everyone with the channel open, one after the other. */
async function everyone(id = channel.id): Promise<Seat<ChannelFrame>[]> {
  const seats: Seat<ChannelFrame>[] = [];
  for (const one of people) {
    const seat = await one.join(id);
    await seat.next("welcome");
    seats.push(seat);
  }
  return seats;
}

const object = () => env.CHANNEL.getByName(channel.epoch);
const relay = (name: string) => env.RELAY.getByName(`${channel.epoch} ${name}`);
const socketsOf = (stub: DurableObjectStub<undefined>) =>
  runInDurableObject(stub, (_, state) => state.getWebSockets().filter(({ readyState }) => readyState === 1).length);
const relayRows = () =>
  runInDurableObject(object(), (_, { storage }) =>
    storage.sql
      .exec<{ relay: string }>("SELECT relay FROM relays ORDER BY relay")
      .toArray()
      .map((row) => row.relay),
  );

/** The channel's alarm, as if so much time (ms) had passed. */
async function idleFor(ms: number): Promise<void> {
  await letTimePass(object(), Date.now() + ms);
}

const texts = (seat: Seat<ChannelFrame>) => heard(seat).map(({ text }) => text);
const hears = (seat: Seat<ChannelFrame>, text: string) =>
  seat.until(`the message ${text}`, () => texts(seat).includes(text));

function say(seat: Seat<ChannelFrame> | undefined, text: string, id: string = crypto.randomUUID()): string {
  seat?.send({ type: "send", id, text });
  return id;
}

test("the channel takes as many sockets as it holds, the others are placed on relays, as many on each", async () => {
  await everyone();
  expect(await socketsOf(object())).toBe(2);
  expect(await socketsOf(relay("1"))).toBe(2);
  expect(await socketsOf(relay("2"))).toBe(1);
  expect(await relayRows()).toEqual(["1", "2"]);
});

test("everyone is told the same, in the same order, wherever they are and whoever says it", async () => {
  const seats = await everyone();
  for (const [at, seat] of seats.entries()) {
    say(seat, `from ${at}`);
    await Promise.all(seats.map((one) => hears(one, `from ${at}`)));
  }
  const all = seats.map((seat) => heard(seat).map(({ seq, rev, text }) => [seq, rev, text]));
  for (const one of all) expect(one).toEqual(all[0]);
  const ids = seats.map((seat) =>
    seat.frames.flatMap((frame) => (frame.type === "messages" ? frame.messages.map(({ id }) => id) : [])),
  );
  for (const one of ids) expect(new Set(one).size).toBe(one.length); // each once
});

test("edits, reactions and deletions from a relay reach the channel's own sockets and the other relays", async () => {
  const seats = await everyone();
  const id = say(seats[4], "as it was");
  await Promise.all(seats.map((seat) => hears(seat, "as it was")));
  seats[4]?.send({ type: "edit", id, text: "as it is" });
  seats[2]?.send({ type: "react", id, emoji: "👍", on: true });
  for (const seat of seats)
    await seat.until("both", () => heard(seat)[0]?.text === "as it is" && heard(seat)[0]?.reactions?.length === 1);
  seats[4]?.send({ type: "delete", id });
  for (const seat of seats) await seat.until("the deletion", () => heard(seat)[0]?.deleted === true);
});

test("a newcomer on a relay is welcomed with the window, the pins, the rules and who is here, as in the channel", async () => {
  const pinned = await person(0).post(channel.id, "remember this");
  await person(0).ask("PUT", `${path(channel.id)}/pins/${pinned.id}`);
  await person(0).ask("PATCH", path(channel.id), { body: { slowMs: 5_000 } });
  const seats = await everyone();
  const [first, ...rest] = await Promise.all(seats.map((seat) => seat.next("welcome")));
  const common = ({ version, channel: about, epoch, head, reset, messages, pins, rules }: WelcomeFrame) => {
    return { version, about, epoch, head, reset, messages, pins, rules };
  };
  for (const [at, welcome] of rest.entries()) {
    expect(common(welcome)).toEqual(first && common(first));
    expect(welcome.you).toEqual(person(at + 1).person);
    expect(welcome.here.count).toBe(at + 2);
  }
});

test("rules that changed are in the first frame of everyone who comes later", async () => {
  await everyone();
  await person(0).ask("PATCH", path(channel.id), { body: { slowMs: 5_000 } });
  const late = await arrive(`Late ${freshName()}`);
  expect((await (await late.join(channel.id)).next("welcome")).rules).toEqual({ slowMs: 5_000 });
});

test("a second window that is on its way is held by the sign-out and by what is said, though the first one has closed", async () => {
  const seats = await everyone();
  const second = await person(4).join(channel.id);
  await second.next("welcome");
  seats[4]?.close();
  say(seats[0], "meanwhile");
  await hears(second, "meanwhile");
  expect((await person(4).ask("DELETE", "/api/session")).status).toBe(204);
  expect(await second.closing()).toBe(4401);
});

test("who is here are all of them: by name up to a hundred, and everyone is told who comes and who goes", async () => {
  const seats = await everyone();
  const [first] = seats;
  const names = () => {
    const here = new Map<string, string>();
    for (const frame of first?.frames ?? []) {
      if (frame.type === "welcome") for (const one of frame.here.people) here.set(one.id, one.name);
      if (frame.type === "here") {
        for (const one of frame.left) here.delete(one.id);
        for (const one of frame.joined) here.set(one.id, one.name);
      }
    }
    return [...here.keys()].sort();
  };
  const ids = people.map((one) => one.person.id).sort();
  await first?.until("all of them", () => names().length === 5);
  expect(names()).toEqual(ids);
  seats[4]?.close();
  await first?.next("here", ({ left }) => left.some(({ id }) => id === person(4).person.id));
  await seats[2]?.next("here", ({ left, count }) => count === 4 && left.some(({ id }) => id === person(4).person.id));
});

test("a relay without sockets is given up, and its row with it", async () => {
  const seats = await everyone();
  await seats[0]?.next("here", ({ count }) => count === 5);
  for (const seat of seats.slice(2)) seat.close();
  await seats[0]?.next("here", ({ count }) => count === 2);
  await idleFor(5_000);
  expect(await relayRows()).toHaveLength(2); // someone may still be on the way
  await idleFor(20_000);
  expect(await relayRows()).toEqual([]);
  say(seats[0], "still here");
  await hears(seats[1] as Seat<ChannelFrame>, "still here");
});

test("the windows of one person are on one object, where the oldest of too many makes room", async () => {
  const seats = await everyone();
  const windows: Seat<ChannelFrame>[] = [];
  for (let n = 0; n < 8; n++) windows.push(await person(2).join(channel.id));
  await Promise.all(windows.map((seat) => seat.next("welcome")));
  expect(await seats[2]?.closing()).toBe(4009);
  expect(await socketsOf(relay("1"))).toBe(9); // eight of one, one of the other
});

test("who is typing is told to all but their own windows", async () => {
  const seats = await everyone();
  seats[2]?.send({ type: "typing" });
  for (const at of [0, 1, 3, 4]) await seats[at]?.next("typing", (frame) => frame.person.id === person(2).person.id);
  seats[0]?.send({ type: "typing" });
  for (const at of [1, 2, 3, 4]) await seats[at]?.next("typing", (frame) => frame.person.id === person(0).person.id);
  expect(seats[2]?.frames.some((frame) => frame.type === "typing" && frame.person.id === person(2).person.id)).toBe(
    false,
  );
});

describe("an answer to one alone", () => {
  test("comes back through the relay: refusals with their command and id, and nobody else sees them", async () => {
    const seats = await everyone();
    const id = say(seats[3], "");
    const refusal = await seats[3]?.next("error");
    expect(refusal).toMatchObject({ code: "invalid_text", command: "send", id });
    seats[3]?.send({ type: "edit", id: crypto.randomUUID(), text: "x" });
    await seats[3]?.next("error", ({ code }) => code === "not_found");
    for (const at of [0, 1, 2, 4]) expect(seats[at]?.frames.some(({ type }) => type === "error")).toBe(false);
  });

  test("a message that is sent a second time is answered with what it is, to the one who sent it", async () => {
    const seats = await everyone();
    const id = say(seats[3], "once");
    await Promise.all(seats.map((seat) => hears(seat, "once")));
    const before = seats.map((seat) => seat.frames.filter(({ type }) => type === "messages").length);
    say(seats[3], "once more", id);
    await seats[3]?.until("the answer", () => {
      const frames = seats[3]?.frames.filter(({ type }) => type === "messages") ?? [];
      return frames.length > (before[3] ?? 0);
    });
    expect(texts(seats[3] as Seat<ChannelFrame>)).toEqual(["once"]);
    expect(seats[0]?.frames.filter(({ type }) => type === "messages")).toHaveLength(before[0] ?? 0);
  });

  test("haste is counted by the channel for all of a person's sockets, wherever they are", async () => {
    const seats = await everyone();
    for (let n = 0; n < 12; n++) say(seats[3], `fast ${n}`);
    expect(await seats[3]?.next("error")).toMatchObject({ code: "rate_limited", command: "send" });
  });

  test("an unreadable frame is answered by the relay, and five of them close the socket", async () => {
    const seats = await everyone();
    for (let n = 0; n < 5; n++) seats[3]?.send("{");
    expect(await seats[3]?.closing()).toBe(1008);
    expect(seats[3]?.frames.filter((frame) => frame.type === "error" && frame.code === "bad_frame")).toHaveLength(5);
  });
});

describe("an authority that ends", () => {
  test("a session that ends is told on every relay before the answer, and its sockets close", async () => {
    const seats = await everyone();
    expect((await person(4).ask("DELETE", "/api/session")).status).toBe(204);
    expect(await seats[4]?.closing()).toBe(4401);
    const before = seats[4]?.frames.length;
    say(seats[0], "after that");
    await hears(seats[2] as Seat<ChannelFrame>, "after that");
    expect(seats[4]?.frames.length).toBe(before);
  });

  test("a new name is that of the next message from a relay", async () => {
    const seats = await everyone();
    const name = `New ${freshName()}`;
    expect((await person(3).ask("POST", "/api/session", { body: { name } })).status).toBe(200);
    say(seats[3], "renamed");
    await hears(seats[0] as Seat<ChannelFrame>, "renamed");
    expect(heard(seats[0] as Seat<ChannelFrame>).at(-1)?.author.name).toBe(name);
    await seats[1]?.next("here", ({ joined }) => joined.some((one) => one.name === name));
  });

  test("a new name that a relay could not be told is told it again, and stands by what is said there meanwhile", async () => {
    const seats = await everyone();
    const update = vi.spyOn(Relay.prototype, "update").mockImplementation(() => {
      throw new Error("out of reach");
    });
    onTestFinished(() => update.mockRestore());
    const name = `New ${freshName()}`;
    expect((await person(3).ask("POST", "/api/session", { body: { name } })).status).toBe(200);
    await vi.waitFor(() => expect(update).toHaveBeenCalled());
    say(seats[3], "renamed");
    await hears(seats[0] as Seat<ChannelFrame>, "renamed");
    expect(heard(seats[0] as Seat<ChannelFrame>).at(-1)?.author.name).toBe(name);
    update.mockRestore();
    await letTimePass(env.PEOPLE.getByName(String(shardOf(person(3).person.id))), Date.now() + 60_000);
    // The relay says itself who types.
    seats[3]?.send({ type: "typing" });
    expect((await seats[0]?.next("typing"))?.person).toEqual({ id: person(3).person.id, name });
  });

  test("a person who is taken out of a private channel hears nothing after that, on a relay either", async () => {
    const body = { name: freshName(), private: true, members: people.slice(1).map((one) => one.person.id) };
    const answer = await person(0).ask("POST", "/api/channels", { body });
    channel = await answer.json();
    const seats = await everyone();
    await person(0).ask("DELETE", `${path(channel.id)}/members/${person(4).person.id}`);
    expect(await seats[4]?.closing()).toBe(4404);
    say(seats[0], "among ourselves");
    await hears(seats[3] as Seat<ChannelFrame>, "among ourselves");
    expect(texts(seats[4] as Seat<ChannelFrame>)).not.toContain("among ourselves");
    const refused = await person(4).ask("GET", `${path(channel.id)}/socket`, { headers: { Upgrade: "websocket" } });
    expect(refused.status).toBe(404);
  });

  test("a person who is added to a private channel gets in on a relay at once", async () => {
    const body = { name: freshName(), private: true, members: people.slice(1, 4).map((one) => one.person.id) };
    channel = await (await person(0).ask("POST", "/api/channels", { body })).json();
    const late = people.pop();
    await everyone();
    await person(0).ask("POST", `${path(channel.id)}/members`, { body: { person: late?.person.id } });
    const seat = await late?.join(channel.id);
    expect((await seat?.next("welcome"))?.here.count).toBe(5);
  });

  test("a channel that is deleted closes the sockets on its relays, and its relays are forgotten", async () => {
    const seats = await everyone();
    expect((await person(0).ask("DELETE", path(channel.id))).status).toBe(204);
    expect(await Promise.all(seats.map((seat) => seat.closing()))).toEqual([4404, 4404, 4404, 4404, 4404]);
    await idleFor(20_000);
    expect(await relayRows()).toEqual([]);
  });
});

describe("after sleep", () => {
  const sleep = (stub: DurableObjectStub<undefined>) => evictDurableObject(stub, { webSockets: "hibernate" });

  test.each([
    ["a relay", async () => sleep(relay("1"))],
    ["the channel", async () => sleep(object())],
    ["all of them", async () => void (await Promise.all([relay("1"), relay("2"), object()].map(sleep)))],
  ])("of %s everyone is told what is said then, and nothing twice", async (_, fallAsleep) => {
    const seats = await everyone();
    say(seats[3], "before");
    await Promise.all(seats.map((seat) => hears(seat, "before")));
    await seats[0]?.next("here", ({ count }) => count === 5);
    await fallAsleep();
    for (const [at, seat] of seats.entries()) {
      say(seat, `after ${at}`);
      await Promise.all(seats.map((one) => hears(one, `after ${at}`)));
    }
    for (const seat of seats) {
      const told = seat.frames.flatMap((frame) => (frame.type === "messages" ? frame.messages : []));
      expect(new Set(told.map(({ rev }) => rev)).size).toBe(told.length);
    }
    const late = await arrive(`Late ${freshName()}`);
    const welcome = await (await late.join(channel.id)).next("welcome");
    expect(welcome.here.count).toBe(6);
    expect(welcome.messages).toHaveLength(6);
  });

  test("a relay whose last socket closes tells its channel all the same", async () => {
    const seats = await everyone();
    await seats[0]?.next("here", ({ count }) => count === 5);
    await sleep(relay("2"));
    seats[4]?.close();
    await seats[0]?.next("here", ({ count, left }) => count === 4 && left.some(({ id }) => id === person(4).person.id));
  });

  test("a channel that starts anew tells no one that people on its relays have left", async () => {
    const seats = await everyone();
    await seats[2]?.next("here", ({ count }) => count === 5);
    await sleep(object());
    say(seats[2], "are you all here?");
    await Promise.all(seats.map((seat) => hears(seat, "are you all here?")));
    const late = await arrive(`Late ${freshName()}`);
    await late.join(channel.id);
    await seats[2]?.next("here", ({ count }) => count === 6);
    for (const seat of seats)
      for (const frame of seat.frames) if (frame.type === "here") expect(frame.left).toEqual([]);
  });

  test("what a relay has missed, since the channel was cut off, is sent as soon as the channel is there again", async () => {
    const seats = await everyone();
    say(seats[0], "before");
    await Promise.all(seats.map((seat) => hears(seat, "before")));
    await evictDurableObject(relay("1"), { webSockets: "hibernate" });
    // Written, and the object gone before anyone was told.
    await runInDurableObject(object(), (_, { storage }) => {
      const [row] = storage.sql.exec<{ message: string }>("SELECT message FROM slots").toArray();
      const message = { ...JSON.parse(row?.message ?? ""), id: crypto.randomUUID(), seq: 2, rev: 2, text: "untold" };
      storage.sql.exec(
        "INSERT INTO slots (slot, message, evicted, changed_at, mentioned) VALUES (2, ?, '[]', 0, '[]')",
        JSON.stringify(message),
      );
    });
    await evictDurableObject(object(), { webSockets: "hibernate" });
    await person(0).ask("GET", `${path(channel.id)}/messages`);
    for (const at of [2, 3, 4]) await hears(seats[at] as Seat<ChannelFrame>, "untold");
  });
});

test("what one person says on a relay is in the order in which it was said, also when a call on the way takes long", async () => {
  const seats = await everyone();
  await runInDurableObject(relay("1"), (instance) => {
    const { env: bindings } = instance as unknown as { env: Env };
    let isFirst = true;
    const channels = {
      getByName: (name: string) => {
        const stub = bindings.CHANNEL.getByName(name);
        return {
          relayed: async (...args: Parameters<typeof stub.relayed>) => {
            if (isFirst) {
              isFirst = false;
              await scheduler.wait(200);
            }
            return stub.relayed(...args);
          },
          takeReport: (...args: Parameters<typeof stub.takeReport>) => stub.takeReport(...args),
        };
      },
    };
    Object.assign(instance, { env: { ...bindings, CHANNEL: channels } });
  });
  for (let n = 1; n <= 5; n++) say(seats[3], `number ${n}`);
  await hears(seats[0] as Seat<ChannelFrame>, "number 5");
  expect(texts(seats[0] as Seat<ChannelFrame>)).toEqual([1, 2, 3, 4, 5].map((n) => `number ${n}`));
});

test.each([
  ["does not answer", () => new Promise<never>(() => {})],
  ["cannot be reached", () => Promise.reject(new Error("out of reach"))],
])("while its channel %s, a relay sends a newcomer away to come back (1012)", async (_, relayState) => {
  const stub = relay("9");
  await runInDurableObject(stub, (instance) => {
    Object.assign(instance, { env: { CHANNEL: { getByName: () => ({ relayState }) } } });
  });
  const identity = {
    person: person(0).person,
    isOwner: false,
    version: 0,
    session: "s",
    shards: 1,
    checkedAt: Date.now(),
  };
  const placement = { relay: "9", continent: "", rev: 1, count: 1, rules: {} };
  const asked = { ...identity, ...placement, channel: { id: channel.id, epoch: channel.epoch, kind: "public" } };
  const upgrade = new Request("https://flack.test/", { headers: { Upgrade: "websocket" } });
  const { webSocket } = await stub.fetch(attachIdentity(upgrade, asked));
  if (!webSocket) throw new Error("no socket");
  expect(await new Seat(webSocket, parseChannelFrame).closing()).toBe(1012);
});
