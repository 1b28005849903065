/**
 * The rows of the outbox, shared by all tabs of this device: what one tab writes the others hear of.
 * The database gives each entry its place in the order; no clock is asked.
 */
import { type EntryName, keyOf, type OutboxEntry } from "../state/outbox-entry.ts";
import { type Broadcast, openBroadcast } from "./broadcast.ts";
import { deleteRows, openDatabase } from "./database.ts";
import { attempt } from "./storage-failure.ts";

/** What a tab has written: entries as they are now, names of entries that are gone. */
export type OutboxChange = {
  readonly personId: string;
  readonly put?: OutboxEntry;
  readonly gone?: string;
  readonly isWiped?: boolean;
};

export type OutboxRows = ReturnType<typeof createOutboxRows>;

export function createOutboxRows(channel: Broadcast = openBroadcast("flack-outbox")) {
  return {
    /** A person's entries, in order. Without storage there is nothing from before. */
    async read(personId: string): Promise<readonly OutboxEntry[]> {
      const rows = await attempt(async () => (await openDatabase()).getAllFromIndex("outbox", "personId", personId));
      return (rows ?? []).map(({ value }) => value).sort((a, b) => a.order - b.order);
    },

    /** Writes an entry and says what it is as written: one that is new has its place after all others. */
    async put(entry: OutboxEntry): Promise<OutboxEntry> {
      const key = keyOf(entry);
      const written = await attempt(async () => {
        const transaction = (await openDatabase()).transaction("outbox", "readwrite");
        const held = await transaction.store.get(key);
        const last = await transaction.store.index("order").openKeyCursor(null, "prev");
        const order = held?.order ?? Math.max(entry.order, (Number(last?.key) || 0) + 1);
        const value: OutboxEntry = { ...entry, order };
        await transaction.store.put({ key, personId: entry.personId, order, value });
        await transaction.done;
        return value;
      });
      const put = written ?? entry;
      channel.postMessage({ personId: entry.personId, put } satisfies OutboxChange);
      return put;
    },

    /** Deletes an entry, with the files that were kept for it. */
    async delete(entry: EntryName & { readonly personId: string }): Promise<void> {
      const gone = keyOf(entry);
      await attempt(async () => {
        const transaction = (await openDatabase()).transaction(["outbox", "files"], "readwrite");
        await transaction.objectStore("outbox").delete(gone);
        const files = transaction.objectStore("files");
        const owned = entry.kind === "send" ? await files.index("owner").getAllKeys(entry.id) : [];
        for (const key of owned) await files.delete(key);
        await transaction.done;
      });
      channel.postMessage({ personId: entry.personId, gone } satisfies OutboxChange);
    },

    async wipe(personId: string): Promise<void> {
      await attempt(() => deleteRows(["outbox", "files", "windows"], personId));
      channel.postMessage({ personId, isWiped: true } satisfies OutboxChange);
    },

    /** Calls back with what other tabs write. */
    onChange(changed: (change: OutboxChange) => void): void {
      channel.addEventListener("message", ({ data }: MessageEvent<OutboxChange>) => changed(data));
    },
  };
}
