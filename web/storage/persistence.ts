/**
 * What this device keeps of conversations, so that they can be read without a network: the list of channels, the people in
 * it, and the window of every conversation that was visited. By person and epoch; another person finds nothing.
 * It follows the store and writes only what has changed.
 */
import { effect } from "@preact/signals";
import * as v from "valibot";
import { WindowAnswer } from "../../worker/protocol/answers.ts";
import { Channel, Person } from "../../worker/protocol/things.ts";
import type { Store } from "../state/store.ts";
import { openDatabase } from "./database.ts";
import { deleteRows } from "./delete-rows.ts";
import { fileRows } from "./file-rows.ts";
import { localState } from "./local-state.ts";
import { attempt } from "./storage-failure.ts";

/** What changes within this time (ms) is written once. */
const BATCH_MS = 1_000;
/** Windows that are kept: those written last. One takes up to 400 KB, most a tenth of it. */
const WINDOWS_MAX = 200;
/** People whose names are kept: those heard of last. */
const PEOPLE_MAX = 1_000;
/** The row of the list of channels and people. */
const LIST = "list";

const KeptList = v.object({ channels: v.array(Channel), people: v.array(Person) });
const KeptConversation = v.object({ channelId: v.string(), savedAt: v.number(), window: WindowAnswer });
export type KeptConversation = v.InferOutput<typeof KeptConversation>;

/**
 * Gives the store back what was kept of its person, then keeps what it comes to hold. Ends, and forgets, with the person.
 * Answers once the list, and the conversation that is open, are back, or cannot be read.
 */
export async function persist(store: Store): Promise<void> {
  const personId = store.person.peek()?.id;
  if (personId === undefined) return;
  const listed = attempt(() => restore(store, personId));
  let opened: Promise<unknown> | undefined;
  /** What is to be written, the newest of each row. */
  const pending = new Map<string, () => unknown>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function writeSoon(about: string, value: () => unknown): void {
    pending.set(about, value);
    timer ??= setTimeout(write, BATCH_MS);
  }

  function write(): void {
    clearTimeout(timer);
    timer = undefined;
    const rows = [...pending].map(([about, value]) => ({
      key: keyOf(personId ?? "", about),
      personId: personId ?? "",
      value: value(),
    }));
    pending.clear();
    if (rows.length > 0)
      void attempt(async () => {
        const transaction = (await openDatabase()).transaction("windows", "readwrite");
        for (const row of rows) await transaction.store.put(row);
        await transaction.done;
      });
  }

  /** Without what activity changes, which the next connection tells anyway. */
  const descriptions = () =>
    [...store.channels.value.values()].map(({ epoch, topic, peer }) => `${epoch} ${topic} ${peer?.name}`);
  const list = () => ({
    channels: [...store.channels.peek().values()],
    people: [...store.people.peek().values()].slice(-PEOPLE_MAX),
  });
  let before = "";
  const onPageHide = () => {
    if (store.channels.peek().size > 0) pending.set(LIST, list);
    write();
  };
  addEventListener("pagehide", onPageHide);
  const stops = [
    effect(() => {
      const now = descriptions().join("\n");
      if (store.channels.value.size > 0 && now !== before) writeSoon(LIST, list);
      before = now;
    }),
    effect(() => {
      const epoch = store.openEpoch.value;
      if (epoch !== undefined && store.open.value?.epoch.peek() === undefined)
        opened = attempt(() => restoreConversation(store, personId, epoch));
    }),
    effect(() => {
      const conversation = store.open.value;
      const epoch = conversation?.epoch.value;
      if (!conversation || epoch === undefined) return;
      void conversation.history.value;
      const { channelId, history } = conversation;
      writeSoon(epoch, (): KeptConversation => {
        const { seq, rev, messages } = history.peek();
        return { channelId, savedAt: Date.now(), window: { epoch, head: { seq, rev }, messages: [...messages] } };
      });
    }),
    effect(() => {
      if (store.isListKnown.value) void attempt(() => prune(personId, epochsOf(store)));
    }),
    effect(() => {
      if (store.person.value?.id === personId) return;
      for (const stop of stops) stop();
      removeEventListener("pagehide", onPageHide);
      clearTimeout(timer);
      pending.clear();
      void attempt(() => deleteRows(["windows"], personId));
    }),
  ];
  await listed;
  await opened;
  if (store.person.peek()?.id === personId)
    void attempt(() => deleteRows(["windows", "files", "outbox"], personId, true));
}

/** Everything that is kept of a person's conversations. */
export async function keptConversations(personId: string): Promise<readonly KeptConversation[]> {
  const rows = await (await openDatabase()).getAllFromIndex("windows", "personId", personId);
  return rows.flatMap(({ value }) => {
    const parsed = v.safeParse(KeptConversation, value);
    return parsed.success ? [parsed.output] : [];
  });
}

async function restore(store: Store, personId: string): Promise<void> {
  const list = v.safeParse(KeptList, (await (await openDatabase()).get("windows", keyOf(personId, LIST)))?.value);
  // Checking a thousand channels and showing them are two tasks, so that neither is long.
  await new Promise((resolve) => setTimeout(resolve));
  if (list.success && store.person.peek()?.id === personId)
    store.restoreDirectory(list.output.channels, list.output.people);
}

/** Gives the store what was kept of one conversation. */
async function restoreConversation(store: Store, personId: string, epoch: string): Promise<void> {
  const row = await (await openDatabase()).get("windows", keyOf(personId, epoch));
  const kept = v.safeParse(KeptConversation, row?.value);
  if (kept.success) store.restoreConversation(kept.output.channelId, kept.output.window);
}

/** Deletes windows of channels that are gone, the oldest beyond the limit, and read marks that nothing belongs to any more. */
async function prune(personId: string, epochs: ReadonlySet<string>): Promise<void> {
  localState.prune(personId, epochs);
  await fileRows.pruneDrafts(personId, epochs);
  const kept = [...(await keptConversations(personId))].sort((a, b) => b.savedAt - a.savedAt);
  const gone = kept.filter(({ window }, at) => at >= WINDOWS_MAX || !epochs.has(window.epoch));
  const transaction = (await openDatabase()).transaction("windows", "readwrite");
  for (const { window } of gone) await transaction.store.delete(keyOf(personId, window.epoch));
  await transaction.done;
}

function epochsOf(store: Store): ReadonlySet<string> {
  return new Set([...store.channels.peek().values()].map(({ epoch }) => epoch));
}

function keyOf(personId: string, about: string): string {
  return `${personId} ${about}`;
}
