/** Files that wait to be uploaded with a message, kept over a reload. A device without room says so; the message waits without them. */
import { openDatabase } from "./database.ts";
import { draftOwner } from "./draft-owner.ts";
import { attempt } from "./storage-failure.ts";

export type FileRows = typeof fileRows;

export const fileRows = {
  /** Stores the files of an owner in the place of those before: all of them, or none. `from`: the owner who gives them away. */
  async put(owner: string, personId: string, files: readonly File[], from = owner): Promise<void> {
    await attempt(async () => {
      const transaction = (await openDatabase()).transaction("files", "readwrite");
      for (const one of new Set([owner, from]))
        for (const key of await transaction.store.index("owner").getAllKeys(one)) await transaction.store.delete(key);
      for (const [at, file] of files.entries()) {
        await transaction.store.put({ owner, id: String(at).padStart(2, "0"), personId, name: file.name, blob: file });
      }
      await transaction.done;
    });
  },

  /** The files of an owner, in their order. */
  async read(owner: string): Promise<readonly File[]> {
    const rows = await attempt(async () => (await openDatabase()).getAllFromIndex("files", "owner", owner));
    return (rows ?? []).map(({ name, blob }) => new File([blob], name, { type: blob.type }));
  },

  /** Deletes the files of drafts in channels that are not among these. */
  async pruneDrafts(personId: string, epochs: ReadonlySet<string>): Promise<void> {
    await attempt(async () => {
      const transaction = (await openDatabase()).transaction("files", "readwrite");
      for (const key of await transaction.store.index("personId").getAllKeys(personId)) {
        const [owner] = key;
        const prefix = draftOwner(personId, "");
        if (owner.startsWith(prefix) && !epochs.has(owner.slice(prefix.length))) await transaction.store.delete(key);
      }
      await transaction.done;
    });
  },

  async delete(owner: string): Promise<void> {
    await attempt(async () => {
      const transaction = (await openDatabase()).transaction("files", "readwrite");
      for (const key of await transaction.store.index("owner").getAllKeys(owner)) await transaction.store.delete(key);
      await transaction.done;
    });
  },
};
