/**
 * Reads Markdown. Every character of a text is in the result, but for marks that took effect. Pure.
 * A part of its own, fetched beside the first script: it is half as large as everything else.
 */
import type { SyntaxNode, Tree } from "@lezer/common";
import type { Atom } from "./atoms.ts";
import { type Block, type Inline, inlineOf, type ListItem, plainInlines } from "./blocks.ts";
import { effectiveEscapes } from "./escapes.ts";
import { grammar } from "./grammar.ts";
import { realHost } from "./real-host.ts";
import { shadowOf } from "./shadow.ts";

const ALLOWED_HREF = /^(?:https?:\/\/|mailto:)[^\s<>]+$/i;
const MARKS = /^(?:EmphasisMark|StrikethroughMark|HeaderMark|QuoteMark|ListMark|TaskMarker|TableDelimiter)$/;

/** The blocks of a text, in order. */
export function parseMarkdown(text: string): readonly Block[] {
  return new Reader(text).blocks();
}

/** Reads the parser's tree of one text. */
class Reader {
  readonly #text: string;
  readonly #tree: Tree;
  readonly #atoms: readonly Atom[];
  /** Places of backslashes that are not shown. */
  readonly #escapes: ReadonlySet<number>;

  constructor(text: string) {
    const shadow = shadowOf(text);
    this.#text = text;
    this.#tree = grammar.parse(shadow.text);
    this.#atoms = shadow.atoms;
    this.#escapes = effectiveEscapes(text, this.#tree);
  }

  blocks(): readonly Block[] {
    return this.#blocksOf(this.#tree.topNode, 0);
  }

  /** `indent`: columns that lines after the first are indented by, since they go on with a list item. */
  #blocksOf(parent: SyntaxNode, indent: number): readonly Block[] {
    const blocks: Block[] = [];
    let paragraphEnd = 0;
    for (const node of childrenOf(parent)) {
      if (MARKS.test(node.name)) continue;
      const last = blocks.at(-1);
      if (node.name === "Paragraph" && parent.name === "Document") {
        // Spaces before the first word and blank lines between paragraphs are as they were typed.
        const from = this.#text.lastIndexOf("\n", node.from - 1) + 1;
        const isNext = last?.kind === "paragraph";
        const before = this.#text.slice(isNext ? paragraphEnd : from, node.from);
        const children = [...this.#plain(before), ...this.#inlines(node, 0)];
        if (isNext) blocks.splice(-1, 1, { ...last, children: joined([...last.children, ...children]) });
        else blocks.push({ kind: "paragraph", children: joined(children) });
      } else {
        blocks.push(this.#block(node, indent));
      }
      paragraphEnd = node.to;
    }
    return blocks;
  }

  #block(node: SyntaxNode, indent: number): Block {
    switch (node.name) {
      case "FencedCode":
        return this.#code(node);
      case "HorizontalRule":
        return { kind: "rule" };
      case "Blockquote":
        return this.#orAsTyped(node, { kind: "quote", children: this.#blocksOf(node, indent) });
      case "BulletList":
      case "OrderedList": {
        const isOrdered = node.name === "OrderedList";
        const items = childrenOf(node).filter(({ name }) => name === "ListItem");
        return this.#orAsTyped(node, {
          kind: "list",
          isOrdered,
          items: items.map((item) => this.#item(item, isOrdered)),
        });
      }
      case "Table": {
        const rows = childrenOf(node).filter(({ name }) => name === "TableHeader" || name === "TableRow");
        const cells = (row: SyntaxNode) => row.getChildren("TableCell").map((cell) => this.#inlines(cell, 0));
        return { kind: "table", rows: rows.map(cells) };
      }
      default:
        return node.name.startsWith("ATXHeading")
          ? this.#orAsTyped(node, { kind: "heading", children: trimmed(this.#inlines(node, indent)) })
          : { kind: "paragraph", children: this.#inlines(node, indent) };
    }
  }

  /** Marks with nothing after them are shown as they were typed. */
  #orAsTyped(node: SyntaxNode, block: Block): Block {
    const isEmpty =
      ("items" in block && block.items.every((one) => one.children.length === 0)) ||
      ("children" in block && block.children.length === 0);
    return isEmpty ? { kind: "paragraph", children: this.#plain(this.#text.slice(node.from, node.to)) } : block;
  }

  #item(node: SyntaxNode, isOrdered: boolean): ListItem {
    const mark = node.getChild("ListMark");
    const first = childrenOf(node).find(({ name }) => name !== "ListMark");
    const lineStart = this.#text.lastIndexOf("\n", node.from - 1) + 1;
    const task = node.getChild("Task")?.getChild("TaskMarker");
    return {
      ...(isOrdered && mark && { number: Number.parseInt(this.#text.slice(mark.from, mark.to), 10) }),
      ...(task && { isDone: this.#text.slice(task.from, task.to) !== "[ ]" }),
      children: this.#blocksOf(node, (first?.from ?? node.from) - lineStart),
    };
  }

  #code(node: SyntaxNode): Block {
    const info = node.getChild("CodeInfo");
    const pieces = node.getChildren("CodeText").map(({ from, to }) => this.#text.slice(from, to));
    return { kind: "code", text: pieces.join(""), info: info ? this.#text.slice(info.from, info.to) : "" };
  }

  /** What stands in a node, without its marks. */
  #inlines(node: SyntaxNode, indent: number): readonly Inline[] {
    const inlines: Inline[] = [];
    let done = node.from;
    for (const child of childrenOf(node)) {
      inlines.push(...this.#words(done, child.from, indent));
      done = child.to;
      if (child.name === "QuoteMark" && this.#text[done] === " ") done++;
      inlines.push(...this.#inline(child, indent));
    }
    inlines.push(...this.#words(done, node.to, indent));
    return node.name === "Task" ? trimmed(joined(inlines)) : joined(inlines);
  }

  #inline(node: SyntaxNode, indent: number): readonly Inline[] {
    const { name, from, to } = node;
    switch (name) {
      case "Emphasis":
        return [{ kind: "italic", children: this.#inlines(node, indent) }];
      case "StrongEmphasis":
        return [{ kind: "bold", children: this.#inlines(node, indent) }];
      case "Strikethrough":
        return [{ kind: "strike", children: this.#inlines(node, indent) }];
      case "InlineCode": {
        const [open, close] = node.getChildren("CodeMark");
        return [{ kind: "code", text: codeOf(this.#text.slice(open?.to ?? from, close?.from ?? to)) }];
      }
      case "Link":
        return this.#link(node, indent);
      case "Escape":
        return this.#plain(this.#text.slice(from + Number(this.#escapes.has(from)), to));
      default:
        return MARKS.test(name) ? [] : this.#inlines(node, indent);
    }
  }

  /** A link whose address may be opened; any other is shown as it was typed. */
  #link(node: SyntaxNode, indent: number): readonly Inline[] {
    const [open, close] = node.getChildren("LinkMark");
    const address = node.getChild("URL");
    const href = unescaped(this.#text.slice(address?.from, address?.to).replace(/^<(.*)>$/s, "$1"));
    const isAllowed = ALLOWED_HREF.test(href) && URL.canParse(href);
    if (!isAllowed || !open || !close) return this.#between(node, node.from, node.to, indent);
    const children = this.#between(node, open.to, close.from, indent);
    return [withHost({ kind: "link", href, children: children.flatMap(asLabel) })];
  }

  /** The part of a node between two places; marks of links there are words. */
  #between(node: SyntaxNode, from: number, to: number, indent: number): readonly Inline[] {
    const inlines: Inline[] = [];
    let done = from;
    for (const child of childrenOf(node)) {
      if (child.from < done || child.to > to || /^(?:LinkMark|URL)$/.test(child.name)) continue;
      inlines.push(...this.#words(done, child.from, indent), ...this.#inline(child, indent));
      done = child.to;
    }
    return joined([...inlines, ...this.#words(done, to, indent)]);
  }

  /** Plain words with the atoms among them. */
  #words(from: number, to: number, indent: number): readonly Inline[] {
    const inlines: Inline[] = [];
    let done = from;
    for (const atom of this.#atoms) {
      if (atom.from < done || atom.to > to) continue;
      inlines.push(...this.#plain(this.#outdented(done, atom.from, indent)), withHost(inlineOf(atom)));
      done = atom.to;
    }
    return done < to ? [...inlines, ...this.#plain(this.#outdented(done, to, indent))] : inlines;
  }

  #outdented(from: number, to: number, indent: number): string {
    const words = this.#text.slice(from, to);
    return indent === 0 ? words : words.replace(new RegExp(`\\n[ \\t]{1,${indent}}`, "g"), "\n");
  }

  #plain(text: string): readonly Inline[] {
    return text === "" ? [] : [{ kind: "text", text }];
  }
}

function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
}

/** A link says where it leads when its label says something else. */
function withHost(inline: Inline): Inline {
  if (inline.kind !== "link") return inline;
  const host = realHost(plainInlines(inline.children), inline.href);
  return host === undefined ? inline : { ...inline, host };
}

/** No link in a link. */
function asLabel(inline: Inline): readonly Inline[] {
  return inline.kind === "link" ? inline.children : [inline];
}

/** Texts that stand side by side as one. */
function joined(inlines: readonly Inline[]): readonly Inline[] {
  const out: Inline[] = [];
  for (const inline of inlines) {
    const last = out.at(-1);
    if (inline.kind === "text" && last?.kind === "text")
      out.splice(-1, 1, { kind: "text", text: last.text + inline.text });
    else out.push(inline);
  }
  return out;
}

/** Without the blanks between a mark and the words. */
function trimmed(inlines: readonly Inline[]): readonly Inline[] {
  return inlines.flatMap((inline, at) => {
    if (inline.kind !== "text") return [inline];
    const start = at === 0 ? inline.text.trimStart() : inline.text;
    const text = at === inlines.length - 1 ? start.trimEnd() : start;
    return text === "" ? [] : [{ kind: "text" as const, text }];
  });
}

/** A space on both sides is there to keep backticks apart (CommonMark 0.31.2 §6.1). */
function codeOf(text: string): string {
  return /^ .*[^ ].* $/s.test(text) || /^ [^ ] $/s.test(text) ? text.slice(1, -1) : text;
}

/** Without the backslashes before punctuation (CommonMark 0.31.2 §2.4). */
function unescaped(text: string): string {
  return text.replace(/\\([!-/:-@[-`{-~])/g, "$1");
}
