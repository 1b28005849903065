/**
 * Finding: names by the letters of them that were typed, messages by the words in them. Pure.
 */
import type { Message, Person } from "../../worker/protocol/things.ts";
import { fold, foldWithPlaces } from "./fold.ts";

/** A stretch of a text, and whether it is what was looked for. */
export type Piece = { readonly text: string; readonly isHit: boolean };

/** What a message reads like, and the same folded. */
export type Searchable = { readonly words: string; readonly folded: string };

/** A message that was found, and where. */
export type FoundMessage = { readonly channelId: string; readonly message: Message; readonly pieces: readonly Piece[] };

/** What is asked of a message: every one of these words, by whom and where it was said, whether it has files. */
type Query = {
  readonly words: readonly string[];
  readonly from: readonly string[];
  readonly in: readonly string[];
  readonly hasFile: boolean;
  /** Something but words is asked. */
  readonly isFiltered: boolean;
};

/** So many letters of a message are shown round the first word that was found. */
const SHOWN_BEFORE = 48;
const SHOWN_MAX = 160;
/** A line is cut after a word, if one ends so few characters before the cut. Some languages have no spaces. */
const WORD_MAX = 24;
const HAS_FILE = "has:file";

/**
 * How well a name fits what was typed: letters in their order, better the closer they stand and the earlier they begin.
 * `undefined` when it does not. Higher is better.
 */
export function fitOf(name: string, typed: string): number | undefined {
  const letters = [...fold(typed).replaceAll(" ", "")];
  const inName = [...fold(name)];
  let at = -1;
  let fit = 0;
  for (const letter of letters) {
    const next = inName.indexOf(letter, at + 1);
    if (next < 0) return undefined;
    const isStart = next === 0 || /[\s_-]/.test(inName[next - 1] ?? "");
    fit += next === at + 1 ? 3 : isStart ? 2 : -Math.min(3, next - at - 1);
    at = next;
  }
  return fit - inName.length / 100;
}

/** Reads what was typed: `from:bea in:design has:file` and words. */
export function queryOf(typed: string): Query {
  const parts = fold(typed).split(/\s+/).filter(Boolean);
  const after = (prefix: string) =>
    parts
      .filter((part) => part.startsWith(prefix) && part !== prefix)
      .map((part) => part.slice(prefix.length).replace(/^[@#]/, ""));
  const hasFile = parts.includes(HAS_FILE);
  const words = parts.filter((part) => part !== HAS_FILE && !/^(?:from|in):/.test(part));
  const [from, where] = [after("from:"), after("in:")];
  return { words, from, in: where, hasFile, isFiltered: hasFile || from.length + where.length > 0 };
}

/** Messages that are as asked, newest first. `textOf` and `titleOf` say what a message and a channel read like. */
export function findMessages(
  windows: readonly { readonly channelId: string; readonly messages: readonly Message[] }[],
  typed: string,
  {
    textOf,
    titleOf,
    limit,
    nameOf = ({ name }) => name,
    shownMax = SHOWN_MAX,
  }: {
    readonly textOf: (message: Message) => Searchable;
    readonly titleOf: (channelId: string) => string;
    /** What an author is called now. */
    readonly nameOf?: (author: Person) => string;
    readonly limit: number;
    /** How many characters of a message are shown. */
    readonly shownMax?: number;
  },
): readonly FoundMessage[] {
  const query = queryOf(typed);
  const { words } = query;
  if (words.length === 0 && !query.isFiltered) return [];
  return windows
    .filter(({ channelId }) => query.in.every((part) => isCalled(titleOf(channelId), part)))
    .flatMap(({ channelId, messages }) => messages.map((message) => ({ channelId, message, text: textOf(message) })))
    .filter(
      ({ message: { deleted, author, attachments = [] }, text }) =>
        !deleted &&
        (!query.hasFile || attachments.length > 0) &&
        query.from.every((part) => isCalled(author.name, part) || isCalled(nameOf(author), part)) &&
        words.every((word) => text.folded.includes(word)),
    )
    .sort((a, b) => b.message.sentAt - a.message.sentAt)
    .slice(0, limit)
    .map(({ channelId, message, text }) => ({ channelId, message, pieces: piecesOf(text.words, words, shownMax) }));
}

/** Whether a name holds a part that was typed. A part has no spaces, so those of the name do not count. */
function isCalled(name: string, part: string): boolean {
  return fold(name).replaceAll(" ", "").includes(part);
}

/** A text in pieces, the words (folded, none empty) in it marked, cut to what is round the first of them. */
export function piecesOf(text: string, words: readonly string[], shownMax = SHOWN_MAX): readonly Piece[] {
  const line = text.replace(/\s+/g, " ");
  const { text: folded, places } = foldWithPlaces(line);
  const hits = hitsOf(folded, words).map(({ start, end }) => {
    return { start: places[start] ?? 0, end: placeAfter(places, end) };
  });
  const cut = Math.max(0, (hits[0]?.start ?? 0) - SHOWN_BEFORE);
  const start = startAt(line, cut, hits[0]?.start ?? 0);
  const end = endAt(line, start + shownMax, hits[0]?.end ?? 0);
  const pieces: Piece[] = start > 0 ? [{ text: "…", isHit: false }] : [];
  let at = start;
  for (const hit of hits.filter((one) => one.start < end)) {
    if (hit.start < at) continue;
    if (hit.start > at) pieces.push({ text: line.slice(at, hit.start), isHit: false });
    pieces.push({ text: line.slice(hit.start, hit.end), isHit: true });
    at = hit.end;
  }
  const isCut = Math.max(at, end) < line.length;
  const rest = line.slice(at, end);
  if (at < end) pieces.push({ text: isCut ? rest.replace(/[\s\p{P}]+$/u, "") : rest, isHit: false });
  if (isCut) pieces.push({ text: "…", isHit: false });
  return pieces.filter(({ text: piece }) => piece !== "");
}

/** Where a cut line begins: with a word, or where no word begins before what was found, with a character. */
function startAt(line: string, cut: number, found: number): number {
  if (cut === 0) return 0;
  const space = line.indexOf(" ", cut - 1);
  if (space >= 0 && space < found) return space + 1;
  return /[\udc00-\udfff]/.test(line[cut] ?? "") ? cut - 1 : cut;
}

/** Where a cut line ends: after a word, or where no word ends behind what was found, after a character. */
function endAt(line: string, cut: number, found: number): number {
  const end = Math.max(cut, found);
  if (end >= line.length) return line.length;
  const space = line.lastIndexOf(" ", end);
  if (space >= Math.max(found, end - WORD_MAX, 1)) return space;
  return /[\ud800-\udbff]/.test(line[end - 1] ?? "") ? end + 1 : end;
}

/** The place after the last character of a match that ends before `end`. */
function placeAfter(places: readonly number[], end: number): number {
  let at = end;
  while (at < places.length - 1 && places[at] === places[end - 1]) at++;
  return places[at] ?? 0;
}

function hitsOf(folded: string, words: readonly string[]): readonly { readonly start: number; readonly end: number }[] {
  const hits: { start: number; end: number }[] = [];
  for (const word of words) {
    if (word === "") continue; // An empty word would match forever.
    for (let start = folded.indexOf(word); start >= 0; start = folded.indexOf(word, start + word.length)) {
      hits.push({ start, end: start + word.length });
    }
  }
  return hits.sort((a, b) => a.start - b.start || b.end - a.end);
}
