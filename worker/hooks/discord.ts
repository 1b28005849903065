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

/** Discord's own marks are Markdown. */
export function readDiscord(body: Fields): HookMessage {
  const text = paragraphs(textOf(body["content"]), ...listOf(body["embeds"]).map(readEmbed));
  const username = textOf(body["username"]);
  return { text, ...(username !== "" && { username }) };
}

function readEmbed({ title, url, description, fields, author, footer, image }: Fields): string {
  const { name, url: authorUrl } = fieldsOf(author);
  const picture = fieldsOf(image)["url"];
  return lines(
    link(plain(name), authorUrl),
    bold(link(plain(title), url)),
    textOf(description),
    ...listOf(fields).map((field) => `${bold(plain(field["name"]))}: ${textOf(field["value"])}`),
    link("", picture) && link("🖼", picture),
    plain(fieldsOf(footer)["text"]),
  );
}
