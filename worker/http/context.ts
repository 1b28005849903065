/**
 * What every route needs: who asks, the channel asked for, calls to the objects, and refusals on their way out.
 */
import type { Context } from "hono";
import type { Channel as ChannelObject } from "../channel/channel.ts";
import type { ChannelAuth, ChannelRef, Gone } from "../channel/rpc.ts";
import type { Allowance, Check, CheckedSession, SessionKey } from "../people/rpc.ts";
import type { AuthContext, Stale } from "../platform/authority.ts";
import { hexDigest } from "../platform/digest.ts";
import { log } from "../platform/log.ts";
import { channelStub, directoryOf, shardStub } from "../platform/objects.ts";
import { problem } from "../platform/problem.ts";
import { shardOf } from "../platform/shard-id.ts";
import { type Code, type Refusal, type Refused, refuse } from "../protocol/errors.ts";
import { BUSY_RETRY_MS } from "../protocol/limits.ts";
import { addressKey } from "./address.ts";

type Variables = { readonly session: SessionKey; readonly checked: CheckedSession };

export type App = { Bindings: Env; Variables: Variables };

const NO_SUCH_CHANNEL = "This channel doesn't exist.";

/** A refusal on its way to `onError`. */
export class RefusedRequest extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

/** Ends a request with a refusal. */
export function reject(code: Code, detail: string, retryAfterMs?: number): never {
  throw new RefusedRequest(refuse(code, detail, retryAfterMs).refusal);
}

type Outcome = { readonly kind: string };

/** The outcome of a call, unless it was refused. */
export function accepted<T extends Outcome>(outcome: T): Exclude<T, Refused> {
  if (isRefused(outcome)) throw new RefusedRequest(outcome.refusal);
  // What is not refused is the rest of the union, which the compiler cannot see through a type parameter.
  const isRest = (one: T): one is Exclude<T, Refused> => !isRefused(one);
  return isRest(outcome) ? outcome : reject("internal", "Something went wrong here.");
}

function isRefused(outcome: Outcome): outcome is Refused {
  return outcome.kind === "refused";
}

function isStale(outcome: Outcome): outcome is Stale {
  return outcome.kind === "stale";
}

export function only(...methods: readonly string[]) {
  return () => problem({ code: "method_not_allowed", detail: "This method isn't supported here." }, methods);
}

/** What hourly limits count a request against, where the edge tells. */
export function addressOf(c: Context<App>): string | undefined {
  const address = c.req.header("CF-Connecting-IP");
  return address === undefined ? undefined : addressKey(address);
}

/** Two letters, where the edge tells. */
export function continentOf(c: Context<App>): string | undefined {
  const continent = c.req.raw.cf?.["continent"];
  return typeof continent === "string" ? continent : undefined;
}

export function directory(c: Context<App>) {
  return directoryOf(c.env);
}

/** The shard of the person who asks. */
export function ownShard(c: Context<App>) {
  return shardFor(c, c.var.session.personId);
}

/** The shard of a person; an id that names none is no one's. */
export function shardFor(c: Context<App>, personId: string) {
  return shardStub(c.env, shardOf(personId) ?? reject("not_found", "This person doesn't exist."));
}

/** Refuses a request that shows nothing that counts. */
export function rejectUnauthorized(c: Context<App>): never {
  const isKey = c.req.header("Authorization") !== undefined;
  return reject("unauthorized", isKey ? "This key opens nothing here. It may have been replaced." : "Sign in first.");
}

/** Asks the person's shard whether the session is alive and, if a channel is named, whether it is there for them. */
export async function check(
  c: Context<App>,
  asked: Omit<Check, "personId" | "session" | "mayRenew" | "ownerKey">,
): Promise<void> {
  const { session } = c.var;
  const ownerKey = await ownerKeyOf(c.env);
  const checked = await ownShard(c).check({ ...session, ...asked, ownerKey, mayRenew: !isUpgrade(c) });
  if (!checked) rejectUnauthorized(c);
  c.set("checked", checked);
}

/** By code: its digest, made once. */
const ownerKeys = new Map<string, Promise<string>>();

/** The digest of the owner's code as it is now; '' where the site has none. */
export async function ownerKeyOf({ OWNER_CODE: code }: Env): Promise<string> {
  if (!code) return "";
  const held = ownerKeys.get(code) ?? hexDigest(`owner ${code}`);
  ownerKeys.set(code, held);
  return held;
}

/** Tries of a call whose check was too old. */
export const ROUNDS_MAX = 3;

/**
 * Calls the channel of the path for the person who asks. A check that is too old to count there (a body that took long, an object
 * that has just started) is made again, and so is one whose channel has ended: it may have been made again under its name.
 */
export async function withChannel<T extends Outcome>(
  c: Context<App>,
  call: (object: DurableObjectStub<ChannelObject>, auth: ChannelAuth) => Promise<T>,
): Promise<Exclude<T, Refused | Stale | Gone>> {
  for (let round = 1; ; round++) {
    const auth = channelAuth(c);
    const outcome = await call(channelStub(c.env, auth.channel.epoch), auth);
    const isGone = outcome.kind === "gone";
    if (!isGone && !isStale(outcome)) return settled(outcome);
    if (round === ROUNDS_MAX) reject("busy", "Too busy right now. Try again.", BUSY_RETRY_MS);
    await recheck(c, isGone, isStale(outcome) ? outcome.at : 0);
  }
}

/**
 * Calls another object than a channel for the person who asks, with a check that is made now. An allowance counts for what is done:
 * where nothing is, it is given back.
 */
export async function withAuthority<T extends Outcome>(
  c: Context<App>,
  target: string,
  call: (auth: AuthContext) => Promise<T>,
  allowance?: Allowance,
): Promise<Exclude<T, Refused | Stale | Gone>> {
  let isDone = false;
  let at = 0;
  const first = accepted(await ownShard(c).authorize(c.var.session, target, allowance));
  try {
    for (let round = 1; ; round++) {
      const { auth } = round === 1 ? first : accepted(await ownShard(c).authorize(c.var.session, target));
      // A check that is made now is newer than `at`, whatever the shard's clock says.
      const outcome = await call({ ...auth, checkedAt: Math.max(auth.checkedAt, at) });
      if (isStale(outcome) && round === ROUNDS_MAX) reject("busy", "Too busy right now. Try again.", BUSY_RETRY_MS);
      if (isStale(outcome)) at = outcome.at;
      else {
        const result = settled(outcome);
        isDone = true;
        return result;
      }
    }
  } finally {
    if (!isDone && allowance) await ownShard(c).giveBack(c.var.session.personId, allowance).catch(logFailure);
  }
}

/** A clean-up that failed is logged. The first error stays the answer. */
export function logFailure(error: unknown): void {
  log.transientError("http", error);
}

/**
 * Checks again. A check that is made now is newer than `at`, whatever the shard's clock says. `isGone`: the channel has said so; unless
 * there is another one of that name by now, it is not found.
 */
export async function recheck(c: Context<App>, isGone: boolean, at: number): Promise<void> {
  const { id, epoch } = channelOf(c);
  await check(c, { channelId: id, isGone, isVisit: isVisit(c) });
  if (isGone && channelOf(c).epoch === epoch) reject("not_found", NO_SUCH_CHANNEL);
  const { checked } = c.var;
  c.set("checked", { ...checked, auth: { ...checked.auth, checkedAt: Math.max(checked.auth.checkedAt, at) } });
}

/** What is left of an outcome that is none of these. */
export function settled<T extends Outcome>(outcome: T): Exclude<T, Refused | Stale | Gone> {
  const isSettled = (one: Outcome): one is Exclude<T, Refused | Stale | Gone> => !isRefused(one);
  const taken: Outcome = accepted(outcome);
  return isSettled(taken) ? taken : reject("internal", "Something went wrong here.");
}

/** The channel of the path, as the person's shard confirmed it. One that is not there and one of others are the same. */
export function channelOf(c: Context<App>): ChannelRef {
  return c.var.checked.channel ?? reject("not_found", NO_SUCH_CHANNEL);
}

export function channelAuth(c: Context<App>): ChannelAuth {
  return { ...c.var.checked.auth, channel: channelOf(c) };
}

/** Whether the request opens a socket in the channel of its path, for a client that speaks WebSocket or for one that reads events. */
export function isVisit(c: Context): boolean {
  return (
    /^\/api\/channels\/[^/]+\/(?:socket|events)$/.test(c.req.path) && (isUpgrade(c) || c.req.path.endsWith("/events"))
  );
}

export function isUpgrade(c: Context): boolean {
  return c.req.header("Upgrade")?.toLowerCase() === "websocket";
}
