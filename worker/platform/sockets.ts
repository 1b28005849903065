/**
 * What the sockets of every object have in common: the identity kept with each, the checks that every frame passes,
 * the closing handshake. It decides nothing about channels or people.
 */

import { CLOSE, type Refusal } from "../protocol/errors.ts";
import {
  BAD_FRAMES_MAX,
  FRAME_MAX_BYTES,
  LINGERING_SOCKETS_MAX,
  SOCKETS_PER_PERSON,
  VISIBLE_MS,
} from "../protocol/limits.ts";
import { PING, PONG } from "../protocol/wire.ts";
import type { Identity, SessionIdentity } from "./authority.ts";
import { Outlet } from "./broadcast.ts";
import { log } from "./log.ts";
import { problem } from "./problem.ts";
import { SocketAttachments } from "./socket-attachments.ts";
import { errorFrame, isLonger } from "./socket-frames.ts";
import { SocketViolations } from "./socket-violations.ts";

const TOO_MANY: Refusal = { code: "rate_limited", detail: "Too many closed connections.", retryAfterMs: 10_000 };
/** Sockets with which a position is kept: one may close while the object sleeps. */
const POSITION_KEEPERS = 3;

type Attachment<S extends SessionIdentity> = {
  readonly identity: S;
  readonly since: number;
  readonly badFrames: number;
  /** The window behind it is in front, as it says. */
  readonly isVisible?: boolean;
  /** The `rev` up to which all sockets of the object were told, when that was written down. */
  readonly position?: number;
};

/** Called when a socket is taken in, before its first frame, and at least once when it closes. */
type Listeners<S extends SessionIdentity> = {
  entered(socket: WebSocket, identity: S): void;
  left(socket: WebSocket): void;
};

/** The sockets of one object. `S` is what the object keeps with a socket. */
export class Sockets<S extends SessionIdentity> {
  readonly #ctx: DurableObjectState;
  readonly #listeners: Listeners<S>;
  readonly #outlet = new Outlet((socket) => this.#heardAt(socket));
  readonly #violations = new SocketViolations();
  readonly #attachments = new SocketAttachments<Attachment<S>>();
  #positionKeepers: readonly WebSocket[] = [];

  constructor(ctx: DurableObjectState, listeners: Listeners<S>) {
    this.#ctx = ctx;
    this.#listeners = listeners;
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
  }

  /** Takes a new socket in and sends its first frame, whatever its size. The answer to the upgrade carries the other end. */
  accept(identity: S, now: number, firstFrame: () => string): Response {
    if (this.of(identity.person.id).length >= LINGERING_SOCKETS_MAX) return problem(TOO_MANY);
    this.#makeRoom(identity.person.id);
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server, [personTag(identity.person.id), sessionTag(identity.session)]);
    this.#attachments.keep(server, { identity, since: now, badFrames: 0 });
    this.#listeners.entered(server, identity);
    server.send(firstFrame());
    return new Response(null, { status: 101, webSocket: client });
  }

  /** All sockets, those that are closing included. */
  all(): WebSocket[] {
    return this.#ctx.getWebSockets();
  }

  /** The sockets that are open: a peer that never answers a close frame is not here any more, also after sleep. */
  open(): WebSocket[] {
    return this.all().filter(isOpen);
  }

  /** The sockets of one person. */
  of(personId: string): WebSocket[] {
    return this.#ctx.getWebSockets(personTag(personId));
  }

  /** Sends a frame, encoded once, to these sockets. */
  sendTo(sockets: readonly WebSocket[], frame: string): void {
    this.#outlet.sendTo(sockets, frame);
  }

  broadcast(frame: string): void {
    this.#outlet.broadcast(this.all(), frame);
  }

  send(socket: WebSocket, frame: string): void {
    this.#outlet.send(socket, frame);
  }

  /** The window behind a socket is in front, or is no longer. Kept with the socket, through sleep. */
  setVisible(socket: WebSocket, isVisible: boolean): void {
    const held = this.#attachments.of(socket);
    if ((held.isVisible ?? false) !== isVisible) this.#attachments.keep(socket, { ...held, isVisible });
  }

  /** Whether a person has a window in front. */
  isVisible(personId: string): boolean {
    // A window that says nothing any more is not in front, whatever it said: a closed laptop sends no farewell.
    const isHeard = (socket: WebSocket) => this.#heardAt(socket) > Date.now() - VISIBLE_MS;
    return this.of(personId).some(
      (socket) => isOpen(socket) && this.#attachments.of(socket).isVisible === true && isHeard(socket),
    );
  }

  /** Writes down up to which `rev` all sockets were told, with a few of them: it outlasts sleep, and takes no row. */
  keepPosition(position: number): void {
    if (!this.#positionKeepers.every(isOpen) || this.#positionKeepers.length < POSITION_KEEPERS)
      this.#positionKeepers = this.open().slice(0, POSITION_KEEPERS);
    for (const keeper of this.#positionKeepers)
      this.#attachments.keep(keeper, { ...this.#attachments.of(keeper), position });
  }

  /** The position that was kept with a socket, open or closed; 0 without. */
  positionOf(socket: WebSocket): number {
    return this.#attachments.of(socket).position ?? 0;
  }

  identity(socket: WebSocket): S {
    return this.#attachments.of(socket).identity;
  }

  /**
   * Closes every socket of a session, which has ended. A last frame says so too: a browser tells its page of a close
   * frame only once the connection has ended, which can take the platform ten seconds.
   */
  endSession(session: string): void {
    const lastFrame = errorFrame({ code: "unauthorized", detail: "This session has ended." }, "");
    for (const socket of this.#ctx.getWebSockets(sessionTag(session))) {
      this.send(socket, lastFrame);
      this.#close(socket, CLOSE.sessionEnded, "session ended");
    }
  }

  /** Closes the sockets of a person: what they belong to is not there for them any more. */
  endPerson(personId: string): void {
    for (const socket of this.of(personId)) this.#close(socket, CLOSE.channelGone, "channel gone");
  }

  /** Closes all sockets: what they belong to is gone. */
  endAll(): void {
    for (const socket of this.all()) this.#close(socket, CLOSE.channelGone, "channel gone");
  }

  /** All sockets of a person are this person's as they are now, unless they know of something later. */
  update(identity: Identity): void {
    for (const socket of this.of(identity.person.id)) {
      const held = this.#attachments.of(socket);
      if (held.identity.version < identity.version)
        this.#attachments.keep(socket, { ...held, identity: { ...held.identity, ...identity } });
    }
  }

  /** The text of a frame that may be read; otherwise the socket has been answered or closed. */
  admit(socket: WebSocket, data: string | ArrayBuffer, now: number): string | undefined {
    if (!isOpen(socket)) return undefined;
    if (typeof data !== "string") {
      this.#close(socket, CLOSE.binary, "text only");
      return undefined;
    }
    if (isLonger(data, FRAME_MAX_BYTES)) {
      this.#close(socket, CLOSE.tooLarge, "frame too large");
      return undefined;
    }
    const waitMs = this.#violations.take(socket, now);
    if (waitMs > 0) {
      this.refuse(socket, { code: "rate_limited", detail: "Too many frames.", retryAfterMs: waitMs }, data, now);
      return undefined;
    }
    return data;
  }

  /** Answers a frame with an error that names its command and id, and closes the socket of a client that does not slow down. */
  refuse(socket: WebSocket, refusal: Refusal, frame: string, now: number): void {
    if (refusal.code === "bad_frame") return this.#refuseBadFrame(socket, refusal, frame);
    this.send(socket, errorFrame(refusal, frame));
    if (refusal.code !== "rate_limited" && refusal.code !== "busy") return;
    if (this.#violations.note(socket, now)) this.#close(socket, CLOSE.tooFast, "too fast");
  }

  /**
   * Finishes the closing handshake. Without it the other end hangs and then sees 1006;
   * codes that may not be sent, those for "no frame" among them, become 1000 (RFC 6455 §7.4).
   */
  finish(socket: WebSocket, code: number): void {
    this.#listeners.left(socket);
    const mayBeSent = code >= 1000 && code < 5000 && ![1004, 1005, 1006, 1015].includes(code);
    socket.close(mayBeSent ? code : CLOSE.normal);
  }

  /** The connection broke. */
  fail(socket: WebSocket): void {
    this.#listeners.left(socket);
  }

  /** Runs a handler's work; a bug in it is logged and answered calmly, and the socket lives on. */
  guard(socket: WebSocket, work: () => void, data: string | ArrayBuffer = ""): void {
    try {
      work();
    } catch (error) {
      const detail = `Something went wrong here (${log.bug("socket", error)}).`;
      this.send(socket, errorFrame({ code: "internal", detail }, typeof data === "string" ? data : ""));
    }
  }

  #refuseBadFrame(socket: WebSocket, refusal: Refusal, frame: string): void {
    this.send(socket, errorFrame(refusal, frame));
    const held = this.#attachments.of(socket);
    const badFrames = held.badFrames + 1;
    this.#attachments.keep(socket, { ...held, badFrames });
    if (badFrames >= BAD_FRAMES_MAX) this.#close(socket, CLOSE.badFrames, "bad frames");
  }

  #makeRoom(personId: string): void {
    const open = this.of(personId).filter(isOpen);
    const oldestFirst = open.sort((a, b) => this.#attachments.of(a).since - this.#attachments.of(b).since);
    const excess = Math.max(0, open.length - SOCKETS_PER_PERSON + 1);
    for (const socket of oldestFirst.slice(0, excess)) this.#close(socket, CLOSE.replaced, "replaced");
  }

  /** When (ms) this socket last sent a frame or a ping, as far as is remembered; at the least when it came. */
  #heardAt(socket: WebSocket): number {
    const pingedAt = this.#ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0;
    return Math.max(pingedAt, this.#violations.sentAt(socket), this.#attachments.of(socket).since);
  }

  #close(socket: WebSocket, code: number, reason: string): void {
    if (!isOpen(socket)) return;
    if (code === CLOSE.tooFast || code === CLOSE.badFrames) log.shed(reason);
    socket.close(code, reason);
    this.#listeners.left(socket);
  }
}

function isOpen(socket: WebSocket): boolean {
  return socket.readyState === WebSocket.OPEN;
}

const personTag = (id: string) => `person:${id}`;
const sessionTag = (session: string) => `session:${session}`;
