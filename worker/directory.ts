/**
 * The directory: who there is, which channels there are, who is asking. One object for the whole site.
 * Names are claimed in one synchronous turn each: the insert decides the winner.
 * It holds no messages and judges no text.
 */
import { DurableObject } from "cloudflare:workers";
import { broadcast } from "./broadcast.ts";
import type { Channel as ChannelObject, ChannelRef } from "./channel.ts";
import { readEnvelope } from "./envelope.ts";
import type { Channel, DirectoryFrame, OnlinePerson, Person } from "./frames.ts";
import { insist } from "./insist.ts";
import { log } from "./log.ts";
import { type FoldedName, nameKey } from "./names.ts";
import { Presence } from "./presence.ts";
import { problem } from "./problem.ts";
import { DIRECTORY_MAX_PEOPLE, PROTOCOL_VERSION, type Refusal } from "./protocol.ts";
import { Register, type SessionFacts } from "./register.ts";
import { randomId } from "./session.ts";
import { type Seat, Sockets } from "./sockets.ts";

/** Of whoever asks: the seat to take, the channel asked for if it is there for this person, and whether the cookie wants renewing. */
export type Asker = {
  readonly seat: Seat;
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
  /** Whom hourly limits count against, when the edge tells. */
  readonly address?: string;
};

type SignInOutcome =
  | { readonly kind: "created" | "known"; readonly person: Person }
  | { readonly kind: "refused"; readonly refusal: Refusal };

type CreateOutcome =
  | { readonly kind: "created"; readonly channel: Channel }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** The channel that is there from the first sign-in on. */
const FIRST_CHANNEL = "general";
/** Public channels of a site. The list is sent whole to everybody who comes. */
const CHANNELS_MAX = 1_000;
const NEW_CHANNELS_PER_HOUR = 10;
const SIGN_INS_PER_HOUR = 600;
const FAILED_SIGN_INS_PER_HOUR = 60;
const MINUTE_MS = 60 * 1_000;
const DAY_MS = 24 * 60 * 60 * 1_000;
/** A name whose person was not seen for so long may be claimed by somebody else. */
const NAME_KEPT_MS = 90 * DAY_MS;
/** Shortest time (ms) between two `activity` or two `people` frames. */
const GATHER_MS = 1_000;
/** After this long (ms) channels that could not be told of a sign-out are told again. */
const TELL_AGAIN_MS = 5_000;
/** People in one `people` frame; the rest follows a second later. */
const PEOPLE_PER_FRAME = 100;

export class Directory extends DurableObject<Env> {
  readonly #register: Register;
  readonly #sockets: Sockets<Seat>;
  readonly #online: Presence;
  readonly #active = new Map<string, { readonly id: string; readonly seq: number; readonly lastAt: number | null }>();
  readonly #changedPeople = new Map<string, OnlinePerson>();
  #activityTimer = false;
  #peopleTimer = false;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#register = new Register(ctx.storage);
    this.#sockets = new Sockets(ctx, {
      entered: (socket, seat) => {
        this.#online.enter(socket, seat.person);
        this.#tellPeopleSoon();
      },
      left: (socket) => {
        this.#online.leave(socket);
        this.#tellPeopleSoon();
      },
    });
    this.#online = new Presence(this.#sockets.all().map((socket) => [socket, this.#sockets.seat(socket).person]));
  }

  /**
   * Who asks and, if a channel is named, whether it is there for them. `mayRenew`: the answer can carry a cookie.
   * Writes a row the first time in a channel, and at most once a day that the person was seen and the cookie renewed.
   */
  ask(session: string, mayRenew: boolean, channelId?: string): Asker | undefined {
    const now = Date.now();
    const held = this.#register.session(session);
    if (!held) return undefined;
    if (now - held.seenAt >= DAY_MS) this.#register.noteSeen(held.person.id, now);
    const renew = mayRenew && now - held.renewedAt >= DAY_MS;
    if (renew) this.#register.noteRenewed(session, now);
    const seat: Seat = { person: held.person, session, namedAt: held.namedAt };
    const channel = channelId === undefined ? undefined : this.#register.channel(channelId);
    if (!channel) return { seat, renew };
    this.#register.noteVisit(session, channel.epoch);
    const { id, epoch, kind, seq } = channel;
    return { seat, renew, channel: { id, epoch, kind, seq } };
  }

  /**
   * Claims a name: for a new person, or for the one whose session came along.
   * Whoever is past a limit is not told whether the access code was right.
   */
  async signIn(asked: SignIn): Promise<SignInOutcome> {
    const now = Date.now();
    if (!asked.name.ok) return refused("invalid_name", asked.name.reason);
    const { name } = asked.name;
    const held = asked.session === undefined ? undefined : this.#register.session(asked.session);
    if (held?.person.name === name) return { kind: "known", person: held.person };
    const isAdmitted = held !== undefined || asked.isAdmitted;
    const hasty = this.#countSignIn(asked.address, isAdmitted, now);
    if (hasty) return { kind: "refused", refusal: hasty };
    if (!isAdmitted) return refused("bad_access_code", "Ask whoever runs this site for its access code.");
    const freed = this.#freeName(name, held?.person.id, now);
    if (!freed) return refused("name_taken", "Somebody here has this name already.");
    if (held) return this.#rename(held, name, freed, now);
    const person: Person = { id: randomId(16), name };
    const isFirst = this.#register.addPerson(person, nameKey(name), asked.fresh, now);
    if (isFirst) this.#announce(this.#addChannel(FIRST_CHANNEL, "", person, now));
    await this.#endSessions(freed);
    return { kind: "created", person };
  }

  /** Ends a session everywhere. Answered after every channel it has been in was told. */
  async signOut(session: string): Promise<void> {
    this.#register.endSession(session);
    await this.#endSessions([session]);
  }

  /** Tells the channels that could not be told of a session's end, or whose telling was cut off. */
  override async alarm(): Promise<void> {
    await this.#endSessions(this.#register.endedSessions());
  }

  /** All channels this person may see. */
  channels(): Channel[] {
    return this.#register.channels();
  }

  createChannel(name: string, topic: string, person: Person): CreateOutcome {
    const now = Date.now();
    if (this.#register.channel(name)) return refused("channel_exists", `There is a #${name} already.`);
    if (this.#register.countChannels() >= CHANNELS_MAX)
      return refused("busy", "This site has as many channels as fit.");
    const hasty = this.#register.countHourly(`channels:${person.id}`, NEW_CHANNELS_PER_HOUR, now);
    if (hasty !== undefined) {
      const minutes = Math.ceil(hasty / MINUTE_MS);
      return refused(
        "rate_limited",
        `At most ${NEW_CHANNELS_PER_HOUR} new channels an hour: again in ${minutes} min.`,
        hasty,
      );
    }
    const channel = this.#addChannel(name, topic, person, now);
    this.#announce(channel);
    return { kind: "created", channel };
  }

  /** A channel's newest message: written through, then told to everybody within a second. Repeating it changes nothing. */
  report(epoch: string, seq: number, lastAt: number | null): void {
    const id = this.#register.noteActivity(epoch, seq, lastAt);
    if (id === undefined) return;
    this.#active.set(id, { id, seq, lastAt });
    if (this.#activityTimer) return;
    this.#activityTimer = true;
    setTimeout(() => {
      this.#activityTimer = false;
      const channels = [...this.#active.values()];
      this.#active.clear();
      this.#tellAll({ type: "activity", channels });
    }, GATHER_MS);
  }

  /** An upgrade from the front door. The session is looked up again: it may have ended on the way. */
  override fetch(request: Request): Response {
    const asker = this.ask(readEnvelope<Seat>(request).session, false);
    if (!asker) return problem({ code: "unauthorized", detail: "This session has ended." });
    return this.#sockets.accept(asker.seat, Date.now(), () => encode(this.#firstFrame(asker.seat.person)));
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

  async #rename(held: SessionFacts, name: string, freed: readonly string[], now: number): Promise<SignInOutcome> {
    const person: Person = { id: held.person.id, name };
    const namedAt = Math.max(now, held.namedAt + 1); // tells two renames of one millisecond apart
    this.#register.rename(person, nameKey(name), namedAt);
    this.#sockets.rename(person, namedAt);
    this.#online.rename(person);
    this.#tellPeopleSoon();
    const epochs = this.#register.epochsOf(person.id);
    await Promise.all([
      this.#endSessions(freed),
      ...epochs.map((epoch) => this.#tell(epoch, (channel) => channel.rename(person, namedAt))),
    ]);
    return { kind: "known", person };
  }

  /** Takes the name from whoever has not been seen for 90 days, and says which sessions ended; `undefined`: it is taken. */
  #freeName(name: string, claimantId: string | undefined, now: number): readonly string[] | undefined {
    const holder = this.#register.nameHolder(nameKey(name));
    if (!holder || holder.id === claimantId) return [];
    return now - holder.seenAt < NAME_KEPT_MS ? undefined : this.#register.endAllSessions(holder.id);
  }

  /** Visits of ended sessions are what has still to be told: they go once it was, and the alarm outlives this process. */
  async #endSessions(sessions: readonly string[]): Promise<void> {
    const untold = sessions.flatMap((session) => this.#register.visits(session).map((epoch) => ({ session, epoch })));
    for (const session of sessions) this.#sockets.endSession(session);
    if (untold.length === 0) return;
    void this.ctx.storage.setAlarm(Date.now() + TELL_AGAIN_MS);
    await Promise.all(
      untold.map(async ({ session, epoch }) => {
        const isTold = await this.#tell(epoch, (channel) => channel.endSession(session));
        if (isTold) this.#register.forgetVisit(session, epoch);
      }),
    );
  }

  /** Tells a channel's object something that may be told twice. Whether that could be done; why not is logged. */
  async #tell(epoch: string, call: (channel: DurableObjectStub<ChannelObject>) => Promise<void>): Promise<boolean> {
    try {
      await insist(() => call(this.env.CHANNEL.getByName(epoch)));
      return true;
    } catch (error) {
      log.weather("tell", error);
      return false;
    }
  }

  #countSignIn(address: string | undefined, isAdmitted: boolean, now: number): Refusal | undefined {
    if (address === undefined) return undefined;
    const failed = `failed:${address}`;
    const waits = [
      this.#register.countHourly(`sign-ins:${address}`, SIGN_INS_PER_HOUR, now),
      isAdmitted
        ? this.#register.hourlyWait(failed, FAILED_SIGN_INS_PER_HOUR, now)
        : this.#register.countHourly(failed, FAILED_SIGN_INS_PER_HOUR, now),
    ].filter((wait) => wait !== undefined);
    if (waits.length === 0) return undefined;
    const retryAfterMs = Math.max(...waits);
    return { code: "rate_limited", detail: "Too many sign-ins from this address.", retryAfterMs };
  }

  #addChannel(name: string, topic: string, createdBy: Person, now: number): Channel {
    const channel: Channel = {
      id: name,
      epoch: randomId(16),
      kind: "public",
      name,
      topic,
      createdBy,
      createdAt: now,
      seq: 0,
      lastAt: null,
    };
    this.#register.addChannel(channel);
    return channel;
  }

  #announce(channel: Channel): void {
    this.#tellAll({ type: "channel", channel });
  }

  #firstFrame(you: Person): DirectoryFrame {
    return {
      type: "directory",
      version: PROTOCOL_VERSION,
      you,
      channels: this.#register.channels(),
      people: this.#online.people(DIRECTORY_MAX_PEOPLE, you.id).map((person) => ({ ...person, online: true })),
    };
  }

  #tellPeopleSoon(): void {
    if (this.#peopleTimer) return;
    this.#peopleTimer = true;
    setTimeout(() => {
      this.#peopleTimer = false;
      this.#tellPeople();
    }, GATHER_MS);
  }

  #tellPeople(): void {
    const { joined, left } = this.#online.takeChanges();
    for (const person of left) this.#changedPeople.set(person.id, { ...person, online: false });
    for (const person of joined) this.#changedPeople.set(person.id, { ...person, online: true });
    const people = [...this.#changedPeople.values()].slice(0, PEOPLE_PER_FRAME);
    for (const { id } of people) this.#changedPeople.delete(id);
    if (people.length > 0) this.#tellAll({ type: "people", people });
    if (this.#changedPeople.size > 0) this.#tellPeopleSoon();
  }

  #tellAll(frame: DirectoryFrame): void {
    broadcast(this.#sockets.all(), encode(frame));
  }
}

function refused(code: Refusal["code"], detail: string, retryAfterMs?: number) {
  return {
    kind: "refused",
    refusal: { code, detail, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  } as const;
}

function encode(frame: DirectoryFrame): string {
  return JSON.stringify(frame);
}
