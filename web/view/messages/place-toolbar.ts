/** Keeps the toolbar of a message inside the list: above its row, or inside it where there is no room above. */

/** What the toolbar needs above its row (px): `.toolbar` in messages.css. */
const NEEDED_PX = 16;

/** Handles the pointer or the focus that has come to a row of the list. */
export function placeToolbar({ target, currentTarget }: Event): void {
  if (!(target instanceof Element && currentTarget instanceof Element)) return;
  const row = target.closest("li.message");
  const room = row && row.getBoundingClientRect().top - currentTarget.getBoundingClientRect().top;
  if (room !== null) row?.toggleAttribute("data-low", room < NEEDED_PX);
}
