/** One row of a list is reached by Tab; arrows, J and K, Home and End move between the rows (WAI-ARIA: roving tabindex). */
import { useState } from "preact/hooks";
import { letterOf } from "../parts/keys.ts";

/** `ids` are those of the rows' elements, in order. */
export function useRovingFocus(ids: readonly string[]) {
  const [chosen, setChosen] = useState<string>();
  const stop = chosen !== undefined && ids.includes(chosen) ? chosen : ids.at(-1);

  /** Gives the focus to the row at that place, or to the nearest there is. */
  function focusAt(at: number): void {
    const id = ids[Math.min(Math.max(at, 0), ids.length - 1)];
    if (id === undefined) return;
    setChosen(id);
    document.getElementById(id)?.focus();
  }

  return {
    /** The row that Tab reaches. */
    stop,
    setStop: setChosen,
    focusAt,

    onKeyDown(event: KeyboardEvent): void {
      const { key, target } = event;
      if (event.altKey || event.ctrlKey || event.metaKey || !(target instanceof Element)) return; // the keys of the whole app
      const isRow = ids.includes(target.id);
      const letter = isRow ? { j: 1, k: -1 }[letterOf(event)] : undefined;
      const step = letter ?? { ArrowUp: -1, ArrowDown: 1, Home: -ids.length, End: ids.length }[key];
      // A row holds lists of its own: what counts is the row, not the item of a list in it.
      const at = ids.findIndex((id) => document.getElementById(id)?.contains(target));
      if (step === undefined || at < 0) return;
      event.preventDefault();
      focusAt(at + step);
    },
  };
}
