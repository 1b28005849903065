/** Guests watch a public channel by its link: they see what is said, can say nothing, and go when the link does. */
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { GUESTS_PER_ADDRESS } from "../../../worker/protocol/limits.ts";
import type { Channel, Message, Person } from "../../../worker/protocol/things.ts";
import { ask, freshName, path, problemOf, Seat, type Somebody, twoInAChannel } from "../people.ts";

type FrameType = "welcome" | "messages" | "here" | "pins" | "error" | "typing";
type Fields = {
  readonly you?: null;
  readonly messages?: readonly Message[];
  readonly here?: { readonly count: number; readonly people: readonly unknown[]; readonly guests: number };
  readonly count?: number;
  readonly guests?: number;
  readonly joined?: readonly unknown[];
  readonly pins?: readonly unknown[];
  readonly code?: string;
  readonly command?: string;
};
type WatchFrame = { [T in FrameType]: Fields & { readonly type: T } }[FrameType];

let ada: Somebody;
let bea: Somebody;
let channel: Channel;
let token: string;

beforeEach(async () => {
  ({ ada, bea, channel } = await twoInAChannel());
  token = await openLink(ada);
});

async function openLink(who: Somebody): Promise<string> {
  const answer = await who.ask("POST", `${path(channel.id)}/guest-link`);
  expect(answer.status).toBe(201);
  const { url }: { url: string } = await answer.json();
  const [, found = ""] = /^https:\/\/flack\.test\/w\/(.+)$/.exec(url) ?? [];
  return found;
}

async function watch(query = "", address = "192.0.2.1"): Promise<Seat<WatchFrame>> {
  const headers = { Upgrade: "websocket", "CF-Connecting-IP": address };
  const answer = await ask("GET", `/api/watch/${token}/socket${query}`, { headers });
  if (!answer.webSocket) throw new Error(`no socket: ${answer.status} ${await answer.text()}`);
  const seat = new Seat<WatchFrame>(answer.webSocket, (data) => (data.startsWith("{") ? JSON.parse(data) : undefined));
  onTestFinished(() => seat.close());
  await seat.next("welcome");
  return seat;
}

const texts = (seat: Seat<WatchFrame>) => seat.frames.flatMap(({ messages = [] }) => messages.map(({ text }) => text));
const hears = (seat: Seat<WatchFrame>, text: string) => seat.until(text, () => texts(seat).includes(text));

describe("the link", () => {
  test("is made by the creator, stays the same while it is asked for again, and another one comes after it was withdrawn", async () => {
    expect(await openLink(ada)).toBe(token);
    expect((await ada.ask("DELETE", `${path(channel.id)}/guest-link`)).status).toBe(204);
    expect((await ada.ask("DELETE", `${path(channel.id)}/guest-link`)).status).toBe(204);
    expect(await openLink(ada)).not.toBe(token);
  });

  test("is an owner's to make as well, and no one else's; a private channel has none", async () => {
    expect(await problemOf(await bea.ask("POST", `${path(channel.id)}/guest-link`))).toEqual({
      status: 403,
      code: "forbidden",
    });
    expect((await bea.ask("DELETE", `${path(channel.id)}/guest-link`)).status).toBe(403);
    const owned = { OWNER_CODE: "the code" };
    await bea.ask("POST", "/api/session/owner", { body: { code: "the code" } }, owned);
    const made = await bea.ask("POST", `${path(channel.id)}/guest-link`, {}, owned);
    expect(made.status).toBe(201);
    const body = { name: freshName(), private: true };
    const own: Channel = await (await ada.ask("POST", "/api/channels", { body })).json();
    expect((await ada.ask("POST", `${path(own.id)}/guest-link`)).status).toBe(403);
  });

  test.each([
    ["one letter wrong", () => token.replace(/.$/, (last) => (last === "A" ? "B" : "A"))],
    ["of another channel", () => token.replace(/^.{22}/, "0".repeat(22))],
    ["no token at all", () => "x"],
  ])("leads nowhere with %s, everywhere alike", async (_, wrong) => {
    const answers: string[] = [];
    for (const rest of ["", "/messages", "/attachments/x"]) {
      const answer = await ask("GET", `/api/watch/${wrong()}${rest}`);
      expect(answer.status).toBe(404);
      answers.push(await answer.text());
    }
    expect(new Set(answers).size).toBe(1);
    const socket = await ask("GET", `/api/watch/${wrong()}/socket`, { headers: { Upgrade: "websocket" } });
    expect(socket.status).toBe(404);
  });

  test("needs no session and no access code, and says what the channel is", async () => {
    await ada.ask("PATCH", path(channel.id), { body: { topic: "What we say" } });
    const answer = await ask("GET", `/api/watch/${token}`, {}, { ACCESS_CODE: "secret" });
    expect(await answer.json()).toEqual({ channel: { name: channel.id, topic: "What we say" }, site: "Flack" });
  });
});

describe("a guest", () => {
  test("is sent the window first, then what is said, edited, deleted and pinned, and who is here as numbers", async () => {
    const first = await ada.post(channel.id, "before");
    const guest = await watch();
    const welcome = await guest.next("welcome");
    expect(welcome).toMatchObject({ you: null, here: { people: [] }, messages: [{ text: "before" }] });
    const seat = await bea.join(channel.id);
    await seat.next("welcome");
    await ada.post(channel.id, "meanwhile");
    await hears(guest, "meanwhile");
    await ada.ask("POST", `${path(channel.id)}/pins`, { body: { messageId: first.id } });
    await guest.next("pins", ({ pins }) => pins?.length === 1);
    const here = await guest.next("here", ({ count, guests }) => count === 1 && guests === 1);
    expect(here.joined).toEqual([]);
    expect(await seat.next("here", ({ guests }) => guests === 1)).toMatchObject({ count: 1 });
    seat.send({ type: "typing" });
    await ada.post(channel.id, "last");
    await hears(guest, "last");
    expect(guest.frames.some(({ type }) => type === "typing")).toBe(false);
    expect(JSON.stringify(guest.frames.filter(({ type }) => type === "here"))).not.toContain(bea.person.id);
  });

  test("comes back where it was, and is sent what it has missed", async () => {
    const guest = await watch();
    await ada.post(channel.id, "one");
    await hears(guest, "one");
    guest.close();
    await ada.post(channel.id, "two");
    const again = await watch(`?epoch=${channel.epoch}&since=1`);
    expect((await again.next("welcome")).messages?.map(({ text }) => text)).toEqual(["two"]);
  });

  test.each(["send", "edit", "delete", "react", "typing", "nonsense"])("may not %s", async (type) => {
    const guest = await watch();
    guest.send({ type, id: crypto.randomUUID(), text: "let me in", emoji: "👍", on: true });
    expect(await guest.next("error")).toMatchObject({ code: "read_only", command: type });
    const window: { messages: unknown[] } = await (await ask("GET", `/api/watch/${token}/messages`)).json();
    expect(window.messages).toEqual([]);
  });

  test("reads the window over HTTP, and is told when nothing has changed", async () => {
    await ada.post(channel.id, "for all to read");
    const answer = await ask("GET", `/api/watch/${token}/messages`);
    expect(await answer.clone().json()).toMatchObject({
      epoch: channel.epoch,
      messages: [{ text: "for all to read" }],
    });
    const headers = { "If-None-Match": answer.headers.get("ETag") ?? "" };
    expect((await ask("GET", `/api/watch/${token}/messages`, { headers })).status).toBe(304);
  });

  test("opens files of messages, and none that no message has", async () => {
    const upload = async () => {
      const answer = await ada.ask("POST", `${path(channel.id)}/attachments?name=a.txt`, { body: "words" });
      const { id }: { id: string } = await answer.json();
      return id;
    };
    const [sent, unsent] = [await upload(), await upload()];
    const body = { id: crypto.randomUUID(), text: "", attachments: [sent] };
    await ada.ask("POST", `${path(channel.id)}/messages`, { body });
    expect(await (await ask("GET", `/api/watch/${token}/attachments/${sent}`)).text()).toBe("words");
    expect((await ask("GET", `/api/watch/${token}/attachments/${unsent}`)).status).toBe(404);
  });

  test("is not one of the channel's people, wherever these are counted", async () => {
    await watch();
    const seat = await bea.join(channel.id);
    expect((await seat.next("welcome")).here).toMatchObject({ count: 1, people: [bea.person] });
  });

  test("hears on after the relay, the channel or both have slept", async () => {
    const guest = await watch();
    for (const [at, objects] of [
      [env.RELAY.getByName(`${channel.epoch} g1`)],
      [env.CHANNEL.getByName(channel.epoch)],
      [env.RELAY.getByName(`${channel.epoch} g1`), env.CHANNEL.getByName(channel.epoch)],
    ].entries()) {
      for (const object of objects) await evictDurableObject(object, { webSockets: "hibernate" });
      await ada.post(channel.id, `after ${at}`);
      await hears(guest, `after ${at}`);
    }
  });
});

describe("the end of watching", () => {
  test("withdrawing the link closes every guest's socket before it is answered, and leaves the others alone", async () => {
    const guests = [await watch(), await watch(), await watch()];
    const seat = await bea.join(channel.id);
    await seat.next("welcome");
    expect((await ada.ask("DELETE", `${path(channel.id)}/guest-link`)).status).toBe(204);
    expect(await Promise.all(guests.map((guest) => guest.closing()))).toEqual([4404, 4404, 4404]);
    await ada.post(channel.id, "among ourselves");
    await seat.until("it", () => seat.frames.some((frame) => frame.type === "messages"));
    for (const guest of guests) expect(texts(guest)).not.toContain("among ourselves");
    expect((await ask("GET", `/api/watch/${token}/messages`)).status).toBe(404);
  });

  test("a channel that is deleted closes them too, and its link leads nowhere", async () => {
    const guest = await watch();
    expect((await ada.ask("DELETE", path(channel.id))).status).toBe(204);
    expect(await guest.closing()).toBe(4404);
    expect((await ask("GET", `/api/watch/${token}`)).status).toBe(404);
  });

  test("one guest more than an address may have is refused at the door, the first of another is let in", async () => {
    const knock = (address: string) => {
      const headers = { Upgrade: "websocket", "CF-Connecting-IP": address };
      return ask("GET", `/api/watch/${token}/socket`, { headers });
    };
    const comesIn = async (address: string) => {
      const { status, webSocket } = await knock(address);
      expect(status).toBe(101);
      webSocket?.accept();
      onTestFinished(() => webSocket?.close());
    };
    await comesIn("192.0.2.8");
    // The last of them is the first on its relay, which sends them back to be placed a second time.
    for (let n = 0; n < GUESTS_PER_ADDRESS; n++) await comesIn("192.0.2.7");
    expect(await problemOf(await knock("192.0.2.7"))).toEqual({ status: 503, code: "busy" });
    await comesIn("192.0.2.8");
  });

  test("so many may watch from one address; another address is free", async () => {
    const { Guests } = await import("../../../worker/channel/guests.ts");
    const person = (address: string) => ({ id: "guest", name: address });
    const relays = {
      has: () => false,
      place: (_: string, guest: Person) => {
        guests.note(guest, 1);
        return { relay: "g1" };
      },
    };
    const sql = { exec: () => ({ toArray: () => [{ token: "t" }] }) };
    const about = { id: "c", epoch: "e", kind: "public", ended: 0 };
    const parts = { sql, tables: { exist: true }, about: () => about, channel: () => about, allowances: {}, relays };
    const guests: InstanceType<typeof Guests> = new Guests(parts as never);
    const kinds = (address: string, times: number) =>
      Array.from({ length: times }, () => guests.place("t", person(address), "").kind);
    expect(new Set(kinds("one", 500))).toEqual(new Set(["placed"]));
    expect(kinds("one", 1)).toEqual(["refused"]);
    expect(kinds("two", 1)).toEqual(["placed"]);
    guests.note(person("one"), -1);
    expect(kinds("one", 2)).toEqual(["placed", "refused"]);
    for (let n = guests.count; n < 100_000; n++) guests.note(person(`address ${n}`), 1);
    expect(kinds("three", 1)).toEqual(["refused"]);
  });
});
