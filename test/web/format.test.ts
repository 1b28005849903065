/** Formatting shortcuts: what they write renders as they say, and pressing again takes it off. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Block, Inline } from "../../web/text/blocks.ts";
import { type Change, type Format, format } from "../../web/text/format.ts";
import { parseMarkdown } from "../../web/text/markdown.ts";

function apply(text: string, { from, to, insert }: Change): string {
  return text.slice(0, from) + insert + text.slice(to);
}

/** A text with its selection between brackets. */
function marked(text: string): [string, number, number] {
  const [before = "", selected = "", after = ""] = text.split(/[[\]]/);
  return [before + selected + after, before.length, before.length + selected.length];
}

function shown(text: string, change: Change): string {
  const changed = apply(text, change);
  return `${changed.slice(0, change.selectFrom)}[${changed.slice(change.selectFrom, change.selectTo)}]${changed.slice(change.selectTo)}`;
}

test.each<[string, Format, string]>([
  ["a [word ] b", "bold", "a **[word]**  b"],
  ["un[frigging]believable", "italic", "un*[frigging]*believable"],
  ["これは[重要]です", "bold", "これは**[重要]**です"],
  ["a **[word]** b", "bold", "a [word] b"],
  ["a *[word]* b", "italic", "a [word] b"],
  ["a **[word]** b", "italic", "a ***[word]*** b"],
  ["a ***[word]*** b", "bold", "a *[word]* b"],
  ["a ***[word]*** b", "italic", "a **[word]** b"],
  ["a [] b", "bold", "a **[]** b"],
  ["[]", "code", "`[]`"],
  ["say [a`b]", "code", "say `` [a`b] ``"],
  ["x [one\ntwo] y", "code", "x \n```\n[one\ntwo]\n```\n y"],
  ["[one\ntwo]", "code", "```\n[one\ntwo]\n```"],
  ["[one\n\n- two]", "bold", "[**one**\n\n- **two**]"],
  ["`[word]`", "code", "[word]"],
])("%j made %s is %j", (text, kind, expected) => {
  const [plain, start, end] = marked(text);
  expect(shown(plain, format(plain, start, end, kind))).toBe(expected);
});

describe("what a shortcut writes renders", () => {
  const all = (blocks: readonly Block[]): readonly Inline[] =>
    blocks.flatMap((block) =>
      "items" in block
        ? block.items.flatMap(({ children }) => all(children))
        : block.kind === "quote"
          ? all(block.children)
          : "children" in block
            ? block.children
            : [],
    );
  const deep = (inlines: readonly Inline[]): readonly Inline[] =>
    inlines.flatMap((inline) => ["children" in inline ? [inline, ...deep(inline.children)] : [inline]].flat());
  const words = (inline: Inline): string =>
    "text" in inline ? inline.text : "children" in inline ? inline.children.map(words).join("") : "";
  const word = fc.constantFrom(
    "word",
    "слово",
    "日本語",
    "한국어",
    "ไทย",
    "שלום",
    "it’s",
    "e=mc",
    "don't",
    "naïve",
    "42",
  );
  const beside = fc.constantFrom("", " ", "a", "слово ", "日本語", "。", "(", "…", "\n");

  test.each<[Format, Inline["kind"]]>([
    ["bold", "bold"],
    ["italic", "italic"],
    ["code", "code"],
  ])("%s", (kind, expected) => {
    fc.assert(
      fc.property(beside, word, beside, (before, selected, after) => {
        const text = before + selected + after;
        const change = format(text, before.length, before.length + selected.length, kind);
        const inlines = deep(all(parseMarkdown(apply(text, change))));
        expect(inlines.filter((one) => one.kind === expected).map(words), apply(text, change)).toEqual([selected]);
        const again = format(apply(text, change), change.selectFrom, change.selectTo, kind);
        expect(apply(apply(text, change), again)).toBe(text);
      }),
    );
  });
});
