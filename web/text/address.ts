/**
 * Where an address in a text ends: a sentence in any script goes on after it, and a bracket belongs to it only with its other half.
 * Pure, and linear in the length of the text.
 */

/**
 * What ends a sentence or a quotation in a script other than Latin, the ellipsis, long dashes and bullets, and what draws nothing
 * (an address that is copied from a text of the other direction comes between two such): no address holds it as it is.
 */
const ENDS =
  /[\p{Terminal_Punctuation}\p{Quotation_Mark}\u2026\u2025\u00b7\u2014\u2015\u2022\u301c\uff5e\u055c\u055e]|(?!\u200c|\u200d|\ufe0e|\ufe0f)[\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u;
/** Between two letters these are part of a word: L’Équipe, Paral·lel. */
const INNER = /[\u2019\u00b7]/;
const LETTER = /\p{L}/u;
const ASCII = /[ -~]/;
const OPENS = /\p{Ps}/u;
const CLOSES = /\p{Pe}/u;
/** What follows an address in a Latin sentence, and may stand inside one. */
const TRAILING = /[.,:;!?'"]+$/;
const MARKS = /[*_~]+$/;

const HALVES: Readonly<Record<string, string>> = {
  "(": ")",
  "[": "]",
  "{": "}",
  "（": "）",
  "［": "］",
  "｛": "｝",
  "「": "」",
  "『": "』",
  "【": "】",
  "〔": "〕",
  "《": "》",
  "〈": "〉",
};

/**
 * The address that `text` begins with, without what is no part of it any more. `isOpen`: whether a mark of emphasis stands open
 * before it, which the same mark at its end closes.
 */
export function addressIn(text: string, isOpen: (mark: string) => boolean): string {
  const end = endOf(text, isOpen);
  let address = text.slice(0, end);
  for (;;) {
    const shorter = withoutMarks(address.replace(TRAILING, ""), isOpen);
    if (shorter === address) return address;
    address = shorter;
  }
}

function withoutMarks(address: string, isOpen: (mark: string) => boolean): string {
  const [marks = ""] = MARKS.exec(address) ?? [];
  return marks !== "" && isOpen(marks.at(-1) ?? "") ? address.slice(0, -marks.length) : address;
}

/** The place of the first character that belongs to the sentence. */
function endOf(text: string, isOpen: (mark: string) => boolean): number {
  /** Halves that are open, each with its place. */
  const open: { readonly closing: string; readonly at: number }[] = [];
  let at = 0;
  for (const character of text) {
    if (CLOSES.test(character)) {
      if (open.at(-1)?.closing !== character) return outside(open, at);
      open.pop();
    } else if (OPENS.test(character)) {
      const closing = HALVES[character];
      if (closing === undefined) return outside(open, at);
      open.push({ closing, at });
    } else if (ASCII.test(character)) {
      // A mark that closes what stands open before the address, and goes on in a script without spaces.
      const [, after = ""] = /^[*_~]+(.?)/su.exec(text.slice(at, at + 8)) ?? [];
      if (after !== "" && !ASCII.test(after) && isOpen(character)) return outside(open, at);
    } else if (ENDS.test(character) && !isInWord(text, at)) {
      return outside(open, at);
    }
    at += character.length;
  }
  return outside(open, at);
}

function isInWord(text: string, at: number): boolean {
  return INNER.test(text[at] ?? "") && LETTER.test(text[at - 1] ?? "") && LETTER.test(text[at + 1] ?? "");
}

/** A bracket of another script that never closes begins something that is no part of the address. */
function outside(open: readonly { readonly closing: string; readonly at: number }[], end: number): number {
  return open.find(({ closing }) => !ASCII.test(closing))?.at ?? end;
}
