/**
 * What a request shows to act for a person: a browser's session cookie, or a bot's key as `Authorization: Bearer flk_…`.
 * With a key the cookie is ignored. An `Authorization` of another kind is ignored itself.
 */
import type { Context } from "hono";
import type { SessionKey } from "../people/rpc.ts";
import { hexDigest } from "../platform/digest.ts";
import { shardOf } from "../platform/shard-id.ts";
import { newSecret, readSessionCookie, sessionKeyOf } from "./session-cookie.ts";

/** What every key of a bot begins with: programs that look for secrets in code find it by that. */
const PREFIX = "flk_";
const BEARER = /^Bearer +(flk_\S*) *$/i;
const KEY = /^flk_([A-Za-z0-9_-]{16,32})\.[A-Za-z0-9_-]{43}$/;

/** `cookie`: the value that came, which may have to be renewed. */
export type Credentials = SessionKey & { readonly cookie?: string };

/** A new key of a bot. It is shown once; the shard keeps its digest. */
export function newBotKey(botId: string): string {
  return `${PREFIX}${botId}.${newSecret()}`;
}

export async function botKeyDigest(key: string): Promise<string> {
  return hexDigest(key);
}

/** Whether the request comes from a bot, as it says. */
export function hasBotKey(c: Context): boolean {
  return BEARER.test(c.req.header("Authorization") ?? "");
}

/** What the request shows; `undefined`: nothing, or what can be no key. */
export async function readCredentials(c: Context): Promise<Credentials | undefined> {
  const key = BEARER.exec(c.req.header("Authorization") ?? "")?.[1];
  if (key !== undefined) {
    const personId = KEY.exec(key)?.[1];
    if (personId === undefined || shardOf(personId) === undefined) return undefined;
    return { personId, session: await botKeyDigest(key) };
  }
  const cookie = readSessionCookie(c);
  return cookie === undefined ? undefined : { ...(await sessionKeyOf(cookie)), cookie };
}
