/**
 * What this person said and the server has not confirmed: kept on the device until it is.
 * Sends, edits and deletions of one conversation go out one at a time, in the order they were made,
 * and may be delivered twice without harm: the server knows a message by its id.
 * A message may be held until its files are uploaded; what is sent after it in its conversation waits for it.
 * Each tab sends its own; what a closed tab left is taken over by one that lives. It knows no socket and no fetch.
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { createStore, delMany, entries as readEntries, set } from "idb-keyval";
import type { Attachment } from "../../worker/protocol/frames.ts";
import { notePersistenceFailure } from "../storage/storage-failure.ts";
import { newId } from "./ids.ts";

/** What is to be done about the message with the entry's id. */
export type Intent =
  | {
      readonly kind: "send";
      readonly text: string;
      readonly replyTo?: string;
      /** Uploaded by now. */
      readonly attachments?: readonly Attachment[];
      /** Not to go out yet: its files are being uploaded, or what its shortcodes mean is not known yet. */
      readonly held?: { readonly fileNames: readonly string[] };
    }
  | { readonly kind: "edit"; readonly text: string }
  | { readonly kind: "delete" }
  | { readonly kind: "react"; readonly emoji: string; readonly on: boolean };

/** An entry as it is made. */
export type NewEntry = Intent & {
  /** The message's id. */
  readonly id: string;
  readonly personId: string;
  readonly epoch: string;
  readonly channelId: string;
  readonly madeAt: number;
  /** Goes out no earlier (ms): a deletion may be undone until then. */
  readonly dueAt: number;
};

export type OutboxEntry = NewEntry & {
  /** The tab that sends it. */
  readonly tab: string;
  /** Finally refused: waits for the person to say what becomes of it. */
  readonly failure?: { readonly code: string; readonly detail: string };
};

/** What has been entered already is replaced by what is meant now: an edit by a later one, a reaction by taking it back. */
export type EntryName = { readonly id: string; readonly kind: OutboxEntry["kind"]; readonly emoji?: string };

/**
 * What a delivery came to. `later`: nothing was stored, and it is tried again after `waitMs`;
 * `offline`: nothing is known, and it is tried again on the next `pump`.
 */
export type Delivery =
  | { readonly kind: "done" }
  | { readonly kind: "offline" }
  | { readonly kind: "later"; readonly waitMs: number }
  | { readonly kind: "refused"; readonly code: string; readonly detail: string };

export type Outbox = {
  /** All entries of this tab's person that this tab sends, oldest first. */
  readonly entries: ReadonlySignal<readonly OutboxEntry[]>;
  /** Begins to keep the entries of a person, and takes over what tabs that closed until now left. May be repeated. */
  open(personId: string): Promise<void>;
  add(entry: NewEntry): void;
  /** A held message is ready, and goes out as it is now. Where it was taken back meanwhile, nothing happens. */
  release(id: string, ready: { readonly text: string; readonly attachments: readonly Attachment[] }): void;
  /** Marks an entry as refused for good: it waits for the person. */
  fail(entry: EntryName, failure: { readonly code: string; readonly detail: string }): void;
  /** Takes an entry back: discarded, undone, or confirmed. */
  remove(entry: EntryName): void;
  /** Tries a failed entry again. */
  retry(id: string): void;
  /** Sends whatever is due; called when there may be a way again. */
  pump(): void;
  /** Forgets all entries of a person, on this device. */
  wipe(personId: string): Promise<void>;
};

const database = createStore("flack-outbox-v2", "entries");

/** `deliver` sends one entry by whatever way there is. `adopted` is called with each held message that a closed tab has left. */
export function createOutbox(
  deliver: (entry: OutboxEntry) => Promise<Delivery>,
  adopted: (entry: OutboxEntry & { readonly kind: "send" }) => void = () => {},
): Outbox {
  const tab = newId();
  const all = signal<readonly OutboxEntry[]>([]);
  const inFlight = new Set<string>();
  const awaited = new Set<string>();
  let owner: string | undefined;
  holdTab(tab);

  function keep(entry: OutboxEntry): Promise<void> {
    // One that is there keeps its place among those of the same moment.
    const isThere = all.value.some((other) => isSame(other, entry));
    const next = isThere ? all.value.map((other) => (isSame(other, entry) ? entry : other)) : [...all.value, entry];
    all.value = next.sort((a, b) => a.madeAt - b.madeAt);
    return stored(() => set(keyOf(entry), entry, database));
  }

  function drop(entry: EntryName): void {
    if (!all.value.some((other) => isSame(other, entry))) return;
    all.value = all.value.filter((other) => !isSame(other, entry));
    void stored(() => delMany([keyOf(entry)], database));
  }

  function pump(): void {
    for (const epoch of new Set(all.value.map((entry) => entry.epoch))) {
      if (!inFlight.has(epoch)) void drain(epoch);
    }
  }

  /** There is no `await` between finding nothing and saying so: what is added meanwhile is not overlooked. */
  async function drain(epoch: string): Promise<void> {
    inFlight.add(epoch);
    try {
      for (let entry = nextDue(epoch); entry; entry = nextDue(epoch)) {
        const delivery = await deliver(entry);
        if (delivery.kind === "offline") break;
        if (delivery.kind === "later") await new Promise((resolve) => setTimeout(resolve, delivery.waitMs));
        else finish(entry, delivery);
      }
    } finally {
      inFlight.delete(epoch);
    }
  }

  function nextDue(epoch: string): OutboxEntry | undefined {
    const now = Date.now();
    const unsent = all.value.filter((entry) => entry.epoch === epoch && !entry.failure);
    const firstHeld = unsent.findIndex(isHeld);
    // What a person sends keeps its order: behind a held message wait those that were sent after it.
    const waiting = unsent.filter((entry, at) => firstHeld < 0 || at < firstHeld || entry.kind !== "send");
    const due = waiting.find(({ dueAt }) => dueAt <= now);
    if (!due && waiting.length > 0) setTimeout(pump, Math.min(...waiting.map(({ dueAt }) => dueAt)) - now);
    return due;
  }

  function finish(entry: OutboxEntry, delivery: Exclude<Delivery, { kind: "offline" | "later" }>): void {
    const held = all.value.find((other) => isSame(other, entry));
    if (held && held.madeAt !== entry.madeAt) return; // edited once more meanwhile: the newer one is still to go
    const isDone =
      delivery.kind === "done" ||
      delivery.code === "already_sent" ||
      entry.kind === "react" || // refused, it is simply not there: nobody needs to be asked about it
      (entry.kind !== "send" && delivery.code === "not_found"); // it was deleted or left the window: gone is gone
    if (isDone) drop(entry);
    else if (held) void keep({ ...entry, failure: { code: delivery.code, detail: delivery.detail } });
  }

  /** Waits for each other tab that left entries to be gone, then takes them over; of several waiting tabs one gets them. */
  async function adopt(personId: string): Promise<void> {
    const tabs = new Set((await entriesOf(personId)).map((entry) => entry.tab));
    for (const other of tabs) {
      if (other === tab || awaited.has(other)) continue;
      awaited.add(other);
      void whenGone(other, async () => {
        awaited.delete(other);
        const left = (await entriesOf(personId)).filter((entry) => entry.tab === other && owner === personId);
        // The lock is held until they are this tab's on disk too: the next tab that waits for it finds none.
        await Promise.all(left.map((entry) => keep({ ...entry, tab })));
        for (const entry of left) if (entry.kind === "send" && entry.held) adopted(entry);
        pump();
      });
    }
  }

  return {
    entries: computed(() => all.value.filter((entry) => entry.personId === owner)),
    async open(personId) {
      const isFirst = owner !== personId;
      owner = personId;
      all.value = all.value.filter((entry) => entry.personId === personId);
      // Without locks nobody can tell which tabs are gone: this one takes over what is there when it begins, and no more.
      if (isFirst || navigator.locks) await adopt(personId);
    },
    add(entry) {
      void keep({ ...entry, tab });
      pump();
    },
    release(id, { text, attachments }) {
      const entry = all.value.find((other) => other.id === id && other.kind === "send");
      if (entry?.kind !== "send") return;
      const { held: _, attachments: __, ...words } = entry;
      if (text === "" && attachments.length === 0) return drop(entry); // all its files were taken away
      void keep({ ...words, text, ...(attachments.length > 0 && { attachments }) });
      pump();
    },
    fail(entry, failure) {
      const held = all.value.find((other) => isSame(other, entry));
      if (held) void keep({ ...held, failure });
      pump(); // what waited behind it
    },
    remove(entry) {
      drop(entry);
      pump(); // likewise
    },
    retry(id) {
      const entry = all.value.find((other) => other.id === id && other.failure);
      const next = entry && withoutRefused(entry);
      if (!next) return;
      void keep(next);
      pump();
    },
    pump,
    async wipe(personId) {
      all.value = all.value.filter((entry) => entry.personId !== personId);
      await stored(async () => delMany((await entriesOf(personId)).map(keyOf), database));
    },
  };
}

function isHeld(entry: OutboxEntry): boolean {
  return entry.kind === "send" && entry.held !== undefined;
}

/** An entry to be tried again: without what it was refused for, where it can do without. `undefined`: nothing would be left of it. */
function withoutRefused({ failure, ...entry }: OutboxEntry): OutboxEntry | undefined {
  if (entry.kind !== "send") return entry;
  if (failure?.code === "upload") return entry; // still held: its files are on their way again
  const { replyTo, attachments, held, ...words } = entry;
  if (held && entry.text === "") return undefined;
  if (failure?.code === "invalid_reply") return { ...words, ...(attachments && { attachments }) };
  const isWithoutFiles = failure?.code === "invalid_attachment" || failure?.code === "interrupted";
  return isWithoutFiles && entry.text !== "" ? { ...words, ...(replyTo !== undefined && { replyTo }) } : entry;
}

/** Without storage there is nothing from before. */
async function entriesOf(personId: string): Promise<OutboxEntry[]> {
  try {
    const rows = await readEntries<string, OutboxEntry>(database);
    return rows.map(([, entry]) => entry).filter((entry) => entry.personId === personId);
  } catch (error) {
    notePersistenceFailure(error);
    return [];
  }
}

/** A lock that lives as long as this tab: others see by it that the tab is gone. */
function holdTab(tab: string): void {
  void navigator.locks?.request(tabLock(tab), () => new Promise(() => {}));
}

/**
 * Runs `work` once another tab is gone, which its lock tells. Plain http has no locks: there the work is done at once. What two tabs
 * then send is one message by its id, and it is done in both when it has come.
 */
async function whenGone(tab: string, work: () => Promise<void>): Promise<void> {
  if (navigator.locks) await navigator.locks.request(tabLock(tab), work);
  else await work();
}

function tabLock(tab: string): string {
  return `flack-tab-${tab}`;
}

function keyOf({ id, kind, emoji = "" }: EntryName): string {
  return `${kind}:${id}${emoji}`;
}

function isSame(a: EntryName, b: EntryName): boolean {
  return keyOf(a) === keyOf(b);
}

/** A device that cannot store still sends; what it cannot do is remember over a reload, and it says so. */
async function stored(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    notePersistenceFailure(error);
  }
}
