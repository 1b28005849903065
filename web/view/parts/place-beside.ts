/** Where a small window goes that belongs to something on the page. */

/** How far (px) it stays from the window's edge. */
const EDGE_PX = 8;

/**
 * Places an element that is fixed to the window below a rectangle of it, or at its end side; wholly in view in both cases. Sizes and
 * places are in px of the window.
 */
export function placeBeside(shown: HTMLElement, beside: DOMRect, side: "below" | "end"): void {
  const { width, height } = shown.getBoundingClientRect();
  const within = (wanted: number, room: number) => `${Math.max(EDGE_PX, Math.min(wanted, room - EDGE_PX))}px`;
  const end = document.dir === "rtl" ? beside.left - EDGE_PX - width : beside.right + EDGE_PX;
  shown.style.left = within(side === "below" ? beside.right - width : end, innerWidth - width);
  shown.style.top = within(side === "below" ? beside.bottom + 4 : beside.top, innerHeight - height);
}
