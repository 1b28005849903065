/**
 * The window of 100, and how two holders of its messages come to agree: the browser and the channel merge with the same function.
 * Pure: no sockets, storage, clock or randomness.
 */

import { WINDOW_MESSAGES } from "./limits.ts";
import type { Message, Person, Reaction } from "./things.ts";

/** The newest messages, oldest first by `seq`. `seq` and `rev` are the highest ever seen, 0 in a channel without messages. */
export type History = { readonly seq: number; readonly rev: number; readonly messages: readonly Message[] };

export const EMPTY_HISTORY: History = { seq: 0, rev: 0, messages: [] };

/** A kind stands where it was first added. */
export function react(reactions: readonly Reaction[], emoji: string, who: Person): readonly Reaction[] {
  if (!reactions.some((reaction) => reaction.emoji === emoji)) return [...reactions, { emoji, people: [who] }];
  return reactions.map((reaction) =>
    reaction.emoji === emoji ? { emoji, people: [...reaction.people, who] } : reaction,
  );
}

/** A kind without people is gone. */
export function unreact(reactions: readonly Reaction[], emoji: string, personId: string): readonly Reaction[] {
  return reactions
    .map((reaction) =>
      reaction.emoji === emoji ? { emoji, people: reaction.people.filter(({ id }) => id !== personId) } : reaction,
    )
    .filter(({ people }) => people.length > 0);
}

/** What has changed after `rev`, oldest first by `seq`. `since(history, 0)` is the whole window. */
export function since(history: History, rev: number): readonly Message[] {
  return history.messages.filter((message) => message.rev > rev);
}

/**
 * Folds messages in: of each id the state with the higher `rev`, ordered by `seq`, nothing below the window.
 * Any order, repetition and batching of the same messages comes to the same history.
 * A message that did not change stays the same object, so a view can skip it.
 */
export function merge(history: History, incoming: readonly Message[]): History {
  const byId = new Map(history.messages.map((message) => [message.id, message]));
  let { seq, rev } = history;
  for (const message of incoming) {
    const held = byId.get(message.id);
    if (!held || held.rev < message.rev) byId.set(message.id, message);
    seq = Math.max(seq, message.seq);
    rev = Math.max(rev, message.rev);
  }
  const messages = [...byId.values()].filter((message) => message.seq > seq - WINDOW_MESSAGES);
  return { seq, rev, messages: messages.sort((a, b) => a.seq - b.seq) };
}

/** Without what is older than the holder keeps it: everything below that number. */
export function dropBelow(history: History, oldestSeq: number): History {
  if (!history.messages.some(({ seq }) => seq < oldestSeq)) return history;
  return { ...history, messages: history.messages.filter(({ seq }) => seq >= oldestSeq) };
}

/** The lowest number that is kept, where age has removed messages that the window of 100 would have; otherwise `undefined`. */
export function oldestSeqOf({ seq, messages }: History): number | undefined {
  const oldest = messages[0]?.seq ?? seq + 1;
  return oldest > Math.max(1, seq - WINDOW_MESSAGES + 1) ? oldest : undefined;
}

/** The message of that id, if the window still holds it. */
export function find(history: History, id: string): Message | undefined {
  return history.messages.find((message) => message.id === id);
}
