/**
 * The window of a channel and what changes it. Between a decision and its write there is no `await`, and nothing is sent before it
 * is written: the platform holds frames back until the row is on disk.
 */
import type { Broadcast } from "../platform/broadcast.ts";
import { withMessages } from "../platform/encoding.ts";
import { welcomeFrame } from "../platform/welcome.ts";
import type { WindowAnswer } from "../protocol/answers.ts";
import type { MessageCommand } from "../protocol/commands.ts";
import { type Refused, refuse } from "../protocol/errors.ts";
import type { ChannelFrame, WelcomeFrame } from "../protocol/frames.ts";
import { dropBelow, EMPTY_HISTORY, find, type History, merge, oldestSeqOf } from "../protocol/history.ts";
import { ATTACHMENTS_MAX } from "../protocol/limits.ts";
import { isHook } from "../protocol/text.ts";
import type { Message, Person } from "../protocol/things.ts";
import type { Allowances } from "./allowances.ts";
import type { ChannelStore } from "./channel-store.ts";
import { decide } from "./decide.ts";
import type { ChannelFiles } from "./files.ts";
import type { Pins } from "./pins.ts";
import type { Reports } from "./reports.ts";
import type { ChannelAuth, CommandOutcome } from "./rpc.ts";
import { postingError } from "./rules.ts";
import { type FileChanges, refOf } from "./tables.ts";

type Parts = {
  readonly store: ChannelStore;
  readonly broadcast: Broadcast;
  readonly files: ChannelFiles;
  readonly reports: Reports;
  readonly pins: Pins;
  readonly allowances: Allowances;
  readonly takesFiles: boolean;
  /** Sends a frame to everyone who has the channel open. */
  readonly send: (frame: ChannelFrame) => void;
};

export class Messages {
  readonly #parts: Parts;
  #history: History;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#history = parts.store.history;
  }

  get history(): History {
    return this.#history;
  }

  /** A message as it is now. */
  newest(message: Message): Message {
    return find(this.#history, message.id) ?? message;
  }

  /** The message of that number, unless it is deleted or not kept any more. */
  standing(seq: number): Message | undefined {
    return this.#history.messages.find((message) => message.seq === seq && !message.deleted);
  }

  /** The channel has ended: there are none any more. */
  clear(): void {
    this.#parts.pins.clear();
    this.#history = EMPTY_HISTORY;
  }

  /** Differs whenever the window does: by changes, and by messages that have grown too old. */
  get version(): string {
    return `${this.#history.rev}.${oldestSeqOf(this.#history) ?? 0}`;
  }

  /** The body of the answer to `GET …/messages`. */
  window(epoch: string): string {
    const { seq, rev, messages } = this.#history;
    const oldestSeq = oldestSeqOf(this.#history);
    const about: Omit<WindowAnswer, "messages"> = {
      epoch,
      head: { seq, rev },
      ...(oldestSeq !== undefined && { oldestSeq }),
    };
    return withMessages(about, messages);
  }

  /** The first frame of a socket: all of the window, or what has changed since the cursor in the query. */
  welcome({ person, channel }: ChannelAuth, here: WelcomeFrame["here"], query: URLSearchParams): string {
    const { id, epoch, kind } = channel;
    const { store, pins } = this.#parts;
    const rules = store.about?.rules ?? {};
    const history = this.#history;
    return welcomeFrame({ you: person, channel: { id, epoch, kind }, history, here, pins: pins.list(), rules }, query);
  }

  /** Decide, write, remember, send: one synchronous turn. */
  execute(auth: ChannelAuth, command: MessageCommand, now: number): CommandOutcome {
    const { store, allowances, takesFiles } = this.#parts;
    const attachments = command.type === "send" ? (command.attachments ?? []) : [];
    const uploads = takesFiles ? store.uploads.find(attachments.slice(0, ATTACHMENTS_MAX)) : undefined;
    const mayRemove = auth.isOwner && auth.channel.kind === "public";
    const { about } = store;
    const isSend = command.type === "send" && about !== undefined;
    const state = {
      ...{ history: this.#history, evictedIds: store.evictedIds, uploads, mayRemove },
      postingError: isSend ? postingError(about, auth, this.#history, now) : undefined,
    };
    const decision = decide(state, command, auth.person, now);
    switch (decision.kind) {
      case "refused":
        return decision;
      case "unchanged":
        return { kind: "done", message: decision.message, isChange: false };
      case "changed": {
        const { person } = auth;
        const limited = isHook(person) ? allowances.takeOfHook(now) : allowances.take(person.id, decision.isNew, now);
        if (limited) return limited;
        this.#commit(decision.message, auth, now);
        return { kind: "done", message: decision.message, isChange: true };
      }
      default:
        return decision satisfies never;
    }
  }

  /** A message of a hook: an author without a session, for whom no rule of the channel holds. */
  receive(
    author: Person,
    message: { readonly id: string; readonly text: string },
    now: number,
  ): Refused | { readonly kind: "done" } {
    const { store } = this.#parts;
    const channel = refOf(store.about);
    if (!channel) return refuse("not_found", "This channel doesn't exist.");
    const { shards } = store.facts;
    const auth = { person: author, isOwner: false, version: 0, session: "", checkedAt: now, shards, channel };
    const outcome = this.execute(auth, { type: "send", ...message }, now);
    return outcome.kind === "refused" ? outcome : { kind: "done" };
  }

  /** These messages, the oldest there are, are older than the channel keeps them. */
  expire(messages: readonly Message[], now: number): void {
    const { store, broadcast, reports, files, send } = this.#parts;
    const channel = refOf(store.about);
    if (!channel) return;
    reports.expectChange(now);
    const released = messages.flatMap(
      (message) => fileChanges(message, { ...message, deleted: true }, undefined).released,
    );
    store.expire(messages, released);
    this.#history = dropBelow(this.#history, (messages.at(-1)?.seq ?? 0) + 1);
    const oldestSeq = oldestSeqOf(this.#history);
    broadcast.whenSent(() => send({ type: "messages", messages: [], ...(oldestSeq !== undefined && { oldestSeq }) }));
    reports.noteActivity(channel);
    if (released.length > 0) void files.sweep();
  }

  #commit(message: Message, { channel, shards }: ChannelAuth, now: number): void {
    const { store, broadcast, reports, pins } = this.#parts;
    const before = find(this.#history, message.id);
    const history = merge(this.#history, [message]);
    const oldest = this.#history.messages[0];
    const leaving = oldest && oldest.id !== history.messages[0]?.id ? oldest : undefined;
    const files = fileChanges(before, message, leaving);
    const isNews = !before || message.deleted || message.text !== before.text;
    store.facts.noteShards(shards);
    if (isNews) reports.expectChange(now);
    store.write(
      message,
      leaving,
      files,
      channel,
      isNews ? { changedAt: now, addressed: reports.addressed(message) } : {},
    );
    this.#history = history;
    broadcast.add(message, now);
    if (before) pins.note(message);
    if (isNews) reports.note(channel, before, message, store.facts.shards);
    if (files.taken.length > 0) this.#parts.files.taken(message.author.id, files.taken);
    if (files.released.length > 0) void this.#parts.files.sweep();
  }
}

/** Which files a change binds and which it frees: those of a message that is deleted, and of the one that leaves. */
function fileChanges(before: Message | undefined, message: Message, leaving: Message | undefined): FileChanges {
  const ids = (held: Message | undefined) => held?.attachments?.map(({ id }) => id) ?? [];
  const taken = before ? [] : ids(message);
  return { taken, released: [...(message.deleted ? ids(before) : []), ...ids(leaving)] };
}
