/**
 * The wire, as far as a client needs it: the things there are and what the server says of them.
 * Everything that enters the browser becomes a typed value here and nowhere else.
 * The Worker takes only types from this file, so that its bundle does without the schemas.
 */
import * as v from "valibot";
import { MessageId, parseJsonObject } from "./commands.ts";

/* ---- things ---- */

const PERSON_ID = /^[A-Za-z0-9_-]{16,32}$/;

const PersonId = v.custom<string>((value) => typeof value === "string" && PERSON_ID.test(value));
/** Counters and times: an integer that JSON carries exactly. */
export const Count = v.custom<number>((value) => Number.isSafeInteger(value) && Number(value) >= 0);

export const Person = v.object({ id: PersonId, name: v.string() });
export type Person = Readonly<v.InferOutput<typeof Person>>;

export const OnlinePerson = v.object({ ...Person.entries, online: v.boolean() });
export type OnlinePerson = Readonly<v.InferOutput<typeof OnlinePerson>>;

const ChannelKind = v.picklist(["public", "direct", "private"]);
export type ChannelKind = v.InferOutput<typeof ChannelKind>;

/** What a channel demands of those who write in it; absent where it demands nothing. Times in ms. */
const Rules = {
  posting: v.exactOptional(v.literal("creator")),
  slowMs: v.exactOptional(Count),
  keepMs: v.exactOptional(Count),
};
export type Rules = { readonly posting?: "creator"; readonly slowMs?: number; readonly keepMs?: number };

export const Channel = v.object({
  id: v.string(),
  epoch: v.string(),
  kind: ChannelKind,
  name: v.string(),
  topic: v.string(),
  createdBy: Person,
  createdAt: Count,
  seq: Count,
  lastAt: v.nullable(Count),
  peer: v.exactOptional(Person),
  /** Of a private channel. */
  memberCount: v.exactOptional(Count),
  /** Who a group conversation is of, the one who looks included. */
  people: v.exactOptional(v.pipe(v.array(Person), v.readonly())),
  ...Rules,
});
/** A channel as lists show it. `seq` is the number of its newest message (0: none yet), `lastAt` that message's time in ms; `peer` is the other one of a direct channel. */
export type Channel = Readonly<v.InferOutput<typeof Channel>>;

/** One kind of reaction, and who added it, in the order they did. */
const Reaction = v.object({ emoji: v.string(), people: v.pipe(v.array(Person), v.readonly()) });
export type Reaction = Readonly<v.InferOutput<typeof Reaction>>;

/** A file of a message. `size` in bytes, `width` and `height` in pixels, where the sender knew them. */
export const Attachment = v.object({
  id: v.string(),
  name: v.string(),
  type: v.string(),
  size: Count,
  url: v.string(),
  width: v.exactOptional(Count),
  height: v.exactOptional(Count),
});
export type Attachment = Readonly<v.InferOutput<typeof Attachment>>;

export const Message = v.object({
  id: MessageId,
  seq: Count,
  rev: Count,
  author: Person,
  sentAt: Count,
  text: v.string(),
  editedAt: v.exactOptional(Count),
  deleted: v.exactOptional(v.literal(true)),
  attachments: v.exactOptional(v.pipe(v.array(Attachment), v.readonly())),
  replyTo: v.exactOptional(MessageId),
  reactions: v.exactOptional(v.pipe(v.array(Reaction), v.readonly())),
});
/** A message in its newest state. `seq` orders, `rev` says how new the state is, `sentAt` (ms) is for people to read. */
export type Message = Readonly<v.InferOutput<typeof Message>>;

export const Head = v.object({ seq: Count, rev: Count });

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
  here: v.object({ count: Count, people: v.array(Person) }),
});

/** Messages that are new or have changed, whole, in the order of `rev`. One's own come too: the acknowledgement. */
const Messages = v.object({ type: v.literal("messages"), messages: v.array(Message) });

/** Who came to and left the channel since the last such frame; at most one a second. */
const Here = v.object({ type: v.literal("here"), count: Count, joined: v.array(Person), left: v.array(Person) });

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

const CHANNEL_FRAMES = { welcome: Welcome, messages: Messages, here: Here, typing: Typing, error: ErrorFrame };
export type ChannelFrame = FrameOf<typeof CHANNEL_FRAMES>;
export type WelcomeFrame = v.InferOutput<typeof Welcome>;

export const SeqByChannel = v.record(v.string(), Count);

/** What a person wants of a channel; absent where it is as for everyone. */
export const Preference = v.object({
  notify: v.exactOptional(v.picklist(["all", "mentions", "nothing"])),
  hidden: v.exactOptional(v.boolean()),
  favourite: v.exactOptional(v.boolean()),
});
export type Preference = Readonly<v.InferOutput<typeof Preference>>;

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
  blocked: v.exactOptional(v.pipe(v.array(v.string()), v.readonly())),
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
  deleted: v.exactOptional(v.pipe(v.array(Count), v.readonly())),
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
  channels: v.pipe(v.array(v.object({ id: v.string(), seq: Count })), v.readonly()),
});
/** This person has marked a channel as unread from this number on, on another socket. */
const Unread = v.object({ type: v.literal("unread"), id: v.string(), seq: Count });

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
