/** Keeps the toolbar of a message inside the list: above its row, or inside it where there is no room above. */

/** What the toolbar needs above its row (px): `.toolbar` in messages.css. */
const NEEDED_PX = 16;

/** Follows the pointer and the focus. The answer ends it. */
export function followToolbar(): () => void {
  document.addEventListener("pointerover", place);
  document.addEventListener("focusin", place);
  return () => {
    document.removeEventListener("pointerover", place);
    document.removeEventListener("focusin", place);
  };
}

function place({ target }: Event): void {
  const row = target instanceof Element ? target.closest("li.message") : null;
  const list = row?.closest(".log");
  if (!row || !list) return;
  row.toggleAttribute("data-low", row.getBoundingClientRect().top - list.getBoundingClientRect().top < NEEDED_PX);
}
