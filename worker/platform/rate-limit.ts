/**
 * The token bucket behind every limit by the second.
 * Pure: the clock is an argument, a bucket is plain data.
 */
import type { Rate } from "../protocol/limits.ts";

/** Buckets that one object remembers: a bucket is full again before a thousand others are used. */
const BUCKETS_MAX = 1_000;

/** What is left, and when (ms) that was true. */
export type TokenBucket = { readonly tokens: number; readonly at: number };

/** Buckets by person or channel, in memory. The ones used longest ago are forgotten: by then they are full again. */
export class TokenBuckets {
  readonly #rate: Rate;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  /** How long (ms) until there is a token for this key; 0 when there is one now. Takes nothing. */
  waitMs(key: string, now: number): number {
    const taken = takeToken(this.#buckets.get(key), this.#rate, now);
    return taken.ok ? 0 : taken.waitMs;
  }

  /** Takes one token, if there is one. */
  take(key: string, now: number): void {
    const taken = takeToken(this.#buckets.get(key), this.#rate, now);
    if (!taken.ok) return;
    this.#buckets.delete(key); // so that the first entry is the one used longest ago
    this.#buckets.set(key, taken.bucket);
    const oldest = this.#buckets.keys().next().value;
    if (this.#buckets.size > BUCKETS_MAX && oldest !== undefined) this.#buckets.delete(oldest);
  }
}

/** Takes one token at `now` (ms), or says how long (ms, at least 1) until there is one. An absent bucket is a full one. */
export function takeToken(
  bucket: TokenBucket | undefined,
  rate: Rate,
  now: number,
): { readonly ok: true; readonly bucket: TokenBucket } | { readonly ok: false; readonly waitMs: number } {
  const earned = bucket ? bucket.tokens + (Math.max(0, now - bucket.at) * rate.perSecond) / 1000 : rate.burst;
  const tokens = Math.min(rate.burst, earned);
  if (tokens < 1) return { ok: false, waitMs: Math.max(1, Math.ceil(((1 - tokens) * 1000) / rate.perSecond)) };
  return { ok: true, bucket: { tokens: tokens - 1, at: now } };
}
