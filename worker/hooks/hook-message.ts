/**
 * What an incoming hook says, in one form whatever shape it came in, and the pieces of which readers make it. Pure.
 * Fields that are no strings do no harm: numbers are written out, everything else is left out.
 */
import { HOOK_DEPTH_MAX, TEXT_MAX_POINTS } from "../protocol/limits.ts";

/** `text` is Markdown. `username`: under which name the sender wants to write. */
export type HookMessage = { readonly text: string; readonly username?: string };

export type Fields = Readonly<Record<string, unknown>>;

/** Addresses that a link may lead to. */
const SAFE_URL = /^(?:https?:\/\/|mailto:)[^\s<>]+$/i;

export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

/** The objects of a list; of what is none, nothing. */
export function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

export function textOf(value: unknown): string {
  if (typeof value === "string") return value.trim();
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

/**
 * Words that are shown as they are, in one line. A backslash stands only where Markdown would take effect without it: elsewhere readers see
 * it (web/text/escapes.ts).
 */
export function plain(value: unknown): string {
  return textOf(value)
    .replace(/\s+/g, " ")
    .replace(/(`+)([^`]+)(`+)/g, around)
    .replace(/(\*+)(?=\S)([^*]*[^*\s])(\*+)/g, around)
    .replace(/(~{1,2})(?=\S)([^~]*[^~\s])(~{1,2})/g, around)
    .replace(/(?<![\p{L}\p{N}_])(_+)(?=\S)([^_]*[^_\s])(_+)(?![\p{L}\p{N}_])/gu, around)
    .replace(/\[(?=[^\]]*\]\()/g, "\\[")
    .replace(/^(?=>|[-+*] |#{1,6} )/, "\\")
    .replace(/^(\d{1,9})(?=[.)] )/, "$1\\");
}

/** Marks on both sides of words, each with a backslash before it. */
function around(_: string, before: string, words: string, after: string): string {
  const escaped = (marks: string) => marks.replace(/./g, "\\$&");
  return `${escaped(before)}${words}${escaped(after)}`;
}

/** A link; only its words where the address could do something, and only the address where there are no words. `label` is Markdown. */
export function link(label: string, url: unknown): string {
  const address = textOf(url);
  if (!SAFE_URL.test(address)) return label;
  if (label === "") return address;
  const target = address.replaceAll("(", "%28").replaceAll(")", "%29").replaceAll("\\", "%5C");
  return `[${isBalanced(label) ? label : label.replace(/(?<!\\)[[\]]/g, "\\$&")}](${target})`;
}

/** Whether each bracket of a label has its other half: one alone would end the label. */
function isBalanced(label: string): boolean {
  let depth = 0;
  for (const sign of label.replace(/\\[[\]]/g, "")) {
    if (sign === "[") depth++;
    if (sign === "]" && --depth < 0) return false;
  }
  return depth === 0;
}

export function bold(text: string): string {
  return text === "" ? "" : `**${text}**`;
}

/** Parts that say something, each on a line of its own. */
export function lines(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join("\n");
}

/** Parts of a message with an empty line between them. */
export function paragraphs(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join("\n\n");
}

/** At most as long as a message may be; what is too long ends in `…`. */
export function cut(text: string, maxPoints = TEXT_MAX_POINTS): string {
  if (text.length <= maxPoints) return text;
  const points = [...text];
  return points.length <= maxPoints ? text : `${points.slice(0, maxPoints - 1).join("")}…`;
}

/** Whether a value inside a value inside a value goes no further. */
export function isTooDeep(depth: number): boolean {
  return depth > HOOK_DEPTH_MAX;
}
