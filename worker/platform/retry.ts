/** How long a failed task waits before its next try. Pure. */

const FIRST_MS = 5_000;
const LONGEST_MS = 10 * 60_000;

/** The wait (ms) after `failures` failures in a row: 5 s, then twice as long each time, at most 10 min. */
export function backoffMs(failures: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
}
