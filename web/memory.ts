/**
 * What this device keeps in small pieces of a person: who one is, where one was, drafts, what was read.
 * Keyed by person and epoch, so that nothing meets another person or a channel made again.
 * A browser that refuses storage is a browser that forgets; nothing else changes.
 */
import * as v from "valibot";
import { Person } from "../worker/frames.ts";

const PREFIX = "flack.";
const PERSON = `${PREFIX}person`;
/** Conversations the switcher begins with. */
const RECENT_MAX = 8;

/** What changes here is told to the other tabs with its value: storage of another process may show it only later. */
const tabs = new BroadcastChannel("flack");
const heard = new Map<string, string>();

export const memory = {
  /** Who was signed in here last. The cookie decides; this only spares the first screen a wait. */
  person(): Person | undefined {
    const parsed = v.safeParse(Person, parse(read(PERSON)));
    return parsed.success ? parsed.output : undefined;
  },
  keepPerson(person: Person): void {
    write(PERSON, JSON.stringify(person));
  },

  /** The path of the conversation that was open last. */
  place(personId: string): string | undefined {
    return read(keyOf(personId, "place"));
  },
  keepPlace(personId: string, path: string): void {
    write(keyOf(personId, "place"), path);
  },

  /** The conversations one was in lately, newest first. */
  recents(personId: string): readonly string[] {
    return (read(keyOf(personId, "recents")) ?? "").split(" ").filter(Boolean);
  },
  keepRecent(personId: string, channelId: string): void {
    const recents = [channelId, ...memory.recents(personId).filter((id) => id !== channelId)].slice(0, RECENT_MAX);
    write(keyOf(personId, "recents"), recents.join(" "));
  },

  draft(personId: string, epoch: string): string {
    return read(keyOf(personId, "draft", epoch)) ?? "";
  },
  keepDraft(personId: string, epoch: string, text: string): void {
    write(keyOf(personId, "draft", epoch), text);
  },

  /** The number of the newest message read here, `undefined` in a channel never seen. */
  read(personId: string, epoch: string): number | undefined {
    const kept = read(keyOf(personId, "read", epoch));
    return kept === undefined ? undefined : Number(kept) || 0;
  },
  keepRead(personId: string, epoch: string, seq: number): void {
    write(keyOf(personId, "read", epoch), String(seq));
  },

  /** Calls back when another tab of this device has changed something here. */
  onOtherTabs(changed: () => void): void {
    tabs.addEventListener("message", ({ data: [key, value] }: MessageEvent<readonly [string, string]>) => {
      heard.set(key, value);
      changed();
    });
  },

  /** Forgets everything of a person. */
  wipe(personId: string): void {
    try {
      const own = keyOf(personId, "");
      for (const key of Object.keys(localStorage)) if (key.startsWith(own)) write(key, "");
      if (memory.person()?.id === personId) write(PERSON, "");
    } catch (error) {
      console.warn("storage is not to be had", error);
    }
  },
};

function keyOf(personId: string, ...about: readonly string[]): string {
  return [PREFIX + personId, ...about].join(".");
}

function read(key: string): string | undefined {
  try {
    return heard.get(key) || (heard.has(key) ? undefined : (localStorage.getItem(key) ?? undefined));
  } catch {
    return undefined; // storage is refused: nothing is remembered
  }
}

function write(key: string, value: string): void {
  try {
    if (value === "") localStorage.removeItem(key);
    else localStorage.setItem(key, value);
    heard.delete(key);
    tabs.postMessage([key, value]);
  } catch (error) {
    console.warn("storage is not to be had", error);
  }
}

function parse(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? "null");
  } catch {
    return null; // somebody else wrote it: as good as nothing
  }
}
