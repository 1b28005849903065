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

/** Whether a channel is there for somebody: a public one, whose name has no `~`, for everybody, a direct one for its two people. */
export function isFor(channelId: string, personId: string): boolean {
  return !channelId.includes("~") || channelId.split("~").includes(personId);
}
