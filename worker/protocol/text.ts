/**
 * Texts, topics and mentions: their one form, and who is mentioned. Pure and shared with the browser.
 */
import { type Refused, refuse } from "./errors.ts";
import { TOPIC_MAX_POINTS } from "./limits.ts";

/** Control characters other than line feed and tab. A carriage return that is part of CRLF is gone by then. */
const CONTROL = /[^\P{Cc}\n\t]/gu;

/**
 * The one form of a text: NFC, CRLF as LF, no control characters but `\n` and `\t`, nothing blank at the end.
 * `undefined` when it is then longer than `maxPoints` code points; an empty text is the caller's to judge.
 * NFC comes last, since a mark may meet its letter only when what stood between them is gone. Lone surrogates become U+FFFD, as they would in UTF-8, so that memory and disk agree.
 */
export function foldText(raw: string, maxPoints: number): string | undefined {
  const text = raw.toWellFormed().replaceAll("\r\n", "\n").replace(CONTROL, "").normalize("NFC").trimEnd();
  // A code point takes one or two units: most texts need no counting.
  return text.length > maxPoints && countPoints(text) > maxPoints ? undefined : text;
}

/** What phones type for an apostrophe: the two quotation marks and the modifier letter. */
const APOSTROPHES = /[\u2018\u2019\u02bc]/gu;
/** What draws nothing, wherever it stands: formats, fillers, the empty Braille cell. */
const UNDRAWN = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu;
/** A mark that only opens or closes code, with the name of its language. */
const FENCE = /^`{3,}[\w+#.-]{0,20}$/u;

/** Whether anything of a text would be drawn: blanks of any kind, lone quote marks and empty fences are not. */
export function isDrawn(text: string): boolean {
  const lines = text
    .replace(UNDRAWN, "")
    .split("\n")
    .map((line) => line.replace(/^[\s>]+/u, "").trimEnd());
  // A single line after a fence mark is code by itself.
  const isMark = (line: string) => (lines.length === 1 ? line === "```" : FENCE.test(line));
  return lines.some((line) => line !== "" && !isMark(line));
}

/** A topic in its one form; it may be empty. */
export function foldTopic(raw: string): Refused | { readonly kind: "topic"; readonly topic: string } {
  const topic = foldText(raw, TOPIC_MAX_POINTS);
  if (topic === undefined) return refuse("invalid_text", `A topic can have up to ${TOPIC_MAX_POINTS} characters.`);
  return { kind: "topic", topic };
}

/** Unicode code points, which is what every limit on text counts. */
export function countPoints(text: string): number {
  let points = 0;
  for (const _ of text) points++;
  return points;
}

/**
 * An emoji in its one form, `undefined` for whatever is not exactly one that is recommended for interchange
 * (UTS #51, RGI). Without the variation selector that asks for colour it is the same emoji.
 */
export function foldEmoji(raw: string): string | undefined {
  return [raw, `${raw}\uFE0F`].find((candidate) => /^\p{RGI_Emoji}$/v.test(candidate));
}

/** The people a text mentions, each once: `<@personId>`. Whether there are such people is not looked at. */
export function mentionedIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/<@([A-Za-z0-9_-]{16,32})>/g)].map(([, id = ""]) => id))];
}

/** The two people of a direct channel, by its id; two other ids make another. */
export function directId(a: string, b: string): string {
  return a < b ? `${a}~${b}` : `${b}~${a}`;
}

/** Whether a channel is there for a person: a public one, whose name has no `~`, is there for everyone, a direct one for its two people. */
export function isFor(channelId: string, personId: string): boolean {
  return !channelId.includes("~") || channelId.split("~").includes(personId);
}

/** What kind of channel an id names: a direct one has both its people in it, a private one a capital, which no public one has. */
export function kindOf(channelId: string): "public" | "direct" | "private" {
  if (channelId.includes("~")) return "direct";
  return channelId.startsWith("P-") ? "private" : "public";
}

/** The apostrophes that phones type, as the one that names are kept with. As long as it was. */
export function foldApostrophes(text: string): string {
  return text.replace(APOSTROPHES, "'");
}

/** Whether an author is an incoming hook: it mentions people without notifying them. */
export function isHook({ id }: { readonly id: string }): boolean {
  return id.startsWith("hook_");
}
