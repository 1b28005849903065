/**
 * The tables of a channel, and what their rows mean.
 */
import { OUTBOX_TABLE } from "../platform/outbox.ts";
import { MENTIONS_MAX } from "../protocol/limits.ts";
import type { Person, Rules } from "../protocol/things.ts";
import { GUEST_LINK_TABLE } from "./guests.ts";
import { HOOKS_TABLE } from "./hooks.ts";
import { MEMBERS_TABLE } from "./members.ts";
import { PINS_TABLE } from "./pins.ts";
import { RELAYS_TABLE } from "./relays.ts";
import type { ChannelRef } from "./rpc.ts";
import { UPLOADS_TABLE } from "./uploads.ts";

/**
 * `about` has one row. `name` is that of a private channel. `rules` are JSON. `settings` counts the channel's words about itself. `shards` is how many shards of people it has heard of.
 * `ended` is 0, 1 once it was deleted, or 2 once its files have left the bucket; `ended_at` (ms) says since when. `owed_since` is
 * the time (ms) of the first change that a target may not have acknowledged, 0 when there is none. A slot's `evicted` are the ids
 * that stood in it before, `changed_at` (ms) is when its text last changed, and `mentioned` are the people whom any of its texts
 * mentioned.
 */
export const MIGRATIONS = [
  [
    "CREATE TABLE about (id TEXT NOT NULL, epoch TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, topic TEXT NOT NULL, creator TEXT NOT NULL, creator_name TEXT NOT NULL, created_at INTEGER NOT NULL, rules TEXT NOT NULL, invites_from INTEGER NOT NULL, settings INTEGER NOT NULL, shards INTEGER NOT NULL, owed_since INTEGER NOT NULL, ended INTEGER NOT NULL, ended_at INTEGER NOT NULL)",
    "CREATE TABLE slots (slot INTEGER PRIMARY KEY, message TEXT NOT NULL, evicted TEXT NOT NULL, changed_at INTEGER NOT NULL, mentioned TEXT NOT NULL)",
    UPLOADS_TABLE,
    MEMBERS_TABLE,
    PINS_TABLE,
    HOOKS_TABLE,
    RELAYS_TABLE,
    GUEST_LINK_TABLE,
    OUTBOX_TABLE,
  ],
];

/** People who are remembered to have been mentioned by a message: twice as many as one text tells. */
export const MENTIONED_MAX = 2 * MENTIONS_MAX;

/** An id that stood in a slot before, and its author's. */
export type EvictedId = readonly [id: string, author: string];

/** What a channel is. */
export type About = {
  readonly id: string;
  readonly epoch: string;
  readonly kind: ChannelRef["kind"];
  readonly name: string;
  readonly topic: string;
  readonly createdBy: Person;
  readonly createdAt: number;
  readonly rules: Rules;
  /** Invites from before this time (ms) are worth nothing. */
  readonly invitesFrom: number;
  readonly settings: number;
  readonly shards: number;
  readonly owedSince: number;
  readonly ended: 0 | 1 | 2;
  readonly endedAt: number;
};

export type AboutRow = Omit<About, "createdBy" | "createdAt" | "owedSince" | "endedAt" | "rules" | "invitesFrom"> & {
  readonly invites_from: number;
  readonly rules: string;
  readonly owed_since: number;
  readonly creator: string;
  readonly creator_name: string;
  readonly created_at: number;
  readonly ended_at: number;
};

/** The ids of the files that a message takes, and of those that have lost theirs. */
export type FileChanges = { readonly taken: readonly string[]; readonly released: readonly string[] };

/** What is remembered of a message beside itself. */
export type Trace = { readonly changedAt: number; readonly mentioned: readonly string[] };

export type SlotRow = {
  readonly message: string;
  readonly evicted: string;
  readonly changed_at: number;
  readonly mentioned: string;
};

export function toAbout(row: AboutRow): About {
  const { id, epoch, kind, name, topic, created_at: createdAt, settings, shards, ended } = row;
  const rules: Rules = JSON.parse(row.rules);
  const createdBy = { id: row.creator, name: row.creator_name };
  const times = { createdAt, invitesFrom: row.invites_from, owedSince: row.owed_since, endedAt: row.ended_at };
  return { id, epoch, kind, name, topic, createdBy, rules, settings, shards, ended, ...times };
}

/** Which channel that is, as long as it has not ended. */
export function refOf(about: About | undefined): ChannelRef | undefined {
  if (!about || about.ended > 0) return undefined;
  return { id: about.id, epoch: about.epoch, kind: about.kind };
}

/** What a channel is that has begun now and says nothing of itself yet. */
export function newAbout(
  { id, epoch, kind }: ChannelRef,
  about: Partial<Pick<About, "name" | "topic" | "createdBy" | "createdAt" | "rules">> = {},
): About {
  const nobody: Person = { id: "", name: "" };
  const beginning = { name: "", topic: "", createdBy: nobody, createdAt: 0, rules: {}, ...about };
  return { id, epoch, kind, ...beginning, invitesFrom: 0, settings: 0, shards: 1, owedSince: 0, ended: 0, endedAt: 0 };
}
