/** A corpus of broken frames and bodies: each gets its listed answer or close code, nobody sees a stack, nobody else notices. */
import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { foldFileName } from "../../../worker/http/files.ts";
import { parseChannelCommand } from "../../../worker/protocol/commands.ts";
import { parseChannelFrame, parseDirectoryFrame } from "../../../worker/protocol/frames.ts";
import { foldChannelName, foldDisplayName } from "../../../worker/protocol/names.ts";
import { foldEmoji, foldText, mentionedIn } from "../../../worker/protocol/text.ts";
import { parseJsonObject } from "../../../worker/protocol/wire.ts";
import { arrive, freshName, heard, path, problemOf, type Somebody, welcomed } from "../people.ts";

const ID = "0f8fad5b-d9cb-469f-a165-70867728950e";
const deep = "[".repeat(20_000) + "]".repeat(20_000);

let ada: Somebody;
let bea: Somebody;
let channel: string;
let counter = 0;

beforeAll(async () => {
  await arrive("First of the corpus");
});

beforeEach(async () => {
  counter++;
  [ada, bea] = await Promise.all([arrive(`Ada corpus ${counter}`), arrive(`Bea corpus ${counter}`)]);
  channel = freshName();
  await ada.makeChannel(channel);
});

describe("a frame of", () => {
  test.each([
    ["nothing", ""],
    ["no JSON", "hello"],
    ["half a JSON", '{"type":"send"'],
    ["a number", "42"],
    ["null", "null"],
    ["an array", '[{"type":"send"}]'],
    ["a string", '"send"'],
    ["no type", "{}"],
    ["another type", '{"type":"welcome"}'],
    ["a type that is no string", '{"type":["send"]}'],
    ["a type of every object", '{"type":"constructor"}'],
    ["another prototype", '{"__proto__":{"type":"send"}}'],
    ["deep arrays", deep],
    ["a deep command", `{"type":"dance","x":${deep}}`],
    ["two values", '{"type":"typing"}{"type":"typing"}'],
    ["a byte order mark", '\ufeff{"type":"typing"}'],
    ["PING in capitals", "PING"],
  ])("%s is a bad frame, and nobody else hears of it", async (_, frame) => {
    const [adas, beas] = await Promise.all([ada.join(channel), bea.join(channel)]);
    await Promise.all([welcomed(adas), welcomed(beas)]);
    adas.send(frame);
    expect((await adas.next("error")).code).toBe("bad_frame");
    adas.send({ type: "send", id: crypto.randomUUID(), text: "still here" });
    await beas.next("messages");
    expect(beas.frames.filter(({ type }) => type === "error")).toEqual([]);
  });

  test.each([
    ["send without an id", { type: "send", text: "x" }],
    ["send with a capital id", { type: "send", id: ID.toUpperCase(), text: "x" }],
    ["send with a number for a text", { type: "send", id: ID, text: 7 }],
    ["send with attachments that are none", { type: "send", id: ID, text: "x", attachments: "a" }],
    ["send with an attachment that is no id", { type: "send", id: ID, text: "x", attachments: [{}] }],
    ["send with a reply to nothing", { type: "send", id: ID, text: "x", replyTo: null }],
    ["edit without a text", { type: "edit", id: ID }],
    ["react without a word", { type: "react", id: ID, emoji: "👍" }],
    ["react with a word for a truth", { type: "react", id: ID, emoji: "👍", on: "yes" }],
    ["delete with an object for an id", { type: "delete", id: { $ne: null } }],
  ])("%s is a bad request and no bad frame", async (_, frame) => {
    const seat = await ada.join(channel);
    await welcomed(seat);
    for (let n = 0; n < 6; n++) seat.send(frame);
    await seat.until("six errors", () => seat.frames.filter(({ type }) => type === "error").length === 6);
    expect((await seat.next("error")).code).toBe("bad_request");
    seat.send({ type: "send", id: crypto.randomUUID(), text: "still open" });
    await seat.next("messages");
  });

  test.each([
    ["binary", new ArrayBuffer(8), 1003],
    ["64 KiB and a byte", JSON.stringify({ type: "send", id: ID, text: "x".repeat(65_537 - 69) }), 1009],
    ["a megabyte", "x".repeat(1024 * 1024), 1009],
    ["33 MiB", "x".repeat(33 * 1024 * 1024), 1009],
    ["four-byte letters beyond 64 KiB", "🎉".repeat(17_000), 1009],
  ])("%s closes its socket alone", async (_, frame, code) => {
    const [adas, beas] = await Promise.all([ada.join(channel), bea.join(channel)]);
    await Promise.all([welcomed(adas), welcomed(beas)]);
    adas.send(frame);
    expect(await adas.closing()).toBe(code);
    beas.send({ type: "send", id: crypto.randomUUID(), text: "undisturbed" });
    await beas.next("messages");
    expect(beas.closed).toBeUndefined();
  });

  test("garbage, five times, closes with 1008", async () => {
    const seat = await ada.join(channel);
    await welcomed(seat);
    for (let n = 0; n < 5; n++) seat.send(`garbage ${n}`);
    expect(await seat.closing()).toBe(1008);
  });
});

describe("a text of", () => {
  test.each([
    ["lone surrogates", "a\ud800b\udc00c", "a\ufffdb\ufffdc"],
    ["control characters", "a\u0000\u0007\u001b[31mb\u009fc", "a[31mbc"],
    ["a bell and a tab", "a\u0007\tb", "a\tb"],
    ["Windows lines", "a\r\nb\r\n", "a\nb"],
    ["letters taken apart", "e\u0301", "\u00e9"],
    ["letters turned round", "\u202eabc\u202c", "\u202eabc\u202c"],
    ["stacked marks", `Z${"\u0301".repeat(50)}`, `\u0179${"\u0301".repeat(49)}`],
    ["an emoji family", "👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"],
  ])("%s has one form for everybody", async (_, raw, kept) => {
    const message = await ada.post(channel, raw);
    expect(message.text).toBe(kept);
    expect((await welcomed(await bea.join(channel))).messages.map(({ text }) => text)).toEqual([kept]);
  });

  test.each([
    ["blanks", "  \n\t "],
    ["nothing", ""],
    ["zero-width spaces", "\u200b\u200b"],
    ["controls alone", "\u0000\u0001"],
    ["4,001 points", "🎉".repeat(4_001)],
  ])("%s is refused and leaves nothing", async (_, text) => {
    const answer = await ada.ask("POST", `${path(channel)}/messages`, { body: { id: crypto.randomUUID(), text } });
    expect(await problemOf(answer)).toEqual({ status: 422, code: "invalid_text" });
    expect((await welcomed(await bea.join(channel))).head).toEqual({ seq: 0, rev: 0 });
  });

  test("4,000 points of four bytes passes, on a socket too", async () => {
    const seat = await ada.join(channel);
    await welcomed(seat);
    seat.send({ type: "send", id: crypto.randomUUID(), text: "🎉".repeat(4_000) });
    await seat.next("messages");
    expect(heard(seat)[0]?.text).toBe("🎉".repeat(4_000));
  });
});

describe("a body of", () => {
  test.each([
    ["no JSON", "hello", 400, "bad_request"],
    ["nothing", "", 400, "bad_request"],
    ["an array", "[]", 400, "bad_request"],
    ["half a JSON", '{"name": "x"', 400, "bad_request"],
    ["deep arrays", `{"name":${deep}}`, 400, "bad_request"],
    ["a number for a name", '{"name": 7}', 400, "bad_request"],
    ["another prototype", '{"__proto__": {"name": "x"}}', 400, "bad_request"],
    ["more than 64 KiB", `{"name":"${"x".repeat(65_536)}"}`, 413, "too_large"],
    ["a form", "name=x", 400, "bad_request"],
  ])("%s is %s", async (_, body, status, code) => {
    expect((await ada.ask("POST", "/api/channels", { body: JSON.stringify({ name: freshName() }) })).status).toBe(201);
    const answer = await ada.ask("POST", "/api/channels", { body });
    const text = await answer.clone().text();
    expect(await problemOf(answer)).toEqual({ status, code });
    expect(text).not.toMatch(/\bat \w+ \(|\.ts:\d/);
  });

  test("bytes that are no UTF-8 is no JSON", async () => {
    const bytes = new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]);
    const answer = await ada.ask("POST", "/api/channels", { body: bytes });
    expect((await problemOf(answer)).code).toBe("bad_request");
  });
});

/** Every parser at the door: whatever comes in, a value or a refusal comes out. */
describe("no parser throws", () => {
  const anything = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme" }),
    fc.json(),
    fc.json().map((json) => json.slice(0, -1)),
    fc
      .record({ type: fc.constantFrom("send", "edit", "react", "welcome", "messages", "activity"), id: fc.anything() })
      .map((frame) => JSON.stringify(frame) ?? ""),
  );

  test.each([
    ["of frames from clients", parseChannelCommand],
    ["of JSON", parseJsonObject],
    ["of a channel's frames", parseChannelFrame],
    ["of the directory's frames", parseDirectoryFrame],
    ["of display names", foldDisplayName],
    ["of channel names", foldChannelName],
    ["of file names", foldFileName],
    ["of emoji", foldEmoji],
    ["of mentions", mentionedIn],
    ["of texts", (text: string) => foldText(text, 4_000)],
  ])("%s", (_, parse: (text: string) => unknown) => {
    fc.assert(
      fc.property(anything, (text) => {
        parse(text);
      }),
      { numRuns: 500 },
    );
  });

  test("what is folded once stays as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (raw) => {
        const text = foldText(raw, 4_000);
        if (text !== undefined) expect(foldText(text, 4_000)).toBe(text);
        expect(foldFileName(foldFileName(raw))).toBe(foldFileName(raw));
        const name = foldDisplayName(raw);
        if (name.ok) expect(foldDisplayName(name.name)).toEqual(name);
      }),
    );
  });
});
