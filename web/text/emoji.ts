/**
 * Emoji by group, by word and by shortcode. A table of 1,900: loaded when it is first needed, from this site.
 */
import { type Gemoji, gemoji } from "gemoji";
import { type EmojiNames, nameOfEmoji } from "./emoji-names.ts";
import { fold } from "./fold.ts";
import { changeWords } from "./outside.ts";

/** An emoji, its first shortcode and what it is called. */
export type Emoji = { readonly emoji: string; readonly code: string; readonly description: string };

export type EmojiGroup = { readonly name: string; readonly emoji: readonly Emoji[] };

const byCode = new Map(gemoji.flatMap(({ emoji, names }) => names.map((name) => [name, emoji])));

/** The language of names beside English, and the locale for what `Intl` names. */
export type EmojiLanguage = { readonly names: EmojiNames; readonly locale: string };

export const ENGLISH: EmojiLanguage = { names: new Map(), locale: "en" };

/** All of them, in the groups of Unicode. */
export function emojiGroups(language: EmojiLanguage = ENGLISH): readonly EmojiGroup[] {
  return [...new Set(gemoji.map(({ category }) => category))].map((name) => ({
    name,
    emoji: gemoji.filter(({ category }) => category === name).map((one) => toEmoji(one, language)),
  }));
}

/**
 * Emoji for a word, in English and in another language: first the shortcode itself, then shortcodes and names that start with the
 * word, then other words that start with it, then what contains it.
 */
export function findEmoji(typed: string, limit: number, language: EmojiLanguage = ENGLISH): readonly Emoji[] {
  const word = fold(typed.trim());
  const ranked: Gemoji[][] = [[], [], [], []];
  for (const one of gemoji) {
    const local = nameOfEmoji(one.emoji, language.names, language.locale)?.words ?? [];
    const names = [...one.names, ...local.slice(0, 1)];
    const words = [...names, ...one.tags, one.description.toLowerCase(), ...local];
    if (one.names.includes(word)) ranked[0]?.push(one);
    else if (names.some((name) => name.startsWith(word))) ranked[1]?.push(one);
    else if (words.some((name) => name.startsWith(word))) ranked[2]?.push(one);
    else if (words.some((name) => name.includes(word))) ranked[3]?.push(one);
  }
  return ranked
    .flat()
    .slice(0, limit)
    .map((one) => toEmoji(one, language));
}

/** Skin tones as Slack and GitHub name them, two to six. */
const TONE = /^skin-tone-([2-6])$/;
const TONES = ["\u{1f3fb}", "\u{1f3fc}", "\u{1f3fd}", "\u{1f3fe}", "\u{1f3ff}"];

/** Shortcodes as emoji, also side by side: `:tada:` → 🎉, `:wave::skin-tone-3:` → 👋🏼. What is code, an address, or no shortcode, stays. */
export function replaceShortcodes(text: string): string {
  return changeWords(text, (words) => words.replace(/(?<![\w:])(?::[a-z0-9_+-]{1,40}:)+(?!\w)/g, replaceRun));
}

function replaceRun(run: string): string {
  let replaced = "";
  let toned: string | undefined;
  for (const [whole, code = ""] of run.matchAll(/:([^:]+):/g)) {
    const tone = TONE.exec(code)?.[1];
    const withTone =
      toned !== undefined && tone !== undefined ? tonedEmoji(toned, TONES[Number(tone) - 2] ?? "") : undefined;
    if (toned !== undefined && withTone !== undefined) replaced = replaced.slice(0, -toned.length) + withTone;
    else replaced += byCode.get(code) ?? whole;
    toned = withTone === undefined ? byCode.get(code) : undefined;
  }
  return replaced;
}

/** An emoji in a skin tone, a modifier of Unicode, where it comes in one. */
export function tonedEmoji(emoji: string, tone: string): string | undefined {
  const [first = "", ...rest] = emoji.replace("\ufe0f", "");
  const toned = first + tone + rest.join("");
  return /^\p{RGI_Emoji}$/v.test(toned) ? toned : undefined;
}

function toEmoji({ emoji, names, description }: Gemoji, { names: local, locale }: EmojiLanguage): Emoji {
  return { emoji, code: names[0] ?? "", description: nameOfEmoji(emoji, local, locale)?.name ?? description };
}
