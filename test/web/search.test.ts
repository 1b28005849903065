/** Finding: names by their letters, messages by their words, with what was found marked. */
import { describe, expect, test } from "vitest";
import { fold } from "../../web/text/fold.ts";
import { findMessages, fitOf } from "../../web/text/search.ts";
import type { Message } from "../../worker/protocol/things.ts";

describe("a name fits", () => {
  test.each([
    ["design-team", "dt"],
    ["design-team", "design"],
    ["Général", "gene"],
    ["New channel", "nch"],
    ["Straße", "stra"],
  ])("%s for %s", (name, typed) => {
    expect(fitOf(name, typed)).toBeDefined();
  });

  test.each([
    ["design", "dx"],
    ["design", "ngised"],
    ["design", "designs"],
  ])("%s not for %s", (name, typed) => {
    expect(fitOf(name, typed)).toBeUndefined();
  });

  test("the better the closer its letters stand and the earlier they begin", () => {
    const ranked = (typed: string, ...names: string[]) =>
      [...names].sort((a, b) => (fitOf(b, typed) ?? -99) - (fitOf(a, typed) ?? -99));
    expect(ranked("des", "red-eyes", "design", "old-design")[0]).toBe("design");
    expect(ranked("dt", "design-team", "adventure")[0]).toBe("design-team");
  });
});

describe("messages", () => {
  const message = (seq: number, text: string, about: Partial<Message> = {}): Message => ({
    id: `${seq}`,
    seq,
    rev: seq,
    author: { id: "a", name: "Ada" },
    sentAt: seq,
    text,
    ...about,
  });
  const windows = [
    { channelId: "general", messages: [message(1, "The label on the second page"), message(3, "A label and a page")] },
    { channelId: "design", messages: [message(2, "Étiquette: LABEL page"), message(4, "", { deleted: true })] },
  ];
  const find = (typed: string) =>
    findMessages(windows, typed, {
      textOf: ({ text }) => ({ words: text, folded: fold(text) }),
      titleOf: (id) => (id === "design" ? "#design" : "#general talk"),
      nameOf: () => "Countess",
      limit: 10,
    });

  test("are found by all of the words, without case and marks, newest first", () => {
    expect(find("page label").map(({ message: { seq } }) => seq)).toEqual([3, 2, 1]);
    expect(find("etiquette").map(({ channelId }) => channelId)).toEqual(["design"]);
    expect(find("label nowhere")).toEqual([]);
    expect(find("  ")).toEqual([]);
  });

  test("are narrowed down by who said them, where, and whether they have files", () => {
    const seqs = (typed: string) => find(typed).map(({ message: { seq } }) => seq);
    expect(seqs("in:#design label")).toEqual([2]);
    expect(seqs("in:gen")).toEqual([3, 1]);
    expect(seqs("in:generaltalk")).toEqual([3, 1]); // a name of two words
    expect(seqs("from:nobody label")).toEqual([]);
    expect(seqs("from:ada label")).toEqual([3, 2, 1]);
    expect(seqs("from:countess label")).toEqual([3, 2, 1]); // what the author is called now
    expect(seqs("has:file")).toEqual([]);
  });

  test.each([
    [
      "The director of the museum in Porto wants two more labels, and a third one for the labyrinth",
      "…wants two more labels, and a third one for the ",
      "labyrinth",
    ],
    [`${"語".repeat(60)}猫`, `…${"語".repeat(48)}`, "猫"],
  ])("a snippet of %s begins with a word, or with a character where there are no spaces", (text, before, word) => {
    const [found] = findMessages([{ channelId: "general", messages: [message(1, text)] }], word, {
      textOf: () => ({ words: text, folded: fold(text) }),
      titleOf: (id) => id,
      limit: 1,
    });
    const pieces = found?.pieces ?? [];
    const at = pieces.findIndex(({ isHit }) => isHit);
    expect([
      pieces
        .slice(0, at)
        .map((piece) => piece.text)
        .join(""),
      pieces[at]?.text,
    ]).toEqual([before, word]);
  });

  test("a snippet ends after a word, with dots where the text goes on", () => {
    const text = `A needle ${"and many more words, ".repeat(9)}`;
    const [found] = findMessages([{ channelId: "c", messages: [message(1, text)] }], "needle", {
      textOf: () => ({ words: text, folded: fold(text) }),
      titleOf: (id) => id,
      limit: 1,
      shownMax: 64,
    });
    expect(found?.pieces.map((piece) => piece.text).join("")).toBe(
      "A needle and many more words, and many more words, and many more…",
    );
  });

  test.each([
    ["needle", `@needle ${"明日の会議について".repeat(20)}`, 158],
    ["猫", `猫 ${"語".repeat(300)}`, 158],
    ["", ` ${"x".repeat(95)}.pdf`, 64],
  ])("a snippet for %s keeps what follows the hit where no space is near the cut", (word, text, least) => {
    const [found] = findMessages(
      [{ channelId: "c", messages: [message(1, text, { attachments: [{ id: "f" }] as never })] }],
      word || "has:file",
      {
        textOf: () => ({ words: text, folded: fold(text) }),
        titleOf: (id) => id,
        limit: 1,
        ...(!word && { shownMax: 68 }),
      },
    );
    expect(found?.pieces.map((piece) => piece.text).join("").length).toBeGreaterThan(least);
  });

  test("show the words that were looked for", () => {
    expect(find("page label")[0]?.pieces).toEqual([
      { text: "A ", isHit: false },
      { text: "label", isHit: true },
      { text: " and a ", isHit: false },
      { text: "page", isHit: true },
    ]);
  });

  test("are cut to what is round the first hit, and never lose a letter of it", () => {
    const long = [{ channelId: "c", messages: [message(1, `${"x".repeat(500)} needle ${"y".repeat(500)}`)] }];
    const [found] = findMessages(long, "needle", {
      textOf: ({ text }) => ({ words: text, folded: fold(text) }),
      titleOf: (id) => id,
      limit: 1,
    });
    expect(found?.pieces.some(({ text, isHit }) => isHit && text === "needle")).toBe(true);
    expect(found?.pieces.map(({ text }) => text).join("").length).toBeLessThanOrEqual(170);
  });
});
