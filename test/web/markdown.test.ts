/** Small Markdown: what becomes what, and that nothing a person types takes longer than its length allows. */
import fc from "fast-check";
import { gemoji } from "gemoji";
import { describe, expect, test } from "vitest";
import { type Block, hasMarks, type Inline, lineOf, plainBlocks } from "../../web/text/blocks.ts";
import { isEmojiOnly } from "../../web/text/emoji-only.ts";
import { parseMarkdown } from "../../web/text/markdown.ts";
import { realHost } from "../../web/text/real-host.ts";
import { foldText, isDrawn } from "../../worker/protocol/text.ts";
import { blocksShape, shape } from "./shape.ts";

const plainLine = (text: string) => lineOf(parseMarkdown(text));

const bare = (href: string) => `link(${href} ${href})`;

describe("emphasis", () => {
  test.each([
    ["**bold** and *italic* and ~~gone~~", "bold(bold) and italic(italic) and strike(gone)"],
    ["__bold__ and _italic_ and ~gone~", "bold(bold) and italic(italic) and strike(gone)"],
    ["**bold *and italic* too**", "bold(bold italic(and italic) too)"],
    ["***both***", "italic(bold(both))"],
    ["**a*b*c**", "bold(aitalic(b)c)"],
    ["un*frigging*believable", "unitalic(frigging)believable"],
    ["snake_case_name and 2*3*4 and 10~20 or 30~40", "snake_case_name and 2*3*4 and 10~20 or 30~40"],
    ["**never closed", "**never closed"],
    ["a * b * c", "a * b * c"],
    ["~~~", "code()"],
    ["a~~~b~~~c", "a~~~b~~~c"],
    ["これは**「重要」**です", "これはbold(「重要」)です"],
    ["これは**私のやりたかったこと。**だからするの。", "これはbold(私のやりたかったこと。)だからするの。"],
    ["한국어**[강조]**을", "한국어bold([강조])을"],
    ["中文*斜体*中文~~删除~~中文", "中文italic(斜体)中文strike(删除)中文"],
    ["ภาษา**“หนา”**ไทย", "ภาษาbold(“หนา”)ไทย"],
    ["**https://example.org/a**", `bold(${bare("https://example.org/a")})`],
    ["*https://example.org/?q=1*，好", `italic(${bare("https://example.org/?q=1")})，好`],
    ["**<@ada-0123456789abcdef>**x", "bold(person(ada-0123456789abcdef))x"],
    ["**👍**done", "bold(👍)done"],
    ["**bold**’s", "bold(bold)’s"],
  ])("%j", (text, expected) => {
    expect(shape(text)).toBe(expected);
  });
});

describe("backslashes are marks only where they change something", () => {
  test.each([
    ["\\*as typed\\*", "*as typed*"],
    ["\\*\\*as typed\\*\\*", "**as typed**"],
    ["¯\\_(ツ)_/¯", "¯\\_(ツ)_/¯"],
    ["\\\\server\\share", "\\\\server\\share"],
    ["C:\\new_folder\\*.txt", "C:\\new_folder\\*.txt"],
    ["\\d+\\.\\d*", "\\d+\\.\\d*"],
    ["\\# no heading", "# no heading"],
    ["1\\. no list", "1. no list"],
    ["\\> no quote", "> no quote"],
    ["\\`no code\\`", "`no code`"],
    ["a line\\\nand one", "a line\\\nand one"],
    ["`C:\\*`", "code(C:\\*)"],
    ["\\[no](https://example.org/x)", `[no](${bare("https://example.org/x")})`],
    ["o/ \\o", "o/ \\o"],
    ["[fix \\] in a](https://example.org/x)", "link(fix ] in a https://example.org/x)"],
  ])("%j", (text, expected) => {
    expect(shape(text)).toBe(expected);
  });
});

describe("blocks", () => {
  test.each([
    ["one\ntwo\n\n\n  three", "one\ntwo\n\n\n  three"],
    ["  /\\_/\\\n ( o.o )", "  /\\_/\\\n ( o.o )"],
    ["```\nlet a = **1**;\n```", "code(let a = **1**;)"],
    ["```ts\nlet a;\n\n  b\n```\nafter", "code[ts](let a;\n\n  b) after"],
    ["```ts\nlet a;", "code[ts](let a;)"],
    ["```never closed", "code[never closed]()"],
    ["```\n```b c", "code(```b c)"],
    ["```one line```", "code(one line)"],
    ["````\n```\ncode\n```\n````", "code(```\ncode\n```)"],
    ["> ```\n> code\n> more\n> ```", "quote(code(code\nmore))"],
    ["> said\n> before\nand now", "quote(said\nbefore) and now"],
    ["> a\n>> b\n> c", "quote(a quote(b) c)"],
    ["> - a\n> - b", "quote(list(• a | • b))"],
    ["- a\n  - b\n- c", "list(• a list(• b) | • c)"],
    ["- one\n- *two*", "list(• one | • italic(two))"],
    ["- one\n  goes on\nnot", "list(• one\ngoes on) not"],
    ["- a\n\n  ```\n  code\n  ```", "list(• a code(code))"],
    ["3. three\n4. four", "list(3 three | 4 four)"],
    ["1. a\n1. b\n7. c", "list(1 a | 1 b | 7 c)"],
    ["- a\n1. b", "list(• a) list(1 b)"],
    ["-not a list", "-not a list"],
    ["- [ ] to do\n- [x] done", "list(•[] to do | •[x] done)"],
    ["# Title", "heading(Title)"],
    ["#channel", "#channel"],
    ["Title\n---\ntext", "Title rule text"],
    ["Title\n===", "Title\n==="],
    ["    four spaces", "    four spaces"],
    ["| a | b |\n|---|---|\n| 1 | *2* |", "table(a, b | 1, italic(2))"],
    ["a | b", "a | b"],
    ["<div>\n*x*\n</div>", "<div>\nitalic(x)\n</div>"],
    ["[a]: https://example.org/x", `[a]: ${bare("https://example.org/x")}`],
    ["&amp; &copy;", "&amp; &copy;"],
    ["-", "-"],
    ["#", "#"],
    ["1.", "1."],
  ])("%j", (text, expected) => {
    expect(shape(text)).toBe(expected);
  });
});

describe("links and names", () => {
  test.each([
    ["see https://example.org/a_(b).", `see ${bare("https://example.org/a_(b)")}.`],
    ["[here](https://example.org/?q=1)", "link(here https://example.org/?q=1)"],
    ["[**here**](https://example.org/)", "link(bold(here) https://example.org/)"],
    ["[label](https://example.com/wiki/Foo_(bar))", "link(label https://example.com/wiki/Foo_(bar))"],
    ["[a [b] c](https://example.com/x)", "link(a [b] c https://example.com/x)"],
    ["[https://bank.example](https://elsewhere.example/x)", "link(https://bank.example https://elsewhere.example/x)"],
    ["![picture](https://example.org/p.png)", "!link(picture https://example.org/p.png)"],
    ["[x][y] and [z]", "[x][y] and [z]"],
    ["[](https://example.org)", `[](${bare("https://example.org")})`],
    ["<https://example.com/?q=*>", bare("https://example.com/?q=*")],
    ["https://example.com/?q=*", bare("https://example.com/?q=*")],
    ["http://[::1]", bare("http://[::1]")],
    ["mailto:ada@example.org!", `${bare("mailto:ada@example.org")}!`],
    ["mailto:)", "mailto:)"],
    ["[no](javascript:alert(1)) data:text/html,x", "[no](javascript:alert(1)) data:text/html,x"],
    ["<script>alert(1)</script> <img src=x>", "<script>alert(1)</script> <img src=x>"],
    ["<@ada-0123456789abcdef> in <#design>", "person(ada-0123456789abcdef) in channel(design)"],
    ["`<@ada-0123456789abcdef> https://example.org/*a*`", "code(<@ada-0123456789abcdef> https://example.org/*a*)"],
    ["<@short>", "<@short>"],
    ["https://example.com/a。次の文", `${bare("https://example.com/a")}。次の文`],
    ["（https://example.com/a）", `（${bare("https://example.com/a")}）`],
    ["`**no** <b>` ``a`b``", "code(**no** <b>) code(a`b)"],
  ])("%j", (text, expected) => {
    expect(shape(text)).toBe(expected);
  });
});

test.each([
  ["https://bank.example", "https://elsewhere.example/x", "elsewhere.example"],
  ["bank.example", "https://elsewhere.example/x", "elsewhere.example"],
  ["see www.bank.example/login", "https://elsewhere.example/x", "elsewhere.example"],
  ["bank.example", "https://www.bank.example/login", undefined],
  ["the report", "https://elsewhere.example/x", undefined],
  ["v1.2.3", "https://elsewhere.example/x", undefined],
  [
    "https://bank.example∕login@elsewhere.example/x",
    "https://bank.example∕login@elsewhere.example/x",
    "elsewhere.example",
  ],
  ["https://user@elsewhere.example/", "https://user@elsewhere.example/", "elsewhere.example"],
  ["https://аpple.example/", "https://аpple.example/", "xn--pple-43d.example"],
  ["https://例え.jp/パス", "https://例え.jp/パス", undefined],
  ["https://münchen.example/", "https://münchen.example/", undefined],
  ["https://example.org/@ada", "https://example.org/@ada", undefined],
])("a link that reads %s and leads to %s: beside it stands %s", (label, href, host) => {
  expect(realHost(label, href)).toBe(host);
});

test.each([
  ["https://elsewhere.example/", undefined],
  ["https://user@elsewhere.example/", "elsewhere.example"],
  ["https://аpple.example/", "xn--pple-43d.example"],
  ["[bank.example](https://elsewhere.example/x)", "elsewhere.example"],
  ["[the report](https://elsewhere.example/x)", undefined],
])("the address in %s leads to %s, and the message says so", (text, host) => {
  const [block] = hasMarks(text) ? parseMarkdown(text) : plainBlocks(text);
  const inlines = block?.kind === "paragraph" ? block.children : [];
  expect(inlines.map((inline) => (inline.kind === "link" ? inline.host : "no link"))).toEqual([host]);
});

test.each([
  ["👍", true],
  ["👩‍👩‍👧 🎉", true],
  ["❤️", true],
  ["🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇩🇪 1️⃣ ☝🏽 👁️‍🗨️", true],
  ["7", false],
  ["🇩", false],
  ["©", false],
  ["👍 yes", false],
  ["👍".repeat(13), false],
])("%s alone is large: %s", (text, isLarge) => {
  expect(isEmojiOnly(text)).toBe(isLarge);
});

test("every emoji of the picker is large alone, as the exact set has it", () => {
  const wrong = gemoji.filter(({ emoji }) => isEmojiOnly(emoji) !== /^\p{RGI_Emoji}$/v.test(emoji));
  expect(wrong.map(({ emoji }) => emoji)).toEqual([]);
  expect(gemoji.length).toBeGreaterThan(1_800);
});

test("a text in one line has no signs left", () => {
  expect(plainLine("**Bold** `code`\n> quote\n- a\n- b\n```\nx\n```")).toBe("Bold code quote a b x");
});

/** All that is shown of a text, in its order. */
function shown(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      if (block.kind === "code") return `${block.info}\n${block.text}`;
      if (block.kind === "list") return block.items.map(({ children }) => shown(children)).join("\n");
      if (block.kind === "table") return block.rows.flat().map(shownInline).join("");
      if (block.kind === "quote") return shown(block.children);
      return block.kind === "rule" ? "" : shownInline(block.children);
    })
    .join("\n");
}

function shownInline(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      if ("text" in inline) return inline.text;
      if (inline.kind === "link") {
        const label = shownInline(inline.children);
        return label === inline.href ? label : `${label} ${inline.href}`;
      }
      if ("children" in inline) return shownInline(inline.children);
      if (inline.kind === "here") return "<!here>";
      return inline.kind === "person" ? `<@${inline.id}>` : `<#${inline.id}>`;
    })
    .join("");
}

/** What marks up, and may go. */
const SIGNS = /[\s`*_~>\\\-+.)([\]#|:<0-9x]/gi;

test("a text without marks is read the same without the parser", () => {
  const pieces = [
    "b c",
    "\n",
    "\n\n",
    "  ",
    "日本語。",
    "🎉",
    "https://e.org/a.",
    "<@ada-0123456789abcdef>",
    "<#design>",
    ":",
    "(",
    ")",
    "a-b",
    "3.5",
    "#",
    "+1",
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 20 }), (typed) => {
      const text = foldText(typed.join(""), Number.POSITIVE_INFINITY) ?? "";
      if (!hasMarks(text) && isDrawn(text)) expect(shape(text)).toBe(blocksShape(plainBlocks(text)));
    }),
    { numRuns: 1_000 },
  );
});

describe("no word is lost, whatever is typed round it", () => {
  const marks = [
    "**",
    "*",
    "_",
    "`",
    "```",
    "~~",
    "~",
    "> ",
    "- ",
    "1. ",
    "\n",
    "\n\n",
    "[",
    "](",
    ")",
    "\\",
    "# ",
    "| ",
    "|-|-|\n",
    "    ",
    "- [ ] ",
    "---",
    "<",
    ">",
  ];
  const words = [
    "b c",
    "日本語",
    "。",
    "«ы»",
    "🎉",
    "é",
    "שלום",
    "ไทย",
    "https://e.org/a_b*c",
    "<@ada-0123456789abcdef>",
    "<#design>",
    "ツ",
  ];
  const text = fc.array(fc.constantFrom(...marks, ...words), { maxLength: 60 }).map((pieces) => pieces.join(""));

  test("every word is shown, in its order", () => {
    fc.assert(
      fc.property(text, (typed) => {
        expect(shown(parseMarkdown(typed)).replace(SIGNS, "")).toBe(typed.replace(SIGNS, ""));
      }),
      { numRuns: 2_000 },
    );
  });

  test("what is shown of words with marks between them has nothing that was not typed", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...marks, "b c", "日本語", "🎉"), { maxLength: 60 }), (pieces) => {
        const typed = pieces.join("");
        let at = 0;
        for (const character of shown(parseMarkdown(typed)).replace(/\s/g, "")) {
          at = typed.indexOf(character, at);
          expect(at, JSON.stringify(typed)).toBeGreaterThanOrEqual(0);
          at += character.length;
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("links lead only to what a page may lead to", () => {
  test("whatever is typed", () => {
    const hrefs = (inlines: readonly Inline[]): string[] =>
      inlines.flatMap((inline) =>
        inline.kind === "link" ? [inline.href] : "children" in inline ? hrefs(inline.children) : [],
      );
    const inBlock = (block: Block): string[] => {
      if (block.kind === "list") return block.items.flatMap(({ children }) => children.flatMap(inBlock));
      if (block.kind === "table") return block.rows.flat().flatMap(hrefs);
      if (block.kind === "quote") return block.children.flatMap(inBlock);
      return block.kind === "code" || block.kind === "rule" ? [] : hrefs(block.children);
    };
    const all = (text: string) => parseMarkdown(text).flatMap(inBlock);
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

  /** How much longer a text takes that is four times as long. The best times of interleaved runs are compared, so that a busy machine does not count. */
  function growthOf(text: string): number {
    const [short, long]: [number[], number[]] = [[], []];
    for (let run = 0; run < 12; run++) {
      short.push(timeOf(text));
      long.push(timeOf(text.repeat(4)));
    }
    return Math.min(...long) / Math.max(0.2, Math.min(...short));
  }

  test.each(NASTY)("%s", (_, piece) => {
    const text = piece.repeat(Math.ceil(4_000 / piece.length)); // as long as a message may be
    timeOf(text);
    // What grows with the square takes sixteen times as long, always; a disturbed measurement is taken again.
    let growth = growthOf(text);
    for (let tries = 0; growth >= 8 && tries < 4; tries++) growth = growthOf(text);
    expect(growth).toBeLessThan(8);
  });
});
