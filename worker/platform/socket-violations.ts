/** How fast each socket sends, and how often it was refused for it. In memory: the object forgets it in sleep, when there is no haste. */
import { FRAME_RATE, QUIET_MS, VIOLATIONS_MAX } from "../protocol/limits.ts";
import { type TokenBucket, takeToken } from "./rate-limit.ts";

type Violations = { readonly bucket: TokenBucket | undefined; readonly refusals: number; readonly refusedAt: number };

const NONE: Violations = { bucket: undefined, refusals: 0, refusedAt: 0 };

export class SocketViolations {
  readonly #held = new WeakMap<WebSocket, Violations>();

  /** One more frame of a socket. How long (ms) until it may send one, where it was too fast; otherwise 0. */
  take(socket: WebSocket, now: number): number {
    const held = this.#of(socket);
    const taken = takeToken(held.bucket, FRAME_RATE, now);
    if (!taken.ok) return taken.waitMs;
    this.#held.set(socket, { ...held, bucket: taken.bucket });
    return 0;
  }

  /** A refusal for haste. `true`: there were too many without a rest. */
  note(socket: WebSocket, now: number): boolean {
    const held = this.#of(socket);
    const refusals = (now - held.refusedAt < QUIET_MS ? held.refusals : 0) + 1;
    this.#held.set(socket, { ...held, refusals, refusedAt: now });
    return refusals >= VIOLATIONS_MAX;
  }

  /** When (ms) a socket last sent a frame, as far as is remembered; 0 otherwise. */
  sentAt(socket: WebSocket): number {
    return this.#of(socket).bucket?.at ?? 0;
  }

  #of(socket: WebSocket): Violations {
    return this.#held.get(socket) ?? NONE;
  }
}
