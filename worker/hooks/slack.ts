/** Slack's shape of an incoming hook: text, blocks and attachments. Pure. */
import {
  bold,
  type Fields,
  fieldsOf,
  type HookMessage,
  isTooDeep,
  lines,
  link,
  listOf,
  paragraphs,
  plain,
  textOf,
} from "./hook-message.ts";
import { fromMrkdwn } from "./mrkdwn.ts";

/** What alerting tools mean by a colour, beside Slack's three words. */
const SIGNS: readonly (readonly [sign: string, colour: RegExp])[] = [
  ["🔴", /^(?:danger|#?(?:d[0-9a-f]|e[0-9a-f]|f[0-9a-f]|a[0-9a-f]|b[0-9a-f]|c[0-9a-f])[0-4][0-9a-f][0-6][0-9a-f])$/i],
  ["🟡", /^(?:warning|#?[d-f][0-9a-f][7-9a-d][0-9a-f][0-4][0-9a-f])$/i],
  ["🟢", /^(?:good|#?[0-5][0-9a-f][8-9a-f][0-9a-f][0-9a-f]{2})$/i],
];

/** What is said; with an empty text nothing is. Blocks stand in for the text, which is then only for notifications. */
export function readSlack(body: Fields): HookMessage {
  const blocks = readBlocks(body["blocks"], 0);
  const text = paragraphs(
    blocks === "" ? fromMarked(body["text"], body["mrkdwn"]) : blocks,
    ...listOf(body["attachments"]).map((attachment) => readAttachment(attachment)),
  );
  const username = textOf(body["username"]);
  return { text, ...(username !== "" && { username }) };
}

function fromMarked(text: unknown, isMarked: unknown): string {
  return isMarked === false ? plain(text) : fromMrkdwn(text);
}

function readAttachment(attachment: Fields): string {
  const { pretext, title, title_link, text, fields, color, fallback, footer, blocks, author_name, image_url } =
    attachment;
  const heading = bold(link(plain(title), title_link));
  const sign = SIGNS.find(([, colour]) => colour.test(textOf(color)))?.[0];
  const inside = lines(
    plain(author_name),
    heading,
    fromMrkdwn(text),
    readBlocks(blocks, 1),
    ...listOf(fields).map(readField),
    link("", image_url) && link("🖼", image_url),
  );
  const said = inside === "" && textOf(pretext) === "" ? plain(fallback) : inside;
  return lines(fromMrkdwn(pretext), said === "" ? "" : `${sign ? `${sign} ` : ""}${said}`, footer ? plain(footer) : "");
}

function readField({ title, value }: Fields): string {
  const name = plain(title);
  const what = fromMrkdwn(typeof value === "number" ? String(value) : value);
  return name === "" ? what : `${bold(name)}: ${what}`;
}

function readBlocks(value: unknown, depth: number): string {
  if (isTooDeep(depth)) return "";
  return paragraphs(...listOf(value).map((block) => readBlock(block, depth)));
}

function readBlock(block: Fields, depth: number): string {
  switch (block["type"]) {
    case "header":
      return bold(plain(fieldsOf(block["text"])["text"]));
    case "section":
      return lines(
        readText(block["text"]),
        ...listOf(block["fields"]).map(readText),
        readElement(fieldsOf(block["accessory"])),
      );
    case "context":
    case "actions":
      return listOf(block["elements"])
        .map(readElement)
        .filter((part) => part !== "")
        .join(" · ");
    case "divider":
      return "———";
    case "image":
      return readElement(block);
    case "rich_text":
      return lines(...listOf(block["elements"]).map((part) => readRich(part, depth + 1)));
    default:
      return ""; // a newer kind
  }
}

/** A text object: with Slack's marks, or plain. */
function readText(value: unknown): string {
  const { type, text } = fieldsOf(value);
  return type === "plain_text" ? plain(text) : fromMrkdwn(text);
}

/** A picture, a button that leads somewhere, or a text. */
function readElement(element: Fields): string {
  const { type, image_url, alt_text, url } = element;
  if (type === "image") return link(plain(alt_text) || "🖼", image_url);
  if (type === "button") return textOf(url) === "" ? "" : link(readText(element["text"]), url);
  return readText(element);
}

function readRich(part: Fields, depth: number): string {
  if (isTooDeep(depth)) return "";
  const inner = listOf(part["elements"]);
  switch (part["type"]) {
    case "rich_text_section":
      return inner.map(readSpan).join("");
    case "rich_text_quote":
      return inner
        .map(readSpan)
        .join("")
        .split("\n")
        .map((line) => `> ${line}`)
        .join("\n");
    case "rich_text_preformatted":
      return `\`\`\`\n${inner.map(({ text, url }) => textOf(text) || textOf(url)).join("")}\n\`\`\``;
    case "rich_text_list": {
      const indent = "   ".repeat(Math.min(8, Math.max(0, Math.trunc(Number(part["indent"]) || 0))));
      const mark = part["style"] === "ordered" ? "1." : "-";
      const items = inner.map((item) => readRich(item, depth + 1)).filter((item) => item !== "");
      return items.map((item) => `${indent}${mark} ${item}`).join("\n");
    }
    default:
      return "";
  }
}

function readSpan(span: Fields): string {
  const { type, text, url, name, user_id, range } = span;
  switch (type) {
    case "text":
      return styled(typeof text === "string" ? text : textOf(text), fieldsOf(span["style"]));
    case "link":
      return link(plain(text), url);
    case "emoji":
      return emojiOf(span["unicode"]) ?? `:${textOf(name)}:`;
    case "user":
      return `@${textOf(user_id)}`;
    case "broadcast":
      return range === "here" ? "<!here>" : `@${textOf(range)}`;
    default:
      return "";
  }
}

/** An emoji by its code points in hexadecimal, `1f44d-1f3fd`. `undefined` where there are none: a team's own emoji are pictures. */
function emojiOf(unicode: unknown): string | undefined {
  if (!/^[0-9a-f]{2,5}(-[0-9a-f]{2,5}){0,9}$/i.test(textOf(unicode))) return undefined;
  return String.fromCodePoint(
    ...textOf(unicode)
      .split("-")
      .map((point) => Number.parseInt(point, 16)),
  );
}

/** Words with their style. Blanks at their ends stay outside, where marks take effect beside them. */
function styled(text: string, style: Fields): string {
  if (style["code"] === true) return `\`${text.replaceAll("`", "'")}\``;
  const [, before = "", words = "", after = ""] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? [];
  const escaped = words.split("\n").map(plain).join("\n");
  if (escaped === "") return text;
  const marks = `${style["bold"] === true ? "**" : ""}${style["italic"] === true ? "*" : ""}${style["strike"] === true ? "~~" : ""}`;
  return `${before}${marks}${escaped}${[...marks.matchAll(/\*\*|\*|~~/g)].reverse().join("")}${after}`;
}
