/**
 * Shortcodes in what is typed: the table of emoji is fetched when the first one appears.
 */
import { signal } from "@preact/signals";

const SHORTCODE = /:[a-z0-9_+-]{2,40}:/;

/** A signal: what depends on it is shown anew when the table is there. */
const replace = signal<((text: string) => string) | undefined>(undefined);
let fetching: Promise<void> | undefined;

/**
 * Fetches the table if this text could use it. While it is on its way there is something to wait for; a table that cannot be
 * had is not waited for, and the next text tries again.
 */
export function noticeShortcodes(text: string): Promise<void> | undefined {
  if (replace.peek() || !SHORTCODE.test(text)) return undefined;
  fetching ??= fetchTable();
  return fetching;
}

async function fetchTable(): Promise<void> {
  try {
    replace.value = (await import("./emoji.ts")).replaceShortcodes;
  } catch (error) {
    console.warn("the table of emoji is missing", error);
  }
  fetching = undefined;
}

/** The text with emoji for shortcodes, as far as the table is there. */
export function withEmoji(text: string): string {
  return replace.value?.(text) ?? text;
}
