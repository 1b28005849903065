/** Small Markdown: what becomes what, and that nothing a person types takes longer than its length allows. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Block, type Inline, isEmojiOnly, parseMarkdown, plainLine } from "../../web/text/markdown.ts";

/** A parsed text as one line of tags, to be compared. */
function shape(text: string): string {
  return parseMarkdown(text).map(blockShape).join(" ");
}

function blockShape(block: Block): string {
  switch (block.kind) {
    case "code":
      return `code(${block.text})`;
    case "list":
      return `list${block.start ?? ""}(${block.items.map(inlineShape).join(" | ")})`;
    default:
      return `${block.kind}(${inlineShape(block.children)})`;
  }
}

function inlineShape(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      if (inline.kind === "text") return inline.text;
      if (inline.kind === "code") return `code(${inline.text})`;
      if (inline.kind === "link") return `link(${inline.text} ${inline.href})`;
      if ("children" in inline) return `${inline.kind}(${inlineShape(inline.children)})`;
      return "id" in inline ? `${inline.kind}(${inline.id})` : "";
    })
    .join("");
}

test.each([
  ["plain words", "paragraph(plain words)"],
  ["**bold** and *italic* and ~~gone~~", "paragraph(bold(bold) and italic(italic) and strike(gone))"],
  ["__bold__ and _italic_ and ~gone~", "paragraph(bold(bold) and italic(italic) and strike(gone))"],
  ["**bold *and italic* too**", "paragraph(bold(bold italic(and italic) too))"],
  ["`**no** <b>`", "paragraph(code(**no** <b>))"],
  ["snake_case_name and 2*3*4", "paragraph(snake_case_name and 2*3*4)"],
  ["**never closed", "paragraph(**never closed)"],
  ["a * b * c", "paragraph(a * b * c)"],
  ["\\*as typed\\*", "paragraph(*as typed*)"],
  ["```\nlet a = **1**;\n```", "code(let a = **1**;)"],
  ["```never closed", "code(never closed)"],
  ["```ts\nlet a;", "code(let a;)"],
  ["```\n```b c", "code(```b c)"],
  ["mailto:)", "paragraph(mailto:))"],
  ["```one line```", "code(one line)"],
  ["> said\n> before\nand now", "paragraph(and now)".replace(/^/, "quote(said\nbefore) ")],
  ["- one\n- *two*", "list(one | italic(two))"],
  ["3. three\n4. four", "list3(three | four)"],
  ["- a\n1. b", "list(a) list1(b)"],
  ["-not a list", "paragraph(-not a list)"],
  ["see https://example.org/a_(b).", "paragraph(see link(https://example.org/a_(b) https://example.org/a_(b)).)"],
  ["[here](https://example.org/?q=1)", "paragraph(link(here https://example.org/?q=1))"],
  ["mailto:ada@example.org!", "paragraph(link(mailto:ada@example.org mailto:ada@example.org)!)"],
  ["[no](javascript:alert(1)) data:text/html,x", "paragraph([no](javascript:alert(1)) data:text/html,x)"],
  ["<script>alert(1)</script> <img src=x>", "paragraph(<script>alert(1)</script> <img src=x>)"],
  ["<@ada-0123456789abcdef> in <#design>", "paragraph(person(ada-0123456789abcdef) in channel(design))"],
  ["<@short>", "paragraph(<@short>)"],
  ["one\ntwo", "paragraph(one\ntwo)"],
])("%j", (text, expected) => {
  expect(shape(text)).toBe(expected);
});

test.each([
  ["👍", true],
  ["👩‍👩‍👧 🎉", true],
  ["❤️", true],
  ["7", false],
  ["👍 yes", false],
  ["👍".repeat(13), false],
])("%s alone is large: %s", (text, isLarge) => {
  expect(isEmojiOnly(text)).toBe(isLarge);
});

test("a text in one line has no signs left", () => {
  expect(plainLine("**Bold** `code`\n> quote\n- a\n- b\n```\nx\n```")).toBe("Bold code quote a b x");
});

/** What marks up, and may go. */
const SIGNS = /[\s`*_~>\\\-+.)([\]0-9]/g;

test("no word is lost, whatever is typed round it", () => {
  const piece = fc.constantFrom("**", "*", "_", "`", "```", "~~", "> ", "- ", "1. ", "\n", "[", "](", ")", "b c", "\\");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const text = pieces.join("");
      expect(plainLine(text).replace(SIGNS, "")).toBe(text.replace(SIGNS, ""));
    }),
  );
});

describe("links lead only to what a page may lead to", () => {
  test("whatever is typed", () => {
    const hrefs = (inlines: readonly Inline[]): string[] =>
      inlines.flatMap((inline) =>
        inline.kind === "link" ? [inline.href] : "children" in inline ? hrefs(inline.children) : [],
      );
    const all = (text: string) =>
      parseMarkdown(text).flatMap((block) =>
        block.kind === "code" ? [] : block.kind === "list" ? block.items.flatMap(hrefs) : hrefs(block.children),
      );
    const scheme = fc.constantFrom(
      "http://",
      "https://",
      "mailto:",
      "javascript:",
      "data:",
      "vbscript:",
      "JaVaScRiPt:",
      "//",
    );
    const address = fc.tuple(scheme, fc.string()).map(([start, rest]) => start + rest);
    const text = fc.oneof(
      address,
      address.map((href) => `[label](${href})`),
      address.map((href) => `**${href}**`),
    );
    fc.assert(fc.property(text, (typed) => all(typed).every((href) => /^(?:https?:\/\/|mailto:)/i.test(href))));
  });
});

describe("the time it takes grows with the text and no faster", () => {
  const NASTY: readonly (readonly [string, string])[] = [
    ["opening marks", "*"],
    ["marks of all kinds", "**_~~`*"],
    ["nested quotes", "> "],
    ["brackets", "[("],
    ["links that never end", "[a](http://"],
    ["fences", "```\n"],
    ["list items", "- a\n"],
    ["mentions that never end", "<@"],
    ["bare addresses", "http://a("],
    ["escapes", "\\*"],
    ["punctuation after an address", "http://a.,.,."],
    ["words", "word "],
    ["emoji", "👩‍👩‍👧"],
  ];

  function timeOf(text: string): number {
    const begun = performance.now();
    plainLine(text);
    isEmojiOnly(text);
    return performance.now() - begun;
  }

  /** How much longer twice the text takes. The best times of interleaved runs are compared, so that a busy machine does not count. */
  function growthOf(text: string): number {
    const [once, twice]: [number[], number[]] = [[], []];
    for (let run = 0; run < 12; run++) {
      once.push(timeOf(text));
      twice.push(timeOf(text + text));
    }
    return Math.min(...twice) / Math.max(0.2, Math.min(...once));
  }

  test.each(NASTY)("%s", (_, piece) => {
    const text = piece.repeat(Math.ceil(30_000 / piece.length));
    timeOf(text);
    // What grows with the square takes four times as long, always; a disturbed measurement is taken again.
    let growth = growthOf(text);
    for (let tries = 0; growth >= 2.6 && tries < 4; tries++) growth = growthOf(text);
    expect(growth).toBeLessThan(2.6);
  });
});
