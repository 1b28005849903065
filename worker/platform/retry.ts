/** How long a failed task waits before its next try, and how an object's failure is told apart from a bug. Pure. */

const FIRST_MS = 5_000;
const LONGEST_MS = 10 * 60_000;

/** The wait (ms) after `failures` failures in a row: 5 s, then twice as long each time, at most 10 min. */
export function backoffMs(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
}

/**
 * Whether the platform says that an object cannot take the call now. The platform has repeated such calls by itself already
 * (https://developers.cloudflare.com/durable-objects/best-practices/automatic-retries/), so the caller does not repeat them at once.
 */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ("overloaded" in error && error.overloaded === true) || ("retryable" in error && error.retryable === true);
}
