/**
 * One channel: sockets in, decisions, frames out. The object is named by the channel's epoch.
 * A shell: the rules are in history.ts, the rows in journal.ts. Between a decision and its write there is no `await`,
 * and nothing is told before it is written: the platform holds frames back until the row is on disk.
 */
import { DurableObject } from "cloudflare:workers";
import { type FileFacts, keyOf } from "./attachments.ts";
import { Broadcast, messagesFrame } from "./broadcast.ts";
import { withMessages } from "./encoding.ts";
import { readEnvelope } from "./envelope.ts";
import type { Attachment, ChannelFrame, Message, Person, WelcomeFrame, WindowAnswer } from "./frames.ts";
import { decide, EMPTY_HISTORY, find, type History, merge, since } from "./history.ts";
import { insist } from "./insist.ts";
import { type FileChanges, Journal } from "./journal.ts";
import { log } from "./log.ts";
import { type Bucket, CHANNEL_PACE, MESSAGE_PACE, TYPING_PACE, take } from "./pace.ts";
import { Presence } from "./presence.ts";
import { problem } from "./problem.ts";
import {
  ATTACHMENTS_MAX,
  HERE_MAX_PEOPLE,
  isFor,
  MENTIONS_MAX,
  type MessageCommand,
  mentionedIn,
  type ParsedFrame,
  PROTOCOL_VERSION,
  parseFrame,
  type Refusal,
} from "./protocol.ts";
import { type Seat, Sockets, type Standing } from "./sockets.ts";

/** Where a seat is: what the directory confirmed when it was taken. */
export type ChannelRef = { readonly id: string; readonly epoch: string; readonly kind: "public" | "direct" };
export type ChannelSeat = Seat & { readonly channel: ChannelRef };

/** What the front door sends along with an upgrade. `reportedSeq`: the newest message the directory knows of. */
export type ChannelUpgrade = { readonly seat: ChannelSeat; readonly reportedSeq: number };

type Refused = { readonly kind: "refused"; readonly refusal: Refusal };

export type FileOutcome = Refused | { readonly kind: "file"; readonly file: Attachment };

/** `isChange`: it was written now, and everybody was told. */
export type Outcome = Refused | { readonly kind: "done"; readonly message: Message; readonly isChange: boolean };

const SESSION_ENDED: Refusal = { code: "unauthorized", detail: "This session has ended." };
/** The same for a channel that was deleted and for a direct one of others. */
const NOT_HERE: Refusal = { code: "not_found", detail: "There is no such channel." };
const NO_SUCH_FILE: Refusal = { code: "not_found", detail: "There is no such file." };
/** So long (ms) a deleted channel's object still says that it has ended: longer than any request is under way (see `UPLOAD_MAX_MS`). */
const ENDING_MS = 15 * 60_000;
/** Shortest time (ms) between two `here` frames, two reports to the directory, and two `typing` of one person. */
const GATHER_MS = 1_000;
/**
 * What is remembered while awake, by count: sign-outs and changed standings, against upgrades that asked before and arrive after,
 * and allowances of those who spoke last. Nobody speaks a thousand others out of memory before an allowance is full again.
 */
const LATELY_MAX = 1_000;

export class Channel extends DurableObject<Env> {
  readonly #journal: Journal;
  readonly #sockets: Sockets<ChannelSeat>;
  readonly #here: Presence;
  readonly #broadcast: Broadcast;
  #history: History;
  /** By person: one allowance for all sockets and HTTP. In memory, so forgotten in sleep. */
  readonly #messagePaces = new Map<string, Bucket>();
  #channelPace: Bucket | undefined;
  #typingPace: Bucket | undefined;
  /** When (ms) the alarm is set for, as far as known. */
  #alarmAt: number | undefined;
  readonly #endedLately = new Set<string>();
  readonly #changedLately = new Map<string, Standing>();
  /** By person: when (ms) it was last told that they type. */
  readonly #typedLately = new Map<string, number>();
  #hereTimer = false;
  #reportTimer = false;
  /** When (ms) the directory was last told of the newest message. */
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#journal = new Journal(ctx.storage);
    this.#history = this.#journal.history;
    this.#sockets = new Sockets(ctx, {
      entered: (socket, seat) => {
        this.#here.enter(socket, seat.person);
        this.#tellHereSoon();
      },
      left: (socket) => {
        this.#here.leave(socket);
        this.#tellHereSoon();
      },
    });
    this.#broadcast = new Broadcast((frame) => this.#sockets.tellAll(frame));
    this.#here = new Presence(this.#sockets.all().map((socket) => [socket, this.#sockets.seat(socket).person]));
  }

  /** An upgrade from the front door: welcomes a socket with what it has missed. */
  override fetch(request: Request): Response {
    const { seat: asked, reportedSeq } = readEnvelope<ChannelUpgrade>(request);
    const seated = this.#seatNow(asked);
    if (!seated.ok) return problem(seated.refusal);
    const { seat } = seated;
    const query = new URL(request.url).searchParams;
    if (reportedSeq < this.#history.seq) this.#reportSoon(seat.channel);
    return this.#sockets.accept(seat, Date.now(), () => this.#welcome(seat, query));
  }

  /** The whole window, for HTTP: the body of the answer, and the `rev` it is of. */
  read(asked: ChannelSeat): Refused | { readonly kind: "window"; readonly body: string; readonly rev: number } {
    const seated = this.#seatNow(asked);
    if (!seated.ok) return { kind: "refused", refusal: seated.refusal };
    const { seq, rev, messages } = this.#history;
    const about: Omit<WindowAnswer, "messages"> = { epoch: asked.channel.epoch, head: { seq, rev } };
    return { kind: "window", body: withMessages(about, messages), rev };
  }

  /** The cursor alone: what a conditional request compares. */
  head(asked: ChannelSeat): Refused | { readonly kind: "head"; readonly rev: number } {
    const seated = this.#seatNow(asked);
    return seated.ok ? { kind: "head", rev: this.#history.rev } : { kind: "refused", refusal: seated.refusal };
  }

  /** A command that came over HTTP. May be repeated: a message is looked up by its id. */
  command(asked: ChannelSeat, command: MessageCommand): Outcome {
    const seated = this.#seatNow(asked);
    return seated.ok ? this.#carryOut(seated.seat, command, Date.now()) : { kind: "refused", refusal: seated.refusal };
  }

  /** Bytes are about to come: notes their id before the first of them. */
  beginUpload(asked: ChannelSeat, id: string): Refused | { readonly kind: "done" } {
    const seated = this.#seatNow(asked);
    if (!seated.ok) return { kind: "refused", refusal: seated.refusal };
    const now = Date.now();
    this.#journal.beginUpload(id, asked.person.id, now, asked.channel);
    this.#setSweep(now);
    return { kind: "done" };
  }

  /** The bytes are there: a message may take them. Refused when the channel ended or the upload was swept meanwhile. */
  completeUpload(asked: ChannelSeat, id: string, facts: FileFacts): FileOutcome {
    const seated = this.#seatNow(asked);
    if (!seated.ok) return { kind: "refused", refusal: seated.refusal };
    const file = { id, ...facts, url: `/api/channels/${encodeURIComponent(asked.channel.id)}/attachments/${id}` };
    const isDone = this.#journal.uploads.complete(file);
    return isDone ? { kind: "file", file } : { kind: "refused", refusal: NO_SUCH_FILE };
  }

  /** Nothing came of an upload. */
  dropUpload(id: string): void {
    this.#journal.uploads.release([id]);
    void this.#sweep();
  }

  /** A file, for whoever may read it: all of the channel, once a message has taken it and while it holds it, its uploader before. */
  attachment(asked: ChannelSeat, id: string): FileOutcome {
    const seated = this.#seatNow(asked);
    if (!seated.ok) return { kind: "refused", refusal: seated.refusal };
    const upload = this.#journal.uploads.find([id]).get(id);
    const isReadable = upload?.isTaken || upload?.uploader === asked.person.id;
    return upload?.file && isReadable
      ? { kind: "file", file: upload.file }
      : { kind: "refused", refusal: NO_SUCH_FILE };
  }

  /** The channel was deleted: nobody reads or writes it any more. May be told twice. */
  async end(channel: { readonly id: string; readonly epoch: string }): Promise<void> {
    if (!this.#journal.hasEnded) this.#journal.end(channel);
    this.#history = EMPTY_HISTORY;
    this.#sockets.endAll();
    await this.ctx.storage.setAlarm(Date.now() + ENDING_MS);
    await this.#sweepOnce();
  }

  /** Finishes what was cut off: bytes that should be gone, uploads nobody took, and a deleted channel altogether. */
  override async alarm(): Promise<void> {
    this.#alarmAt = undefined;
    if (!this.#journal.hasEnded) return this.#sweep();
    await this.#sweepOnce();
    await this.#empty(this.#journal.epoch);
    await this.ctx.storage.deleteAll();
  }

  /** A session has ended: its sockets close at once, and upgrades under way are refused. */
  endSession(session: string): void {
    remember(this.#endedLately, (ended) => ended.add(session));
    this.#sockets.endSession(session);
  }

  /** A person has a new name, or is an owner, from now on: on open sockets and on upgrades under way. */
  update(standing: Standing): void {
    const { person, asOf } = standing;
    if ((this.#changedLately.get(person.id)?.asOf ?? 0) >= asOf) return; // told out of order
    remember(this.#changedLately, (changed) => changed.set(person.id, standing));
    this.#sockets.update(standing);
    this.#here.rename(person);
    this.#tellHereSoon();
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    const work = () => {
      const now = Date.now();
      const frame = this.#sockets.admit(socket, data, now);
      if (frame === undefined) return;
      const parsed = parseFrame(frame);
      if (parsed.kind !== "command") return this.#sockets.refuse(socket, refusalOf(parsed), frame, now);
      const seat = this.#sockets.seat(socket);
      if (parsed.command.type === "typing") return this.#tellTyping(seat.person, now);
      const outcome = this.#carryOut(seat, parsed.command, now);
      if (outcome.kind === "done" && outcome.isChange) return;
      // What is answered to one alone comes after what was said before it, in the state it then has: it may be deleted by then.
      this.#broadcast.afterwards(() => {
        if (outcome.kind === "refused") this.#sockets.refuse(socket, outcome.refusal, frame, now);
        else this.#sockets.say(socket, messagesFrame([find(this.#history, outcome.message.id) ?? outcome.message]));
      });
    };
    this.#sockets.guard(socket, work, data);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#sockets.guard(socket, () => this.#sockets.finish(socket, code));
  }

  override webSocketError(socket: WebSocket): void {
    this.#sockets.guard(socket, () => this.#sockets.fail(socket));
  }

  /** Told to all but the one who types, at most once a second of each. What comes sooner is no news. */
  #tellTyping(person: Person, now: number): void {
    if (now - (this.#typedLately.get(person.id) ?? 0) < GATHER_MS) return;
    this.#typedLately.delete(person.id);
    remember(this.#typedLately, (typed) => typed.set(person.id, now));
    // Where many type at once nobody can read who they are, and each word of it goes to everybody.
    const told = take(this.#typingPace, TYPING_PACE, now);
    if (!told.ok) return;
    this.#typingPace = told.bucket;
    const own = new Set(this.#sockets.of(person.id));
    const others = this.#sockets.all().filter((socket) => !own.has(socket));
    this.#sockets.tell(others, encode({ type: "typing", person }));
  }

  /** Decide, write, remember, tell: one synchronous turn. */
  #carryOut(seat: ChannelSeat, command: MessageCommand, now: number): Outcome {
    const attachments = command.type === "send" ? (command.attachments ?? []) : [];
    const uploads = this.env.FILES && this.#journal.uploads.find(attachments.slice(0, ATTACHMENTS_MAX));
    const mayRemove = seat.isOwner && seat.channel.kind === "public";
    const state = { history: this.#history, past: this.#journal.past, uploads, mayRemove };
    const decision = decide(state, command, seat.person, now);
    switch (decision.kind) {
      case "refused":
        return decision;
      case "unchanged":
        return { kind: "done", message: decision.message, isChange: false };
      case "changed": {
        const hasty = this.#pace(seat.person.id, decision.isNew, now);
        if (hasty) return { kind: "refused", refusal: hasty };
        this.#commit(decision.message, seat.channel, now);
        this.#report(seat, decision.message, decision.isNew);
        return { kind: "done", message: decision.message, isChange: true };
      }
      default:
        return decision satisfies never;
    }
  }

  #commit(message: Message, channel: ChannelRef, now: number): void {
    const history = merge(this.#history, [message]);
    const oldest = this.#history.messages[0];
    const leaving = oldest && oldest.id !== history.messages[0]?.id ? oldest : undefined;
    const files = fileChanges(find(this.#history, message.id), message, leaving);
    this.#journal.write(message, leaving, files, channel);
    this.#history = history;
    this.#broadcast.tell(message, now);
    if (files.taken.length > 0) void this.#settleUploads(files.taken);
    if (files.released.length > 0) void this.#sweep();
  }

  /** The alarm is set first: it finishes what is cut off here. */
  async #sweep(): Promise<void> {
    this.#setSweep(Date.now());
    try {
      await this.#sweepOnce();
    } catch (error) {
      log.weather("sweep", error); // the alarm tries again
    }
    this.#setSweep(Date.now());
  }

  /** Takes out of the bucket what is gone. Doing it twice does no harm. */
  async #sweepOnce(): Promise<void> {
    const gone = this.#journal.uploads.sweep(Date.now());
    if (gone.length === 0) return;
    await this.env.FILES?.delete(gone.map((id) => keyOf(this.#journal.epoch, id)));
    this.#journal.uploads.forget(gone);
    void this.#settleUploads(gone);
  }

  /** The alarm stands for whatever is to be swept next, and for nothing when there is nothing. */
  #setSweep(now: number): void {
    if (this.#journal.hasEnded) return; // the end has an alarm of its own
    const dueAt = this.#journal.uploads.dueAt(now);
    if (dueAt === undefined) {
      if (this.#alarmAt !== undefined) void this.ctx.storage.deleteAlarm();
    } else if (this.#alarmAt === undefined || this.#alarmAt > dueAt || this.#alarmAt < now) {
      void this.ctx.storage.setAlarm(dueAt);
    } else {
      return;
    }
    this.#alarmAt = dueAt;
  }

  /** Everything under the epoch: also bytes that came in after the end. */
  async #empty(epoch: string): Promise<void> {
    const bucket = this.env.FILES;
    if (!bucket) return;
    for (;;) {
      const { objects } = await bucket.list({ prefix: keyOf(epoch, "") });
      if (objects.length === 0) return;
      await bucket.delete(objects.map(({ key }) => key));
    }
  }

  async #settleUploads(ids: readonly string[]): Promise<void> {
    try {
      await insist(() => this.env.DIRECTORY.getByName("directory").uploadsSettled(ids));
    } catch (error) {
      log.weather("uploads", error); // the directory forgets them by itself when their hour is over
    }
  }

  /** Refuses before the write; takes from both allowances or from neither. */
  #pace(personId: string, isNew: boolean, now: number): Refusal | undefined {
    const change = take(this.#channelPace, CHANNEL_PACE, now);
    if (!change.ok) return { code: "busy", detail: "This channel is very busy.", retryAfterMs: change.waitMs };
    if (isNew) {
      const sent = take(this.#messagePaces.get(personId), MESSAGE_PACE, now);
      if (!sent.ok) return { code: "rate_limited", detail: "Too many messages.", retryAfterMs: sent.waitMs };
      this.#messagePaces.delete(personId); // so that the oldest entry is the one that spoke longest ago
      remember(this.#messagePaces, (paces) => paces.set(personId, sent.bucket));
    }
    this.#channelPace = change.bucket;
    return undefined;
  }

  #welcome({ person, channel }: ChannelSeat, query: URLSearchParams): string {
    const { seq, rev } = this.#history;
    const cursor = query.get("epoch") === channel.epoch ? readCursor(query.get("since"), rev) : undefined;
    const about: Omit<WelcomeFrame, "messages"> = {
      type: "welcome",
      version: PROTOCOL_VERSION,
      you: person,
      channel: { id: channel.id, epoch: channel.epoch, kind: channel.kind },
      epoch: channel.epoch,
      head: { seq, rev },
      reset: cursor === undefined,
      here: { count: this.#here.count, people: this.#here.people(HERE_MAX_PEOPLE, person.id) },
    };
    return withMessages(about, since(this.#history, cursor ?? 0));
  }

  /**
   * What the directory said a moment ago, as it is now: with the newest name, or not at all once the session has ended,
   * once the channel has, and in a direct channel of others. The object knows whose it is and takes nobody's word for it.
   */
  #seatNow(seat: ChannelSeat): { readonly ok: true; readonly seat: ChannelSeat } | { ok: false; refusal: Refusal } {
    const { id } = seat.channel;
    const isOther = (this.#journal.channelId ?? id) !== id;
    if (this.#journal.hasEnded || isOther || !isFor(id, seat.person.id)) return { ok: false, refusal: NOT_HERE };
    if (this.#endedLately.has(seat.session)) return { ok: false, refusal: SESSION_ENDED };
    const changed = this.#changedLately.get(seat.person.id);
    return { ok: true, seat: changed && changed.asOf > seat.asOf ? { ...seat, ...changed } : seat };
  }

  /** A timer of a second, set only while something waits: it keeps nothing awake that could sleep. */
  #tellHereSoon(): void {
    if (this.#hereTimer) return;
    this.#hereTimer = true;
    setTimeout(() => {
      this.#hereTimer = false;
      this.#tellHere();
    }, GATHER_MS);
  }

  #tellHere(): void {
    const { joined, left } = this.#here.takeChanges();
    if (joined.length + left.length === 0) return;
    const { count } = this.#here;
    const isNamed = count <= HERE_MAX_PEOPLE;
    this.#sockets.tellAll(
      encode({
        type: "here",
        count,
        joined: isNamed ? joined.slice(0, HERE_MAX_PEOPLE) : [],
        left: isNamed ? left.slice(0, HERE_MAX_PEOPLE) : [],
      }),
    );
  }

  /**
   * What a change is to those who are not here. In a direct channel the directory holds the newest message for a moment
   * before it tells it: a change of that message must not wait, or a deleted text would still be told.
   */
  #report({ channel, person }: ChannelSeat, message: Message, isNew: boolean): void {
    if (isNew) {
      this.#reportSoon(channel);
      const mentioned = mentionedIn(message.text).filter((id) => id !== person.id);
      if (mentioned.length > 0) void this.#tellMentioned(channel, message.id, mentioned.slice(0, MENTIONS_MAX));
    } else if (channel.kind === "direct" && message.seq === this.#history.seq) {
      void this.#reportNow(channel);
    }
  }

  /** At every try as it is then: a text that was deleted or changed meanwhile is not told. */
  async #tellMentioned({ epoch }: ChannelRef, messageId: string, mentioned: readonly string[]): Promise<void> {
    try {
      await insist(async () => {
        const message = find(this.#history, messageId);
        const still = mentioned.filter((id) => message && mentionedIn(message.text).includes(id));
        if (message && still.length > 0) await this.env.DIRECTORY.getByName("directory").mention(epoch, message, still);
      });
    } catch (error) {
      log.weather("mention", error);
    }
  }

  /**
   * At once where the last report is a second ago: a lone message keeps nobody awake for a timer. Otherwise with what comes until then.
   * What a crash loses here is reported once the channel is used again: the upgrade tells what the directory knows.
   */
  #reportSoon(channel: ChannelRef): void {
    if (this.#reportTimer) return;
    const now = Date.now();
    const restMs = Math.min(GATHER_MS, this.#reportedAt + GATHER_MS - now); // a clock that was set back makes nobody wait
    if (restMs <= 0) {
      this.#reportedAt = now;
      void this.#reportNow(channel);
      return;
    }
    this.#reportTimer = true;
    setTimeout(() => {
      this.#reportTimer = false;
      this.#reportedAt = Date.now();
      void this.#reportNow(channel);
    }, restMs);
  }

  /** At every try as it is then. */
  async #reportNow({ epoch, kind }: ChannelRef): Promise<void> {
    try {
      await insist(() => {
        const { seq, messages } = this.#history;
        const newest = messages.at(-1);
        const latest = kind === "direct" ? newest : undefined;
        return this.env.DIRECTORY.getByName("directory").report(epoch, seq, newest?.sentAt ?? null, latest);
      });
    } catch (error) {
      log.weather("report", error); // the next message reports again
    }
  }
}

/** Which files a change binds and which it frees: those of a message that is deleted, and of the one that leaves. */
function fileChanges(before: Message | undefined, message: Message, leaving: Message | undefined): FileChanges {
  const ids = (held: Message | undefined) => held?.attachments?.map(({ id }) => id) ?? [];
  const taken = before ? [] : ids(message);
  return { taken, released: [...(message.deleted ? ids(before) : []), ...ids(leaving)] };
}

function refusalOf(parsed: Exclude<ParsedFrame, { kind: "command" }>): Refusal {
  return parsed.kind === "bad_frame"
    ? { code: "bad_frame", detail: "This is no command of a channel." }
    : { code: "bad_request", detail: "The command's fields are not as they should be." };
}

/** A `rev` this channel has reached; anything else means: start over. */
function readCursor(since: string | null, rev: number): number | undefined {
  if (since === null || !/^\d{1,15}$/.test(since)) return undefined;
  const cursor = Number(since);
  return cursor <= rev ? cursor : undefined;
}

function encode(frame: ChannelFrame): string {
  return JSON.stringify(frame);
}

/** Adds to a set or map that forgets its oldest entry beyond `LATELY_MAX`. */
function remember<C extends Set<string> | Map<string, unknown>>(lately: C, add: (lately: C) => void): void {
  add(lately);
  const oldest = lately.keys().next().value;
  if (lately.size > LATELY_MAX && oldest !== undefined) lately.delete(oldest);
}
