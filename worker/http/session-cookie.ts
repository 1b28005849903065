/**
 * Who is asking: the session cookie, `<personId>.<secret>`. The id leads to the person's shard, which keeps the SHA-256 of the
 * whole value: what is on disk opens no session.
 */
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { SessionKey } from "../people/rpc.ts";
import { hexDigest } from "../platform/digest.ts";
import { randomId } from "../platform/random-id.ts";
import { shardOf } from "../platform/shard-id.ts";
import { SESSION_MAX_MS } from "../protocol/limits.ts";

const COOKIE = "flack_session";
const SECRET_BYTES = 32;
/** A person's id and 256 random bits in base64url. */
const VALUE = /^([A-Za-z0-9_-]{16,32})\.[A-Za-z0-9_-]{43}$/;

/** The value of a new session's cookie. */
export function newSessionCookie(personId: string): string {
  return `${personId}.${newSecret()}`;
}

/** 256 random bits in base64url: 43 characters. */
export function newSecret(): string {
  return randomId(SECRET_BYTES);
}

/** How the shard knows the session of a cookie. */
export async function sessionKeyOf(cookie: string): Promise<SessionKey> {
  return { personId: cookie.slice(0, cookie.indexOf(".")), session: await hexDigest(cookie) };
}

/** The cookie that came with the request, if it can be one. Over https only the `__Host-` cookie counts. */
export function readSessionCookie(c: Context): string | undefined {
  const value = isSecure(c) ? getCookie(c, COOKIE, "host") : getCookie(c, COOKIE);
  const personId = VALUE.exec(value ?? "")?.[1];
  return personId !== undefined && shardOf(personId) !== undefined ? value : undefined;
}

/** Hands the cookie to the browser, or renews it there. */
export function setSessionCookie(c: Context, cookie: string): void {
  setCookie(c, COOKIE, cookie, attributes(c, SESSION_MAX_MS / 1_000));
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
