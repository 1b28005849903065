/** Where a small window goes that belongs to something on the page. */

/** How far (px) it stays from the window's edge. */
const EDGE_PX = 8;

/** How far (px) it stays from what it belongs to, below it and beside it. */
const GAP_PX = { below: 4, beside: 8 } as const;

/**
 * Places a fixed element below a rectangle of the window, or above it if only there is room, or beside it: at the side where lines end,
 * or if there is no room at the other side. The element stays wholly in view. If the rectangle is above the composer, the element
 * stays above the composer too, if there is room. `anchor` is in px of the window.
 */
export function placeBeside(shown: HTMLElement, anchor: DOMRect, side: keyof typeof GAP_PX): void {
  const { width, height } = shown.getBoundingClientRect();
  const within = (wanted: number, room: number) => `${Math.max(EDGE_PX, Math.min(wanted, room - EDGE_PX))}px`;
  const end = document.dir === "rtl" ? anchor.left : anchor.right - width;
  const left = side === "below" ? end : leftBeside(anchor, width);
  const floor = floorOf(anchor, height);
  const top = side === "below" ? topBelow(anchor, height, floor) : anchor.top;
  // A dialog of the platform stretches between the window's edges otherwise.
  Object.assign(shown.style, { inset: "auto", margin: "0" });
  shown.style.left = within(left, innerWidth - width);
  shown.style.top = within(top, floor - height);
}

/** Below the rectangle, or where that has no room and there is room above it, above it: what it belongs to stays in sight. */
function topBelow({ top, bottom }: DOMRect, height: number, floor: number): number {
  const below = bottom + GAP_PX.below;
  const above = top - GAP_PX.below - height;
  return below + height > floor - EDGE_PX && above >= EDGE_PX ? above : below;
}

/** Where (px) the room for an element ends: at the composer, which stays in view, or at the window's edge. */
function floorOf(anchor: DOMRect, height: number): number {
  const composer = document.getElementById("composer")?.getBoundingClientRect();
  const isBelow = composer && anchor.left < composer.right && anchor.right > composer.left && anchor.top < composer.top;
  return isBelow && height + 2 * EDGE_PX <= composer.top ? composer.top : innerHeight;
}

function leftBeside({ left, right }: DOMRect, width: number): number {
  const before = left - GAP_PX.beside - width;
  const after = right + GAP_PX.beside;
  const hasRoomBefore = before >= EDGE_PX;
  const hasRoomAfter = after + width <= innerWidth - EDGE_PX;
  if (document.dir === "rtl") return hasRoomBefore || !hasRoomAfter ? before : after;
  return hasRoomAfter || !hasRoomBefore ? after : before;
}
