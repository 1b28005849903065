/**
 * Which backslashes of a text are marks. In CommonMark each one before punctuation is (0.31.2 §2.4), which takes an arm from
 * `¯\_(ツ)_/¯` and a backslash from `\\server`. Here it is one only where the character after it would be a mark without it.
 */
import type { SyntaxNode, Tree } from "@lezer/common";
import { grammar } from "./grammar.ts";
import { shadowOf } from "./shadow.ts";

const MARKS =
  /^(?:EmphasisMark|StrikethroughMark|CodeMark|LinkMark|HeaderMark|QuoteMark|ListMark|TaskMarker|TableDelimiter|HorizontalRule|Escape)$/;

/** The places of the backslashes that took effect in a text and its tree. */
export function effectiveEscapes(text: string, tree: Tree): ReadonlySet<number> {
  const places: number[] = [];
  /** Before a bracket in the words of a link, which would end there or begin anew without it. */
  const inLabels: number[] = [];
  tree.iterate({
    enter({ name, from, node }) {
      if (name !== "Escape") return;
      places.push(from);
      if ("[]".includes(text.charAt(from + 1)) && isInLink(node)) inLabels.push(from);
    },
  });
  if (places.length === 0) return new Set();
  const dropped = new Set(places);
  const rest = text.split("").filter((_, at) => !dropped.has(at));
  const without = grammar.parse(shadowOf(rest.join("")).text);
  const marks = places.filter((place, before) => MARKS.test(without.resolveInner(place - before, 1).name));
  return new Set([...marks, ...inLabels]);
}

function isInLink(node: SyntaxNode): boolean {
  for (let parent = node.parent; parent; parent = parent.parent) if (parent.name === "Link") return true;
  return false;
}
