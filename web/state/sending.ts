/**
 * Everything a person sends: messages with their files, edits, reactions, deletions. Each names its conversation, and goes there
 * wherever the person is by then. What has to wait waits in the outbox.
 */
import { batch } from "@preact/signals";
import type { ChannelCommand } from "../../worker/protocol/commands.ts";
import { CLOSE } from "../../worker/protocol/errors.ts";
import { TEXT_MAX_POINTS } from "../../worker/protocol/limits.ts";
import { countPoints, isDrawn } from "../../worker/protocol/text.ts";
import type { Message } from "../../worker/protocol/things.ts";
import type { api as httpApi } from "../network/api.ts";
import type { createDeliveries, DeliveryDependencies } from "../network/delivery.ts";
import type { Uploads } from "../network/uploads.ts";
import type { FileRows } from "../storage/file-rows.ts";
import { noticeShortcodes } from "../text/shortcodes.ts";
import { createChanges } from "./changes.ts";
import { encodeText } from "./compose-text.ts";
import { createDraftFiles } from "./draft-files.ts";
import { attachmentsOf, createHeldMessages } from "./held-messages.ts";
import { newId } from "./ids.ts";
import type { Outbox } from "./outbox.ts";
import type { Delivery, EntryName, Intent, OutboxEntry } from "./outbox-entry.ts";
import type { Conversation, TabState } from "./tab-state.ts";
import type { Unread } from "./unread.ts";

/** Between two notes to the others (ms) that the person types. One may be lost without the line flickering. */
const TYPING_EVERY_MS = 2_500;

type Deliveries = ReturnType<typeof createDeliveries>;

type Dependencies = {
  readonly api: typeof httpApi;
  /** Requested once there is a connection: nothing can be delivered before. */
  readonly makeDeliveries: (dependencies: DeliveryDependencies) => Promise<Deliveries>;
  readonly makeOutbox: (
    deliver: (entry: OutboxEntry) => Promise<Delivery>,
    adopted: (entry: OutboxEntry) => void,
  ) => Outbox;
  /** Begins to take files for a channel's next message. */
  readonly makeUploads: (channelId: string) => Uploads;
  readonly files: () => Promise<FileRows>;
  /** Sends a command on the socket of a channel; `false` when there is none that is live. */
  readonly sendCommand: (channelId: string, command: ChannelCommand) => boolean;
  /** Whether a request that goes out now goes out as this tab's person. */
  readonly isStillThisPerson: () => boolean;
  readonly unread: Unread;
  readonly now: () => number;
  readonly elapsed: () => number;
};

export type Sending = ReturnType<typeof createSending>;

export function createSending(tab: TabState, dependencies: Dependencies) {
  const textToSend = (typed: string, textBefore?: string) => encodeText(tab, typed, textBefore);
  const { api, makeDeliveries, makeOutbox, makeUploads, files, sendCommand, isStillThisPerson, unread, now, elapsed } =
    dependencies;
  const { person, channels, open, channelLink, directoryLink, isListKnown, site, epochOf } = tab;
  const outbox: Outbox = makeOutbox(deliver, (entry) => held.adopt(entry));
  const draftFiles = createDraftFiles(tab, files);
  const held = createHeldMessages({ files, makeUploads, outbox: () => outbox });
  const changes = createChanges({
    outbox,
    write,
    textToSend,
    removeNow: (channelId, id) => void api.remove(channelId, id),
  });
  /** There from the first connection on: until then nothing is under way. */
  let deliveries: Deliveries | undefined;
  let deliveriesMade: Promise<Deliveries> | undefined;
  /** When (ms, as `elapsed` has it) the others were last told that the person types. */
  let typedAt = Number.NEGATIVE_INFINITY;

  /* ---- how it gets there ---- */

  async function prepare(): Promise<void> {
    deliveriesMade ??= makeDeliveries({
      api,
      sendCommand,
      confirmed: ({ epoch }, message) => unread.note(epoch, [message]),
      transportFor,
    });
    try {
      deliveries = await deliveriesMade;
    } catch {
      deliveriesMade = undefined; // the part could not be fetched: at the next connection it is tried again
    }
  }

  async function deliver(entry: OutboxEntry): Promise<Delivery> {
    if (!deliveries) await prepare();
    const delivery: Delivery = (await deliveries?.deliver(entry)) ?? { kind: "offline" };
    const isWithoutFiles = delivery.kind === "refused" && delivery.code === "invalid_attachment";
    return isWithoutFiles && (await held.uploadAgain(entry)) ? { kind: "offline" } : delivery;
  }

  /** A channel made again under the same name is another one. */
  function transportFor({ channelId, epoch }: OutboxEntry): "socket" | "http" | "none" | "gone" {
    const isOpen = open.value?.channelId === channelId && open.value.epoch.value === epoch;
    const link = channelLink.value;
    const isGoneHere = link.kind === "stopped" && link.code === CLOSE.channelGone;
    // What went by HTTP would be out of sight until the socket shows it.
    if (isOpen && !isGoneHere) return link.kind === "live" ? "socket" : "none";
    if (directoryLink.value.kind !== "live" || !isStillThisPerson()) return "none";
    if (channels.value.get(channelId)?.epoch === epoch) return "http";
    return isListKnown.value ? "gone" : "none";
  }

  function write(conversation: Conversation, id: string, intent: Intent): boolean {
    const who = person.value;
    const { channelId } = conversation;
    const epoch = epochOf(conversation);
    if (!who || epoch === undefined) return false;
    outbox.add({ ...intent, id, personId: who.id, epoch, channelId, madeAt: now() });
    return true;
  }

  /* ---- messages ---- */

  /**
   * Sends a message to a conversation, as it was typed, with the files it was given. What has to wait for files or for the meaning of
   * a shortcode waits in the outbox. `false`: there is nothing to send, it is too long, or a file has failed; nothing happened.
   */
  function send(conversation: Conversation, typed: string): boolean {
    const uploads = conversation.uploads.value;
    const chosen = uploads?.list.value ?? [];
    const text = textToSend(typed);
    const isEmpty = !isDrawn(text) && chosen.length === 0;
    if (isEmpty || countPoints(text) > TEXT_MAX_POINTS || chosen.some(({ state }) => state.kind === "failed"))
      return false;
    const epoch = epochOf(conversation);
    const replyTo = conversation.replyTo.value;
    const attachments = attachmentsOf(uploads);
    const table = noticeShortcodes(text);
    const isHeld = table !== undefined || attachments.length < chosen.length;
    const id = newId();
    const isWritten = write(conversation, id, {
      kind: "send",
      text,
      ...(replyTo !== undefined && { replyTo }),
      ...(attachments.length > 0 && { attachments }),
      ...(isHeld && { held: { fileNames: chosen.map(({ name }) => name) } }),
    });
    if (!isWritten || epoch === undefined || !person.value) return false;
    typedAt = Number.NEGATIVE_INFINITY; // what is typed next is news
    batch(() => {
      conversation.replyTo.value = undefined;
      conversation.newAfter.value = undefined; // a person who answers has read
      unread.markRead(epoch, conversation.history.value.seq);
      conversation.uploads.value = undefined;
    });
    if (uploads) void held.store(id, person.value.id, uploads.sources(), draftFiles.release(conversation));
    if (isHeld) held.hold({ id, text, uploads, table });
    else uploads?.clear();
    return true;
  }

  /**
   * Files for what is written next in a conversation; `folders` are names of what cannot be taken. Answers how many files were taken:
   * none where the site takes none.
   */
  function attach(conversation: Conversation, chosen: readonly File[], folders: readonly string[] = []): number {
    if (chosen.length + folders.length === 0 || site.value?.files !== true) return 0;
    const uploads = conversation.uploads.value ?? makeUploads(conversation.channelId);
    if (!conversation.uploads.value) draftFiles.follow(conversation, uploads);
    conversation.uploads.value = uploads;
    return uploads.add(chosen, folders);
  }

  return {
    entries: outbox.entries,
    openOutbox: outbox.open,
    pump: outbox.pump,
    /** The person uses this tab: it sends from now on, also what closed tabs have left. */
    takeOver(): void {
      if (!person.value) return;
      outbox.take();
      void outbox.open(person.value.id);
    },
    prepare,
    isPrepared: () => deliveries !== undefined,
    textToSend,
    send,

    attach,
    /** Takes up the files of a draft again. */
    recallFiles: (conversation: Conversation) => draftFiles.recall(conversation, (kept) => attach(conversation, kept)),

    saveEdit: changes.saveEdit,
    react: changes.react,
    remove: changes.remove,
    undoRemove: changes.undoRemove,

    /** Tries again what was refused. Files that cannot be sent are left out where something else is left. */
    retry(name: EntryName): void {
      const uploads = name.kind === "send" ? held.uploadsOf(name.id) : undefined;
      const entry = outbox.entries.value.find((one) => one.id === name.id && one.kind === "send");
      if (!uploads || entry?.kind !== "send") return outbox.retry(name);
      uploads.retryFailed();
      const isMoreLeft = entry.text !== "" || uploads.list.value.some(({ state }) => state.kind !== "failed");
      if (isMoreLeft) uploads.leaveOutFailed();
    },

    /** Takes back what waits: a message that was not sent yet, or a change that was refused. */
    discard(entry: EntryName): void {
      if (entry.kind === "send") held.discard(entry.id);
      outbox.remove(entry);
    },

    /** The files that a held message waits for, in the tab that uploads them. */
    heldUploads: held.uploadsOf,
    /** The person is writing in a conversation: told to the others now and then. */
    noteTyping({ channelId }: Conversation): void {
      if (elapsed() - typedAt < TYPING_EVERY_MS) return;
      if (sendCommand(channelId, { type: "typing" })) typedAt = elapsed();
    },

    /** Messages of an open channel: they confirm entries. */
    settle(messages: readonly Message[]): void {
      for (const entry of deliveries?.settle(messages, outbox.entries.value) ?? []) outbox.remove(entry);
    },
    refused: (refusal: Parameters<Deliveries["refused"]>[0]) => deliveries?.refused(refusal),
    giveUp: () => deliveries?.giveUp(),
    leavePage(): void {
      if (isStillThisPerson()) changes.leavePage();
    },

    /** The session is over: this device keeps nothing of the person. */
    async forget(personId: string | undefined): Promise<void> {
      for (const conversation of tab.conversations.value.values()) conversation.uploads.value?.clear();
      held.forget();
      if (personId !== undefined) await outbox.wipe(personId);
    },
  };
}
