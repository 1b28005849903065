/**
 * What a person has begun to write: drafts and rewrites of messages, each kept with its conversation, and what has no conversation
 * any more (*Unsent messages*).
 */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { find } from "../../worker/protocol/history.ts";
import type { localState as deviceState, Edit } from "../storage/local-state.ts";
import { decodeMentions } from "../text/mentions.ts";
import { fileNamesOf, keyOf } from "./outbox-entry.ts";
import type { People } from "./people.ts";
import type { Sending } from "./sending.ts";
import type { Conversation, TabState } from "./tab-state.ts";
import type { Unread } from "./unread.ts";

/** Something that was written and has no conversation any more: it can be copied and discarded. */
export type Unsent = {
  readonly key: string;
  /** What the conversation was called, where that is known. */
  readonly title?: string | undefined;
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
  /** The draft that was changed last without being typed. */
  const replaced = signal<{ readonly epoch: string } | undefined>(undefined);

  /** A text as people type it. */
  function plainText(text: string): string {
    return decodeMentions(text, (id) => people.personOf(id)?.name);
  }

  function setEdit(conversation: Conversation, next: Edit | undefined): void {
    conversation.editing.value = next;
    const epoch = epochOf(conversation);
    if (person.value && epoch !== undefined) localState.keepEdit(person.value.id, epoch, next);
  }

  /** Begins to edit a message of the person's own. `false`: the rewrite of another one is not saved yet, and stays. */
  function edit(conversation: Conversation, id: string): boolean {
    const { value: begun } = conversation.editing;
    if (begun && begun.id !== id && begun.text !== begun.from) return false;
    const message = find(conversation.history.value, id);
    const waiting = sending.entries.value.find((entry) => entry.kind === "edit" && entry.id === id);
    const text = waiting?.kind === "edit" ? waiting.text : message?.text;
    if (message && text !== undefined) setEdit(conversation, { id, text: plainText(text), from: plainText(text) });
    return true;
  }

  /** A rewrite whose message is gone: its words go to the end of the draft. */
  function keepAsDraft(epoch: string, { text }: Edit): void {
    const draft = unread.draft(epoch);
    unread.keepDraft(epoch, draft === "" ? text : `${draft}\n${text}`);
    replaced.value = { epoch };
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
    replaced: replaced as ReadonlySignal<{ readonly epoch: string } | undefined>,
    leaveEdit: (conversation: Conversation) => setEdit(conversation, undefined),
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
      const last = own.at(-1);
      if (last) edit(conversation, last.id);
    },

    /** Ends the editing of a message with a text. `false`: it is empty or too long, and editing goes on. */
    saveEdit(conversation: Conversation, made: Pick<Edit, "id" | "text">): boolean {
      if (!sending.saveEdit(conversation, made)) return false;
      if (conversation.editing.value?.id === made.id) setEdit(conversation, undefined);
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
      const kept = localState.edit(who.id, epoch);
      const isThere = kept !== undefined && isEditable(conversation, kept.id);
      if (isWhole || isThere) recalled.add(conversation);
      if (isThere) conversation.editing.value = kept;
      else if (kept && isWhole) {
        localState.keepEdit(who.id, epoch, undefined);
        keepAsDraft(epoch, kept);
      }
    },

    /** What is edited may have left the window or been deleted. */
    noticeGone(conversation: Conversation): void {
      const { editing, epoch } = conversation;
      const begun = editing.value;
      if (!begun || epoch.value === undefined || isEditable(conversation, begun.id)) return;
      setEdit(conversation, undefined);
      if (begun.text !== begun.from) keepAsDraft(epoch.value, begun);
    },

    /** The channel was made again: what was begun in the one before stays with it. */
    leaveEpoch({ editing, replyTo }: Conversation): void {
      editing.value = undefined;
      replyTo.value = undefined;
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
      const entries = sending.entries.value.filter(({ kind, epoch, failure }) => {
        return (
          (kind === "send" && isGone(epoch)) || (kind === "edit" && (isGone(epoch) || failure?.code === "not_found"))
        );
      });
      return [
        ...rescued.value.map((one): Unsent => ({ ...one, discard: () => dropRescued(one.key) })),
        ...entries.flatMap((entry): Unsent[] => {
          if (entry.kind !== "send" && entry.kind !== "edit") return [];
          const fileNames = entry.kind === "send" ? fileNamesOf(entry) : [];
          const title = people.titleOf(entry.channelId);
          const discard = () => sending.discard(entry);
          return [{ key: keyOf(entry), title, text: plainText(entry.text), fileNames, discard }];
        }),
        ...lostDrafts.value.map(({ key, kind, epoch, text }): Unsent => {
          const title = localState.title(person.value?.id ?? "", epoch);
          return { key, title, text, fileNames: [], discard: () => unread.dropUnsaid(kind, epoch) };
        }),
      ];
    }),
  };
}

/** Whether a message is still there to be edited. */
function isEditable({ history }: Conversation, id: string): boolean {
  const message = find(history.value, id);
  return message !== undefined && message.deleted !== true;
}
