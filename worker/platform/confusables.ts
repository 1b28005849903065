/**
 * When two names look the same: skeletons as UTS #39 §4 makes them, with its table of confusables (Unicode 13, 6,300 entries).
 * Worker only: the browser has no use for the table.
 * Pure.
 */
import { nameKey, RESERVED, withoutJoiners } from "../protocol/names.ts";
import { readDerived, readListed } from "./packed-confusables.ts";

/** The table takes the palochka for an i; in the typefaces of today's screens it is an l, as its capital is in the table. */
const ALSO: readonly (readonly [string, string])[] = [["\u04cf", "l"]];
const PROTOTYPES: ReadonlyMap<string, string> = new Map([...readListed(), ...ALSO]);
const BY_DECOMPOSITION: ReadonlySet<string> = new Set(readDerived());
const ASCII = /^[ -~]*$/;

/** What a name looks like: two with the same skeleton cannot be told apart. It is for comparing, and no name. */
export function skeletonOf(name: string): string {
  return [...withoutJoiners(name).normalize("NFD")].map(prototypeOf).join("").normalize("NFD");
}

/** What a character looks like, by the table; itself where the table does not have it. */
export function prototypeOf(character: string): string {
  const listed = PROTOTYPES.get(character);
  if (listed !== undefined) return listed;
  if (!BY_DECOMPOSITION.has(character)) return character;
  return [...character.normalize("NFKD")].map((part) => PROTOTYPES.get(part) ?? part).join("");
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
