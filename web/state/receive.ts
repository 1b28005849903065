/** What the server tells on its sockets, frame by frame, folded into what the tab knows with the server's own `merge`. */
import { batch } from "@preact/signals";
import type { ChannelFrame, DirectoryFrame } from "../../worker/protocol/frames.ts";
import { dropBelow, merge } from "../../worker/protocol/history.ts";
import { PROTOCOL_VERSION } from "../../worker/protocol/limits.ts";
import type { Message } from "../../worker/protocol/things.ts";
import type { api as httpApi } from "../network/api.ts";
import type { Channels } from "./channels.ts";
import type { Drafts } from "./drafts.ts";
import type { Incoming } from "./incoming.ts";
import type { People } from "./people.ts";
import type { ReadReporter } from "./read-reporter.ts";
import type { Sending } from "./sending.ts";
import type { Session } from "./session.ts";
import type { Conversation, TabState } from "./tab-state.ts";
import type { Unread } from "./unread.ts";
import type { Wishes } from "./wishes.ts";

/** A typist not heard of for this long (ms) has stopped. The contract's number. */
const TYPING_FORGOTTEN_MS = 6_000;
/** Conversations with something unread whose windows are fetched on start, for the mentions in them. */
const CATCH_UP_MAX = 20;

type Dependencies = {
  readonly api: Pick<typeof httpApi, "window">;
  readonly session: Session;
  readonly people: People;
  readonly channels: Channels;
  readonly drafts: Drafts;
  readonly sending: Sending;
  readonly unread: Unread;
  readonly wishes: Wishes;
  readonly readReporter: ReadReporter;
  readonly emit: (incoming: Incoming) => void;
};

export function createReceive(tab: TabState, dependencies: Dependencies) {
  const { api, session, people, channels, drafts, sending, unread, wishes, readReporter, emit } = dependencies;
  const { person, isOwner, online, blocked, reportCount, conversationOf } = tab;
  /** People online on the whole site, as far as the server has said. */
  let onlineCount = 0;

  const epochOf = (channelId: string) => tab.channels.value.get(channelId)?.epoch;

  function receiveDirectory(frame: DirectoryFrame): void {
    switch (frame.type) {
      case "directory":
        batch(() => {
          session.syncIdentity(frame.you);
          tab.isNewer.value ||= frame.version > PROTOCOL_VERSION;
          isOwner.value = frame.owner === true;
          const peers = frame.channels.flatMap(({ peer, people: all = [] }) => [...all, ...(peer ? [peer] : [])]);
          people.cachePeople([...peers, ...frame.people, frame.you].map(({ id, name }) => ({ id, name })));
          online.value = new Set(frame.people.filter((one) => one.online).map(({ id }) => id));
          wishes.takeAll(frame.preferences ?? {}, false);
          blocked.value = new Set(frame.blocked ?? []);
          channels.takeList(frame.channels, frame.reads, frame.more === true);
          unread.setMentions(frame.channels.map(({ id, epoch }) => [epoch, frame.mentions[id] ?? []]));
        });
        onlineCount = frame.onlineCount;
        return void catchUp();
      case "channel":
        return channels.add(frame.channel);
      case "channel_deleted":
        channels.delete(frame.id);
        setTimeout(sending.pump); // what was written there says that it cannot be sent
        return;
      case "activity":
        channels.takeActivity(frame.channels);
        for (const { id, latest } of frame.channels) emit({ channelId: id, messages: latest ? [latest] : [] });
        return;
      case "people": {
        const present = new Set(online.value);
        for (const { id, name, online: isOnline } of frame.people) {
          if (id === person.value?.id) session.syncIdentity({ id, name });
          if (isOnline) present.add(id);
          else present.delete(id);
        }
        return batch(() => {
          people.cachePeople(frame.people.map(({ id, name }) => ({ id, name })));
          online.value = present;
        });
      }
      case "mention": {
        const epoch = epochOf(frame.channel);
        if (epoch !== undefined) {
          unread.addMention(epoch, frame.message.seq);
          unread.note(epoch, [frame.message]);
        }
        return emit({ channelId: frame.channel, messages: [frame.message] });
      }
      case "mention_withdrawn":
        return void fetchWindow(frame.channel);
      case "read":
        return batch(() => {
          for (const { id, seq } of frame.channels) {
            const epoch = epochOf(id);
            if (epoch !== undefined && seq > (unread.readSeq(epoch) ?? -1)) unread.setReads([[epoch, seq]]);
          }
        });
      case "unread": {
        const epoch = epochOf(frame.id);
        if (epoch !== undefined) unread.markUnread(epoch, frame.seq);
        return;
      }
      case "report":
        reportCount.value = frame.count;
        return;
      case "preferences": {
        const { type: _, channel, ...preference } = frame;
        return wishes.take(channel, preference);
      }
      case "error":
        if (frame.command === "read") readReporter.refused(frame.retryAfterMs ?? 0);
        return;
      default:
        return frame satisfies never;
    }
  }

  /** What the window of a channel that is not open says of mentions and own messages. */
  async function fetchWindow(channelId: string): Promise<void> {
    const answer = await api.window(channelId);
    if (answer.ok) unread.note(answer.value.epoch, answer.value.messages);
  }

  /** What came while there was no connection: in what is unread of the conversations that moved last. */
  async function catchUp(): Promise<void> {
    const waiting = [...tab.channels.value.values()]
      .filter((channel) => unread.unreadOf(channel, 0).count > 0)
      .sort((a, b) => (b.lastAt ?? 0) - (a.lastAt ?? 0));
    for (const { id } of waiting.slice(0, CATCH_UP_MAX)) await fetchWindow(id);
  }

  function receiveChannel(channelId: string, frame: ChannelFrame): void {
    const conversation = conversationOf(channelId);
    switch (frame.type) {
      case "welcome":
        return batch(() => {
          session.syncIdentity(frame.you);
          const before = conversation.epoch.value;
          if (before !== undefined && before !== frame.epoch) drafts.leaveEpoch(conversation);
          const messages = frame.reset ? [] : conversation.history.value.messages;
          conversation.epoch.value = frame.epoch;
          const history = merge({ ...frame.head, messages }, frame.messages);
          conversation.history.value = dropBelow(history, frame.oldestSeq ?? 0);
          conversation.pins.value = frame.pins ?? [];
          conversation.here.value = frame.here;
          people.cachePeople(frame.here.people);
          takeIn(frame.epoch, conversation.history.value.messages);
          drafts.recallEdit(conversation, true);
          drafts.noticeGone(conversation);
        });
      case "messages":
        batch(() => {
          const history = merge(conversation.history.value, frame.messages);
          conversation.history.value = dropBelow(history, frame.oldestSeq ?? 0);
          for (const { author } of frame.messages) forgetTypist(conversation, author.id);
          takeIn(conversation.epoch.value, frame.messages);
          drafts.noticeGone(conversation);
        });
        return emit({ channelId, messages: frame.messages });
      case "pins":
        conversation.pins.value = frame.pins;
        return;
      case "here": {
        const left = new Set(frame.left.map(({ id }) => id));
        const joined = new Map(frame.joined.map((newcomer) => [newcomer.id, newcomer]));
        const stayed = conversation.here.value.people.filter(({ id }) => !left.has(id) && !joined.has(id));
        conversation.here.value = { ...frame, people: [...stayed, ...joined.values()] };
        return people.cachePeople(frame.joined);
      }
      case "typing": {
        forgetTypist(conversation, frame.person.id);
        const { typing } = conversation;
        const typist = { person: frame.person };
        typing.value = [...typing.value, typist];
        setTimeout(() => {
          if (typing.value.includes(typist)) typing.value = typing.value.filter((one) => one !== typist);
        }, TYPING_FORGOTTEN_MS);
        return;
      }
      case "error":
        return sending.refused(frame);
      default:
        return frame satisfies never;
    }
  }

  function forgetTypist(conversation: Conversation, personId: string): void {
    const others = conversation.typing.value.filter(({ person: typist }) => typist.id !== personId);
    if (others.length < conversation.typing.value.length) conversation.typing.value = others;
  }

  /** What messages mean beside being shown: who there is, who is mentioned, and what of the outbox is done. */
  function takeIn(epoch: string | undefined, messages: readonly Message[]): void {
    people.cachePeople(
      messages.map(({ author }) => author),
      "then",
    );
    if (epoch !== undefined) unread.note(epoch, messages);
    sending.settle(messages);
  }

  return { receiveDirectory, receiveChannel, onlineCount: () => onlineCount };
}
