/** The door: whatever comes, a typed value or a calm no. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { takeToken } from "../../../worker/platform/rate-limit.ts";
import { parseChannelCommand } from "../../../worker/protocol/commands.ts";
import { parseChannelFrame, parseDirectoryFrame } from "../../../worker/protocol/frames.ts";
import { foldText, isDrawn } from "../../../worker/protocol/text.ts";
import "../laws.ts";

const ID = "0f8fad5b-d9cb-469f-a165-70867728950e";

describe("a frame from a client", () => {
  test.each([
    [{ type: "send", id: ID, text: "hello" }],
    [{ type: "send", id: ID, text: "hello", replyTo: ID, attachments: [] }],
    [{ type: "edit", id: ID, text: "hello again" }],
    [{ type: "delete", id: ID }],
  ])("%j is a command", (frame) => {
    expect(parseChannelCommand(JSON.stringify(frame))).toEqual({ kind: "command", command: frame });
  });

  test("may carry fields that nobody knows", () => {
    expect(parseChannelCommand(JSON.stringify({ type: "delete", id: ID, author: "Bea", seq: 1 }))).toEqual({
      kind: "command",
      command: { type: "delete", id: ID },
    });
  });

  test.each([
    ["no JSON", "hello"],
    ["nothing", ""],
    ["half a frame", '{"type":"send"'],
    ["a number", "1"],
    ["null", "null"],
    ["a list", "[]"],
    ["no type", "{}"],
    ["a type that is no string", '{"type":1}'],
    ["an unknown type", '{"type":"shout"}'],
    ["a server's frame", '{"type":"welcome"}'],
    ["an inherited name", '{"type":"constructor"}'],
  ])("is a bad frame: %s", (_, data) => {
    expect(parseChannelCommand(data)).toMatchObject({ kind: "refused", refusal: { code: "bad_frame" } });
  });

  test.each([
    ["no id", { type: "send", text: "x" }],
    ["an id in upper case", { type: "send", id: ID.toUpperCase(), text: "x" }],
    ["an id that is none", { type: "send", id: "1", text: "x" }],
    ["no text", { type: "send", id: ID }],
    ["a text that is none", { type: "send", id: ID, text: 7 }],
    ["null for a reply", { type: "send", id: ID, text: "x", replyTo: null }],
    ["attachments that are none", { type: "send", id: ID, text: "x", attachments: "a" }],
  ])("has wrong fields: %s", (_, frame) => {
    expect(parseChannelCommand(JSON.stringify(frame))).toMatchObject({ refusal: { code: "bad_request" } });
  });

  test("changes no prototype", () => {
    parseChannelCommand(`{"type":"send","id":"${ID}","text":"x","__proto__":{"polluted":true}}`);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});

describe("laws", () => {
  const anything = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json(),
    fc
      .record({
        type: fc.constantFrom("send", "delete", "welcome", "messages", "here", "error", "directory"),
        id: fc.anything(),
        text: fc.anything(),
        messages: fc.anything(),
      })
      .map((frame) => safeJson(frame)),
  );

  test("parsing never throws", () => {
    fc.assert(
      fc.property(anything, (data) => {
        parseChannelCommand(data);
        parseChannelFrame(data);
        parseDirectoryFrame(data);
      }),
      { numRuns: 2_000 },
    );
  });

  const words = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({
      unit: fc.constantFrom("a", "e", "\u0301", "\u0000", "\r", "\n", " ", "\ud83d", "\ude00", "\u1161", "\u1100"),
    }),
  );

  test("a text folded twice is the same, and never longer than it may be", () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 60 }), (raw, max) => {
        const text = foldText(raw, max);
        if (text === undefined) return;
        expect(foldText(text, max)).toBe(text);
        expect([...text].length).toBeLessThanOrEqual(max);
      }),
      { numRuns: 2_000 },
    );
  });

  test("a bucket never gives more than its burst at once, nor its rate in the long run", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 200 }), (gaps) => {
        const pace = { perSecond: 5, burst: 10 };
        let bucket: Parameters<typeof takeToken>[0];
        let now = 0;
        let taken = 0;
        for (const gap of gaps) {
          now += gap;
          const result = takeToken(bucket, pace, now);
          if (result.ok) {
            taken++;
            bucket = result.bucket;
          } else {
            expect(takeToken(bucket, pace, now + result.waitMs).ok).toBe(true);
          }
        }
        expect(taken).toBeLessThanOrEqual(10 + (now * 5) / 1_000);
      }),
    );
  });
});

function safeJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return ""; // a value JSON cannot say
  }
}

describe("a text of which nothing would be drawn", () => {
  test.each([
    "",
    " ",
    "\u3000\t\n",
    "\u2800",
    "\u2800 \u2800",
    ">",
    "> ",
    ">\n>",
    "> >",
    "```",
    "```\n```",
    "```js\n```",
    "> ```\n> ```",
    "\u200b",
    "\u2060\n>",
    "```\n\u2800\n```",
    "````\n\n````",
  ])("%j is empty", (text) => expect(isDrawn(text)).toBe(false));

  test.each([
    ".",
    "> a",
    "```a",
    "```\na",
    "`",
    "``",
    "-",
    "*",
    "\u2801",
    "a\u200b",
    "```js\nx\n```",
    "> ```\n> x",
    ">a",
    "~~~",
    "😀",
    "<",
  ])("%j is not", (text) => expect(isDrawn(text)).toBe(true));
});
