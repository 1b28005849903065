/** A message in one line: its words, or else its files. */
import { plainLine } from "./markdown.ts";
import type { Store } from "./store.ts";

export function quoted(
  store: Store,
  { text, attachments = [] }: { readonly text: string; readonly attachments?: readonly { readonly name: string }[] },
): string {
  return store.plainText(plainLine(text)) || attachments.map(({ name }) => name).join(", ");
}
