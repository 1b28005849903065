/** What is copied when more than one message is selected: each by its author, its time and its text, without the page's own words. */
import type { Store } from "../../state/store.ts";
import { clockTime } from "../parts/formats.ts";
import { type MessageRow, rowId } from "./timeline.ts";

/** Puts that on the clipboard whenever rows of the list are copied. The answer ends it. */
export function followCopying(rows: () => readonly MessageRow[], store: Store): () => void {
  const onCopy = (event: ClipboardEvent): void => {
    const isInList = event.target instanceof Node && document.querySelector(".log")?.contains(event.target);
    const text = isInList ? copiedRows(document.getSelection(), rows(), store) : undefined;
    if (text === undefined) return;
    event.preventDefault();
    event.clipboardData?.setData("text/plain", text);
  };
  document.addEventListener("copy", onCopy);
  return () => document.removeEventListener("copy", onCopy);
}

/** The text for the clipboard; `undefined` where less than two messages are selected: then the browser copies what is marked. */
function copiedRows(
  selection: Selection | null,
  rows: readonly MessageRow[],
  store: Pick<Store, "plainText" | "nameOf">,
): string | undefined {
  if (!selection || selection.isCollapsed) return undefined;
  const chosen = rows.filter(({ id }) => {
    const element = document.getElementById(rowId(id));
    return element !== null && selection.containsNode(element, true);
  });
  if (chosen.length < 2) return undefined;
  return chosen
    .map((row) => {
      const names = row.attachments.map(({ name }) => name);
      return [
        `${store.nameOf(row.author)}, ${clockTime(row.sentAt)}`,
        row.isTombstone ? "" : store.plainText(row.text),
        ...names,
      ]
        .filter((line) => line !== "")
        .join("\n");
    })
    .join("\n\n");
}
