/** What this device keeps of people in its database, deleted. It comes with the parts of a conversation. */
import { openDatabase } from "./database.ts";

/** Deletes the rows of a person, and the notes about them; of everyone else where `isOthers`. */
export async function deleteRows(
  stores: readonly ("outbox" | "files" | "windows")[],
  personId: string,
  isOthers = false,
): Promise<void> {
  if (stores.includes("outbox")) deleteNotes(personId, isOthers); // first: what is not noted any more is not written
  const transaction = (await openDatabase()).transaction(stores, "readwrite");
  for (const store of stores) {
    for (let cursor = await transaction.objectStore(store).openCursor(); cursor; cursor = await cursor.continue()) {
      if ((cursor.value.personId === personId) !== isOthers) await cursor.delete();
    }
  }
  await transaction.done;
}

function deleteNotes(personId: string, isOthers: boolean): void {
  try {
    for (const key of Object.keys(localStorage)) {
      const owner = /^flack\.(.+)\.outbox\./.exec(key)?.[1];
      if (owner !== undefined && (owner === personId) !== isOthers) localStorage.removeItem(key);
    }
  } catch {
    // the browser refuses it: nothing was noted
  }
}
