/**
 * When two names look the same: skeletons as UTS #39 §4 makes them, with its table of confusables (Unicode 13, 6,300 entries).
 * Worker only: the table is 28 KB gzipped, and the browser has no use for it.
 * Pure.
 */
import confusables from "unhomoglyph/data.json";
import { nameKey, RESERVED, withoutJoiners } from "../protocol/names.ts";

/** The table takes the palochka for an i; in the typefaces of today's screens it is an l, as its capital is in the table. */
const ALSO: Readonly<Record<string, string>> = { "\u04cf": "l" };
const PROTOTYPES = new Map(Object.entries({ ...confusables, ...ALSO }));
const ASCII = /^[ -~]*$/;

/** What a name looks like: two with the same skeleton cannot be told apart. It is for comparing, and no name. */
export function skeletonOf(name: string): string {
  const prototypes = [...withoutJoiners(name).normalize("NFD")].map(
    (character) => PROTOTYPES.get(character) ?? character,
  );
  return prototypes.join("").normalize("NFD");
}

/** The keys of a display name: two names conflict when they share one. Names that are equal after case folding share the second. */
export function keysOf(name: string): readonly [skeleton: string, foldedSkeleton: string] {
  return [`s ${skeletonOf(name)}`, `f ${skeletonOf(nameKey(name))}`];
}

/** Reserved names as people write them, for a capital may hide what looks like it: `FIack`. */
const RESERVED_LOOKS = new Set(
  RESERVED.flatMap((name) => [name, name.slice(0, 1).toUpperCase() + name.slice(1), name.toUpperCase()]).map(
    skeletonOf,
  ),
);

/** Whether a name would pass for the product itself or for a group of people. */
export function isReservedConfusable(name: string): boolean {
  return RESERVED_LOOKS.has(skeletonOf(name)) || RESERVED_LOOKS.has(skeletonOf(nameKey(name)));
}

/** Whether two channel names conflict. Those of plain ASCII may look alike: `room-1` and `room-l` are two rooms. */
export function doChannelNamesConflict(a: string, b: string): boolean {
  return a === b || (!(ASCII.test(a) && ASCII.test(b)) && skeletonOf(a) === skeletonOf(b));
}
