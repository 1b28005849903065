/** What everything costs: rows and calls of each route and frame, and that work does not grow with what is not concerned. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Directory } from "../../worker/directory/directory.ts";
import { shardOf } from "../../worker/platform/shard-id.ts";
import { DAY_MS, HOUR_MS } from "../../worker/protocol/limits.ts";
import type { Channel, Message } from "../../worker/protocol/things.ts";
import { arrive, freshName, path, type Somebody, twoInAChannel, welcomed } from "./people.ts";
import { countRows, type Rows } from "./rows.ts";

const MINUTE_MS = 60_000;
let ada: Somebody;
let bea: Somebody;
let channel: Channel;

beforeEach(async () => {
  ({ ada, bea, channel } = await twoInAChannel());
  await welcomed(await ada.join(channel.id));
  await ada.post(channel.id, "the tables are there, and the alarm stands");
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const directory = () => env.DIRECTORY.getByName("directory");
const shard = () => env.PEOPLE.getByName("0");
const object = (epoch = channel.epoch) => env.CHANNEL.getByName(epoch);

/** Whatever was under way a moment ago is over. */
function quiet(): Promise<void> {
  return scheduler.wait(1_200);
}

/** Every call to the directory, by the method's name. */
function directoryCalls(): string[] {
  const calls: string[] = [];
  for (const name of Object.getOwnPropertyNames(Directory.prototype)) {
    if (name === "constructor" || name === "alarm") continue;
    const before: unknown = Reflect.get(Directory.prototype, name);
    if (typeof before !== "function") continue;
    vi.spyOn(Directory.prototype, name as "list").mockImplementation(function (this: Directory, ...args) {
      calls.push(name);
      return Reflect.apply(before, this, args);
    } as Directory["list"]);
  }
  return calls;
}

describe("rows", () => {
  test("a message, an edit, a reaction and a deletion: one each, in the channel alone; activity one a second in the directory", async () => {
    await quiet();
    let id = "";
    const inChannel = await countRows([object()], async () => {
      ({ id } = await ada.post(channel.id, "words"));
      await ada.ask("PATCH", `${path(channel.id)}/messages/${id}`, { body: { text: "other words" } });
      await bea.ask("POST", `${path(channel.id)}/messages/${id}/reactions`, { body: { emoji: "👍", on: true } });
      await ada.ask("DELETE", `${path(channel.id)}/messages/${id}`);
    });
    expect(inChannel).toMatchObject({ written: 4, alarms: 0 });
    await quiet();
    const others = await Promise.all([
      countRows([directory()], () => ada.post(channel.id, "news"), quiet),
      countRows([shard()], async () => {}, quiet),
    ]);
    expect(others.map(({ written }) => written)).toEqual([1, 0]);
  });

  test("a direct message: one in the channel and one in the shard of its people; a mention one more", async () => {
    const direct: Channel = await (await ada.ask("POST", "/api/directs", { body: { person: bea.person.id } })).json();
    await ada.post(direct.id, "first");
    await quiet();
    const plain = await countRows(
      [object(direct.epoch), shard(), directory()],
      () => ada.post(direct.id, "second"),
      quiet,
    );
    expect(plain.written).toBe(2);
    const mention = await countRows([shard()], () => ada.post(channel.id, `<@${bea.person.id}>`), quiet);
    expect(mention.written).toBe(1);
  });

  test("a message of a private channel: one there and one in the shard, and the directory is asked for nothing", async () => {
    const body = { name: freshName(), private: true, members: [bea.person.id] };
    const made: Channel = await (await ada.ask("POST", "/api/channels", { body })).json();
    await ada.post(made.id, "first");
    await quiet();
    const calls = directoryCalls();
    const rows = await countRows([object(made.epoch), shard(), directory()], () => ada.post(made.id, "second"), quiet);
    expect(rows.written).toBe(2);
    expect(calls).toEqual([]);
  });

  test("an edit and the deletion of a pinned message two, a pin and its end one", async () => {
    const { id } = await ada.post(channel.id, "to be kept");
    const route = `${path(channel.id)}/messages/${id}`;
    await quiet();
    const count = async (method: string, to: string, body?: object) =>
      (await countRows([object()], () => ada.ask(method, to, body ? { body } : {}))).written;
    expect(await count("POST", `${path(channel.id)}/pins`, { messageId: id })).toBe(1);
    expect(await count("PATCH", route, { text: "other words" })).toBe(2);
    expect(await count("DELETE", route)).toBe(2);
  });

  test("a run of the age limit one for each message that it removes, and one alarm", async () => {
    for (const text of ["two", "three", "four"]) await ada.post(channel.id, text);
    await ada.ask("PATCH", path(channel.id), { body: { keepMs: HOUR_MS } });
    await ada.post(channel.id, "five");
    await quiet();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + HOUR_MS - MINUTE_MS });
    await ada.post(channel.id, "stays");
    await quiet();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2 * MINUTE_MS });
    const run = await countRows([object()], () => runDurableObjectAlarm(object()));
    expect(run.written).toBe(5);
    expect(run.alarms).toBeLessThanOrEqual(1);
    const { messages }: { messages: Message[] } = await (await ada.ask("GET", `${path(channel.id)}/messages`)).json();
    expect(messages.map(({ text }) => text)).toEqual(["stays"]);
  });

  test("a feed from a new address one, from the same one none", async () => {
    const watch = (address: string) =>
      countRows([shard()], async () => (await bea.watch({ "CF-Connecting-IP": address })).next("directory"));
    expect((await watch("192.0.2.17")).written).toBe(1);
    expect((await watch("192.0.2.17")).written).toBe(0);
  });

  test("a sign-in at most 6, a sign-out at most 4, a rename at most 8, each plus 2 per object it must tell", async () => {
    await quiet();
    const everywhere = [directory(), shard()];
    const headers = { "CF-Connecting-IP": "192.0.2.7" };
    let cem = ada;
    const signIn = await countRows(everywhere, async () => {
      cem = await arrive(`Cem ${channel.id}`, headers);
    });
    expect(signIn.written).toBeLessThanOrEqual(6);
    await welcomed(await cem.join(channel.id));
    const rename = await countRows(
      everywhere,
      () => cem.ask("POST", "/api/session", { body: { name: `Cemal ${channel.id}` } }),
      quiet,
    );
    // The directory, which has to forget the old name, and the one channel.
    expect(rename.written).toBeLessThanOrEqual(8 + 2 * 2);
    const signOut = await countRows(everywhere, () => cem.ask("DELETE", "/api/session"), quiet);
    expect(signOut.written).toBeLessThanOrEqual(4 + 2 * 2);
  });

  test("the first join of a channel at most 2, a later one none, and a request that changes nothing none", async () => {
    await quiet();
    const all = [directory(), shard(), object()];
    const first = await countRows(all, async () => welcomed(await bea.join(channel.id)));
    expect(first.written).toBeLessThanOrEqual(2);
    const later = await countRows(all, async () => welcomed(await bea.join(channel.id)));
    expect(later).toMatchObject({ written: 0, alarms: 0 });
    const reading = await countRows(all, async () => {
      await (await bea.watch()).next("directory");
      for (const where of ["/api/session", "/api/channels", `${path(channel.id)}/messages`, "/api/people?q=ada"]) {
        expect((await bea.ask("GET", where)).status).toBe(200);
      }
    });
    expect(reading).toMatchObject({ written: 0, alarms: 0 });
  });

  test("a session once a day one", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + DAY_MS + 1 });
    const ask = () => countRows([directory(), shard()], () => bea.ask("GET", "/api/session"));
    expect([(await ask()).written, (await ask()).written]).toEqual([1, 0]);
  });

  test("a read frame one, however many channels are in it, and none where nothing is new", async () => {
    const others = [await ada.makeChannel(freshName()), await ada.makeChannel(freshName())];
    for (const other of others) await ada.post(other.id, "words");
    const seat = await bea.watch();
    const second = await bea.watch();
    await second.next("directory");
    await quiet();
    const marks = others.map(({ id }) => ({ id, seq: 1 }));
    const once = await countRows([shard()], async () => {
      seat.send({ type: "read", channels: marks });
      await second.next("read");
    });
    expect(once.written).toBe(1);
    const again = await countRows([shard()], async () => {
      seat.send({ type: "read", channels: marks });
      seat.send({ type: "unread", id: "nowhere", seq: 1 });
      await seat.next("error");
    });
    expect(again.written).toBe(0);
  });
});

test("the directory is asked for nothing when 500 people join channels they know, send and read", async () => {
  const channels = await Promise.all(Array.from({ length: 5 }, () => ada.makeChannel(freshName())));
  const crowds = await Promise.all(
    channels.map(async ({ id }) => {
      const crowd = await Promise.all(Array.from({ length: 100 }, (_, n) => arrive(`C${n} ${id}`)));
      await Promise.all(crowd.map(async (one) => (await one.join(id)).close()));
      return { id, crowd };
    }),
  );
  const direct: Channel = await (await ada.ask("POST", "/api/directs", { body: { person: bea.person.id } })).json();
  await quiet();
  const calls = directoryCalls();
  const begun = Date.now();
  const work = async ({ id, crowd }: (typeof crowds)[number]) => {
    for (const one of crowd) {
      const seat = await one.join(id);
      await seat.next("welcome");
      await one.ask("GET", `${path(id)}/messages`);
      await one.post(id, "here");
      seat.close();
    }
  };
  await Promise.all(crowds.map(work));
  await bea.post(direct.id, "a direct message");
  await bea.ask("GET", "/api/session");
  await quiet();
  const seconds = (Date.now() - begun) / 1_000;
  expect(calls.filter((name) => name !== "report")).toEqual([]);
  expect(calls.length).toBeGreaterThan(0);
  expect(calls.length).toBeLessThanOrEqual((seconds + 1) * channels.length);
});

describe("work that does not grow", () => {
  /** Reads of a sign-in, a rename, a new channel, a join and a sign-out. */
  async function work(label: string): Promise<Rows> {
    await quiet();
    const headers = { "CF-Connecting-IP": "192.0.2.8" };
    return countRows(
      [directory(), shard()],
      async () => {
        const one = await arrive(`One ${label} ${channel.id}`, headers);
        await one.ask("POST", "/api/session", { body: { name: `Two ${label} ${channel.id}` } });
        await one.makeChannel(freshName());
        (await one.join(channel.id)).close();
        await one.ask("DELETE", "/api/session");
      },
      quiet,
    );
  }

  test("with people, sessions and addresses by the hundred thousand the same rows are read", async () => {
    const few = await work("few");
    const many = 100_000;
    const numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)";
    await runInDurableObject(directory(), (_, { storage }) => {
      storage.sql.exec(`${numbers} INSERT INTO names SELECT 'x ' || i, '0-' || i, 'N' || i, 0, 0 FROM n`, many);
      storage.sql.exec(`${numbers} INSERT INTO hourly SELECT 'sign-ins:x' || i, ?, 1 FROM n`, many, Date.now());
    });
    await runInDurableObject(shard(), (_, { storage }) => {
      storage.sql.exec(
        `${numbers} INSERT INTO people SELECT '0-' || i, 'N' || i, 0, 0, 0, '', 0, 0, '{}' FROM n`,
        many,
      );
      storage.sql.exec(
        `${numbers} INSERT INTO sessions SELECT '0-' || i, 'h' || i, ?, ?, ?, '[]', '', '', '' FROM n`,
        many,
        ...Array.from({ length: 3 }, Date.now),
      );
      storage.sql.exec(`${numbers} INSERT INTO links SELECT 'l' || i, '0-' || i, ? FROM n`, many, Date.now());
    });
    const crowded = await work("many");
    expect(few.read).toBeGreaterThan(10);
    expect(crowded.read).toBeLessThanOrEqual(few.read * 1.5);
    expect(crowded.written).toBeLessThanOrEqual(few.written * 1.5); // what is gathered is one row or two, as it comes
  });
});

test("the first frame of someone with 300 direct, 200 private and 1,000 public conversations has at most 100 KB", async () => {
  const number = shardOf(ada.person.id);
  const own = env.PEOPLE.getByName(String(number));
  const names = Array.from({ length: 1_000 }, (_, n) => `${freshName()}-${n}`);
  await runInDurableObject(own, (_, { storage }) => {
    const insert = (sql: string, ...values: readonly SqlStorageValue[]) => void storage.sql.exec(sql, ...values);
    const ada0 = { id: ada.person.id, name: ada.person.name };
    for (const n of names.keys()) {
      if (n >= 300) break;
      const peer = `${number}-${String(n).padStart(22, "P")}`;
      const id = [peer, ada.person.id].sort().join("~");
      insert(
        "INSERT INTO directs VALUES (?, ?, ?, ?, ?, 3, ?, 0, 0)",
        id,
        `epoch-of-${n}-0123456789`,
        ada0.id,
        ada0.name,
        n,
        n,
      );
      for (const [one, other] of [
        [peer, ada0.id],
        [ada0.id, peer],
      ])
        insert("INSERT INTO direct_people VALUES (?, ?, ?)", one ?? "", id, other ?? "");
      insert("INSERT INTO peers VALUES (?, ?, 1)", peer, `Person with a name ${n}`);
    }
    for (const n of names.keys()) {
      if (n >= 200) break;
      const id = `P-${String(n)
        .padStart(26, "A")
        .replace(/\d/g, (digit) => "ABCDEFGHIJ".charAt(Number(digit)))}`;
      const entry = {
        id,
        epoch: `private-${n}-0123456789`,
        kind: "private",
        name: `plans-${n}`,
        topic: "What we plan for the week",
      };
      const rest = { createdBy: ada0, createdAt: n, memberCount: 12, seq: 0, lastAt: null };
      insert("INSERT INTO privates VALUES (?, ?, 1, 3, ?, 0)", id, JSON.stringify({ ...entry, ...rest }), n);
      insert("INSERT INTO memberships VALUES (?, ?)", ada0.id, id);
    }
  });
  await runInDurableObject(directory(), (_, { storage }) => {
    for (const [n, name] of names.entries())
      storage.sql.exec(
        "INSERT INTO channels VALUES (?, ?, ?, '{}', ?, 'Ada', ?, 1)",
        name,
        `epoch-${name}`,
        "What is said here, in a line of some length",
        ada.person.id,
        n,
      );
  });
  await Promise.all([evictDurableObject(own), evictDurableObject(directory())]);
  const seat = await ada.watch();
  const first = await seat.next("directory");
  expect(first.channels.length).toBeGreaterThan(200);
  expect(new TextEncoder().encode(JSON.stringify(first)).byteLength).toBeLessThanOrEqual(100_000);
  expect(first.more).toBe(true);
  const all = new Set(first.channels.map(({ id }) => id));
  for (let cursor: string | undefined = ""; cursor !== undefined; ) {
    const page: { channels: Channel[]; cursor?: string } = await (
      await ada.ask("GET", `/api/channels?cursor=${cursor}`)
    ).json();
    for (const { id } of page.channels) all.add(id);
    cursor = page.cursor;
  }
  expect(all.size).toBeGreaterThanOrEqual(1_500);
});
