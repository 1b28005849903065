/**
 * The words of the interface. English is what the code says: a phrase is its own key, and every other language is one table
 * from it, fetched when it is spoken. `{name}` in a phrase is a place for a value; where `{n}` decides about the form of a
 * word, a table gives the forms that `Intl.PluralRules` knows of its language.
 */
import { computed, signal } from "@preact/signals";
import type { CODES } from "../../worker/protocol/errors.ts";
import { fetchPart } from "../network/load-part.ts";
import type { Phrase, Sentence } from "./phrases.ts";

export type { Phrase };

/** One phrase by its plural forms. */
type Forms = Readonly<Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }>;

/** A language: every phrase there is, and what every code of a refusal means where its own sentence has no translation. */
export type Dictionary = Readonly<Record<Phrase | Sentence | keyof typeof CODES, string | Forms>>;

const TABLES = {
  en: undefined,
  es: () => import("./es.ts"),
  de: () => import("./de.ts"),
  fr: () => import("./fr.ts"),
  ja: () => import("./ja.ts"),
  ar: () => import("./ar.ts"),
} as const;

export type Language = keyof typeof TABLES;

export const LANGUAGES = Object.keys(TABLES).filter(isLanguage);

/** English says most phrases as they are; these have another form for one. */
const COUNTED: Readonly<Partial<Record<string, Forms>>> = Object.fromEntries(
  ["member", "channel", "result", "day", "hour", "minute", "second", "character"].map((thing) => {
    const rest = thing === "character" ? " too many" : "";
    const other = `{n} ${thing}s${rest}`;
    return [other, { one: `{n} ${thing}${rest}`, other }];
  }),
);

const dictionary = signal<Readonly<Record<string, string | Forms>> | undefined>(undefined);
/** The language that is spoken now. */
export const language = signal<Language>("en");

/** The language, with the region this person's browser names for it: `en-GB`. For `Intl`. */
export const locale = computed(
  () => navigator.languages.find((one) => one.startsWith(language.value)) ?? language.value,
);
const numbers = computed(() => new Intl.NumberFormat(locale.value, { numberingSystem: "latn" }));
const plurals = computed(() => new Intl.PluralRules(locale.value));

/**
 * Switches to the language of the page's `lang`. The former language stays until the new one could be fetched. Resolves as soon as there
 * are words to show.
 */
export async function loadLanguage(): Promise<void> {
  const page = document.documentElement;
  const { lang } = page;
  const wanted = isLanguage(lang) ? lang : "en";
  const load = TABLES[wanted];
  await new Promise<void>((resolve) => {
    const loaded = load ? fetchPart(load, resolve) : Promise.resolve(undefined);
    void loaded.then((table) => {
      if (page.lang === lang) {
        dictionary.value = table?.default;
        language.value = wanted;
      } // otherwise another one was wanted meanwhile
      resolve();
    });
  });
}

/** A phrase in the language that is spoken. */
export function t(phrase: Phrase, values: Readonly<Record<string, string | number>> = {}): string {
  return rich(phrase, values).join("");
}

/** A phrase with values that are more than words: what is to be shown, in its order. */
export function rich<T>(phrase: Phrase, values: Readonly<Record<string, T>>): readonly (T | string | undefined)[] {
  const found = dictionary.value?.[phrase] ?? COUNTED[phrase] ?? phrase;
  const text = typeof found === "string" ? found : (found[plurals.value.select(Number(values["n"]))] ?? found.other);
  const isRightToLeft = document.documentElement.dir === "rtl";
  return text.split(/\{(\w+)\}/).map((part, at) => {
    if (at % 2 === 0) return part;
    const value = values[part];
    if (typeof value === "number") return numbers.value.format(value);
    // It keeps its own direction in a sentence of the other one (Unicode FSI and PDI).
    return isRightToLeft && typeof value === "string" ? `\u2068${value}\u2069` : value;
  });
}

/** A sentence of the server or of a rule, as the language that is spoken says it, or else what its code means. */
export function told(code: string, sentence: string): string {
  const said = dictionary.value?.[sentence] ?? dictionary.value?.[code];
  return typeof said === "string" ? said : sentence;
}

function isLanguage(name: string): name is Language {
  return name in TABLES;
}
