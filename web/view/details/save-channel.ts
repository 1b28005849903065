/** What a channel holds now as a file: the messages that are kept, with names, times and links to files, and what is pinned. */
import type { Channel, Message } from "../../../worker/protocol/things.ts";
import type { Conversation, Store } from "../../state/store.ts";

export type SavedFormat = "md" | "json";

/** Made on this device, from what it holds. */
export function saveChannel(store: Store, conversation: Conversation, channel: Channel, format: SavedFormat): void {
  const { messages } = conversation.history.value;
  const kept = messages.filter(({ deleted }) => !deleted);
  const pins = conversation.pins.value;
  const text =
    format === "json"
      ? JSON.stringify({ channel, savedAt: new Date(store.now()).toISOString(), pins, messages: kept }, null, 2)
      : markdownOf(store, conversation, kept);
  const url = URL.createObjectURL(
    new Blob([text], { type: format === "json" ? "application/json" : "text/markdown;charset=utf-8" }),
  );
  const link = document.createElement("a");
  link.href = url;
  link.download = `${store
    .titleOf(channel.id)
    .replace(/^#/, "")
    .replace(/[^\p{L}\p{N}_-]+/gu, "-")}.${format}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}

function markdownOf(store: Store, { channelId, pins }: Conversation, messages: readonly Message[]): string {
  const line = ({
    author,
    sentAt,
    text,
    attachments = [],
  }: Pick<Message, "author" | "sentAt" | "text" | "attachments">) => {
    const files = attachments.map(({ name, url }) => `- [${name}](${location.origin}${url})`);
    const head = `**${store.nameOf(author)}** ${new Date(sentAt).toISOString()}`;
    return [head, "", store.plainText(text), ...(files.length > 0 ? ["", ...files] : [])].join("\n");
  };
  const parts = [`# ${store.titleOf(channelId)}`];
  if (pins.value.length > 0) parts.push("## Pins", ...pins.value.map(line));
  parts.push("## Messages", ...messages.map(line));
  return `${parts.join("\n\n")}\n`;
}
