/** Talking in a channel, through the front door and real sockets. */
import { beforeEach, expect, test } from "vitest";
import { arrive, freshName, type Somebody, welcomed } from "./people.ts";

let ada: Somebody;
let bea: Somebody;
let channel: string;

beforeEach(async () => {
  channel = freshName();
  ada = await arrive(`Ada ${channel}`);
  bea = await arrive(`Bea ${channel}`);
  await ada.makeChannel(channel);
});

test("what Ada sends, Bea and Ada herself are told, with Ada's name, a number and a time", async () => {
  const adas = await ada.join(channel);
  const beas = await bea.join(channel);
  await welcomed(beas);
  const before = Date.now();
  const id = crypto.randomUUID();
  adas.send({ type: "send", id, text: "hello" });
  const told = await beas.next("messages");
  expect(told.messages).toMatchObject([{ id, seq: 1, rev: 1, author: ada.person, text: "hello" }]);
  expect(told.messages[0]?.sentAt).toBeGreaterThanOrEqual(before - 1000);
  expect((await adas.next("messages")).messages).toEqual(told.messages);
});
