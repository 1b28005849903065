/**
 * Messages that wait in the outbox until their files are uploaded and the meaning of their shortcodes is known. The tab in which they
 * were written sees to that, or the one that adopts them. Files are stored with their message until it is confirmed, so that a reload
 * loses none, and so that they can be uploaded again: the server keeps an upload without a message for an hour.
 */
import { effect, untracked } from "@preact/signals";
import type { Attachment } from "../../worker/protocol/things.ts";
import { t } from "../i18n/i18n.ts";
import { chances } from "../network/load-part.ts";
import type { Uploads } from "../network/uploads.ts";
import { draftOwner } from "../storage/draft-owner.ts";
import type { FileRows } from "../storage/file-rows.ts";
import { noticeShortcodes, withEmoji } from "../text/shortcodes.ts";
import type { Outbox } from "./outbox.ts";
import type { OutboxEntry } from "./outbox-entry.ts";

/** A message that waits: for `uploads`, for the `table` of emoji, or both. `attachments` are uploaded already. */
type HeldMessage = {
  readonly id: string;
  readonly text: string;
  readonly uploads: Uploads | undefined;
  readonly table: Promise<void> | undefined;
  readonly attachments?: readonly Attachment[];
};

type Dependencies = {
  readonly files: () => Promise<FileRows>;
  readonly makeUploads: (channelId: string) => Uploads;
  readonly outbox: () => Outbox;
};

export function createHeldMessages({ files, makeUploads, outbox }: Dependencies) {
  /** By message: the files it waits for. */
  const heldUploads = new Map<string, Uploads>();
  /** Messages whose files were uploaded a second time: a third one would not help. */
  const uploadedAgain = new Set<string>();

  /** A held message goes once its files are uploaded and its shortcodes known, wherever the person is by then. */
  async function release({ id, text, uploads, table, attachments = [] }: HeldMessage): Promise<void> {
    await table;
    if (uploads) await uploaded(id, uploads);
    if (uploads && !heldUploads.delete(id)) return; // taken back
    outbox().release(id, { text: withEmoji(text), attachments: uploads ? attachmentsOf(uploads) : attachments });
    uploads?.clear();
  }

  /** Uploads the stored files of a message, which goes once they are there. */
  function upload({ id, channelId, text }: OutboxEntry & { readonly kind: "send" }, stored: readonly File[]): void {
    const uploads = makeUploads(channelId);
    heldUploads.set(id, uploads);
    uploads.add(stored);
    void release({ id, text, table: noticeShortcodes(text), uploads });
  }

  /** Waits for the files of a held message. While one has failed the message has failed, and holds up nothing that comes after it. */
  function uploaded(id: string, uploads: Uploads): Promise<void> {
    return new Promise((resolve) => {
      // With the network back they are tried again by themselves: in the composer a person would do it.
      const before = chances.peek();
      const unfollow = chances.subscribe((at) => at !== before && untracked(() => uploads.retryFailed()));
      const stop = effect(() => {
        const states = uploads.list.value.map(({ state }) => state);
        const failed = states.find(({ kind }) => kind === "failed");
        const isDone = states.every(({ kind }) => kind === "done");
        setTimeout(() => {
          if (isDone) {
            stop();
            unfollow();
          }
          if (failed?.kind === "failed") outbox().fail({ id, kind: "send" }, { code: "upload", detail: failed.detail });
          else outbox().retry({ id, kind: "send" });
          if (isDone) resolve();
        }); // not while the list changes
      });
    });
  }

  /** Whether a message still waits to be sent. */
  function isThere(id: string): boolean {
    const entries = outbox().entries.peek();
    return entries.some((entry) => entry.id === id);
  }

  /** An entry that a closed tab has left waiting: this tab sees to it. */
  async function adopt(entry: OutboxEntry): Promise<void> {
    if (entry.kind === "delete") return outbox().releaseDelete(entry.id);
    if (entry.kind !== "send" || !entry.held) return;
    const { id, text, attachments = [] } = entry;
    const missing = entry.held.fileNames.length - attachments.length;
    if (missing <= 0) return void release({ id, text, table: noticeShortcodes(text), uploads: undefined, attachments });
    // The page may have gone before they were stored with the message: then they are still with the draft.
    const draft = draftOwner(entry.personId, entry.epoch);
    const rows = await files();
    const own = await rows.read(id);
    const stored = own.length > 0 ? own : await rows.read(draft);
    if (!isThere(id)) return; // taken back meanwhile
    if (stored.map(({ name }) => name).join("/") === entry.held.fileNames.join("/")) {
      if (own.length === 0) await rows.put(id, entry.personId, stored, draft);
      return upload(entry, stored);
    }
    const detail = t("The page closed before these files were uploaded: {names}", {
      names: entry.held.fileNames.join(", "),
    });
    outbox().fail(entry, { code: "interrupted", detail });
  }

  return {
    adopt,

    /** Lets a message go when all that it waits for is there. */
    hold(message: HeldMessage): void {
      if (message.uploads) heldUploads.set(message.id, message.uploads);
      void release(message);
    },

    /** Stores the files of a message that is in the outbox, and of its draft no more. They are deleted with its entry. */
    async store(id: string, personId: string, sources: readonly File[], draft: string | undefined): Promise<void> {
      const rows = await files();
      await rows.put(id, personId, sources, draft);
      if (!isThere(id)) await rows.delete(id); // confirmed meanwhile
    },

    /** The server has the files of a message no more: they are uploaded once more, and it waits for them. `false`: that cannot be done. */
    async uploadAgain(entry: OutboxEntry): Promise<boolean> {
      if (entry.kind !== "send" || !entry.attachments || uploadedAgain.has(entry.id)) return false;
      uploadedAgain.add(entry.id);
      const stored = await (await files()).read(entry.id);
      if (stored.length !== entry.attachments.length) return false;
      outbox().hold(
        entry.id,
        stored.map(({ name }) => name),
      );
      upload(entry, stored);
      return true;
    },

    /** The files that a message waits for, in the tab that uploads them. */
    uploadsOf: (id: string) => heldUploads.get(id),

    discard(id: string): void {
      heldUploads.get(id)?.clear();
      heldUploads.delete(id);
    },

    forget(): void {
      for (const uploads of heldUploads.values()) uploads.clear();
      heldUploads.clear();
    },
  };
}

/** Those files of a message that are uploaded. */
export function attachmentsOf(uploads: Uploads | undefined): readonly Attachment[] {
  return (uploads?.list.value ?? []).flatMap(({ state }) => (state.kind === "done" ? [state.attachment] : []));
}
