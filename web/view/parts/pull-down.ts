/** A finger that pulls a sheet down by its head closes it. One that lets go earlier puts it back. */

/** Where a dialog comes from below (controls.css). */
const SHEET = "(max-width: 719px)";
/** So far (px) it is pulled. */
const FAR_PX = 80;

/** The answer ends it. */
export function followPull(sheet: HTMLDialogElement, head: HTMLElement): () => void {
  const outside = new AbortController();
  const phone = matchMedia(SHEET);
  let start: number | undefined;
  const pulled = ({ clientY }: PointerEvent) => Math.max(0, clientY - (start ?? clientY));
  const putBack = () => {
    start = undefined;
    sheet.style.translate = "";
  };
  head.addEventListener(
    "pointerdown",
    ({ pointerType, clientY }) => {
      start = pointerType === "touch" && phone.matches ? clientY : undefined;
    },
    outside,
  );
  // A finger keeps what it touched first: the head hears of it wherever it goes.
  head.addEventListener(
    "pointermove",
    (event) => {
      if (start !== undefined) sheet.style.translate = `0 ${pulled(event)}px`;
    },
    outside,
  );
  head.addEventListener("pointerup", (event) => (pulled(event) > FAR_PX ? sheet.close() : putBack()), outside);
  head.addEventListener("pointercancel", putBack, outside);
  return () => outside.abort();
}
