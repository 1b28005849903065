/** What a formatting shortcut does to a text: it writes what renders, and takes it off again. Pure. */

export type Format = "bold" | "italic" | "code";

/** `insert` takes the place of what stands from `from` to `to`; then the part from `selectFrom` to `selectTo` is selected. */
export type Change = {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
  readonly selectFrom: number;
  readonly selectTo: number;
};

/** A single asterisk, since an underscore is no mark inside a word. */
const MARKS: Readonly<Record<Format, string>> = { bold: "**", italic: "*", code: "`" };

/** Puts marks round what is selected, or takes them off. Spaces at its ends stay outside, since marks do not open or close beside them. */
export function format(text: string, selectionStart: number, selectionEnd: number, kind: Format): Change {
  const selected = text.slice(selectionStart, selectionEnd);
  const start = selectionStart + (selected.length - selected.trimStart().length);
  const end = selected.trim() === "" ? start : selectionEnd - (selected.length - selected.trimEnd().length);
  const words = text.slice(start, end);
  const mark = MARKS[kind];
  if (isMarked(text, start, end, mark)) {
    const from = start - mark.length;
    return { from, to: end + mark.length, insert: words, selectFrom: from, selectTo: from + words.length };
  }
  if (kind === "code" && words.includes("\n")) return fenced(text, start, end);
  if (kind === "code" && words.includes("`")) return wrapped(start, end, words, longerThan(words), " ");
  if (words.includes("\n")) {
    // Emphasis ends with its paragraph or its list item: each line gets its own.
    const insert = words.replace(/^([ \t]*(?:>|[-*+]|\d{1,9}[.)])?[ \t]*)(\S.*?)([ \t]*)$/gm, `$1${mark}$2${mark}$3`);
    return { from: start, to: end, insert, selectFrom: start, selectTo: start + insert.length };
  }
  return wrapped(start, end, words, mark);
}

/** Whether exactly these marks stand round a part of a text: one asterisk of two is none of its own. */
function isMarked(text: string, start: number, end: number, mark: string): boolean {
  const sign = mark.slice(0, 1);
  const before = text.slice(0, start).length - text.slice(0, start).replace(new RegExp(`[${sign}]+$`), "").length;
  const after = /^([*`]*)/.exec(text.slice(end))?.[1]?.split(sign).length ?? 1;
  const runs = Math.min(before, after - 1);
  return mark.length === 2 ? runs >= 2 : runs === 1 || runs === 3;
}

function wrapped(from: number, to: number, words: string, mark: string, space = ""): Change {
  const open = mark + space;
  const insert = open + words + space + mark;
  return { from, to, insert, selectFrom: from + open.length, selectTo: from + open.length + words.length };
}

/** Lines of code between fences on lines of their own. */
function fenced(text: string, start: number, end: number): Change {
  const words = text.slice(start, end);
  const fence = words.includes("```") ? "````" : "```";
  const before = start === 0 || text[start - 1] === "\n" ? "" : "\n";
  const after = end === text.length || text[end] === "\n" ? "" : "\n";
  const open = `${before}${fence}\n`;
  const insert = `${open}${words}\n${fence}${after}`;
  return {
    from: start,
    to: end,
    insert,
    selectFrom: start + open.length,
    selectTo: start + open.length + words.length,
  };
}

/** Backticks enough to hold the backticks in a text. */
function longerThan(words: string): string {
  const longest = Math.max(...[...words.matchAll(/`+/g)].map(([run]) => run.length));
  return "`".repeat(longest + 1);
}
