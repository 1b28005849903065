/** Entries of the outbox, and the rules about them. Pure. */
import type { Attachment } from "../../worker/protocol/things.ts";

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

/** What another try of a failed entry sends: all of it, its words without the files that are gone, or nothing: no words are left. */
export function retryOf(entry: OutboxEntry): "whole" | "words" | "none" {
  const { kind, failure } = entry;
  const isWithoutFiles = failure?.code === "invalid_attachment" || failure?.code === "interrupted";
  if (kind !== "send" || !isWithoutFiles) return "whole";
  return entry.text === "" ? "none" : "words";
}

/** A failed entry as it is tried again: without what it was refused for. `undefined`: nothing is left of it. */
export function withoutRefused(failed: OutboxEntry): OutboxEntry | undefined {
  const { failure, ...entry } = failed;
  if (entry.kind !== "send") return entry;
  const retry = retryOf(failed);
  if (retry === "none") return undefined;
  const { replyTo, attachments, held, ...words } = entry;
  if (retry === "words") return { ...words, ...(replyTo !== undefined && { replyTo }) };
  // An upload that failed is still held: its files are on their way again.
  return failure?.code === "invalid_reply" ? { ...words, ...(attachments && { attachments }) } : entry;
}

/** The names of the files of a message. */
export function fileNamesOf({ held, attachments = [] }: Intent & { readonly kind: "send" }): readonly string[] {
  return held?.fileNames ?? attachments.map(({ name }) => name);
}

/** Names an entry: an edit replaces the one before, a reaction is taken back by the same. */
export function keyOf({ id, kind, emoji = "" }: EntryName): string {
  return `${kind}:${id}${emoji}`;
}
