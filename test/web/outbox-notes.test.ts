/** Notes of the outbox: what a page has left that was gone before the database had it, and only that. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { NewEntry, OutboxEntry } from "../../web/state/outbox-entry.ts";
import { openDatabase } from "../../web/storage/database.ts";
import { deleteRows } from "../../web/storage/delete-rows.ts";
import { writeRow } from "../../web/storage/outbox-database.ts";
import { createOutboxRows } from "../../web/storage/outbox-rows.ts";
import { clearDatabase, Device, type DeviceTab, storedIds } from "./device.ts";

const OFFLINE = { kind: "offline" } as const;
const DONE = { kind: "done" } as const;

let device: Device;
const tabs: DeviceTab[] = [];

async function openTab(deliver: (entry: OutboxEntry) => Promise<typeof OFFLINE | typeof DONE>): Promise<DeviceTab> {
  const tab = device.open(deliver);
  tabs.push(tab);
  await tab.outbox.open("ada");
  return tab;
}

function entry(id: string, text = id): NewEntry {
  return { kind: "send", text, id, personId: "ada", epoch: "e1", channelId: "general", madeAt: 1 };
}

function row(id: string, about: Partial<OutboxEntry> = {}): OutboxEntry {
  return { ...entry(id), order: 1, revision: 1, tab: "tab", ...about } as OutboxEntry;
}

const notes = (): readonly string[] => Object.keys(localStorage).filter((key) => key.includes(".outbox."));

/** The database takes nothing until `mockRestore`. */
function refuseRows() {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  return vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
    throw new DOMException("There is no room.", "QuotaExceededError");
  });
}

beforeEach(async () => {
  device = new Device();
  await clearDatabase();
});

afterEach(() => {
  vi.restoreAllMocks();
  for (const tab of tabs.splice(0)) tab.close();
});

test("what the database never wrote is there in the next tab, in order, goes out once, and leaves nothing behind", async () => {
  const refused = refuseRows();
  const first = await openTab(async () => OFFLINE);
  for (const id of ["2", "10", "1", "undone"]) first.outbox.add(entry(id));
  first.outbox.remove({ id: "undone", kind: "send" });
  await vi.waitFor(() => expect(notes()).toHaveLength(3));
  expect(await storedIds()).toEqual([]);
  first.close();
  // A browser lists what it stores in an order of its own.
  const [oldest = ""] = notes();
  const words = localStorage.getItem(oldest) ?? "";
  localStorage.removeItem(oldest);
  localStorage.setItem(oldest, words);
  refused.mockRestore();
  const delivered: string[] = [];
  const second = await openTab(async ({ id }) => {
    delivered.push(id);
    return DONE;
  });
  second.outbox.take();
  await vi.waitFor(() => expect(second.outbox.entries.value).toEqual([]));
  await vi.waitFor(async () => expect(await storedIds()).toEqual([]));
  await vi.waitFor(() => expect(notes()).toEqual([]));
  expect(delivered).toEqual(["2", "10", "1"]);
});

test("where the database still refuses, it is shown and goes out all the same", async () => {
  refuseRows();
  const first = await openTab(async () => OFFLINE);
  first.outbox.add(entry("1"));
  await vi.waitFor(() => expect(notes()).toHaveLength(1));
  first.close();
  const second = await openTab(async () => OFFLINE);
  expect(second.outbox.entries.value.map(({ id }) => id)).toEqual(["1"]);
});

test("what was confirmed in one tab does not come back by another that has read its note", async () => {
  const rows = createOutboxRows();
  const refused = refuseRows();
  await rows.put(row("1"));
  refused.mockRestore();
  const [key = ""] = notes();
  const note = localStorage.getItem(key) ?? "";
  await rows.delete({ kind: "send", id: "1", personId: "ada", revision: 1 });
  // The other tab has waited for its database since it read the note.
  expect(await writeRow(row("1"), note, true)).toBeUndefined();
  // So has a page whose own words were deleted before they were written.
  expect(await writeRow(row("1"), note)).toBeUndefined();
  expect(await storedIds()).toEqual([]);
  expect(notes()).toEqual([]);
});

test("the note of an older revision does not take the place of a newer one", async () => {
  const rows = createOutboxRows();
  await rows.put(row("1", { revision: 2, text: "longer" }));
  // The newer one was written without a note: the browser had no room for it.
  localStorage.setItem("flack.ada.outbox.send:1", JSON.stringify(row("1")));
  expect(await rows.read("ada")).toMatchObject([{ revision: 2, text: "longer" }]);
  expect(notes()).toEqual([]);
});

test("what is changed before it was written keeps its place", async () => {
  const rows = createOutboxRows();
  const first = row("1");
  await Promise.all([
    rows.put(first),
    rows.put(row("2", { order: 2 })),
    rows.put({ ...first, revision: 2, failure: { code: "upload", detail: "No connection." } }),
  ]);
  expect(await rows.read("ada")).toMatchObject([{ id: "1", revision: 2 }, { id: "2" }]);
});

test("what was discarded or undone before the database had deleted it stays away", async () => {
  const rows = createOutboxRows();
  await rows.put(row("undone", { kind: "delete", isUndoable: true }));
  const deleting = rows.delete({ kind: "delete", id: "undone", personId: "ada", revision: 1 });
  const [key = ""] = notes(); // at once
  const note = localStorage.getItem(key) ?? "";
  await deleting;
  expect(notes()).toEqual([]);
  // The page was gone before the database had it.
  await rows.put(row("undone", { kind: "delete", isUndoable: true }));
  localStorage.setItem(key, note);
  expect(await storedIds()).toEqual(["undone"]);
  expect(await createOutboxRows().read("ada")).toEqual([]);
  expect(await storedIds()).toEqual([]);
  expect(notes()).toEqual([]);
});

test("what the database refuses to delete stays away, and what is written of it anew is stored", async () => {
  const rows = createOutboxRows();
  await rows.put({ ...row("1"), revision: 3 });
  vi.spyOn(console, "warn").mockImplementation(() => {});
  const refused = vi.spyOn(IDBObjectStore.prototype, "delete").mockImplementation(() => {
    throw new DOMException("There is no room.", "QuotaExceededError");
  });
  await rows.delete({ kind: "send", id: "1", personId: "ada", revision: 3 });
  expect(await storedIds()).toEqual(["1"]);
  expect(await createOutboxRows().read("ada")).toEqual([]);
  refused.mockRestore();
  await rows.put(row("1", { text: "anew" }));
  expect(await createOutboxRows().read("ada")).toMatchObject([{ text: "anew", revision: 1 }]);
});

test("a tab that hears that an entry is gone keeps what it has made of it since", async () => {
  const { outbox } = await openTab(async () => OFFLINE);
  outbox.add({ ...entry("1"), kind: "edit", text: "first" });
  outbox.add({ ...entry("1"), kind: "edit", text: "second" });
  await createOutboxRows().delete({ kind: "edit", id: "1", personId: "ada", revision: 1 });
  // What is posted after it has arrived after it.
  const later = await openTab(async () => OFFLINE);
  later.outbox.add(entry("2"));
  await vi.waitFor(() => expect(outbox.entries.value.map(({ id }) => id)).toContain("2"));
  expect(outbox.entries.value).toMatchObject([{ text: "second" }, { id: "2" }]);
});

test("a note that cannot be read hides no other one", async () => {
  localStorage.setItem("flack.ada.outbox.send:broken", "{");
  localStorage.setItem("flack.ada.outbox.send:1", JSON.stringify(row("1")));
  localStorage.setItem("flack.ada.outbox.send:2", JSON.stringify(row("2", { personId: "bea" })));
  expect(await createOutboxRows().read("ada")).toMatchObject([{ id: "1" }]);
});

test("a person who signs out, and people who are not here any more, leave no note", async () => {
  localStorage.setItem("flack.ada.outbox.send:1", JSON.stringify(row("1")));
  localStorage.setItem("flack.bea.outbox.send:2", JSON.stringify(row("2", { personId: "bea" })));
  await deleteRows(["outbox"], "ada", true);
  expect(notes()).toEqual(["flack.ada.outbox.send:1"]);
  await createOutboxRows().wipe("ada");
  expect(notes()).toEqual([]);
  expect(await (await openDatabase()).count("outbox")).toBe(0);
});
