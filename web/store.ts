/**
 * What this tab knows, as signals, and what a person can do about it, as actions.
 * It folds frames into histories with the server's own `merge` and never reorders anything.
 * It knows no socket and no fetch: main.tsx hands it the ways out.
 */
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Channel, ChannelFrame, DirectoryFrame, Message, Person } from "../worker/frames.ts";
import { EMPTY_HISTORY, find, type History, merge } from "../worker/history.ts";
import { type ChannelCommand, CLOSE, foldText, TEXT_MAX_POINTS, WINDOW_MESSAGES } from "../worker/protocol.ts";
import type { Answer, api as httpApi } from "./api.ts";
import type { ConnectionState } from "./connection.ts";
import type { memory as deviceMemory, Theme } from "./memory.ts";
import type { Delivery, Outbox, OutboxEntry } from "./outbox.ts";
import { channelHref, go, route } from "./route.ts";

/** How long (ms) a deletion of one's own may be undone. */
export const UNDO_MS = 5_000;

/** Whether somebody is signed in here. `ended`: the session ended elsewhere; `unreachable`: nobody could be asked. */
export type Phase = "starting" | "unreachable" | "welcome" | "in" | "ended";

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
};

export type Store = ReturnType<typeof createStore>;

export type Ways = {
  readonly api: typeof httpApi;
  readonly memory: typeof deviceMemory;
  readonly makeOutbox: (deliver: (entry: OutboxEntry) => Promise<Delivery>) => Outbox;
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

/** Refusals that pass by themselves: the message is fine, the moment was not. */
const PASSING: readonly string[] = ["rate_limited", "busy"];
/** Until the next try (ms) where nobody names a time. */
const WEATHER_MS = 2_000;

const IDLE: ConnectionState = { kind: "idle" };

export function createStore({ api, memory, makeOutbox, say, startOver, now }: Ways) {
  const phase = signal<Phase>("starting");
  const person = signal<Person | undefined>(undefined);
  const channels = signal<ReadonlyMap<string, Channel>>(new Map());
  const online = signal<ReadonlyMap<string, Person>>(new Map());
  const directoryLink = signal<ConnectionState>(IDLE);
  const channelLink = signal<ConnectionState>(IDLE);
  /** Grows silently, by visits; replaced when another person begins. */
  const conversations = signal(new Map<string, Conversation>());
  const readSeqs = signal<ReadonlyMap<string, number>>(new Map());
  const drafts = signal<ReadonlySet<string>>(new Set());
  /** The message that is being edited in place. */
  const editing = signal<string | undefined>(undefined);
  const theme = signal<Theme>(memory.theme());
  /** When (ms) the others were last told that one types. */
  let typedAt = 0;
  /** Counts what other tabs have changed. */
  const changedElsewhere = signal(0);
  const awaited = new Map<string, { readonly text: string; readonly answer: (delivery: Delivery) => void }>();
  const outbox = makeOutbox(deliver);

  const open = computed(() => (route.value.kind === "channel" ? conversationOf(route.value.id) : undefined));
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
    };
    conversations.value.set(channelId, conversation);
    return conversation;
  }

  /* ---- who ---- */

  async function start(): Promise<void> {
    const known = memory.person();
    if (known) enter(known);
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
    batch(() => {
      person.value = undefined;
      phase.value = next;
      channels.value = new Map();
      online.value = new Map();
      readSeqs.value = new Map();
      drafts.value = new Set();
      conversations.value = new Map();
    });
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

  /* ---- what the directory tells ---- */

  function receiveDirectory(frame: DirectoryFrame): void {
    switch (frame.type) {
      case "directory":
        return batch(() => {
          meet(frame.you);
          channels.value = new Map(frame.channels.map((channel) => [channel.id, channel]));
          online.value = new Map(frame.people.map(({ id, name }) => [id, { id, name }]));
          recall(frame.channels);
        });
      case "channel":
        return batch(() => {
          channels.value = new Map(channels.value).set(frame.channel.id, frame.channel);
          recall([frame.channel]);
        });
      case "channel_deleted": {
        const left = new Map(channels.value);
        left.delete(frame.id);
        channels.value = left;
        return;
      }
      case "activity": {
        const moved = new Map(channels.value);
        for (const { id, seq, lastAt } of frame.channels) {
          const channel = moved.get(id);
          if (channel) moved.set(id, { ...channel, seq, lastAt });
        }
        channels.value = moved;
        return;
      }
      case "people": {
        const people = new Map(online.value);
        for (const { id, name, online: isOnline } of frame.people) {
          if (id === person.value?.id) meet({ id, name });
          if (isOnline) people.set(id, { id, name });
          else people.delete(id);
        }
        online.value = people;
        return;
      }
      case "mention":
      case "error":
        return;
      default:
        return frame satisfies never;
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
          settle(conversation.history.value.messages);
        });
      case "messages":
        return batch(() => {
          conversation.history.value = merge(conversation.history.value, frame.messages);
          for (const { author } of frame.messages) forgetTypist(conversation, author.id);
          settle(frame.messages);
        });
      case "here": {
        const left = new Set(frame.left.map(({ id }) => id));
        const joined = new Map(frame.joined.map((newcomer) => [newcomer.id, newcomer]));
        const stayed = conversation.here.value.people.filter(({ id }) => !left.has(id) && !joined.has(id));
        conversation.here.value = { count: frame.count, people: [...stayed, ...joined.values()] };
        return;
      }
      case "typing":
        forgetTypist(conversation, frame.person.id);
        conversation.typing.value = [
          ...conversation.typing.value,
          { person: frame.person, until: now() + TYPING_FORGOTTEN_MS },
        ];
        return;
      case "error": {
        awaited.get(`${frame.command}:${frame.id}`)?.answer(afterRefusal(frame));
        return;
      }
      default:
        return frame satisfies never;
    }
  }

  function forgetTypist(conversation: Conversation, personId: string): void {
    const others = conversation.typing.value.filter(({ person: typist }) => typist.id !== personId);
    if (others.length < conversation.typing.value.length) conversation.typing.value = others;
  }

  /** Takes out of the outbox what the server has shown to be done. */
  function settle(messages: readonly Message[]): void {
    if (outbox.entries.value.length === 0 && awaited.size === 0) return;
    for (const { id, text, deleted } of messages) {
      confirm("send", id);
      confirm("edit", id, deleted ? undefined : text);
      if (deleted) confirm("delete", id);
    }
  }

  /** With `text`, only what said just that: an edit may have been made anew while the one before was under way. */
  function confirm(kind: OutboxEntry["kind"], id: string, text?: string): void {
    const isMeant = (about: { readonly text: string }) => text === undefined || about.text === text;
    const waiting = awaited.get(`${kind}:${id}`);
    if (waiting && isMeant(waiting)) waiting.answer({ kind: "done" });
    const entry = outbox.entries.value.find((candidate) => candidate.kind === kind && candidate.id === id);
    if (entry && isMeant(entry)) outbox.remove(id, kind);
  }

  /* ---- the ways out ---- */

  function linkChanged(link: "directory" | "channel", state: ConnectionState): void {
    (link === "directory" ? directoryLink : channelLink).value = state;
    if (state.kind === "stopped" && state.code === CLOSE.sessionEnded && phase.value === "in") void forget("ended");
    if (link === "channel" && state.kind !== "live") {
      for (const { answer } of [...awaited.values()]) answer({ kind: "offline" });
    }
    if (state.kind === "live") takeOver();
    // Not before the deliveries that were just given up have ended.
    setTimeout(outbox.pump);
  }

  /** Looks for what tabs that are closed by now have left unsent. */
  function takeOver(): void {
    if (person.value) void outbox.open(person.value.id);
  }

  function deliver(entry: OutboxEntry): Promise<Delivery> {
    const isOpen = open.value?.channelId === entry.channelId && open.value.epoch.value === entry.epoch;
    if (isOpen && channelLink.value.kind === "live") return deliverBySocket(entry);
    return directoryLink.value.kind === "live" ? deliverByHttp(entry) : Promise.resolve({ kind: "offline" });
  }

  function deliverBySocket({ kind, id, text }: OutboxEntry): Promise<Delivery> {
    return new Promise((resolve) => {
      const key = `${kind}:${id}`;
      const answer = (delivery: Delivery): void => {
        awaited.delete(key);
        resolve(delivery);
      };
      awaited.set(key, { text, answer });
      if (!say(kind === "delete" ? { type: kind, id } : { type: kind, id, text })) answer({ kind: "offline" });
    });
  }

  function request(kind: OutboxEntry["kind"], channelId: string, id: string, text: string): Promise<Answer<unknown>> {
    switch (kind) {
      case "send":
        return api.send(channelId, id, text);
      case "edit":
        return api.edit(channelId, id, text);
      case "delete":
        return api.remove(channelId, id);
      default:
        return kind satisfies never;
    }
  }

  /** For conversations that are not open here. A channel made again under the same name is another one. */
  async function deliverByHttp({ kind, id, text, channelId, epoch }: OutboxEntry): Promise<Delivery> {
    if (channels.value.get(channelId)?.epoch !== epoch) {
      return { kind: "refused", code: "not_found", detail: "This channel is gone." };
    }
    if (!isStillOneself()) return { kind: "offline" };
    const answer = await request(kind, channelId, id, text);
    if (answer.ok) return { kind: "done" };
    if (answer.status === 401) return { kind: "offline" };
    return answer.status === 0 ? { kind: "later", waitMs: WEATHER_MS } : afterRefusal(answer);
  }

  /* ---- what a person does ---- */

  /** Says something in the open conversation. `false`: there is nothing to say, or it is too long; nothing happened. */
  function send(raw: string): boolean {
    const text = foldText(raw, TEXT_MAX_POINTS);
    typedAt = 0; // what is typed next is news
    return text ? write("send", crypto.randomUUID(), text, now()) : false;
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
    const text = foldText(raw, TEXT_MAX_POINTS);
    if (!text || id === undefined) return false;
    const waiting = outbox.entries.value.find((entry) => entry.kind === "edit" && entry.id === id);
    // An edit that waits may be on its way already: what is meant now has to follow it, also when it is the old text.
    const before = waiting ?? (open.value && find(open.value.history.value, id));
    if (before && before.text !== text) write("edit", id, text, now());
    edit(undefined);
    return true;
  }

  /** Deletes a message of one's own, after a while in which it can be undone. */
  function remove(id: string): void {
    write("delete", id, "", now() + UNDO_MS);
  }

  function write(kind: OutboxEntry["kind"], id: string, text: string, dueAt: number): boolean {
    const who = person.value;
    const channelId = open.value?.channelId;
    const epoch = openEpoch.value;
    if (!who || channelId === undefined || epoch === undefined) return false;
    outbox.add({ kind, id, personId: who.id, epoch, channelId, text, madeAt: now(), dueAt });
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
    const answer = await api.createChannel(name);
    if (answer.ok) {
      channels.value = new Map(channels.value).set(answer.value.id, answer.value);
      go(channelHref(answer.value.id));
    }
    return answer;
  }

  /** The open conversation was seen to its end. */
  function markRead(): void {
    const who = person.value;
    const conversation = open.value;
    const epoch = conversation?.epoch.value;
    if (!who || !conversation || epoch === undefined) return;
    const { seq } = conversation.history.value;
    if (Math.max(readSeqs.value.get(epoch) ?? -1, memory.read(who.id, epoch) ?? -1) >= seq) return;
    memory.keepRead(who.id, epoch, seq);
    readSeqs.value = new Map(readSeqs.value).set(epoch, seq);
  }

  /** What this device knows of channels it hears of: what was read (one first seen starts as read), and what was left unsaid. */
  function recall(seen: readonly Channel[]): void {
    const who = person.value;
    if (!who) return;
    const seqs = new Map(readSeqs.value);
    const unsaid = new Set(drafts.value);
    for (const { epoch, seq } of seen) {
      if (memory.draft(who.id, epoch) === "") unsaid.delete(epoch);
      else unsaid.add(epoch);
      const kept = memory.read(who.id, epoch);
      if (kept === undefined) memory.keepRead(who.id, epoch, seq);
      seqs.set(epoch, Math.max(seqs.get(epoch) ?? 0, kept ?? seq));
    }
    readSeqs.value = seqs;
    drafts.value = unsaid;
  }

  /** Messages of a channel that were not read here, at most as many as are kept. */
  function unread({ id, epoch, seq }: Channel): number {
    const held = conversations.value.get(id);
    const newest = held?.epoch.value === epoch ? Math.max(seq, held.history.value.seq) : seq;
    return Math.min(Math.max(0, newest - (readSeqs.value.get(epoch) ?? newest)), WINDOW_MESSAGES);
  }

  /** One is writing in the open conversation: told to the others now and then. */
  function noteTyping(): void {
    if (now() - typedAt < TYPING_EVERY_MS) return;
    if (say({ type: "typing" })) typedAt = now();
  }

  function draft(): string {
    const who = person.value;
    const epoch = openEpoch.value;
    return who && epoch !== undefined ? memory.draft(who.id, epoch) : "";
  }

  function keepDraft(text: string): void {
    const who = person.value;
    const epoch = openEpoch.value;
    if (!who || epoch === undefined) return;
    memory.keepDraft(who.id, epoch, text);
    if (drafts.value.has(epoch) === (text !== "")) return;
    const unsaid = new Set(drafts.value);
    if (text === "") unsaid.delete(epoch);
    else unsaid.add(epoch);
    drafts.value = unsaid;
  }

  function setTheme(chosen: Theme): void {
    memory.keepTheme(chosen);
    theme.value = chosen;
  }

  /** Another tab has changed what this device keeps: who one is, what was read, drafts, the theme. */
  function noticeOtherTabs(): void {
    if (phase.value === "in" && !memory.person()) return void forget("ended");
    if (phase.value === "in" && !isStillOneself()) return startOver();
    setTheme(memory.theme());
    recall([...channels.value.values()]);
    changedElsewhere.value++;
  }

  /** The conversation that was left last is where one comes back to. */
  function keepPlace(): void {
    const who = person.value;
    if (who && open.value?.epoch.value !== undefined) memory.keepPlace(who.id, channelHref(open.value.channelId));
  }

  return {
    phase: readonly(phase),
    person: readonly(person),
    channels: readonly(channels),
    online: readonly(online),
    directoryLink: readonly(directoryLink),
    channelLink: readonly(channelLink),
    noteTyping,
    drafts: readonly(drafts),
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
    receiveDirectory,
    receiveChannel,
    linkChanged,
    send,
    editing: readonly(editing),
    edit,
    editLast,
    saveEdit,
    remove,
    undoRemove: (id: string) => outbox.remove(id, "delete"),
    retry: outbox.retry,
    discard: outbox.remove,
    takeOver,
    changedElsewhere: readonly(changedElsewhere),
    noticeOtherTabs,
    theme: readonly(theme),
    setTheme,
    site: api.site,
    leavePage,
    createChannel,
    markRead,
    unread,
    draft,
    keepDraft,
    keepPlace,
  };
}

function afterRefusal(refusal: { code: string; detail: string; retryAfterMs?: number }): Delivery {
  const { code, detail, retryAfterMs } = refusal;
  return PASSING.includes(code)
    ? { kind: "later", waitMs: retryAfterMs ?? WEATHER_MS }
    : { kind: "refused", code, detail };
}

/** For readers: what only an action may change. */
function readonly<T>(value: ReadonlySignal<T>): ReadonlySignal<T> {
  return value;
}
