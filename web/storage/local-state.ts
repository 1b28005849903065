/**
 * What this device keeps in small pieces of a person: who one is, where one was, drafts, what was read.
 * Keyed by person and epoch, so that nothing meets another person or a channel made again.
 * What a browser refuses to store is kept in memory, and the page says so.
 */
import * as v from "valibot";
import { SiteAnswer } from "../../worker/protocol/answers.ts";
import { Person } from "../../worker/protocol/things.ts";
import { listOf } from "../../worker/protocol/wire.ts";
import { openBroadcast } from "./broadcast.ts";
import { notePersistenceFailure } from "./storage-failure.ts";

const PREFIX = "flack.";
const PERSON = `${PREFIX}person`;
const SITE = `${PREFIX}site`;
type Site = v.InferOutput<typeof SiteAnswer>;
/** A message, what it is to say, as it is typed, and what it said when that was begun. */
const Edit = v.object({ id: v.string(), text: v.string(), from: v.string() });
export type Edit = Readonly<v.InferOutput<typeof Edit>>;
/** What was begun and not sent: a draft, or the rewrite of a message. */
export type Unsaid = {
  readonly key: string;
  readonly kind: "draft" | "edit";
  readonly epoch: string;
  readonly text: string;
};
/** Words of an earlier version, which only the person can place. */
const Rescued = v.object({ key: v.string(), text: v.string(), fileNames: listOf(v.string()) });
export type Rescued = Readonly<v.InferOutput<typeof Rescued>>;
const RESCUED = `${PREFIX}rescued`;
const HUES = `${PREFIX}device.hues`;
/** People whose hues are kept: those met last. */
const HUES_MAX = 500;
const CLOSED_SECTIONS = `${PREFIX}closed`;
/** What another tab has changed: `person`, or what is kept of a person (`draft`, `edit`, `read`, …), of a channel where it belongs to one. */
export type LocalChange = { readonly kind: string; readonly epoch?: string };
/** Conversations the switcher begins with. */
const RECENT_MAX = 8;

/** What changes here is told to the other tabs with its value: storage of another process may show it only later. */
const tabs = openBroadcast("flack");
/** What other tabs have told, and what could not be stored: it goes before what is stored. */
const held = new Map<string, string>();

export const localState = {
  /** Who was signed in here last. The cookie decides; this only spares the first screen a wait. */
  person(): Person | undefined {
    const parsed = v.safeParse(Person, parse(read(PERSON)));
    return parsed.success ? parsed.output : undefined;
  },
  keepPerson(person: Person): void {
    write(PERSON, JSON.stringify(person));
  },

  /** What the site said of itself last: known also without a connection. */
  site(): Site | undefined {
    const parsed = v.safeParse(SiteAnswer, parse(read(SITE)));
    return parsed.success ? parsed.output : undefined;
  },
  keepSite(site: Site): void {
    write(SITE, JSON.stringify(site));
  },

  /** The path of the conversation that was open last. */
  place(personId: string): string | undefined {
    return read(keyOf(personId, "place"));
  },
  keepPlace(personId: string, path: string): void {
    write(keyOf(personId, "place"), path);
  },

  /** The sections of the rail that are closed on this device. */
  closedSections(): readonly string[] {
    return (read(CLOSED_SECTIONS) ?? "").split(",").filter(Boolean);
  },
  keepClosedSections(names: readonly string[]): void {
    write(CLOSED_SECTIONS, names.join(","));
  },

  /** The hue of each person that was met on this device. */
  hues(): readonly (readonly [personId: string, hue: number])[] {
    const pairs = (read(HUES) ?? "").split(" ").filter(Boolean);
    return pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), Number(pair.slice(pair.indexOf("=") + 1))]);
  },
  keepHues(hues: ReadonlyMap<string, number>): void {
    const newest = [...hues].slice(-HUES_MAX);
    write(HUES, newest.map((pair) => pair.join("=")).join(" "));
  },

  /** The conversations one was in lately, newest first. */
  recents(personId: string): readonly string[] {
    return (read(keyOf(personId, "recents")) ?? "").split(" ").filter(Boolean);
  },
  keepRecent(personId: string, channelId: string): void {
    const recents = [channelId, ...localState.recents(personId).filter((id) => id !== channelId)].slice(0, RECENT_MAX);
    write(keyOf(personId, "recents"), recents.join(" "));
  },

  draft(personId: string, epoch: string): string {
    return read(keyOf(personId, "draft", epoch)) ?? "";
  },
  keepDraft(personId: string, epoch: string, text: string): void {
    write(keyOf(personId, "draft", epoch), text);
  },

  /** What a conversation was called when it was opened last: told once it is gone and something was begun in it. */
  title(personId: string, epoch: string): string | undefined {
    return read(keyOf(personId, "title", epoch));
  },
  keepTitle(personId: string, epoch: string, title: string): void {
    if (localState.title(personId, epoch) !== title) write(keyOf(personId, "title", epoch), title);
  },

  /** The rewrite of a message of this channel that was begun last, and is not saved yet. */
  edit(personId: string, epoch: string): Edit | undefined {
    const parsed = v.safeParse(Edit, parse(read(keyOf(personId, "edit", epoch))));
    return parsed.success ? parsed.output : undefined;
  },
  keepEdit(personId: string, epoch: string, edit: Edit | undefined): void {
    write(keyOf(personId, "edit", epoch), edit ? JSON.stringify(edit) : "");
  },

  /** The message that the draft of this channel replies to. */
  reply(personId: string, epoch: string): string | undefined {
    return read(keyOf(personId, "reply", epoch));
  },
  keepReply(personId: string, epoch: string, id: string): void {
    write(keyOf(personId, "reply", epoch), id);
  },

  /** Everything a person has begun to write: drafts, and rewrites of messages. */
  unsaid(personId: string): readonly Unsaid[] {
    return (["draft", "edit"] as const).flatMap((kind) =>
      epochsOf(personId, kind).flatMap((epoch) => {
        const text = kind === "draft" ? localState.draft(personId, epoch) : localState.edit(personId, epoch)?.text;
        return !text ? [] : [{ key: keyOf(personId, kind, epoch), kind, epoch, text }];
      }),
    );
  },

  /** The number of the newest message read here, `undefined` in a channel never seen. */
  read(personId: string, epoch: string): number | undefined {
    const kept = read(keyOf(personId, "read", epoch));
    return kept === undefined ? undefined : Number(kept) || 0;
  },
  keepRead(personId: string, epoch: string, seq: number): void {
    write(keyOf(personId, "read", epoch), String(seq));
  },

  /** By epoch: what was read here and the server was not told yet. */
  unreported(personId: string): readonly (readonly [epoch: string, seq: number])[] {
    return epochsOf(personId, "unreported").flatMap((epoch) => {
      const seq = Number(read(keyOf(personId, "unreported", epoch)));
      return seq > 0 ? [[epoch, seq] as const] : [];
    });
  },
  keepUnreported(personId: string, epoch: string, seq: number | undefined): void {
    write(keyOf(personId, "unreported", epoch), seq === undefined ? "" : String(seq));
  },

  /** Words that an earlier version of the app left on this device. */
  rescued(): readonly Rescued[] {
    const parsed = v.safeParse(v.array(Rescued), parse(read(RESCUED)));
    return parsed.success ? parsed.output : [];
  },
  /** Adds to them. Throws where it cannot be stored: then nothing of the earlier version may be deleted. */
  keepRescued(more: readonly Rescued[]): void {
    const keys = new Set(more.map(({ key }) => key));
    const all = [...localState.rescued().filter(({ key }) => !keys.has(key)), ...more];
    if (all.length > 0) localStorage.setItem(RESCUED, JSON.stringify(all));
  },
  dropRescued(key: string): void {
    const left = localState.rescued().filter((one) => one.key !== key);
    write(RESCUED, left.length > 0 ? JSON.stringify(left) : "");
  },

  /** Forgets of channels that are not among these how far they were read, what was replied to, and their titles if nothing was begun. */
  prune(personId: string, epochs: ReadonlySet<string>): void {
    const begun = new Set([...epochs, ...localState.unsaid(personId).map(({ epoch }) => epoch)]);
    for (const kind of ["read", "reply", "unreported", "title"]) {
      const kept = kind === "title" ? begun : epochs;
      for (const epoch of epochsOf(personId, kind)) if (!kept.has(epoch)) write(keyOf(personId, kind, epoch), "");
    }
  },

  /** Calls back when another tab of this device has changed something here. */
  onOtherTabs(changed: (change: LocalChange) => void): void {
    tabs.addEventListener("message", ({ data: [key, value] }: MessageEvent<readonly [string, string]>) => {
      held.set(key, value);
      const [, kind = "person", epoch] = key.slice(PREFIX.length).split(".");
      changed({ kind, ...(epoch !== undefined && { epoch }) });
    });
  },

  /** Forgets everything of a person. */
  wipe(personId: string): void {
    const own = keyOf(personId, "");
    for (const key of allKeys()) if (key.startsWith(own)) write(key, "");
    if (localState.person()?.id === personId) write(PERSON, "");
    write(SITE, "");
    write(HUES, "");
  },
};

function keyOf(personId: string, ...about: readonly string[]): string {
  return [PREFIX + personId, ...about].join(".");
}

function read(key: string): string | undefined {
  if (held.has(key)) return held.get(key) || undefined;
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined; // storage is refused: nothing is there from before
  }
}

function write(key: string, value: string): void {
  try {
    if (value === "") localStorage.removeItem(key);
    else localStorage.setItem(key, value);
    held.delete(key);
  } catch (error) {
    held.set(key, value);
    if (value !== "") notePersistenceFailure(error);
  }
  tabs.postMessage([key, value]);
}

/** The channels, by epoch, of which something of this kind is kept. */
function epochsOf(personId: string, kind: string): readonly string[] {
  const prefix = `${keyOf(personId, kind)}.`;
  return allKeys().flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));
}

function allKeys(): readonly string[] {
  try {
    return [...new Set([...Object.keys(localStorage), ...held.keys()])];
  } catch {
    return [...held.keys()]; // storage is refused
  }
}

function parse(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? "null");
  } catch {
    return null; // not written by this app
  }
}
