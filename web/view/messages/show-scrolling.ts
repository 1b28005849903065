/** A list is marked while it is scrolled. The day at its top is shown only then. */

/** It counts as scrolled so long (ms) after its last move. */
const REST_MS = 900;

let timer: ReturnType<typeof setTimeout> | undefined;

export function showScrolling(list: HTMLElement): void {
  clearTimeout(timer);
  list.dataset["scrolling"] = "";
  timer = setTimeout(() => delete list.dataset["scrolling"], REST_MS);
}
