/**
 * The rows of a conversation: the server's messages, then what is still under way, parted by days and grouped by author.
 * Pure: the history and the outbox are arguments, and so is the zone, by way of `Date`.
 */

import { react, unreact } from "../../../worker/protocol/history.ts";
import { isHook } from "../../../worker/protocol/text.ts";
import type { Attachment, Message, Person, Reaction } from "../../../worker/protocol/things.ts";
import { type OutboxEntry, retryOf } from "../../state/outbox-entry.ts";
import { asBefore } from "../parts/as-before.ts";

/** Messages of one author within this time (ms) stand together under one name. */
const GROUP_MS = 5 * 60 * 1_000;

type RowState =
  | { readonly kind: "sent" }
  | { readonly kind: "sending" }
  /** Waits for its files, and goes by itself then. */
  | { readonly kind: "held" }
  /** Finally refused: of what kind the command was, and why. */
  | {
      readonly kind: "failed";
      readonly command: Exclude<OutboxEntry["kind"], "react">;
      readonly code: string;
      readonly detail: string;
      readonly retry: ReturnType<typeof retryOf>;
    }
  | { readonly kind: "deleting"; readonly isUndoable: boolean };

export type MessageRow = {
  readonly id: string;
  /** Its number in the channel, once the server has given it one. */
  readonly seq: number | undefined;
  readonly author: Person;
  readonly sentAt: number;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /** The message it quotes. */
  readonly replyTo: string | undefined;
  readonly reactions: readonly Reaction[];
  /** When it was last edited (ms), if ever. */
  readonly editedAt: number | undefined;
  readonly isTombstone: boolean;
  readonly isOwn: boolean;
  /** Whether name and picture stand above it. */
  readonly isFirst: boolean;
  readonly state: RowState;
};

/** The rows of one day; `day` is its beginning (ms, local time). */
export type Day = { readonly day: number; readonly rows: readonly MessageRow[] };

const NONE: readonly never[] = [];
const SENT: RowState = { kind: "sent" };
const SENDING: RowState = { kind: "sending" };
const HELD: RowState = { kind: "held" };
const UNDOABLE: RowState = { kind: "deleting", isUndoable: true };
const DELETING: RowState = { kind: "deleting", isUndoable: false };

/** Who looks, and when (ms, the server's time). */
export type Viewer = { readonly you: Person; readonly now: number };

/**
 * Lays out a conversation as `you` see it. `entries` are those of this conversation. Rows of `before` that are as they were
 * come back as the same objects: nothing has to be shown anew for them.
 */
export function layOut(
  messages: readonly Message[],
  entries: readonly OutboxEntry[],
  { you, now }: Viewer,
  before: readonly Day[] = NONE,
): readonly Day[] {
  const known = new Map(before.flatMap(({ rows }) => rows.map((row) => [row.id, row])));
  const about = new Map<string, OutboxEntry[]>();
  for (const entry of entries) about.set(entry.id, [...(about.get(entry.id) ?? []), entry]);
  const sent = new Set(messages.map(({ id }) => id));
  const days: { day: number; rows: MessageRow[] }[] = [];

  function add(row: Omit<MessageRow, "isFirst">): void {
    const day = new Date(row.sentAt).setHours(0, 0, 0, 0);
    const last = days.at(-1);
    const above = last?.day === day ? last.rows.at(-1) : undefined;
    const { author } = row;
    // A hook speaks under the names of those who call it.
    const isSame = above?.author.id === author.id && !(isHook(author) && above.author.name !== author.name);
    // A reply shows its author. Otherwise the name in the quote would be the only one above its text.
    const isFirst = !isSame || row.replyTo !== undefined || row.sentAt - above.sentAt >= GROUP_MS;
    const added = asBefore({ ...row, isFirst }, known.get(row.id));
    if (last?.day === day) last.rows.push(added);
    else days.push({ day, rows: [added] });
  }

  for (const message of messages) {
    const { id, seq, author, sentAt, replyTo } = message;
    let { text, editedAt, reactions = NONE } = message;
    let state = SENT;
    for (const entry of message.deleted ? [] : (about.get(id) ?? [])) {
      if (entry.kind === "edit") [text, editedAt] = [entry.text, entry.madeAt];
      if (entry.kind === "react") reactions = reacted(reactions, entry, you);
      else if (entry.kind !== "send" && state.kind !== "deleting") state = stateOf(entry);
    }
    add({
      id,
      seq,
      author,
      sentAt,
      text,
      attachments: message.attachments ?? NONE,
      replyTo,
      reactions,
      editedAt,
      isTombstone: message.deleted === true,
      isOwn: author.id === you.id,
      state,
    });
  }
  // Pending ones come last, never before what they follow and never in the future: a device's clock may be wrong.
  const newest = messages.at(-1)?.sentAt ?? 0;
  for (const entry of entries) {
    if (entry.kind !== "send" || sent.has(entry.id)) continue;
    add({
      id: entry.id,
      seq: undefined,
      author: you,
      sentAt: Math.max(Math.min(entry.madeAt, now), newest),
      text: entry.text,
      attachments: entry.attachments ?? NONE,
      replyTo: entry.replyTo,
      reactions: NONE,
      editedAt: undefined,
      isTombstone: false,
      isOwn: true,
      state: stateOf(entry),
    });
  }
  return days;
}

/** With the person's own reaction as it is meant to be. */
function reacted(reactions: readonly Reaction[], { emoji, on }: { emoji: string; on: boolean }, you: Person) {
  const without = unreact(reactions, emoji, you.id);
  if (!on) return without;
  const isThere = reactions.find((one) => one.emoji === emoji)?.people.some(({ id }) => id === you.id);
  return isThere ? reactions : react(reactions, emoji, you);
}

/** How it stands with a message about which a command is under way. */
function stateOf(entry: OutboxEntry): RowState {
  const { kind, failure } = entry;
  if (failure && kind !== "react") {
    return { kind: "failed", command: kind, ...failure, retry: retryOf(entry) };
  }
  if (kind === "send" && entry.held && entry.held.fileNames.length > 0) return HELD;
  if (kind !== "delete") return SENDING;
  return entry.isUndoable ? UNDOABLE : DELETING;
}

/** The element's id of a message's row. */
export function rowId(messageId: string): string {
  return `message-${messageId}`;
}
