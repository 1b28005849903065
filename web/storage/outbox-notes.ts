/**
 * Notes: what the database is to hold of each entry of the outbox, until it does. The database writes a moment later, and the page may
 * be gone by then. `localStorage` writes at once.
 */
import { type EntryName, keyOf } from "../state/outbox-entry.ts";

export type OwnedEntry = EntryName & { readonly personId: string };

/** The note of an entry that is to be deleted. Any other note is the entry as JSON. */
export const DELETED = "deleted";

/** Keys of a person begin as those of `localState`. */
export function notePrefix(personId: string): string {
  return `flack.${personId}.outbox.`;
}

/** Notes what is to become of an entry. `false`: the browser refuses it. */
export function keepNote(entry: OwnedEntry, note: string): boolean {
  try {
    localStorage.setItem(notePrefix(entry.personId) + keyOf(entry), note);
    return true;
  } catch {
    return false;
  }
}

/** What is noted of an entry: `null` if nothing is, or the browser refuses it. */
export function noteOf(entry: OwnedEntry): string | null {
  try {
    return localStorage.getItem(notePrefix(entry.personId) + keyOf(entry));
  } catch {
    return null;
  }
}

/** The database has done what a note says. What was noted since stays. */
export function dropNote(entry: OwnedEntry, note: string): void {
  if (noteOf(entry) === note) localStorage.removeItem(notePrefix(entry.personId) + keyOf(entry));
}
