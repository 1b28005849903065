/**
 * What emoji are called in the language of the interface, after Unicode's CLDR. English comes with the table of emoji itself.
 * A table has about 40 KiB: it is fetched when emoji are first looked for in that language.
 */
import { fold } from "./fold.ts";

/** A name to show, and the folded words by which an emoji is found. */
export type EmojiName = { readonly name: string; readonly words: readonly string[] };

/** By emoji, without variation selectors. */
export type EmojiNames = ReadonlyMap<string, EmojiName>;

/** The part of a CLDR file that is read: `tts` is the name to speak, `default` the words to search for. */
type Annotations = Readonly<Record<string, { readonly tts?: readonly string[]; readonly default?: readonly string[] }>>;

type Table = { readonly default: { readonly annotations: { readonly annotations: Annotations } } };

const TABLES: Readonly<Record<string, (() => Promise<Table>) | undefined>> = {
  ar: () => import("cldr-annotations-modern/annotations/ar/annotations.json"),
  de: () => import("cldr-annotations-modern/annotations/de/annotations.json"),
  es: () => import("cldr-annotations-modern/annotations/es/annotations.json"),
  fr: () => import("cldr-annotations-modern/annotations/fr/annotations.json"),
  ja: () => import("cldr-annotations-modern/annotations/ja/annotations.json"),
};

const VARIATION = /\ufe0f/g;
const FLAG = /^\p{RI}{2}$/u;
const FIRST_REGIONAL = 0x1f1e6;

/** The names in this language; empty for English. Rejects when the table cannot be fetched. */
export async function loadEmojiNames(language: string): Promise<EmojiNames> {
  const table = await TABLES[language]?.();
  if (!table) return new Map();
  const entries = Object.entries(table.default.annotations.annotations);
  return new Map(
    entries.map(([emoji, { tts, default: words = [] }]) => {
      const name = tts?.[0] ?? words[0] ?? "";
      return [emoji, { name, words: [name, ...words].map(fold) }];
    }),
  );
}

/** What this emoji is called, if these names have it. The names of flags are those of their regions. */
export function nameOfEmoji(emoji: string, names: EmojiNames, locale: string): EmojiName | undefined {
  if (names.size === 0) return undefined;
  return FLAG.test(emoji) ? nameOfFlag(emoji, locale) : names.get(emoji.replace(VARIATION, ""));
}

const regionNames = new Map<string, Intl.DisplayNames>();

function nameOfFlag(emoji: string, locale: string): EmojiName | undefined {
  const names = regionNames.get(locale) ?? new Intl.DisplayNames(locale, { type: "region" });
  regionNames.set(locale, names);
  const region = [...emoji].map((one) => String.fromCharCode((one.codePointAt(0) ?? 0) - FIRST_REGIONAL + 65)).join("");
  const name = names.of(region);
  return name === undefined || name === region ? undefined : { name, words: [fold(name)] };
}
