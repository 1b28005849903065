/**
 * One channel: sockets in, decisions, frames out. The object is named by the channel's epoch.
 * A shell: the rules are in history.ts, the rows in journal.ts. Between a decision and its write there is no `await`,
 * and nothing is told before it is written: the platform holds frames back until the row is on disk.
 */
import { DurableObject } from "cloudflare:workers";
import type { Directory } from "../directory/directory.ts";
import type { FileFacts } from "../http/files.ts";
import { Broadcast, messagesFrame } from "../platform/broadcast.ts";
import { withMessages } from "../platform/encoding.ts";
import { keyOf } from "../platform/file-key.ts";
import { readForwardedIdentity, STALE_STATUS } from "../platform/forwarded-identity.ts";
import { log } from "../platform/log.ts";
import { Presence } from "../platform/presence.ts";
import { problem } from "../platform/problem.ts";
import {
  CHANGE_RATE,
  CHANNEL_RATE,
  MESSAGE_RATE,
  type TokenBucket,
  TYPING_RATE,
  takeToken,
} from "../platform/rate-limit.ts";
import { backoffMs } from "../platform/retry.ts";
import { type Identity, type SessionIdentity, Sockets } from "../platform/sockets.ts";
import { type MessageCommand, type ParsedFrame, parseFrame } from "../protocol/commands.ts";
import type { Refusal } from "../protocol/errors.ts";
import type { Attachment, ChannelFrame, Message, Person, WelcomeFrame, WindowAnswer } from "../protocol/frames.ts";
import { EMPTY_HISTORY, find, type History, merge, since } from "../protocol/history.ts";
import {
  ATTACHMENTS_MAX,
  CHECK_MAX_AGE_MS,
  HERE_MAX_PEOPLE,
  MENTIONS_MAX,
  PROTOCOL_VERSION,
} from "../protocol/limits.ts";
import { isFor, mentionedIn } from "../protocol/text.ts";
import { ChannelStore, type FileChanges } from "./channel-store.ts";
import { decide } from "./decide.ts";

/** Where a seat is: what the directory confirmed when it was taken. */
export type ChannelRef = { readonly id: string; readonly epoch: string; readonly kind: "public" | "direct" };
/** `checkedAt`: when (ms) the directory said so. */
export type AuthContext = SessionIdentity & { readonly channel: ChannelRef; readonly checkedAt: number };

/** What the front door sends along with an upgrade. `reportedSeq`: the newest message the directory knows of. */
export type ChannelUpgrade = { readonly auth: AuthContext; readonly reportedSeq: number };

type Refused = { readonly kind: "refused"; readonly refusal: Refusal };
/** The check of who asks is too old to count: nothing was done, and the front door checks again. */
export type Stale = { readonly kind: "stale" /** The channel's clock then (ms). */; readonly at: number };
type NotAuthorized = Refused | Stale;

export type FileOutcome = NotAuthorized | { readonly kind: "file"; readonly file: Attachment };

/** `isChange`: it was written now, and everybody was told. */
export type Outcome = Refused | { readonly kind: "done"; readonly message: Message; readonly isChange: boolean };

const SESSION_ENDED: Refusal = { code: "unauthorized", detail: "This session has ended." };
/** The same for a channel that was deleted and for a direct one of others. */
const NOT_HERE: Refusal = { code: "not_found", detail: "There is no such channel." };
const NO_SUCH_FILE: Refusal = { code: "not_found", detail: "There is no such file." };
/** Tries to tell the directory something. */
const CALL_TRIES = 3;
/** Keys in one call to the bucket: R2 refuses more. */
const BUCKET_KEYS_MAX = 1_000;
/** So long (ms) a deleted channel's object still says that it has ended: longer than any request is under way (see `UPLOAD_MAX_MS`). */
const ENDING_MS = 15 * 60_000;
/** Shortest time (ms) between two `here` frames, two reports to the directory, and two `typing` of one person. */
const BATCH_MS = 1_000;
/**
 * What is remembered while awake, by count: sign-outs and changed standings, against upgrades that asked before and arrive after,
 * and allowances of those who spoke last. Nobody speaks a thousand others out of memory before an allowance is full again.
 */
const REMEMBERED_MAX = 1_000;

export class Channel extends DurableObject<Env> {
  readonly #store: ChannelStore;
  readonly #sockets: Sockets<AuthContext>;
  readonly #here: Presence;
  readonly #broadcast: Broadcast;
  #history: History;
  /** By person: one allowance for all sockets and HTTP. In memory, so forgotten in sleep. */
  readonly #messageBuckets = new Map<string, TokenBucket>();
  /** By person: the same for all other changes. */
  readonly #changeBuckets = new Map<string, TokenBucket>();
  #channelBucket: TokenBucket | undefined;
  #typingBucket: TokenBucket | undefined;
  /** When (ms) the alarm is set for, as far as known. */
  #alarmAt: number | undefined;
  /** Alarms in a row that failed. */
  #failedAlarms = 0;
  /** Since when (ms) this object remembers who has signed out: what was checked earlier is checked again. */
  readonly #startedAt = Date.now();
  readonly #recentlyEndedSessions = new Set<string>();
  readonly #recentIdentities = new Map<string, Identity>();
  /** By person: when (ms) it was last told that they type. */
  readonly #lastTypedAt = new Map<string, number>();
  #hereTimer = false;
  /** How many people the last `here` counted. */
  #sentCount = 0;
  #reportTimer = false;
  /** When (ms) the directory was last told of the newest message. */
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = new ChannelStore(ctx.storage);
    this.#history = this.#store.history;
    this.#sockets = new Sockets(ctx, {
      entered: (socket, auth) => {
        this.#here.enter(socket, auth.person);
        this.#sendHereSoon();
      },
      left: (socket) => {
        this.#here.leave(socket);
        this.#sendHereSoon();
      },
    });
    this.#broadcast = new Broadcast((frame) => this.#sockets.broadcast(frame));
    this.#here = new Presence(this.#sockets.open().map((socket) => [socket, this.#sockets.identity(socket).person]));
  }

  /** An upgrade from the front door: welcomes a socket with what it has missed. */
  override fetch(request: Request): Response {
    const { auth: asked, reportedSeq } = readForwardedIdentity<ChannelUpgrade>(request);
    const authorized = this.#authorize(asked);
    if (authorized.kind === "stale") return new Response(String(authorized.at), { status: STALE_STATUS });
    if (authorized.kind === "refused") return problem(authorized.refusal);
    const { auth } = authorized;
    const query = new URL(request.url).searchParams;
    if (reportedSeq < this.#history.seq) this.#reportSoon(auth.channel);
    return this.#sockets.accept(auth, Date.now(), () => this.#welcome(auth, query));
  }

  /** The whole window, for HTTP: the body of the answer, and the `rev` it is of. */
  read(asked: AuthContext): NotAuthorized | { readonly kind: "window"; readonly body: string; readonly rev: number } {
    const authorized = this.#authorize(asked);
    if (authorized.kind !== "authorized") return authorized;
    const { seq, rev, messages } = this.#history;
    const about: Omit<WindowAnswer, "messages"> = { epoch: asked.channel.epoch, head: { seq, rev } };
    return { kind: "window", body: withMessages(about, messages), rev };
  }

  /** The cursor alone: what a conditional request compares. */
  head(asked: AuthContext): NotAuthorized | { readonly kind: "head"; readonly rev: number } {
    const authorized = this.#authorize(asked);
    return authorized.kind === "authorized" ? { kind: "head", rev: this.#history.rev } : authorized;
  }

  /** A command that came over HTTP. May be repeated: a message is looked up by its id. */
  command(asked: AuthContext, command: MessageCommand): Stale | Outcome {
    const authorized = this.#authorize(asked);
    return authorized.kind === "authorized" ? this.#execute(authorized.auth, command, Date.now()) : authorized;
  }

  /** Bytes are about to come: notes their id before the first of them. May be repeated. */
  beginUpload(asked: AuthContext, id: string): NotAuthorized | { readonly kind: "done" } {
    const authorized = this.#authorize(asked);
    if (authorized.kind !== "authorized") return authorized;
    const now = Date.now();
    this.#store.beginUpload(id, asked.person.id, now, asked.channel);
    this.#setSweep(now);
    return { kind: "done" };
  }

  /** The bytes are there: a message may take them. Refused when the channel ended or the upload was swept meanwhile. */
  completeUpload(asked: AuthContext, id: string, facts: FileFacts): FileOutcome {
    const authorized = this.#authorize(asked);
    if (authorized.kind !== "authorized") return authorized;
    const file = { id, ...facts, url: `/api/channels/${encodeURIComponent(asked.channel.id)}/attachments/${id}` };
    const isDone = this.#store.uploads.complete(file);
    return isDone ? { kind: "file", file } : { kind: "refused", refusal: NO_SUCH_FILE };
  }

  /** Nothing came of an upload. */
  dropUpload(id: string): void {
    this.#store.uploads.release([id]);
    void this.#sweep();
  }

  /** A file, for whoever may read it: all of the channel, once a message has taken it and while it holds it, its uploader before. */
  attachment(asked: AuthContext, id: string): FileOutcome {
    const authorized = this.#authorize(asked);
    if (authorized.kind !== "authorized") return authorized;
    const upload = this.#store.uploads.find([id]).get(id);
    const isReadable = upload?.isTaken || upload?.uploader === asked.person.id;
    return upload?.file && isReadable
      ? { kind: "file", file: upload.file }
      : { kind: "refused", refusal: NO_SUCH_FILE };
  }

  /**
   * The channel was deleted: nobody reads or writes it any more. May be told twice.
   * It is answered once the end is written down; the files go by this object's own alarm, whatever the bucket does.
   */
  async end(channel: { readonly id: string; readonly epoch: string }): Promise<void> {
    const isRepeated = this.#store.hasEnded;
    if (!isRepeated) this.#store.end(channel);
    this.#history = EMPTY_HISTORY;
    this.#sockets.endAll();
    if (isRepeated && (await this.ctx.storage.getAlarm()) !== null) return; // what waits already must not be put off
    await this.ctx.storage.setAlarm(Date.now() + backoffMs(0));
    this.ctx.waitUntil(this.#sweep());
  }

  /**
   * Finishes what was cut off: bytes that should be gone, uploads nobody took, and a deleted channel altogether.
   * Never throws: the platform drops an alarm after six failures.
   */
  override async alarm(): Promise<void> {
    this.#alarmAt = undefined;
    try {
      if (this.#store.hasEnded) await this.#finishEnd();
      else {
        await this.#sweepOnce();
        this.#setSweep(Date.now());
      }
      this.#failedAlarms = 0;
    } catch (error) {
      log.transientError("alarm", error);
      this.#failedAlarms++;
      this.#alarmAt = Date.now() + backoffMs(this.#failedAlarms);
      await this.ctx.storage.setAlarm(this.#alarmAt);
    }
  }

  /** The first alarm after the end empties the bucket; a last one, when no request can be under way any more, forgets the channel. */
  async #finishEnd(): Promise<void> {
    await this.#sweepOnce();
    await this.#empty(this.#store.epoch);
    if (this.#store.isSwept) return this.ctx.storage.deleteAll();
    this.#store.noteSwept();
    await this.ctx.storage.setAlarm(Date.now() + ENDING_MS);
  }

  /** A session has ended: its sockets close at once, and upgrades under way are refused. */
  endSession(session: string): void {
    remember(this.#recentlyEndedSessions, (ended) => ended.add(session));
    this.#sockets.endSession(session);
  }

  /** A person has a new name, or is an owner, from now on: on open sockets and on upgrades under way. */
  update(identity: Identity): void {
    const { person, version } = identity;
    if ((this.#recentIdentities.get(person.id)?.version ?? 0) >= version) return; // told out of order
    remember(this.#recentIdentities, (changed) => changed.set(person.id, identity));
    this.#sockets.update(identity);
    this.#here.rename(person);
    this.#sendHereSoon();
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    const work = () => {
      const now = Date.now();
      const frame = this.#sockets.admit(socket, data, now);
      if (frame === undefined) return;
      const parsed = parseFrame(frame);
      if (parsed.kind !== "command") return this.#sockets.refuse(socket, refusalOf(parsed), frame, now);
      const auth = this.#sockets.identity(socket);
      if (parsed.command.type === "typing") return this.#sendTyping(auth.person, now);
      const outcome = this.#execute(auth, parsed.command, now);
      if (outcome.kind === "done" && outcome.isChange) return;
      // What is answered to one alone comes after what was said before it, in the state it then has: it may be deleted by then.
      this.#broadcast.whenSent(() => {
        if (outcome.kind === "refused") this.#sockets.refuse(socket, outcome.refusal, frame, now);
        else this.#sockets.send(socket, messagesFrame([find(this.#history, outcome.message.id) ?? outcome.message]));
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
  #sendTyping(person: Person, now: number): void {
    if (now - (this.#lastTypedAt.get(person.id) ?? 0) < BATCH_MS) return;
    this.#lastTypedAt.delete(person.id);
    remember(this.#lastTypedAt, (typed) => typed.set(person.id, now));
    // Where many type at once nobody can read who they are, and each word of it goes to everybody.
    const told = takeToken(this.#typingBucket, TYPING_RATE, now);
    if (!told.ok) return;
    this.#typingBucket = told.bucket;
    const own = new Set(this.#sockets.of(person.id));
    const others = this.#sockets.all().filter((socket) => !own.has(socket));
    this.#sockets.sendTo(others, encode({ type: "typing", person }));
  }

  /** Decide, write, remember, tell: one synchronous turn. */
  #execute(auth: AuthContext, command: MessageCommand, now: number): Outcome {
    const attachments = command.type === "send" ? (command.attachments ?? []) : [];
    const uploads = this.env.FILES && this.#store.uploads.find(attachments.slice(0, ATTACHMENTS_MAX));
    const mayRemove = auth.isOwner && auth.channel.kind === "public";
    const state = { history: this.#history, evictedIds: this.#store.evictedIds, uploads, mayRemove };
    const decision = decide(state, command, auth.person, now);
    switch (decision.kind) {
      case "refused":
        return decision;
      case "unchanged":
        return { kind: "done", message: decision.message, isChange: false };
      case "changed": {
        const limited = this.#takeAllowance(auth.person.id, decision.isNew, now);
        if (limited) return { kind: "refused", refusal: limited };
        this.#commit(decision.message, auth.channel, now);
        this.#report(auth, decision.message, decision.isNew, now);
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
    this.#store.write(message, leaving, files, channel);
    this.#history = history;
    this.#broadcast.add(message, now);
    if (files.taken.length > 0) void this.#settleUploads(files.taken);
    if (files.released.length > 0) void this.#sweep();
  }

  /** The alarm is set first: it finishes what is cut off here. */
  async #sweep(): Promise<void> {
    this.#setSweep(Date.now());
    try {
      await this.#sweepOnce();
    } catch (error) {
      log.transientError("sweep", error); // the alarm tries again
    }
    this.#setSweep(Date.now());
  }

  /** Takes out of the bucket what is gone, as many keys at a time as R2 takes. Doing it twice does no harm. */
  async #sweepOnce(): Promise<void> {
    const gone = this.#store.uploads.sweep(Date.now());
    for (let at = 0; at < gone.length; at += BUCKET_KEYS_MAX) {
      const slice = gone.slice(at, at + BUCKET_KEYS_MAX);
      await this.env.FILES?.delete(slice.map((id) => keyOf(this.#store.epoch, id)));
      this.#store.uploads.forget(slice);
      void this.#settleUploads(slice);
    }
  }

  /** The alarm stands for whatever is to be swept next, and for nothing when there is nothing. */
  #setSweep(now: number): void {
    if (this.#store.hasEnded) return; // the end has an alarm of its own
    const dueAt = this.#store.uploads.dueAt(now);
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
      await this.env.DIRECTORY.getByName("directory").uploadsSettled(ids);
    } catch (error) {
      log.transientError("uploads", error); // the directory forgets them by itself when their hour is over
    }
  }

  /** Refuses before the write; takes from both allowances or from neither. */
  #takeAllowance(personId: string, isNew: boolean, now: number): Refusal | undefined {
    const inAll = takeToken(this.#channelBucket, CHANNEL_RATE, now);
    if (!inAll.ok) return { code: "busy", detail: "This channel is very busy.", retryAfterMs: inAll.waitMs };
    const own = isNew ? this.#messageBuckets : this.#changeBuckets;
    const taken = takeToken(own.get(personId), isNew ? MESSAGE_RATE : CHANGE_RATE, now);
    if (!taken.ok) {
      const detail = isNew ? "Too many messages." : "Too many changes.";
      return { code: "rate_limited", detail, retryAfterMs: taken.waitMs };
    }
    own.delete(personId); // so that the oldest entry is the one that was used longest ago
    remember(own, (paces) => paces.set(personId, taken.bucket));
    this.#channelBucket = inAll.bucket;
    return undefined;
  }

  #welcome({ person, channel }: AuthContext, query: URLSearchParams): string {
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
   * A check from before this object started does not count: a sign-out that it was told of then is forgotten by now.
   */
  #authorize(auth: AuthContext): NotAuthorized | { readonly kind: "authorized"; readonly auth: AuthContext } {
    const { id } = auth.channel;
    const isOther = (this.#store.channelId ?? id) !== id;
    if (this.#store.hasEnded || isOther || !isFor(id, auth.person.id)) return { kind: "refused", refusal: NOT_HERE };
    if (this.#recentlyEndedSessions.has(auth.session)) return { kind: "refused", refusal: SESSION_ENDED };
    const { checkedAt } = auth;
    const now = Date.now();
    if (checkedAt < this.#startedAt || checkedAt < now - CHECK_MAX_AGE_MS) return { kind: "stale", at: now };
    const changed = this.#recentIdentities.get(auth.person.id);
    return { kind: "authorized", auth: changed && changed.version > auth.version ? { ...auth, ...changed } : auth };
  }

  /** A timer of a second, set only while something waits: it keeps nothing awake that could sleep. */
  #sendHereSoon(): void {
    if (this.#hereTimer) return;
    this.#hereTimer = true;
    setTimeout(() => {
      this.#hereTimer = false;
      this.#sendHere();
    }, BATCH_MS);
  }

  /** Names that do not fit in this frame, and all names while the channel is too full for them, stay for a later one. */
  #sendHere(): void {
    const { count } = this.#here;
    const isNamed = count <= HERE_MAX_PEOPLE;
    const { joined, left } = this.#here.takeChanges(isNamed ? HERE_MAX_PEOPLE : 0);
    if (joined.length + left.length > 0 || count !== this.#sentCount) {
      this.#sockets.broadcast(encode({ type: "here", count, joined, left }));
      this.#sentCount = count;
    }
    if (isNamed && this.#here.hasChanges) this.#sendHereSoon();
  }

  /**
   * What a change is to those who are not here. In a direct channel the directory holds the newest message for a moment
   * before it tells it: a change of that message must not wait, or a deleted text would still be told.
   */
  #report({ channel, person }: AuthContext, message: Message, isNew: boolean, now: number): void {
    if (isNew) {
      this.#reportSoon(channel);
      const mentioned = mentionedIn(message.text).filter((id) => id !== person.id);
      if (mentioned.length > 0) void this.#reportMentions(channel, message.id, mentioned.slice(0, MENTIONS_MAX));
    } else if (channel.kind === "direct" && message.seq === this.#history.seq) {
      // A deletion comes once a message. An edit may come often, and the last of them is told.
      if (message.deleted) void this.#reportNow(channel);
      else if (message.editedAt === now) this.#reportSoon(channel);
    }
  }

  /** As it is at each try: a text that was deleted or changed meanwhile is not told. */
  async #reportMentions({ epoch }: ChannelRef, messageId: string, mentioned: readonly string[]): Promise<void> {
    await this.#callDirectory("mention", async (directory) => {
      const message = find(this.#history, messageId);
      const still = mentioned.filter((id) => message && mentionedIn(message.text).includes(id));
      if (message && still.length > 0) await directory.mention(epoch, message, still);
    });
  }

  /** Tells the directory something, up to three times: a call that broke off on the way is made again by nobody else. */
  async #callDirectory(what: string, tell: (directory: DurableObjectStub<Directory>) => Promise<void>): Promise<void> {
    for (let tried = 1; ; tried++) {
      try {
        return await tell(this.env.DIRECTORY.getByName("directory"));
      } catch (error) {
        if (tried === CALL_TRIES) return log.transientError(what, error);
        await scheduler.wait(BATCH_MS * tried);
      }
    }
  }

  /**
   * At once where the last report is a second ago: a lone message keeps nobody awake for a timer. Otherwise with what comes until then.
   * What a crash loses here is reported once the channel is used again: the upgrade tells what the directory knows.
   */
  #reportSoon(channel: ChannelRef): void {
    if (this.#reportTimer) return;
    const now = Date.now();
    const restMs = Math.min(BATCH_MS, this.#reportedAt + BATCH_MS - now); // a clock that was set back makes nobody wait
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

  /** As it is at each try. */
  async #reportNow({ epoch, kind }: ChannelRef): Promise<void> {
    await this.#callDirectory("report", (directory) => {
      const { seq, messages } = this.#history;
      const newest = messages.at(-1);
      return directory.report(epoch, seq, newest?.sentAt ?? null, kind === "direct" ? newest : undefined);
    });
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
function remember<C extends Set<string> | Map<string, unknown>>(remembered: C, add: (remembered: C) => void): void {
  add(remembered);
  const oldest = remembered.keys().next().value;
  if (remembered.size > REMEMBERED_MAX && oldest !== undefined) remembered.delete(oldest);
}
