/** A finger that comes in from the edge of the screen pulls the drawer out, and one that goes back pushes it in. */
import { isDrawerOpen } from "../parts/sheets.ts";

/** Where the rail has no place beside the conversation (layout.css). */
const DRAWER = "(max-width: 719px)";
/** So near (px) to the edge it begins, and so far (px) it goes. */
const EDGE_PX = 24;
const FAR_PX = 48;

/** The answer ends it. */
export function followEdgeSwipe(): () => void {
  const outside = new AbortController();
  const options = { signal: outside.signal, passive: true };
  const drawer = matchMedia(DRAWER);
  // A rail that has its place beside the conversation again is no drawer.
  drawer.addEventListener("change", () => drawer.matches || close(), options);
  let start: { readonly x: number; readonly y: number } | undefined;
  document.addEventListener(
    "touchstart",
    ({ touches: [finger, another] }) => {
      const isFree = drawer.matches && !document.querySelector("dialog[open]");
      start = isFree && finger && !another ? { x: fromEdge(finger), y: finger.clientY } : undefined;
    },
    options,
  );
  document.addEventListener(
    "touchmove",
    ({ touches: [finger] }) => {
      if (!start || !finger) return;
      const moved = fromEdge(finger) - start.x;
      if (Math.abs(moved) < FAR_PX) return;
      const isSideways = Math.abs(moved) > 2 * Math.abs(finger.clientY - start.y);
      if (isSideways && moved > 0 && start.x <= EDGE_PX) isDrawerOpen.value = true;
      if (isSideways && moved < 0) close();
      start = undefined;
    },
    options,
  );
  return () => outside.abort();
}

function close(): void {
  isDrawerOpen.value = false;
}

/** How far (px) a finger is from the edge where lines begin. */
function fromEdge({ clientX }: Touch): number {
  return document.documentElement.dir === "rtl" ? innerWidth - clientX : clientX;
}
