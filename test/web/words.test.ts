/** The words of the interface: complete in every language, in use, and with the forms that the language has. */
import * as v from "valibot";
import { afterEach, describe, expect, test } from "vitest";
import { type Dictionary, LANGUAGES, loadLanguage, rich, t, told } from "../../web/i18n/i18n.ts";
import { api, readAnswer } from "../../web/network/api.ts";
import { foldChannelName, foldDisplayName } from "../../worker/protocol/names.ts";

const sources: Readonly<Record<string, string>> = import.meta.glob(
  ["../../web/**/*.{ts,tsx}", "!../../web/i18n/{ar,de,es,fr,ja,phrases}.ts"],
  {
    query: "?raw",
    import: "default",
    eager: true,
  },
);
const others = LANGUAGES.filter((language) => language !== "en");
const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();

async function table(language: string): Promise<Dictionary> {
  const { default: words }: { default: Dictionary } = await import(`../../web/i18n/${language}.ts`);
  return words;
}

async function speakIn(language: string): Promise<void> {
  document.documentElement.lang = language;
  document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
  await loadLanguage();
}

afterEach(() => speakIn("en"));

test("there are six languages", () => {
  expect(LANGUAGES).toEqual(["en", "es", "de", "fr", "ja", "ar"]);
});

describe.each(others)("%s", (language) => {
  test("has the places of the English phrase, in every form, and the forms of its own plurals", async () => {
    const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const [phrase, said] of Object.entries(await table(language))) {
      if (typeof said === "string") {
        if (/^[a-z_]+$/.test(phrase)) continue; // what a code means has no places
        expect(places(said), phrase).toEqual(places(phrase));
      } else {
        expect(Object.keys(said).sort(), phrase).toEqual([...categories].sort());
        for (const form of Object.values(said)) {
          expect(places(phrase), `${phrase}: ${form}`).toEqual(expect.arrayContaining(places(form)));
        }
      }
    }
  });

  test("says everything in words of its own, but what is the same there", async () => {
    const same = Object.entries(await table(language)).filter(([phrase, said]) => phrase === said);
    // "System", "Notifications", "Conversations" and the like are the words there too.
    expect(same.length, same.map(([phrase]) => phrase).join(", ")).toBeLessThanOrEqual(12);
  });

  test("says why a name cannot be", async () => {
    await speakIn(language);
    const refused = ["\u200b", "", "x".repeat(33), "a/b", ".a", "e\u0300\u0301\u0302\u0303x", "aдb", "admin"];
    for (const name of refused) {
      for (const folded of [foldDisplayName(name), foldChannelName(name)]) {
        if (!folded.ok) expect(told("", folded.reason), `${name}: ${folded.reason}`).not.toBe(folded.reason);
      }
    }
  });
});

test("every phrase of the tables is said somewhere", async () => {
  // The name of a key is no phrase.
  const source = Object.values(sources)
    .join("\n")
    .replace(/case "\w+":/g, "");
  const { default: listed } = await import("../../web/i18n/phrases.ts?raw");
  const [phrases = ""] = listed.split("/** Sentences");
  expect(phrases).toContain('"Send"');
  const unused = [...phrases.matchAll(/\| ("[^\n]*")$/gm)]
    .map(([, text = ""]) => text)
    .filter((text) => !source.includes(text));
  expect(unused).toEqual([]);
});

test("plurals go by the language, not by English", async () => {
  await speakIn("ar");
  const forms = [1, 2, 3, 11, 100].map((n) => t("{n} new messages", { n }));
  expect(new Set(forms).size).toBe(5);
  await speakIn("fr");
  expect(t("{n} new messages", { n: 1 })).toBe("1 nouveau message");
  expect(t("{n} new messages", { n: 2 })).toBe("2 nouveaux messages");
});

test("a name keeps its direction in a sentence that goes the other way, and nodes stay what they are", async () => {
  expect(t("Message {name}", { name: "Bea" })).toBe("Message Bea");
  await speakIn("ar");
  expect(t("Message {name}", { name: "Bea" })).toContain("\u2068Bea\u2069");
  const node = { is: "a node" };
  expect(rich("Join as {name}", { name: node })).toContain(node);
});

test("a refusal is told by its sentence, else by what its code means, in English as the server says it", async () => {
  const { detail } = { detail: "At most 20 new channels an hour: again in 3 min." };
  expect(told("rate_limited", detail)).toBe(detail);
  await speakIn("de");
  const answer = readAnswer(429, JSON.stringify({ status: 429, code: "rate_limited", detail }), v.any());
  expect(answer).toMatchObject({ sentence: detail, detail: "Zu schnell. Warte einen Moment." });
  expect(told("rate_limited", detail)).toBe("Zu schnell. Warte einen Moment.");
  expect(told("invalid_name", "That name is reserved.")).toBe("Dieser Name ist reserviert.");
  expect(told("unheard_of", "What now?")).toBe("What now?");
});

test("numbers are written as the language writes them, and one thing is one thing", async () => {
  expect(t("{n} watching", { n: 1_204 })).toBe("1,204 watching");
  expect(["1", "2"].map((n) => t("{n} results", { n: Number(n) }))).toEqual(["1 result", "2 results"]);
  expect(t("{n} characters too many", { n: 1 })).toBe("1 character too many");
  await speakIn("de");
  expect(t("{n} watching", { n: 1_204 })).toBe("1.204 sehen zu");
  expect(t("This file is {size} MB. The limit is {n} MB.", { size: 10.1, n: 10 })).toContain("10,1 MB");
});

test("a refusal over HTTP is told in the language that is spoken", async () => {
  await speakIn("es");
  const problem = { code: "name_taken", detail: "That name is taken, or too similar to one that is." };
  globalThis.fetch = async () => new Response(JSON.stringify(problem), { status: 409 });
  expect(await api.signIn("Ada")).toMatchObject({
    ok: false,
    detail: expect.stringContaining("Ese nombre está en uso"),
  });
});

test("a language nobody knows is English", async () => {
  await speakIn("eo");
  expect(t("Send")).toBe("Send");
});
