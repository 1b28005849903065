/**
 * What a person has begun to write: drafts and rewrites of messages, each kept with its conversation, and what has no conversation
 * any more (*Unsent messages*).
 */
import { computed, type Signal, signal } from "@preact/signals";
import { find } from "../../worker/protocol/history.ts";
import type { localState as deviceState, Edit } from "../storage/local-state.ts";
import { decodeMentions } from "../text/mentions.ts";
import type { People } from "./people.ts";
import type { Sending } from "./sending.ts";
import type { Conversation, TabState } from "./tab-state.ts";
import type { Unread } from "./unread.ts";

/** Something that was written and has no conversation any more: it can be copied and discarded. */
export type Unsent = {
  readonly key: string;
  /** What the conversation was called, where that is known. */
  readonly title?: string;
  readonly text: string;
  readonly fileNames: readonly string[];
  discard(): void;
};

type Dependencies = {
  readonly localState: typeof deviceState;
  readonly people: People;
  readonly sending: Sending;
  readonly unread: Unread;
};

export type Drafts = ReturnType<typeof createDrafts>;

export function createDrafts(tab: TabState, { localState, people, sending, unread }: Dependencies) {
  const { person, channels, isListKnown, epochOf } = tab;
  /** Conversations in which a rewrite was looked for that another tab, or this one before a reload, has begun. */
  const recalled = new WeakSet<Conversation>();

  /** A text as people type it. */
  function plainText(text: string): string {
    return decodeMentions(text, (id) => people.personOf(id)?.name);
  }

  function setEdit(conversation: Conversation, next: Edit | undefined): void {
    conversation.editing.value = next;
    const epoch = epochOf(conversation);
    if (person.value && epoch !== undefined) localState.keepEdit(person.value.id, epoch, next);
  }

  /** Begins to edit a message of the person's own, or leaves off with `undefined`. */
  function edit(conversation: Conversation, id: string | undefined): void {
    const message = id === undefined ? undefined : find(conversation.history.value, id);
    if (!message) return setEdit(conversation, undefined);
    const waiting = sending.entries.value.find((entry) => entry.kind === "edit" && entry.id === id);
    setEdit(conversation, { id: message.id, text: plainText(waiting?.kind === "edit" ? waiting.text : message.text) });
  }

  /** As one text, so that nothing follows from an activity that moves no channel in or out. */
  const epochs = computed(() => [...channels.value.values()].map(({ epoch }) => epoch).join(" "));
  const isGone = (epoch: string) => !epochs.value.split(" ").includes(epoch);
  /** Drafts of channels that are gone. Looked for when channels or drafts come and go, since it reads all that is kept. */
  const lostDrafts = computed(() => {
    const [who, known, isKnown] = [person.value, epochs.value, isListKnown.value];
    void unread.drafts.value;
    return who && isKnown ? localState.unsaid(who.id).filter(({ epoch }) => !known.split(" ").includes(epoch)) : [];
  });
  /** Words of an earlier version of the app. */
  const rescued: Signal<ReturnType<typeof localState.rescued>> = signal(localState.rescued());

  function noticeRescued(): void {
    rescued.value = localState.rescued();
  }

  function dropRescued(key: string): void {
    localState.dropRescued(key);
    noticeRescued();
  }

  return {
    plainText,
    edit,
    noticeRescued,

    /** What the rewrite of a message is by now. */
    keepEdit(conversation: Conversation, text: string): void {
      const { value } = conversation.editing;
      if (value) setEdit(conversation, { ...value, text });
    },

    /** Begins to edit the newest message of the person's own that can be edited. */
    editLast(conversation: Conversation): void {
      const own = conversation.history.value.messages.filter(
        (message) => message.author.id === person.value?.id && !message.deleted,
      );
      edit(conversation, own.at(-1)?.id);
    },

    /** Ends the editing of a message with a text. `false`: it is empty or too long, and editing goes on. */
    saveEdit(conversation: Conversation, made: Edit): boolean {
      if (!sending.saveEdit(conversation, made)) return false;
      if (conversation.editing.value?.id === made.id) edit(conversation, undefined);
      return true;
    },

    /**
     * A rewrite that was begun goes on where it was left, once a tab. `isWhole`: the server has told all messages there are; where
     * the message is gone by then, the words become a draft.
     */
    recallEdit(conversation: Conversation, isWhole: boolean): void {
      const who = person.value;
      const epoch = conversation.epoch.value;
      if (!who || epoch === undefined || recalled.has(conversation)) return;
      conversation.replyTo.value ??= localState.reply(who.id, epoch);
      void sending.recallFiles(conversation);
      const kept = localState.edit(who.id, epoch);
      const message = kept && find(conversation.history.value, kept.id);
      if (isWhole || message) recalled.add(conversation);
      if (message && !message.deleted) conversation.editing.value = kept;
      else if (kept && isWhole) {
        localState.keepEdit(who.id, epoch, undefined);
        const draft = unread.draft(epoch);
        unread.keepDraft(epoch, draft === "" ? kept.text : `${draft}\n${kept.text}`);
      }
    },

    /** What is written next in a conversation replies to this message, or to none. */
    reply(conversation: Conversation, id: string | undefined): void {
      const epoch = epochOf(conversation);
      conversation.replyTo.value = id;
      if (person.value && epoch !== undefined) localState.keepReply(person.value.id, epoch, id ?? "");
    },

    draft: (conversation: Conversation) => unread.draft(epochOf(conversation)),
    keepDraft: (conversation: Conversation, text: string) => unread.keepDraft(epochOf(conversation), text),

    /** What was written and has no conversation any more: in channels that are gone, or with an earlier version of the app. */
    unsent: computed<readonly Unsent[]>(() => {
      if (!isListKnown.value) return [];
      void epochs.value;
      const entries = sending.entries.value.filter(({ kind, epoch }) => kind === "send" && isGone(epoch));
      return [
        ...rescued.value.map((one): Unsent => ({ ...one, discard: () => dropRescued(one.key) })),
        ...entries.flatMap((entry): Unsent[] => {
          if (entry.kind !== "send") return [];
          const fileNames = entry.held?.fileNames ?? entry.attachments?.map(({ name }) => name) ?? [];
          const title = people.titleOf(entry.channelId);
          const discard = () => sending.discard(entry);
          return [{ key: entry.id, title, text: plainText(entry.text), fileNames, discard }];
        }),
        ...lostDrafts.value.map(({ key, epoch, text }): Unsent => {
          return { key, text, fileNames: [], discard: () => unread.dropUnsaid(epoch) };
        }),
      ];
    }),
  };
}
