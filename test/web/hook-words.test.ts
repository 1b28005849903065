/** What a program sends through a hook, read by the reader that shows it: nothing is added to it and nothing takes effect. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseMarkdown } from "../../web/text/markdown.ts";
import { link, plain } from "../../worker/hooks/hook-message.ts";
import { shape } from "./shape.ts";

describe("words of a program are shown as they are", () => {
  test.each([
    "Fix *login*",
    "**everything** is fine",
    "`rm -rf` is gone",
    "snake_case_name and __init__",
    "_done_ and ~~not~~",
    "~about~ 5",
    "[ok] 1 * 2 * 3",
    "[a](/b)",
    "# 7 is a number",
    "> quoted",
    ">quoted",
    "### three",
    "- a dash",
    "1. first",
    "C:\\temp\\new",
    "a | b",
    "<script>alert(1)</script>",
    "100 % & more",
  ])("%s", (text) => {
    expect(shape(plain(text))).toBe(text);
  });

  test("an address in them leads to itself, whatever stands before it", () => {
    expect(shape(plain("[a](https://evil.example/)"))).toBe("[a](link(https://evil.example/ https://evil.example/))");
  });

  test("whatever they are, no link with a label is made of them", () => {
    const signs = fc.constantFrom(..."ab *_~`[]()#>-+1.\\!<|");
    fc.assert(
      fc.property(fc.array(signs, { maxLength: 20 }), (drawn) => {
        expect(shape(plain(`${drawn.join("")} end`))).not.toContain("link");
      }),
      { numRuns: 2_000 },
    );
  });
});

test("a link of a program leads where it says, whatever its label is", () => {
  for (const label of ["a", "a [b]", "a ] b", "[", "*x*"])
    expect(JSON.stringify(parseMarkdown(link(plain(label), "https://acme.example/(x)")))).toContain(
      '"href":"https://acme.example/%28x%29"',
    );
  expect(JSON.stringify(parseMarkdown(link("click", "javascript:alert(1)")))).not.toContain("link");
});
