/**
 * What this person has read on this device, and what is unread: messages, mentions, drafts.
 * Kept by epoch, so that a channel made again starts anew, and shared by all tabs of the device.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import { WINDOW_MESSAGES } from "../../worker/protocol/limits.ts";
import { isHook } from "../../worker/protocol/text.ts";
import type { Channel, Message } from "../../worker/protocol/things.ts";
import type { localState as deviceState } from "../storage/local-state.ts";
import { concerns } from "../text/mentions.ts";
import type { TabState } from "./tab-state.ts";

/** What is unread in a conversation. `count` is what the rail shows; `isForYou`: a mention, or a direct message. */
export type UnreadState = { readonly count: number; readonly isForYou: boolean };

/** Marks that are stored in one task. */
const UNSEEN_PER_TASK = 50;

type Tab = Pick<TabState, "person" | "blocked" | "heldSeq">;

type Dependencies = {
  readonly localState: typeof deviceState;
  /** Something was read that the server does not know yet. */
  readonly onRead: (epoch: string, seq: number) => void;
};

export type Unread = ReturnType<typeof createUnread>;

export function createUnread({ person, blocked, heldSeq }: Tab, { localState, onRead }: Dependencies) {
  const seqs = signal<ReadonlyMap<string, number>>(new Map());
  const drafts = signal<ReadonlySet<string>>(new Set());
  /** By epoch: the numbers of messages that mention this person. */
  const mentions = signal<ReadonlyMap<string, ReadonlySet<number>>>(new Map());
  /** By epoch: the numbers of messages that never count as unread, own and deleted ones, as far as this tab knows. */
  const uncounted = signal<ReadonlyMap<string, ReadonlySet<number>>>(new Map());

  /** Epochs that were marked unread: they stay so until they are opened again. */
  const held = new Set<string>();

  function markRead(epoch: string, seq: number): void {
    const who = person.value;
    if (!who || held.has(epoch) || Math.max(seqs.value.get(epoch) ?? -1, localState.read(who.id, epoch) ?? -1) >= seq)
      return;
    setMark(who.id, epoch, seq);
    onRead(epoch, seq);
  }

  function setMark(personId: string, epoch: string, seq: number): void {
    localState.keepRead(personId, epoch, seq);
    seqs.value = new Map(seqs.value).set(epoch, seq);
  }

  /** Where channels begin that were never seen. Storage is slow: a thousand are written a piece at a time, while the person is in. */
  function keepUnseen(personId: string, unseen: readonly (readonly [epoch: string, seq: number])[]): void {
    if (person.value?.id !== personId) return;
    for (const [epoch, seq] of unseen.slice(0, UNSEEN_PER_TASK))
      if (localState.read(personId, epoch) === undefined) localState.keepRead(personId, epoch, seq);
    if (unseen.length > UNSEEN_PER_TASK) setTimeout(keepUnseen, 0, personId, unseen.slice(UNSEEN_PER_TASK));
  }

  function setDraft(epoch: string, isThere: boolean): void {
    if (drafts.value.has(epoch) === isThere) return;
    const unsaid = new Set(drafts.value);
    if (isThere) unsaid.add(epoch);
    else unsaid.delete(epoch);
    drafts.value = unsaid;
  }

  /** Notes in a map of sets which numbers of an epoch belong and which do not. The same map where nothing is new. */
  function noted(
    map: ReadonlyMap<string, ReadonlySet<number>>,
    epoch: string,
    messages: readonly Message[],
    belongs: (message: Message) => boolean,
  ): ReadonlyMap<string, ReadonlySet<number>> {
    const before = map.get(epoch) ?? new Set();
    const news = messages.filter((message) => before.has(message.seq) !== belongs(message));
    if (news.length === 0) return map;
    const after = new Set(before);
    for (const message of news) {
      if (belongs(message)) after.add(message.seq);
      else after.delete(message.seq);
    }
    const newest = Math.max(...after, 0);
    return new Map(map).set(epoch, new Set([...after].filter((seq) => seq > newest - WINDOW_MESSAGES)));
  }

  return {
    /** Epochs in which something is left unsaid. */
    drafts: drafts as ReadonlySignal<ReadonlySet<string>>,

    /** What this device knows of channels it hears of: what was read, and what was left unsaid. One that is not public starts as unread. */
    recall(channels: readonly Channel[]): void {
      const who = person.value;
      if (!who) return;
      const read = new Map(seqs.value);
      const unsaid = new Set(drafts.value);
      const unseen: [epoch: string, seq: number][] = [];
      for (const { epoch, seq, kind } of channels) {
        if (localState.draft(who.id, epoch) === "") unsaid.delete(epoch);
        else unsaid.add(epoch);
        const first = kind === "public" ? seq : 0;
        const kept = localState.read(who.id, epoch);
        if (kept === undefined) unseen.push([epoch, first]);
        read.set(epoch, Math.max(read.get(epoch) ?? 0, kept ?? first));
      }
      seqs.value = read;
      drafts.value = unsaid;
      setTimeout(keepUnseen, 0, who.id, unseen);
    },

    /** Another tab has kept a draft of a channel, or has read further in it. */
    noticeElsewhere(kind: string, epoch: string): void {
      const who = person.value;
      if (!who) return;
      if (kind === "draft") setDraft(epoch, localState.draft(who.id, epoch) !== "");
      if (kind === "read") seqs.value = new Map(seqs.value).set(epoch, localState.read(who.id, epoch) ?? 0);
    },

    /** The newest message read of an epoch; `undefined` in one never seen. */
    readSeq: (epoch: string): number | undefined =>
      seqs.value.get(epoch) ?? (person.value && localState.read(person.value.id, epoch)),

    /** Everything up to `seq` was seen. */
    markRead,

    /** The server says how far this person has read, by epoch, on whatever device; it may be less than this device thought. */
    setReads(reads: readonly (readonly [epoch: string, seq: number])[]): void {
      const who = person.value;
      if (!who) return;
      // All tabs share the storage; another one may have written there what this one does not show yet.
      for (const [epoch, seq] of reads)
        if (localState.read(who.id, epoch) !== seq) localState.keepRead(who.id, epoch, seq);
      if (reads.some(([epoch, seq]) => seqs.value.get(epoch) !== seq)) seqs.value = new Map([...seqs.value, ...reads]);
    },

    /** Unread from this message on. */
    markUnread(epoch: string, seq: number): void {
      const who = person.value;
      held.add(epoch);
      if (who) setMark(who.id, epoch, Math.max(0, seq - 1));
    },

    /** A conversation is opened: what is seen of it is read again. */
    release: (epoch: string) => held.delete(epoch),

    /** The server says which unread messages mention this person, by epoch. */
    setMentions(mentioned: Iterable<readonly [epoch: string, seqs: readonly number[]]>): void {
      mentions.value = new Map([
        ...mentions.value,
        ...[...mentioned].map(([epoch, of]) => [epoch, new Set(of)] as const),
      ]);
    },

    /** The server says that this message is for this person. */
    addMention(epoch: string, seq: number): void {
      mentions.value = new Map(mentions.value).set(epoch, new Set([...(mentions.value.get(epoch) ?? []), seq]));
    },

    isMention: (epoch: string, seq: number): boolean => mentions.value.get(epoch)?.has(seq) === true,

    /** Messages of these numbers are deleted: they count as nothing any more. */
    noteDeleted(epoch: string, deleted: readonly number[]): void {
      const gone = new Set([...(uncounted.value.get(epoch) ?? []), ...deleted]);
      uncounted.value = new Map(uncounted.value).set(epoch, gone);
      const left = [...(mentions.value.get(epoch) ?? [])].filter((seq) => !deleted.includes(seq));
      mentions.value = new Map(mentions.value).set(epoch, new Set(left));
    },

    /** What is unread in a channel, at most as many messages as are kept. `own`: own messages on their way that `seq` may count already. */
    unreadOf({ id, epoch, seq, kind, name, oldestSeq = 1 }: Channel, own: number): UnreadState {
      const newest = Math.max(seq, heldSeq(id, epoch));
      const read = Math.max(seqs.value.get(epoch) ?? newest, newest - WINDOW_MESSAGES, oldestSeq - 1);
      const silent = [...(uncounted.value.get(epoch) ?? [])].filter((at) => at > read && at <= newest).length;
      const count = Math.max(0, newest - read - silent - own);
      const isMentioned = [...(mentions.value.get(epoch) ?? [])].some((at) => at > read);
      const isWithPeople = kind !== "public" && name === "";
      return { count, isForYou: count > 0 && (isWithPeople || isMentioned) };
    },

    /** Notes which of these messages mention this person, as they are now, and which never count as unread. */
    note(epoch: string, messages: readonly Message[]): void {
      const who = person.value;
      if (!who) return;
      const isOwn = ({ author }: Message) => author.id === who.id;
      // A deletion is final: messages that were fetched before it may come after it.
      const known = uncounted.value.get(epoch);
      const isUncounted = (message: Message) =>
        isOwn(message) || message.deleted === true || (known?.has(message.seq) ?? false);
      // A reply is a mention by the server's word: only what is gone takes that back.
      const replies = mentions.value.get(epoch);
      mentions.value = noted(mentions.value, epoch, messages, (message) => {
        const { author } = message;
        const isToBeSeen = !isUncounted(message) && !isHook(author) && !blocked.value.has(author.id);
        const isReply = message.replyTo !== undefined && replies?.has(message.seq) === true;
        return isToBeSeen && (isReply || concerns(message.text, who.id));
      });
      uncounted.value = noted(uncounted.value, epoch, messages, isUncounted);
      // What follows the mark without a gap is read, so that another tab and another day know it too.
      const silent = uncounted.value.get(epoch);
      let read = seqs.value.get(epoch);
      if (read === undefined || !silent) return;
      while (silent.has(read + 1)) read++;
      markRead(epoch, read);
    },

    draft(epoch: string | undefined): string {
      const who = person.value;
      return who && epoch !== undefined ? localState.draft(who.id, epoch) : "";
    },

    keepDraft(epoch: string | undefined, text: string): void {
      const who = person.value;
      if (!who || epoch === undefined) return;
      localState.keepDraft(who.id, epoch, text);
      setDraft(epoch, text !== "");
    },

    /** Forgets a draft, or a rewrite, of a channel that is gone. */
    dropUnsaid(kind: "draft" | "edit", epoch: string): void {
      if (person.value && kind === "draft") localState.keepDraft(person.value.id, epoch, "");
      if (person.value && kind === "edit") localState.keepEdit(person.value.id, epoch, undefined);
      // Also where it was not among them: what is looked for in storage is looked for again.
      drafts.value = new Set([...drafts.value].filter((other) => other !== epoch));
    },

    /** Another person begins here. */
    forget(): void {
      held.clear();
      seqs.value = new Map();
      drafts.value = new Set();
      mentions.value = new Map();
      uncounted.value = new Map();
    },
  };
}
