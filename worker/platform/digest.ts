/** SHA-256: how secrets are kept, and how a direct conversation's epoch is made of its id. */

/** The digest of a text in hex: 64 characters. */
export async function hexDigest(text: string): Promise<string> {
  return [...(await sha256(text))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The epoch of a direct conversation: derived from its id, so that it needs no record of its own. 22 characters. */
export async function directEpoch(id: string): Promise<string> {
  return base64Url(await sha256(id)).slice(0, 22);
}

/** The id of the group conversation of these people: `P-` and 26 characters of base 32, whatever their order. */
export async function groupId(people: readonly string[]): Promise<string> {
  return `P-${base32(await sha256([...people].sort().join(" "))).slice(0, 26)}`;
}

const BASE_32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Bytes in base 32 (RFC 4648 §6), without padding. */
export function base32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += BASE_32[(value >>> (bits - 5)) & 31];
    value &= (1 << bits) - 1;
  }
  return bits > 0 ? text + BASE_32[(value << (5 - bits)) & 31] : text;
}

/** Bytes as [A-Za-z0-9_-]. */
export function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}
