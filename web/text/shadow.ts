/**
 * Prepares a message for the Markdown parser: a text of the same length in which everything that is not Markdown's is letters.
 * So marks inside an address are no marks, a mention beside marks is a word, and positions in the shadow are positions in the text.
 * Pure, and linear in the length of the text.
 */
import { type Atom, atomsIn } from "./atoms.ts";
import { SPACELESS } from "./scripts.ts";

export type Shadow = { readonly text: string; readonly atoms: readonly Atom[] };

const RUN = /[*_~]+/g;
const SYMBOL = /^\p{S}$/u;
const DIGIT = /^\p{Nd}$/u;
const ASCII = /^[\0-\x7f]$/;
const ASCII_PUNCTUATION = /^[!-/:-@[-`{-~]$/;
const LETTER = "a";
/** Punctuation that is no mark of Markdown. */
const PUNCTUATION = "\u3002";
/** Quotes and lists inside one another, beyond which a text is no longer taken apart. */
const NESTING_MAX = 12;
/** Runs of marks, beyond which they are letters: the parser compares each with all before it. */
const RUNS_MAX = 300;
const CONTAINERS = new RegExp(`^(?:[ \\t]*(?:>|[-*+](?=[ \\t])|\\d{1,9}[.)](?=[ \\t]))){${NESTING_MAX}}[ \\t]*`);
const CONTAINER_SIGNS = /[>*+\-.)]/g;

/** The shadow of a text and the atoms in it, in order. Atoms that turn out to stand in code are none. */
export function shadowOf(text: string): Shadow {
  const atoms = atomsIn(text);
  const units = text.split("");
  for (const { from, to } of atoms) units.fill(LETTER, from, to);
  flattenNesting(text, units);
  loosenMarks(units);
  return { text: units.join(""), atoms };
}

/** Lines that open more than `NESTING_MAX` quotes and lists go on as plain text after those. */
function flattenNesting(text: string, units: string[]): void {
  let start = 0;
  for (const line of text.split("\n")) {
    const nested = CONTAINERS.exec(line)?.[0].length;
    if (nested !== undefined) {
      for (const { index } of line.slice(nested).matchAll(CONTAINER_SIGNS)) units[start + nested + index] = LETTER;
    }
    start += line.length + 1;
  }
}

/**
 * CommonMark reads a run of marks by the characters beside it (0.31.2 §6.2), which works for words between spaces. Beside a script
 * without spaces what stands there counts as a space would: the neighbours are replaced by ones with which the run opens and closes.
 * Symbols, which kaomoji are made of, count as letters. A product and a range are no emphasis: 2*3*4, 10~20.
 */
function loosenMarks(units: string[]): void {
  let runs = 0;
  for (const { index, 0: run } of units.join("").matchAll(RUN)) {
    const [before = " ", after = " "] = [units[index - 1], units[index + run.length]];
    const isSum = run.length === 1 && run !== "_" && DIGIT.test(before) && DIGIT.test(after);
    if (++runs > RUNS_MAX || isSum) {
      units.fill(LETTER, index, index + run.length);
      continue;
    }
    const isSpaceless = run[0] !== "_" && (SPACELESS.test(before) || SPACELESS.test(after));
    const replace = (at: number, beside: string, opposite: string) => {
      if (ASCII.test(beside) || /\s/.test(beside)) return;
      if (isSpaceless) units[at] = ASCII_PUNCTUATION.test(opposite) ? PUNCTUATION : LETTER;
      else if (SYMBOL.test(beside)) units[at] = LETTER;
    };
    replace(index - 1, before, after);
    replace(index + run.length, after, before);
  }
}
