/**
 * Parts of the page that are fetched when they are needed. A part that cannot be fetched is tried again until it is there: when the
 * connection is back, when the browser says that it is online, and after a while in any case.
 */
import { type ReadonlySignal, signal } from "@preact/signals";

/** Between tries (ms): the first wait, twice as long each time, up to the longest. */
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;

const count = signal(0);
/** Counts the moments at which what has failed may work: the network came back, or a person asks for it again. */
export const chances: ReadonlySignal<number> = count;

/** What has failed is tried again now. */
export function noteChance(): void {
  count.value++;
}

addEventListener("online", noteChance);

/** Fetches a part, however long that takes. `failed` is called after each try that did not work. */
export async function fetchPart<T>(load: () => Promise<T>, failed: () => void = () => {}): Promise<T> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
    try {
      return await load();
    } catch (error) {
      console.warn("a part is missing", error);
      failed();
      await nextChance(waitMs);
    }
  }
}

/** The next such moment, or `waitMs` later. */
function nextChance(waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(done, waitMs);
    const before = count.peek();
    const stop = count.subscribe((now) => now !== before && done());
  });
}
