/** What a person changes about messages that are there: edits, reactions, deletions. Each waits in the outbox until the server has it. */
import { find } from "../../worker/protocol/history.ts";
import { TEXT_MAX_POINTS } from "../../worker/protocol/limits.ts";
import { countPoints, isDrawn } from "../../worker/protocol/text.ts";
import type { Outbox } from "./outbox.ts";
import type { Intent } from "./outbox-entry.ts";
import type { Conversation } from "./tab-state.ts";

/** How long (ms) a deletion can be undone. */
const UNDO_MS = 5_000;

type Dependencies = {
  readonly outbox: Outbox;
  /** Puts what a person wants into the outbox. `false`: the conversation is not known well enough yet. */
  readonly write: (conversation: Conversation, id: string, intent: Intent) => boolean;
  readonly textToSend: (typed: string, textBefore?: string) => string;
  /** Sends a deletion now, while the page goes away. */
  readonly removeNow: (channelId: string, id: string) => void;
};

export function createChanges({ outbox, write, textToSend, removeNow }: Dependencies) {
  return {
    /** Ends the editing of a message with a text, as it was typed. `false`: it is empty or too long, and editing goes on. */
    saveEdit(conversation: Conversation, { id, text: typed }: { readonly id: string; readonly text: string }): boolean {
      const message = find(conversation.history.value, id);
      const text = textToSend(typed, message?.text);
      if (countPoints(text) > TEXT_MAX_POINTS || (!isDrawn(text) && !message?.attachments)) return false;
      const waiting = outbox.entries.value.find((entry) => entry.kind === "edit" && entry.id === id);
      // An edit that waits may be on its way already: what is meant now has to follow it, also when it is the old text.
      const before = waiting?.kind === "edit" ? waiting.text : message?.text;
      return before === text || write(conversation, id, { kind: "edit", text });
    },

    /** Adds the person's reaction to a message of a conversation, or takes it back. */
    react(conversation: Conversation, id: string, emoji: string, on: boolean): void {
      write(conversation, id, { kind: "react", emoji, on });
    },

    /** Deletes a message, after a while in which it can be undone. */
    remove(conversation: Conversation, id: string): void {
      if (write(conversation, id, { kind: "delete", isUndoable: true })) {
        setTimeout(() => outbox.releaseDelete(id), UNDO_MS);
      }
    },
    undoRemove: (id: string) => outbox.remove({ id, kind: "delete" }),

    /** The page goes away: this tab's deletions that could still have been undone go out at once. What fails stays in the outbox. */
    leavePage(): void {
      for (const entry of outbox.entries.value) {
        if (entry.kind === "delete" && entry.isUndoable && outbox.isOwn(entry)) removeNow(entry.channelId, entry.id);
      }
    },
  };
}
