/**
 * What a person finds on the feed: the channels that are there for them, how far each was read, and where they are mentioned.
 * It combines the shard's copy of the public list, the direct conversations and the marks; it sends nothing.
 */
import { jsonOf } from "../platform/encoding.ts";
import type { Tables } from "../platform/migrations.ts";
import { type Refused, refuse } from "../protocol/errors.ts";
import {
  CHANNELS_AT_ONCE_MAX,
  CHANNELS_PER_PAGE,
  FEED_CHANNELS_MAX,
  FEED_CHANNELS_MAX_BYTES,
} from "../protocol/limits.ts";

import { FIRST_CHANNEL } from "../protocol/names.ts";
import { kindOf } from "../protocol/text.ts";
import type { Channel, Person, Preference } from "../protocol/things.ts";
import type { DirectStore } from "./direct-store.ts";
import type { FirstFrame } from "./feed.ts";
import type { PersonStore } from "./person-store.ts";
import type { PreferenceStore } from "./preferences.ts";
import type { PrivateStore } from "./private-store.ts";
import type { PublicList } from "./public-list.ts";
import { parseMarks, prune, type ReadMarks } from "./read-marks.ts";
import type { ChannelPage } from "./rpc.ts";

const encoder = new TextEncoder();
/** The order of pages. */
const ORDER = ["public", "private", "direct"];

type Stores = {
  readonly directs: DirectStore;
  readonly privates: PrivateStore;
  readonly list: PublicList;
  readonly preferences: PreferenceStore;
};

type Preferred = { readonly kind: "preferred"; readonly preference: Preference };

export class FeedState {
  readonly #tables: Tables;
  readonly #persons: PersonStore;
  readonly #directs: DirectStore;
  readonly #privates: PrivateStore;
  readonly #list: PublicList;
  readonly #preferences: PreferenceStore;

  constructor(tables: Tables, persons: PersonStore, { directs, privates, list, preferences }: Stores) {
    this.#tables = tables;
    this.#persons = persons;
    this.#directs = directs;
    this.#privates = privates;
    this.#list = list;
    this.#preferences = preferences;
  }

  /** The direct conversations of a person, each with its peer under the present name. */
  directs(personId: string): readonly Channel[] {
    return this.#directs.of(personId).map(({ direct, peer }) => ({ ...direct, peer: this.personOf(peer) }));
  }

  /** The conversations of a person that are not public: private ones, then direct ones. */
  own(personId: string): readonly Channel[] {
    return [...this.#privates.all(personId), ...this.directs(personId)];
  }

  /** A person of this shard, or a peer of another one. */
  personOf(id: string): Person {
    return this.#persons.person(id)?.identity.person ?? this.#directs.peer(id) ?? { id, name: "" };
  }

  /** The epoch of a channel that is there for this person. */
  epochOf(personId: string, channelId: string): string | undefined {
    const kind = kindOf(channelId);
    switch (kind) {
      case "public":
        return this.#list.find(channelId)?.epoch;
      case "private":
        return this.#privates.of(personId, channelId)?.epoch;
      case "direct":
        return this.#directs.peerOf(personId, channelId) && this.#directs.direct(channelId)?.epoch;
      default:
        return kind satisfies never;
    }
  }

  marks(personId: string): ReadMarks {
    return parseMarks(this.#persons.marks(personId));
  }

  /** Changes a person's marks: a row if they change. Says whether they did. */
  update(personId: string, change: (marks: ReadMarks) => ReadMarks): boolean {
    const before = this.marks(personId);
    const after = change(before);
    if (after === before) return false;
    const pruned = prune(after, this.isThereFor(personId));
    this.#tables.transact(() => this.#persons.setMarks(personId, JSON.stringify(pruned)));
    return true;
  }

  /** Changes what a person wants of a channel. */
  prefer(personId: string, channelId: string, change: Preference): Refused | Preferred {
    const epoch = this.epochOf(personId, channelId);
    if (epoch === undefined) return refuse("not_found", "This channel doesn't exist.");
    const isThere = this.isThereFor(personId);
    return { kind: "preferred", preference: this.#preferences.change(personId, epoch, change, isThere) };
  }

  isHidden(personId: string, epoch: string): boolean {
    return this.#preferences.of(personId).channels[epoch]?.hidden === true;
  }

  /** Which epochs are those of channels that are there for a person. */
  isThereFor(personId: string): (epoch: string) => boolean {
    const own = new Set(this.own(personId).map(({ epoch }) => epoch));
    return (epoch) => own.has(epoch) || this.#list.idOf(epoch) !== undefined;
  }

  /** Whether this person has read a channel up to that message or further. */
  hasRead(personId: string, epoch: string, seq: number): boolean {
    return (this.marks(personId).seqs[epoch] ?? 0) >= seq;
  }

  /** The first frame of a feed: `#general`, the person's own conversations, and the channels that were active or made last. */
  firstFrame(personId: string, isOwner: boolean): Omit<FirstFrame, "push" | "pausedUntil"> {
    const all = [...this.#list.all(), ...this.own(personId)];
    const newestFirst = [...all].sort((a, b) => rank(b) - rank(a));
    const fitting = new Set<Channel>();
    let bytes = 0;
    for (const channel of newestFirst) {
      bytes += encoder.encode(jsonOf(channel)).byteLength;
      if (fitting.size >= FEED_CHANNELS_MAX || bytes > FEED_CHANNELS_MAX_BYTES) break;
      fitting.add(channel);
    }
    const channels = all.filter((channel) => fitting.has(channel));
    const marks = this.marks(personId);
    const peers = channels.flatMap(({ peer, people = [] }) => [...people, ...(peer ? [peer] : [])]);
    const isMore = channels.length < all.length;
    const { channels: preferred, blocked } = this.#preferences.of(personId);
    return {
      ...{ isOwner, channels, isMore, peers, blocked },
      reads: readsOf(marks, channels),
      mentions: mentionsOf(marks, channels),
      preferences: preferencesOf(preferred, channels),
    };
  }

  publicEpoch(id: string): string | undefined {
    return this.#list.find(id)?.epoch;
  }

  /** What a conversation is called beside its author's name, as this person sees it, and the path to it. */
  placeOf(personId: string, id: string): { readonly title: string; readonly path: string } {
    const peer = this.#directs.peerOf(personId, id);
    if (peer !== undefined) return { title: "", path: `/d/${peer}` };
    const { name = id, people = [] } = this.#privates.of(personId, id) ?? {};
    const others = people.filter((one) => one.id !== personId).map((one) => one.name);
    return { title: name === "" ? others.join(", ") : `#${name}`, path: `/c/${id}` };
  }

  /** What is for a person and unread: messages to them alone, and mentions. */
  badgeOf(personId: string): number {
    const { seqs, mentions } = this.marks(personId);
    const toThem = this.own(personId).filter(({ name }) => name === "");
    const direct = toThem.reduce((sum, { epoch, seq }) => sum + Math.max(0, seq - (seqs[epoch] ?? 0)), 0);
    const known = new Set(toThem.map(({ epoch }) => epoch));
    const elsewhere = Object.entries(mentions).filter(([epoch]) => !known.has(epoch));
    return direct + elsewhere.reduce((sum, [, all]) => sum + all.length, 0);
  }

  /** All channels of a person, or the page after `cursor`; the empty cursor is before the first page. */
  page(personId: string, cursor: string | undefined): ChannelPage {
    const all = [...this.#list.all(), ...this.own(personId)];
    const marks = this.marks(personId);
    const preferred = this.#preferences.of(personId).channels;
    const pageOf = (channels: readonly Channel[]) => {
      return { channels, reads: readsOf(marks, channels), preferences: preferencesOf(preferred, channels) };
    };
    if (cursor === undefined) return pageOf(all.slice(0, CHANNELS_AT_ONCE_MAX));
    // Public channels come before private and direct ones, each by id: a channel that was deleted meanwhile is no gap.
    const place = (id: string) => ORDER.indexOf(kindOf(id));
    const isAfter = ({ id }: Channel) => (place(id) === place(cursor) ? id > cursor : place(id) > place(cursor));
    const left = cursor === "" ? all : all.filter(isAfter);
    const channels = left.slice(0, CHANNELS_PER_PAGE);
    const last = channels.at(-1);
    const isMore = left.length > channels.length && last !== undefined;
    return { ...pageOf(channels), ...(isMore && { cursor: last.id }) };
  }
}

/** `#general` first, then the person's own conversations, then by the newest message. */
function rank({ id, kind, lastAt, createdAt }: Channel): number {
  if (id === FIRST_CHANNEL) return Number.POSITIVE_INFINITY;
  return (lastAt ?? createdAt) + (kind !== "public" ? Number.MAX_SAFE_INTEGER / 2 : 0);
}

function readsOf({ seqs }: ReadMarks, channels: readonly Channel[]): Readonly<Record<string, number>> {
  return Object.fromEntries(channels.map(({ id, epoch }) => [id, seqs[epoch] ?? 0]));
}

function preferencesOf(
  preferred: Readonly<Record<string, Preference>>,
  channels: readonly Channel[],
): Readonly<Record<string, Preference>> {
  return Object.fromEntries(channels.flatMap(({ id, epoch }) => (preferred[epoch] ? [[id, preferred[epoch]]] : [])));
}

function mentionsOf({ mentions }: ReadMarks, channels: readonly Channel[]): Readonly<Record<string, number[]>> {
  return Object.fromEntries(channels.flatMap(({ id, epoch }) => (mentions[epoch] ? [[id, [...mentions[epoch]]]] : [])));
}
