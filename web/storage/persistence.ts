/**
 * What this device keeps of conversations, so that they can be read without a network: the list of channels, the people in
 * it, and the window of every conversation that was visited. In IndexedDB, by person and epoch; another person finds nothing.
 * Loaded at the start; it follows the store and is asked by nobody but the local search.
 */
import { effect } from "@preact/signals";
import { createStore as createDatabase, delMany, get, keys, setMany } from "idb-keyval";
import * as v from "valibot";
import { Channel, Person, WindowAnswer } from "../../worker/protocol/frames.ts";
import type { Store } from "../state/store.ts";
import { notePersistenceFailure } from "./storage-failure.ts";

const database = createDatabase("flack-kept-v2", "entries");
/** What changes within this time (ms) is written once. */
const GATHER_MS = 500;

const KeptDirectory = v.object({ channels: v.array(Channel), people: v.array(Person) });
const KeptConversation = v.object({ channelId: v.string(), window: WindowAnswer });
export type KeptConversation = v.InferOutput<typeof KeptConversation>;

/** Gives the store back what was kept of its person, then keeps what it comes to hold. Ends, and forgets, with the person. */
export function keep(store: Store): void {
  const personId = store.person.peek()?.id;
  if (personId === undefined) return;
  void weather(restore(store, personId));
  /** What is to be written, the newest of each key. */
  const waiting = new Map<string, unknown>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function keepSoon(about: string, value: unknown): void {
    waiting.set(keyOf(personId ?? "", about), value);
    timer ??= setTimeout(write, GATHER_MS);
  }

  function write(): void {
    clearTimeout(timer);
    timer = undefined;
    if (waiting.size > 0) void weather(setMany([...waiting], database));
    waiting.clear();
  }

  addEventListener("pagehide", write);
  const stops = [
    effect(() => {
      const channels = [...store.channels.value.values()];
      const people = [...store.people.value.values()];
      if (channels.length > 0) keepSoon("directory", { channels, people });
    }),
    effect(() => {
      const conversation = store.open.value;
      const epoch = conversation?.epoch.value;
      if (!conversation || epoch === undefined) return;
      const { seq, rev, messages } = conversation.history.value;
      const { channelId } = conversation;
      const kept: KeptConversation = { channelId, window: { epoch, head: { seq, rev }, messages } };
      keepSoon(epoch, kept);
    }),
    effect(() => {
      if (store.person.value?.id === personId) return;
      for (const stop of stops) stop();
      removeEventListener("pagehide", write);
      clearTimeout(timer);
      waiting.clear();
      void weather(forget((key) => key.startsWith(keyOf(personId, ""))));
    }),
  ];
}

/** Everything that is kept of a person's conversations. */
export async function keptConversations(personId: string): Promise<readonly KeptConversation[]> {
  const own = (await keys<string>(database)).filter((key) => key.startsWith(keyOf(personId, "")));
  const values = await Promise.all(own.map((key) => get<unknown>(key, database)));
  return values.flatMap((value) => {
    const parsed = v.safeParse(KeptConversation, value);
    return parsed.success ? [parsed.output] : [];
  });
}

async function restore(store: Store, personId: string): Promise<void> {
  await forget((key) => !key.startsWith(keyOf(personId, "")));
  const directory = v.safeParse(KeptDirectory, await get(keyOf(personId, "directory"), database));
  if (directory.success) store.restoreDirectory(directory.output.channels, directory.output.people);
  for (const { channelId, window } of await keptConversations(personId)) store.restoreConversation(channelId, window);
}

async function forget(which: (key: string) => boolean): Promise<void> {
  await delMany((await keys<string>(database)).filter(which), database);
}

function keyOf(personId: string, about: string): string {
  return `${personId} ${about}`;
}

/** A device that cannot store shows what the network brings, and no more. */
async function weather(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    notePersistenceFailure(error);
  }
}
