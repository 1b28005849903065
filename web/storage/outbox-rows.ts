/**
 * The rows of the outbox, shared by all tabs of this device: what one tab writes the others hear of.
 * The database gives each entry its place in the order; no clock is asked.
 */
import { fetchPart } from "../network/load-part.ts";
import type { OutboxEntry } from "../state/outbox-entry.ts";
import { keyOf } from "../state/outbox-entry.ts";
import { type Broadcast, openBroadcast } from "./broadcast.ts";
import { DELETED, dropNote, keepNote, type OwnedEntry } from "./outbox-notes.ts";
import { attempt } from "./storage-failure.ts";

/** What a tab has written: an entry as it is now, or one that is gone, as far as that tab knew it. */
export type OutboxChange = {
  readonly personId: string;
  readonly put?: OutboxEntry;
  readonly gone?: { readonly key: string; readonly revision: number };
  readonly isWiped?: boolean;
};

export type OutboxRows = ReturnType<typeof createOutboxRows>;

export function createOutboxRows(channel: Broadcast = openBroadcast("flack-outbox")) {
  const database = () => fetchPart(() => import("./outbox-database.ts"));

  function tell(put: OutboxEntry): void {
    channel.postMessage({ personId: put.personId, put } satisfies OutboxChange);
  }

  return {
    /** A person's entries, in order, with those that a closed page has left. Without storage there is nothing from before. */
    async read(personId: string): Promise<readonly OutboxEntry[]> {
      return (await database()).readRows(personId, tell);
    },

    /** Writes an entry and answers with what it is then: one that is new has its place after all others. */
    async put(entry: OutboxEntry): Promise<OutboxEntry> {
      const json = JSON.stringify(entry);
      const note = keepNote(entry, json) ? json : undefined;
      const written = await attempt(async () => ({ row: await (await database()).writeRow(entry, note) }));
      // Without a database the other tabs hear of it as it is. What was deleted meanwhile they do not hear of again.
      const put = written ? written.row : entry;
      if (put) tell(put);
      return put ?? entry;
    },

    /** Deletes an entry, with the files that were kept for it. */
    async delete(entry: OwnedEntry & { readonly revision: number }): Promise<void> {
      keepNote(entry, DELETED);
      await attempt(async () => {
        await (await database()).deleteRow(entry);
        dropNote(entry, DELETED); // where the database refuses, it says so from now on
      });
      const { personId, revision } = entry;
      channel.postMessage({ personId, gone: { key: keyOf(entry), revision } } satisfies OutboxChange);
    },

    async wipe(personId: string): Promise<void> {
      await attempt(async () => {
        const { deleteRows } = await fetchPart(() => import("./delete-rows.ts"));
        await deleteRows(["outbox", "files", "windows"], personId);
      });
      channel.postMessage({ personId, isWiped: true } satisfies OutboxChange);
    },

    /** Calls back with what other tabs write. */
    onChange(changed: (change: OutboxChange) => void): void {
      channel.addEventListener("message", ({ data }: MessageEvent<OutboxChange>) => changed(data));
    },
  };
}
