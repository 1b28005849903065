/**
 * What a client may say: commands on a socket and bodies of requests. Everything that enters the Worker becomes a typed value here.
 * Pure. The browser takes only types from this file.
 */
import * as v from "valibot";
import { type Refused, refuse } from "./errors.ts";
import { BAN_HOURS_MAX, KEEP_MAX_MS, KEEP_MIN_MS, MEMBERS_MAX, READ_CHANNELS_MAX, SLOW_MAX_MS } from "./limits.ts";
import { listOf, MessageId, parseJsonObject } from "./wire.ts";

const SendCommand = v.object({
  type: v.literal("send"),
  id: MessageId,
  text: v.string(),
  attachments: v.exactOptional(listOf(v.string())),
  replyTo: v.exactOptional(MessageId),
});

const EditCommand = v.object({ type: v.literal("edit"), id: MessageId, text: v.string() });

const DeleteCommand = v.object({ type: v.literal("delete"), id: MessageId });

/** Adds a reaction, or with `on: false` takes it back. */
const ReactCommand = v.object({ type: v.literal("react"), id: MessageId, emoji: v.string(), on: v.boolean() });

/** The user is writing. It changes nothing and is sent to the others as it comes. */
const TypingCommand = v.object({ type: v.literal("typing") });

/** What a client may send to a channel. Texts are raw here; the rules of `foldText` are applied where it is decided. */
const CHANNEL_COMMANDS = [SendCommand, EditCommand, DeleteCommand, ReactCommand, TypingCommand] as const;

export type ChannelCommand = v.InferOutput<(typeof CHANNEL_COMMANDS)[number]>;

/** What changes messages, and is decided. */
export type MessageCommand = Exclude<ChannelCommand, { type: "typing" }>;

const Seq = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** These channels are read up to there. A mark only grows. */
const ReadCommand = v.object({
  type: v.literal("read"),
  channels: v.pipe(v.array(v.object({ id: v.string(), seq: Seq })), v.maxLength(READ_CHANNELS_MAX), v.readonly()),
});

/** The message of this number, and all after it, are unread again. */
const UnreadCommand = v.object({ type: v.literal("unread"), id: v.string(), seq: Seq });

/** This window is in front, or is no longer. */
const VisibleCommand = v.object({ type: v.literal("visible"), on: v.boolean() });

/** What a client may send to its feed. */
const FEED_COMMANDS = [ReadCommand, UnreadCommand, VisibleCommand] as const;

export type FeedCommand = v.InferOutput<(typeof FEED_COMMANDS)[number]>;

/** `invite` stands in for the access code. */
export const SignInBody = v.object({
  name: v.string(),
  accessCode: v.exactOptional(v.string()),
  invite: v.exactOptional(v.string()),
});

const PersonIds = v.pipe(v.array(v.string()), v.maxLength(MEMBERS_MAX), v.readonly());

/** `members`, beside the person who makes it, of a private channel only. */
export const NewChannelBody = v.object({
  name: v.string(),
  topic: v.exactOptional(v.string()),
  private: v.exactOptional(v.boolean()),
  members: v.exactOptional(PersonIds),
});

export const NewMessageBody = v.omit(SendCommand, ["type"]);

export const EditBody = v.object({ text: v.string() });

export const ReactBody = v.omit(ReactCommand, ["type", "id"]);

/** A whole number from `least` to `most`, or 0: no such rule. */
const ruleMs = (least: number, most: number) =>
  v.pipe(
    v.number(),
    v.safeInteger(),
    v.check((ms) => ms === 0 || (ms >= least && ms <= most)),
  );

/** What is to be changed about a channel; at least one thing. */
export const SettingsBody = v.pipe(
  v.object({
    topic: v.exactOptional(v.string()),
    name: v.exactOptional(v.string()),
    posting: v.exactOptional(v.picklist(["everyone", "creator"])),
    slowMs: v.exactOptional(ruleMs(1, SLOW_MAX_MS)),
    keepMs: v.exactOptional(ruleMs(KEEP_MIN_MS, KEEP_MAX_MS)),
  }),
  v.check((body) => Object.keys(body).length > 0),
);

/** A conversation with one person, or of a group. */
export const NewDirectBody = v.union([v.object({ person: v.string() }), v.object({ people: PersonIds })]);

export const PreferencesBody = v.object({
  notify: v.exactOptional(v.picklist(["all", "mentions", "nothing"])),
  hidden: v.exactOptional(v.boolean()),
  favourite: v.exactOptional(v.boolean()),
});

/** To a private channel, or without one to the site. */
export const InviteBody = v.object({ channel: v.exactOptional(v.string()) });

export const ReportBody = v.object({ reason: v.exactOptional(v.string()) });

/** With it a removal keeps the person's addresses out for so many hours. */
export const RemovalBody = v.object({
  banHours: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(BAN_HOURS_MAX))),
});

export const PinBody = v.object({ messageId: MessageId });

export const MemberBody = v.object({ person: v.string() });

/** A browser's `PushSubscription` as JSON. */
export const SubscriptionBody = v.object({
  endpoint: v.string(),
  keys: v.object({ p256dh: v.string(), auth: v.string() }),
});

export const EndpointBody = v.object({ endpoint: v.string() });

/** Until that time (ms), or `null`: pushes come again. */
export const PauseBody = v.object({ until: v.nullable(Seq) });

export const BotBody = v.object({ name: v.string() });

export const OwnerBody = v.object({ code: v.string() });

export const RedeemBody = v.object({ token: v.string() });

/** What a frame turned out to be: a command, or the refusal of it. */
export type ParsedFrame<C> = { readonly kind: "command"; readonly command: C } | Refused;

/** Reads a text frame from a client of a channel. Never throws. */
export function parseChannelCommand(data: string): ParsedFrame<ChannelCommand> {
  return parseFrame(data, CHANNEL_COMMANDS);
}

/** Reads a text frame from a client of a feed. Never throws. */
export function parseFeedCommand(data: string): ParsedFrame<FeedCommand> {
  return parseFrame(data, FEED_COMMANDS);
}

type CommandSchema = v.GenericSchema<unknown, unknown> & {
  readonly entries: { readonly type: { readonly literal: string } };
};

function parseFrame<S extends CommandSchema>(data: string, schemas: readonly S[]): ParsedFrame<v.InferOutput<S>> {
  const type = parseJsonObject(data)?.["type"];
  const schema = schemas.find(({ entries }) => entries.type.literal === type);
  if (!schema) return refuse("bad_frame", "This socket doesn't know this command.");
  const parsed = v.safeParse(schema, parseJsonObject(data));
  return parsed.success
    ? { kind: "command", command: parsed.output }
    : refuse("bad_request", "The command's fields are invalid.");
}
