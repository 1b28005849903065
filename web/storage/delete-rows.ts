/** Forgetting people: rare, and so no part of what is shown first. */
import { openDatabase } from "./database.ts";

/** Deletes the rows of people; of everyone but `personId` where `isOthers`. */
export async function deleteRows(
  stores: readonly ("outbox" | "files" | "windows")[],
  personId: string,
  isOthers = false,
): Promise<void> {
  const transaction = (await openDatabase()).transaction(stores, "readwrite");
  for (const store of stores) {
    for (let cursor = await transaction.objectStore(store).openCursor(); cursor; cursor = await cursor.continue()) {
      if ((cursor.value.personId === personId) !== isOthers) await cursor.delete();
    }
  }
  await transaction.done;
}
