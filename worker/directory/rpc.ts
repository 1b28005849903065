/** What the directory is asked, and what it tells the shards. Types only. */

import type { VapidKeys } from "../platform/push-service.ts";
import type { ActivityEntry } from "../protocol/frames.ts";
import type { Channel, OnlinePerson, Rules } from "../protocol/things.ts";

/** A name that a person wants, or a new one, whose id is made of a shard with room and the nonce. */
export type NameClaim = {
  readonly name: string;
  readonly claimant: { readonly personId: string } | { readonly nonce: string };
  /** Whether the access code was right, or none is needed. A wrong one counts as a failed sign-in. */
  readonly isAdmitted: boolean;
  /** What hourly limits count against (see `addressKey`), when the edge tells. */
  readonly address?: string;
  /** Two letters, when the edge tells. */
  readonly continent?: string;
};

/** A claim that was granted. It is worth nothing after `CLAIM_MAX_AGE_MS`; `claimedAt` (ms) is by the directory's clock, and no two are equal. */
export type GrantedClaim = { readonly kind: "claimed"; readonly personId: string; readonly claimedAt: number };

/** A device is the asker's. `former`: whose shards may still have it. */
export type EndpointClaim = { readonly kind: "claimed"; readonly keys: VapidKeys; readonly former: readonly string[] };

/** The whole public list. Of two versions the higher one is newer. */
export type ChannelList = {
  readonly version: number;
  readonly shards: number;
  readonly channels: readonly Channel[];
};

/** What changed in the list after version `since`. */
export type ListChange = {
  readonly since: number;
  readonly version: number;
  readonly changed: readonly Channel[];
  readonly deleted: readonly { readonly id: string; readonly epoch: string }[];
};

/** What a channel says of itself. `settings` counts its words. */
export type ChannelSettings = { readonly topic: string; readonly rules: Rules; readonly settings: number };

/** Who of one shard's people is online: how many in all, and who came, went or was renamed; `isWhole`: `people` are all there are. */
export type ShardPresence = {
  readonly shard: number;
  readonly count: number;
  readonly people: readonly OnlinePerson[];
  readonly isWhole?: boolean;
};

/** What the directory tells every shard, at most once a second. */
export type DirectoryNews = {
  readonly shards: number;
  readonly list?: ListChange;
  readonly activity: readonly ActivityEntry[];
  readonly presence: readonly ShardPresence[];
};

/** Activity of a public channel. `deleted`: numbers of messages that were deleted since the last report. */
export type ActivityReport = {
  readonly epoch: string;
  readonly seq: number;
  readonly lastAt: number | null;
  readonly deleted: readonly number[];
  readonly oldestSeq?: number;
};

/** How the site stands: people with a name, people online, public channels, open reports. */
export type Overview = {
  readonly people: number;
  readonly online: number;
  readonly channels: number;
  readonly reports: number;
};

/** A person whose name is held. */
export type NameHolder = { readonly id: string; readonly name: string };
