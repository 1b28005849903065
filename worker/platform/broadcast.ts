/**
 * One frame to many sockets: encoded once, sent to those that still read, and in a burst few of them.
 * What a message costs is the number of frames it takes, whatever is in them; so in a channel where much is said,
 * what comes within a moment goes out together. In a quiet one nothing waits.
 * A socket that lets frames pile up is closed here; its memory is shared by all sockets of the object.
 */

import { CLOSE } from "../protocol/errors.ts";
import {
  MANY_SOCKETS,
  MANY_SOCKETS_BATCH_MS,
  UNHEARD_MAX_BYTES,
  UNREAD_IN_ALL_MAX_BYTES,
  UNREAD_MAX_BYTES,
  WINDOW_MESSAGES,
} from "../protocol/limits.ts";
import type { Message } from "../protocol/things.ts";
import { withMessages } from "./encoding.ts";
import { log } from "./log.ts";

/** Bytes that are broadcast before the signs of life are looked at again: that costs more per socket than sending. */
const LOOK_EVERY_BYTES = 1024 * 1024;
/** How long (ms) changes are gathered: by the sockets there are, since each takes its part of a turn, and never so long that one notices. */
const BATCH_MS_PER_SOCKET = 0.05;
const BATCH_MAX_MS = 250;

/** How long (ms) an object with so many sockets gathers, in a channel that has `all` of them on itself and its relays. */
export function gatherMs(sockets: number, all: number): number {
  return all > MANY_SOCKETS ? MANY_SOCKETS_BATCH_MS : Math.min(BATCH_MAX_MS, sockets * BATCH_MS_PER_SOCKET);
}

/** What was told to a socket since it was last heard of (ms). */
type Unheard = { bytes: number; since: number };

/** The way out of an object: frames to those who read, and the end for those who do not. */
export class Outlet {
  readonly #heardAt: (socket: WebSocket) => number;
  readonly #unheard = new WeakMap<WebSocket, Unheard>();
  /** Bytes broadcast since the signs of life were looked at. */
  #sinceLook = 0;

  /** `heardAt` says when (ms) a socket last gave a sign of life. It is asked only where the runtime cannot tell what is unread. */
  constructor(heardAt: (socket: WebSocket) => number) {
    this.#heardAt = heardAt;
  }

  /** Sends a frame to one socket, or closes it with 4008. One that is closing is skipped: sending to it would throw. */
  send(socket: WebSocket, frame: string): void {
    this.#sendOne(socket, frame, socket.bufferedAmount === undefined ? bytesOf(frame) : 0);
  }

  /**
   * The same for all the object has. Where the runtime does not tell what is unread, most frames look at no socket:
   * what a socket costs beside its frame is paid once a mebibyte.
   */
  broadcast(sockets: readonly WebSocket[], frame: string): void {
    if (sockets[0]?.bufferedAmount !== undefined) return this.sendTo(sockets, frame);
    this.#sinceLook += bytesOf(frame);
    if (this.#sinceLook < LOOK_EVERY_BYTES) {
      for (const socket of sockets) sendIfOpen(socket, frame);
      return;
    }
    for (const socket of sockets) this.#sendOne(socket, frame, this.#sinceLook);
    this.#sinceLook = 0;
  }

  /**
   * The same for some. Where all of them together leave too much unread, those that leave the most are closed.
   * In UTF-8 a frame is measured once, and only where the caller does not.
   */
  sendTo(sockets: readonly WebSocket[], frame: string): void {
    const bytes = sockets[0]?.bufferedAmount === undefined ? bytesOf(frame) : 0;
    let unread = 0;
    for (const socket of sockets) {
      unread += socket.bufferedAmount ?? 0;
      this.#sendOne(socket, frame, bytes);
    }
    if (unread > UNREAD_IN_ALL_MAX_BYTES) shedLoad(sockets, unread);
  }

  #sendOne(socket: WebSocket, frame: string, bytes: number): void {
    if (socket.readyState !== WebSocket.OPEN) return;
    const { bufferedAmount } = socket;
    const isTooSlow = bufferedAmount === undefined ? this.#isUnheard(socket, bytes) : bufferedAmount > UNREAD_MAX_BYTES;
    if (isTooSlow) closeSlow(socket);
    else socket.send(frame);
  }

  #isUnheard(socket: WebSocket, bytes: number): boolean {
    const held = this.#unheard.get(socket);
    if (!held) this.#unheard.set(socket, { bytes, since: this.#heardAt(socket) });
    else held.bytes += bytes;
    if (!held || held.bytes <= UNHEARD_MAX_BYTES) return false;
    const heardAt = this.#heardAt(socket);
    if (heardAt <= held.since) return true;
    this.#unheard.set(socket, { bytes, since: heardAt });
    return false;
  }
}

/** Asking a socket for its state first takes about as long as sending to it: one that is closing throws. */
function sendIfOpen(socket: WebSocket, frame: string): void {
  try {
    socket.send(frame);
  } catch (error) {
    if (socket.readyState === WebSocket.OPEN) throw error;
  }
}

/** Closes those that leave the most, until half of what may be unread is. */
function shedLoad(sockets: readonly WebSocket[], unread: number): void {
  let left = unread;
  for (const socket of [...sockets].sort((a, b) => (b.bufferedAmount ?? 0) - (a.bufferedAmount ?? 0))) {
    if (left <= UNREAD_IN_ALL_MAX_BYTES / 2) return;
    left -= socket.bufferedAmount ?? 0;
    if (socket.readyState === WebSocket.OPEN) closeSlow(socket);
  }
}

function closeSlow(socket: WebSocket): void {
  log.shed("too slow");
  socket.close(CLOSE.tooSlow, "too slow");
}

const encoder = new TextEncoder();

function bytesOf(frame: string): number {
  return encoder.encode(frame).byteLength;
}

/** The frame that tells of messages that are new or have changed. */
export function messagesFrame(messages: readonly Message[]): string {
  return withMessages({ type: "messages" }, messages);
}

/**
 * The changes of one channel on their way to its sockets, in the order of `rev`.
 *
 *   change ──last frame long ago──▶ sent at once
 *     │
 *     └──less than min(250 ms, 0.05 ms × sockets) ago──▶ gathered ──one timer──▶ sent in one frame
 *
 * A message that changes while it waits is sent in its newest state only: a deleted text is in no frame.
 */
export class Broadcast {
  readonly #send: (frame: string, messages: readonly Message[]) => void;
  readonly #gatherMs: () => number;
  readonly #waiting = new Map<string, Message>();
  /** When (ms) the last frame went out. */
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #after: (() => void)[] = [];

  /** `send` broadcasts a frame. `gatherMs`: the shortest time (ms) between two of them. */
  constructor(send: (frame: string, messages: readonly Message[]) => void, gatherMs: () => number) {
    this.#send = send;
    this.#gatherMs = gatherMs;
  }

  /** Tells of a change at `now` (ms). It is written by then. */
  add(message: Message, now: number): void {
    this.#waiting.delete(message.id); // to stand last: by its new rev
    this.#waiting.set(message.id, message);
    // More than the window holds would be told of messages that are not kept any more.
    if (this.#waiting.size >= WINDOW_MESSAGES) return this.#flush(now);
    if (this.#timer !== null) return;
    const gather = this.#gatherMs();
    const restMs = Math.min(gather, this.#sentAt + gather - now); // a clock that was set back delays nothing
    if (restMs <= 0) this.#flush(now);
    else this.#timer = setTimeout(() => this.#flush(Date.now()), restMs);
  }

  /** Does something, an answer to one alone, once everything that was told before it is out. */
  whenSent(work: () => void): void {
    if (this.#waiting.size === 0) work();
    else this.#after.push(work);
  }

  #flush(now: number): void {
    clearTimeout(this.#timer);
    this.#timer = null;
    const messages = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#sentAt = now;
    this.#send(messagesFrame(messages), messages);
    const after = this.#after;
    this.#after = [];
    for (const work of after) work();
  }
}
