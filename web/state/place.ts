/** Where the person is: what is unread in each channel, where what is new begins in the open one, and which ones were open lately. */
import { type ReadonlySignal, signal, untracked } from "@preact/signals";
import type { FeedCommand } from "../../worker/protocol/commands.ts";
import type { Channel } from "../../worker/protocol/things.ts";
import type { localState as deviceState } from "../storage/local-state.ts";
import { channelHref } from "./route.ts";
import type { Sending } from "./sending.ts";
import type { Conversation, TabState } from "./tab-state.ts";
import type { Unread, UnreadState } from "./unread.ts";

type Dependencies = {
  readonly localState: typeof deviceState;
  readonly unread: Unread;
  readonly sending: Sending;
  readonly titleOf: (channelId: string) => string;
  /** Sends a command on the socket of the feed; `false` when it is not live. */
  readonly sendToFeed: (command: FeedCommand) => boolean;
};

export function createPlace(tab: TabState, { localState, unread, sending, titleOf, sendToFeed }: Dependencies) {
  const { person, directoryLink } = tab;
  const closedSections = signal<ReadonlySet<string>>(new Set(localState.closedSections()));

  /** What is unread in a channel. Own messages are never unread, also those whose answer is still on its way. */
  function unreadOf(channel: Channel): UnreadState {
    const isLive = directoryLink.value.kind === "live"; // otherwise none of them can have arrived
    const own = sending.entries.value.filter((entry) => {
      return isLive && entry.epoch === channel.epoch && entry.kind === "send" && !entry.held && !entry.failure;
    });
    return unread.unreadOf(channel, own.length);
  }

  /** A conversation was seen to its end. */
  function markRead({ epoch, history }: Conversation): void {
    if (epoch.value !== undefined) unread.markRead(epoch.value, history.value.seq);
  }

  /** Remembers where what is new begins, as the person comes to a conversation or looks away from it. */
  function noteNew({ epoch, history, newAfter }: Conversation): void {
    if (epoch.value === undefined) return;
    const after = newAfter.value;
    const isShown =
      after !== undefined &&
      history.value.messages.some(({ seq, author }) => seq > after && author.id !== person.value?.id);
    if (!isShown) newAfter.value = unread.readSeq(epoch.value);
  }

  return {
    unreadOf,
    markRead,
    noteNew,

    /** What there is in a channel counts as read, also where it was marked unread. */
    markAllRead({ epoch, seq }: Channel): void {
      unread.release(epoch);
      unread.markRead(epoch, seq);
    },

    /** The sections of the rail that this device shows closed. */
    closedSections: closedSections as ReadonlySignal<ReadonlySet<string>>,
    toggleSection(name: string): void {
      const closed = new Set(closedSections.value);
      if (!closed.delete(name)) closed.add(name);
      closedSections.value = closed;
      localState.keepClosedSections([...closed]);
    },

    /** The message of this number and all after it are unread again, until the conversation is opened again. */
    markUnread(conversation: Conversation, seq: number): void {
      const epoch = tab.epochOf(conversation);
      if (epoch === undefined || !sendToFeed({ type: "unread", id: conversation.channelId, seq })) return;
      unread.markUnread(epoch, seq);
      conversation.newAfter.value = seq - 1;
    },

    /** Whether this window is in front: while it is, nothing is pushed. */
    sendVisible: (on: boolean) => sendToFeed({ type: "visible", on }),

    /** Nothing is new any more in a conversation. */
    dismissNew(conversation: Conversation): void {
      conversation.newAfter.value = undefined;
      markRead(conversation);
    },

    /** Conversations that were open lately, newest first. */
    recents: () => (person.value ? localState.recents(person.value.id) : []),

    /** The conversation that was left last is where the person comes back to. */
    keepPlace({ channelId, epoch }: Conversation): void {
      const who = person.value;
      if (!who || epoch.value === undefined) return;
      unread.release(epoch.value);
      localState.keepPlace(who.id, channelHref(channelId, who.id));
      localState.keepRecent(who.id, channelId);
      const title = untracked(() => titleOf(channelId));
      localState.keepTitle(who.id, epoch.value, title);
      tab.evictConversations();
    },
  };
}
