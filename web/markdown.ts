/**
 * Small Markdown: what people write, as data. Whoever shows it makes nodes of it, never HTML.
 * Pure, and linear in the length of the text: every pattern ends at a bound or at the end of a line,
 * and what opens and never closes is looked at once.
 */

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
/** In this order: code, escapes, person, channel, link with a label, bare link, marks. Labels and addresses are bounded. */
const TOKEN =
  /`([^`\n]+)`|\\([\\`*_~])|<@([\w-]{16,32})>|<#([^<>\s]{1,80})>|\[([^[\]\n]{1,200})\]\(((?:https?:\/\/|mailto:)[^\s()<>]{1,2000})\)|((?:https?:\/\/|mailto:)[^\s<>"]{1,2000})|(\*\*|__|~~|[*_~])/giu;
const ADDRESS = /^(?:https?:\/\/|mailto:)./i;
const MARKS: Readonly<Record<string, "bold" | "italic" | "strike">> = {
  "**": "bold",
  __: "bold",
  "*": "italic",
  _: "italic",
  "~~": "strike",
  "~": "strike",
};
const WORD = /[\p{L}\p{N}]/u;

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

/**
 * One pass. A mark that may open stands as text until one that closes it takes what lies between;
 * one that is passed over by another's closing stays text.
 */
function parseInline(text: string): readonly Inline[] {
  const out: Inline[] = [];
  /** Where in `out` a mark stands that may still be closed. */
  const open: { readonly mark: string; readonly at: number }[] = [];
  const openCounts = new Map<string, number>();
  const count = (mark: string, by: number) => openCounts.set(mark, (openCounts.get(mark) ?? 0) + by);
  const say = (words: string) => words !== "" && out.push({ kind: "text", text: words });

  function close(mark: string): void {
    let last = open.pop();
    while (last && last.mark !== mark) {
      count(last.mark, -1);
      last = open.pop();
    }
    if (!last) return;
    count(mark, -1);
    const children = out.splice(last.at + 1);
    if (children.length === 0) return void say(mark);
    out[last.at] = { kind: MARKS[mark] ?? "bold", children };
  }

  let done = 0;
  for (const match of text.matchAll(TOKEN)) {
    const { index } = match;
    if (index < done) continue;
    const [whole, code, escaped, personId, channelId, label, labelled, bare, mark] = match;
    say(text.slice(done, index));
    done = index + whole.length;
    if (code !== undefined) out.push({ kind: "code", text: code });
    else if (escaped !== undefined) say(escaped);
    else if (personId !== undefined) out.push({ kind: "person", id: personId });
    else if (channelId !== undefined) out.push({ kind: "channel", id: channelId });
    else if (label !== undefined && labelled !== undefined) out.push({ kind: "link", href: labelled, text: label });
    else if (bare !== undefined) {
      const href = bare.replace(/[.,:;!?'"*_~)\]]{1,20}$/u, (end) => keptEnd(bare, end));
      if (ADDRESS.test(href)) out.push({ kind: "link", href, text: href });
      else say(href);
      say(bare.slice(href.length));
    } else if (mark !== undefined) {
      const [before, after] = [text[index - 1] ?? " ", text[done] ?? " "];
      const isLoose = mark === "**" || mark === "~~"; // also inside a word
      const mayClose = !/\s/.test(before) && (isLoose || !WORD.test(after));
      const mayOpen = !/\s/.test(after) && (isLoose || !WORD.test(before));
      if (mayClose && (openCounts.get(mark) ?? 0) > 0) close(mark);
      else {
        if (mayOpen) {
          open.push({ mark, at: out.length });
          count(mark, 1);
        }
        say(mark);
      }
    }
  }
  say(text.slice(done));
  return out;
}

/** Punctuation after an address is the sentence's, but for a bracket that was opened in it. */
function keptEnd(address: string, end: string): string {
  const opened = address.split("(").length - address.slice(0, -end.length).split(")").length;
  return opened > 0 && end.startsWith(")") ? ")" : "";
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
