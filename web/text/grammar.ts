/**
 * Markdown as a chat has it: CommonMark 0.31.2 with tables, task lists and strikethrough, without what would hide or reinterpret
 * words: no HTML, entities, images, reference definitions, code by indentation, or headings by underlining.
 */
import {
  type BlockContext,
  type DelimiterType,
  type InlineContext,
  type Line,
  type MarkdownConfig,
  parser,
  Table,
  TaskList,
} from "@lezer/markdown";

const [TILDE, BRACKET] = ["~", "["].map((sign) => sign.charCodeAt(0));
/** Longer labels and addresses (UTF-16 units) make no link. */
const LABEL_MAX = 200;
const HREF_MAX = 2_000;
const WORD = /[\p{L}\p{N}]/u;
const PUNCTUATION = /[\p{P}\p{S}]/u;
const SPACE = /^\s?$/;

const HIDING = [
  "HTMLBlock",
  "HTMLTag",
  "Entity",
  "Image",
  "Link",
  "LinkEnd",
  "Autolink",
  "LinkReference",
  "IndentedCode",
  "SetextHeading",
  "HardBreak",
];

/** A line that does not go on with the signs of its quote or the indentation of its list item is no part of it. CommonMark takes it in. */
const NO_LAZY_LINES: MarkdownConfig = {
  parseBlock: [
    {
      name: "NoLazyLines",
      // How many of the open quotes and items the line goes on with is known to the parser alone (internal, so tested).
      endLeaf: (cx: BlockContext, line: Line) => Number(Reflect.get(line, "depth")) < cx.depth,
    },
  ],
};

const ONE_TILDE: DelimiterType = { resolve: "Strikethrough", mark: "StrikethroughMark" };
const TWO_TILDES: DelimiterType = { resolve: "Strikethrough", mark: "StrikethroughMark" };

/** One or two tildes, as GFM has them (§6.5). One works round whole words only. */
const STRIKETHROUGH: MarkdownConfig = {
  defineNodes: ["Strikethrough", "StrikethroughMark"],
  parseInline: [
    {
      name: "Strikethrough",
      parse(cx: InlineContext, next: number, from: number): number {
        if (next !== TILDE) return -1;
        let to = from + 1;
        while (cx.char(to) === TILDE) to++;
        if (to - from > 2) return to;
        const [before, after] = [cx.slice(Math.max(cx.offset, from - 1), from), cx.slice(to, Math.min(cx.end, to + 1))];
        const isLeft =
          !SPACE.test(after) && (!PUNCTUATION.test(after) || SPACE.test(before) || PUNCTUATION.test(before));
        const isRight =
          !SPACE.test(before) && (!PUNCTUATION.test(before) || SPACE.test(after) || PUNCTUATION.test(after));
        const isInWord = to - from === 1 && WORD.test(before) && WORD.test(after);
        return cx.addDelimiter(
          to - from === 1 ? ONE_TILDE : TWO_TILDES,
          from,
          to,
          isLeft && !isInWord,
          isRight && !isInWord,
        );
      },
    },
  ],
};

/** Everything but links: what a label may hold. */
const label = parser.configure([Table, TaskList, STRIKETHROUGH, NO_LAZY_LINES, { remove: HIDING }]);

/** `[label](address)` on one line, with balanced brackets in both (CommonMark 0.31.2 §6.3). References and titles are none. */
const LINK: MarkdownConfig = {
  parseInline: [
    {
      name: "LabelledLink",
      parse(cx: InlineContext, next: number, from: number): number {
        if (next !== BRACKET) return -1;
        const text = cx.slice(from, Math.min(cx.end, from + LABEL_MAX + HREF_MAX));
        const nearest = text.indexOf("](");
        if (nearest < 0 || nearest > LABEL_MAX) return -1; // before anything is counted
        const labelEnd = closingOf(text, 0, "[]", LABEL_MAX);
        if (labelEnd === undefined || labelEnd === 1 || text[labelEnd + 1] !== "(") return -1;
        const end = closingOf(text, labelEnd + 1, "()", HREF_MAX);
        if (end === undefined) return -1;
        return cx.addElement(
          cx.elt("Link", from, from + end + 1, [
            cx.elt("LinkMark", from, from + 1),
            ...label.parseInline(text.slice(1, labelEnd), from + 1),
            cx.elt("LinkMark", from + labelEnd, from + labelEnd + 2),
            cx.elt("URL", from + labelEnd + 2, from + end),
            cx.elt("LinkMark", from + end, from + end + 1),
          ]),
        );
      },
    },
  ],
};

export const grammar = label.configure(LINK);

/** Where the bracket at `start` closes, on the same line and within `max` units. */
function closingOf(text: string, start: number, [opening, closing]: string, max: number): number | undefined {
  let depth = 0;
  for (let at = start; at < Math.min(text.length, start + max + 2); at++) {
    const character = text[at];
    if (character === "\n") return undefined;
    if (character === "\\") at++;
    else if (character === opening) depth++;
    else if (character === closing && --depth === 0) return at;
  }
  return undefined;
}
