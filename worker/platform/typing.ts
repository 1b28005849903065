/** Who is shown to be typing: of each person once a second, of all as many as can be followed. In memory. */
import { BATCH_MS, TYPING_RATE } from "../protocol/limits.ts";
import { type TokenBucket, takeToken } from "./rate-limit.ts";

/** People who are remembered to have typed. */
const TYPISTS_MAX = 1_000;

export class TypingPace {
  /** By person: when (ms) it was last shown that they type. */
  readonly #shownAt = new Map<string, number>();
  #bucket: TokenBucket | undefined;

  /** Whether it is to be shown now that a person types. */
  admits(personId: string, now: number): boolean {
    if (now - (this.#shownAt.get(personId) ?? 0) < BATCH_MS) return false;
    this.#shownAt.delete(personId);
    this.#shownAt.set(personId, now);
    const oldest = this.#shownAt.keys().next().value;
    if (this.#shownAt.size > TYPISTS_MAX && oldest !== undefined) this.#shownAt.delete(oldest);
    const taken = takeToken(this.#bucket, TYPING_RATE, now);
    if (taken.ok) this.#bucket = taken.bucket;
    return taken.ok;
  }
}
