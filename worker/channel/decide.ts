/**
 * What a command does to a channel. Pure: no sockets, storage, clock or randomness; `now` and ids are arguments.
 */
import type { MessageCommand } from "../protocol/commands.ts";
import { type Refused, refuse } from "../protocol/errors.ts";
import { find, type History, react, unreact } from "../protocol/history.ts";
import { ATTACHMENTS_MAX, REACTION_KINDS_MAX, REACTIONS_MAX, TEXT_MAX_POINTS } from "../protocol/limits.ts";
import { foldEmoji, foldText, isDrawn } from "../protocol/text.ts";
import type { Attachment, Message, Person } from "../protocol/things.ts";

/** Ids that have left the window, with the id of the person who sent them. Only the object remembers them. */
export type EvictedIds = ReadonlyMap<string, string>;

/** A file that a message may take: whose it is, and what, once its bytes are there. */
export type Upload = { readonly uploader: string; readonly file?: Attachment; readonly isTaken: boolean };

/**
 * What a decision looks at. `uploads` are those of the command's attachments that there are;
 * without it the site takes no files. `mayRemove`: this person may delete what others wrote.
 */
type ChannelState = {
  readonly history: History;
  readonly evictedIds: EvictedIds;
  readonly uploads?: ReadonlyMap<string, Upload> | undefined;
  readonly mayRemove?: boolean;
  /** Why this person may not send a new message now. */
  readonly postingError?: Refused | undefined;
};

/**
 * What a command comes to. A change is a message in its new state, which everyone merges;
 * `unchanged` carries the message as it is, for the asker alone.
 */
export type Decision =
  | { readonly kind: "changed"; readonly message: Message; readonly isNew: boolean }
  | { readonly kind: "unchanged"; readonly message: Message }
  | Refused;

/** Decides a command of `who` at `now` (ms). Changes nothing. */
export function decide(channel: ChannelState, command: MessageCommand, who: Person, now: number): Decision {
  switch (command.type) {
    case "send":
      return decideSend(channel, command, who, now);
    case "edit":
      return decideEdit(channel.history, command, who, now);
    case "delete":
      return decideDelete(channel, command.id, who);
    case "react":
      return decideReact(channel.history, command, who);
    default:
      return command satisfies never;
  }
}

function decideSend(
  { history, evictedIds, uploads, postingError }: ChannelState,
  command: Extract<MessageCommand, { type: "send" }>,
  who: Person,
  now: number,
): Decision {
  // The id is looked up before the content is judged: a repeated delivery is answered alike whatever it carries.
  const held = find(history, command.id);
  if (held) {
    return held.author.id === who.id
      ? { kind: "unchanged", message: held }
      : refuse("id_conflict", "Another message has this id. Use a new one.");
  }
  const sender = evictedIds.get(command.id);
  if (sender !== undefined) {
    return sender === who.id
      ? refuse("already_sent", "This message was sent and is no longer kept.")
      : refuse("id_conflict", "Another message has this id. Use a new one.");
  }
  if (postingError) return postingError;
  const asked = command.attachments ?? [];
  if (asked.length > 0 && !uploads) return refuse("files_off", "This site doesn't accept files.");
  const text = foldMessageText(command.text, asked.length > 0);
  if (text === undefined) return INVALID_TEXT;
  const attachments = takeFiles(asked, uploads, who);
  if (!attachments) {
    return refuse(
      "invalid_attachment",
      `A message can have up to ${ATTACHMENTS_MAX} files. Each must be yours, and can be used once.`,
    );
  }
  const { replyTo } = command;
  if (replyTo !== undefined) {
    const parent = find(history, replyTo);
    if (!parent || parent.deleted) return refuse("invalid_reply", "The message you replied to is no longer kept.");
  }
  return {
    kind: "changed",
    isNew: true,
    message: {
      id: command.id,
      seq: history.seq + 1,
      rev: history.rev + 1,
      author: who,
      sentAt: Math.max(now, history.messages.at(-1)?.sentAt ?? 0),
      text,
      ...(attachments.length > 0 && { attachments }),
      ...(replyTo !== undefined && { replyTo }),
    },
  };
}

/** The files asked for, if each is there, its uploader's and not used yet. */
function takeFiles(asked: readonly string[], uploads: ChannelState["uploads"], who: Person): Attachment[] | undefined {
  if (asked.length > ATTACHMENTS_MAX || new Set(asked).size < asked.length) return undefined;
  const files: Attachment[] = [];
  for (const id of asked) {
    const upload = uploads?.get(id);
    if (!upload?.file || upload.isTaken || upload.uploader !== who.id) return undefined;
    files.push(upload.file);
  }
  return files;
}

function decideEdit(
  history: History,
  command: Extract<MessageCommand, { type: "edit" }>,
  who: Person,
  now: number,
): Decision {
  const held = find(history, command.id);
  if (!held || held.deleted) return refuse("not_found", "This message doesn't exist, or is no longer kept.");
  if (held.author.id !== who.id) return refuse("forbidden", "Only the author can edit a message.");
  const text = foldMessageText(command.text, held.attachments !== undefined);
  if (text === undefined) return INVALID_TEXT;
  if (text === held.text) return { kind: "unchanged", message: held };
  const editedAt = Math.max(now, held.editedAt ?? held.sentAt);
  return { kind: "changed", isNew: false, message: { ...held, rev: history.rev + 1, text, editedAt } };
}

function decideDelete({ history, mayRemove }: ChannelState, id: string, who: Person): Decision {
  const held = find(history, id);
  if (!held) return refuse("not_found", "This message doesn't exist, or is no longer kept.");
  if (held.author.id !== who.id && !mayRemove) return refuse("forbidden", "Only the author can delete a message.");
  if (held.deleted) return { kind: "unchanged", message: held };
  const { seq, author, sentAt } = held;
  return {
    kind: "changed",
    isNew: false,
    message: { id, seq, rev: history.rev + 1, author, sentAt, text: "", deleted: true },
  };
}

function decideReact(history: History, command: Extract<MessageCommand, { type: "react" }>, who: Person): Decision {
  const held = find(history, command.id);
  if (!held || held.deleted) return refuse("not_found", "This message doesn't exist, or is no longer kept.");
  const emoji = foldEmoji(command.emoji);
  if (emoji === undefined) return refuse("invalid_emoji", "A reaction is a single emoji.");
  const before = held.reactions ?? [];
  const same = before.find((reaction) => reaction.emoji === emoji);
  const isThere = same?.people.some(({ id }) => id === who.id) ?? false;
  if (isThere === command.on) return { kind: "unchanged", message: held };
  if (command.on && !same && before.length >= REACTION_KINDS_MAX) {
    return refuse("invalid_emoji", `A message can have up to ${REACTION_KINDS_MAX} different reactions.`);
  }
  if (command.on && before.reduce((sum, { people }) => sum + people.length, 0) >= REACTIONS_MAX) {
    return refuse("invalid_emoji", `A message can have up to ${REACTIONS_MAX} reactions.`);
  }
  const { reactions: _, ...message } = { ...held, rev: history.rev + 1 };
  const reactions = command.on ? react(before, emoji, who) : unreact(before, emoji, who.id);
  return { kind: "changed", isNew: false, message: reactions.length > 0 ? { ...message, reactions } : message };
}

/** A message's text in its one form; one of which nothing would be drawn is empty, which is enough only beside files. */
function foldMessageText(raw: string, hasFiles: boolean): string | undefined {
  const text = foldText(raw, TEXT_MAX_POINTS);
  if (text !== undefined && isDrawn(text)) return text;
  return text !== undefined && hasFiles ? "" : undefined;
}

const INVALID_TEXT = refuse(
  "invalid_text",
  `A message needs 1 to ${TEXT_MAX_POINTS} characters, some of them visible.`,
);
