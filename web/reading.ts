/**
 * What this person has read on this device, and what waits: unread messages, mentions, drafts.
 * Kept by epoch, so that a channel made again starts anew, and shared by all tabs of the device.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Channel, Message, Person } from "../worker/frames.ts";
import { mentionedIn, WINDOW_MESSAGES } from "../worker/protocol.ts";
import type { memory as deviceMemory } from "./memory.ts";

/** What waits in a conversation. `count` is what the rail shows; `isForYou`: a mention, or a direct message. */
export type Waiting = { readonly count: number; readonly isForYou: boolean };

type Facts = {
  readonly memory: typeof deviceMemory;
  readonly person: ReadonlySignal<Person | undefined>;
  /** The newest message this tab has of an epoch, 0 if none. */
  readonly heldSeq: (channelId: string, epoch: string) => number;
};

export function createReading({ memory, person, heldSeq }: Facts) {
  const seqs = signal<ReadonlyMap<string, number>>(new Map());
  const drafts = signal<ReadonlySet<string>>(new Set());
  /** By epoch: the numbers of messages that mention this person. */
  const mentions = signal<ReadonlyMap<string, ReadonlySet<number>>>(new Map());

  return {
    /** Epochs in which something is left unsaid. */
    drafts: drafts as ReadonlySignal<ReadonlySet<string>>,

    /** What this device knows of channels it hears of: what was read, and what was left unsaid. A direct channel starts as unread. */
    recall(channels: readonly Channel[]): void {
      const who = person.value;
      if (!who) return;
      const read = new Map(seqs.value);
      const unsaid = new Set(drafts.value);
      for (const { epoch, seq, kind } of channels) {
        if (memory.draft(who.id, epoch) === "") unsaid.delete(epoch);
        else unsaid.add(epoch);
        const first = kind === "direct" ? 0 : seq;
        const kept = memory.read(who.id, epoch);
        if (kept === undefined) memory.keepRead(who.id, epoch, first);
        read.set(epoch, Math.max(read.get(epoch) ?? 0, kept ?? first));
      }
      seqs.value = read;
      drafts.value = unsaid;
    },

    /** The newest message read of an epoch; `undefined` in one never seen. */
    readSeq: (epoch: string): number | undefined =>
      seqs.value.get(epoch) ?? (person.value && memory.read(person.value.id, epoch)),

    /** Everything up to `seq` was seen. */
    markRead(epoch: string, seq: number): void {
      const who = person.value;
      if (!who || Math.max(seqs.value.get(epoch) ?? -1, memory.read(who.id, epoch) ?? -1) >= seq) return;
      memory.keepRead(who.id, epoch, seq);
      seqs.value = new Map(seqs.value).set(epoch, seq);
    },

    /** What waits in a channel, at most as many messages as are kept. */
    waiting({ id, epoch, seq, kind }: Channel): Waiting {
      const newest = Math.max(seq, heldSeq(id, epoch));
      const read = seqs.value.get(epoch) ?? newest;
      const count = Math.min(Math.max(0, newest - read), WINDOW_MESSAGES);
      const isMentioned = [...(mentions.value.get(epoch) ?? [])].some((at) => at > read);
      return { count, isForYou: count > 0 && (kind === "direct" || isMentioned) };
    },

    /** Notes which of these messages mention this person, as they are now. One's own do not. */
    noteMentions(epoch: string, messages: readonly Message[]): void {
      const who = person.value;
      if (!who) return;
      const before = mentions.value.get(epoch) ?? new Set();
      const noted = new Set(before);
      for (const { seq, author, text } of messages) {
        if (author.id !== who.id && mentionedIn(text).includes(who.id)) noted.add(seq);
        else noted.delete(seq);
      }
      const isSame = noted.size === before.size && [...noted].every((seq) => before.has(seq));
      if (!isSame) mentions.value = new Map(mentions.value).set(epoch, noted);
    },

    draft(epoch: string | undefined): string {
      const who = person.value;
      return who && epoch !== undefined ? memory.draft(who.id, epoch) : "";
    },

    keepDraft(epoch: string | undefined, text: string): void {
      const who = person.value;
      if (!who || epoch === undefined) return;
      memory.keepDraft(who.id, epoch, text);
      if (drafts.value.has(epoch) === (text !== "")) return;
      const unsaid = new Set(drafts.value);
      if (text === "") unsaid.delete(epoch);
      else unsaid.add(epoch);
      drafts.value = unsaid;
    },

    /** Another person begins here. */
    forget(): void {
      seqs.value = new Map();
      drafts.value = new Set();
      mentions.value = new Map();
    },
  };
}
