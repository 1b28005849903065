/**
 * One frame to many sockets: encoded once, sent to whoever still reads, and in a burst few of them.
 * What a message costs is the number of frames it takes, whatever is in them; so in a channel where much is said,
 * what comes within a moment goes out together. In a quiet one nothing waits.
 * A socket that lets frames pile up is closed here; its memory belongs to everybody in the object.
 */
import { withMessages } from "./encoding.ts";
import type { Message } from "./frames.ts";
import { CLOSE } from "./protocol.ts";

/** Bytes a socket may leave unread when another frame is due. Unread frames stay in the object's memory without limit. */
const UNREAD_MAX_BYTES = 256 * 1024;
/** Where the runtime does not tell what is unread: so much is told between two looks, and so many looks may find no sign of life. */
const LOOK_EVERY_BYTES = 4 * 1024 * 1024;
const SILENT_LOOKS_MAX = 4;
/** How long (ms) changes are gathered: by the sockets there are, since each takes its part of a turn, and never so long that one notices. */
const GATHER_MS_PER_SOCKET = 0.1;
const GATHER_MAX_MS = 250;

/** Sends `frame` to every open socket of `sockets`, and closes those that are too slow with 4008. */
export function broadcast(sockets: Iterable<WebSocket>, frame: string): void {
  for (const socket of sockets) deliver(socket, frame);
}

/** The same for one socket. One that is closing is skipped: sending to it would throw. */
export function deliver(socket: WebSocket, frame: string): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  if ((socket.bufferedAmount ?? 0) > UNREAD_MAX_BYTES) cutOff(socket);
  else socket.send(frame);
}

/** Closes a socket that does not read what it is sent. */
function cutOff(socket: WebSocket): void {
  socket.close(CLOSE.tooSlow, "too slow");
}

/**
 * Finds those who do not read where the runtime cannot tell it: who gives no sign of life, a frame or a ping, while sixteen
 * MiB are told to them. Costs nothing a frame, and a look at every socket now and then.
 */
export class Silence {
  readonly #heardAt: (socket: WebSocket) => number;
  readonly #silentLooks = new WeakMap<WebSocket, number>();
  #told = 0;
  #lookedAt = 0;

  /** `heardAt` says when (ms) a socket last gave a sign of life. */
  constructor(heardAt: (socket: WebSocket) => number) {
    this.#heardAt = heardAt;
  }

  /** So many bytes were told to each of `sockets` at `now` (ms). */
  told(sockets: readonly WebSocket[], bytes: number, now: number): void {
    if (sockets[0]?.bufferedAmount !== undefined) return;
    this.#told += bytes;
    if (this.#told < LOOK_EVERY_BYTES) return;
    this.#told = 0;
    for (const socket of sockets) {
      const looks = this.#heardAt(socket) >= this.#lookedAt ? 0 : (this.#silentLooks.get(socket) ?? 0) + 1;
      this.#silentLooks.set(socket, looks);
      if (looks >= SILENT_LOOKS_MAX && socket.readyState === WebSocket.OPEN) cutOff(socket);
    }
    this.#lookedAt = now;
  }
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
 *     └──less than min(250 ms, 0.1 ms × sockets) ago──▶ gathered ──one timer──▶ sent in one frame
 *
 * Of a message that changes while it waits only the newest state is told: a deleted text is in no frame.
 */
export class Broadcast {
  readonly #send: (frame: string) => number;
  readonly #waiting = new Map<string, Message>();
  /** When (ms) the last frame went out, and to how many. */
  #sentAt = Number.NEGATIVE_INFINITY;
  #sockets = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** `send` tells a frame to everybody and says how many they are. */
  constructor(send: (frame: string) => number) {
    this.#send = send;
  }

  /** Tells of a change at `now` (ms). It is written by then. */
  tell(message: Message, now: number): void {
    this.#waiting.delete(message.id); // to stand last: by its new rev
    this.#waiting.set(message.id, message);
    if (this.#timer !== null) return;
    const restMs = this.#sentAt + Math.min(GATHER_MAX_MS, this.#sockets * GATHER_MS_PER_SOCKET) - now;
    if (restMs <= 0) this.flush(now);
    else this.#timer = setTimeout(() => this.flush(Date.now()), restMs);
  }

  /** What waits goes out now. */
  flush(now: number): void {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#waiting.size === 0) return;
    const frame = messagesFrame([...this.#waiting.values()]);
    this.#waiting.clear();
    this.#sentAt = now;
    this.#sockets = this.#send(frame);
  }
}
