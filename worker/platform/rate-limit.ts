/**
 * The token bucket behind every limit by the second.
 * Pure: the clock is an argument, a bucket is plain data.
 */

/** `burst` at once after a rest, `perSecond` in the long run. */
export type Rate = { readonly perSecond: number; readonly burst: number };

/** What is left, and when (ms) that was true. */
export type TokenBucket = { readonly tokens: number; readonly at: number };

/** New messages of a person in a channel: faster than anybody types, slower than a flood. */
export const MESSAGE_RATE: Rate = { perSecond: 5, burst: 10 };
/** Other changes of a person in a channel (edits, deletions, reactions): more than anyone makes by hand. */
export const CHANGE_RATE: Rate = { perSecond: 20, burst: 60 };
/** Settings of one channel: each change goes to everyone on the site. */
export const SETTINGS_RATE: Rate = { perSecond: 0.5, burst: 5 };
/** Frames of any kind on one socket. */
export const FRAME_RATE: Rate = { perSecond: 20, burst: 40 };
/** Changes of a channel. An object makes about 500 durable writes a second before latency collapses. */
export const CHANNEL_RATE: Rate = { perSecond: 200, burst: 200 };

/** People of a channel who are told to be typing: as many words of it as can be followed. */
export const TYPING_RATE: Rate = { perSecond: 20, burst: 20 };

/** Uploads of a person: two full messages at once, and one more every three seconds. */
export const UPLOAD_RATE: Rate = { perSecond: 20 / 60, burst: 20 };

/** Takes one token at `now` (ms), or says how long (ms, at least 1) until there is one. An absent bucket is a full one. */
export function takeToken(
  bucket: TokenBucket | undefined,
  pace: Rate,
  now: number,
): { readonly ok: true; readonly bucket: TokenBucket } | { readonly ok: false; readonly waitMs: number } {
  const earned = bucket ? bucket.tokens + (Math.max(0, now - bucket.at) * pace.perSecond) / 1000 : pace.burst;
  const tokens = Math.min(pace.burst, earned);
  if (tokens < 1) return { ok: false, waitMs: Math.max(1, Math.ceil(((1 - tokens) * 1000) / pace.perSecond)) };
  return { ok: true, bucket: { tokens: tokens - 1, at: now } };
}
