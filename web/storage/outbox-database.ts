/** The rows of the outbox in the database, and the notes that a closed page has left. It comes with the parts of a conversation. */
import * as v from "valibot";
import { Attachment } from "../../worker/protocol/things.ts";
import { listOf } from "../../worker/protocol/wire.ts";
import { keyOf, type OutboxEntry } from "../state/outbox-entry.ts";
import { openDatabase } from "./database.ts";
import { DELETED, dropNote, noteOf, notePrefix, type OwnedEntry } from "./outbox-notes.ts";
import { attempt } from "./storage-failure.ts";

const any = {
  id: v.string(),
  personId: v.string(),
  epoch: v.string(),
  channelId: v.string(),
  madeAt: v.number(),
  order: v.number(),
  revision: v.number(),
  tab: v.string(),
  failure: v.exactOptional(v.object({ code: v.string(), detail: v.string() })),
};
const Entry = v.variant("kind", [
  v.object({
    ...any,
    kind: v.literal("send"),
    text: v.string(),
    replyTo: v.exactOptional(v.string()),
    attachments: v.exactOptional(listOf(Attachment)),
    held: v.exactOptional(v.object({ fileNames: listOf(v.string()) })),
  }),
  v.object({ ...any, kind: v.literal("edit"), text: v.string() }),
  v.object({ ...any, kind: v.literal("delete"), isUndoable: v.exactOptional(v.boolean()) }),
  v.object({ ...any, kind: v.literal("react"), emoji: v.string(), on: v.boolean() }),
]);

/**
 * Writes an entry and answers with what the row is then: a new one has its place after all others, which it keeps. With a `note` it is
 * not written once it was deleted; the answer is `undefined` then. `isLeft`: a closed page has left the note. What was noted or written
 * since stays.
 */
export async function writeRow(entry: OutboxEntry, note?: string, isLeft = false): Promise<OutboxEntry | undefined> {
  const key = keyOf(entry);
  const transaction = (await openDatabase()).transaction("outbox", "readwrite");
  const held = await transaction.store.get(key);
  const last = await transaction.store.index("order").openKeyCursor(null, "prev");
  const order = held?.order ?? Math.max(entry.order, (Number(last?.key) || 0) + 1);
  const noted = note === undefined ? undefined : noteOf(entry);
  const isDeleted = noted === null || noted === DELETED;
  const isNewer = noted !== note || (held?.value.revision ?? 0) > entry.revision;
  const isWanted = !isDeleted && !(isLeft && isNewer);
  const value = { ...entry, order };
  if (isWanted) await transaction.store.put({ key, personId: entry.personId, order, value });
  await transaction.done;
  if (note !== undefined) dropNote(entry, note);
  return isWanted ? value : undefined;
}

/** Deletes an entry, with the files that were kept for it; where `isNotedOnly`, only as long as it is noted. */
export async function deleteRow(entry: OwnedEntry, isNotedOnly = false): Promise<void> {
  const transaction = (await openDatabase()).transaction(["outbox", "files"], "readwrite");
  const files = transaction.objectStore("files");
  const owned = entry.kind === "send" ? await files.index("owner").getAllKeys(entry.id) : [];
  if (!isNotedOnly || noteOf(entry) === DELETED) {
    await transaction.objectStore("outbox").delete(keyOf(entry));
    for (const key of owned) await files.delete(key);
  }
  await transaction.done;
}

/** A person's entries, in order. What a closed page has left as a note is written first; `wrote` hears of each. */
export async function readRows(personId: string, wrote: (entry: OutboxEntry) => void): Promise<readonly OutboxEntry[]> {
  await Promise.all(
    readNotes(personId).map((left) =>
      attempt(async () => {
        if (left.entry) {
          const written = await writeRow(left.entry, left.note, true);
          if (written) wrote(written);
        } else {
          await deleteRow(left, true);
          dropNote(left, DELETED);
        }
      }),
    ),
  );
  const rows = await attempt(async () => (await openDatabase()).getAllFromIndex("outbox", "personId", personId));
  const entries = new Map((rows ?? []).map(({ key, value }) => [key, value]));
  // What the database has refused.
  for (const left of readNotes(personId)) {
    const key = keyOf(left);
    if (!left.entry) entries.delete(key);
    else if (left.entry.revision > (entries.get(key)?.revision ?? -1)) entries.set(key, left.entry);
  }
  return [...entries.values()].sort((a, b) => a.order - b.order);
}

/** A note, and its entry unless that is to be deleted. */
type Left = OwnedEntry & { readonly note: string; readonly entry?: OutboxEntry };

/** What is noted of a person, in the order of the entries. */
function readNotes(personId: string): readonly Left[] {
  const prefix = notePrefix(personId);
  try {
    const left = Object.entries<string>(localStorage).flatMap(([key, note]): Left[] => {
      if (!key.startsWith(prefix)) return [];
      const [kind = "", id = ""] = key.slice(prefix.length).split(":", 2);
      if (isKind(kind) && note === DELETED) return [{ personId, kind, id, note }];
      const entry = entryOf(note);
      // What this version cannot read is left to the one that wrote it.
      return entry?.personId === personId ? [{ personId, kind: entry.kind, id, note, entry }] : [];
    });
    return left.sort((a, b) => (a.entry?.order ?? 0) - (b.entry?.order ?? 0));
  } catch {
    return []; // the browser refuses it: nothing was noted
  }
}

function isKind(kind: string): kind is OutboxEntry["kind"] {
  return ["send", "edit", "delete", "react"].includes(kind);
}

function entryOf(note: string): OutboxEntry | undefined {
  try {
    const parsed = v.safeParse(Entry, JSON.parse(note));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
