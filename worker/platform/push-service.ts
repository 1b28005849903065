/**
 * One push to one device: encrypted for it (RFC 8291), signed as this site (RFC 8292), handed to the service of its browser (RFC 8030).
 * Redirects are not followed, and an answer's body is not read.
 */
import { encryptNotification, vapidHeaders } from "@block65/webcrypto-web-push";
import { PUSH_TIMEOUT_MS, PUSH_TTL_MS } from "../protocol/limits.ts";
import { base64Url } from "./digest.ts";

/** The site's key pair, base64url: the public one as a point, the private one as its number. */
export type VapidKeys = { readonly publicKey: string; readonly privateKey: string };

/** A device as its browser described it. `origin` is that of this site. */
export type Device = {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
  readonly origin: string;
};

/** `gone`: the device takes none any more. `later`: it may work in a while. `refused`: this one never will. */
export type PushOutcome = "sent" | "gone" | "later" | "refused";

export async function makeVapidKeys(): Promise<VapidKeys> {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  if (!("privateKey" in pair)) throw new Error("a key pair was asked for");
  const point = await crypto.subtle.exportKey("raw", pair.publicKey);
  const jwk = await crypto.subtle.exportKey("jwk", pair.privateKey);
  if (!(point instanceof ArrayBuffer) || "byteLength" in jwk || jwk.d === undefined)
    throw new Error("a key cannot be exported");
  return { publicKey: base64Url(new Uint8Array(point)), privateKey: jwk.d };
}

/** Sends one payload. Never throws. */
export async function push(
  { endpoint, p256dh, auth, origin }: Device,
  keys: VapidKeys,
  payload: unknown,
  { urgency, topic }: { readonly urgency: "high" | "normal"; readonly topic?: string },
): Promise<PushOutcome> {
  const made = await encrypted({ endpoint, p256dh, auth, origin }, keys, payload);
  if (!made) return "refused";
  try {
    const answer = await fetch(endpoint, {
      method: "POST",
      headers: {
        ...made.headers,
        TTL: String(PUSH_TTL_MS / 1_000),
        Urgency: urgency,
        ...(topic !== undefined && { Topic: topic }),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
      },
      body: made.body,
      redirect: "manual",
      signal: AbortSignal.timeout(PUSH_TIMEOUT_MS),
    });
    await answer.body?.cancel();
    return outcomeOf(answer.status);
  } catch {
    return "later"; // the service cannot be reached, or is too slow
  }
}

/** Whether a browser could have made these keys: the first is a point of the curve. */
export async function isDeviceKey(p256dh: string): Promise<boolean> {
  try {
    const point = Uint8Array.from(atob(p256dh.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
    await crypto.subtle.importKey("raw", point, { name: "ECDH", namedCurve: "P-256" }, false, []);
    return true;
  } catch {
    return false; // no base64, or no such point
  }
}

/** `undefined`: nothing can be encrypted for this device. */
async function encrypted({ endpoint, p256dh, auth, origin }: Device, keys: VapidKeys, payload: unknown) {
  try {
    // A service that tests run on this machine speaks http; what is signed is its origin as https.
    const signed = { endpoint: endpoint.replace(/^http:/, "https:"), expirationTime: null, keys: { p256dh, auth } };
    const { headers } = await vapidHeaders(signed, { ...keys, subject: origin.replace(/^http:/, "https:") });
    return { headers, body: await encryptNotification(signed, new TextEncoder().encode(JSON.stringify(payload))) };
  } catch {
    return undefined;
  }
}

function outcomeOf(status: number): PushOutcome {
  if (status >= 200 && status < 300) return "sent";
  if (status === 404 || status === 410) return "gone";
  return status === 429 || status >= 500 ? "later" : "refused";
}
