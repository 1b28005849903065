/** Files that are pasted or dropped, wherever in the window: they go into what is written next. */
import { useEffect, useState } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";
import type { Conversation, Store } from "../../state/store.ts";

export function DropPlace({ store, conversation }: { readonly store: Store; readonly conversation: Conversation }) {
  const [isDraggedOver, setDraggedOver] = useState(false);
  // The whole window takes them: elsewhere a drop would leave the page.
  useEffect(() => {
    const mayTake = () => store.site.peek()?.files === true && !document.querySelector("dialog[open]");
    const take = (event: Event, data: DataTransfer) => {
      event.preventDefault(); // otherwise the page gives way to the file
      if (!mayTake()) return;
      const items = [...data.items].filter(({ kind }) => kind === "file");
      const isFolder = items.map((item) => item.webkitGetAsEntry?.()?.isDirectory === true);
      const files = [...data.files];
      store.attach(
        conversation,
        files.filter((_, at) => !isFolder[at]),
        files.filter((_, at) => isFolder[at]).map(({ name }) => name),
      );
    };
    const outside = new AbortController();
    const { signal } = outside;
    document.addEventListener(
      "paste",
      (event) => {
        const data = event.clipboardData;
        if (data && data.files.length > 0 && isOfFiles(data)) take(event, data);
      },
      { signal },
    );
    document.addEventListener(
      "dragover",
      (event) => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        setDraggedOver(mayTake());
      },
      { signal },
    );
    document.addEventListener("dragleave", ({ relatedTarget }) => !relatedTarget && setDraggedOver(false), { signal });
    document.addEventListener(
      "drop",
      (event) => {
        setDraggedOver(false);
        // Words that are dragged are the field's.
        if (event.dataTransfer?.types.includes("Files")) take(event, event.dataTransfer);
      },
      { signal },
    );
    return () => outside.abort();
  }, []);
  return isDraggedOver ? <p class="drop-here">{t("Drop to attach")}</p> : null;
}

/** Words copied from a document come with a picture of themselves; a copied file comes with its name or its address as words. */
function isOfFiles(data: DataTransfer): boolean {
  const names = [...data.files].map(({ name }) => name);
  const lines = data
    .getData("text/plain")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
  return lines.every((line) =>
    names.some((name) => line === name || line.endsWith(`/${name}`) || line.endsWith(`\\${name}`)),
  );
}
