/**
 * The server's time, as the `Date` of its answers tells it. The clock of a device may be wrong by hours or by a day: what a person
 * writes then still gets the right day and time, before the server has stamped it.
 */

/** A difference up to this (ms) is the way of the answer and the second that `Date` is rounded to: it is ignored. */
const IGNORED_MS = 60_000;

let offsetMs = 0;

/** Takes the time (an HTTP date) of an answer that has just come. */
export function noteServerTime(date: string | null): void {
  const difference = date === null ? Number.NaN : Date.parse(date) - Date.now();
  if (!Number.isNaN(difference)) offsetMs = Math.abs(difference) > IGNORED_MS ? difference : 0;
}

/** Milliseconds since the Unix epoch by the server's clock; by the device's as long as no answer has come. */
export function serverNow(): number {
  return Date.now() + offsetMs;
}
