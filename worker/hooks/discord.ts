/** Discord's shape of a webhook: content and embeds (https://docs.discord.com/developers/resources/webhook). Pure. */
import {
  bold,
  type Fields,
  fieldsOf,
  type HookMessage,
  lines,
  link,
  listOf,
  paragraphs,
  plain,
  textOf,
} from "./hook-message.ts";

/** The end of the year 9999, from which on years have more than four digits. */
const FURTHEST_SECONDS = 253_402_300_799;

/** Discord's own marks are Markdown, but for those in angle brackets. */
export function readDiscord(body: Fields): HookMessage {
  const text = paragraphs(marksOf(body["content"]), ...listOf(body["embeds"]).map(readEmbed));
  const username = textOf(body["username"]);
  return { text, ...(username !== "" && { username }) };
}

function readEmbed({ title, url, description, fields, author, footer, image }: Fields): string {
  const { name, url: authorUrl } = fieldsOf(author);
  const picture = fieldsOf(image)["url"];
  return lines(
    link(plain(name), authorUrl),
    bold(link(plain(title), url)),
    marksOf(description),
    ...listOf(fields).map((field) => `${bold(plain(field["name"]))}: ${marksOf(field["value"])}`),
    link("", picture) && link("🖼", picture),
    plain(fieldsOf(footer)["text"]),
  );
}

/**
 * Text with Discord's marks for times and for emoji of its own: a time in UTC, and an emoji's name.
 * Source: https://docs.discord.com/developers/reference#message-formatting
 */
function marksOf(value: unknown): string {
  return textOf(value)
    .replace(/<t:(\d{1,12})(?::[tTdDfFR])?>/g, (mark, seconds: string) => timeOf(Number(seconds)) ?? mark)
    .replace(/<a?(:\w{2,32}:)\d{1,20}>/g, "$1");
}

/** `2026-01-31 14:05 UTC`. `undefined` after the year 9999. */
function timeOf(seconds: number): string | undefined {
  if (seconds > FURTHEST_SECONDS) return undefined;
  return `${new Date(seconds * 1_000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
