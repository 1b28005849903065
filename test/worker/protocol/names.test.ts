/** What a name may be. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldChannelName, foldDisplayName, nameKey } from "../../../worker/protocol/names.ts";
import "../laws.ts";

describe("a display name", () => {
  test.each([
    ["Ada", "Ada"],
    ["  Ada   Lovelace ", "Ada Lovelace"],
    ["Ａｄａ", "Ada"],
    ["O'Brien-Smith Jr.", "O'Brien-Smith Jr."],
    ["Zoë", "Zoë"],
    ["Zoe\u0308", "Zoë"],
    ["Анна", "Анна"],
    ["山田 はなこ", "山田 はなこ"],
    ["Yuki ゆき 雪", "Yuki ゆき 雪"],
    ["김민준 Kim", "김민준 Kim"],
    ["王小明 ㄅ", "王小明 ㄅ"],
    ["محمد", "محمد"],
    ["مريم ٣", "مريم ٣"],
    ["प्रिया", "प्रिया"],
    ["7of9", "7of9"],
    ["𝒜𝒹𝒶", "Ada"],
    ["x".repeat(32), "x".repeat(32)],
  ])("%s is %s", (raw, name) => {
    expect(foldDisplayName(raw)).toEqual({ ok: true, name });
  });

  test.each([
    ["nothing", ""],
    ["blanks", "   "],
    ["33 characters", "x".repeat(33)],
    ["33 after NFKC", `${"x".repeat(31)}ﬁ`],
    ["a zero-width space", "Ada\u200b"],
    ["a zero-width joiner", "Ada\u200d"],
    ["a right-to-left override", "Ada\u202e"],
    ["a soft hyphen", "A\u00adda"],
    ["a line feed", "Ada\nBea"],
    ["a Hangul filler", "Ada\u3164"],
    ["a variation selector", "Ada\ufe0f"],
    ["a lone surrogate", "Ada\ud800"],
    ["markup", "<b>Ada</b>"],
    ["an emoji", "Ada 🚀"],
    ["an at sign", "@Ada"],
    ["a full stop first", ".Ada"],
    ["a mark first", "\u0301Ada"],
    ["three marks in a row", "A\u0316\u0317\u0318da"],
    ["Latin with Cyrillic", "Pаul"],
    ["Latin with Greek", "Αda"],
    ["Cyrillic with Greek", "Аnnα"],
    ["Latin with the digits of Bengali", "Ada ৪"],
    ["Kana with Hangul", "ゆ김"],
    ["as many marks as a request may hold, at once", `a${"\u0300".repeat(30_000)}`],
    ["as many letters and marks", "a\u0301\u0316\u200c".repeat(7_000)],
  ])("is refused: %s", (_, raw) => {
    expect(foldDisplayName(raw).ok).toBe(false);
  });

  test.each(["admin", "Admin", "ADMIN", "ａｄｍｉｎ", "System", "flack", "everyone", "here", "channel", "Deleted"])(
    "%s is reserved",
    (raw) => {
      expect(foldDisplayName(`${raw}s`).ok).toBe(true);
      expect(foldDisplayName(raw).ok).toBe(false);
    },
  );

  test.each([
    ["ADA", "ada"],
    ["Straße", "STRASSE"],
    ["Straße", "STRAẞE"],
    ["ΣΊΣΥΦΟΣ", "σίσυφος"],
    ["Анна", "АННА"],
  ])("%s and %s are the same name", (one, other) => {
    expect(nameKey(one)).toBe(nameKey(other));
  });
});

describe("a channel's name", () => {
  test.each([
    ["general", "general"],
    ["#general", "general"],
    ["# Design Team", "design-team"],
    ["  Design   Team  ", "design-team"],
    ["ＤＥＳＩＧＮ", "design"],
    ["café_2", "café_2"],
    ["Москва", "москва"],
    ["チーム", "チーム"],
    ["İstanbul", "i̇stanbul"],
  ])("%s is #%s", (raw, name) => {
    expect(foldChannelName(raw)).toEqual({ ok: true, name });
  });

  test.each([
    ["nothing", ""],
    ["only the sign", "#"],
    ["two signs", "##general"],
    ["a full stop", "a.b"],
    ["a slash", "a/b"],
    ["an apostrophe", "o'brien"],
    ["a hyphen first", "-general"],
    ["a tilde", "a~b"],
    ["33 characters", "x".repeat(33)],
    ["mixed scripts", "gеneral"],
    ["something invisible", "gen\u2060eral"],
  ])("is refused: %s", (_, raw) => {
    expect(foldChannelName(raw).ok).toBe(false);
  });
});

describe("laws", () => {
  const raw = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.string({ unit: "grapheme", maxLength: 20 }),
    fc
      .array(
        fc.constantFrom(
          "a",
          "Z",
          "é",
          "İ",
          "ß",
          "Σ",
          "ﬁ",
          "Ⅷ",
          "ǅ",
          " ",
          "#",
          "-",
          "_",
          "3",
          "ж",
          "か",
          "김",
          "\u0301",
        ),
        { maxLength: 34 },
      )
      .map((characters) => characters.join("")),
  );

  test.each([
    ["display", foldDisplayName],
    ["channel", foldChannelName],
  ])("a %s name folded twice is the same", (_, fold) => {
    fc.assert(
      fc.property(raw, (name) => {
        const once = fold(name);
        if (once.ok) expect(fold(once.name)).toEqual(once);
      }),
      { numRuns: 3_000 },
    );
  });

  test("every single character folds to something stable, or is refused", () => {
    const unstable: string[] = [];
    for (let point = 0; point < 0x1_0000; point++) {
      if (isUnified(point)) continue;
      const character = String.fromCodePoint(point);
      for (const fold of [foldDisplayName, foldChannelName]) {
        const once = fold(character);
        const twice = once.ok ? fold(once.name) : once;
        if (JSON.stringify(once) !== JSON.stringify(twice)) unstable.push(point.toString(16));
      }
    }
    expect(unstable).toEqual([]);
  });

  test("names that differ only in case have one key", () => {
    fc.assert(
      fc.property(raw, (name) => {
        const folded = foldDisplayName(name);
        if (folded.ok) expect(nameKey(folded.name.toUpperCase())).toBe(nameKey(folded.name));
      }),
    );
  });
});

/** Han and Hangul: tens of thousands of characters that all fold alike. */
function isUnified(point: number): boolean {
  return (point >= 0x3400 && point <= 0x9fff) || (point >= 0xac00 && point <= 0xd7a3);
}
