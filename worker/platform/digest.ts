/** SHA-256: how secrets are kept, and how a direct conversation's epoch is made of its id. */

/** The digest of a text in hex: 64 characters. */
export async function hexDigest(text: string): Promise<string> {
  return [...(await sha256(text))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The epoch of a direct conversation: derived from its id, so that it needs no record of its own. 22 characters. */
export async function directEpoch(id: string): Promise<string> {
  return base64Url(await sha256(id)).slice(0, 22);
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
