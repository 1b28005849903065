/** Slack's own marks as Markdown (https://docs.slack.dev/messaging/formatting-message-text). Pure. */
import { link, plain, textOf } from "./hook-message.ts";

const CODE = /(```[\s\S]*?```|`[^`\n]+`)/;
/** Between these a mark of emphasis begins or ends, as Slack has it: never inside a word. */
const BEFORE = String.raw`(^|[\s([{"'.,;:!?>–—-])`;
const AFTER = String.raw`(?=$|[\s)\]}"'.,;:!?<–—-])`;
const BOLD = new RegExp(String.raw`${BEFORE}\*(?=\S)([^*\n]*[^*\s])\*${AFTER}`, "g");
const STRUCK = new RegExp(String.raw`${BEFORE}~(?=\S)([^~\n]*[^~\s])~${AFTER}`, "g");
const ANGLE = /<([^<>\n]+)>/g;

/** A text with Slack's marks, as Markdown. Inside code only the three characters that Slack escapes are put back. */
export function fromMrkdwn(value: unknown): string {
  return textOf(value)
    .split(CODE)
    .map((part, n) => (n % 2 === 1 ? unescaped(part) : marked(part)))
    .join("");
}

function marked(text: string): string {
  return text
    .replace(BOLD, "$1**$2**")
    .replace(STRUCK, "$1~~$2~~")
    .split(/(<[^<>\n]+>)/)
    .map((part, n) => (n % 2 === 1 ? part.replace(ANGLE, (_, inside: string) => angled(inside)) : unescaped(part)))
    .join("");
}

/** What stands between angle brackets: an address, a person, a channel, or a word for many. */
function angled(inside: string): string {
  const [target = "", ...rest] = inside.split("|");
  const label = unescaped(rest.join("|"));
  if (target === "!here") return "<!here>";
  if (target.startsWith("!")) return label === "" ? `@${target.slice(1).split("^")[0]}` : label;
  if (target.startsWith("@")) return isOurs(target) ? `<${target}>` : `@${label.replace(/^@/, "") || target.slice(1)}`;
  if (target.startsWith("#")) return `#${label || target.slice(1)}`;
  return link(plain(label), unescaped(target)) || plain(label || target);
}

/** The id of a person here, `<shard>-<random>`, and not one of Slack's. */
function isOurs(target: string): boolean {
  return /^@[0-9a-z]{1,4}-[\w-]{14,}$/.test(target);
}

/** What Slack shows as typed and Markdown would take for a link stays as typed. */
function unescaped(text: string): string {
  return text
    .replace(/\[(?=[^\]\n]*\]\()/g, "\\[")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
