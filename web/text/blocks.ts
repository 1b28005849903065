/**
 * What people write, as data: blocks and what is in them. A view makes nodes of it, never HTML.
 * A message without marks is read here; every other one by the Markdown parser, which is a part of its own.
 */
import { type Atom, atomsIn } from "./atoms.ts";
import { HERE } from "./mentions.ts";

export type Inline =
  | { readonly kind: "text" | "code"; readonly text: string }
  | { readonly kind: "bold" | "italic" | "strike"; readonly children: readonly Inline[] }
  /** `href` is http, https or mailto. A bare address is its own label. `host` is where it leads, when its label says something else. */
  | { readonly kind: "link"; readonly href: string; readonly host?: string; readonly children: readonly Inline[] }
  | { readonly kind: "person" | "channel"; readonly id: string }
  /** Everyone who has the conversation open. */
  | { readonly kind: "here" };

export type ListItem = {
  /** What an ordered item is numbered with. */
  readonly number?: number;
  /** Whether a task is done. */
  readonly isDone?: boolean;
  readonly children: readonly Block[];
};

export type Block =
  | { readonly kind: "paragraph" | "heading"; readonly children: readonly Inline[] }
  | { readonly kind: "quote"; readonly children: readonly Block[] }
  /** `info` is what stands after the opening fence: a language, as a rule. */
  | { readonly kind: "code"; readonly text: string; readonly info: string }
  | { readonly kind: "list"; readonly isOrdered: boolean; readonly items: readonly ListItem[] }
  | { readonly kind: "table"; readonly rows: readonly (readonly (readonly Inline[])[])[] }
  | { readonly kind: "rule" };

/** What Markdown may read as a mark, and an address whose site may not be the one that it looks like. */
const MARKS = /[*_~`\\|]|\]\(|^[ \t]*(?:[>#+-]|\d{1,9}[.)])|:\/\/[^\s/?#]*[^\s\w./:[\]-]/m;

/** Whether a text holds anything that only the parser reads. */
export function hasMarks(text: string): boolean {
  return MARKS.test(text);
}

/** A text without marks: one paragraph as it was typed, with its links and names. Blank lines before it are dropped. */
export function plainBlocks(typed: string): readonly Block[] {
  const text = typed.replace(/^(?:[ \t]*\n)+/, "");
  const children: Inline[] = [];
  let done = 0;
  const add = (to: number) => done < to && children.push({ kind: "text", text: text.slice(done, to) });
  for (const atom of atomsIn(text)) {
    add(atom.from);
    children.push(inlineOf(atom));
    done = atom.to;
  }
  add(text.length);
  return children.length > 0 ? [{ kind: "paragraph", children }] : [];
}

export function inlineOf(atom: Atom): Inline {
  if (atom.kind === "here") return { kind: "here" };
  if (atom.kind !== "link") return { kind: atom.kind, id: atom.id };
  return { kind: "link", href: atom.href, children: [{ kind: "text", text: atom.href }] };
}

/** The words of blocks as one line, without marks: for quotes and what is read out. */
export function lineOf(blocks: readonly Block[]): string {
  return blocks.map(plainBlock).join(" ").replace(/\s+/g, " ").trim();
}

function plainBlock(block: Block): string {
  switch (block.kind) {
    case "code":
      return `${block.info} ${block.text}`;
    case "rule":
      return "";
    case "list":
      return block.items.map(({ children }) => children.map(plainBlock).join(" ")).join(" ");
    case "table":
      return block.rows.map((row) => row.map(plainInlines).join(" ")).join(" ");
    case "quote":
      return block.children.map(plainBlock).join(" ");
    default:
      return plainInlines(block.children);
  }
}

/** The words of a line without its marks. */
export function plainInlines(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      if ("text" in inline) return inline.text;
      if ("children" in inline) return plainInlines(inline.children);
      if (inline.kind === "here") return HERE;
      return inline.kind === "person" ? `<@${inline.id}>` : `<#${inline.id}>`;
    })
    .join("");
}
