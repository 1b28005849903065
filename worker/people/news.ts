/**
 * What a shard does with news: from the directory of public channels and other shards, from channels of its people.
 * The same news twice, or late, does no harm.
 */
import type { ChannelNews } from "../channel/rpc.ts";
import type { DirectoryNews } from "../directory/rpc.ts";
import type { Tables } from "../platform/migrations.ts";
import { kindOf, mentionedIn } from "../protocol/text.ts";
import type { DirectStore } from "./direct-store.ts";
import type { Directs } from "./directs.ts";
import type { Feed } from "./feed.ts";
import type { FeedState } from "./feed-state.ts";
import type { PersonStore } from "./person-store.ts";
import type { PreferenceStore } from "./preferences.ts";
import type { PrivateStore } from "./private-store.ts";
import type { PublicList } from "./public-list.ts";
import type { Pushes } from "./pushes.ts";
import { addMention, markRead, removeMention } from "./read-marks.ts";

/** Takes in what the directory tells, and tells the feeds what is new in it. Throws when a gap in the list could not be closed. */
export async function receiveFromDirectory(
  { list, feed, pushes }: { readonly list: PublicList; readonly feed: Feed; readonly pushes: Pushes },
  news: DirectoryNews,
): Promise<void> {
  list.noteShards(news.shards);
  if (news.list) await list.apply(news.list, news.shards);
  list.note(news.activity);
  feed.activity(news.activity);
  pushes.publicActivity(news.activity);
  for (const presence of news.presence) feed.notePresence(presence);
}

type Parts = {
  readonly tables: Tables;
  readonly directs: Directs;
  readonly directStore: DirectStore;
  readonly privateStore: PrivateStore;
  readonly persons: PersonStore;
  readonly list: PublicList;
  readonly preferences: PreferenceStore;
  readonly shown: (personId: string, channelId: string) => void;
  readonly state: FeedState;
  readonly feed: Feed;
  readonly pushes: Pushes;
};

/**
 * Takes in what a channel tells of its people here. Message texts pass through and are not stored. News that concern no person of this
 * shard are ignored: nothing is asked or written.
 */
export async function receiveFromChannel(parts: Parts, news: ChannelNews): Promise<void> {
  const { state, feed, persons, list, privateStore, preferences, pushes } = parts;
  const { id, epoch } = news;
  const kind = kindOf(id);
  const concerned = [...news.mentions, ...news.withdrawn].flatMap((one) => one.people);
  if (kind === "direct") concerned.push(...id.split("~"));
  if (kind === "private") concerned.push(...privateStore.members(id));
  if (!concerned.some((personId) => persons.person(personId) !== undefined)) return;
  if (kind === "public" && list.find(id)?.epoch !== epoch) await list.refresh();
  if (news.activity) receiveActivity(parts, news, news.activity);
  for (const { message, people, isRepeated } of news.mentions) {
    for (const personId of people) {
      if (state.epochOf(personId, id) !== epoch || preferences.hasBlocked(personId, message.author.id)) continue;
      const isUnread = state.update(personId, (marks) => addMention(marks, epoch, message.seq));
      if (isUnread) showAgain(parts, personId, id);
      // An edit may add a mention to a message that was read: no mark says whether it was told.
      const isEdit = !isRepeated && state.hasRead(personId, epoch, message.seq);
      const reason = mentionedIn(message.text).includes(personId) ? "mention" : "reply";
      if (isUnread || isEdit) feed.mention(personId, id, message, reason);
      if (isUnread) pushes.want({ person: personId, channel: id, epoch, seq: message.seq, reason });
    }
  }
  for (const { messageId, seq, people, isRepeated } of news.withdrawn) {
    for (const personId of people) {
      if (state.epochOf(personId, id) !== epoch) continue;
      const wasUnread = state.update(personId, (marks) => removeMention(marks, epoch, seq));
      if (wasUnread || !isRepeated) feed.mentionWithdrawn(personId, id, messageId);
    }
  }
}

function receiveActivity(
  parts: Parts,
  { id, epoch, members, keepMs }: ChannelNews,
  { seq, lastAt, latest, deleted, oldestSeq }: NonNullable<ChannelNews["activity"]>,
): void {
  const { tables, directs, directStore, privateStore, preferences, feed } = parts;
  // The opening of a direct conversation may have been cut off between the shards of the two.
  const isPrivate = kindOf(id) === "private";
  const held = isPrivate ? privateStore.channel(id) : (directStore.direct(id) ?? directs.restore(id, epoch, latest));
  if (!held || held.epoch !== epoch || seq < held.seq) return;
  const isNew = seq > held.seq;
  const isOlderGone = oldestSeq !== undefined && oldestSeq > (held.oldestSeq ?? 0);
  if (isNew || isOlderGone)
    tables.transact(() => (isPrivate ? privateStore : directStore).noteActivity(id, { seq, lastAt, oldestSeq }));
  if (keepMs !== undefined && keepMs !== (held.keepMs ?? 0)) directs.setKeepMs(id, keepMs);
  const entry = {
    ...{ id, seq, lastAt },
    ...(latest && { latest }),
    ...(deleted.length > 0 && { deleted }),
    ...(oldestSeq && { oldestSeq }),
  };
  const concerned = isPrivate
    ? privateStore.members(id).filter((personId) => members?.includes(personId))
    : id.split("~");
  for (const personId of concerned) {
    const isBlocked = latest !== undefined && !isPrivate && preferences.hasBlocked(personId, latest.author.id);
    if (isBlocked) passOver(parts, personId, { id, epoch, seq });
    else feed.sendTo(personId, { type: "activity", channels: [entry] });
    if (isNew && !isBlocked && held.name === "") showAgain(parts, personId, id);
    const reason = held.name === "" ? "direct" : "all";
    if (isNew && !isBlocked) parts.pushes.want({ person: personId, channel: id, epoch, seq, reason });
  }
}

/** What a person is not told of does not count as unread either, on any of their devices. */
function passOver(
  { state, feed }: Parts,
  personId: string,
  { id, epoch, seq }: { readonly id: string; readonly epoch: string; readonly seq: number },
): void {
  const isMoved = state.update(personId, (marks) => markRead(marks, epoch, seq));
  if (isMoved) feed.sendTo(personId, { type: "read", channels: [{ id, seq }] });
}

/** A hidden conversation in which something is for its person is hidden no more. */
function showAgain({ state, shown }: Parts, personId: string, id: string): void {
  const epoch = state.epochOf(personId, id);
  if (epoch !== undefined && state.isHidden(personId, epoch)) shown(personId, id);
}
