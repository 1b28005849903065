/**
 * Meets what version 0.1 left on this device, once, before anybody is asked who one is: the server knows nothing of it any more.
 * Words become *Unsent messages*, choices stay, everything else is deleted.
 */
import { clear, createStore, entries } from "idb-keyval";
import * as v from "valibot";
import { memory, type Rescued } from "./memory.ts";

const VERSION_KEY = "flack.version";
const VERSION = "2";
/** Keys of a person: `flack.<id>.…`. Choices have no dot after the prefix. */
const PERSONAL_KEY = /^flack\.(?:person$|[\w-]{16,32}\.)/;
const WORDS_KEY = /^flack\.[\w-]{16,32}\.(draft|edit)\./;

const Edit = v.object({ text: v.string() });
/** A message or a rewrite in the outbox. Its files are named once they are uploaded, or while it waits for them. */
const Written = v.object({
  kind: v.picklist(["send", "edit"]),
  id: v.string(),
  text: v.string(),
  attachments: v.exactOptional(v.array(v.object({ name: v.string() }))),
  held: v.exactOptional(v.object({ fileNames: v.array(v.string()) })),
});

/**
 * Does nothing on a device of this version, or where the browser stores nothing. Words are kept before anything is deleted. The
 * databases have other names today: what is deleted is never of this version.
 */
export async function upgrade(): Promise<void> {
  try {
    if (localStorage.getItem(VERSION_KEY) === VERSION) return;
    // Before anything is awaited: nobody signs in meanwhile as a person who is no more.
    memory.keepRescued(words());
    for (const key of Object.keys(localStorage)) if (PERSONAL_KEY.test(key)) localStorage.removeItem(key);
    const outbox = createStore("flack-outbox", "entries");
    memory.keepRescued(await unsent(outbox));
    await clear(outbox);
    await clear(createStore("flack-kept", "entries"));
    localStorage.setItem(VERSION_KEY, VERSION);
  } catch (error) {
    console.warn("what an earlier version left here could not be read", error); // it is tried again at the next start
  }
}

/** Drafts and rewrites that were begun. */
function words(): readonly Rescued[] {
  return Object.keys(localStorage).flatMap((key) => {
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
async function unsent(outbox: ReturnType<typeof createStore>): Promise<readonly Rescued[]> {
  return (await entries(outbox)).flatMap(([, value]) => {
    const parsed = v.safeParse(Written, value);
    if (!parsed.success) return [];
    const { kind, id, text, attachments = [], held } = parsed.output;
    const fileNames = held?.fileNames ?? attachments.map(({ name }) => name);
    return [{ key: `${kind}:${id}`, text, fileNames }];
  });
}
