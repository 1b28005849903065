/** Reactions, replies and mentions, through the front door and real sockets. */
import { beforeEach, describe, expect, test } from "vitest";
import { arrive, freshName, heard, path, problemOf, type Somebody, welcomed } from "../people.ts";

let ada: Somebody;
let bea: Somebody;
let channel: string;

beforeEach(async () => {
  channel = freshName();
  ada = await arrive(`Ada ${channel}`);
  bea = await arrive(`Bea ${channel}`);
  await ada.makeChannel(channel);
});

describe("reacting", () => {
  test("reaches everybody as the message in its new state, and is there for whoever comes later", async () => {
    const { id } = await ada.post(channel, "shall we?");
    const adas = await ada.join(channel);
    const beas = await bea.join(channel);
    beas.send({ type: "react", id, emoji: "👍", on: true });
    const told = await adas.next("messages");
    expect(told.messages).toMatchObject([{ id, rev: 2, reactions: [{ emoji: "👍", people: [bea.person] }] }]);
    const later = await (await arrive(`Cem ${channel}`)).join(channel);
    expect((await welcomed(later)).messages).toEqual(told.messages);
    beas.send({ type: "react", id, emoji: "👍", on: false });
    const taken = await adas.next("messages", ({ messages }) => messages[0]?.rev === 3);
    expect(taken.messages[0]).not.toHaveProperty("reactions");
  });

  test("over HTTP answers with the message", async () => {
    const { id } = await ada.post(channel, "shall we?");
    const where = `${path(channel)}/messages/${id}/reactions`;
    const response = await bea.ask("POST", where, { body: { emoji: "🎉", on: true } });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ id, reactions: [{ emoji: "🎉", people: [bea.person] }] });
  });

  test("that changes nothing is acknowledged to the asker alone", async () => {
    const { id } = await ada.post(channel, "shall we?");
    const adas = await ada.join(channel);
    const beas = await bea.join(channel);
    await welcomed(adas);
    beas.send({ type: "react", id, emoji: "👍", on: false });
    expect((await beas.next("messages")).messages).toMatchObject([{ id, rev: 1 }]);
    const after = await ada.post(channel, "after");
    await adas.next("messages", ({ messages }) => messages[0]?.id === after.id);
    expect(adas.frames.filter(({ type }) => type === "messages")).toHaveLength(1);
  });

  test.each([
    ["no emoji", { emoji: "yes", on: true }, 422, "invalid_emoji"],
    ["two emoji", { emoji: "👍👍", on: true }, 422, "invalid_emoji"],
    ["a number", { emoji: 1, on: true }, 400, "bad_request"],
    ["no direction", { emoji: "👍" }, 400, "bad_request"],
  ])("with %s is refused, and nothing changes", async (_, body, status, code) => {
    const { id } = await ada.post(channel, "shall we?");
    const response = await bea.ask("POST", `${path(channel)}/messages/${id}/reactions`, { body });
    expect(await problemOf(response)).toEqual({ status, code });
    expect((await welcomed(await ada.join(channel))).head).toEqual({ seq: 1, rev: 1 });
  });

  test("on a tombstone or on nothing is not_found, on the socket with command and id", async () => {
    const { id } = await ada.post(channel, "gone");
    await ada.ask("DELETE", `${path(channel)}/messages/${id}`);
    const beas = await bea.join(channel);
    beas.send({ type: "react", id, emoji: "👍", on: true });
    expect(await beas.next("error")).toMatchObject({ code: "not_found", command: "react", id });
  });
});

describe("replying", () => {
  test("quotes by id, and still does when the parent is gone", async () => {
    const parent = await ada.post(channel, "who comes?");
    const beas = await bea.join(channel);
    const id = crypto.randomUUID();
    beas.send({ type: "send", id, text: "I do", replyTo: parent.id });
    await beas.next("messages");
    await ada.ask("DELETE", `${path(channel)}/messages/${parent.id}`);
    const [tombstone, reply] = (await welcomed(await ada.join(channel))).messages;
    expect(tombstone).toMatchObject({ id: parent.id, deleted: true, text: "" });
    expect(reply).toMatchObject({ id, replyTo: parent.id, text: "I do" });
  });

  test("to nothing, or to a tombstone, is refused and nothing is stored", async () => {
    const beas = await bea.join(channel);
    const id = crypto.randomUUID();
    beas.send({ type: "send", id, text: "to whom?", replyTo: crypto.randomUUID() });
    expect(await beas.next("error")).toMatchObject({ code: "invalid_reply", command: "send", id });
    expect(heard(beas)).toEqual([]);
  });
});

describe("mentions", () => {
  test("are told to the person mentioned, on all their sockets and in no other", async () => {
    const cem = await arrive(`Cem ${channel}`);
    const [first, second, others, own] = await Promise.all([bea.watch(), bea.watch(), cem.watch(), ada.watch()]);
    const message = await ada.post(channel, `<@${bea.person.id}> and <@${ada.person.id}>, look`);
    expect(await first.next("mention")).toEqual({ type: "mention", channel, message, reason: "mention" });
    await second.next("mention");
    const next = await ada.post(channel, `<@${cem.person.id}> too`);
    expect(await others.next("mention")).toMatchObject({ message: { id: next.id } });
    for (const seat of [others, own]) {
      expect(seat.frames.filter(({ type }) => type === "mention")).toHaveLength(seat === others ? 1 : 0);
    }
  });

  test("are told once for a message sent twice or edited, and never for a refused one", async () => {
    const beas = await bea.watch();
    const text = `<@${bea.person.id}> once`;
    const { id } = await ada.post(channel, text);
    await ada.post(channel, text, id);
    await ada.ask("PATCH", `${path(channel)}/messages/${id}`, { body: { text: `${text}, edited` } });
    await ada.ask("POST", `${path(channel)}/messages`, {
      body: { id: crypto.randomUUID(), text, replyTo: crypto.randomUUID() },
    });
    const last = await ada.post(channel, `<@${bea.person.id}> last`);
    await beas.next("mention", ({ message }) => message.id === last.id);
    expect(beas.frames.filter(({ type }) => type === "mention")).toHaveLength(2);
  });

  test("reach at most twenty people of one message", async () => {
    const people = await Promise.all(Array.from({ length: 21 }, (_, n) => arrive(`No ${n} ${channel}`)));
    const seats = await Promise.all(people.map((person) => person.watch()));
    await ada.post(channel, people.map(({ person }) => `<@${person.id}>`).join(" "));
    await Promise.all(seats.slice(0, 20).map((seat) => seat.next("mention")));
    const last = await ada.post(channel, `<@${people[20]?.person.id}>`);
    await seats[20]?.next("mention", ({ message }) => message.id === last.id);
    expect(seats[20]?.frames.filter(({ type }) => type === "mention")).toHaveLength(1);
  });

  test("of nobody there is are no matter", async () => {
    const message = await ada.post(channel, `<@${"x".repeat(16)}> <@short> <@${ada.person.id}>`);
    expect(message.text).toContain("<@short>");
  });
});
