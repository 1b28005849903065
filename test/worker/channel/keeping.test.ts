/** What a channel keeps: the window in memory, on disk and in the welcome, through sleep and loss of sockets. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { ChannelAuth } from "../../../worker/channel/rpc.ts";
import type { MessageCommand } from "../../../worker/protocol/commands.ts";
import type { ChannelFrame } from "../../../worker/protocol/frames.ts";
import { EMPTY_HISTORY, type History, merge } from "../../../worker/protocol/history.ts";
import type { Message, Person } from "../../../worker/protocol/things.ts";
import { Model, PEOPLE, type Step, steps, viewOf } from "../laws.ts";
import { arrive, freshName, heard, path, type Seat, type Somebody, welcomed } from "../people.ts";

let ada: Somebody;
let channel: string;
let epoch: string;

beforeEach(async () => {
  channel = freshName();
  ada = await arrive(`Ada ${channel}`);
  epoch = (await ada.makeChannel(channel)).epoch;
});

function object() {
  return env.CHANNEL.getByName(epoch);
}

/** Rows of the window as they are on disk. */
function rows(): Promise<{ slot: number; message: Message; evicted: unknown[] }[]> {
  return runInDurableObject(object(), (_, { storage }) =>
    storage.sql
      .exec<{ slot: number; message: string; evicted: string }>("SELECT * FROM slots ORDER BY slot")
      .toArray()
      .map(({ slot, message, evicted }) => ({ slot, message: JSON.parse(message), evicted: JSON.parse(evicted) })),
  );
}

function seatOf(person: Person): ChannelAuth {
  return {
    person,
    session: "a-session",
    version: 0,
    checkedAt: Number.POSITIVE_INFINITY,
    isOwner: false,
    shards: 1,
    channel: { id: channel, epoch, kind: "public" },
  };
}

/** Lets people say `count` things, ten each: as much as one may say at once. */
async function fill(count: number, text: (n: number) => string = (n) => `message ${n}`): Promise<Message[]> {
  const said: Message[] = [];
  let speaker = ada;
  for (let n = 0; n < count; n++) {
    if (n % 10 === 0) speaker = await arrive(`${channel} no ${Math.random().toString(36).slice(2, 10)}`);
    said.push(await speaker.post(channel, text(n + 1)));
  }
  return said;
}

test("an acknowledgement that waits its turn tells of the message as it is by then: not a text that was deleted meanwhile", async () => {
  const seat = await ada.join(channel);
  await welcomed(seat);
  const bea = await arrive(`Bea ${channel}`);
  const slip = { type: "send", id: crypto.randomUUID(), text: "a slip" } as const;
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  onTestFinished(() => void vi.useRealTimers());
  await runInDurableObject(object(), async (instance, state) => {
    const [socket] = state.getWebSockets();
    await instance.command(seatOf(bea.person), { type: "send", id: crypto.randomUUID(), text: "told at once" });
    await instance.command(seatOf(ada.person), slip); // gathered
    if (socket) instance.webSocketMessage(socket, JSON.stringify(slip)); // repeated: acknowledged once that is told
    await instance.command(seatOf(ada.person), { type: "delete", id: slip.id });
  });
  const about = () =>
    seat.frames
      .flatMap((frame) => (frame.type === "messages" ? frame.messages : []))
      .filter(({ id }) => id === slip.id);
  await seat.until("the deletion and the acknowledgement", () => about().length === 2);
  expect(about().map(({ deleted }) => deleted)).toEqual([true, true]);
});

test("of 130 messages 100 are in memory, in SQLite and in the welcome", async () => {
  const said = await fill(130);
  const newest = said.slice(30);
  const held = await object().read(seatOf(ada.person));
  expect(held.kind === "window" && JSON.parse(held.body).messages).toEqual(newest);
  const onDisk = (await rows()).map(({ message }) => message).sort((a, b) => a.seq - b.seq);
  expect(onDisk).toEqual(newest);
  const welcome = await welcomed(await ada.join(channel));
  expect(welcome).toMatchObject({ head: { seq: 130, rev: 130 }, messages: newest });
  expect(JSON.stringify(await rows())).not.toContain('"message 30"');
  await evictDurableObject(object());
  expect((await welcomed(await ada.join(channel))).messages).toEqual(newest);
});

test("100 messages of 4,000 four-byte characters can be joined and resumed", async () => {
  const long = "😀".repeat(4_000);
  await fill(100, () => long);
  const bea = await arrive(`Bea ${channel}`);
  const welcome = await welcomed(await bea.join(channel));
  expect(welcome.messages).toHaveLength(100);
  expect(welcome.messages.every(({ text }) => text === long)).toBe(true);
  const resumed = await welcomed(await bea.join(channel, { epoch, since: 50 }));
  expect(resumed).toMatchObject({ reset: false, head: { seq: 100 } });
  expect(resumed.messages).toHaveLength(50);
});

describe("losing memory", () => {
  test("with sockets asleep loses nothing: the socket lives on and the numbers go on", async () => {
    const bea = await arrive(`Bea ${channel}`);
    const adas = await ada.join(channel);
    const beas = await bea.join(channel);
    const first = await ada.post(channel, "before");
    await beas.next("messages");
    await evictDurableObject(object(), { webSockets: "hibernate" });
    adas.send({ type: "send", id: first.id, text: "before, again" });
    adas.send({ type: "send", id: crypto.randomUUID(), text: "after" });
    await beas.next("messages", ({ messages }) => messages[0]?.text === "after");
    expect(heard(beas)).toMatchObject([
      { seq: 1, text: "before" },
      { seq: 2, rev: 2, text: "after", author: ada.person },
    ]);
    adas.close();
    const went = await beas.next("here", ({ left }) => left.length > 0);
    expect(went).toMatchObject({ count: 1, left: [ada.person] });
  });

  test("with sockets closed loses nothing: whoever comes back resumes in the same epoch", async () => {
    const adas = await ada.join(channel);
    await ada.post(channel, "kept");
    const doomed = await ada.post(channel, "deleted");
    const { rev } = doomed;
    await ada.ask("DELETE", `${path(channel)}/messages/${doomed.id}`);
    await adas.next("messages", ({ messages }) => messages[0]?.deleted === true);
    await evictDurableObject(object(), { webSockets: "close" });
    await adas.closing();
    const welcome = await welcomed(await ada.join(channel, { epoch, since: rev }));
    expect(welcome).toMatchObject({ reset: false, epoch, messages: [{ id: doomed.id, deleted: true }] });
    expect(await welcomed(await ada.join(channel))).toMatchObject({ messages: [{ text: "kept" }, { text: "" }] });
  });

  test("a fifth bad frame closes although the object slept in between", async () => {
    const adas = await ada.join(channel);
    for (let n = 0; n < 4; n++) adas.send("?");
    await adas.until("four errors", () => adas.frames.filter(({ type }) => type === "error").length === 4);
    await evictDurableObject(object());
    adas.send("?");
    expect(await adas.closing()).toBe(1008);
  });

  test("ids that have left the window are known after it: 1,000 of them", async () => {
    const old = await ada.post(channel, "old");
    await runInDurableObject(object(), async (instance) => {
      // Ten people who have not spoken yet may say ten things each at once; a thousand take a hundred people.
      for (let n = 0; n < 999; n++) {
        const person = { id: `speaker-${Math.floor(n / 10)}-0123456789`, name: `Speaker ${Math.floor(n / 10)}` };
        let outcome = await instance.command(seatOf(person), { type: "send", id: crypto.randomUUID(), text: `${n}` });
        for (let tries = 0; outcome.kind === "refused" && outcome.refusal.code === "busy" && tries < 1e7; tries++) {
          outcome = await instance.command(seatOf(person), { type: "send", id: crypto.randomUUID(), text: `${n}` });
        }
      }
    });
    await evictDurableObject(object());
    const seat = await ada.join(channel);
    seat.send({ type: "send", id: old.id, text: "old" });
    expect(await seat.next("error")).toMatchObject({ code: "already_sent", id: old.id });
    const bea = await arrive(`Bea ${channel}`);
    const beas = await bea.join(channel);
    beas.send({ type: "send", id: old.id, text: "mine" });
    expect(await beas.next("error")).toMatchObject({ code: "id_conflict", id: old.id });
  });
});

describe("the bill", () => {
  /** Rows written in the channel's object by a command, as the platform counts them. */
  function rowsWritten(command: MessageCommand, person = ada.person): Promise<number> {
    return runInDurableObject(object(), async (instance, { storage }) => {
      const exec = vi.spyOn(storage.sql, "exec");
      const outcome = await instance.command(seatOf(person), command);
      const count = exec.mock.results.reduce((sum, { value }) => sum + value.rowsWritten, 0);
      exec.mockRestore();
      expect(outcome.kind).toBe("done");
      return count;
    });
  }

  test("is one row for a message, an edit, a reaction and a deletion, also when one leaves the window", async () => {
    const { id } = await ada.post(channel, "first: makes the tables");
    expect(await rowsWritten({ type: "send", id: crypto.randomUUID(), text: "second" })).toBe(1);
    expect(await rowsWritten({ type: "edit", id, text: "first, edited" })).toBe(1);
    expect(await rowsWritten({ type: "edit", id, text: "first, edited" })).toBe(0);
    expect(await rowsWritten({ type: "react", id, emoji: "👍", on: true })).toBe(1);
    expect(await rowsWritten({ type: "react", id, emoji: "👍", on: true })).toBe(0);
    expect(await rowsWritten({ type: "react", id, emoji: "👍", on: false })).toBe(1);
    expect(await rowsWritten({ type: "delete", id })).toBe(1);
    expect(await rowsWritten({ type: "delete", id })).toBe(0);
    await fill(98);
    const bea = await arrive(`Bea ${channel}`);
    expect(await rowsWritten({ type: "send", id: crypto.randomUUID(), text: "the 101st" }, bea.person)).toBe(1);
    expect(await rows()).toHaveLength(100);
  });
});

test("a deleted text is in no row", async () => {
  const { id } = await ada.post(channel, "unmistakable words");
  expect(JSON.stringify(await rows())).toContain("unmistakable words");
  await ada.ask("DELETE", `${path(channel)}/messages/${id}`);
  expect(JSON.stringify(await rows())).not.toContain("unmistakable words");
});

test("a write that fails changes nothing and tells nobody", async () => {
  const bea = await arrive(`Bea ${channel}`);
  const beas = await bea.join(channel);
  await ada.post(channel, "before");
  await runInDurableObject(object(), (_, { storage }) => {
    storage.sql.exec("CREATE TRIGGER broken BEFORE INSERT ON slots BEGIN SELECT RAISE(ABORT, 'disk full'); END");
  });
  const adas = await ada.join(channel);
  const id = crypto.randomUUID();
  adas.send({ type: "send", id, text: "lost?" });
  expect(await adas.next("error")).toMatchObject({ code: "internal", command: "send", id });
  expect(JSON.stringify(adas.frames)).not.toContain("disk full");
  await runInDurableObject(object(), (_, { storage }) => void storage.sql.exec("DROP TRIGGER broken"));
  const after = await ada.post(channel, "after");
  expect(after).toMatchObject({ seq: 2, rev: 2 });
  await beas.next("messages", ({ messages }) => messages[0]?.id === after.id);
  expect(heard(beas).map(({ text }) => text)).toEqual(["before", "after"]);
});

test("for histories over real sockets, with the object evicted in between, every client comes to what the model says", async () => {
  await fc.assert(
    fc.asyncProperty(steps(4, 25), async (history) => {
      channel = freshName();
      epoch = (await (await arrive(`Maker ${channel}`)).makeChannel(channel)).epoch;
      const world = new World(
        await Promise.all(Array.from({ length: PEOPLE }, (_, n) => arrive(`Person ${n} ${channel}`))),
      );
      await world.fill(98);
      for (const step of history) await world.take(step);
      for (const client of world.clients) {
        await world.leave(client);
        await world.return(client);
        expect(viewOf(client.history.messages)).toEqual(world.model.view());
      }
    }),
    { numRuns: 5 },
  );
}, 60_000);

type Client = { readonly person: Somebody; seat: Seat<ChannelFrame> | undefined; history: History };

/** Three clients on real sockets, each folding what it hears. */
class World {
  readonly model = new Model();
  readonly clients: Client[];

  constructor(people: readonly Somebody[]) {
    this.clients = people.map((person) => ({ person, seat: undefined, history: EMPTY_HISTORY }));
  }

  async fill(count: number): Promise<void> {
    for (const { id, author, text } of await fill(count)) this.model.say(id, author.id, text);
  }

  async take(step: Step): Promise<void> {
    const client = this.clients["who" in step ? step.who : 0];
    if (!client) return;
    switch (step.kind) {
      case "send":
        for (let n = 0; n < step.times; n++) await this.#send(client, step.text);
        return;
      case "delete": {
        const id = this.model.nthNewest(client.person.person.id, step.nth);
        if (id === undefined) return;
        const response = await client.person.ask("DELETE", `${path(channel)}/messages/${id}`);
        expect(response.status).toBe(204);
        this.model.delete(id);
        return;
      }
      case "edit": {
        const id = this.model.nthNewest(client.person.person.id, step.nth);
        if (id === undefined) return;
        await client.person.ask("PATCH", `${path(channel)}/messages/${id}`, { body: { text: step.text } });
        this.model.edit(id, step.text);
        return;
      }
      case "react": {
        const { id: who } = client.person.person;
        const wanted = this.model.react(step.nth, who, step.emoji);
        if (!wanted) return;
        const body = { emoji: step.emoji, on: wanted.on };
        await client.person.ask("POST", `${path(channel)}/messages/${wanted.id}/reactions`, { body });
        return;
      }
      case "drop":
        return this.leave(client);
      case "return":
        return this.return(client);
      case "deliver":
        return; // sockets deliver by themselves
      case "evict":
        await object().head(seatOf(ada.person)); // only what is awake can be evicted
        await evictDurableObject(object(), { webSockets: step.webSockets });
        if (step.webSockets === "close") for (const other of this.clients) await this.leave(other);
        return;
      default:
        return step satisfies never;
    }
  }

  /** Takes in what was heard and hangs up. */
  async leave(client: Client): Promise<void> {
    this.#listen(client);
    client.seat?.close();
    client.seat = undefined;
  }

  async return(client: Client): Promise<void> {
    if (client.seat) return;
    const isNew = client.history === EMPTY_HISTORY;
    const seat = await client.person.join(channel, isNew ? undefined : { epoch, since: client.history.rev });
    client.seat = seat;
    await welcomed(seat);
    this.#listen(client);
  }

  async #send(client: Client, text: string): Promise<void> {
    const id = crypto.randomUUID();
    const response = await client.person.ask("POST", `${path(channel)}/messages`, { body: { id, text } });
    if (response.status === 429) return; // refused and not stored: the model does not know it either
    expect(response.status).toBe(201);
    this.model.say(id, client.person.person.id, text);
  }

  #listen(client: Client): void {
    if (!client.seat) return;
    for (const frame of client.seat.frames.splice(0)) {
      if (frame.type === "welcome") {
        const messages = frame.reset ? [] : client.history.messages;
        client.history = merge({ ...frame.head, messages }, frame.messages);
      }
      if (frame.type === "messages") client.history = merge(client.history, frame.messages);
    }
  }
}
