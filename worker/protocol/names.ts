/**
 * What a name may be, and when two are the same name. When two merely look the same is a matter of tables,
 * which the browser does without.
 * Pure and shared by both worlds.
 */

import { NAME_MAX_POINTS } from "./limits.ts";
import { isOneScript } from "./scripts.ts";
import { countPoints, foldApostrophes } from "./text.ts";

/** A name in its one form, or a sentence for the person who typed it. */
export type FoldedName = { readonly ok: true; readonly name: string } | { readonly ok: false; readonly reason: string };

/** Controls, formats, and what draws nothing though it is a letter (Hangul fillers) or a mark (variation selectors). */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;
/** The same and line ends, without the joiners: where these may stand is looked at later. */
const INVISIBLE_TYPED = /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]--[\u200c\u200d]]/v;
const DISPLAY_CHARACTERS = /^[\p{L}\p{M}\p{Nd} ._'-]+$/u;
const CHANNEL_CHARACTERS = /^[\p{L}\p{M}\p{Nd}_-]+$/u;
const STARTS_WELL = /^[\p{L}\p{Nd}]/u;
/** Three marks that any script may carry, or five non-spacing ones of a script's own: more than any orthography stacks. */
const STACKED_MARKS = /[\p{M}&&\p{Script=Inherited}]{3}|[\p{Mn}--\p{Script=Inherited}]{5}/v;
/**
 * Characters that are a letter in another dress (UnicodeData.txt, decompositions `<wide>`, `<narrow>`, `<font>`, and `<compat>` to
 * Latin letters). They become that letter; every other character stays as it was typed.
 */
const DRESSED =
  /[\u3000\uff01-\uffee\u2102\u210a-\u2113\u2115\u2119-\u211d\u2124\u2128\u212c\u212d\u212f-\u2131\u2133\u2134\u2139\u213c-\u213f\u2145-\u2149\ufb20-\ufb29\u{1d400}-\u{1d7ff}\u{1ee00}-\u{1eeff}\u{1fbf0}-\u{1fbf9}\u0132\u0133\u013f\u0140\u0149\u017f\u01c4-\u01cc\u01f1-\u01f3\u1e9a\u2160-\u217f\ufb00-\ufb06]+/gu;
/** Signs in the middle of a name that are letters there: Kana, Catalan, Hebrew, Tibetan. */
const MIDDLE_SIGNS =
  /(?<=[\p{Script=Katakana}\u30fc])\u30fb(?=\p{Script=Katakana})|(?<=[lL])\u00b7(?=[lL])|(?<=[\u05d0-\u05ea]\p{Mn}*)[\u05f3\u05f4]|(?<=[\u0f40-\u0fbc])\u0f0b/gu;

/* Joiners, where RFC 5892 (A.1, A.2) has them: after a virama, and ZWNJ between letters that would join. */

/** Marks that silence a vowel (Canonical_Combining_Class 9). */
const VIRAMA =
  "\\u094d\\u09cd\\u0a4d\\u0acd\\u0b4d\\u0bcd\\u0c4d\\u0ccd\\u0d3b\\u0d3c\\u0d4d\\u0dca\\u0e3a\\u0eba\\u0f84\\u1039\\u103a\\u1714\\u1715\\u1734\\u17d2\\u1a60\\u1b44\\u1baa\\u1bab\\u1bf2\\u1bf3\\u2d7f\\ua806\\ua82c\\ua8c4\\ua953\\ua9c0\\uaaf6\\uabed\\u{11046}\\u{110b9}\\u{11133}\\u{111c0}\\u{1134d}\\u{11442}\\u{114c2}\\u{115bf}\\u{1163f}";
/** Letters that join to the one before them only (ArabicShaping.txt, Joining_Type R), and those that join to none (U). */
const RIGHT_JOINING =
  "\\u0622-\\u0625\\u0627\\u0629\\u062f-\\u0632\\u0648\\u0671-\\u0673\\u0675-\\u0677\\u0688-\\u0699\\u06c0\\u06c3-\\u06cb\\u06cd\\u06cf\\u06d2\\u06d3\\u06d5\\u06ee\\u06ef\\u0710\\u0715-\\u0719\\u071e\\u0728\\u072a\\u072c\\u072f\\u074d\\u0759-\\u075b\\u076b\\u076c\\u0771\\u0773\\u0774\\u0778\\u0779\\u08aa-\\u08ac\\u08ae\\u08b1\\u08b2\\u08b9";
const JOINING = `[\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Nko}\\p{Script=Mongolian}\\p{Script=Adlam}\\p{Script=Mandaic}]`;
const DUAL_JOINING = `(?![${RIGHT_JOINING}\\u0621\\u0674])(?=\\p{L})${JOINING}`;
const JOINERS = new RegExp(
  `(?<=[${VIRAMA}])[\\u200c\\u200d]|(?<=${DUAL_JOINING}\\p{Mn}*)\\u200c(?=\\p{Mn}*(?=\\p{L})${JOINING})`,
  "gu",
);

const TOO_LONG = `Use at most ${NAME_MAX_POINTS} characters.`;
/** The most UTF-16 units of a name as it is typed. Composing it and joining its spaces make it shorter. */
const RAW_MAX_LENGTH = 16 * NAME_MAX_POINTS;

/** Names that would pass for the product itself or for a group of people, folded. */
export const RESERVED: readonly string[] = ["admin", "system", "flack", "everyone", "here", "channel", "deleted"];

/** The one form of a display name: visible, as it was typed, trimmed, single spaces, one script. Folding twice changes nothing. */
export function foldDisplayName(raw: string): FoldedName {
  const obvious = obviousError(raw);
  if (obvious) return refuse(obvious);
  const name = foldApostrophes(composeName(raw));
  const reason = nameError(
    name,
    name.replace(MIDDLE_SIGNS, ""),
    DISPLAY_CHARACTERS,
    "Use letters, numbers, spaces and . _ ' -",
  );
  if (reason) return refuse(reason);
  if (RESERVED.includes(nameKey(name))) return refuse("That name is reserved.");
  return { ok: true, name };
}

/** The one form of a channel's name, which is its id too: as above, without a leading `#`, lower case, `-` for spaces. */
export function foldChannelName(raw: string): FoldedName {
  const obvious = obviousError(raw);
  if (obvious) return refuse(obvious);
  const name = composeName(composeName(raw).replace(/^#/u, "").trim().toLowerCase()).replaceAll(" ", "-");
  const reason = nameError(name, name, CHANNEL_CHARACTERS, "Use letters, numbers, hyphens and underscores.");
  return reason ? refuse(reason) : { ok: true, name };
}

/**
 * Two display names with the same key conflict: the name after case folding.
 * Lower, upper and lower case again is how JavaScript spells full case folding (`ẞ`, `ß` and `SS`, final and other sigmas).
 */
export function nameKey(name: string): string {
  return withoutJoiners(foldApostrophes(name))
    .normalize("NFKC")
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .normalize("NFKC");
}

/** Joiners draw nothing by themselves: with and without them a name is the same. */
export function withoutJoiners(name: string): string {
  return name.replace(/[\u200c\u200d]/gu, "");
}

/** What is wrong with a name as it was typed. The patterns that follow take the square of a name's length: it is bounded first. */
function obviousError(raw: string): string | undefined {
  if (raw.trim().length > RAW_MAX_LENGTH) return TOO_LONG;
  return INVISIBLE_TYPED.test(raw) ? "Names can't contain invisible characters." : undefined;
}

function composeName(raw: string): string {
  const plain = raw.replace(DRESSED, (dressed) => dressed.normalize("NFKC"));
  return plain.normalize("NFC").trim().replace(/\s+/gu, " ");
}

/** `letters` is the name without the signs that count as letters where they stand. `hint` says which characters it may have. */
function nameError(name: string, letters: string, characters: RegExp, hint: string): string | undefined {
  const visible = letters.replace(JOINERS, "");
  if (INVISIBLE.test(visible)) return "Names can't contain invisible characters.";
  if (visible === "") return "Enter a name.";
  if (countPoints(name) > NAME_MAX_POINTS) return TOO_LONG;
  if (!characters.test(visible)) return hint;
  if (!STARTS_WELL.test(name)) return "Start with a letter or a number.";
  if (STACKED_MARKS.test(name)) return "Use at most two marks in a row.";
  if (!isOneScript(visible)) return "Use letters of one script only.";
  return undefined;
}

function refuse(reason: string): FoldedName {
  return { ok: false, reason };
}

/** The channel that is there from the first sign-in on, and stays. */
export const FIRST_CHANNEL = "general";
