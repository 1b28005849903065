/**
 * One JSON line an event, for the operator of the site. Never a message's text, a name or a secret.
 */
export const log = {
  /** A bug: the error with its stack stays here, the reference is what people are told. */
  bug(where: string, error: unknown): string {
    const reference = crypto.randomUUID().slice(0, 8);
    console.error(JSON.stringify({ event: "bug", where, reference, error: describe(error) }));
    return reference;
  },

  /** A socket was closed because it asked too much, or read too little. */
  shed(why: string): void {
    console.warn(JSON.stringify({ event: "shed", why }));
  },

  /** Something outside failed and was given up: the cause, once. */
  transientError(where: string, error: unknown): void {
    console.warn(JSON.stringify({ event: "transient_error", where, error: describe(error) }));
  },
};

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
