/**
 * Whether this device keeps what it is given. A browser that refuses storage, or is full, goes on with what is in memory, and the
 * page says so: what is only in memory is gone with the tab.
 */
import { type ReadonlySignal, signal } from "@preact/signals";

const isFailing = signal(false);
/** Drafts or unsent messages could not be stored. */
export const isPersistenceFailing: ReadonlySignal<boolean> = isFailing;

/** What storage answers; `undefined` where the browser refuses it or is full, which the page says then. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    notePersistenceFailure(error);
    return undefined;
  }
}

/** Something could not be stored: it is kept in memory. */
export function notePersistenceFailure(error: unknown): void {
  console.warn("this device stores nothing", error);
  isFailing.value = true;
}
