/**
 * Who is asking: the session cookie and the random token in it.
 * The directory keeps tokens only as SHA-256, so what is on disk opens no session.
 */
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { randomId } from "../platform/random-id.ts";

const COOKIE = "flack_session";
/** The longest a browser keeps a cookie (RFC 6265bis §5.5). */
const MAX_AGE_SECONDS = 400 * 24 * 60 * 60;
const TOKEN_BYTES = 32;

/** A new session's secret: 256 random bits in base64url. */
export function newToken(): string {
  return randomId(TOKEN_BYTES);
}

/** SHA-256 in hex: how the directory knows a session. */
export async function hashToken(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The token that came with the request, if it can be one. Over https only the `__Host-` cookie counts. */
export function readSessionToken(c: Context): string | undefined {
  const token = isSecure(c) ? getCookie(c, COOKIE, "host") : getCookie(c, COOKIE);
  return token && /^[\w-]{43}$/.test(token) ? token : undefined;
}

/** Hands the token to the browser, or renews it there. */
export function setSessionCookie(c: Context, token: string): void {
  setCookie(c, COOKIE, token, attributes(c, MAX_AGE_SECONDS));
}

/** Takes the cookie back. */
export function clearSessionCookie(c: Context): void {
  setCookie(c, COOKIE, "", attributes(c, 0));
}

function attributes(c: Context, maxAge: number) {
  const common = { path: "/", httpOnly: true, sameSite: "Lax", maxAge } as const;
  return isSecure(c) ? ({ ...common, secure: true, prefix: "host" } as const) : common;
}

function isSecure(c: Context): boolean {
  return new URL(c.req.url).protocol === "https:";
}
