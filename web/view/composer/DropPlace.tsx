import { useEffect, useState } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";
import type { Conversation, Store } from "../../state/store.ts";

/** Files that are pasted or dropped, wherever in the window: they go into what is written next. */
export function DropPlace({ store, conversation }: { readonly store: Store; readonly conversation: Conversation }) {
  const [isDraggedOver, setDraggedOver] = useState(false);
  // The whole window takes them: elsewhere a drop would leave the page.
  useEffect(() => {
    const mayTake = () => store.site.peek()?.files === true && !document.querySelector("dialog[open]");
    const take = (event: Event, data: DataTransfer | null) => {
      const files = [...(data?.files ?? [])];
      if (files.length === 0 || !mayTake()) return;
      event.preventDefault();
      store.attach(conversation, files);
    };
    const outside = new AbortController();
    const { signal } = outside;
    document.addEventListener(
      "paste",
      (event) => {
        // Words copied from a document come with a picture of themselves.
        if (!event.clipboardData?.getData("text/plain")) take(event, event.clipboardData);
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
        event.preventDefault(); // otherwise the page gives way to the file
        take(event, event.dataTransfer);
      },
      { signal },
    );
    return () => outside.abort();
  }, []);
  return isDraggedOver ? <p class="drop-here">{t("Drop to attach")}</p> : null;
}
