/** The list of channels: the one a connection begins with, its further pages, and what changes in it. */
import { batch } from "@preact/signals";
import type { ActivityEntry } from "../../worker/protocol/frames.ts";
import { EMPTY_HISTORY } from "../../worker/protocol/history.ts";
import { kindOf } from "../../worker/protocol/text.ts";
import type { Channel } from "../../worker/protocol/things.ts";
import type { Answer, ChannelPage, api as httpApi, NewChannel } from "../network/api.ts";
import type { People } from "./people.ts";
import type { ReadReporter } from "./read-reporter.ts";
import { channelHref, go } from "./route.ts";
import type { TabState } from "./tab-state.ts";
import type { Unread } from "./unread.ts";
import type { Wishes } from "./wishes.ts";

/** A page of the channel list that failed is requested again after this time (ms). */
const PAGE_RETRY_MS = 5_000;

type Dependencies = {
  readonly api: Pick<typeof httpApi, "channels" | "createChannel" | "openDirect" | "openGroup">;
  readonly people: People;
  readonly unread: Unread;
  readonly wishes: Wishes;
  readonly readReporter: ReadReporter;
  /** The whole list is known now. */
  readonly listKnown: () => void;
};

export type Channels = ReturnType<typeof createChannels>;

export function createChannels(tab: TabState, { api, people, unread, wishes, readReporter, listKnown }: Dependencies) {
  const { channels, isListKnown, conversations, person } = tab;
  /** Channels of before that a list which comes in pages has not shown yet. `undefined`: no page is awaited. */
  let unconfirmed: Set<string> | undefined;

  /** The server's marks, but for what this device has read and not sent yet. */
  function takeReads(listed: readonly Channel[], reads: Readonly<Record<string, number>>): void {
    unread.setReads(
      listed.flatMap(({ id, epoch }) => {
        const seq = reads[id];
        return seq === undefined || readReporter.isPending(epoch) ? [] : [[epoch, seq] as const];
      }),
    );
  }

  /** The channels that did not fit into the first frame, a page at a time. What no page shows is gone. */
  async function loadMore(before: Set<string>): Promise<void> {
    for (let cursor: string | undefined = ""; cursor !== undefined; ) {
      const answer: Answer<ChannelPage> = await api.channels(cursor);
      await new Promise((resolve) => setTimeout(resolve)); // checking a page and showing it are two tasks: neither is long
      if (unconfirmed !== before) return; // another connection has begun with a list of its own
      if (!answer.ok) {
        await new Promise((resolve) => setTimeout(resolve, PAGE_RETRY_MS));
        continue;
      }
      const page = answer.value;
      batch(() => {
        const all = new Map(channels.value);
        // What came by the feed meanwhile is newer.
        for (const channel of page.channels)
          if (before.delete(channel.id) || !all.has(channel.id)) all.set(channel.id, channel);
        channels.value = all;
        unread.recall(page.channels);
        takeReads(page.channels, page.reads ?? {});
        wishes.takeAll(page.preferences ?? {}, true);
      });
      cursor = page.cursor;
    }
    unconfirmed = undefined;
    channels.value = new Map([...channels.value].filter(([id]) => !before.has(id)));
    isListKnown.value = true;
    listKnown();
  }

  /** A channel that the server has just given: it is in the list before the directory tells, and the tab goes there. */
  function opened(answer: Answer<Channel>): Answer<Channel> {
    if (!answer.ok) return answer;
    add(answer.value);
    go(channelHref(answer.value.id, person.value?.id));
    return answer;
  }

  function add(channel: Channel): void {
    batch(() => {
      people.cachePeople([...(channel.people ?? []), ...(channel.peer ? [channel.peer] : [])]);
      channels.value = new Map(channels.value).set(channel.id, channel);
      unconfirmed?.delete(channel.id);
      unread.recall([channel]);
    });
  }

  return {
    /** The list that a connection begins with. While `hasMore`, channels of before stay: they may be on the next pages. */
    takeList(listed: readonly Channel[], reads: Readonly<Record<string, number>>, hasMore: boolean): void {
      const first = new Map(listed.map((channel) => [channel.id, channel]));
      unconfirmed = hasMore ? new Set([...channels.value.keys()].filter((id) => !first.has(id))) : undefined;
      channels.value = hasMore ? new Map([...channels.value, ...first]) : first;
      isListKnown.value = !hasMore;
      unread.recall(listed);
      takeReads(listed, reads);
      if (unconfirmed) void loadMore(unconfirmed);
    },

    /** A channel is new, or has another topic. */
    add,

    /** A channel is gone. Another of that name begins with nothing of this one. */
    delete(id: string): void {
      const left = new Map(channels.value);
      left.delete(id);
      channels.value = left;
      // Who is in it no more reads no further, whatever is still on the screen.
      const gone = conversations.value.get(id);
      if (gone && kindOf(id) !== "public") gone.history.value = EMPTY_HISTORY;
      conversations.value.delete(id);
    },

    /** Channels have new messages, or fewer. */
    takeActivity(entries: readonly ActivityEntry[]): void {
      const moved = new Map(channels.value);
      for (const { id, seq, lastAt, oldestSeq } of entries) {
        const channel = moved.get(id);
        if (channel) moved.set(id, { ...channel, seq, lastAt, ...(oldestSeq !== undefined && { oldestSeq }) });
      }
      channels.value = moved;
      for (const { id, latest, deleted } of entries) {
        const epoch = moved.get(id)?.epoch;
        if (epoch === undefined) continue;
        if (deleted) unread.noteDeleted(epoch, deleted);
        if (latest) unread.note(epoch, [latest]);
      }
    },

    async createChannel(asked: NewChannel): Promise<Answer<Channel>> {
      return opened(await api.createChannel(asked));
    },

    /** Opens the conversation with these people: of two, or of a group. */
    async openConversation(people: readonly string[]): Promise<Answer<Channel>> {
      const [only, ...more] = people;
      return opened(await (only !== undefined && more.length === 0 ? api.openDirect(only) : api.openGroup(people)));
    },

    async openDirect(personId: string): Promise<Answer<Channel>> {
      return opened(await api.openDirect(personId));
    },

    /** Another person begins here. */
    forget(): void {
      unconfirmed = undefined;
      isListKnown.value = false;
      channels.value = new Map();
      conversations.value = new Map();
    },
  };
}
