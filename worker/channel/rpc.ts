/** What a channel's object is asked, and what it tells the shards of its people. Types only. */
import type * as v from "valibot";
import type { AuthContext, NotAuthorized } from "../platform/authority.ts";
import type { SettingsBody } from "../protocol/commands.ts";
import type { Refused } from "../protocol/errors.ts";
import type { Attachment, Channel, ChannelKind, Message, Person } from "../protocol/things.ts";

/** Which channel is asked: what the person's shard confirmed. The object is named by the epoch. */
export type ChannelRef = { readonly id: string; readonly epoch: string; readonly kind: ChannelKind };

export type ChannelAuth = AuthContext & { readonly channel: ChannelRef };

/** The channel has ended, or never was, or is a direct one of others. The shard's list may be behind. */
export type Gone = { readonly kind: "gone" };

/** A hook that a person adds: `hash` is the digest of its address, `claimedAt` (ms) the directory's stamp of its name. */
export type NewHook = {
  readonly id: string;
  readonly name: string;
  readonly hash: string;
  readonly claimedAt: number;
};

/** What came to a hook's address, as Markdown. `username`: the name that the sender asks for. */
export type HookText = { readonly id: string; readonly text: string; readonly username?: string };

/** `no service`: no hook has that address. */
export type HookOutcome = Refused | Gone | { readonly kind: "no service" } | { readonly kind: "done" };

/** What a person wants to change about a channel, as it came. */
export type SettingsChange = v.InferOutput<typeof SettingsBody>;

export type NotAdmitted = NotAuthorized | Gone;

/** What a file is before a message takes it. Sizes in bytes and pixels. */
export type FileFacts = Pick<Attachment, "name" | "type" | "size" | "width" | "height">;

export type FileOutcome = NotAdmitted | { readonly kind: "file"; readonly file: Attachment };

/** `isChange`: it was written now, and everyone in the channel was told. */
export type CommandOutcome = Refused | { readonly kind: "done"; readonly message: Message; readonly isChange: boolean };

export type ChannelOutcome = Refused | { readonly kind: "channel"; readonly channel: Channel; readonly isNew: boolean };

/** The ids of a channel's people, in the order they came. `isNew`: one of them came now. */
export type MembersOutcome =
  | Refused
  | { readonly kind: "members"; readonly people: readonly string[]; readonly isNew: boolean };

/** A private channel that is to be made: `people` beside the one who makes it. A group conversation has no name. */
export type NewPrivate = {
  readonly id: string;
  readonly epoch: string;
  readonly name: string;
  readonly topic: string;
  readonly people: readonly Person[];
};

/** Who made an invite, and when (ms). */
export type InviteRef = { readonly maker: string; readonly madeAt: number };

/** What a private channel tells a shard: what it is, and which of the shard's people are in it. The higher version counts. */
export type PrivateState = { readonly channel: Channel; readonly version: number; readonly people: readonly string[] };

/** What a channel tells a shard that has people concerned. Taking it twice does no harm. */
export type ChannelNews = {
  readonly id: string;
  readonly epoch: string;
  /** Of a private channel: who of the shard is in it now. No one else is sent anything, whatever the shard still believes. */
  readonly members?: readonly string[];
  /** Of a direct channel: how long (ms) it keeps its messages, 0 for as long as they fit. */
  readonly keepMs?: number;
  /** Of a direct channel: its newest message. */
  readonly activity?: {
    readonly seq: number;
    readonly lastAt: number | null;
    readonly latest?: Message;
    readonly deleted: readonly number[];
    /** The lowest number that is kept, where age has removed some. */
    readonly oldestSeq?: number;
  };
  /** `isRepeated`: told perhaps for the second time, since the channel forgot whether it was. */
  readonly mentions: readonly {
    readonly message: Message;
    readonly people: readonly string[];
    readonly isRepeated: boolean;
  }[];
  readonly withdrawn: readonly {
    readonly messageId: string;
    readonly seq: number;
    readonly people: readonly string[];
    readonly isRepeated: boolean;
  }[];
};
