/** Ids and secrets that cannot be guessed. */
import { base64Url } from "./digest.ts";

/** `bytes` of randomness as [A-Za-z0-9_-]. */
export function randomId(bytes: number): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(bytes)));
}
