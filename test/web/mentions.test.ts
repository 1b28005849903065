/** People, channels and emoji as they are typed and as they are sent; what is being completed. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { startedAt } from "../../web/text/completion.ts";
import { emojiGroups, findEmoji, replaceShortcodes } from "../../web/text/emoji.ts";
import { loadEmojiNames } from "../../web/text/emoji-names.ts";
import { concerns, decodeMentions, encodeMentions } from "../../web/text/mentions.ts";

const ada = { id: "ada-0123456789abcdef", name: "Ada" };
const adaL = { id: "adal-0123456789abcde", name: "Ada Lovelace" };
const ipek = { id: "ipek-0123456789abcde", name: "İpek" };
const tanaka = { id: "tanaka-0123456789a", name: "田中" };
const known = { people: [ada, adaL, ipek, tanaka], channels: new Set(["design", "design-team"]) };
const names = new Map([ada, adaL].map(({ id, name }) => [id, name]));

test.each([
  ["@Ada look", `<@${ada.id}> look`],
  ["@ada lovelace, look", `<@${adaL.id}>, look`],
  ["(@Ada)", `(<@${ada.id}>)`],
  ["@Adam and mail@Ada", "@Adam and mail@Ada"],
  ["`@Ada` and ```\n@Ada\n```", "`@Ada` and ```\n@Ada\n```"],
  ["in #design-team or #Design", "in <#design-team> or <#design>"],
  ["#nothing and issue#design", "#nothing and issue#design"],
  ["https://example.org/#design", "https://example.org/#design"],
  ["@İpek, gel, @Ada", `<@${ipek.id}>, gel, <@${ada.id}>`],
  ["こんにちは@田中さん", `こんにちは<@${tanaka.id}>さん`],
  ["＠田中、＃design", `<@${tanaka.id}>、<#design>`],
  ["@Adaさん、#designで", `<@${ada.id}>さん、<#design>で`],
  ["안녕@Ada", `안녕<@${ada.id}>`],
  ["สวัสดี@Ada", `สวัสดี<@${ada.id}>`],
  ["https://example.org/?to=@Ada&in=#design", "https://example.org/?to=@Ada&in=#design"],
  ["(see https://example.org/@Ada) @Ada", `(see https://example.org/@Ada) <@${ada.id}>`],
  ["``@Ada ` `` @Ada", "``@Ada ` `` <@ada-0123456789abcdef>"],
  ["@here: lunch", "<!here>: lunch"],
  ["＠Hereです", "<!here>です"],
  ["@hereby, mail@here and `@here`", "@hereby, mail@here and `@here`"],
])("%j is sent as %j", (typed, sent) => {
  expect(encodeMentions(typed, known)).toBe(sent);
});

test("what is sent reads as it was typed, and whoever is not known keeps the id", () => {
  expect(decodeMentions(`<@${adaL.id}> in <#design>`, (id) => names.get(id))).toBe("@Ada Lovelace in #design");
  expect(decodeMentions("<@nobody-0123456789abc>", () => undefined)).toBe("<@nobody-0123456789abc>");
});

test("someone who is called like everyone here is the one who is meant", () => {
  const here = { id: "here-0123456789abcde", name: "Here" };
  expect(encodeMentions("@here", { ...known, people: [here] })).toBe(`<@${here.id}>`);
  expect(decodeMentions("<!here> look", () => undefined)).toBe("@here look");
});

test("a message concerns whom it names, and with everyone here each who reads it", () => {
  expect(concerns(`<@${ada.id}>`, ada.id)).toBe(true);
  expect(concerns(`<@${ada.id}>`, ipek.id)).toBe(false);
  expect(concerns("<!here> lunch", ipek.id)).toBe(true);
});

test("typed, sent, read and sent again: the same people", () => {
  const piece = fc.constantFrom("@Ada", "@here", "@Ada Lovelace", "#design", " ", "\n", "`", "words", "@", "#");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const sent = encodeMentions(pieces.join(""), known);
      const again = encodeMentions(
        decodeMentions(sent, (id) => names.get(id)),
        known,
      );
      expect(again).toBe(sent);
    }),
  );
});

test.each([
  ["hello @Be", { sign: "@", word: "Be", start: 6 }],
  ["@", { sign: "@", word: "", start: 0 }],
  ["see #des", { sign: "#", word: "des", start: 4 }],
  [":ta", { sign: ":", word: "ta", start: 0 }],
  ["(:tada", { sign: ":", word: "tada", start: 1 }],
  ["こんにちは@田", { sign: "@", word: "田", start: 5 }],
  ["＠田中", { sign: "@", word: "田中", start: 0 }],
  ["는#des", { sign: "#", word: "des", start: 1 }],
  ["🎉@Be", { sign: "@", word: "Be", start: 2 }],
  ["はい：smi", { sign: ":", word: "smi", start: 2 }],
  [":été", { sign: ":", word: "été", start: 0 }],
  ["https://example.org/@Be", undefined],
  ["Привет@be", undefined],
  [":t", undefined],
  ["at 10:30", undefined],
  ["mail@be", undefined],
  ["no", undefined],
])("%j begins %o", (text, started) => {
  expect(startedAt(text, text.length)).toEqual(started);
});

test("shortcodes become emoji, but not in code and not where there is no such emoji", () => {
  expect(replaceShortcodes(":tada: `:tada:` :no_such_thing: 10:30:15")).toBe("🎉 `:tada:` :no_such_thing: 10:30:15");
  expect(replaceShortcodes("https://example.org/:tada: はい:tada:")).toBe("https://example.org/:tada: はい🎉");
});

test.each([
  [":smile::smile:", "😄😄"],
  [":wave::skin-tone-3:", "👋🏼"],
  [":wave::skin-tone-6: :tada::skin-tone-2:", "👋🏿 🎉:skin-tone-2:"],
  [":+1::skin-tone-4::tada:", "👍🏽🎉"],
  [":skin-tone-2:", ":skin-tone-2:"],
])("%s becomes %s", (typed, shown) => {
  expect(replaceShortcodes(typed)).toBe(shown);
});

test("an emoji is found by what it is called, what starts with it first", () => {
  expect(findEmoji("tada", 5)[0]?.emoji).toBe("🎉");
  expect(findEmoji("heart", 50).length).toBeGreaterThan(10);
  expect(findEmoji("qqqq", 5)).toEqual([]);
});

test.each([
  ["de", "party", "🎉"],
  ["de", "herz", "❤️"],
  ["de", "Grinsendes Gesicht", "😀"],
  ["fr", "fete", "🎉"],
  ["fr", "cœur", "❤️"],
  ["es", "corazon", "❤️"],
  ["es", "risa", "😂"],
  ["ja", "ハート", "❤️"],
  ["ja", "桜", "🌸"],
  ["ar", "قلب", "❤️"],
  ["ar", "قمر", "🌕"],
  ["de", "Deutschland", "🇩🇪"],
  ["ja", "フランス", "🇫🇷"],
])("in %s an emoji is found by %s: %s", async (locale, word, emoji) => {
  const names = await loadEmojiNames(locale);
  expect(findEmoji(word, 40, { names, locale }).map((one) => one.emoji)).toContain(emoji);
});

test("English shortcodes find an emoji in every language, and come first", async () => {
  const spoken = { names: await loadEmojiNames("de"), locale: "de" };
  expect(findEmoji("tada", 1, spoken)).toEqual([{ emoji: "🎉", code: "tada", description: "Konfettibombe" }]);
});

test("nearly every emoji has a name in each language", async () => {
  for (const locale of ["ar", "de", "es", "fr", "ja"]) {
    const english = emojiGroups().flatMap(({ emoji }) => emoji);
    const spoken = emojiGroups({ names: await loadEmojiNames(locale), locale }).flatMap(({ emoji }) => emoji);
    const same = spoken.filter(({ description }, n) => description === english[n]?.description);
    expect(same.length).toBeLessThan(english.length * 0.1); // families of several people, and flags of regions with one name
  }
});

test("English needs no table", async () => {
  expect((await loadEmojiNames("en")).size).toBe(0);
});
