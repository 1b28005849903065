/**
 * What the server says on its sockets, frame by frame. The Worker takes only types from this file, so that its bundle does without the
 * schemas.
 */
import * as v from "valibot";
import {
  Channel,
  ChannelKind,
  Count,
  Head,
  Message,
  OnlinePerson,
  Person,
  PinList,
  Preference,
  Rules,
} from "./things.ts";
import { listOf, parseJsonObject } from "./wire.ts";

/* ---- server → client ---- */

/** The first frame of a channel's socket: all of the window, or what changed in it after `since`. */
const Welcome = v.object({
  type: v.literal("welcome"),
  version: v.number(),
  you: Person,
  channel: v.object({ id: v.string(), epoch: v.string(), kind: ChannelKind }),
  epoch: v.string(),
  head: Head,
  reset: v.boolean(),
  messages: v.array(Message),
  here: v.object({ count: Count, people: v.array(Person), guests: v.exactOptional(Count) }),
  pins: v.exactOptional(PinList),
  /** The lowest number that is kept, where age has removed some. */
  oldestSeq: v.exactOptional(Count),
  rules: v.exactOptional(v.object(Rules)),
});

/** Messages that are new or have changed, whole, in the order of `rev`. One's own come too: the acknowledgement. */
const Messages = v.object({
  type: v.literal("messages"),
  messages: v.array(Message),
  oldestSeq: v.exactOptional(Count),
});

/** All pins there are, on every change. */
const Pins = v.object({ type: v.literal("pins"), pins: PinList });

/** Who came to and left the channel since the last such frame; at most one a second. `guests`: how many watch, if any. */
const Here = v.object({
  type: v.literal("here"),
  count: Count,
  joined: v.array(Person),
  left: v.array(Person),
  guests: v.exactOptional(Count),
});

/** A person is writing. Forget it after 6 s. */
const Typing = v.object({ type: v.literal("typing"), person: Person });

/** A refusal, about the command that carried `id`. */
const ErrorFrame = v.object({
  type: v.literal("error"),
  code: v.string(),
  detail: v.string(),
  command: v.exactOptional(v.string()),
  id: v.exactOptional(v.string()),
  retryAfterMs: v.exactOptional(Count),
});

const CHANNEL_FRAMES = {
  welcome: Welcome,
  messages: Messages,
  pins: Pins,
  here: Here,
  typing: Typing,
  error: ErrorFrame,
};
export type ChannelFrame = FrameOf<typeof CHANNEL_FRAMES>;
export type WelcomeFrame = v.InferOutput<typeof Welcome>;

export const SeqByChannel = v.record(v.string(), Count);

/** The first frame of the feed. `more`: there are other channels, on the pages of `GET /api/channels?cursor=`. */
const Directory = v.object({
  type: v.literal("directory"),
  version: v.number(),
  you: Person,
  owner: v.exactOptional(v.boolean()),
  channels: v.array(Channel),
  more: v.exactOptional(v.boolean()),
  people: v.array(OnlinePerson),
  /** By channel: the number of the newest message that this person has read. */
  reads: SeqByChannel,
  /** By channel: the numbers of unread messages that mention this person. */
  mentions: v.record(v.string(), v.array(Count)),
  onlineCount: Count,
  preferences: v.exactOptional(v.record(v.string(), Preference)),
  /** Ids of people from whom this person hears nothing. */
  blocked: v.exactOptional(listOf(v.string())),
  /** Whether this device takes pushes. */
  push: v.exactOptional(v.boolean()),
  /** Until when (ms) this person wants none. */
  pausedUntil: v.exactOptional(Count),
});
const ChannelChanged = v.object({ type: v.literal("channel"), channel: Channel });
const ChannelDeleted = v.object({ type: v.literal("channel_deleted"), id: v.string() });
/** Where messages came or went, gathered to at most one frame a second. Of direct channels `latest` is the newest message itself. */
const ActivityEntry = v.object({
  id: v.string(),
  seq: Count,
  lastAt: v.nullable(Count),
  latest: v.exactOptional(Message),
  /** Numbers of messages that were deleted since the last entry of this channel. */
  deleted: v.exactOptional(listOf(Count)),
  oldestSeq: v.exactOptional(Count),
});
export type ActivityEntry = Readonly<v.InferOutput<typeof ActivityEntry>>;
const Activity = v.object({ type: v.literal("activity"), channels: v.array(ActivityEntry) });
/** Who came, went or was renamed, gathered likewise. */
const People = v.object({ type: v.literal("people"), people: v.array(OnlinePerson) });
/** A message that mentions this person, or answers one of theirs. */
const Mention = v.object({
  type: v.literal("mention"),
  channel: v.string(),
  message: Message,
  reason: v.exactOptional(v.picklist(["mention", "reply"])),
});

/** What this person wants of a channel from now on: all of it. */
const PreferencesFrame = v.object({ type: v.literal("preferences"), channel: v.string(), ...Preference.entries });
/** The message of that id mentions this person no more. */
const MentionWithdrawn = v.object({ type: v.literal("mention_withdrawn"), channel: v.string(), id: v.string() });
/** This person has read these channels up to there, on another socket. */
const Read = v.object({
  type: v.literal("read"),
  channels: listOf(v.object({ id: v.string(), seq: Count })),
});
/** This person has marked a channel as unread from this number on, on another socket. */
const Unread = v.object({ type: v.literal("unread"), id: v.string(), seq: Count });

/** To owners: so many reports are open. */
const ReportFrame = v.object({ type: v.literal("report"), count: Count });

const DIRECTORY_FRAMES = {
  directory: Directory,
  channel: ChannelChanged,
  channel_deleted: ChannelDeleted,
  activity: Activity,
  people: People,
  mention: Mention,
  mention_withdrawn: MentionWithdrawn,
  read: Read,
  unread: Unread,
  preferences: PreferencesFrame,
  report: ReportFrame,
  error: ErrorFrame,
};
export type DirectoryFrame = FrameOf<typeof DIRECTORY_FRAMES>;

/** A frame from a channel, or `undefined` for what this client does not know (a newer server's). Never throws. */
export function parseChannelFrame(data: string): ChannelFrame | undefined {
  return parse(data, CHANNEL_FRAMES);
}

/** The same for a frame from the directory. */
export function parseDirectoryFrame(data: string): DirectoryFrame | undefined {
  return parse(data, DIRECTORY_FRAMES);
}

type FrameOf<T extends Readonly<Record<string, v.GenericSchema>>> = v.InferOutput<T[keyof T]>;

/** The schema is chosen by `type`: valibot's `variant` would do it too, and is a thirtieth of the client. */
function parse<T extends Readonly<Record<string, v.GenericSchema>>>(data: string, frames: T): FrameOf<T> | undefined {
  const frame = parseJsonObject(data);
  const schema = Object.entries(frames).find(([type]) => type === frame?.["type"])?.[1];
  const parsed = schema && v.safeParse(schema, frame);
  return parsed?.success ? parsed.output : undefined;
}
