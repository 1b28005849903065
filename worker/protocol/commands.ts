/**
 * What a client may say: commands on a socket and bodies of requests. Everything that enters the Worker becomes a typed value here.
 * Pure and shared with the browser.
 */
import * as v from "valibot";

/** The literal text a client sends to learn whether the socket still lives, and its answer. Answered without waking anything. */
export const PING = "ping";

export const PONG = "pong";

const MESSAGE_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A UUID in lower case, made by the client before it sends: the idempotency key of a message within its channel. */
export const MessageId = v.pipe(v.string(), v.regex(MESSAGE_ID));

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
