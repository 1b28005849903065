/** Names of people: what is real is accepted as it is written, what is a trick is not, and look-alikes conflict. */
import { describe, expect, test } from "vitest";
import { keysOf } from "../../../worker/platform/confusables.ts";
import { foldDisplayName, nameKey } from "../../../worker/protocol/names.ts";
import { REAL_NAMES } from "./real-names.ts";

const realNames = Object.entries(REAL_NAMES).flatMap(([language, names]) =>
  names.split("|").map((name) => [language, name] as const),
);

test("the table is what it says: at least 300 names in at least 40 languages", () => {
  expect(realNames.length).toBeGreaterThanOrEqual(300);
  expect(Object.keys(REAL_NAMES).length).toBeGreaterThanOrEqual(40);
});

describe.each(Object.entries(REAL_NAMES))("%s", (_, names) => {
  test.each(names.split("|"))("%s is a name, and shown as it was typed", (name) => {
    const folded = foldDisplayName(name);
    expect(folded).toEqual({ ok: true, name: name.normalize("NFC").replace(/[’‘ʼ]/gu, "'") });
    expect(foldDisplayName(folded.ok ? folded.name : "")).toEqual(folded);
  });
});

/** Characters that draw nothing, or turn the line around. */
const INVISIBLE = [
  "\u00ad",
  "\u034f",
  "\u061c",
  "\u115f",
  "\u1160",
  "\u17b4",
  "\u17b5",
  "\u180b",
  "\u180e",
  "\u200b",
  "\u200c",
  "\u200d",
  "\u200e",
  "\u200f",
  "\u202a",
  "\u202b",
  "\u202c",
  "\u202d",
  "\u202e",
  "\u2060",
  "\u2061",
  "\u2062",
  "\u2063",
  "\u2064",
  "\u2066",
  "\u2067",
  "\u2068",
  "\u2069",
  "\u206a",
  "\u206f",
  "\u3164",
  "\ufe00",
  "\ufe0f",
  "\ufeff",
  "\uffa0",
  "\u{1bca0}",
  "\u{1d173}",
  "\u{e0001}",
  "\u{e0041}",
  "\u{e0100}",
  "\u0000",
  "\u0007",
  "\u001b",
  "\u007f",
  "\u0085",
  "\u2028",
  "\u2029",
];
/** One letter of another script in a Latin name, each of which passes for a Latin one. */
const FOREIGN = [..."аеорсухіјԁһ", ..."αονρτυικ", ..."օսոհ", ..."ⲟⲣ", ..."ᴏ".slice(0, 0), ..."ᎪᏴᏟᎠ"];
/** Signs that are no letters, digits, marks or one of . _ ' - */
const SIGNS = [
  ...'!"#$%&()*+,/:;<=>?@[\\]^`{|}~',
  ..."©®™€£¥§¶†‡•…‰¿¡«»“”„←→★☆♥✓✔☠⚡",
  "😀",
  "👍🏽",
  "👨‍👩‍👧",
  "🇫🇷",
  "#️⃣",
  "⠀",
  "⠿",
  "①",
  "Ⓐ",
  "½",
  "²",
  "㎏",
  "㊙",
];
/** Middle signs where they are no letters of a script. */
const MISPLACED = [
  "・山",
  "山・",
  "ケ・・ン",
  "a・b",
  "Gal·a",
  "a·b",
  "·l",
  "l·",
  "׳ג",
  "a׳",
  "ג״״",
  "׳",
  "་ཚེ",
  "a་",
  "་",
];
/** Joiners where no rule of CONTEXTJ has them (RFC 5892 A.1, A.2). */
const JOINERS = [
  "علی\u200c",
  "\u200cعلی",
  "د\u200cر",
  "ا\u200cب",
  "A\u200dB",
  "क\u200dख",
  "क\u200cख",
  "ක\u200dර",
  "山\u200d田",
  "ع\u200dل",
  "ا\u200dب",
  "Ä\u200c",
];
const STACKED = [
  "Z\u0301\u0302\u0303\u0304",
  "a\u0315\u0316\u0317b",
  "e\u0489\u0489\u0489",
  "क\u0301\u0301\u0301",
  "ก\u0e34\u0e48\u0e49\u0e4c\u0e4d",
  "ש\u05b0\u05b1\u05b2\u05b3\u05b4",
];
const STARTS = ["-a", "_a", ".a", "'a", "’a", "\u0301a", "་ཚ", "ิก"];
const RESERVED = [
  "admin",
  "Admin",
  "ADMIN",
  "system",
  "flack",
  "Everyone",
  "here",
  "channel",
  "deleted",
  "ａｄｍｉｎ",
  "𝐚𝐝𝐦𝐢𝐧",
  "ﬂack",
];

const TRICKS: readonly (readonly [string, string])[] = [
  ...INVISIBLE.map((sign) => ["an invisible character", `Ad${sign}a`] as const),
  ...FOREIGN.map((letter) => ["a letter of another script", `Pa${letter}l`] as const),
  ...SIGNS.map((sign) => ["a sign", `Ada${sign}`] as const),
  ...MISPLACED.map((name) => ["a middle sign out of place", name] as const),
  ...JOINERS.map((name) => ["a joiner out of place", name] as const),
  ...STACKED.map((name) => ["stacked marks", name] as const),
  ...STARTS.map((name) => ["a beginning that is no letter", name] as const),
  ...RESERVED.map((name) => ["a reserved name", name] as const),
  ["nothing", ""],
  ["blanks", " \u3000 "],
  ["33 characters", "a".repeat(33)],
  ["33 characters of four bytes", "𠮷".repeat(33)],
];

test("the table of tricks is what it says: at least 200", () => {
  expect(TRICKS.length).toBeGreaterThanOrEqual(200);
});

test.each(TRICKS)("%s is no name: %j", (_, name) => {
  expect(foldDisplayName(name)).toMatchObject({ ok: false });
});

describe("names are kept as they are written and compared as they look", () => {
  test.each([
    ["Ａｄａ", "Ada"],
    ["𝓐𝓭𝓪", "Ada"],
    ["ﬁona", "fiona"],
    ["Ǆ", "DŽ"],
    ["ｶﾅ", "カナ"],
    ["  Ada \u3000 Lovelace ", "Ada Lovelace"],
    ["e\u0301", "é"],
    ["O’Brien", "O'Brien"],
    ["ʼAta", "'Ata"],
  ])("%j is shown as %j", (typed, shown) => {
    const folded = foldDisplayName(typed);
    if (shown.startsWith("'")) expect(folded).toMatchObject({ ok: false });
    else expect(folded).toEqual({ ok: true, name: shown });
  });

  test.each([
    ["น้ำ", "นํ้า"],
    ["علی‌رضا", "علیرضا"],
    ["ශ්‍රී", "ශ්රී"],
    ["Straße", "STRASSE"],
    ["Paul", "PauI"],
  ])("%j conflicts with %j", (a, b) => {
    const shared = keysOf(a).filter((key) => keysOf(b).includes(key));
    expect(shared.length, `${keysOf(a)} ${keysOf(b)}`).toBeGreaterThan(0);
  });

  test("the key of a name is that of its compatible forms", () => {
    expect(nameKey("Ａｄａ")).toBe(nameKey("ada"));
    expect(nameKey("ﬁ")).toBe("fi");
  });
});
