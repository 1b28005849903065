/**
 * Where a list is scrolled to: at its end it stays at the end; anywhere else the first row in sight keeps its place, whatever comes
 * below, leaves above, loads late, or changes the width.
 */
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** A list scrolled this close (px) to its end is at the end, and stays there. */
const PINNED_PX = 48;

/** `scroller` scrolls `content`; its rows are list items with ids. */
export function useScrollAnchor(scroller: RefObject<HTMLElement | null>, content: RefObject<HTMLElement | null>) {
  const isPinned = useRef(true);
  /** How wide (px) the list was when it was last looked at. */
  const width = useRef(0);
  const anchor = useRef<{ readonly id: string; readonly top: number } | undefined>(undefined);

  /** How far (px) the anchored row is from where it stood; infinitely far if there is none. */
  function drift(): number {
    const row = document.getElementById(anchor.current?.id ?? "");
    return row && anchor.current ? row.getBoundingClientRect().top - anchor.current.top : Number.POSITIVE_INFINITY;
  }

  /** Puts everything back to where it was before the list changed. */
  function hold(): void {
    const list = scroller.current;
    if (!list?.querySelector("li")) return; // nothing to hold, and the answer would cost a layout
    width.current = list.clientWidth;
    if (isPinned.current) list.scrollTop = list.scrollHeight;
    else if (Number.isFinite(drift())) list.scrollBy(0, drift());
  }

  useEffect(() => {
    // The list itself changes by a keyboard or a window, its content by pictures and by what a row says later.
    const observer = new ResizeObserver(hold);
    for (const { current } of [scroller, content]) if (current) observer.observe(current);
    return () => observer.disconnect();
  }, []);

  return {
    isPinned,
    hold,

    toEnd(): void {
      isPinned.current = true;
      hold();
    },

    /** The list was scrolled: by the reader, or by `hold`. */
    noticeScroll(): void {
      const list = scroller.current;
      if (!list) return;
      // Not the reader: a list that became wider, and so less high, ends before where it was scrolled to.
      if (list.clientWidth !== width.current) return hold();
      isPinned.current = list.scrollHeight - list.scrollTop - list.clientHeight <= PINNED_PX;
      if (Math.abs(drift()) < 1) return; // held still: a new look would add up roundings
      const { top } = list.getBoundingClientRect();
      const row = [...list.querySelectorAll("li[id]")].find((item) => item.getBoundingClientRect().bottom > top);
      anchor.current = row && { id: row.id, top: row.getBoundingClientRect().top };
    },
  };
}
