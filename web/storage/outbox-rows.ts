/**
 * The rows of the outbox, shared by all tabs of this device: what one tab writes the others hear of.
 * The database gives each entry its place in the order; no clock is asked. It writes a moment later, and the page may be gone by then:
 * until it has, the entry is in `localStorage`, which writes at once.
 */
import { fetchPart } from "../network/load-part.ts";
import { type EntryName, keyOf, type OutboxEntry } from "../state/outbox-entry.ts";
import { type Broadcast, openBroadcast } from "./broadcast.ts";
import { openDatabase } from "./database.ts";
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
  /** Writes an entry and says what it is as written: one that is new has its place after all others. */
  async function put(entry: OutboxEntry): Promise<OutboxEntry> {
    const key = keyOf(entry);
    const note = JSON.stringify(entry);
    keepNote(entry, note);
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
    if (written) dropNote(entry, note);
    const put = written ?? entry;
    channel.postMessage({ personId: entry.personId, put } satisfies OutboxChange);
    return put;
  }

  return {
    put,

    /** A person's entries, in order, with those that a page left before the database had them. */
    async read(personId: string): Promise<readonly OutboxEntry[]> {
      // All in one task: an entry that is delivered meanwhile is deleted after it was written.
      const noted = await Promise.all(notes(personId).map(put));
      const rows = await attempt(async () => (await openDatabase()).getAllFromIndex("outbox", "personId", personId));
      return (rows?.map(({ value }) => value) ?? noted).sort((a, b) => a.order - b.order);
    },

    /** Deletes an entry, with the files that were kept for it. */
    async delete(entry: Noted): Promise<void> {
      const gone = keyOf(entry);
      dropNote(entry);
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

type Noted = EntryName & { readonly personId: string };

/** Begins as every key of a person in `localState` does, and so is wiped with them. */
function noteKey(personId: string, name = ""): string {
  return `flack.${personId}.outbox.${name}`;
}

/** Entries that the database may not have yet, in order. */
function notes(personId: string): readonly OutboxEntry[] {
  return (
    noting(() => {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(noteKey(personId)));
      const entries = keys.map((key): OutboxEntry => JSON.parse(localStorage.getItem(key) ?? ""));
      return entries.sort((a, b) => a.order - b.order);
    }) ?? []
  );
}

function keepNote(entry: Noted, note: string): void {
  noting(() => localStorage.setItem(noteKey(entry.personId, keyOf(entry)), note));
}

/** Deletes the note of an entry: whatever it says, or only as long as it says this. */
function dropNote(entry: Noted, note?: string): void {
  const key = noteKey(entry.personId, keyOf(entry));
  noting(() => {
    if (note === undefined || localStorage.getItem(key) === note) localStorage.removeItem(key);
  });
}

/** Where the browser refuses `localStorage`, or it is full, the database is alone. */
function noting<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
