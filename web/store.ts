/**
 * What this tab knows, as signals, and what a person can do about it, as actions.
 * It folds frames into histories with the server's own `merge` and never reorders anything.
 * It knows no socket and no fetch: main.tsx hands it the ways out.
 */
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type {
  Attachment,
  Channel,
  ChannelFrame,
  DirectoryFrame,
  Message,
  Person,
  WindowAnswer,
} from "../worker/frames.ts";
import { EMPTY_HISTORY, find, type History, merge } from "../worker/history.ts";
import {
  type ChannelCommand,
  CLOSE,
  directId,
  foldText,
  mentionedIn,
  PROTOCOL_VERSION,
  TEXT_MAX_POINTS,
} from "../worker/protocol.ts";
import type { Answer, api as httpApi, Site } from "./api.ts";
import type { ConnectionState } from "./connection.ts";
import type { createDeliveries, DeliveryWays } from "./delivery.ts";
import { decodeMentions } from "./markdown.ts";
import type { memory as deviceMemory } from "./memory.ts";
import type { Delivery, EntryName, Intent, Outbox, OutboxEntry } from "./outbox.ts";
import { createReading, type Waiting } from "./reading.ts";
import { channelHref, go, route } from "./route.ts";
import type { Uploads } from "./uploads.ts";

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
  /** Files that it will take, once there was one. */
  readonly uploads: Signal<Uploads | undefined>;
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
  readonly makeOutbox: (deliver: (entry: OutboxEntry) => Promise<Delivery>) => Outbox;
  /** Begins to take files for a channel's next message. */
  readonly makeUploads: (channelId: string) => Promise<Uploads>;
  /** Sends a command on the socket of the open conversation; `false` when it is not live. */
  readonly say: (command: ChannelCommand) => boolean;
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
/** So long (ms) after its frame what has just come is painted, on a slow device too. */
const PAINTED_MS = 50;
/** People asked for in one request. The contract's number. */
const ASKED_MAX = 50;

const IDLE: ConnectionState = { kind: "idle" };

export function createStore({ api, memory, makeDeliveries, makeOutbox, makeUploads, say, startOver, now }: Ways) {
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
  /** The message that is being edited in place. */
  const editing = signal<string | undefined>(undefined);
  /** What came last, wherever it came. What was there before is no news. */
  const heard = signal<Heard | undefined>(undefined);
  /** A newer version of this page is there. */
  const isNewer = signal(false);
  /** When (ms) the others were last told that one types. */
  let typedAt = 0;
  /** A device link that waits for a decision. */
  let linkToken: string | undefined;
  const uploadsBegun = new WeakMap<Conversation, Promise<Uploads>>();
  /** Ids in texts whose people are to be asked for, and those that were. */
  const unmet = new Set<string>();
  const asked = new Set<string>();
  /** Counts what other tabs have changed. */
  const changedElsewhere = signal(0);
  const reading = createReading({ memory, person, heldSeq });
  /** There from the first delivery on: until then nothing is under way. */
  let deliveries: Deliveries | undefined;
  let deliveriesMade: Promise<Deliveries> | undefined;
  const outbox = makeOutbox(deliver);

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
    if (who && route.value.kind === "home") go(memory.place(who.id) ?? channelHref("general"), how);
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
    batch(() => {
      person.value = undefined;
      isOwner.value = false;
      phase.value = next;
      channels.value = new Map();
      online.value = new Set();
      people.value = new Map();
      conversations.value = new Map();
      reading.forget();
    });
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
          channels.value = new Map(frame.channels.map((channel) => [channel.id, channel]));
          online.value = new Set(frame.people.filter((one) => one.online).map(({ id }) => id));
          reading.recall(frame.channels);
        });
        return void catchUp();
      case "channel":
        return batch(() => {
          if (frame.channel.peer) learn([frame.channel.peer]);
          channels.value = new Map(channels.value).set(frame.channel.id, frame.channel);
          reading.recall([frame.channel]);
        });
      case "channel_deleted": {
        const left = new Map(channels.value);
        left.delete(frame.id);
        channels.value = left;
        conversations.value.delete(frame.id); // another of that name begins with nothing of this one
        return;
      }
      case "activity": {
        const moved = new Map(channels.value);
        for (const { id, seq, lastAt } of frame.channels) {
          const channel = moved.get(id);
          if (channel) moved.set(id, { ...channel, seq, lastAt });
        }
        channels.value = moved;
        for (const { id, latest } of frame.channels) hear(id, latest ? [latest] : []);
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
        if (epoch !== undefined) reading.noteMentions(epoch, [frame.message]);
        return hear(frame.channel, [frame.message]);
      }
      case "error":
        return;
      default:
        return frame satisfies never;
    }
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
    });
  }

  /** Mentions that came while there was no connection: in what is unread of the conversations that moved last. */
  async function catchUp(): Promise<void> {
    const unread = [...channels.value.values()]
      .filter((channel) => channel.kind === "public" && reading.waiting(channel).count > 0)
      .sort((a, b) => (b.lastAt ?? 0) - (a.lastAt ?? 0));
    for (const { id } of unread.slice(0, CAUGHT_UP_MAX)) {
      const answer = await api.window(id);
      if (answer.ok) reading.noteMentions(answer.value.epoch, answer.value.messages);
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
    if (epoch !== undefined) reading.noteMentions(epoch, messages);
    for (const entry of deliveries?.settle(messages, outbox.entries.value) ?? []) outbox.remove(entry);
  }

  /* ---- the ways out ---- */

  function linkChanged(link: "directory" | "channel", state: ConnectionState): void {
    (link === "directory" ? directoryLink : channelLink).value = state;
    if (state.kind === "stopped" && state.code === CLOSE.sessionEnded && phase.value === "in") void noticeEnd();
    if (link === "channel" && state.kind !== "live") deliveries?.giveUp();
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
    else if (answer.status === 0) setTimeout(noticeEnd, END_AGAIN_MS);
    else await forget("ended");
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
    deliveriesMade ??= makeDeliveries({ api, say, wayOf });
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
    if (isOpen) return channelLink.value.kind === "live" ? "socket" : "none";
    if (directoryLink.value.kind !== "live" || !isStillOneself()) return "none";
    return channels.value.get(channelId)?.epoch === epoch ? "http" : "gone";
  }

  /* ---- what a person does ---- */

  /** Says something in the open conversation, with files that are uploaded by now. `false`: there is nothing to say, or it is too long; nothing happened. */
  function send(raw: string, attachments: readonly Attachment[] = []): boolean {
    const conversation = open.value;
    const text = foldText(raw, TEXT_MAX_POINTS);
    typedAt = 0; // what is typed next is news
    if (!conversation || text === undefined || (text === "" && attachments.length === 0)) return false;
    const replyTo = conversation.replyTo.value;
    const isWritten = write(crypto.randomUUID(), {
      kind: "send",
      text,
      ...(replyTo !== undefined && { replyTo }),
      ...(attachments.length > 0 && { attachments }),
    });
    if (isWritten) {
      conversation.replyTo.value = undefined;
      conversation.newAfter.value = undefined; // whoever answers has read
    }
    return isWritten;
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

  /** What is written next replies to this message, or to none. */
  function reply(id: string | undefined): void {
    if (open.value) open.value.replyTo.value = id;
  }

  /** Begins to edit a message of one's own, or leaves off with `undefined`. */
  function edit(id: string | undefined): void {
    editing.value = id;
  }

  /** The newest message of one's own that can be edited. */
  function editLast(): void {
    const own = open.value?.history.value.messages.filter(
      (message) => message.author.id === person.value?.id && !message.deleted,
    );
    edit(own?.at(-1)?.id);
  }

  /** Ends editing with a new text. `false`: it is empty or too long, and editing goes on. */
  function saveEdit(raw: string): boolean {
    const id = editing.value;
    const held = id !== undefined && open.value ? find(open.value.history.value, id) : undefined;
    const text = foldText(raw, TEXT_MAX_POINTS);
    if (id === undefined || text === undefined || (text === "" && !held?.attachments)) return false;
    const waiting = outbox.entries.value.find((entry) => entry.kind === "edit" && entry.id === id);
    // An edit that waits may be on its way already: what is meant now has to follow it, also when it is the old text.
    const before = waiting?.kind === "edit" ? waiting.text : held?.text;
    if (before !== undefined && before !== text) write(id, { kind: "edit", text });
    edit(undefined);
    return true;
  }

  /** Adds one's reaction to a message of the open conversation, or takes it back. */
  function react(id: string, emoji: string, on: boolean): void {
    write(id, { kind: "react", emoji, on });
  }

  /** Deletes a message of one's own, after a while in which it can be undone. */
  function remove(id: string): void {
    write(id, { kind: "delete" }, now() + UNDO_MS);
  }

  function write(id: string, intent: Intent, dueAt = now()): boolean {
    const who = person.value;
    const channelId = open.value?.channelId;
    const epoch = openEpoch.value;
    if (!who || channelId === undefined || epoch === undefined) return false;
    outbox.add({ ...intent, id, personId: who.id, epoch, channelId, madeAt: now(), dueAt });
    return true;
  }

  /** The page goes away: deletions that could still have been undone go out at once. What fails stays in the outbox. */
  function leavePage(): void {
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

  /** Files for what is written next in the open conversation. Where the site takes none, nothing happens. */
  async function attach(files: readonly File[]): Promise<void> {
    const conversation = open.value;
    if (!conversation || files.length === 0 || site.value?.files !== true) return;
    conversation.uploads.value ??= await makeUploadsOf(conversation);
    conversation.uploads.value?.add(files);
  }

  /** Once a conversation, also when files come twice before the part that takes them is there. */
  function makeUploadsOf(conversation: Conversation): Promise<Uploads | undefined> {
    const begun = uploadsBegun.get(conversation) ?? makeUploads(conversation.channelId);
    uploadsBegun.set(conversation, begun);
    return begun.catch((error) => {
      console.warn("a part of the page could not be fetched", error);
      uploadsBegun.delete(conversation);
      return undefined;
    });
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
    restoreDirectory,
    restoreConversation,
    receiveDirectory,
    receiveChannel,
    linkChanged,
    send,
    attach,
    plainText,
    known,
    reply,
    react,
    /** What this tab has visited. */
    visited: () => [...conversations.value.values()],
    readSeq: reading.readSeq,
    recents: () => (person.value ? memory.recents(person.value.id) : []),
    editing: readonly(editing),
    edit,
    editLast,
    saveEdit,
    remove,
    undoRemove: (id: string) => outbox.remove({ id, kind: "delete" }),
    retry: outbox.retry,
    discard: (entry: EntryName) => outbox.remove(entry),
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
    noteNew,
    dismissNew,
    waiting: (channel: Channel): Waiting => reading.waiting(channel),
    draft: () => reading.draft(openEpoch.value),
    keepDraft: (text: string) => reading.keepDraft(openEpoch.value, text),
    keepPlace,
  };
}

/** For readers: what only an action may change. */
function readonly<T>(value: ReadonlySignal<T>): ReadonlySignal<T> {
  return value;
}
