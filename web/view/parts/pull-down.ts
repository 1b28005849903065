/** A finger that pulls a sheet down by its head closes it. One that lets go earlier puts it back. */

/** Where dialogs and menus do not come from below (dialogs.css). */
export const ROOMY = "(min-width: 720px)";
/** A sheet that is pulled down this far (px) closes. */
const FAR_PX = 80;

/** `close` closes the sheet. Returns a function that stops listening. */
export function followPull(sheet: HTMLElement, head: HTMLElement, close: () => void): () => void {
  const outside = new AbortController();
  const roomy = matchMedia(ROOMY);
  let start: number | undefined;
  const pulled = ({ clientY }: PointerEvent) => Math.max(0, clientY - (start ?? clientY));
  const putBack = () => {
    start = undefined;
    sheet.style.translate = "";
  };
  head.addEventListener(
    "pointerdown",
    ({ pointerType, isPrimary, clientY }) => {
      start = pointerType === "touch" && isPrimary && !roomy.matches ? clientY : undefined;
    },
    outside,
  );
  // The first target of a touch captures its pointer, so the head gets every later move.
  head.addEventListener(
    "pointermove",
    (event) => {
      if (start !== undefined && event.isPrimary) sheet.style.translate = `0 ${pulled(event)}px`;
    },
    outside,
  );
  head.addEventListener(
    "pointerup",
    (event) => {
      const isFar = pulled(event) > FAR_PX;
      putBack();
      if (isFar) close();
    },
    outside,
  );
  head.addEventListener("pointercancel", putBack, outside);
  return () => outside.abort();
}
