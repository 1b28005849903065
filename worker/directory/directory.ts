/**
 * The directory: who there is, which channels there are, who is asking. One object for the whole site.
 * Names are claimed in one synchronous turn each: the insert decides the winner.
 * It holds no messages and judges no text.
 */
import { DurableObject } from "cloudflare:workers";
import type { Channel as ChannelObject, ChannelRef } from "../channel/channel.ts";
import { withChannels } from "../platform/encoding.ts";
import { readForwardedIdentity } from "../platform/forwarded-identity.ts";
import { log } from "../platform/log.ts";
import { Presence } from "../platform/presence.ts";
import { problem } from "../platform/problem.ts";
import { randomId } from "../platform/random-id.ts";
import { SETTINGS_RATE, type TokenBucket, takeToken, UPLOAD_RATE } from "../platform/rate-limit.ts";
import { backoffMs } from "../platform/retry.ts";
import { type Identity, type SessionIdentity, Sockets } from "../platform/sockets.ts";
import type { Refusal } from "../protocol/errors.ts";
import type { Channel, DirectoryFrame, Message, OnlinePerson, Person } from "../protocol/frames.ts";
import { DIRECTORY_MAX_PEOPLE, PROTOCOL_VERSION, TOPIC_MAX_POINTS } from "../protocol/limits.ts";
import { type FoldedName, nameKey } from "../protocol/names.ts";
import { directId, foldText, isFor } from "../protocol/text.ts";
import { doChannelNamesConflict, isReservedConfusable, keysOf } from "./confusables.ts";
import { DirectoryStore } from "./directory-store.ts";

/** Of whoever asks: the seat to take, the channel asked for if it is there for this person, and whether the cookie wants renewing. */
export type CheckedSession = {
  readonly sessionIdentity: SessionIdentity;
  /** When (ms) all of this was so. */
  readonly checkedAt: number;
  readonly renew: boolean;
  readonly channel?: ChannelRef & { readonly seq: number };
};

/** A sign-in as the front door read it: `session` is the one that came along, `fresh` the hash of the token to hand out. */
type SignIn = {
  readonly name: FoldedName;
  readonly session?: string;
  readonly fresh: string;
  /** Whether the access code was right, or the site has none. */
  readonly isAdmitted: boolean;
  /** Whom hourly limits count against (see `addressKey`), when the edge tells. */
  readonly address?: string;
};

type SignInOutcome =
  | { readonly kind: "created" | "known"; readonly person: Person; readonly isOwner: boolean }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** A device link's token, as its hash, and what comes along with it as with a sign-in. */
type Redemption = Pick<SignIn, "session" | "fresh" | "address"> & { readonly link: string };

type ChannelOutcome =
  /** `known`: it was there before. */
  | { readonly kind: "created" | "known" | "changed"; readonly channel: Channel }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** What is said of a channel in the next `activity`. */
type Activity = Extract<DirectoryFrame, { type: "activity" }>["channels"][number];

/** The channel that is there from the first sign-in on. */
const FIRST_CHANNEL = "general";
/** Public channels of a site. The list is sent whole to everybody who comes. */
const CHANNELS_MAX = 1_000;
const NEW_CHANNELS_PER_HOUR = 10;
const NEW_DIRECTS_PER_HOUR = 30;
const SIGN_INS_PER_HOUR = 600;
const FAILED_SIGN_INS_PER_HOUR = 60;
const MINUTE_MS = 60 * 1_000;
/** So long a device link works: time enough to walk to the other device. */
const LINK_MS = 10 * MINUTE_MS;
/** Device links of a person that work at the same time. */
const LINKS_PER_PERSON = 8;
const DAY_MS = 24 * 60 * 60 * 1_000;
/** A name whose person was not seen for so long may be claimed by somebody else. */
const NAME_KEPT_MS = 90 * DAY_MS;
/** Bytes of a person's files that wait for a message; after this long (ms) a file that waits is swept. */
const WAITING_MAX_BYTES = 200 * 1024 * 1024;
const WAITING_MS = 60 * MINUTE_MS;
/** People whose haste with uploads, and channels whose haste with settings, are remembered: by then the first of them have rested. */
const BUCKETS_MAX = 1_000;
/** Shortest time (ms) between two `activity` or two `people` frames. */
const BATCH_MS = 1_000;
/** People in one `people` frame; the rest follows a second later. */
const PEOPLE_PER_FRAME = 100;
/** People in the answer to a search. */
const PEOPLE_FOUND_MAX = 20;

export class Directory extends DurableObject<Env> {
  readonly #store: DirectoryStore;
  readonly #sockets: Sockets<SessionIdentity>;
  readonly #online: Presence;
  readonly #active = new Map<string, Activity>();
  /** By person, while awake; one that is full again is as good as none. */
  readonly #uploadBuckets = new Map<string, TokenBucket>();
  /** By channel, likewise. */
  readonly #settingsBuckets = new Map<string, TokenBucket>();
  /** Rounds in a row in which some channel could not be told of an end. */
  #untoldRounds = 0;
  /** When (ms) the alarm is set for, as far as known. */
  #alarmAt: number | undefined;
  readonly #changedPeople = new Map<string, OnlinePerson>();
  #activityTimer = false;
  /** When (ms) activity was last told. */
  #sentAt = Number.NEGATIVE_INFINITY;
  #peopleTimer = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#store = new DirectoryStore(ctx.storage);
    this.#sockets = new Sockets(ctx, {
      entered: (socket, sessionIdentity) => {
        this.#online.enter(socket, sessionIdentity.person);
        this.#sendPeopleSoon();
      },
      left: (socket) => {
        this.#online.leave(socket);
        this.#sendPeopleSoon();
      },
    });
    this.#online = new Presence(this.#sockets.open().map((socket) => [socket, this.#sockets.identity(socket).person]));
  }

  /**
   * Who asks and, if a channel is named, whether it is there for them. `mayRenew`: the answer can carry a cookie.
   * Writes a row the first time in a channel, and at most once a day that the person was seen and the cookie renewed.
   */
  ask(session: string, mayRenew: boolean, channelId?: string): CheckedSession | undefined {
    const now = Date.now();
    const held = this.#store.session(session);
    if (!held) return undefined;
    const { identity } = held;
    const personId = identity.person.id;
    if (now - held.seenAt >= DAY_MS) this.#store.noteSeen(personId, now);
    const renew = mayRenew && now - held.renewedAt >= DAY_MS;
    if (renew) this.#store.noteRenewed(session, now);
    const sessionIdentity: SessionIdentity = { ...identity, session };
    const channel = channelId === undefined ? undefined : this.#store.channel(channelId, personId);
    if (!channel) return { sessionIdentity, checkedAt: now, renew };
    this.#store.noteVisit(session, channel.epoch);
    const { id, epoch, kind, seq } = channel;
    return { sessionIdentity, checkedAt: now, renew, channel: { id, epoch, kind, seq } };
  }

  /**
   * Claims a name: for a new person, or for the one whose session came along.
   * Whoever is past a limit is not told whether the access code was right.
   */
  async signIn(asked: SignIn): Promise<SignInOutcome> {
    const now = Date.now();
    if (!asked.name.ok) return refused("invalid_name", asked.name.reason);
    const { name } = asked.name;
    const held = asked.session === undefined ? undefined : this.#store.session(asked.session)?.identity;
    if (held?.person.name === name) return { kind: "known", person: held.person, isOwner: held.isOwner };
    if (isReservedConfusable(name)) return refused("invalid_name", "This name looks like one that is reserved.");
    const isAdmitted = held !== undefined || asked.isAdmitted;
    const limited = this.#countSignIn(asked.address, isAdmitted, now);
    if (limited) return { kind: "refused", refusal: limited };
    if (!isAdmitted) return refused("bad_access_code", "Wrong access code. Ask the person who invited you.");
    const freed = this.#freeName(name, held?.person.id, now);
    if (!freed) return refused("name_taken", "Somebody here has this name, or one that looks like it.");
    if (held) return this.#rename(held, name, freed, now);
    const person: Person = { id: randomId(16), name };
    const isFirst = this.#store.addPerson(person, asked.fresh, now);
    if (isFirst) this.#announce(this.#addChannel(FIRST_CHANNEL, "", person, now));
    await this.#endSessions(freed);
    return { kind: "created", person, isOwner: false };
  }

  /** Whoever knows the site's code becomes an owner. `isRight`: the code was. A wrong one is a failed sign-in. */
  async becomeOwner(session: string, isRight: boolean, address: string | undefined): Promise<SignInOutcome> {
    const now = Date.now();
    const limited = this.#countSignIn(address, isRight, now);
    if (limited) return { kind: "refused", refusal: limited };
    const held = this.#store.session(session)?.identity;
    if (!held) return refused("unauthorized", "Sign in first.");
    if (!isRight) return refused("forbidden", "This is not the owner's code.");
    if (!held.isOwner) await this.#setIdentity({ ...held, isOwner: true, version: Math.max(now, held.version + 1) });
    return { kind: "known", person: held.person, isOwner: true };
  }

  /** Ends all sessions of a person, whose name is free then. What they wrote stays. Owners only: `session` is the asker's. */
  async removePerson(personId: string, session: string): Promise<Refusal | undefined> {
    const asker = this.#asker(session);
    if (!asker) return SESSION_ENDED;
    if (!asker.isOwner) return { code: "forbidden", detail: "Only an owner of the site may remove people." };
    if (!this.#store.person(personId)) return { code: "not_found", detail: "There is no such person." };
    await this.#endSessions(this.#store.endAllSessions(personId));
    return undefined;
  }

  /** Ends a session everywhere. Answered after every channel it has been in was told. */
  async signOut(session: string): Promise<void> {
    this.#store.endSession(session);
    await this.#endSessions([session]);
  }

  /** A link for one more device of whose session this is, known by `hash`. Says until when (ms) it works; `undefined`: the session has ended. */
  addLink(session: string, hash: string): number | undefined {
    const personId = this.#store.session(session)?.identity.person.id;
    if (personId === undefined) return undefined; // it ended since it was asked for: a link would outlive it
    const expiresAt = Date.now() + LINK_MS;
    this.#store.addLink(hash, personId, expiresAt, LINKS_PER_PERSON);
    return expiresAt;
  }

  /** How many sessions this person has. */
  countDevices(personId: string): number {
    return this.#store.countSessions(personId);
  }

  /** A new session for the person whose link it is. The session that was there before ends; for its person that is a sign-out. */
  async redeem(asked: Redemption): Promise<SignInOutcome> {
    const now = Date.now();
    const limited = this.#signInWait(asked.address, now);
    if (limited) return { kind: "refused", refusal: limited };
    const person = this.#store.takeLink(asked.link, now);
    this.#countSignIn(asked.address, person !== undefined, now);
    if (!person) return refused("link_expired", "This link was used already, or its ten minutes are over.");
    this.#store.addSession(asked.fresh, person.id, now); // before the old one ends, which may be the last of the same person
    const isOwner = this.#store.session(asked.fresh)?.identity.isOwner ?? false;
    if (asked.session !== undefined && this.#store.session(asked.session)) await this.signOut(asked.session);
    return { kind: "created", person, isOwner };
  }

  /** Tells the channels that could not be told of an end, or whose telling was cut off. Never throws: the platform drops an alarm after six failures. */
  override async alarm(): Promise<void> {
    this.#alarmAt = undefined;
    try {
      const isAllTold = [
        await this.#endChannels(this.#store.deletions(), true),
        await this.#endSessions(this.#store.endedSessions(), true),
      ].every(Boolean);
      this.#untoldRounds = isAllTold ? 0 : this.#untoldRounds + 1;
    } catch (error) {
      log.bug("alarm", error);
      this.#untoldRounds++;
    }
    if (this.#untoldRounds > 0) this.#wakeWithin(backoffMs(this.#untoldRounds));
  }

  /** The alarm comes so soon (ms), or sooner if it was to come sooner: what waits is put off by nothing that comes after it. */
  #wakeWithin(ms: number): void {
    const now = Date.now();
    const at = now + ms;
    if (this.#alarmAt !== undefined && this.#alarmAt > now && this.#alarmAt <= at) return;
    this.#alarmAt = at;
    void this.ctx.storage.setAlarm(at);
  }

  /** All channels this person may see. */
  channels(personId: string): Channel[] {
    return [...this.#store.publicChannels(), ...this.#store.directChannels(personId)];
  }

  /** A new public channel of the person whose session this is. */
  createChannel(name: string, topic: string, session: string): ChannelOutcome {
    const person = this.#asker(session)?.person;
    if (!person) return { kind: "refused", refusal: SESSION_ENDED };
    const now = Date.now();
    const alike = this.#store.publicChannels().find((channel) => doChannelNamesConflict(channel.name, name));
    if (alike) return refused("channel_exists", `There is a #${alike.name} already.`);
    if (this.#store.countChannels() >= CHANNELS_MAX) return refused("busy", "This site has as many channels as fit.");
    const limited = this.#countNew("channels", person.id, NEW_CHANNELS_PER_HOUR, now);
    if (limited) return { kind: "refused", refusal: limited };
    const channel = this.#addChannel(name, topic, person, now);
    this.#announce(channel);
    return { kind: "created", channel };
  }

  /** The direct channel of two people, found by their ids: whoever opens it first makes it, and both hear of it. */
  openDirect(session: string, peerId: string): ChannelOutcome {
    const person = this.#asker(session)?.person;
    if (!person) return { kind: "refused", refusal: SESSION_ENDED };
    if (peerId === person.id) return refused("invalid_person", "A direct conversation takes two.");
    const peer = this.#store.person(peerId);
    if (!peer) return refused("not_found", "There is no such person.");
    const id = directId(person.id, peerId);
    const held = this.#store.channel(id, person.id);
    if (held) return { kind: "known", channel: { ...held, peer } };
    const now = Date.now();
    const limited = this.#countNew("direct conversations", person.id, NEW_DIRECTS_PER_HOUR, now);
    if (limited) return { kind: "refused", refusal: limited };
    const channel = newChannel({ id, kind: "direct", name: "", topic: "", createdBy: person, now });
    this.#store.addDirect(channel, person.id, peerId);
    this.#sendToPerson(person.id, { type: "channel", channel: { ...channel, peer } });
    this.#sendToPerson(peerId, { type: "channel", channel: { ...channel, peer: person } });
    return { kind: "created", channel: { ...channel, peer } };
  }

  /** A new topic, raw; its creator's or an owner's to set. */
  setTopic(id: string, raw: string, session: string): ChannelOutcome {
    const asker = this.#asker(session);
    if (!asker) return { kind: "refused", refusal: SESSION_ENDED };
    const held = this.#store.channel(id, asker.person.id);
    if (!held) return refused("not_found", "There is no such channel.");
    const forbidden = permissionError(held, asker);
    if (forbidden) return refused("forbidden", forbidden);
    const topic = foldText(raw, TOPIC_MAX_POINTS);
    if (topic === undefined) return refused("invalid_text", `A topic has at most ${TOPIC_MAX_POINTS} characters.`);
    const channel: Channel = { ...held, topic };
    if (topic === held.topic) return { kind: "changed", channel };
    const taken = takeToken(this.#settingsBuckets.get(held.epoch), SETTINGS_RATE, Date.now());
    if (!taken.ok) return refused("rate_limited", "This channel was just changed several times.", taken.waitMs);
    remember(this.#settingsBuckets, held.epoch, taken.bucket);
    this.#store.setTopic(id, topic);
    this.#announce(channel);
    return { kind: "changed", channel };
  }

  /** Deletes a channel of the asker's, or any as an owner. The name is free at once; answered after its object was told, which tidies up by itself. */
  async deleteChannel(id: string, session: string): Promise<ChannelOutcome> {
    const asker = this.#asker(session);
    if (!asker) return { kind: "refused", refusal: SESSION_ENDED };
    const channel = this.#store.channel(id, asker.person.id);
    if (!channel) return refused("not_found", "There is no such channel.");
    const forbidden = id === FIRST_CHANNEL ? "The first channel stays." : permissionError(channel, asker);
    if (forbidden) return refused("forbidden", forbidden);
    this.#store.deleteChannel(channel);
    this.#active.delete(id);
    this.#broadcast({ type: "channel_deleted", id });
    await this.#endChannels([channel]);
    return { kind: "changed", channel };
  }

  /** Whether the person of this session may upload `bytes` more now. Nothing is noted but the haste. */
  admitUpload(session: string, bytes: number): Refusal | undefined {
    const personId = this.#asker(session)?.person.id;
    if (personId === undefined) return SESSION_ENDED;
    const now = Date.now();
    const taken = takeToken(this.#uploadBuckets.get(personId), UPLOAD_RATE, now);
    if (!taken.ok) return { code: "rate_limited", detail: "Too many uploads.", retryAfterMs: taken.waitMs };
    const full = this.#quotaError(personId, bytes, now);
    if (full) return full;
    remember(this.#uploadBuckets, personId, taken.bucket);
    return undefined;
  }

  /** An upload has arrived and waits; several at once may have been admitted for the same room. */
  noteUpload(session: string, id: string, bytes: number): Refusal | undefined {
    const personId = this.#asker(session)?.person.id;
    if (personId === undefined) return SESSION_ENDED;
    const now = Date.now();
    const full = this.#quotaError(personId, bytes, now);
    if (!full) this.#store.noteUpload({ id, person: personId, bytes }, now, now - WAITING_MS);
    return full;
  }

  /** Messages have taken these uploads, or they are gone. */
  uploadsSettled(ids: readonly string[]): void {
    this.#store.forgetUploads(ids);
  }

  /** Those of these people there are. */
  peopleById(ids: readonly string[]): readonly Person[] {
    return this.#store.peopleById(ids);
  }

  /** People whose name starts with or contains what was typed. */
  searchPeople(typed: string): readonly OnlinePerson[] {
    const people = this.#store.searchPeople(nameKey(typed.trim()), PEOPLE_FOUND_MAX);
    return people.map((person) => ({ ...person, online: this.#online.has(person.id) }));
  }

  /**
   * A channel's newest message: within a second written and told to everybody concerned, together with what other channels report.
   * Repeating it changes nothing.
   * `latest`, of a direct channel, is that message in its newest state: what waits to be told is what it is now.
   */
  report(epoch: string, seq: number, lastAt: number | null, latest?: Message): void {
    const channel = this.#store.channelOf(epoch);
    if (!channel) return;
    const { id } = channel;
    if (seq < channel.seq) return; // a word that comes late
    const held = this.#active.get(id);
    if (held?.latest && latest && held.latest.rev > latest.rev) return; // likewise
    if (seq > channel.seq) this.#store.noteReported(channel, { seq, lastAt });
    // Nobody waits; save that the newest message is gone, which those who were told of it must hear.
    else if (!held && !latest?.deleted) return;
    this.#active.set(id, { id, seq, lastAt, ...(latest && { latest }) });
    this.#sendActivitySoon();
  }

  /** A message that mentions people: told to those of them who may see it. */
  mention(epoch: string, message: Message, personIds: readonly string[]): void {
    const id = this.#store.channelOf(epoch)?.id;
    if (id === undefined) return;
    const frame = encode({ type: "mention", channel: id, message });
    for (const personId of personIds) if (isFor(id, personId)) this.#sockets.sendTo(this.#sockets.of(personId), frame);
  }

  /** An upgrade from the front door. The session is looked up again: it may have ended on the way. */
  override fetch(request: Request): Response {
    const asker = this.ask(readForwardedIdentity<SessionIdentity>(request).session, false);
    if (!asker) return problem({ code: "unauthorized", detail: "This session has ended." });
    return this.#sockets.accept(asker.sessionIdentity, Date.now(), () => this.#firstFrame(asker.sessionIdentity));
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    const work = () => {
      const now = Date.now();
      const frame = this.#sockets.admit(socket, data, now);
      if (frame === undefined) return;
      this.#sockets.refuse(socket, { code: "bad_frame", detail: "The directory takes no commands." }, frame, now);
    };
    this.#sockets.guard(socket, work, data);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#sockets.guard(socket, () => this.#sockets.finish(socket, code));
  }

  override webSocketError(socket: WebSocket): void {
    this.#sockets.guard(socket, () => this.#sockets.fail(socket));
  }

  async #rename(held: Identity, name: string, freed: readonly string[], now: number): Promise<SignInOutcome> {
    const person: Person = { id: held.person.id, name };
    const version = Math.max(now, held.version + 1); // tells two renames of one millisecond apart
    await Promise.all([this.#setIdentity({ ...held, person, version }), this.#endSessions(freed)]);
    return { kind: "known", person, isOwner: held.isOwner };
  }

  /** Answered when every channel that the person has been in was told. */
  async #setIdentity(identity: Identity): Promise<void> {
    const { person } = identity;
    this.#store.setIdentity(identity);
    this.#sockets.update(identity);
    this.#online.rename(person);
    this.#sendPeopleSoon();
    for (const channel of this.#store.directChannels(person.id)) {
      if (channel.peer) this.#sendToPerson(channel.peer.id, { type: "channel", channel: { ...channel, peer: person } });
    }
    const epochs = this.#store.epochsOf(person.id);
    await Promise.all(epochs.map((epoch) => this.#callChannel(epoch, (channel) => channel.update(identity))));
  }

  /** Takes the name from whoever has not been seen for 90 days, and says which sessions ended; `undefined`: it is taken. */
  #freeName(name: string, claimantId: string | undefined, now: number): readonly string[] | undefined {
    const holders = this.#store.nameHolders(keysOf(name)).filter(({ id }) => id !== claimantId);
    if (holders.some(({ seenAt }) => now - seenAt < NAME_KEPT_MS)) return undefined;
    return holders.flatMap(({ id }) => this.#store.endAllSessions(id));
  }

  /** Who asks, as of this very turn: a session that ended since it was checked at the door is nobody's. */
  #asker(session: string): Identity | undefined {
    return this.#store.session(session)?.identity;
  }

  /**
   * Visits of ended sessions are what has still to be told: they go once it was, and the alarm outlives this process.
   * Answers whether every channel was told. `isRetry`: the alarm that runs is set anew by itself.
   */
  async #endSessions(sessions: readonly string[], isRetry = false): Promise<boolean> {
    const untold = sessions.flatMap((session) => this.#store.visits(session).map((epoch) => ({ session, epoch })));
    for (const session of sessions) this.#sockets.endSession(session);
    if (untold.length === 0) return true;
    if (!isRetry) this.#wakeWithin(backoffMs(0));
    const told = await Promise.all(
      untold.map(async ({ session, epoch }) => {
        const isTold = await this.#callChannel(epoch, (channel) => channel.endSession(session));
        if (isTold) this.#store.forgetVisit(session, epoch);
        return isTold;
      }),
    );
    return told.every(Boolean);
  }

  /** Deleted channels' objects are told until they have acknowledged. Answers whether all of these have. */
  async #endChannels(
    channels: readonly { readonly id: string; readonly epoch: string }[],
    isRetry = false,
  ): Promise<boolean> {
    if (channels.length === 0) return true;
    if (!isRetry) this.#wakeWithin(backoffMs(0));
    const told = await Promise.all(
      channels.map(async ({ id, epoch }) => {
        const isTold = await this.#callChannel(epoch, (channel) => channel.end({ id, epoch }));
        if (isTold) this.#store.forgetDeletion(epoch);
        return isTold;
      }),
    );
    return told.every(Boolean);
  }

  /** Tells a channel's object something that may be told twice. Whether that could be done; why not is logged. */
  async #callChannel(
    epoch: string,
    call: (channel: DurableObjectStub<ChannelObject>) => Promise<void>,
  ): Promise<boolean> {
    try {
      await call(this.env.CHANNEL.getByName(epoch));
      return true;
    } catch (error) {
      log.transientError("tell", error);
      return false;
    }
  }

  #quotaError(personId: string, bytes: number, now: number): Refusal | undefined {
    const waiting = this.#store.waitingBytes(personId, now - WAITING_MS);
    if (waiting + bytes <= WAITING_MAX_BYTES) return undefined;
    const detail = `${WAITING_MAX_BYTES / 1024 / 1024} MiB of your files wait to be sent: send or leave them first.`;
    return { code: "rate_limited", detail, retryAfterMs: MINUTE_MS };
  }

  /** Counts a sign-in, and as a failed one too if it is; or says why none of this address is admitted now. */
  #countSignIn(address: string | undefined, isAdmitted: boolean, now: number): Refusal | undefined {
    const limited = this.#signInWait(address, now);
    if (limited || address === undefined) return limited;
    this.#store.countHourly(`sign-ins:${address}`, SIGN_INS_PER_HOUR, now);
    if (!isAdmitted) this.#store.countHourly(`failed:${address}`, FAILED_SIGN_INS_PER_HOUR, now);
    return undefined;
  }

  #signInWait(address: string | undefined, now: number): Refusal | undefined {
    const waits = [
      this.#store.hourlyWait(`sign-ins:${address}`, SIGN_INS_PER_HOUR, now) ?? 0,
      this.#store.hourlyWait(`failed:${address}`, FAILED_SIGN_INS_PER_HOUR, now) ?? 0,
    ];
    const retryAfterMs = Math.max(...waits);
    if (address === undefined || retryAfterMs === 0) return undefined;
    return { code: "rate_limited", detail: "Too many sign-ins from this address.", retryAfterMs };
  }

  /** Counts one more of what a person may make only so often, or says why it has to wait. */
  #countNew(what: string, personId: string, limit: number, now: number): Refusal | undefined {
    const retryAfterMs = this.#store.countHourly(`${what}:${personId}`, limit, now);
    if (retryAfterMs === undefined) return undefined;
    const minutes = Math.ceil(retryAfterMs / MINUTE_MS);
    return {
      code: "rate_limited",
      detail: `At most ${limit} new ${what} an hour: again in ${minutes} min.`,
      retryAfterMs,
    };
  }

  #addChannel(name: string, topic: string, createdBy: Person, now: number): Channel {
    const channel = newChannel({ id: name, kind: "public", name, topic, createdBy, now });
    this.#store.addChannel(channel);
    return channel;
  }

  #announce(channel: Channel): void {
    this.#broadcast({ type: "channel", channel });
  }

  #firstFrame({ person: you, isOwner }: Identity): string {
    const channels = this.channels(you.id);
    const people = new Map(channels.flatMap(({ peer }) => (peer ? [[peer.id, peer]] : [])));
    for (const person of this.#online.people(DIRECTORY_MAX_PEOPLE, you.id)) people.set(person.id, person);
    const about: Omit<Extract<DirectoryFrame, { type: "directory" }>, "channels"> = {
      type: "directory",
      version: PROTOCOL_VERSION,
      you,
      ...(isOwner && { owner: true }),
      people: [...people.values()]
        .slice(0, DIRECTORY_MAX_PEOPLE)
        .map((person) => ({ ...person, online: this.#online.has(person.id) })),
    };
    return withChannels(about, channels);
  }

  #sendPeopleSoon(): void {
    if (this.#peopleTimer) return;
    this.#peopleTimer = true;
    setTimeout(() => {
      this.#peopleTimer = false;
      this.#sendPeople();
    }, BATCH_MS);
  }

  #sendPeople(): void {
    const { joined, left } = this.#online.takeChanges();
    for (const person of left) this.#changedPeople.set(person.id, { ...person, online: false });
    for (const person of joined) this.#changedPeople.set(person.id, { ...person, online: true });
    const people = [...this.#changedPeople.values()].slice(0, PEOPLE_PER_FRAME);
    for (const { id } of people) this.#changedPeople.delete(id);
    if (people.length > 0) this.#broadcast({ type: "people", people });
    if (this.#changedPeople.size > 0) this.#sendPeopleSoon();
  }

  /** At once where the last time is a second ago, otherwise with what comes until then. */
  #sendActivitySoon(): void {
    if (this.#activityTimer) return;
    const restMs = Math.min(BATCH_MS, this.#sentAt + BATCH_MS - Date.now()); // a clock that was set back makes nobody wait
    if (restMs <= 0) return this.#sendActivity();
    this.#activityTimer = true;
    setTimeout(() => {
      this.#activityTimer = false;
      this.#sendActivity();
    }, restMs);
  }

  /** One frame for everybody, encoded once; whoever has direct channels among them gets one with those besides. */
  #sendActivity(): void {
    this.#sentAt = Date.now();
    this.#store.writeReported();
    const channels = [...this.#active.values()];
    this.#active.clear();
    const open: Activity[] = [];
    const direct = new Map<string, Activity[]>();
    for (const channel of channels) {
      const people = channel.id.split("~");
      if (people.length === 1) open.push(channel);
      else for (const person of people) direct.set(person, [...(direct.get(person) ?? []), channel]);
    }
    for (const [person, own] of direct) {
      this.#sendToPerson(person, { type: "activity", channels: [...open, ...own] });
    }
    if (open.length === 0) return;
    if (direct.size === 0) return this.#broadcast({ type: "activity", channels: open });
    const others = this.#sockets.all().filter((socket) => !direct.has(this.#sockets.identity(socket).person.id));
    this.#sockets.sendTo(others, encode({ type: "activity", channels: open }));
  }

  #broadcast(frame: DirectoryFrame): void {
    this.#sockets.broadcast(encode(frame));
  }

  #sendToPerson(personId: string, frame: DirectoryFrame): void {
    this.#sockets.sendTo(this.#sockets.of(personId), encode(frame));
  }
}

const SESSION_ENDED: Refusal = { code: "unauthorized", detail: "This session has ended." };

/** Keeps an allowance as the newest; beyond `PACES_MAX` the oldest is forgotten. */
function remember(paces: Map<string, TokenBucket>, key: string, bucket: TokenBucket): void {
  paces.delete(key);
  paces.set(key, bucket);
  const oldest = paces.keys().next().value;
  if (paces.size > BUCKETS_MAX && oldest !== undefined) paces.delete(oldest);
}

function refused(code: Refusal["code"], detail: string, retryAfterMs?: number) {
  return {
    kind: "refused",
    refusal: { code, detail, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  } as const;
}

function newChannel(made: Pick<Channel, "id" | "kind" | "name" | "topic" | "createdBy"> & { now: number }): Channel {
  const { now, ...channel } = made;
  return { ...channel, epoch: randomId(16), createdAt: now, seq: 0, lastAt: null };
}

/** A channel is its creator's to change, and an owner's; a direct one is nobody's. */
function permissionError(channel: Channel, { person, isOwner }: Identity): string | undefined {
  if (channel.kind === "direct") return "A direct conversation has no topic and cannot be deleted.";
  return isOwner || channel.createdBy.id === person.id
    ? undefined
    : `Only ${channel.createdBy.name} may change this channel.`;
}

function encode(frame: DirectoryFrame): string {
  return JSON.stringify(frame);
}
