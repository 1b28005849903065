/** Unpacks the table of confusables: numbers are written in base 36, each as its distance from the one before. */
import { DERIVED, LISTED } from "./confusables-table.ts";

/** Characters, and what each looks like. */
export function readListed(): readonly (readonly [character: string, looksLike: string])[] {
  let code = 0;
  return LISTED.split(";").map((entry) => {
    const [step = "", looks = ""] = entry.split(" ");
    code += Number.parseInt(step, 36);
    const parts = looks.split(".").map((part) => Number.parseInt(part, 36));
    return [String.fromCodePoint(code), String.fromCodePoint(...parts)] as const;
  });
}

/** Characters that look like what they decompose into. */
export function readDerived(): readonly string[] {
  let code = 0;
  return DERIVED.split(",").flatMap((range) => {
    const [first = 0, length = 0] = range.split("-").map((step) => Number.parseInt(step, 36));
    const begin = code + first;
    code = begin + length;
    return Array.from({ length: length + 1 }, (_, n) => String.fromCodePoint(begin + n));
  });
}
