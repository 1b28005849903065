/** The words of a text outside code and addresses: where names and shortcodes are looked for. Pure. */
import { atomsIn } from "./atoms.ts";

/** A fence, closed or not; code on one line. */
const CODE = /```[\s\S]*?(?:```|$)|(`+)[^`\n](?:[^\n]*?[^`\n])?\1(?!`)/g;

/** The text with its words changed; code and addresses stay. */
export function changeWords(text: string, change: (words: string) => string): string {
  const codes = [...text.matchAll(CODE)].map(({ index, 0: code }) => ({ from: index, to: index + code.length }));
  const addresses = atomsIn(text).filter(({ kind }) => kind === "link");
  let changed = "";
  let done = 0;
  for (const { from, to } of [...codes, ...addresses].sort((a, b) => a.from - b.from)) {
    if (from < done) continue; // an address in code
    changed += change(text.slice(done, from)) + text.slice(from, to);
    done = to;
  }
  return changed + change(text.slice(done));
}
