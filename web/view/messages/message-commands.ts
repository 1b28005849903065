/** What can be done with a message: one function each, which the toolbar, keys and the touch sheet call. */
import { find } from "../../../worker/protocol/history.ts";
import { kindOf } from "../../../worker/protocol/text.ts";
import type { Conversation, Store } from "../../state/store.ts";
import type { MessageRow } from "./timeline.ts";

export type MessageCommands = ReturnType<typeof createMessageCommands>;

/** What a list does for the commands about its messages. */
type List = {
  /** Gives the focus to the row after this one, or before the last one. */
  readonly focusBeside: (id: string) => void;
  /** Lets the person choose an emoji for a message, beside a place on the screen. */
  readonly pickEmoji: (id: string, beside: DOMRect) => void;
  /** Says why a message could not be pinned. */
  readonly refused: (id: string, why: string) => void;
  /** Shows what else can be done with a message, beside a place on the screen. */
  readonly more: (id: string, beside: DOMRect) => void;
};

/** What the list that is shown tells those beside it; nothing before it is there. */
export type ShownList = { readonly commands: MessageCommands; readonly rows: readonly MessageRow[] } | null;

export function createMessageCommands(
  store: Store,
  conversation: Conversation,
  { focusBeside, pickEmoji, refused, more }: List,
) {
  const commands = {
    /** What the person may do. Authors edit; authors delete, and owners of the site in channels. */
    permissionsOf(id: string): { readonly mayEdit: boolean; readonly mayRemove: boolean } {
      const message = find(conversation.history.peek(), id);
      const isThere = message !== undefined && !message.deleted;
      const mayEdit = isThere && message.author.id === store.person.value?.id;
      const isOwner = isThere && store.isOwner.value && kindOf(conversation.channelId) === "public";
      return { mayEdit, mayRemove: mayEdit || isOwner };
    },

    edit(id: string): void {
      if (!commands.permissionsOf(id).mayEdit) return;
      // Another rewrite is not saved yet: the person decides about that one first.
      if (!store.edit(conversation, id)) document.getElementById("edit-field")?.focus();
    },

    reply(id: string): void {
      if (find(conversation.history.peek(), id)?.deleted !== undefined) return;
      store.reply(conversation, id);
      document.getElementById("composer-text")?.focus();
    },

    remove(id: string): void {
      if (!commands.permissionsOf(id).mayRemove) return;
      store.remove(conversation, id);
      focusBeside(id);
    },

    isPinned: (id: string) => conversation.pins.value.some(({ messageId }) => messageId === id),

    /** Pins a message, or takes its pin away. The list says why not, if so. */
    async pin(id: string): Promise<void> {
      const { channelId } = conversation;
      const requests = await store.requests();
      const answer = await (commands.isPinned(id) ? requests.unpin(channelId, id) : requests.pin(channelId, id));
      if (!answer.ok) refused(id, answer.detail);
    },

    markUnread(id: string): void {
      const message = find(conversation.history.peek(), id);
      if (message) store.markUnread(conversation, message.seq);
    },

    pickReaction: pickEmoji,

    react(id: string, emoji: string): void {
      store.react(conversation, id, emoji, true);
    },

    more,

    /** Leaves the edit that is open. Answers whether there was one. */
    leaveEdit(): boolean {
      if (conversation.editing.peek() === undefined) return false;
      store.leaveEdit(conversation);
      return true;
    },

    dismissNew: () => store.dismissNew(conversation),
  };
  return commands;
}
