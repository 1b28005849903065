/**
 * What this person wrote and the server has not confirmed. All tabs of the device share one outbox and show the same; one of them
 * sends. Sends, edits and deletions of one conversation go out one at a time, in the order in which they were made, and may be
 * delivered twice without harm: the server knows a message by its id.
 *
 *   add ──▶ row ──▶ waits for files, shortcodes or the time to undo ──release──▶ due ──deliver──▶ confirmed: the row is gone
 *                        │ the tab that sees to it is gone                        ▲        │
 *                        └──▶ another tab adopts it                               └────────┤ offline, later
 *                                                                                          └──▶ refused: waits for the person
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Attachment } from "../../worker/protocol/things.ts";
import type { DeviceLock } from "../storage/device-lock.ts";
import type { OutboxChange, OutboxRows } from "../storage/outbox-rows.ts";
import {
  type Delivery,
  type EntryName,
  isWaiting,
  keyOf,
  type NewEntry,
  nextDue,
  type OutboxEntry,
  withoutRefused,
} from "./outbox-entry.ts";

export type Outbox = ReturnType<typeof createOutbox>;

type Dependencies = {
  readonly rows: OutboxRows;
  /** Makes the lock of the tab that sends; `granted` is called when this tab is the one. */
  readonly makeLock: (granted: () => void) => DeviceLock;
  /** Names this tab, and says when another one is gone. */
  readonly tab: { readonly id: string; readonly whenGone: (tab: string, work: () => Promise<void>) => Promise<void> };
  /** Sends one entry by whatever transport there is. */
  readonly deliver: (entry: OutboxEntry) => Promise<Delivery>;
  /** This tab sees from now on to an entry that a closed tab has left waiting. */
  readonly adopted: (entry: OutboxEntry) => void;
};

export function createOutbox({ rows, makeLock, tab, deliver, adopted }: Dependencies) {
  const all = signal<readonly OutboxEntry[]>([]);
  const inFlight = new Set<string>();
  /** Epochs that were pumped while one of theirs was in flight. */
  const again = new Set<string>();
  /** Tabs whose end is awaited. */
  const awaited = new Set<string>();
  let owner: string | undefined;
  /** For each reading of the rows that is under way, the keys of entries that are gone since: what is read may still have them. */
  const readings = new Set<Set<string>>();
  const lock = makeLock(() => {
    adoptLeft();
    pump();
  });
  rows.onChange(receive);

  /** What another tab has written. */
  function receive({ personId, put, gone, isWiped }: OutboxChange): void {
    if (personId !== owner) return;
    if (isWiped) all.value = [];
    if (put && put.revision >= (find(put)?.revision ?? 0)) show(put);
    if (gone) {
      noteGone(gone.key);
      all.value = all.value.filter((entry) => keyOf(entry) !== gone.key || entry.revision > gone.revision);
    }
    if (!lock.isHeld()) return;
    adoptLeft();
    pump();
  }

  function noteGone(key: string): void {
    for (const gone of readings) gone.add(key);
  }

  function show(entry: OutboxEntry): void {
    const others = all.value.filter((other) => keyOf(other) !== keyOf(entry));
    all.value = [...others, entry].sort((a, b) => a.order - b.order);
  }

  /** Shown and sent at once; where another tab sends, it hears of the row. */
  async function put(entry: OutboxEntry): Promise<void> {
    show(entry);
    pump();
    const { order } = await rows.put(entry);
    const held = find(entry);
    if (held && held.revision === entry.revision && held.order !== order) show({ ...held, order });
    pump();
  }

  function drop(name: EntryName): void {
    const held = find(name);
    if (!held) return;
    noteGone(keyOf(held));
    all.value = all.value.filter((entry) => entry !== held);
    void rows.delete(held);
    pump(); // what waited behind it
  }

  function find(name: EntryName): OutboxEntry | undefined {
    return all.value.find((entry) => keyOf(entry) === keyOf(name));
  }

  function change<E extends OutboxEntry>(entry: E, about: Partial<E>): void {
    void put({ ...entry, ...about, revision: entry.revision + 1 });
  }

  /** Sends whatever is due, if this is the tab that sends. */
  function pump(): void {
    if (!lock.isHeld()) return;
    for (const epoch of new Set(all.value.map((entry) => entry.epoch))) {
      if (inFlight.has(epoch)) again.add(epoch);
      else void drain(epoch);
    }
  }

  /** There is no `await` between finding nothing and saying so: what is added meanwhile is not overlooked. */
  async function drain(epoch: string): Promise<void> {
    inFlight.add(epoch);
    again.delete(epoch);
    try {
      for (let entry = nextDue(all.value, epoch); entry && lock.isHeld(); entry = nextDue(all.value, epoch)) {
        const delivery = await deliver(entry);
        if (delivery.kind === "offline") break;
        if (delivery.kind === "later") await new Promise((resolve) => setTimeout(resolve, delivery.waitMs));
        else finish(entry, delivery);
      }
    } finally {
      inFlight.delete(epoch);
    }
    // There may be a way again since the last answer was asked for.
    if (again.delete(epoch)) void drain(epoch);
  }

  function finish(entry: OutboxEntry, delivery: Exclude<Delivery, { kind: "offline" | "later" }>): void {
    const held = find(entry);
    if (!held || held.revision !== entry.revision) return; // replaced meanwhile: the newer one is still to go
    const isDone =
      delivery.kind === "done" ||
      delivery.code === "already_sent" ||
      entry.kind === "react" || // refused, it is simply not there
      (entry.kind === "delete" && delivery.code === "not_found"); // it is gone already
    if (isDone) drop(entry);
    else change(held, { failure: { code: delivery.code, detail: delivery.detail } });
  }

  /** Sees to what waits and was made by tabs that are gone. */
  function adoptLeft(): void {
    for (const other of new Set(all.value.filter(isWaiting).map((entry) => entry.tab))) {
      if (other === tab.id || awaited.has(other)) continue;
      awaited.add(other);
      void tab.whenGone(other, async () => {
        awaited.delete(other);
        const left = all.value.filter((entry) => isWaiting(entry) && entry.tab === other);
        await Promise.all(left.map((entry) => put({ ...entry, tab: tab.id, revision: entry.revision + 1 })));
        for (const entry of left) adopted({ ...entry, tab: tab.id });
      });
    }
  }

  return {
    /** All entries of this device's person, in order. */
    entries: computed(() => all.value.filter((entry) => entry.personId === owner)) as ReadonlySignal<
      readonly OutboxEntry[]
    >,

    /** Shows and sends the entries of a person from now on. May be repeated. */
    async open(personId: string): Promise<void> {
      owner = personId;
      all.value = all.value.filter((entry) => entry.personId === personId);
      const gone = new Set<string>();
      readings.add(gone);
      const stored = await rows.read(personId);
      readings.delete(gone);
      for (const entry of stored) if (owner === personId && !find(entry) && !gone.has(keyOf(entry))) show(entry);
      adoptLeft();
      pump();
    },

    /** The person uses this tab: it sends from now on. */
    take: () => lock.take(),

    add(entry: NewEntry): void {
      const held = find(entry);
      const order = held?.order ?? (all.value.at(-1)?.order ?? 0) + 1;
      lock.take();
      void put({ ...entry, order, revision: (held?.revision ?? 0) + 1, tab: tab.id });
    },

    /** A message waits again: its files have to be uploaded once more. */
    hold(id: string, fileNames: readonly string[]): void {
      const entry = find({ id, kind: "send" });
      if (entry?.kind !== "send") return;
      const { attachments: _, ...words } = entry;
      void put({ ...words, held: { fileNames }, revision: entry.revision + 1, tab: tab.id });
    },

    /** A held message is ready, and goes out as it is now. Where it was taken back meanwhile, nothing happens. */
    release(id: string, ready: { readonly text: string; readonly attachments: readonly Attachment[] }): void {
      const entry = find({ id, kind: "send" });
      if (entry?.kind !== "send" || !entry.held) return;
      const { held: _, attachments: __, ...words } = entry;
      const { text, attachments } = ready;
      if (text === "" && attachments.length === 0) return drop(entry); // all its files were taken away
      const revision = entry.revision + 1;
      void put({ ...words, text, revision, ...(attachments.length > 0 && { attachments }) });
    },

    /** The time to undo a deletion is over. */
    releaseDelete(id: string): void {
      const entry = find({ id, kind: "delete" });
      if (entry?.kind !== "delete" || !entry.isUndoable) return;
      const { isUndoable: _, ...rest } = entry;
      void put({ ...rest, revision: entry.revision + 1 });
    },

    /** Marks an entry as refused for good: it waits for the person. */
    fail(name: EntryName, failure: { readonly code: string; readonly detail: string }): void {
      const entry = find(name);
      if (entry) change(entry, { failure });
    },

    /** Takes an entry back: discarded, undone, or confirmed. */
    remove: drop,

    /** Tries a failed entry again. */
    retry(name: EntryName): void {
      const entry = find(name);
      const next = entry?.failure && withoutRefused(entry);
      if (next) void put({ ...next, revision: next.revision + 1, tab: tab.id });
    },

    pump,

    /** Whether this tab sees to an entry. */
    isOwn: (entry: OutboxEntry) => entry.tab === tab.id,

    /** Forgets all entries of a person, on this device. */
    async wipe(personId: string): Promise<void> {
      all.value = all.value.filter((entry) => entry.personId !== personId);
      await rows.wipe(personId);
    },
  };
}
