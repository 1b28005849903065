/**
 * The wire, as far as a server needs it: limits with units and reasons, error codes, what a client may say.
 * Everything that enters the worker becomes a typed value here and nowhere else; frames.ts is the other half.
 * Pure and shared by both worlds: no clock, no sockets, no storage.
 */
import * as v from "valibot";

/** Sent in the first frame of a socket; a client that knows a lower one offers to reload. */
export const PROTOCOL_VERSION = 1;

/** Messages a channel keeps, tombstones included. The specification's number. */
export const WINDOW_MESSAGES = 100;
/** Unicode code points of a message's text. A long letter still fits; a pasted log does not. */
export const TEXT_MAX_POINTS = 4_000;
/** Unicode code points of a topic: one line of a header. */
export const TOPIC_MAX_POINTS = 250;
/** Kinds of reactions on one message, and reactions in all: as many as still can be read. */
export const REACTION_KINDS_MAX = 20;
export const REACTIONS_MAX = 200;
/** Bytes of a file: a photo, a short film, a long recording. */
export const ATTACHMENT_MAX_BYTES = 10 * 1024 * 1024;
/** The longest (ms) a JSON body and a file may take to arrive: the slowest connection that is of any use for each. */
export const BODY_MAX_MS = 60_000;
export const UPLOAD_MAX_MS = 10 * 60_000;
/** A check of a session counts for this long (ms). A request that takes longer to arrive is checked again before it changes anything. */
export const CHECK_MAX_AGE_MS = 5_000;
/** Files of one message. */
export const ATTACHMENTS_MAX = 10;
/** Unicode code points of a file's name, its ending included. */
export const FILE_NAME_MAX_POINTS = 120;
/** People of one message who are told that it mentions them. */
export const MENTIONS_MAX = 20;
/** People asked for by id in one request. */
export const PEOPLE_ASKED_MAX = 50;
/** Bytes of UTF-8 of one frame from a client or one JSON body: 4,000 four-byte characters, escaped, and room to spare. */
export const FRAME_MAX_BYTES = 64 * 1024;
/** People named in a `welcome` and in each list of a `here`; beyond it only the count is told. */
export const HERE_MAX_PEOPLE = 100;
/** People in the first frame of the directory. */
export const DIRECTORY_MAX_PEOPLE = 500;
/** The literal text a client sends to learn whether the socket still lives, and its answer. Answered without waking anything. */
export const PING = "ping";
export const PONG = "pong";

const MESSAGE_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A UUID in lower case, made by the client before it sends: the idempotency key of a message within its channel. */
export const MessageId = v.pipe(v.string(), v.regex(MESSAGE_ID));
/* ---- error codes ---- */

/** Every code a refusal may carry, with its HTTP status and the title of its problem document (RFC 9457). */
export const CODES = {
  bad_request: [400, "The request is not well formed"],
  unauthorized: [401, "Sign in first"],
  bad_origin: [403, "The request comes from another site"],
  bad_access_code: [403, "The access code is missing or wrong"],
  forbidden: [403, "Only somebody else may do this"],
  not_found: [404, "There is no such thing here"],
  method_not_allowed: [405, "This method is not known here"],
  timeout: [408, "The request took too long to arrive"],
  name_taken: [409, "The name is taken"],
  channel_exists: [409, "There is a channel of that name"],
  id_conflict: [409, "The id belongs to another message"],
  already_sent: [409, "The message was sent and is no longer kept"],
  link_expired: [410, "The link is used up"],
  too_large: [413, "The request is too large"],
  range_not_satisfiable: [416, "The file is not that long"],
  invalid_name: [422, "The name cannot be used"],
  invalid_text: [422, "The text cannot be used"],
  invalid_person: [422, "This cannot be done with this person"],
  invalid_emoji: [422, "The reaction cannot be added"],
  invalid_attachment: [422, "The file cannot be attached"],
  empty_file: [422, "The file is empty"],
  invalid_reply: [422, "The message replied to is not kept here"],
  upgrade_required: [426, "This address speaks WebSocket"],
  rate_limited: [429, "Too fast"],
  internal: [500, "Something went wrong here"],
  busy: [503, "Too much is going on"],
  files_off: [503, "This site takes no files"],
  bad_frame: [400, "The frame is not understood"],
} as const satisfies Record<string, readonly [status: number, title: string]>;

type Code = keyof typeof CODES;

/** Why a command was not carried out. Nothing was stored or changed. `retryAfterMs`: waiting that long helps. */
export type Refusal = { readonly code: Code; readonly detail: string; readonly retryAfterMs?: number };

/** Close codes of this product's own and the ones it hands out from the standard. */
export const CLOSE = {
  normal: 1000,
  binary: 1003,
  badFrames: 1008,
  tooLarge: 1009,
  internal: 1011,
  tooSlow: 4008,
  replaced: 4009,
  tooFast: 4029,
  sessionEnded: 4401,
  channelGone: 4404,
} as const;

/* ---- client → server ---- */

const SendCommand = v.object({
  type: v.literal("send"),
  id: MessageId,
  text: v.string(),
  attachments: v.exactOptional(v.pipe(v.array(v.string()), v.readonly())),
  replyTo: v.exactOptional(MessageId),
});
const EditCommand = v.object({ type: v.literal("edit"), id: MessageId, text: v.string() });
const DeleteCommand = v.object({ type: v.literal("delete"), id: MessageId });
/** Adds a reaction, or with `on: false` takes it back. */
const ReactCommand = v.object({ type: v.literal("react"), id: MessageId, emoji: v.string(), on: v.boolean() });

/** Somebody is writing. It changes nothing and is told to the others as it comes. */
const TypingCommand = v.object({ type: v.literal("typing") });

/** What a client may say in a channel. Texts are raw here; the rules of `foldText` are applied where it is decided. */
const COMMANDS = [SendCommand, EditCommand, DeleteCommand, ReactCommand, TypingCommand] as const;
export type ChannelCommand = v.InferOutput<(typeof COMMANDS)[number]>;
/** What changes messages, and is decided. */
export type MessageCommand = Exclude<ChannelCommand, { type: "typing" }>;

export const SignInBody = v.object({ name: v.string(), accessCode: v.exactOptional(v.string()) });
export const NewChannelBody = v.object({ name: v.string(), topic: v.exactOptional(v.string()) });
export const NewMessageBody = v.omit(SendCommand, ["type"]);
export const EditBody = v.object({ text: v.string() });
export const ReactBody = v.omit(ReactCommand, ["type", "id"]);
export const TopicBody = v.object({ topic: v.string() });
export const NewDirectBody = v.object({ person: v.string() });
export const OwnerBody = v.object({ code: v.string() });
export const RedeemBody = v.object({ token: v.string() });

/** What a frame turned out to be: a command, or why not, with what could be read of it for the answer. */
export type ParsedFrame =
  | { readonly kind: "command"; readonly command: ChannelCommand }
  | { readonly kind: "bad_request"; readonly command?: string; readonly id?: string }
  | { readonly kind: "bad_frame"; readonly command?: string; readonly id?: string };

/** Reads a text frame from a client of a channel. Never throws. */
export function parseFrame(data: string): ParsedFrame {
  const frame = parseJsonObject(data);
  if (!frame) return { kind: "bad_frame" };
  const { type, id } = frame;
  const schema = COMMANDS.find(({ entries }) => entries.type.literal === type);
  const parsed = schema && v.safeParse(schema, frame);
  if (parsed?.success) return { kind: "command", command: parsed.output };
  return {
    kind: schema ? "bad_request" : "bad_frame",
    ...(typeof type === "string" && { command: type }),
    ...(typeof id === "string" && { id }),
  };
}

/** `undefined` for whatever is not one JSON object. Never throws. */
export function parseJsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // not JSON: the caller names the refusal
  }
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/* ---- text ---- */

/** Control characters other than line feed and tab. A carriage return that is part of CRLF is gone by then. */
const CONTROL = /[^\P{Cc}\n\t]/gu;

/**
 * The one form of a text: NFC, CRLF as LF, no control characters but `\n` and `\t`, nothing blank at the end.
 * `undefined` when it is then longer than `maxPoints` code points; an empty text is the caller's to judge.
 * NFC comes last, since a mark may meet its letter only when what stood between them is gone. Lone surrogates become U+FFFD, as they would in UTF-8, so that memory and disk agree.
 */
export function foldText(raw: string, maxPoints: number): string | undefined {
  const text = raw.toWellFormed().replaceAll("\r\n", "\n").replace(CONTROL, "").normalize("NFC").trimEnd();
  // A code point takes one or two units: most texts need no counting.
  return text.length > maxPoints && countPoints(text) > maxPoints ? undefined : text;
}

/** Unicode code points, which is what every limit on text counts. */
export function countPoints(text: string): number {
  let points = 0;
  for (const _ of text) points++;
  return points;
}

/* ---- emoji and mentions ---- */

/**
 * An emoji in its one form, `undefined` for whatever is not exactly one that is recommended for interchange
 * (UTS #51, RGI). Without the variation selector that asks for colour it is the same emoji.
 */
export function foldEmoji(raw: string): string | undefined {
  return [raw, `${raw}\uFE0F`].find((candidate) => /^\p{RGI_Emoji}$/v.test(candidate));
}

/** The people a text mentions, each once: `<@personId>`. Whether there are such people is not looked at. */
export function mentionedIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/<@([A-Za-z0-9_-]{16,32})>/g)].map(([, id = ""]) => id))];
}

/** The two people of a direct channel, by its id; two other ids make another. */
export function directId(a: string, b: string): string {
  return a < b ? `${a}~${b}` : `${b}~${a}`;
}

/** Whether a channel is there for somebody: a public one, whose name has no `~`, for everybody, a direct one for its two people. */
export function isFor(channelId: string, personId: string): boolean {
  return !channelId.includes("~") || channelId.split("~").includes(personId);
}
