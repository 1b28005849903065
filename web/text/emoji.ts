/**
 * Emoji by group, by word and by shortcode. A table of 1,900: loaded when it is first needed, from this site.
 */
import { type Gemoji, gemoji } from "gemoji";

/** An emoji, its first shortcode and what it is called. */
export type Emoji = { readonly emoji: string; readonly code: string; readonly description: string };

export type EmojiGroup = { readonly name: string; readonly emoji: readonly Emoji[] };

const byCode = new Map(gemoji.flatMap(({ emoji, names }) => names.map((name) => [name, emoji])));

/** All of them, in the groups of Unicode. */
export const EMOJI_GROUPS: readonly EmojiGroup[] = [...new Set(gemoji.map(({ category }) => category))].map((name) => ({
  name,
  emoji: gemoji.filter(({ category }) => category === name).map(toEmoji),
}));

/** What is called exactly so, then what is called by a name or tag that starts so, then what contains it. */
export function findEmoji(typed: string, limit: number): readonly Emoji[] {
  const word = typed.trim().toLowerCase();
  const exact: Gemoji[] = [];
  const named: Gemoji[] = [];
  const starting: Gemoji[] = [];
  const containing: Gemoji[] = [];
  for (const one of gemoji) {
    const words = [...one.names, ...one.tags, one.description];
    if (one.names.includes(word)) exact.push(one);
    else if (one.names.some((name) => name.startsWith(word))) named.push(one);
    else if (words.some((name) => name.startsWith(word))) starting.push(one);
    else if (words.some((name) => name.includes(word))) containing.push(one);
  }
  return [...exact, ...named, ...starting, ...containing].slice(0, limit).map(toEmoji);
}

/** Shortcodes as emoji, also side by side: `:tada:` → 🎉. What is code, or no shortcode, stays. */
export function replaceShortcodes(text: string): string {
  return text
    .split(/(```[\s\S]*?(?:```|$)|`[^`\n]*`)/)
    .map((part, n) =>
      n % 2 === 1
        ? part
        : part.replace(/(?<![\w:])(?::[a-z0-9_+-]{1,40}:)+(?!\w)/g, (run) =>
            run.replace(/:([^:]+):/g, (whole, code: string) => byCode.get(code) ?? whole),
          ),
    )
    .join("");
}

function toEmoji({ emoji, names, description }: Gemoji): Emoji {
  return { emoji, code: names[0] ?? "", description };
}
