/**
 * A relay of a channel: sockets that the channel does not hold itself. It is an authority on nothing. What the channel sends goes to
 * its sockets, what its sockets ask goes to the channel. It writes no rows.
 */
import { DurableObject } from "cloudflare:workers";
import type { CommandOutcome, Gone } from "../channel/rpc.ts";
import { Authority, type Identity } from "../platform/authority.ts";
import { messagesFrame } from "../platform/broadcast.ts";
import { readForwardedIdentity, STALE_STATUS } from "../platform/forwarded-identity.ts";
import { log } from "../platform/log.ts";
import { channelStub } from "../platform/objects.ts";
import { problem } from "../platform/problem.ts";
import { isForGuests } from "../platform/relay-name.ts";
import { errorFrame } from "../platform/socket-frames.ts";
import { Sockets } from "../platform/sockets.ts";
import { TypingPace } from "../platform/typing.ts";
import { type MessageCommand, parseChannelCommand } from "../protocol/commands.ts";
import type { Refused } from "../protocol/errors.ts";
import { BUSY_RETRY_MS, RELAY_READY_MS } from "../protocol/limits.ts";
import { RelayAttendance } from "./attendance.ts";
import type { Delivery, RelayAuth, RelayIdentity, RelayRef, RelayReport, RelayState } from "./rpc.ts";
import { RelayWindow } from "./window.ts";

const BUSY = { code: "busy", detail: "Too busy right now. Try again.", retryAfterMs: BUSY_RETRY_MS } as const;

/** The close code of a server that asks to come back (IANA WebSocket Close Code Registry: Service Restart). */
const TRY_AGAIN_LATER = 1012;

const READ_ONLY = { code: "read_only", detail: "You are watching. Join the conversation to write." } as const;

/** What the channel has decided, and the `rev` of what came before that. */
type Relayed = { readonly outcome: Gone | Refused | CommandOutcome; readonly rev: number };

export class Relay extends DurableObject<Env> {
  readonly #authority = new Authority();
  readonly #sockets: Sockets<RelayIdentity>;
  readonly #attendance: RelayAttendance;
  readonly #window: RelayWindow;
  /** Of which channel this is a relay, once anyone has said so. */
  #ref: RelayRef | undefined;
  readonly #typingPace = new TypingPace();
  /** By socket: the last of its commands, until the channel has answered it. Never rejects. */
  readonly #underWay = new WeakMap<WebSocket, Promise<void>>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sockets = new Sockets<RelayIdentity>(ctx, {
      entered: (socket, { person }) => this.#attendance.enter(socket, person),
      left: (socket) => {
        // A closing socket may be the last one that knows where this belongs and how far everyone was told.
        const { channel, relay } = this.#sockets.identity(socket);
        this.#ref ??= { epoch: channel.epoch, relay };
        this.#window.raise(this.#sockets.positionOf(socket));
        this.#attendance.leave(socket);
      },
    });
    const open = this.#sockets.open();
    const [first] = open.map((socket) => this.#sockets.identity(socket));
    this.#ref = first && { epoch: first.channel.epoch, relay: first.relay };
    this.#attendance = new RelayAttendance(
      open.map((socket) => [socket, this.#sockets.identity(socket).person]),
      async (report) => this.#channel().takeReport(this.#known(), report),
    );
    this.#window = new RelayWindow(Math.max(0, ...open.map((socket) => this.#sockets.positionOf(socket))), {
      pull: () => this.#channel().relayState(this.#known().relay),
      send: (frame, except) => {
        if (except === undefined) return void this.#sockets.broadcast(frame);
        const own = new Set(this.#sockets.of(except));
        this.#sockets.sendTo(
          this.#sockets.all().filter((socket) => !own.has(socket)),
          frame,
        );
      },
      keepOnly: (isIn) => {
        for (const socket of this.#sockets.open()) {
          const { id } = this.#sockets.identity(socket).person;
          if (!isIn(id)) this.#sockets.endPerson(id);
        }
      },
      keepPosition: (rev) => this.#sockets.keepPosition(rev),
    });
  }

  /** An upgrade that the channel has sent here: welcomes a socket with what it has missed, once there is a copy that is new enough. */
  override async fetch(request: Request): Promise<Response> {
    const asked = readForwardedIdentity<RelayAuth>(request);
    this.#ref = { epoch: asked.channel.epoch, relay: asked.relay };
    if (!(await this.#isReady(asked))) return comeBackLater();
    const authorized = this.#authority.authorize(asked, Date.now());
    if (authorized.kind === "stale") return new Response(String(authorized.at), { status: STALE_STATUS });
    if (authorized.kind === "refused") return problem(authorized.refusal);
    const { rev: _, continent: __, count, rules, ...identity } = authorized.auth;
    if (!this.#window.admits(identity.person.id))
      return problem({ code: "not_found", detail: "This channel doesn't exist." });
    const first = () => this.#window.welcome(identity, { count, rules }, new URL(request.url).searchParams);
    const answer = this.#sockets.accept(identity, Date.now(), first);
    this.#sockets.keepPosition(this.#window.position);
    return answer;
  }

  /** What the channel sends to everyone. Answers how many sockets there are. */
  async deliver(ref: RelayRef, deliveries: readonly Delivery[]): Promise<number> {
    this.#ref = ref;
    await this.#window.deliver(deliveries);
    return this.#sockets.open().length;
  }

  /** The channel has started, or could not deliver: how everything is. Answers who is here. */
  sync(ref: RelayRef, state: RelayState): RelayReport {
    this.#ref = ref;
    this.#window.sync(state);
    return this.#attendance.whole();
  }

  /** A session has ended: its sockets close at once, and upgrades under way are refused. */
  endSession(session: string): void {
    this.#authority.endSession(session, Date.now());
    this.#sockets.endSession(session);
  }

  /** A person has a new name, or is an owner, from now on. */
  update(identity: Identity): void {
    if (!this.#authority.update(identity)) return;
    this.#sockets.update(identity);
    this.#attendance.rename(identity.person);
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> | undefined {
    let isAnswered: Promise<void> | undefined;
    const work = () => {
      const now = Date.now();
      const frame = this.#sockets.admit(socket, data, now);
      if (frame === undefined) return;
      if (isForGuests(this.#sockets.identity(socket).relay)) return this.#sockets.refuse(socket, READ_ONLY, frame, now);
      const parsed = parseChannelCommand(frame);
      if (parsed.kind === "refused") return this.#sockets.refuse(socket, parsed.refusal, frame, now);
      const { command } = parsed;
      isAnswered =
        command.type === "typing"
          ? this.#typing(socket, now)
          : this.#inTurn(socket, () => this.#forward(socket, command, frame));
    };
    this.#sockets.guard(socket, work, data);
    return isAnswered;
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#sockets.guard(socket, () => this.#sockets.finish(socket, code));
  }

  override webSocketError(socket: WebSocket): void {
    this.#sockets.guard(socket, () => this.#sockets.fail(socket));
  }

  /** What one socket asks reaches the channel in its order: a call that takes long holds up the next one of that socket. */
  #inTurn(socket: WebSocket, work: () => Promise<void>): Promise<void> {
    const done = (this.#underWay.get(socket) ?? Promise.resolve()).then(work);
    this.#underWay.set(socket, done);
    return done;
  }

  /** Asks the channel, which decides. An answer to one alone comes after what was sent before it. */
  async #forward(socket: WebSocket, command: MessageCommand, frame: string): Promise<void> {
    try {
      const { outcome, rev } = await this.#ask(socket, command);
      if (outcome.kind === "gone" || (outcome.kind === "done" && outcome.isChange)) return;
      this.#window.whenReached(rev, () => {
        if (outcome.kind === "refused") this.#sockets.refuse(socket, outcome.refusal, frame, Date.now());
        else this.#sockets.send(socket, messagesFrame([this.#window.newest(outcome.message)]));
      });
    } catch (error) {
      log.transientError("relay command", error);
      this.#sockets.send(socket, errorFrame(BUSY, frame));
    }
  }

  /** A call counts from when it is made, while its socket is open. One that met a channel in its start is made once more. */
  async #ask(socket: WebSocket, command: MessageCommand): Promise<Relayed> {
    for (let round = 1, at = 0; socket.readyState === WebSocket.OPEN && round <= 2; round++) {
      const asked = { ...this.#sockets.identity(socket), checkedAt: Math.max(Date.now(), at) };
      const { outcome, rev } = await this.#channel().relayed(asked, command);
      if (outcome.kind !== "stale") return { outcome, rev };
      at = outcome.at;
    }
    return { outcome: { kind: "gone" }, rev: 0 };
  }

  /** What the channel would drop anyway does not go there. */
  async #typing(socket: WebSocket, now: number): Promise<void> {
    const { person } = this.#sockets.identity(socket);
    if (!this.#typingPace.admits(person.id, now)) return;
    await this.#channel()
      .relayTyping(person)
      .catch((error) => log.transientError("relay typing", error));
  }

  /** Whether there is a copy by which this person may be welcomed, in time. */
  async #isReady({ rev, person }: RelayAuth): Promise<boolean> {
    const get = async () => {
      await this.#window.ready(rev);
      // A person who came into a private channel a moment ago is in its state, and not yet in the copy.
      if (!this.#window.admits(person.id)) await this.#window.pull();
    };
    const { promise: isLate, resolve } = Promise.withResolvers<"late">();
    const timer = setTimeout(resolve, RELAY_READY_MS, "late");
    try {
      return (await Promise.race([get(), isLate])) !== "late";
    } catch (error) {
      log.transientError("relay", error);
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  #channel() {
    return channelStub(this.env, this.#known().epoch);
  }

  #known(): RelayRef {
    if (!this.#ref) throw new Error("a relay that no one has named");
    return this.#ref;
  }
}

/** A socket that closes at once: the client comes back in a moment. */
function comeBackLater(): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.close(TRY_AGAIN_LATER, "come back later");
  return new Response(null, { status: 101, webSocket: client });
}
