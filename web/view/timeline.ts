/**
 * The rows of a conversation: the server's messages, then what is still under way, parted by days and grouped by author.
 * Pure: the history and the outbox are arguments, and so is the zone, by way of `Date`.
 */
import type { Message, Person } from "../../worker/frames.ts";
import type { OutboxEntry } from "../outbox.ts";

/** Messages of one author within this time (ms) stand together under one name. */
const GROUP_MS = 5 * 60 * 1_000;

type RowState =
  | { readonly kind: "sent" }
  | { readonly kind: "sending" }
  /** Finally refused: of what kind the command was, and why. */
  | { readonly kind: "failed"; readonly command: OutboxEntry["kind"]; readonly detail: string }
  /** Can be undone until `dueAt` (ms), and goes then. */
  | { readonly kind: "deleting"; readonly dueAt: number };

export type MessageRow = {
  readonly id: string;
  readonly author: Person;
  readonly sentAt: number;
  readonly text: string;
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

/** Lays out a conversation as `you` see it. `entries` are those of this conversation. */
export function layOut(messages: readonly Message[], entries: readonly OutboxEntry[], you: Person): readonly Day[] {
  const deleting = new Map(entries.filter(({ kind }) => kind === "delete").map((entry) => [entry.id, entry]));
  const edits = new Map(entries.filter(({ kind }) => kind === "edit").map((entry) => [entry.id, entry]));
  const sent = new Set(messages.map(({ id }) => id));
  const days: { day: number; rows: MessageRow[] }[] = [];

  function add(row: Omit<MessageRow, "isFirst">): void {
    const day = new Date(row.sentAt).setHours(0, 0, 0, 0);
    const last = days.at(-1);
    const before = last?.day === day ? last.rows.at(-1) : undefined;
    const isFirst =
      !before ||
      before.author.id !== row.author.id ||
      before.author.name !== row.author.name ||
      row.sentAt - before.sentAt >= GROUP_MS;
    if (last?.day === day) last.rows.push({ ...row, isFirst });
    else days.push({ day, rows: [{ ...row, isFirst }] });
  }

  for (const { id, author, sentAt, text, editedAt, deleted } of messages) {
    const deletion = deleted ? undefined : deleting.get(id);
    const edit = deleted ? undefined : edits.get(id);
    add({
      id,
      author,
      sentAt,
      text: edit?.text ?? text,
      editedAt: edit?.madeAt ?? editedAt,
      isTombstone: deleted === true,
      isOwn: author.id === you.id,
      state: stateOf(deletion ?? edit),
    });
  }
  // Pending ones come last, and never before what they follow: a device's clock may be behind the server's.
  const newest = messages.at(-1)?.sentAt ?? 0;
  for (const entry of entries) {
    const { kind, id, madeAt, text } = entry;
    if (kind !== "send" || sent.has(id)) continue;
    add({
      id,
      author: you,
      sentAt: Math.max(madeAt, newest),
      text,
      editedAt: undefined,
      isTombstone: false,
      isOwn: true,
      state: stateOf(entry),
    });
  }
  return days;
}

/** How it stands with a message about which a command is under way. */
function stateOf(entry: OutboxEntry | undefined): RowState {
  if (!entry) return { kind: "sent" };
  const { kind, dueAt, failure } = entry;
  if (failure) return { kind: "failed", command: kind, detail: failure.detail };
  return kind === "delete" ? { kind: "deleting", dueAt } : { kind: "sending" };
}
