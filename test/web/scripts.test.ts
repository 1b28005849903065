/** What people write in thirty-two scripts: marks, links, mentions, completion and search mean the same in each of them. */
import { describe, expect, test } from "vitest";
import { startedAt } from "../../web/text/completion.ts";
import { fold } from "../../web/text/fold.ts";
import { decodeMentions, encodeMentions } from "../../web/text/mentions.ts";
import { findMessages } from "../../web/text/search.ts";
import { foldChannelName, foldDisplayName } from "../../worker/protocol/names.ts";
import { foldText, isDrawn } from "../../worker/protocol/text.ts";
import { shape } from "./shape.ts";

/** By script, two words of a language that is written in it. `spaceless`: words follow one another without spaces. */
const SCRIPTS: Readonly<Record<string, readonly [word: string, other: string, spaceless?: true]>> = {
  Latin: ["Grüße", "Straße"],
  Greek: ["καλημέρα", "φίλοι"],
  Cyrillic: ["привет", "друзья"],
  Armenian: ["բարև", "ընկեր"],
  Georgian: ["გამარჯობა", "მეგობარი"],
  Hebrew: ["שלום", "חברים"],
  Arabic: ["مرحبا", "أصدقاء"],
  Syriac: ["ܫܠܡܐ", "ܚܒܪܐ"],
  Thaana: ["ހެޔޮ", "ރަށް"],
  Devanagari: ["नमस्ते", "दोस्त"],
  Bengali: ["নমস্কার", "বন্ধু"],
  Gurmukhi: ["ਸਤਿ", "ਦੋਸਤ"],
  Gujarati: ["નમસ્તે", "મિત્ર"],
  Odia: ["ନମସ୍କାର", "ବନ୍ଧୁ"],
  Tamil: ["வணக்கம்", "நண்பர்"],
  Telugu: ["నమస్తే", "మిత్రుడు"],
  Kannada: ["ನಮಸ್ಕಾರ", "ಗೆಳೆಯ"],
  Malayalam: ["നമസ്കാരം", "സുഹൃത്ത്"],
  Sinhala: ["ආයුබෝවන්", "මිතුරා"],
  Thai: ["สวัสดี", "เพื่อน", true],
  Lao: ["ສະບາຍດີ", "ເພື່ອນ", true],
  Khmer: ["សួស្តី", "មិត្ត", true],
  Myanmar: ["မင်္ဂလာပါ", "သူငယ်ချင်း", true],
  Tibetan: ["བཀྲཤིས", "གྲོགས", true],
  Ethiopic: ["ሰላም", "ጓደኛ"],
  Hangul: ["안녕하세요", "친구", true],
  Han: ["你好", "朋友", true],
  Hiragana: ["こんにちは", "ともだち", true],
  Katakana: ["テスト", "メール", true],
  Cherokee: ["ᎣᏏᏲ", "ᎤᎾᎵ"],
  Mongolian: ["ᠰᠠᠢᠨ", "ᠨᠠᠶᠢᠵᠠ"],
  Tifinagh: ["ⴰⵣⵓⵍ", "ⴰⵎⴷⴷⴰⴽⴽⵍ"],
};

describe.each(Object.entries(SCRIPTS))("%s", (_, [a, b, spaceless]) => {
  test.each([
    [`**${a}**`, `bold(${a})`],
    [`*${a} ${b}*`, `italic(${a} ${b})`],
    [`***${a}***`, `italic(bold(${a}))`],
    [`~~${a}~~ ${b}`, `strike(${a}) ${b}`],
    [`${a}**${b}**${a}`, `${a}bold(${b})${a}`],
    [`“**${a}**”, ${b}`, `“bold(${a})”, ${b}`],
    [`**(${a})** ${b}`, `bold((${a})) ${b}`],
    [`${a}_${b}_${a}`, `${a}_${b}_${a}`],
    [`\`**${a}**\` ${b}`, `code(**${a}**) ${b}`],
    [`${a} \\*${b}\\*`, `${a} *${b}*`],
    [`${a}\n${b}`, `${a}\n${b}`],
    [`> ${a}\n> **${b}**`, `quote(${a}\nbold(${b}))`],
    [`- ${a}\n- [x] ${b}`, `list(• ${a} | •[x] ${b})`],
    [`1. ${a}\n2. ${b}`, `list(1 ${a} | 2 ${b})`],
    [`## ${a} ${b}`, `heading(${a} ${b})`],
    [`| ${a} | ${b} |\n|---|---|\n| 1 | *${a}* |`, `table(${a}, ${b} | 1, italic(${a}))`],
    [`\`\`\`\n${a} **\n\`\`\``, `code(${a} **)`],
    [`${a} https://example.org/x, ${b}`, `${a} link(https://example.org/x https://example.org/x), ${b}`],
    [`(https://example.org/x) ${a}`, `(link(https://example.org/x https://example.org/x)) ${a}`],
    [`[${a}](https://example.org/x) ${b}`, `link(${a} https://example.org/x) ${b}`],
    [`<@ada-0123456789abcdef>${a}`, `person(ada-0123456789abcdef)${a}`],
  ])("%j", (text, expected) => {
    expect(shape(text)).toBe(expected);
  });

  test(`an address with ${a} in its path stays whole`, () => {
    const text = shape(`${b} https://example.org/${a}/x ${b}`);
    expect(text).toContain(`link(https://example.org/${a}/x `);
    expect(new URL(text.split(" ").at(2)?.replace(/\)$/, "") ?? "").pathname).toBe(encodeURI(`/${a}/x`));
  });

  test(`@${a} is a person, also beside words without spaces, and nothing in code`, () => {
    const person = { id: "person-0123456789abc", name: a };
    const known = { people: [person], channels: new Set([b.toLowerCase()]) };
    const after = spaceless ? b : ` ${b}`;
    for (const [typed, sent] of [
      [`@${a}${after}`, `<@${person.id}>${after}`],
      [`(@${a})`, `(<@${person.id}>)`],
      [`#${b}, ${a}`, `<#${b.toLowerCase()}>, ${a}`],
      [`\`@${a}\``, `\`@${a}\``],
      [`https://example.org/@${a}`, `https://example.org/@${a}`],
    ] as const)
      expect(encodeMentions(typed, known)).toBe(sent);
    expect(decodeMentions(`<@${person.id}>${after}`, () => a)).toBe(`@${a}${after}`);
  });

  test(`${b} is completed where the caret is`, () => {
    expect(startedAt(`${a} @${b}`, a.length + 2 + b.length)).toEqual({ sign: "@", word: b, start: a.length + 1 });
    const beside = startedAt(`${a}#${b}`, a.length + 1 + b.length);
    expect(beside?.word).toBe(spaceless ? b : undefined);
  });

  test(`${b} is found and marked, whatever its case`, () => {
    expect(fold(fold(a))).toBe(fold(a));
    expect(fold(a.toUpperCase())).toBe(fold(a));
    const message = { id: "m", seq: 1, rev: 1, author: { id: "a", name: "Ada" }, sentAt: 1, text: `${a} ${b}!` };
    const textOf = ({ text }: { readonly text: string }) => ({ words: text, folded: fold(text) });
    const [found] = findMessages([{ channelId: "c", messages: [message] }], b.toUpperCase(), {
      ...{ textOf, titleOf: () => "#c", limit: 1 },
    });
    expect(found?.pieces.filter(({ isHit }) => isHit).map(({ text }) => text)).toEqual([b]);
  });

  test(`${a} can be said, and can name a person and a channel`, () => {
    expect(isDrawn(a)).toBe(true);
    expect(foldText(`${a} ${b}\n`, 100)).toBe(`${a} ${b}`);
    expect(foldDisplayName(`${a} ${b}`)).toEqual({ ok: true, name: `${a} ${b}` });
    expect(foldChannelName(b)).toMatchObject({ ok: true });
  });
});
