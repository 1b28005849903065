/** A parsed text as one line of tags, to be compared. */
import type { Block, Inline } from "../../web/text/blocks.ts";
import { parseMarkdown } from "../../web/text/markdown.ts";

export function shape(text: string): string {
  return blocksShape(parseMarkdown(text));
}

export function blocksShape(blocks: readonly Block[]): string {
  return blocks.map(blockShape).join(" ");
}

function blockShape(block: Block): string {
  switch (block.kind) {
    case "code":
      return `code${block.info && `[${block.info}]`}(${block.text})`;
    case "list": {
      const items = block.items.map(({ number, isDone, children }) => {
        const task = isDone === undefined ? "" : isDone ? "[x]" : "[]";
        return `${number ?? "•"}${task} ${blocksShape(children)}`;
      });
      return `list(${items.join(" | ")})`;
    }
    case "quote":
      return `quote(${blocksShape(block.children)})`;
    case "table":
      return `table(${block.rows.map((row) => row.map(inlineShape).join(", ")).join(" | ")})`;
    case "rule":
      return "rule";
    case "heading":
      return `heading(${inlineShape(block.children)})`;
    default:
      return inlineShape(block.children);
  }
}

function inlineShape(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      if (inline.kind === "text") return inline.text;
      if (inline.kind === "code") return `code(${inline.text})`;
      if (inline.kind === "link") return `link(${inlineShape(inline.children)} ${inline.href})`;
      if ("children" in inline) return `${inline.kind}(${inlineShape(inline.children)})`;
      return "id" in inline ? `${inline.kind}(${inline.id})` : inline.kind;
    })
    .join("");
}
