/**
 * The things there are, as they go over the wire: people, channels, messages. Everything that enters the browser becomes a typed value by
 * these schemas. The Worker takes only types from this file, so that its bundle does without the schemas.
 */
import * as v from "valibot";
import { listOf, MessageId } from "./wire.ts";

const PERSON_ID = /^[A-Za-z0-9_-]{16,32}$/;

export const PersonId = v.custom<string>((value) => typeof value === "string" && PERSON_ID.test(value));
/** Counters and times: an integer that JSON carries exactly. */
export const Count = v.custom<number>((value) => Number.isSafeInteger(value) && Number(value) >= 0);

/** `bot`: a program. */
export const Person = v.object({ id: PersonId, name: v.string(), bot: v.exactOptional(v.literal(true)) });
export type Person = Readonly<v.InferOutput<typeof Person>>;

export const OnlinePerson = v.object({ ...Person.entries, online: v.boolean() });
export type OnlinePerson = Readonly<v.InferOutput<typeof OnlinePerson>>;

export const ChannelKind = v.picklist(["public", "direct", "private"]);
export type ChannelKind = v.InferOutput<typeof ChannelKind>;

/** What a channel demands of those who write in it; absent where it demands nothing. Times in ms. */
export const Rules = {
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
  people: v.exactOptional(listOf(Person)),
  /** The lowest number of a message that is kept, where age has removed some. */
  oldestSeq: v.exactOptional(Count),
  ...Rules,
});
/** A channel as lists show it. `seq` is the number of its newest message (0: none yet), `lastAt` that message's time in ms; `peer` is the other one of a direct channel. */
export type Channel = Readonly<v.InferOutput<typeof Channel>>;

/** One kind of reaction, and who added it, in the order they did. */
export const Reaction = v.object({ emoji: v.string(), people: listOf(Person) });
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
  attachments: v.exactOptional(listOf(Attachment)),
  replyTo: v.exactOptional(MessageId),
  reactions: v.exactOptional(listOf(Reaction)),
});
/** A message in its newest state. `seq` orders, `rev` says how new the state is, `sentAt` (ms) is for people to read. */
export type Message = Readonly<v.InferOutput<typeof Message>>;

export const Head = v.object({ seq: Count, rev: Count });

/** A copy of a message that stays when the message has left the window. Times in ms. */
export const Pin = v.object({
  messageId: MessageId,
  author: Person,
  sentAt: Count,
  text: v.string(),
  pinnedBy: Person,
  pinnedAt: Count,
});
export type Pin = Readonly<v.InferOutput<typeof Pin>>;
export const PinList = listOf(Pin);

/** What a person wants of a channel; absent where it is as for everyone. */
export const Preference = v.object({
  notify: v.exactOptional(v.picklist(["all", "mentions", "nothing"])),
  hidden: v.exactOptional(v.boolean()),
  favourite: v.exactOptional(v.boolean()),
});
export type Preference = Readonly<v.InferOutput<typeof Preference>>;
