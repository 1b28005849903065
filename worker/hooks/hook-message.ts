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
const MARKS = /[\\`*_~[\]<>|#]/g;

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

/** Words that are shown as they are, in one line: no mark of Markdown takes effect in them. */
export function plain(value: unknown): string {
  return textOf(value).replace(/\s+/g, " ").replace(MARKS, "\\$&");
}

/** A link; only its words where the address could do something, and only the address where there are no words. `label` is Markdown. */
export function link(label: string, url: unknown): string {
  const address = textOf(url);
  if (!SAFE_URL.test(address)) return label;
  const target = address.replace(/[()\\]/g, (sign) =>
    encodeURIComponent(sign).replace(/^[()]$/, sign === "(" ? "%28" : "%29"),
  );
  return label === "" ? address : `[${label}](${target})`;
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
