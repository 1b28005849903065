/**
 * Shortcodes in what is typed: the table of emoji is fetched when the first one appears, and used once it is there.
 */
const SHORTCODE = /:[a-z0-9_+-]{2,40}:/;

let replace: ((text: string) => string) | undefined;

/** Fetches the table if this text could use it. */
export function noticeShortcodes(text: string): void {
  if (replace || !SHORTCODE.test(text)) return;
  import("./emoji.ts").then(
    ({ replaceShortcodes }) => {
      replace = replaceShortcodes;
    },
    (error) => console.warn("the table of emoji could not be fetched", error), // the next text tries again
  );
}

/** The text with emoji for shortcodes, as far as the table is there. */
export function withEmoji(text: string): string {
  return replace?.(text) ?? text;
}
