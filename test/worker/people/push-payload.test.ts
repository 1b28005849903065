/** What a device shows of a message. */
import { describe, expect, test } from "vitest";
import { payloadOf, testPayload } from "../../../worker/people/push-payload.ts";
import { PUSH_TEXT_MAX_POINTS } from "../../../worker/protocol/limits.ts";
import type { Message } from "../../../worker/protocol/things.ts";

const ORIGIN = "https://chat.example";
const MESSAGE: Message = {
  id: "m",
  seq: 7,
  rev: 7,
  author: { id: "0-ada", name: "Ada" },
  sentAt: 0,
  text: "Hello",
};
const FILE: NonNullable<Message["attachments"]>[number] = {
  id: "f",
  name: "a.txt",
  type: "text/plain",
  size: 1,
  url: "/f",
};

function shown(change: Partial<Message>, title = "#general") {
  const names = new Map([["0-bea-0123456789abcd", "Bea"]]);
  return payloadOf(
    { ...MESSAGE, ...change },
    {
      origin: ORIGIN,
      epoch: "e",
      place: { title, path: "/c/general" },
      badge: 3,
      nameOf: (id) => names.get(id) ?? "",
    },
  );
}

test("says who wrote it, where, and where it leads", () => {
  expect(shown({})).toMatchObject({
    web_push: 8030,
    notification: {
      title: "Ada · #general",
      body: "Hello",
      navigate: `${ORIGIN}/c/general?m=7`,
      tag: "e",
      data: { path: "/c/general?m=7", seq: 7 },
    },
    app_badge: 3,
  });
  expect(shown({}, "").notification.title).toBe("Ada");
  expect(testPayload(ORIGIN).notification.navigate).toBe(`${ORIGIN}/`);
});

describe("the text", () => {
  test.each<[string, Partial<Message>, string]>([
    ["has names for people", { text: "<@0-bea-0123456789abcd> look" }, "@Bea look"],
    ["has a sign for who is not known", { text: "<@0-cem-0123456789abcd> look" }, "@… look"],
    ["says who is here", { text: "<!here> look" }, "@here look"],
    ["is one line", { text: " one\n\n two " }, "one two"],
    ["is the file's name where there are no words", { text: "", attachments: [FILE] }, "a.txt"],
    ["is nothing where there is nothing", { text: "" }, ""],
  ])("%s", (_, change, body) => {
    expect(shown(change).notification.body).toBe(body);
  });

  test("is cut between characters", () => {
    const { body } = shown({ text: "😀".repeat(PUSH_TEXT_MAX_POINTS + 1) }).notification;
    expect(body).toBe(`${"😀".repeat(PUSH_TEXT_MAX_POINTS - 1)}…`);
  });
});
