import { useEffect, useState } from "preact/hooks";
import type { Store } from "../store.ts";

/** Files that are pasted or dropped, wherever in the window: they go into what is written next. */
export function DropPlace({ store }: { readonly store: Store }) {
  const [isDraggedOver, setDraggedOver] = useState(false);
  // The whole window takes them: elsewhere a drop would leave the page.
  useEffect(() => {
    const filesOf = (data: DataTransfer | null) =>
      document.querySelector("dialog[open]") ? [] : [...(data?.files ?? [])];
    const take = (event: Event, files: File[]) => {
      if (files.length === 0) return;
      event.preventDefault();
      void store.attach(files);
    };
    const outside = new AbortController();
    const { signal } = outside;
    document.addEventListener("paste", (event) => take(event, filesOf(event.clipboardData)), { signal });
    document.addEventListener(
      "dragover",
      (event) => {
        if (!event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        setDraggedOver(store.site.peek()?.files === true);
      },
      { signal },
    );
    document.addEventListener("dragleave", ({ relatedTarget }) => !relatedTarget && setDraggedOver(false), { signal });
    document.addEventListener(
      "drop",
      (event) => {
        setDraggedOver(false);
        take(event, filesOf(event.dataTransfer));
      },
      { signal },
    );
    return () => outside.abort();
  }, []);
  return isDraggedOver ? <p class="drop-here">Drop to attach</p> : null;
}
