/** A channel as server-sent events, and as plain text. */
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, onTestFinished, test } from "vitest";
import { arrive, ask, freshName, makeBot, problemOf, type Somebody, twoInAChannel } from "../people.ts";

type Event = {
  readonly event: string;
  readonly id: string;
  readonly data: { messages?: { text: string }[]; reset?: boolean };
};

/** A reader of a stream: events in the order they came. */
class Reader {
  readonly #reader: ReadableStreamDefaultReader<string>;
  #rest = "";

  constructor(answer: Response) {
    if (!answer.body) throw new Error(`no stream: ${answer.status}`);
    this.#reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    onTestFinished(() => this.leave());
  }

  static async open(who: Somebody, channel: string, headers: Record<string, string> = {}, query = ""): Promise<Reader> {
    const answer = await who.ask("GET", `/api/channels/${channel}/events${query}`, {
      headers: { accept: "text/event-stream", ...headers },
    });
    expect(answer.headers.get("content-type")).toMatch(/^text\/event-stream/);
    return new Reader(answer);
  }

  /** The next event; `undefined`: the stream has ended. */
  async next(): Promise<Event | undefined> {
    for (;;) {
      const end = this.#rest.indexOf("\n\n");
      if (end >= 0) {
        const lines = this.#rest.slice(0, end).split("\n");
        this.#rest = this.#rest.slice(end + 2);
        const field = (name: string) =>
          lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? "";
        if (field("event") !== "") return { event: field("event"), id: field("id"), data: JSON.parse(field("data")) };
        continue;
      }
      const { value, done } = await this.#reader.read();
      if (done) return undefined;
      this.#rest += value;
    }
  }

  /** The next event of that type. */
  async nextOf(type: string): Promise<Event> {
    for (;;) {
      const event = await this.next();
      if (!event) throw new Error(`the stream ended before ${type}`);
      if (event.event === type) return event;
    }
  }

  async leave(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }
}

const textsOf = ({ data }: Event) => data.messages?.map(({ text }) => text);

test("the frames of a channel come as events, each with the position after it", async () => {
  const { ada, bea, channel } = await twoInAChannel();
  await bea.post(channel.id, "before");
  const reader = await Reader.open(ada, channel.id);
  const welcome = await reader.nextOf("welcome");
  expect(welcome).toMatchObject({ id: `${channel.epoch}.1`, data: { reset: true } });
  expect(textsOf(welcome)).toEqual(["before"]);
  await bea.post(channel.id, "after");
  const news = await reader.nextOf("messages");
  expect(textsOf(news)).toEqual(["after"]);
  expect(news.id).toBe(`${channel.epoch}.2`);
});

test("a reader that comes back with the last id misses nothing and sees nothing twice", async () => {
  const { ada, bea, channel } = await twoInAChannel();
  const reader = await Reader.open(ada, channel.id);
  await bea.post(channel.id, "one");
  const { id } = await reader.nextOf("messages");
  await reader.leave();
  await bea.post(channel.id, "two");
  const again = await (await Reader.open(ada, channel.id, { "last-event-id": id })).nextOf("welcome");
  expect(again.data.reset).toBe(false);
  expect(textsOf(again)).toEqual(["two"]);
  const byQuery = await (await Reader.open(ada, channel.id, {}, `?since=${id}`)).nextOf("welcome");
  expect(textsOf(byQuery)).toEqual(["two"]);
});

test.each(["another-epoch-00000000.1", "nonsense", "", "x.999999999999999999"])(
  "the last id %j is of another history: the reader begins anew",
  async (id) => {
    const { ada, bea, channel } = await twoInAChannel();
    await bea.post(channel.id, "all of it");
    const welcome = await (await Reader.open(ada, channel.id, { "last-event-id": id })).nextOf("welcome");
    expect(welcome.data.reset).toBe(true);
    expect(textsOf(welcome)).toEqual(["all of it"]);
  },
);

test("the object sleeps while a hundred streams stay open, and they get the next message", async () => {
  const { bea, channel } = await twoInAChannel();
  const readers = [];
  for (let n = 0; n < 20; n++) {
    const reader = await arrive(`Reader ${freshName()}`);
    for (let m = 0; m < 5; m++) readers.push(await Reader.open(reader, channel.id));
  }
  for (const reader of readers) await reader.nextOf("welcome");
  await evictDurableObject(env.CHANNEL.getByName(channel.epoch), { webSockets: "hibernate" });
  await bea.post(channel.id, "after the sleep");
  for (const reader of readers) expect(textsOf(await reader.nextOf("messages"))).toEqual(["after the sleep"]);
});

test("a stream ends with the session, the key or the channel", async () => {
  const { ada, bea, channel } = await twoInAChannel();
  const { bot } = await makeBot(bea);
  const [byCookie, byKey] = [await Reader.open(bea, channel.id), await Reader.open(bot, channel.id)];
  await bea.ask("POST", `/api/bots/${bot.person.id}/key`);
  while (await byKey.next());
  const last = await Reader.open(ada, channel.id);
  await ada.ask("DELETE", `/api/channels/${channel.id}`);
  while (await last.next());
  while (await byCookie.next());
});

test("without a session, or for a channel of others, there is no stream", async () => {
  const { ada, bea } = await twoInAChannel();
  const made = await ada.ask("POST", "/api/channels", { body: { name: freshName(), private: true } });
  const { id }: { id: string } = await made.json();
  expect(await problemOf(await bea.ask("GET", `/api/channels/${id}/events`))).toEqual({
    status: 404,
    code: "not_found",
  });
  expect((await ask("GET", `/api/channels/${id}/events`)).status).toBe(401);
  expect((await ada.ask("POST", `/api/channels/${id}/events`)).status).toBe(405);
});

test("a channel as text: a line for each message that is there", async () => {
  const { ada, bea, channel } = await twoInAChannel();
  const first = await ada.post(channel.id, "one\ntwo");
  const gone = await bea.post(channel.id, "gone");
  await bea.ask("DELETE", `/api/channels/${channel.id}/messages/${gone.id}`);
  await bea.post(channel.id, "three");
  const answer = await ada.ask("GET", `/api/channels/${channel.id}/messages.txt`);
  expect(answer.headers.get("content-type")).toMatch(/^text\/plain/);
  const lines = (await answer.text()).split("\n");
  expect(lines[0]).toBe(`${new Date(first.sentAt).toISOString()} ${ada.person.name}: one two`);
  expect(lines.map((line) => line.slice(25))).toEqual([`${ada.person.name}: one two`, `${bea.person.name}: three`, ""]);
});

test("text is a message whose id the server makes", async () => {
  const { ada, channel } = await twoInAChannel();
  const headers = { "content-type": "text/plain; charset=utf-8" };
  const say = (body: string | Uint8Array) => ada.ask("POST", `/api/channels/${channel.id}/messages`, { body, headers });
  const sent = await say("Deployed **1.2**");
  expect(sent.status).toBe(201);
  expect(await sent.json()).toMatchObject({ text: "Deployed **1.2**", author: ada.person });
  expect(await problemOf(await say(""))).toEqual({ status: 422, code: "invalid_text" });
  expect(await problemOf(await say(new Uint8Array([0xff, 0xfe])))).toEqual({ status: 400, code: "bad_request" });
  expect(await problemOf(await say("x".repeat(70_000)))).toEqual({ status: 413, code: "too_large" });
});
