/** Entries of the outbox, and the rules about them. Pure. */
import type { Attachment } from "../../worker/protocol/frames.ts";

/** What is to be done about the message with the entry's id. */
export type Intent =
  | {
      readonly kind: "send";
      readonly text: string;
      readonly replyTo?: string;
      /** Uploaded by now. */
      readonly attachments?: readonly Attachment[];
      /** Not to go out yet: its files are being uploaded, or what its shortcodes mean is not known yet. */
      readonly held?: { readonly fileNames: readonly string[] };
    }
  | { readonly kind: "edit"; readonly text: string }
  /** `isUndoable`: not to go out yet. */
  | { readonly kind: "delete"; readonly isUndoable?: boolean }
  | { readonly kind: "react"; readonly emoji: string; readonly on: boolean };

/** An entry as it is made. */
export type NewEntry = Intent & {
  /** The message's id. */
  readonly id: string;
  readonly personId: string;
  readonly epoch: string;
  readonly channelId: string;
  /** When (ms) it was written, for the eye only. */
  readonly madeAt: number;
};

export type OutboxEntry = NewEntry & {
  /** Counts what this device wrote: lower goes first. */
  readonly order: number;
  /** Counts what this entry was replaced by. */
  readonly revision: number;
  /** The tab that sees to what it waits for. */
  readonly tab: string;
  /** Finally refused: waits for the person to say what becomes of it. */
  readonly failure?: { readonly code: string; readonly detail: string };
};

/** What has been entered already is replaced by what is meant now: an edit by a later one, a reaction by taking it back. */
export type EntryName = { readonly id: string; readonly kind: OutboxEntry["kind"]; readonly emoji?: string };

/**
 * What a delivery came to. `later`: nothing was stored, and it is tried again after `waitMs`;
 * `offline`: nothing is known, and it is tried again on the next `pump`.
 */
export type Delivery =
  | { readonly kind: "done" }
  | { readonly kind: "offline" }
  | { readonly kind: "later"; readonly waitMs: number }
  | { readonly kind: "refused"; readonly code: string; readonly detail: string };

/** What goes out next in a conversation: what a person sends keeps its order, so behind a held message wait those sent after it. */
export function nextDue(entries: readonly OutboxEntry[], epoch: string): OutboxEntry | undefined {
  const unsent = entries.filter((entry) => entry.epoch === epoch && !entry.failure);
  const firstHeld = unsent.findIndex((entry) => entry.kind === "send" && isWaiting(entry));
  return unsent.find((entry, at) => {
    return !isWaiting(entry) && (firstHeld < 0 || at < firstHeld || entry.kind !== "send");
  });
}

/** Whether an entry is not to go out yet. */
export function isWaiting(entry: OutboxEntry): boolean {
  if (entry.failure) return false;
  return entry.kind === "send" ? entry.held !== undefined : entry.kind === "delete" && entry.isUndoable === true;
}

/** An entry to be tried again: without what it was refused for, where it can do without. `undefined`: nothing would be left of it. */
export function withoutRefused({ failure, ...entry }: OutboxEntry): OutboxEntry | undefined {
  if (entry.kind !== "send") return entry;
  if (failure?.code === "upload") return entry; // still held: its files are on their way again
  const { replyTo, attachments, held, ...words } = entry;
  if (held && entry.text === "") return undefined;
  if (failure?.code === "invalid_reply") return { ...words, ...(attachments && { attachments }) };
  const isWithoutFiles = failure?.code === "invalid_attachment" || failure?.code === "interrupted";
  return isWithoutFiles && entry.text !== "" ? { ...words, ...(replyTo !== undefined && { replyTo }) } : entry;
}

/** Names an entry: an edit replaces the one before, a reaction is taken back by the same. */
export function keyOf({ id, kind, emoji = "" }: EntryName): string {
  return `${kind}:${id}${emoji}`;
}
