/** What this device kept of the last time, put back before the server has said anything. */
import { batch } from "@preact/signals";
import type { WindowAnswer } from "../../worker/protocol/answers.ts";
import type { Channel, Person } from "../../worker/protocol/things.ts";
import type { Drafts } from "./drafts.ts";
import type { People } from "./people.ts";
import type { TabState } from "./tab-state.ts";
import type { Unread } from "./unread.ts";

type Dependencies = { readonly people: People; readonly unread: Unread; readonly drafts: Drafts };

export function createRestore(tab: TabState, { people, unread, drafts }: Dependencies) {
  const { channels } = tab;

  /** What this device kept of the last time; what the server says comes after it, or was there before and counts. */
  function restoreDirectory(kept: readonly Channel[], known: readonly Person[]): void {
    if (channels.value.size > 0) return;
    batch(() => {
      people.cachePeople(known, "then");
      channels.value = new Map(kept.map((channel) => [channel.id, channel]));
      unread.recall(kept);
    });
  }

  function restoreConversation(channelId: string, { epoch, head, messages }: WindowAnswer): void {
    const conversation = tab.conversationOf(channelId);
    if (conversation.epoch.value !== undefined || channels.value.get(channelId)?.epoch !== epoch) return;
    batch(() => {
      conversation.epoch.value = epoch;
      conversation.history.value = { ...head, messages };
      unread.note(epoch, messages);
      drafts.recallEdit(conversation, false);
    });
  }

  return { restoreDirectory, restoreConversation };
}
