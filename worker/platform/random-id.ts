/** Ids and secrets that cannot be guessed. */
import { base32, base64Url } from "./digest.ts";

/** `bytes` of randomness as [A-Za-z0-9_-]. */
/** The id of a new private channel: `P-` and 26 characters of base 32. No public id has a capital. */
export function randomChannelId(): string {
  return `P-${base32(crypto.getRandomValues(new Uint8Array(17))).slice(0, 26)}`;
}

export function randomId(bytes: number): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(bytes)));
}
