/**
 * Small Markdown: what people write, as data. Whoever shows it makes nodes of it, never HTML.
 * Pure, and linear in the length of the text: every pattern ends at a bound or at the end of a line,
 * and what opens and never closes is looked at once.
 */
import { addressIn } from "./address.ts";
import { EmphasisBuilder } from "./emphasis.ts";

export type Inline =
  | { readonly kind: "text" | "code"; readonly text: string }
  | { readonly kind: "bold" | "italic" | "strike"; readonly children: readonly Inline[] }
  /** `href` is http, https or mailto. */
  | { readonly kind: "link"; readonly href: string; readonly text: string }
  | { readonly kind: "person" | "channel"; readonly id: string };

export type Block =
  | { readonly kind: "paragraph" | "quote"; readonly children: readonly Inline[] }
  | { readonly kind: "code"; readonly text: string }
  /** `start` is the first number of an ordered list. */
  | { readonly kind: "list"; readonly start?: number; readonly items: readonly (readonly Inline[])[] };

const FENCE = /^```/;
/** What stands after a fence is code still: only a bare one ends it. */
const FENCE_END = /^```\s*$/;
const LANGUAGE = /^[\w+#.-]{0,20}\s*$/;
const QUOTE = /^> ?/;
const ITEM = /^ {0,3}(?:[-*+]|(\d{1,9})[.)]) (?=\S)/;
/** In this order: code, escapes, person, channel, an address between angle brackets, a bare one, a label, runs of marks. Addresses are bounded. */
const TOKEN =
  /`([^`\n]+)`|\\([\\`*_~])|<@([\w-]{16,32})>|<#([^<>\s]{1,80})>|<((?:https?:\/\/|mailto:)[^\s<>]{1,2000})>|((?:https?:\/\/|mailto:)[^\s<>"]{1,2000})|(\[)|(\*+|_+|~+)/giu;
const ADDRESS = /^(?:https?:\/\/|mailto:)./i;
const LABEL_MAX = 200;
const HREF_MAX = 2_000;

/** Blocks in order. Lines of a paragraph stay lines. */
export function parseMarkdown(text: string): readonly Block[] {
  const lines = text.split("\n");
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? "";
    if (FENCE.test(line)) {
      // A fence may be closed on its own line, and need not be closed at all; after it may stand what language it is.
      const rest = line.slice(3);
      const inOne = /^(.+?)```\s*$/.exec(rest)?.[1];
      const code = inOne !== undefined ? [inOne] : at + 1 < lines.length && LANGUAGE.test(rest) ? [] : [rest];
      at++;
      if (inOne === undefined) {
        while (at < lines.length && !FENCE_END.test(lines[at] ?? "")) code.push(lines[at++] ?? "");
        at++;
      }
      blocks.push({ kind: "code", text: code.join("\n") });
      continue;
    }
    const kind = kindOf(line);
    const start = at;
    while (at < lines.length && !FENCE.test(lines[at] ?? "") && kindOf(lines[at] ?? "") === kind) at++;
    const part = lines.slice(start, at);
    if (kind === "paragraph") {
      const words = part.join("\n").replace(/^\n+|\n+$/g, "");
      if (words !== "") blocks.push({ kind, children: parseInline(words) });
    } else if (kind === "quote") {
      blocks.push({ kind, children: parseInline(part.map((quoted) => quoted.replace(QUOTE, "")).join("\n")) });
    } else {
      const first = ITEM.exec(line)?.[1];
      const items = part.map((item) => parseInline(item.replace(ITEM, "")));
      blocks.push({ kind: "list", items, ...(first !== undefined && { start: Number(first) }) });
    }
  }
  return blocks;
}

/** Bullets and numbers make lists of their own. */
function kindOf(line: string): "paragraph" | "quote" | "bullets" | "numbers" {
  if (QUOTE.test(line)) return "quote";
  const item = ITEM.exec(line);
  return item ? (item[1] === undefined ? "bullets" : "numbers") : "paragraph";
}

/** One pass: what is no mark is taken as it comes, and emphasis is folded where it closes. */
function parseInline(text: string): readonly Inline[] {
  const out = new EmphasisBuilder<Inline>(
    (words) => ({ kind: "text", text: words }),
    (emphasis) => emphasis,
  );
  const say = (words: string) => words !== "" && out.add({ kind: "text", text: words });
  const token = new RegExp(TOKEN);
  let done = 0;
  /** Whether a name stands right before: it is shown as a word, whatever it is written with. */
  let isAfterName = false;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    const { index } = match;
    const [whole, code, escaped, personId, channelId, enclosed, bare, bracket, marks] = match;
    say(text.slice(done, index));
    const isBesideName = isAfterName && index === done;
    isAfterName = personId !== undefined || channelId !== undefined;
    done = index + whole.length;
    if (code !== undefined) out.add({ kind: "code", text: code });
    else if (escaped !== undefined) say(escaped);
    else if (personId !== undefined) out.add({ kind: "person", id: personId });
    else if (channelId !== undefined) out.add({ kind: "channel", id: channelId });
    else if (enclosed !== undefined) out.add({ kind: "link", href: enclosed, text: enclosed });
    else if (bare !== undefined) {
      const href = addressIn(bare, (mark) => out.isOpen(mark));
      if (ADDRESS.test(href)) out.add({ kind: "link", href, text: href });
      else say(href);
      done = index + href.length;
    } else if (bracket !== undefined) {
      const link = labelledLink(text, index);
      if (link) out.add({ kind: "link", href: link.href, text: link.label });
      else say(bracket);
      done = link?.end ?? done;
    } else if (marks !== undefined) {
      const isBeforeName = /^<[@#]/.test(text.slice(done, done + 2));
      const before = isBesideName ? "a" : (text.slice(Math.max(0, index - 2), index).match(/.$/su)?.[0] ?? "");
      out.addRun(marks, before, isBeforeName ? "a" : (text.slice(done, done + 2).match(/^./su)?.[0] ?? ""));
    }
    token.lastIndex = done;
  }
  say(text.slice(done));
  return out.finish();
}

/** A link with a label from a bracket on: brackets in label and address are balanced, as CommonMark has them (0.31.2 §6.3). */
function labelledLink(text: string, start: number) {
  const labelEnd = closingOf(text, start, "[", "]", LABEL_MAX);
  if (labelEnd === undefined || text[labelEnd + 1] !== "(") return undefined;
  const label = unescaped(text.slice(start + 1, labelEnd).trim());
  const enclosed = /^<([^\s<>]{1,2000})>\)/.exec(text.slice(labelEnd + 2, labelEnd + HREF_MAX + 6));
  const end = enclosed ? labelEnd + 1 + enclosed[0].length : closingOf(text, labelEnd + 1, "(", ")", HREF_MAX);
  if (end === undefined) return undefined;
  const href = unescaped(enclosed?.[1] ?? text.slice(labelEnd + 2, end));
  return label !== "" && ADDRESS.test(href) && !/[\s<>]/.test(href) ? { label, href, end: end + 1 } : undefined;
}

/** Without the backslashes before punctuation (CommonMark 0.31.2 §2.4). */
function unescaped(text: string): string {
  return text.replace(/\\([!-/:-@[-`{-~])/g, "$1");
}

/** Where the bracket at `start` closes, on the same line and within so many characters. */
function closingOf(text: string, start: number, opening: string, closing: string, max: number): number | undefined {
  let depth = 0;
  for (let at = start; at <= Math.min(text.length - 1, start + max + 1); at++) {
    const character = text[at];
    if (character === "\n") return undefined;
    if (character === "\\") at++;
    else if (character === opening) depth++;
    else if (character === closing && --depth === 0) return at;
  }
  return undefined;
}

/** A text without its signs, as one line: for quotes and what is read out. */
export function plainLine(text: string): string {
  return parseMarkdown(text)
    .map((block) => {
      if (block.kind === "code") return block.text;
      return block.kind === "list" ? block.items.map(plain).join(" ") : plain(block.children);
    })
    .join(" ")
    .replace(/\s+/g, " ");
}

function plain(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      if ("text" in inline) return inline.text;
      if ("children" in inline) return plain(inline.children);
      return inline.kind === "person" ? `<@${inline.id}>` : `<#${inline.id}>`;
    })
    .join("");
}

/** Whether a message is nothing but a few emoji, which are then shown large. */
export function isEmojiOnly(text: string): boolean {
  return text.length < 200 && /^(?:\p{RGI_Emoji}\s*){1,12}$/v.test(text);
}

/** A sent text as it is typed: for the field it is edited in, for the clipboard, for one line of a quote. */
export function decodeMentions(text: string, nameOf: (personId: string) => string | undefined): string {
  return text
    .replace(/<@([\w-]{16,32})>/g, (whole, id: string) => {
      const name = nameOf(id);
      return name === undefined ? whole : `@${name}`;
    })
    .replace(/<#([^<>\s]{1,80})>/g, "#$1");
}
