/**
 * Takes what version 0.1 left on this device: words become *Unsent messages*, choices stay, everything else is deleted.
 * Fetched where something of that version is there.
 */
import { deleteDB, openDB } from "idb";
import * as v from "valibot";
import { localState, type Rescued } from "./local-state.ts";

const PERSON_KEY = "flack.person";
const WORDS_KEY = /^flack\.[\w-]{22}\.(draft|edit)\./;

/** What version 0.1 kept its outbox and its windows in. */
const OLD_DATABASES = ["flack-outbox", "flack-kept"] as const;

const Edit = v.object({ text: v.string() });
/** A message or a rewrite in the outbox. Its files are named once they are uploaded, or while it waits for them. */
const Written = v.object({
  kind: v.picklist(["send", "edit"]),
  id: v.string(),
  text: v.string(),
  attachments: v.exactOptional(v.array(v.object({ name: v.string() }))),
  held: v.exactOptional(v.object({ fileNames: v.array(v.string()) })),
});

/** `keys`: those of people of version 0.1. Words are kept before anything is deleted. The database has another name today. */
export async function rescue(keys: readonly string[], isOldPerson: boolean): Promise<void> {
  localState.keepRescued(words(keys));
  if (isOldPerson) localStorage.removeItem(PERSON_KEY);
  localState.keepRescued(await unsent());
  for (const name of OLD_DATABASES) await deleteDB(name);
  for (const key of keys) localStorage.removeItem(key); // last: while they are there all of it is tried again
}

/** Drafts and rewrites that were begun. */
function words(keys: readonly string[]): readonly Rescued[] {
  return keys.flatMap((key) => {
    const kind = WORDS_KEY.exec(key)?.[1];
    const value = localStorage.getItem(key) ?? "";
    const text = kind === "draft" ? value : kind === "edit" ? textOf(value) : "";
    return text === "" ? [] : [{ key, text, fileNames: [] }];
  });
}

function textOf(edit: string): string {
  try {
    const parsed = v.safeParse(Edit, JSON.parse(edit));
    return parsed.success ? parsed.output.text : "";
  } catch {
    return ""; // not written by Flack
  }
}

/** Messages and rewrites that the server had not confirmed. */
async function unsent(): Promise<readonly Rescued[]> {
  const database = await openDB(OLD_DATABASES[0]);
  const rows: readonly unknown[] = database.objectStoreNames.contains("entries")
    ? await database.getAll("entries")
    : [];
  database.close();
  return rows.flatMap((row) => {
    const parsed = v.safeParse(Written, row);
    if (!parsed.success) return [];
    const { kind, id, text, attachments = [], held } = parsed.output;
    const fileNames = held?.fileNames ?? attachments.map(({ name }) => name);
    return [{ key: `${kind}:${id}`, text, fileNames }];
  });
}
