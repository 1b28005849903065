/** Folding: what people type finds what they mean, in every script, and a match leads back to the text. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { fold, foldWithPlaces } from "../../web/text/fold.ts";
import { findMessages } from "../../web/text/search.ts";

test.each([
  ["José", "jose"],
  ["Straße", "strasse"],
  ["ÆRØSKØBING", "aeroskobing"],
  ["Łódź", "lodz"],
  ["İstanbul", "istanbul"],
  ["ISPARTA", "isparta"],
  ["Kırıkkale", "kirikkale"],
  ["Þórður", "thordur"],
  ["Ηλίας", "ηλιασ"],
  ["ΗΛΙΑΣ", "ηλιασ"],
  ["Ёлка", "елка"],
  ["Ｆｕｌｌ　Ｗｉｄｔｈ", "full width"],
  ["ﾃｽﾄ", "てすと"],
  ["テスト", "てすと"],
  ["ﬁne", "fine"],
  ["أحمد", "احمد"],
  ["مدرسة", "مدرسه"],
  ["شـــكر", "شكر"],
  ["שָׁלוֹם", "שלום"],
  ["Nguyễn", "nguyen"],
  ["O’Brien", "o'brien"],
  ["ไทย", "ไทย"],
])("%s is compared as %s", (text, folded) => {
  expect(fold(text)).toBe(folded);
  expect(fold(folded)).toBe(folded);
});

test("each unit of a folded text knows where it comes from, in order", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const { text: folded, places } = foldWithPlaces(text);
      expect(places).toHaveLength(folded.length + 1);
      expect(places).toEqual([...places].sort((a, b) => a - b));
      expect(places.at(-1)).toBe(text.length);
    }),
  );
});

test.each([
  ["die Straße am See", "strasse", "Straße"],
  ["cafe\u0301 noir", "cafe", "cafe\u0301"],
  ["これはテストです", "てすと", "テスト"],
  ["Ｆｕｌｌ width", "full", "Ｆｕｌｌ"],
])("in %s, %s marks %s", (text, typed, marked) => {
  const message = { id: "m", seq: 1, rev: 1, author: { id: "a", name: "Ada" }, sentAt: 1, text };
  const [found] = findMessages([{ channelId: "c", messages: [message] }], typed, {
    textOf: (one) => ({ words: one.text, folded: fold(one.text) }),
    titleOf: () => "#c",
    limit: 1,
  });
  expect(found?.pieces.filter(({ isHit }) => isHit).map((piece) => piece.text)).toEqual([marked]);
  expect(found?.pieces.map((piece) => piece.text).join("")).toBe(text);
});
