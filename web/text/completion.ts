/**
 * What is being typed just before the caret that could be completed: a person, a channel, an emoji. Pure.
 */
import { SPACELESS } from "./scripts.ts";

export type Started = { readonly sign: "@" | "#" | ":"; readonly word: string; readonly start: number };

/** Full-width signs, as input methods of East Asia type them. */
const SIGNS: Readonly<Record<string, Started["sign"]>> = {
  "@": "@",
  "＠": "@",
  "#": "#",
  "＃": "#",
  ":": ":",
  "：": ":",
};
/** An emoji begins to be looked for at its second letter: a colon alone is punctuation. */
const STARTED = /(?:([@＠#＃])([^\s@＠#＃:：]{0,32})|([:：])([\p{L}\p{M}\p{N}_+-]{2,32}))$/u;
/** After these a sign begins something; after a letter it is part of an address or a time. */
const BOUNDARY = /^[^\p{L}\p{M}\p{N}_<&/.\\]$/u;

/** Looks at the text before the caret. */
export function startedAt(text: string, caret: number): Started | undefined {
  const line = text.slice(Math.max(0, caret - 40), caret);
  const found = STARTED.exec(line);
  if (!found) return undefined;
  const [whole, name, nameWord = "", colon, colonWord = ""] = found;
  const sign = SIGNS[name ?? colon ?? ""];
  const before = [...line.slice(0, found.index)].at(-1) ?? " ";
  if (!sign || !(BOUNDARY.test(before) || SPACELESS.test(before))) return undefined;
  // A colon after a colon ends a shortcode, as a rule.
  if (sign === ":" && /^[:：]$/.test(before)) return undefined;
  return { sign, word: name === undefined ? colonWord : nameWord, start: caret - whole.length };
}
