/**
 * Calls to other objects, repeated where that helps.
 */

/** Tries of a call that may be repeated. */
const TRIES = 3;
/** The first wait is a random share of twice this (ms), the second of four times this. */
const WAIT_MS = 100;

/**
 * Makes a call that may be made twice, up to three times, with jitter, as long as the platform says that trying again may help
 * (https://developers.cloudflare.com/durable-objects/best-practices/error-handling/). The last error is thrown.
 */
export async function insist<T>(call: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await call();
    } catch (error) {
      if (tried === TRIES || !isRetryable(error)) throw error;
      await scheduler.wait(Math.random() * WAIT_MS * 2 ** tried);
    }
  }
}

function isRetryable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return "retryable" in error && error.retryable === true && !("overloaded" in error && error.overloaded === true);
}
