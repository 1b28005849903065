/**
 * What this tab knows, as signals, and what a person can do about it, as actions: put together from the files beside it.
 * It knows no socket and no fetch: main.tsx hands it what it depends on.
 */
import { batch, type ReadonlySignal, signal } from "@preact/signals";
import type { ChannelCommand, FeedCommand } from "../../worker/protocol/commands.ts";
import type { Person } from "../../worker/protocol/things.ts";
import type { api as httpApi } from "../network/api.ts";
import type { createDeliveries, DeliveryDependencies } from "../network/delivery.ts";
import type { Requests } from "../network/requests.ts";
import type { Uploads } from "../network/uploads.ts";
import type { FileRows } from "../storage/file-rows.ts";
import type { localState as deviceState, LocalChange } from "../storage/local-state.ts";
import type { KeptConversation } from "../storage/persistence.ts";
import { isPersistenceFailing } from "../storage/storage-failure.ts";
import { createChannels } from "./channels.ts";
import { createDrafts } from "./drafts.ts";
import { createIncoming } from "./incoming.ts";
import { createInvites } from "./invites.ts";
import { createLinks } from "./links.ts";
import type { Outbox } from "./outbox.ts";
import type { Delivery, OutboxEntry } from "./outbox-entry.ts";
import { createPeople } from "./people.ts";
import { createPlace } from "./place.ts";
import { createReadReporter } from "./read-reporter.ts";
import { createReceive } from "./receive.ts";
import { createRestore } from "./restore.ts";
import { createSending } from "./sending.ts";
import { createSession } from "./session.ts";
import { type Conversation, createTabState } from "./tab-state.ts";
import { createUnread } from "./unread.ts";
import { createWishes } from "./wishes.ts";

export type { Unsent } from "./drafts.ts";
export type { Conversation };

export type Store = ReturnType<typeof createStore>;

export type Dependencies = {
  readonly api: typeof httpApi;
  /** What is asked for now and then: fetched when it is. */
  readonly requests: () => Promise<Requests>;
  readonly localState: typeof deviceState;
  readonly files: () => Promise<FileRows>;
  /** Requested once there is a connection: nothing can be delivered before. */
  readonly makeDeliveries: (dependencies: DeliveryDependencies) => Promise<ReturnType<typeof createDeliveries>>;
  readonly makeOutbox: (
    deliver: (entry: OutboxEntry) => Promise<Delivery>,
    adopted: (entry: OutboxEntry) => void,
  ) => Outbox;
  /** Begins to take files for a channel's next message. */
  readonly makeUploads: (channelId: string) => Uploads;
  /** Everything this device has stored of a person's conversations. */
  readonly keptConversations: (personId: string) => Promise<readonly KeptConversation[]>;
  /** Sends a command on the socket of a channel; `false` when there is none that is live. */
  readonly sendCommand: (channelId: string, command: ChannelCommand) => boolean;
  /** Sends a command on the socket of the feed; `false` when it is not live. */
  readonly sendToFeed: (command: FeedCommand) => boolean;
  /** Begins this tab anew, with nothing of what it held. */
  readonly startOver: () => void;
  /** The server's time (ms), for the eye. */
  readonly now: () => number;
  /** Milliseconds since some moment, which no change of a clock moves. For durations. */
  readonly elapsed: () => number;
};

export function createStore(dependencies: Dependencies) {
  const { api, requests, localState, keptConversations, sendToFeed, startOver, now, elapsed } = dependencies;
  const tab = createTabState();
  const { person, channels, open, directoryLink, channelLink, isConnected, site, phase } = tab;
  /** The draft or rewrite that another tab has changed last. */
  const changedElsewhere = signal<{ readonly epoch: string } | undefined>(undefined);
  const incoming = createIncoming();
  const readReporter = createReadReporter({
    send: (read) => sendToFeed({ type: "read", channels: read }),
    idOf: (epoch) => [...channels.value.values()].find((one) => one.epoch === epoch)?.id,
    elapsed,
    unreported: {
      read: () => (person.value ? localState.unreported(person.value.id) : []),
      keep: (epoch, seq) => person.value && localState.keepUnreported(person.value.id, epoch, seq),
    },
  });
  const unread = createUnread(tab, { localState, onRead: readReporter.note });
  const people = createPeople(tab, api);
  const invites = createInvites(tab, requests);
  const session = createSession(tab, {
    api,
    invites,
    localState,
    startOver,
    entered({ id }) {
      readReporter.recall();
      void sending.openOutbox(id);
    },
    forget,
  });
  const sending = createSending(tab, { ...dependencies, isStillThisPerson: session.isStillThisPerson, unread });
  const wishes = createWishes(tab, requests);
  const channelList = createChannels(tab, {
    api,
    people,
    unread,
    wishes,
    readReporter,
    listKnown() {
      readReporter.flush();
      sending.pump();
    },
  });
  const drafts = createDrafts(tab, { localState, people, sending, unread });
  const receive = createReceive(tab, {
    api,
    session,
    people,
    channels: channelList,
    drafts,
    sending,
    unread,
    wishes,
    readReporter,
    emit: incoming.emit,
  });

  /** The session is over: this device keeps nothing of the person. */
  async function forget(who: Person | undefined): Promise<void> {
    const isForgotten = sending.forget(who?.id);
    batch(() => {
      channelList.forget();
      people.forget();
      unread.forget();
      wishes.forget();
      tab.online.value = new Set();
    });
    readReporter.forget();
    if (who) localState.wipe(who.id);
    await isForgotten;
  }

  return {
    phase: readonly(phase),
    person: readonly(person),
    site: readonly(site),
    isOwner: readonly(tab.isOwner),
    channels: readonly(channels),
    isListKnown: readonly(tab.isListKnown),
    people: readonly(tab.people),
    directoryLink: readonly(directoryLink),
    channelLink: readonly(channelLink),
    open,
    openEpoch: tab.openEpoch,
    stopped: tab.stopped,
    isStopped: tab.isStopped,
    isConnected,

    ...session.actions,
    linkProblem: readonly(session.linkProblem),
    invite: readonly(invites.invite),
    inviteProblem: invites.inviteProblem,
    takeInvite: invites.take,
    requests,

    personOf: people.personOf,
    nameOf: people.nameOf,
    searchPeople: people.searchPeople,
    /** The server's time (ms). */
    now,
    titleOf: people.titleOf,

    ...createRestore(tab, { people, unread, drafts }),
    receiveDirectory: receive.receiveDirectory,
    receiveChannel: receive.receiveChannel,
    ...createLinks(tab, { session, sending, readReporter }),
    onIncoming: incoming.listen,
    /** How many people share the other end of each connection, as far as the server has said. */
    crowdOf: (link: "directory" | "channel") =>
      link === "directory" ? receive.onlineCount() : (open.peek()?.here.peek().count ?? 0),
    /** A newer version of this page is there. */
    isNewer: readonly(tab.isNewer),
    noticeNewer: () => {
      tab.isNewer.value = true;
    },

    createChannel: channelList.createChannel,
    openDirect: channelList.openDirect,
    openConversation: channelList.openConversation,

    ...wishes.actions,
    blocked: readonly(tab.blocked),

    outbox: sending.entries,
    send(conversation: Conversation, typed: string): boolean {
      const isSent = sending.send(conversation, typed);
      if (isSent) drafts.reply(conversation, undefined);
      return isSent;
    },
    attach: sending.attach,
    react: sending.react,
    remove: sending.remove,
    undoRemove: sending.undoRemove,
    retry: sending.retry,
    discard: sending.discard,
    heldUploads: sending.heldUploads,
    noteTyping: sending.noteTyping,
    textToSend: sending.textToSend,
    takeOver: sending.takeOver,
    /** The page goes away: there may be no later moment. */
    leavePage: () => [readReporter.flushNow(), sending.leavePage()],

    reply: drafts.reply,
    plainText: drafts.plainText,
    edit: drafts.edit,
    leaveEdit: drafts.leaveEdit,
    keepEdit: drafts.keepEdit,
    editLast: drafts.editLast,
    saveEdit: drafts.saveEdit,
    draft: drafts.draft,
    keepDraft: drafts.keepDraft,
    replacedDraft: drafts.replaced,
    recallFiles: sending.recallFiles,
    drafts: unread.drafts,
    unsent: drafts.unsent,
    noticeRescued: drafts.noticeRescued,
    /** Drafts or unsent messages could not be stored. */
    isPersistenceFailing,
    readSeq: unread.readSeq,
    isMention: unread.isMention,
    ...createPlace(tab, { localState, unread, sending, titleOf: people.titleOf, sendToFeed }),
    /** The page is hidden, or another conversation opened: how far the person has read is told. `isLast`: there may be no later moment. */
    tellRead: (isLast: boolean) => (isLast ? readReporter.flushNow() : readReporter.flush()),

    cursorOf: tab.cursorOf,
    /** What this tab has visited. */
    visited: () => [...tab.conversations.value.values()],
    /** What this device has stored of conversations, open or not. */
    keptConversations: async () => (person.value ? keptConversations(person.value.id).catch(() => []) : []),

    changedElsewhere: readonly(changedElsewhere),
    /** Another tab has changed what this device keeps: who is signed in, what was read, drafts. */
    noticeOtherTabs({ kind, epoch }: LocalChange): void {
      if (kind === "person") session.noticeOtherTabs();
      else if (epoch !== undefined) unread.noticeElsewhere(kind, epoch);
      if ((kind === "draft" || kind === "edit") && epoch !== undefined) changedElsewhere.value = { epoch };
    },
  };
}

/** For readers: what only an action may change. */
function readonly<T>(value: ReadonlySignal<T>): ReadonlySignal<T> {
  return value;
}
