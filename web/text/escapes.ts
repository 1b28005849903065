/**
 * Which backslashes of a text are marks. In CommonMark each one before punctuation is (0.31.2 §2.4), which takes an arm from
 * `¯\_(ツ)_/¯` and a backslash from `\\server`. Here it is one only where the character after it would be a mark without it.
 */
import type { Tree } from "@lezer/common";
import { grammar } from "./grammar.ts";
import { shadowOf } from "./shadow.ts";

const MARKS =
  /^(?:EmphasisMark|StrikethroughMark|CodeMark|LinkMark|HeaderMark|QuoteMark|ListMark|TaskMarker|TableDelimiter|HorizontalRule|Escape)$/;

/** The places of the backslashes that took effect in a text and its tree. */
export function effectiveEscapes(text: string, tree: Tree): ReadonlySet<number> {
  const places: number[] = [];
  tree.iterate({
    enter({ name, from }) {
      if (name === "Escape") places.push(from);
    },
  });
  if (places.length === 0) return new Set();
  const dropped = new Set(places);
  const rest = text.split("").filter((_, at) => !dropped.has(at));
  const without = grammar.parse(shadowOf(rest.join("")).text);
  return new Set(places.filter((place, before) => MARKS.test(without.resolveInner(place - before, 1).name)));
}
