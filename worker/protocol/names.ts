/**
 * What a name may be, and when two are the same name. When two merely look the same is a matter of tables,
 * which the browser does without.
 * Pure and shared by both worlds.
 */
import { countPoints } from "./text.ts";

/** Unicode code points of a display name or a channel's name. */
export const NAME_MAX_POINTS = 32;

/** A name in its one form, or a sentence for whoever typed it. */
export type FoldedName = { readonly ok: true; readonly name: string } | { readonly ok: false; readonly reason: string };

/** Controls, formats, and what draws nothing though it is a letter (Hangul fillers) or a mark (variation selectors). */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u;
const DISPLAY_CHARACTERS = /^[\p{L}\p{M}\p{Nd} ._'-]+$/u;
const CHANNEL_CHARACTERS = /^[\p{L}\p{M}\p{Nd}_-]+$/u;
const STARTS_WELL = /^[\p{L}\p{Nd}]/u;
const STACKED_MARKS = /\p{M}{3}/u;
/** What phones type for an apostrophe: the two quotation marks and the modifier letter. */
const APOSTROPHES = /[\u2018\u2019\u02bc]/gu;

/** Names that would pass for the product itself or for a group of people, folded. */
export const RESERVED: readonly string[] = ["admin", "system", "flack", "everyone", "here", "channel", "deleted"];

/** The apostrophes that phones type, as the one that names are kept with. As long as it was. */
export function foldApostrophes(text: string): string {
  return text.replace(APOSTROPHES, "'");
}

/** The one form of a display name: visible, NFKC, trimmed, single spaces, one script. Folding twice changes nothing. */
export function foldDisplayName(raw: string): FoldedName {
  if (INVISIBLE.test(raw)) return refuse("A name cannot hold invisible characters.");
  const name = foldApostrophes(composeName(raw));
  const reason = sizeError(name, DISPLAY_CHARACTERS, "letters, digits, spaces and . _ ' -");
  if (reason) return refuse(reason);
  if (RESERVED.includes(nameKey(name))) return refuse("This name is reserved.");
  return { ok: true, name };
}

/** The one form of a channel's name, which is its id too: as above, without a leading `#`, lower case, `-` for spaces. */
export function foldChannelName(raw: string): FoldedName {
  if (INVISIBLE.test(raw)) return refuse("A name cannot hold invisible characters.");
  const name = composeName(composeName(raw).replace(/^#/u, "").trim().toLowerCase()).replaceAll(" ", "-");
  const reason = sizeError(name, CHANNEL_CHARACTERS, "letters, digits, - and _");
  return reason ? refuse(reason) : { ok: true, name };
}

/**
 * Two display names with the same key conflict: the name after case folding.
 * Lower, upper and lower case again is how JavaScript spells full case folding (`ẞ`, `ß` and `SS`, final and other sigmas).
 */
export function nameKey(name: string): string {
  return foldApostrophes(name).toLowerCase().toUpperCase().toLowerCase().normalize("NFKC");
}

function composeName(raw: string): string {
  return raw.normalize("NFKC").trim().replace(/\s+/gu, " ");
}

function sizeError(name: string, characters: RegExp, allowed: string): string | undefined {
  if (name === "") return "A name needs at least one character.";
  if (countPoints(name) > NAME_MAX_POINTS) return `A name has at most ${NAME_MAX_POINTS} characters.`;
  if (INVISIBLE.test(name) || !characters.test(name)) return `A name is made of ${allowed}.`;
  if (!STARTS_WELL.test(name)) return "A name starts with a letter or a digit.";
  if (STACKED_MARKS.test(name)) return "A name holds no more than two marks in a row.";
  if (!isOneScript(name)) return "A name is written in one script.";
  return undefined;
}

/**
 * Every script of Unicode 16 by its four-letter code (ISO 15924), then the combinations which UTS #39 §5.2,
 * "highly restrictive", lets stand together: Latin with Japanese, with Chinese, with Korean.
 */
const SCRIPTS =
  "Latn Cyrl Grek Arab Hebr Deva Thai Adlm Aghb Ahom Armi Armn Avst Bali Bamu Bass Batk Beng Bhks Bopo Brah Brai Bugi Buhd Cakm Cans Cari Cham Cher Chrs Copt Cpmn Cprt Diak Dogr Dsrt Dupl Egyp Elba Elym Ethi Gara Geor Glag Gong Gonm Goth Gran Gujr Gukh Guru Hang Hani Hano Hatr Hira Hluw Hmng Hmnp Hung Ital Java Kali Kana Kawi Khar Khmr Khoj Kits Knda Krai Kthi Lana Laoo Lepc Limb Lina Linb Lisu Lyci Lydi Mahj Maka Mand Mani Marc Medf Mend Merc Mero Mlym Modi Mong Mroo Mtei Mult Mymr Nagm Nand Narb Nbat Newa Nkoo Nshu Ogam Olck Onao Orkh Orya Osge Osma Ougr Palm Pauc Perm Phag Phli Phlp Phnx Plrd Prti Rjng Rohg Runr Samr Sarb Saur Sgnw Shaw Shrd Sidd Sind Sinh Sogd Sogo Sora Soyo Sund Sunu Sylo Syrc Tagb Takr Tale Talu Taml Tang Tavt Telu Tfng Tglg Thaa Tibt Tirh Tnsa Todr Toto Tutg Ugar Vaii Vith Wara Wcho Xpeo Xsux Yezi Yiii Zanb Latn+Hani+Hira+Kana Latn+Hani+Bopo Latn+Hani+Hang";

/** By Script_Extensions: a character shared by scripts counts for each of them, `Common` and `Inherited` for all. */
function isOneScript(name: string): boolean {
  if (/^[ -~]*$/.test(name)) return true;
  scriptPatterns ??= SCRIPTS.split(" ").flatMap(patternOf);
  return scriptPatterns.some((pattern) => pattern.test(name));
}

/** Made when the first name outside ASCII is folded. */
let scriptPatterns: readonly RegExp[] | undefined;

function patternOf(scripts: string): RegExp[] {
  const classes = ["Zyyy", "Zinh", ...scripts.split("+")].map((script) => `\\p{scx=${script}}`);
  try {
    return [new RegExp(`^[${classes.join("")}]*$`, "u")];
  } catch {
    return []; // an engine older than the script: no name is written in what it does not know
  }
}

function refuse(reason: string): FoldedName {
  return { ok: false, reason };
}
