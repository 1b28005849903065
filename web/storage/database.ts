/**
 * The database of this device: what waits to be sent, the files with it, and the windows of conversations that were visited.
 * Every row belongs to a person. A browser may refuse it, or be full: then the page says so and goes on in memory.
 * It comes with the parts of a conversation: what is shown first needs no database.
 */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { OutboxEntry } from "../state/outbox-entry.ts";

/** A file that waits, with what it belongs to: an entry of the outbox, or a draft. */
type StoredFile = {
  readonly owner: string;
  readonly id: string;
  readonly personId: string;
  readonly name: string;
  readonly blob: Blob;
};

type Row<T> = { readonly key: string; readonly personId: string; readonly value: T };

interface Schema extends DBSchema {
  outbox: {
    key: string;
    value: Row<OutboxEntry> & { readonly order: number };
    indexes: { personId: string; order: number };
  };
  files: { key: [owner: string, id: string]; value: StoredFile; indexes: { owner: string; personId: string } };
  /** Validated by its reader. */
  windows: { key: string; value: Row<unknown>; indexes: { personId: string } };
}

export type Database = IDBPDatabase<Schema>;

/** Layouts so far: 1. A new one adds a step to `upgrade` and a test that starts from the one before. */
const VERSION = 1;

let opening: Promise<Database> | undefined;

/** Opens it, once a tab. Rejects where the browser refuses. */
export function openDatabase(): Promise<Database> {
  opening ??= open().catch((error) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

function open(): Promise<Database> {
  const forget = () => {
    opening = undefined;
  };
  return openDB<Schema>("flack", VERSION, {
    upgrade(database) {
      const outbox = database.createObjectStore("outbox", { keyPath: "key" });
      outbox.createIndex("personId", "personId");
      outbox.createIndex("order", "order");
      const files = database.createObjectStore("files", { keyPath: ["owner", "id"] });
      files.createIndex("owner", "owner");
      files.createIndex("personId", "personId");
      database.createObjectStore("windows", { keyPath: "key" }).createIndex("personId", "personId");
    },
    // A newer version of the app opens it in another tab.
    blocking(_, __, { target }) {
      if (target instanceof IDBDatabase) target.close();
      forget();
    },
    terminated: forget,
  });
}
