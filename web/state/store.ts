/**
 * What this tab knows, as signals, and what a person can do about it, as actions.
 * It folds frames into histories with the server's own `merge` and never reorders anything.
 * It knows no socket and no fetch: main.tsx hands it the ways out.
 */
import { batch, computed, effect, type ReadonlySignal, type Signal, signal, untracked } from "@preact/signals";
import type { ChannelCommand, FeedCommand } from "../../worker/protocol/commands.ts";
import { CLOSE } from "../../worker/protocol/errors.ts";
import type {
  Attachment,
  Channel,
  ChannelFrame,
  DirectoryFrame,
  Message,
  Person,
  WindowAnswer,
} from "../../worker/protocol/frames.ts";
import { EMPTY_HISTORY, find, type History, merge } from "../../worker/protocol/history.ts";
import { PROTOCOL_VERSION, TEXT_MAX_POINTS } from "../../worker/protocol/limits.ts";
import { countPoints, directId, foldText, isDrawn, mentionedIn } from "../../worker/protocol/text.ts";
import { t } from "../i18n/i18n.ts";
import type { Answer, ChannelPage, api as httpApi, Site } from "../network/api.ts";
import type { ConnectionState } from "../network/connection.ts";
import type { createDeliveries, DeliveryWays } from "../network/delivery.ts";
import { chances } from "../network/load-part.ts";
import type { Uploads } from "../network/uploads.ts";
import type { memory as deviceMemory, Edit } from "../storage/local-state.ts";
import type { KeptConversation } from "../storage/persistence.ts";
import { isPersistenceFailing } from "../storage/storage-failure.ts";
import { decodeMentions, encodeMentions } from "../text/mentions.ts";
import { noticeShortcodes, withEmoji } from "../text/shortcodes.ts";
import { newId } from "./ids.ts";
import type { Delivery, EntryName, Intent, Outbox, OutboxEntry } from "./outbox.ts";
import { createReadReporter } from "./read-reporter.ts";
import { channelHref, go, route } from "./route.ts";
import { createReading, type Waiting } from "./unread.ts";

/** How long (ms) a deletion of one's own may be undone. */
export const UNDO_MS = 5_000;

/**
 * Whether somebody is signed in here. `ended`: the session ended elsewhere; `unreachable`: nobody could be asked;
 * `linked`: a device link was opened where somebody is signed in already.
 */
export type Phase = "starting" | "unreachable" | "welcome" | "in" | "ended" | "linked";

/** Somebody who is writing; forgotten at `until` (ms) unless heard of again. */
type Typist = { readonly person: Person; readonly until: number };

/** A channel as this tab holds it, from the first visit on. */
export type Conversation = {
  readonly channelId: string;
  /** `undefined` until the first welcome. */
  readonly epoch: Signal<string | undefined>;
  readonly history: Signal<History>;
  readonly here: Signal<{ readonly count: number; readonly people: readonly Person[] }>;
  /** Who is writing, and until when (ms) that is believed. */
  readonly typing: Signal<readonly Typist[]>;
  /** The message that what is written next replies to. */
  readonly replyTo: Signal<string | undefined>;
  /** What came after this message was new on entering: until one leaves or says so. */
  readonly newAfter: Signal<number | undefined>;
  /** Files that the next message will take, once there was one. */
  readonly uploads: Signal<Uploads | undefined>;
  /** The message that is being edited in its place. */
  readonly editing: Signal<Edit | undefined>;
};

/** Something that was written and has no conversation any more: it can be copied and discarded. */
export type Unsent = {
  readonly key: string;
  /** What the conversation was called, where that is known. */
  readonly title?: string;
  readonly text: string;
  readonly fileNames: readonly string[];
  discard(): void;
};

/** A message that waits: for `uploads`, for the `table` of emoji, or both. `attachments` are uploaded already. */
type HeldMessage = {
  readonly id: string;
  readonly text: string;
  readonly uploads: Uploads | undefined;
  readonly table: Promise<void> | undefined;
  readonly attachments?: readonly Attachment[];
};

/** News of a conversation, whole where it was told whole. */
export type Heard = { readonly channelId: string; readonly messages: readonly Message[] };

export type Store = ReturnType<typeof createStore>;

type Deliveries = ReturnType<typeof createDeliveries>;

export type Ways = {
  readonly api: typeof httpApi;
  readonly memory: typeof deviceMemory;
  /** Asked for once there is a connection: nothing can be delivered before. */
  readonly makeDeliveries: (ways: DeliveryWays) => Promise<Deliveries>;
  readonly makeOutbox: (
    deliver: (entry: OutboxEntry) => Promise<Delivery>,
    adopted: (entry: OutboxEntry & { readonly kind: "send" }) => void,
  ) => Outbox;
  /** Begins to take files for a channel's next message. */
  readonly makeUploads: (channelId: string) => Uploads;
  /** Everything this device has stored of a person's conversations. */
  readonly keptConversations: (personId: string) => Promise<readonly KeptConversation[]>;
  /** Sends a command on the socket of the open conversation; `false` when it is not live. */
  readonly say: (command: ChannelCommand) => boolean;
  /** Sends a command on the socket of the feed; `false` when it is not live. */
  readonly sendToFeed: (command: FeedCommand) => boolean;
  /** Begins this tab anew, with nothing of what it held. */
  readonly startOver: () => void;
  readonly now: () => number;
};

/** A typist not heard of for so long (ms) has stopped. The contract's number. */
const TYPING_FORGOTTEN_MS = 6_000;
/** Between two words to the others (ms) that one types: one may be lost without the line flickering. */
const TYPING_EVERY_MS = 2_500;
/** Conversations with something unread whose windows are fetched on start, for the mentions in them. */
const CAUGHT_UP_MAX = 20;
/** So long (ms) until it is asked again whether a session has really ended. */
const END_AGAIN_MS = 2_000;
/** A page of the channel list that failed is requested again after this time (ms). */
const PAGE_AGAIN_MS = 5_000;
/** So long (ms) after its frame what has just come is painted, on a slow device too. */
const PAINTED_MS = 50;
/** People asked for in one request. The contract's number. */
const ASKED_MAX = 50;

const IDLE: ConnectionState = { kind: "idle" };

export function createStore({
  api,
  memory,
  makeDeliveries,
  makeOutbox,
  makeUploads,
  keptConversations,
  say,
  sendToFeed,
  startOver,
  now,
}: Ways) {
  const phase = signal<Phase>("starting");
  const person = signal<Person | undefined>(undefined);
  const site = signal<Site | undefined>(undefined);
  /** Whether this person is an owner of the site. */
  const isOwner = signal(false);
  const channels = signal<ReadonlyMap<string, Channel>>(new Map());
  const online = signal<ReadonlySet<string>>(new Set());
  /** Everybody this tab has heard of, with the newest name. */
  const people = signal<ReadonlyMap<string, Person>>(new Map());
  const directoryLink = signal<ConnectionState>(IDLE);
  const channelLink = signal<ConnectionState>(IDLE);
  /** Grows silently, by visits; replaced when another person begins. */
  const conversations = signal(new Map<string, Conversation>());
  /** The server has told all channels there are: what belongs to none of them has no place any more. */
  const isListKnown = signal(false);
  /** By message: the files that a held message waits for. */
  const heldUploads = new Map<string, Uploads>();
  /** What came last, wherever it came. What was there before is no news. */
  const heard = signal<Heard | undefined>(undefined);
  /** A newer version of this page is there. */
  const isNewer = signal(false);
  /** When (ms) the others were last told that one types. */
  let typedAt = 0;
  /** A device link that waits for a decision. */
  let linkToken: string | undefined;
  /** Why the device link that led here did not work. */
  const linkProblem = signal<string | undefined>(undefined);
  /** Conversations in which a rewrite was looked for that another tab, or this one before a reload, has begun. */
  const recalled = new WeakSet<Conversation>();
  /** Ids in texts whose people are to be asked for, and those that were. */
  const unmet = new Set<string>();
  const asked = new Set<string>();
  /** Counts what other tabs have changed. */
  const changedElsewhere = signal(0);
  const readReporter = createReadReporter({
    send: (read) => sendToFeed({ type: "read", channels: read }),
    idOf: (epoch) => [...channels.value.values()].find((one) => one.epoch === epoch)?.id,
    now,
  });
  const reading = createReading({ memory, person, heldSeq, onRead: readReporter.note });
  /** Channels of before that a list which comes in pages has not shown yet. `undefined`: no page is awaited. */
  let unconfirmed: Set<string> | undefined;
  /** People online on the whole site, as far as the server has said. */
  let onlineCount = 0;
  /** There from the first delivery on: until then nothing is under way. */
  let deliveries: Deliveries | undefined;
  let deliveriesMade: Promise<Deliveries> | undefined;
  const outbox = makeOutbox(deliver, resumeHeld);

  const openId = computed(() => {
    const where = route.value;
    if (where.kind === "channel") return where.id;
    const who = person.value;
    return where.kind === "direct" && who && where.personId !== who.id ? directId(where.personId, who.id) : undefined;
  });
  const open = computed(() => (openId.value === undefined ? undefined : conversationOf(openId.value)));
  const openEpoch = computed(() => {
    const conversation = open.value;
    return conversation && (conversation.epoch.value ?? channels.value.get(conversation.channelId)?.epoch);
  });
  /** Why nothing goes on by itself: the close code of a link that stopped. */
  const stopped = computed(() => {
    const link = [directoryLink.value, channelLink.value].find((state) => state.kind === "stopped");
    return link?.kind === "stopped" ? link.code : undefined;
  });
  const isConnected = computed(
    () => directoryLink.value.kind === "live" && (!open.value || channelLink.value.kind === "live"),
  );

  function conversationOf(channelId: string): Conversation {
    const held = conversations.value.get(channelId);
    if (held) return held;
    const conversation: Conversation = {
      channelId,
      epoch: signal(undefined),
      history: signal(EMPTY_HISTORY),
      here: signal({ count: 0, people: [] }),
      typing: signal([]),
      replyTo: signal(undefined),
      newAfter: signal(undefined),
      uploads: signal(undefined),
      editing: signal(undefined),
    };
    conversations.value.set(channelId, conversation);
    return conversation;
  }

  function heldSeq(channelId: string, epoch: string): number {
    const held = conversations.value.get(channelId);
    return held?.epoch.value === epoch ? held.history.value.seq : 0;
  }

  /* ---- who ---- */

  /** Begins. `token` is that of a device link in the address. */
  async function start(token = linkToken): Promise<void> {
    const known = memory.person();
    linkToken = token;
    if (token !== undefined && known) {
      person.value = known;
      phase.value = "linked";
      return;
    }
    if (token !== undefined) return void (await redeem(token));
    if (known) enter(known);
    else {
      const asked = await askSite();
      if (asked.ok && !asked.value.session) {
        phase.value = "welcome";
        return;
      }
    }
    // Also when the person is known: sockets carry no cookie, and this answer renews it.
    const answer = await api.session();
    if (answer.ok) return known ? meet(answer.value.person) : enter(answer.value.person);
    if (!known) phase.value = answer.status === 401 ? "welcome" : "unreachable";
  }

  function enter(who: Person): void {
    memory.keepPerson(who);
    batch(() => {
      linkProblem.value = undefined;
      person.value = who;
      phase.value = "in";
    });
    void outbox.open(who.id);
    goHome("replace");
  }

  async function askSite(): Promise<Answer<Site>> {
    const answer = await api.site();
    if (answer.ok) site.value = answer.value;
    return answer;
  }

  /** From `/` to the conversation of last time, else to the first one. */
  function goHome(how: "push" | "replace"): void {
    const who = person.value;
    if (who && (route.value.kind === "home" || isOwnDirect())) go(memory.place(who.id) ?? channelHref("general"), how);
  }

  /** Nobody has a conversation with themselves: such an address leads home. */
  function isOwnDirect(): boolean {
    return route.value.kind === "direct" && route.value.personId === person.value?.id;
  }

  async function signIn(name: string, accessCode?: string): Promise<Answer<unknown>> {
    const answer = await api.signIn(name, accessCode);
    if (answer.ok) enter(answer.value.person);
    return answer;
  }

  /** Becomes the person of a device link; whoever was here before is signed out. */
  async function redeem(token: string): Promise<Answer<unknown>> {
    const answer = await api.redeem(token);
    const before = memory.person();
    if (answer.status !== 0) linkToken = undefined; // without an answer it may be tried again
    if (answer.ok) {
      if (before && before.id !== answer.value.person.id) await forget("starting");
      enter(answer.value.person);
    } else if (phase.value === "starting" || phase.value === "unreachable") {
      linkProblem.value = answer.status === 0 ? undefined : answer.detail;
      phase.value = answer.status === 0 ? "unreachable" : "welcome";
    }
    return answer;
  }

  /** Decides about a device link that was opened where somebody is signed in. */
  async function decideLink(isTaken: boolean): Promise<Answer<unknown> | undefined> {
    const token = linkToken;
    const answer = isTaken && token !== undefined ? await redeem(token) : undefined;
    if (answer && !answer.ok) return answer;
    linkToken = undefined;
    if (!answer) await start();
    return answer;
  }

  async function rename(name: string): Promise<Answer<unknown>> {
    if (!isStillOneself()) {
      startOver();
      return { ok: false, status: 401, code: "unauthorized", detail: "Somebody else signed in here." };
    }
    const answer = await api.signIn(name);
    if (answer.ok) meet(answer.value.person);
    return answer;
  }

  async function signOut(): Promise<Answer<unknown>> {
    const answer = await api.signOut();
    if (answer.ok || answer.status === 401) await forget("welcome");
    return answer;
  }

  /** The session is over: this device keeps nothing of the person. */
  async function forget(next: Phase): Promise<void> {
    const who = person.value;
    for (const conversation of conversations.value.values()) conversation.uploads.value?.clear();
    for (const uploads of heldUploads.values()) uploads.clear();
    heldUploads.clear();
    unconfirmed = undefined;
    batch(() => {
      isListKnown.value = false;
      person.value = undefined;
      isOwner.value = false;
      phase.value = next;
      channels.value = new Map();
      online.value = new Set();
      people.value = new Map();
      conversations.value = new Map();
      reading.forget();
    });
    readReporter.forget();
    unmet.clear();
    asked.clear();
    if (!who) return;
    memory.wipe(who.id);
    await outbox.wipe(who.id);
  }

  /** Who the server says one is: renamed elsewhere, or somebody else who signed in in another tab. */
  function meet(you: Person): void {
    const who = person.value;
    if (!who || (who.id === you.id && who.name === you.name)) return;
    memory.keepPerson(you);
    if (who.id === you.id) person.value = you;
    else startOver();
  }

  /**
   * Cookies are shared by all tabs: whether a request that goes out now would go out as this tab's person.
   * Nobody kept on the device is nobody else: the session is over, which the server says, or the browser refuses storage.
   */
  function isStillOneself(): boolean {
    const kept = memory.person();
    return person.value !== undefined && (!kept || kept.id === person.value.id);
  }

  /** People heard of under the names they have now; `asOf: "then"`: under names they had, which newer ones outlast. */
  function learn(heard: readonly Person[], asOf: "now" | "then" = "now"): void {
    const held = people.value;
    const news = heard.filter(({ id, name }) => (asOf === "now" ? held.get(id)?.name !== name : !held.has(id)));
    if (news.length > 0) people.value = new Map([...held, ...news.map((one) => [one.id, one] as const)]);
  }

  /** The person of an id in a text. Whoever was not heard of yet is asked for, and is there a little later. */
  function personOf(id: string): Person | undefined {
    const known = people.value.get(id);
    if (!known && !asked.has(id)) {
      asked.add(id);
      if (unmet.size === 0) setTimeout(askForUnmet);
      unmet.add(id);
    }
    return known;
  }

  async function askForUnmet(): Promise<void> {
    const ids = [...unmet];
    unmet.clear();
    for (let at = 0; at < ids.length; at += ASKED_MAX) {
      const answer = await api.peopleById(ids.slice(at, at + ASKED_MAX));
      if (answer.ok) learn(answer.value.people);
      else for (const id of ids.slice(at, at + ASKED_MAX)) asked.delete(id);
    }
  }

  /* ---- what the directory tells ---- */

  function receiveDirectory(frame: DirectoryFrame): void {
    switch (frame.type) {
      case "directory":
        batch(() => {
          meet(frame.you);
          isNewer.value ||= frame.version > PROTOCOL_VERSION;
          isOwner.value = frame.owner === true;
          const peers = frame.channels.flatMap(({ peer }) => peer ?? []);
          learn([...peers, ...frame.people, frame.you].map(({ id, name }) => ({ id, name })));
          takeList(frame.channels, frame.more === true);
          online.value = new Set(frame.people.filter((one) => one.online).map(({ id }) => id));
          reading.recall(frame.channels);
          takeReads(frame.channels, frame.reads);
          for (const { id, epoch } of frame.channels) reading.setMentions(epoch, frame.mentions[id] ?? []);
        });
        onlineCount = frame.onlineCount;
        return void catchUp();
      case "channel":
        return batch(() => {
          if (frame.channel.peer) learn([frame.channel.peer]);
          channels.value = new Map(channels.value).set(frame.channel.id, frame.channel);
          unconfirmed?.delete(frame.channel.id);
          reading.recall([frame.channel]);
        });
      case "channel_deleted": {
        const left = new Map(channels.value);
        left.delete(frame.id);
        channels.value = left;
        conversations.value.delete(frame.id); // another of that name begins with nothing of this one
        setTimeout(outbox.pump); // what was written there says that it cannot be sent
        return;
      }
      case "activity": {
        const moved = new Map(channels.value);
        for (const { id, seq, lastAt } of frame.channels) {
          const channel = moved.get(id);
          if (channel) moved.set(id, { ...channel, seq, lastAt });
        }
        channels.value = moved;
        for (const { id, latest, deleted } of frame.channels) {
          const epoch = moved.get(id)?.epoch;
          if (deleted && epoch !== undefined) reading.noteDeleted(epoch, deleted);
          if (latest && epoch !== undefined) reading.note(epoch, [latest]);
          hear(id, latest ? [latest] : []);
        }
        return;
      }
      case "people": {
        const present = new Set(online.value);
        for (const { id, name, online: isOnline } of frame.people) {
          if (id === person.value?.id) meet({ id, name });
          if (isOnline) present.add(id);
          else present.delete(id);
        }
        return batch(() => {
          learn(frame.people.map(({ id, name }) => ({ id, name })));
          online.value = present;
        });
      }
      case "mention": {
        const epoch = channels.value.get(frame.channel)?.epoch;
        if (epoch !== undefined) reading.note(epoch, [frame.message]);
        return hear(frame.channel, [frame.message]);
      }
      case "mention_withdrawn":
        return void noteWithdrawn(frame.channel);
      case "read":
        return batch(() => {
          for (const { id, seq } of frame.channels) {
            const epoch = channels.value.get(id)?.epoch;
            if (epoch !== undefined && seq > (reading.readSeq(epoch) ?? -1)) reading.setRead(epoch, seq);
          }
        });
      case "unread": {
        const epoch = channels.value.get(frame.id)?.epoch;
        if (epoch !== undefined) reading.setRead(epoch, Math.max(0, frame.seq - 1));
        return;
      }
      case "error":
        if (frame.command === "read") readReporter.refused(frame.retryAfterMs ?? 0);
        return;
      default:
        return frame satisfies never;
    }
  }

  /** The list that a connection begins with. While `hasMore`, channels of before stay: they may be on the next pages. */
  function takeList(listed: readonly Channel[], hasMore: boolean): void {
    const first = new Map(listed.map((channel) => [channel.id, channel]));
    unconfirmed = hasMore ? new Set([...channels.value.keys()].filter((id) => !first.has(id))) : undefined;
    channels.value = hasMore ? new Map([...channels.value, ...first]) : first;
    isListKnown.value = !hasMore;
    if (unconfirmed) void loadMore(unconfirmed);
  }

  /** The server's marks, but for what this device has read and not sent yet. */
  function takeReads(listed: readonly Channel[], reads: Readonly<Record<string, number>>): void {
    for (const { id, epoch } of listed) {
      const seq = reads[id];
      if (seq !== undefined && !readReporter.isPending(epoch)) reading.setRead(epoch, seq);
    }
  }

  /** The channels that did not fit into the first frame, a page at a time. What no page shows is gone. */
  async function loadMore(before: Set<string>): Promise<void> {
    for (let cursor: string | undefined = ""; cursor !== undefined; ) {
      const answer: Answer<ChannelPage> = await api.channels(cursor);
      if (unconfirmed !== before) return; // another connection has begun with a list of its own
      if (!answer.ok) {
        await new Promise((resolve) => setTimeout(resolve, PAGE_AGAIN_MS));
        continue;
      }
      const page = answer.value;
      batch(() => {
        const all = new Map(channels.value);
        // What came by the feed meanwhile is newer.
        for (const channel of page.channels)
          if (before.delete(channel.id) || !all.has(channel.id)) all.set(channel.id, channel);
        channels.value = all;
        reading.recall(page.channels);
        takeReads(page.channels, page.reads ?? {});
      });
      cursor = page.cursor;
    }
    unconfirmed = undefined;
    channels.value = new Map([...channels.value].filter(([id]) => !before.has(id)));
    isListKnown.value = true;
    readReporter.flush();
    outbox.pump();
  }

  /** A message mentions one no more, which one is in the window. */
  async function noteWithdrawn(channelId: string): Promise<void> {
    const answer = await api.window(channelId);
    if (answer.ok) reading.note(answer.value.epoch, answer.value.messages);
  }

  /** What this device kept of the last time; what the server says comes after it, or was there before and counts. */
  function restoreDirectory(kept: readonly Channel[], known: readonly Person[]): void {
    if (channels.value.size > 0) return;
    batch(() => {
      learn(known, "then");
      channels.value = new Map(kept.map((channel) => [channel.id, channel]));
      reading.recall(kept);
    });
  }

  function restoreConversation(channelId: string, { epoch, head, messages }: WindowAnswer): void {
    const conversation = conversationOf(channelId);
    if (conversation.epoch.value !== undefined || channels.value.get(channelId)?.epoch !== epoch) return;
    batch(() => {
      conversation.epoch.value = epoch;
      conversation.history.value = { ...head, messages };
      reading.note(epoch, messages);
      recallEdit(conversation, false);
    });
  }

  /** What came while there was no connection, mentions and one's own among it: in what is unread of the conversations that moved last. */
  async function catchUp(): Promise<void> {
    const unread = [...channels.value.values()]
      .filter((channel) => waiting(channel).count > 0)
      .sort((a, b) => (b.lastAt ?? 0) - (a.lastAt ?? 0));
    for (const { id } of unread.slice(0, CAUGHT_UP_MAX)) {
      const answer = await api.window(id);
      if (answer.ok) reading.note(answer.value.epoch, answer.value.messages);
    }
  }

  /* ---- what the open channel tells ---- */

  function receiveChannel(channelId: string, frame: ChannelFrame): void {
    const conversation = conversationOf(channelId);
    switch (frame.type) {
      case "welcome":
        return batch(() => {
          meet(frame.you);
          const messages = frame.reset ? [] : conversation.history.value.messages;
          conversation.epoch.value = frame.epoch;
          conversation.history.value = merge({ ...frame.head, messages }, frame.messages);
          conversation.here.value = frame.here;
          learn(frame.here.people);
          takeIn(frame.epoch, conversation.history.value.messages);
          recallEdit(conversation, true);
        });
      case "messages":
        return batch(() => {
          conversation.history.value = merge(conversation.history.value, frame.messages);
          for (const { author } of frame.messages) forgetTypist(conversation, author.id);
          takeIn(conversation.epoch.value, frame.messages);
          hear(channelId, frame.messages);
        });
      case "here": {
        const left = new Set(frame.left.map(({ id }) => id));
        const joined = new Map(frame.joined.map((newcomer) => [newcomer.id, newcomer]));
        const stayed = conversation.here.value.people.filter(({ id }) => !left.has(id) && !joined.has(id));
        conversation.here.value = { count: frame.count, people: [...stayed, ...joined.values()] };
        return learn(frame.joined);
      }
      case "typing":
        forgetTypist(conversation, frame.person.id);
        conversation.typing.value = [
          ...conversation.typing.value,
          { person: frame.person, until: now() + TYPING_FORGOTTEN_MS },
        ];
        return;
      case "error":
        return deliveries?.refused(frame);
      default:
        return frame satisfies never;
    }
  }

  function hear(channelId: string, messages: readonly Message[]): void {
    heard.value = { channelId, messages };
  }

  function forgetTypist(conversation: Conversation, personId: string): void {
    const others = conversation.typing.value.filter(({ person: typist }) => typist.id !== personId);
    if (others.length < conversation.typing.value.length) conversation.typing.value = others;
  }

  /** What messages mean beside being shown: who there is, who is mentioned, and what of the outbox is done. */
  function takeIn(epoch: string | undefined, messages: readonly Message[]): void {
    learn(
      messages.map(({ author }) => author),
      "then",
    );
    if (epoch !== undefined) reading.note(epoch, messages);
    for (const entry of deliveries?.settle(messages, outbox.entries.value) ?? []) outbox.remove(entry);
  }

  /* ---- the ways out ---- */

  function linkChanged(link: "directory" | "channel", state: ConnectionState): void {
    (link === "directory" ? directoryLink : channelLink).value = state;
    if (state.kind === "stopped" && state.code === CLOSE.sessionEnded && phase.value === "in") void noticeEnd();
    if (link === "channel" && state.kind !== "live") deliveries?.giveUp();
    if (link === "directory" && state.kind === "live") readReporter.flush();
    if (link === "directory" && state.kind !== "live") readReporter.connectionLost();
    if (state.kind === "live") takeOver();
    // After the first messages are painted: nobody waits for it.
    if (isConnected.value && !(deliveries && site.value)) requestAnimationFrame(() => setTimeout(prepare, PAINTED_MS));
    // Not before the deliveries that were just given up have ended.
    setTimeout(outbox.pump);
  }

  /**
   * The session that this tab began with has ended. Where another tab of this browser has opened a device link since, one is
   * still the same person and keeps everything; otherwise the device forgets.
   */
  async function noticeEnd(): Promise<void> {
    const answer = await api.session();
    if (phase.value !== "in") return;
    if (answer.ok && answer.value.person.id === person.value?.id) startOver();
    else if (answer.ok || answer.status === 401) await forget("ended");
    else setTimeout(noticeEnd, END_AGAIN_MS); // nobody knows: only an explicit answer takes what is kept
  }

  /** Looks for what tabs that are closed by now have left unsent. */
  function takeOver(): void {
    if (person.value) void outbox.open(person.value.id);
  }

  /** Fetches what will be asked for soon. */
  function prepare(): void {
    if (!site.value) void askSite();
    void prepareDeliveries();
  }

  async function prepareDeliveries(): Promise<void> {
    deliveriesMade ??= makeDeliveries({
      api,
      say,
      confirmed: ({ epoch }, message) => reading.note(epoch, [message]),
      wayOf,
    });
    try {
      deliveries = await deliveriesMade;
    } catch {
      deliveriesMade = undefined; // the part could not be fetched: at the next connection it is tried again
    }
  }

  async function deliver(entry: OutboxEntry): Promise<Delivery> {
    if (!deliveries) await prepareDeliveries();
    return deliveries?.deliver(entry) ?? { kind: "offline" };
  }

  /** A channel made again under the same name is another one. */
  function wayOf({ channelId, epoch }: OutboxEntry): "socket" | "http" | "none" | "gone" {
    const isOpen = open.value?.channelId === channelId && open.value.epoch.value === epoch;
    // What went by HTTP would be out of sight until the socket shows it.
    const link = channelLink.value;
    const isGoneHere = link.kind === "stopped" && link.code === CLOSE.channelGone;
    if (isOpen && !isGoneHere) return link.kind === "live" ? "socket" : "none";
    if (directoryLink.value.kind !== "live" || !isStillOneself()) return "none";
    if (channels.value.get(channelId)?.epoch === epoch) return "http";
    return isListKnown.value ? "gone" : "none";
  }

  /* ---- what a person does ---- */

  /**
   * Says something in a conversation, as it was typed, with the files it was given. What has to wait for files or for the meaning of
   * a shortcode waits in the outbox. `false`: there is nothing to say, it is too long, or a file has failed; nothing happened.
   */
  function send(conversation: Conversation, typed: string): boolean {
    const uploads = conversation.uploads.value;
    const files = uploads?.list.value ?? [];
    const text = textToSend(typed);
    const isEmpty = !isDrawn(text) && files.length === 0;
    if (isEmpty || countPoints(text) > TEXT_MAX_POINTS || files.some(({ state }) => state.kind === "failed"))
      return false;
    const epoch = epochOf(conversation);
    const replyTo = conversation.replyTo.value;
    const attachments = attachmentsOf(uploads);
    const table = noticeShortcodes(text);
    const isHeld = table !== undefined || attachments.length < files.length;
    const id = newId();
    const isWritten = write(conversation, id, {
      kind: "send",
      text,
      ...(replyTo !== undefined && { replyTo }),
      ...(attachments.length > 0 && { attachments }),
      ...(isHeld && { held: { fileNames: files.map(({ name }) => name) } }),
    });
    if (!isWritten || epoch === undefined) return false;
    typedAt = 0; // what is typed next is news
    batch(() => {
      conversation.replyTo.value = undefined;
      conversation.newAfter.value = undefined; // a person who answers has read
      reading.markRead(epoch, conversation.history.value.seq);
      conversation.uploads.value = undefined;
    });
    if (uploads && isHeld) heldUploads.set(id, uploads);
    if (isHeld) void releaseWhenReady({ id, text, uploads, table });
    else uploads?.clear();
    return true;
  }

  /** A typed text as it is sent, however long: emoji for shortcodes, ids for names. `textBefore`: what it replaces. */
  function textToSend(typed: string, textBefore = ""): string {
    return foldText(encodeMentions(withEmoji(typed), known(textBefore)), Number.POSITIVE_INFINITY) ?? "";
  }

  function attachmentsOf(uploads: Uploads | undefined): readonly Attachment[] {
    return (uploads?.list.value ?? []).flatMap(({ state }) => (state.kind === "done" ? [state.attachment] : []));
  }

  /** A held message goes once its files are uploaded and its shortcodes known, wherever the person is by then. */
  async function releaseWhenReady({ id, text, uploads, table, attachments = [] }: HeldMessage): Promise<void> {
    await table;
    if (uploads) await uploaded(id, uploads);
    if (uploads && !heldUploads.delete(id)) return; // taken back
    outbox.release(id, { text: withEmoji(text), attachments: uploads ? attachmentsOf(uploads) : attachments });
    uploads?.clear();
  }

  /** Waits for the files of a held message. While one has failed the message has failed, and holds up nothing that comes after it. */
  function uploaded(id: string, uploads: Uploads): Promise<void> {
    return new Promise((resolve) => {
      // With the network back they are tried again by themselves: in the composer a person would do it.
      const before = chances.peek();
      const unfollow = chances.subscribe((now) => now !== before && untracked(() => uploads.retryFailed()));
      const stop = effect(() => {
        const states = uploads.list.value.map(({ state }) => state);
        const failed = states.find(({ kind }) => kind === "failed");
        const isDone = states.every(({ kind }) => kind === "done");
        setTimeout(() => {
          if (isDone) {
            stop();
            unfollow();
          }
          if (failed?.kind === "failed") outbox.fail({ id, kind: "send" }, { code: "upload", detail: failed.detail });
          else outbox.retry(id);
          if (isDone) resolve();
        }); // not while the list changes
      });
    });
  }

  /** A held message that a closed tab has left: its shortcodes are looked up anew; files that were not uploaded are gone with the tab. */
  function resumeHeld(entry: OutboxEntry & { readonly kind: "send" }): void {
    const lost = (entry.held?.fileNames.length ?? 0) - (entry.attachments?.length ?? 0);
    const { id, text, attachments } = entry;
    if (lost <= 0) {
      const table = noticeShortcodes(text);
      return void releaseWhenReady({ id, text, table, uploads: undefined, ...(attachments && { attachments }) });
    }
    const detail = t("The page closed before these files were uploaded: {names}", {
      names: entry.held?.fileNames.join(", ") ?? "",
    });
    outbox.fail(entry, { code: "interrupted", detail });
  }

  /** Whom and what a typed name can mean here: of two who were called the same, the one whom the text mentioned `before`. */
  function known(textBefore = "") {
    const before = mentionedIn(textBefore);
    const all = [...people.value.values()].sort(
      (a, b) => Number(before.includes(b.id)) - Number(before.includes(a.id)),
    );
    return { people: all, channels: new Set(channels.value.keys()) };
  }

  /** A text as people type it. */
  function plainText(text: string): string {
    return decodeMentions(text, (id) => personOf(id)?.name);
  }

  /** What is written next in a conversation replies to this message, or to none. */
  function reply(conversation: Conversation, id: string | undefined): void {
    conversation.replyTo.value = id;
  }

  /** Begins to edit a message of one's own, or leaves off with `undefined`. */
  function edit(conversation: Conversation, id: string | undefined): void {
    const message = id === undefined ? undefined : find(conversation.history.value, id);
    if (!message) return setEdit(conversation, undefined);
    const waiting = outbox.entries.value.find((entry) => entry.kind === "edit" && entry.id === id);
    setEdit(conversation, { id: message.id, text: plainText(waiting?.kind === "edit" ? waiting.text : message.text) });
  }

  /** What the rewrite of a message is by now. */
  function keepEdit(conversation: Conversation, text: string): void {
    const { value } = conversation.editing;
    if (value) setEdit(conversation, { ...value, text });
  }

  function setEdit(conversation: Conversation, next: Edit | undefined): void {
    conversation.editing.value = next;
    const epoch = epochOf(conversation);
    if (person.value && epoch !== undefined) {
      memory.keepEdit(person.value.id, epoch, next);
    }
  }

  /**
   * A rewrite that was begun goes on where it was left, once a tab. `isWhole`: the server has told all messages there are; where
   * the message is gone by then, the words become a draft.
   */
  function recallEdit(conversation: Conversation, isWhole: boolean): void {
    const who = person.value;
    const epoch = conversation.epoch.value;
    if (!who || epoch === undefined || recalled.has(conversation)) return;
    const kept = memory.edit(who.id, epoch);
    const message = kept && find(conversation.history.value, kept.id);
    if (isWhole || message) recalled.add(conversation);
    if (message && !message.deleted) conversation.editing.value = kept;
    else if (kept && isWhole) {
      memory.keepEdit(who.id, epoch, undefined);
      const draft = reading.draft(epoch);
      reading.keepDraft(epoch, draft === "" ? kept.text : `${draft}\n${kept.text}`);
    }
  }

  /** The newest message of one's own that can be edited. */
  function editLast(conversation: Conversation): void {
    const own = conversation.history.value.messages.filter(
      (message) => message.author.id === person.value?.id && !message.deleted,
    );
    edit(conversation, own.at(-1)?.id);
  }

  /** Ends the editing of a message with a text, as it was typed. `false`: it is empty or too long, and editing goes on. */
  function saveEdit(conversation: Conversation, { id, text: typed }: Edit): boolean {
    const held = find(conversation.history.value, id);
    const text = textToSend(typed, held?.text);
    if (countPoints(text) > TEXT_MAX_POINTS || (text === "" && !held?.attachments)) return false;
    const waiting = outbox.entries.value.find((entry) => entry.kind === "edit" && entry.id === id);
    // An edit that waits may be on its way already: what is meant now has to follow it, also when it is the old text.
    const before = waiting?.kind === "edit" ? waiting.text : held?.text;
    if (before !== undefined && before !== text) write(conversation, id, { kind: "edit", text });
    if (conversation.editing.value?.id === id) edit(conversation, undefined);
    return true;
  }

  /** Adds one's reaction to a message of a conversation, or takes it back. */
  function react(conversation: Conversation, id: string, emoji: string, on: boolean): void {
    write(conversation, id, { kind: "react", emoji, on });
  }

  /** Deletes a message of one's own, after a while in which it can be undone. */
  function remove(conversation: Conversation, id: string): void {
    write(conversation, id, { kind: "delete" }, now() + UNDO_MS);
  }

  function epochOf({ channelId, epoch }: Conversation): string | undefined {
    return epoch.value ?? channels.value.get(channelId)?.epoch;
  }

  function write(conversation: Conversation, id: string, intent: Intent, dueAt = now()): boolean {
    const who = person.value;
    const { channelId } = conversation;
    const epoch = epochOf(conversation);
    if (!who || epoch === undefined) return false;
    outbox.add({ ...intent, id, personId: who.id, epoch, channelId, madeAt: now(), dueAt });
    return true;
  }

  /** Tries again what was refused. Files that cannot be sent are left out where something else is left. */
  function retry(id: string): void {
    const uploads = heldUploads.get(id);
    const entry = outbox.entries.value.find((one) => one.id === id && one.kind === "send");
    if (!uploads || entry?.kind !== "send") return outbox.retry(id);
    uploads.retryFailed();
    const isMoreLeft = entry.text !== "" || uploads.list.value.some(({ state }) => state.kind !== "failed");
    if (isMoreLeft) uploads.leaveOutFailed();
  }

  /** Takes back what waits: a message that was not sent yet, or a change that was refused. */
  function discard(entry: EntryName): void {
    heldUploads.get(entry.id)?.clear();
    heldUploads.delete(entry.id);
    outbox.remove(entry);
  }

  /** As one text, so that nothing follows from an activity that moves no channel in or out. */
  const epochs = computed(() => [...channels.value.values()].map(({ epoch }) => epoch).join(" "));
  const isGone = (epoch: string) => !epochs.value.split(" ").includes(epoch);
  /** Drafts of channels that are gone. Looked for when channels or drafts come and go, since it reads all that is kept. */
  const lostDrafts = computed(() => {
    const [who, known, isKnown] = [person.value, epochs.value, isListKnown.value];
    void reading.drafts.value;
    return who && isKnown ? memory.unsaid(who.id).filter(({ epoch }) => !known.split(" ").includes(epoch)) : [];
  });

  /** Words of an earlier version of the app. */
  const rescued = signal(memory.rescued());

  function dropRescued(key: string): void {
    memory.dropRescued(key);
    rescued.value = memory.rescued();
  }

  /** What was written and has no conversation any more: in channels that are gone, or with an earlier version of the app. */
  const unsent = computed<readonly Unsent[]>(() => {
    if (!isListKnown.value) return [];
    void epochs.value;
    const entries = outbox.entries.value.filter(({ kind, epoch }) => kind === "send" && isGone(epoch));
    return [
      ...rescued.value.map((one): Unsent => ({ ...one, discard: () => dropRescued(one.key) })),
      ...entries.flatMap((entry): Unsent[] => {
        if (entry.kind !== "send") return [];
        const fileNames = entry.held?.fileNames ?? entry.attachments?.map(({ name }) => name) ?? [];
        const title = titleOf(entry.channelId);
        return [{ key: entry.id, title, text: plainText(entry.text), fileNames, discard: () => discard(entry) }];
      }),
      ...lostDrafts.value.map(({ key, epoch, text }): Unsent => {
        return { key, text, fileNames: [], discard: () => reading.dropUnsaid(epoch) };
      }),
    ];
  });

  /** The page goes away: deletions that could still have been undone go out at once. What fails stays in the outbox. */
  function leavePage(): void {
    readReporter.flushNow();
    if (!isStillOneself()) return;
    for (const { kind, id, channelId, dueAt } of outbox.entries.value) {
      if (kind === "delete" && dueAt > now()) void api.remove(channelId, id);
    }
  }

  async function createChannel(name: string): Promise<Answer<Channel>> {
    return opened(await api.createChannel(name));
  }

  async function openDirect(personId: string): Promise<Answer<Channel>> {
    return opened(await api.openDirect(personId));
  }

  /** A channel that the server has just given: it is in the list before the directory tells, and one goes there. */
  function opened(answer: Answer<Channel>): Answer<Channel> {
    if (!answer.ok) return answer;
    const channel = answer.value;
    batch(() => {
      if (channel.peer) learn([channel.peer]);
      channels.value = new Map(channels.value).set(channel.id, channel);
      reading.recall([channel]);
    });
    go(channelHref(channel.id, person.value?.id));
    return answer;
  }

  async function becomeOwner(code: string): Promise<Answer<unknown>> {
    const answer = await api.becomeOwner(code);
    if (answer.ok) isOwner.value = true;
    return answer;
  }

  async function searchPeople(typed: string) {
    const answer = await api.searchPeople(typed);
    if (answer.ok) learn(answer.value.people.map(({ id, name }) => ({ id, name })));
    return answer;
  }

  /** What a conversation is called. */
  function titleOf(channelId: string): string {
    if (!channelId.includes("~")) return `#${channelId}`;
    const peerId = channelId.split("~").find((id) => id !== person.value?.id) ?? "";
    return personOf(peerId)?.name ?? "…";
  }

  /** What waits in a channel. One's own messages are never unread, also those whose answer is still on its way. */
  function waiting(channel: Channel): Waiting {
    const isLive = directoryLink.value.kind === "live"; // otherwise none of them can have arrived
    const own = outbox.entries.value.filter((entry) => {
      return isLive && entry.epoch === channel.epoch && entry.kind === "send" && !entry.held && !entry.failure;
    });
    return reading.waiting(channel, own.length);
  }

  /** The open conversation was seen to its end. */
  function markRead(): void {
    const conversation = open.value;
    const epoch = conversation?.epoch.value;
    if (epoch !== undefined) reading.markRead(epoch, conversation?.history.value.seq ?? 0);
  }

  /** Remembers where what is new begins, as one comes to a conversation or looks away from it. */
  function noteNew(): void {
    const conversation = open.value;
    const epoch = conversation?.epoch.value;
    if (!conversation || epoch === undefined) return;
    const { newAfter, history } = conversation;
    const isShown = newAfter.value !== undefined && isNewsAfter(history.value, newAfter.value);
    if (!isShown) newAfter.value = reading.readSeq(epoch);
  }

  function isNewsAfter({ messages }: History, after: number): boolean {
    return messages.some(({ seq, author }) => seq > after && author.id !== person.value?.id);
  }

  /** Nothing is new any more in the open conversation. */
  function dismissNew(): void {
    if (!open.value) return;
    open.value.newAfter.value = undefined;
    markRead();
  }

  /** Files for what is written next in a conversation. Where the site takes none, nothing happens. */
  function attach(conversation: Conversation, files: readonly File[]): void {
    if (files.length === 0 || site.value?.files !== true) return;
    conversation.uploads.value ??= makeUploads(conversation.channelId);
    conversation.uploads.value.add(files);
  }

  /** One is writing in the open conversation: told to the others now and then. */
  function noteTyping(): void {
    if (now() - typedAt < TYPING_EVERY_MS) return;
    if (say({ type: "typing" })) typedAt = now();
  }

  /** Another tab has changed what this device keeps: who one is, what was read, drafts. */
  function noticeOtherTabs(): void {
    if (phase.value === "in" && !memory.person()) return void forget("ended");
    if (phase.value === "in" && !isStillOneself()) return startOver();
    reading.recall([...channels.value.values()]);
    changedElsewhere.value++;
  }

  /** The page is hidden, or another conversation opened: how far one has read is told. `isLast`: there may be no later moment. */
  function tellRead(isLast: boolean): void {
    if (isLast) readReporter.flushNow();
    else readReporter.flush();
  }

  /** The conversation that was left last is where one comes back to. */
  function keepPlace(): void {
    const who = person.value;
    if (who && open.value?.epoch.value !== undefined) {
      memory.keepPlace(who.id, channelHref(open.value.channelId, who.id));
      memory.keepRecent(who.id, open.value.channelId);
    }
  }

  return {
    phase: readonly(phase),
    person: readonly(person),
    site: readonly(site),
    isOwner: readonly(isOwner),
    becomeOwner,
    removePerson: api.removePerson,
    askSite,
    channels: readonly(channels),
    online: readonly(online),
    people: readonly(people),
    personOf,
    searchPeople,
    directoryLink: readonly(directoryLink),
    channelLink: readonly(channelLink),
    noteTyping,
    drafts: reading.drafts,
    outbox: outbox.entries,
    open,
    openEpoch,
    stopped,
    isConnected,
    start,
    goHome,
    signIn,
    signOut,
    rename,
    devices: api.devices,
    makeLink: api.link,
    decideLink,
    linkProblem: readonly(linkProblem),
    restoreDirectory,
    restoreConversation,
    receiveDirectory,
    receiveChannel,
    linkChanged,
    send,
    attach,
    plainText,
    reply,
    react,
    /** What this device has stored of conversations, open or not. */
    keptConversations: async () => (person.value ? keptConversations(person.value.id).catch(() => []) : []),
    /** Drafts or unsent messages could not be stored. */
    isPersistenceFailing,
    /** What this tab has visited. */
    visited: () => [...conversations.value.values()],
    readSeq: reading.readSeq,
    recents: () => (person.value ? memory.recents(person.value.id) : []),
    edit,
    keepEdit,
    editLast,
    saveEdit,
    textToSend,
    remove,
    undoRemove: (id: string) => outbox.remove({ id, kind: "delete" }),
    retry,
    discard,
    /** The files that a held message waits for. */
    heldUploads: (id: string) => heldUploads.get(id),
    unsent,
    noticeRescued: () => {
      rescued.value = memory.rescued();
    },
    takeOver,
    heard: readonly(heard),
    isNewer: readonly(isNewer),
    noticeNewer: () => {
      isNewer.value = true;
    },
    changedElsewhere: readonly(changedElsewhere),
    noticeOtherTabs,
    leavePage,
    createChannel,
    openDirect,
    setTopic: api.setTopic,
    deleteChannel: api.deleteChannel,
    titleOf,
    markRead,
    tellRead,
    /** How many people share the other end of each connection, as far as the server has said. */
    crowdOf: (link: "directory" | "channel") =>
      link === "directory" ? onlineCount : (open.peek()?.here.peek().count ?? 0),
    noteNew,
    dismissNew,
    waiting,
    draft: (conversation: Conversation) => reading.draft(epochOf(conversation)),
    keepDraft: (conversation: Conversation, text: string) => reading.keepDraft(epochOf(conversation), text),
    keepPlace,
  };
}

/** For readers: what only an action may change. */
function readonly<T>(value: ReadonlySignal<T>): ReadonlySignal<T> {
  return value;
}
