/**
 * Texts as they are compared in searches, completions and the switcher: without case, marks, width and the letters' local variants.
 * `jose` finds José, `strasse` Straße, `ﾃｽﾄ` てすと. Pure.
 */
import { foldApostrophes } from "../../worker/protocol/text.ts";

/** Letters that Unicode does not decompose, as people type them who do not have them. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  ħ: "h",
  ı: "i",
  þ: "th",
  ŋ: "n",
  ς: "σ",
  ى: "ي",
  ة: "ه",
  "\u0640": "", // the Arabic letter that only stretches a word
};
const MARK = /\p{M}/gu;
const KATAKANA = /[\u30a1-\u30f6]/g;
/** From a katakana to its hiragana. */
const KANA_STEP = 0x60;

/** A text folded, and for each of its UTF-16 units the place in the text that it comes from. */
export type Folded = { readonly text: string; readonly places: readonly number[] };

/** Folds character by character, so that a match leads back to the text. */
export function foldWithPlaces(text: string): Folded {
  let folded = "";
  const places: number[] = [];
  let at = 0;
  for (const character of foldApostrophes(text)) {
    const letters = foldCharacter(character);
    folded += letters;
    for (let unit = 0; unit < letters.length; unit++) places.push(at);
    at += character.length;
  }
  places.push(at);
  return { text: folded, places };
}

export function fold(text: string): string {
  return foldWithPlaces(text).text;
}

function foldCharacter(character: string): string {
  if (/^[ -~]$/.test(character)) return character.toLowerCase();
  const bare = character.normalize("NFKD").toLowerCase().replace(MARK, "");
  return bare
    .replace(/./gu, (letter) => LETTERS[letter] ?? letter)
    .replace(KATAKANA, (kana) => String.fromCharCode(kana.charCodeAt(0) - KANA_STEP));
}
