/** A finger that stays on an element: iOS has no event for it. */

/** A finger that stays so long (ms), and moves less than this (px), means what is under it. */
const PRESS_MS = 450;
const STILL_PX = 10;
/** The click that belongs to a press comes this soon (ms) after it. */
const CLICK_MS = 300;

/** Calls back with the element of that kind that a finger stays on. The answer ends it. */
export function followPresses(selector: string, pressed: (element: Element) => void): () => void {
  const outside = new AbortController();
  const { signal } = outside;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let start = { x: 0, y: 0 };
  let isTaken = false;
  document.addEventListener(
    "pointerdown",
    ({ pointerType, clientX, clientY, target }) => {
      clearTimeout(timer);
      isTaken = false;
      const row = target instanceof Element ? target.closest(selector) : null;
      if (
        pointerType !== "touch" ||
        !row ||
        (target instanceof Element && target.closest("textarea, video, audio, dialog"))
      )
        return;
      start = { x: clientX, y: clientY };
      timer = setTimeout(() => {
        isTaken = true;
        pressed(row);
      }, PRESS_MS);
    },
    { signal },
  );
  document.addEventListener(
    "pointermove",
    ({ clientX, clientY }) => {
      if (Math.hypot(clientX - start.x, clientY - start.y) > STILL_PX) clearTimeout(timer);
    },
    { signal },
  );
  for (const kind of ["pointerup", "pointercancel"]) {
    document.addEventListener(
      kind,
      () => {
        clearTimeout(timer);
        // The click that belongs to the press comes right after it; any later one is meant.
        setTimeout(() => {
          isTaken = false;
        }, CLICK_MS);
      },
      { signal },
    );
  }
  // Neither the browser's own menu, nor the link under the finger, nor what of the sheet has come to lie under it.
  for (const kind of ["contextmenu", "click"]) {
    document.addEventListener(
      kind,
      (event) => {
        if (!isTaken) return;
        event.preventDefault();
        event.stopPropagation();
      },
      { signal, capture: true },
    );
  }
  return () => {
    clearTimeout(timer);
    outside.abort();
  };
}
