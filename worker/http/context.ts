/**
 * What every route needs: who asks, the channel asked for, calls to the objects, and refusals on their way out.
 */

import type { Context } from "hono";
import type { AuthContext, Channel as ChannelObject, ChannelRef, Stale } from "../channel/channel.ts";
import type { CheckedSession } from "../directory/directory.ts";
import { problem } from "../platform/problem.ts";
import type { Refusal } from "../protocol/errors.ts";
import { addressKey } from "./address.ts";

type Variables = { readonly checked: CheckedSession };

export type App = { Bindings: Env; Variables: Variables };

/** After this long (ms) a request to an object that is overloaded, or out of reach, may be made again. */
export const OBJECT_WAIT_MS = 2_000;

/** A refusal on its way to `onError`. */
export class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

export function refuse(code: Refusal["code"], detail: string): never {
  throw new Refused({ code, detail });
}

export function only(...methods: readonly string[]) {
  return () => problem({ code: "method_not_allowed", detail: "This method is not known here." }, methods);
}

/** Whose hourly limits a request counts against, where the edge tells. */
export function addressOf(c: Context<App>): string | undefined {
  const address = c.req.header("CF-Connecting-IP");
  return address === undefined ? undefined : addressKey(address);
}

export function directory(c: Context<App>) {
  return c.env.DIRECTORY.getByName("directory");
}

export function objectOf(c: Context<App>, channel: ChannelRef) {
  return c.env.CHANNEL.getByName(channel.epoch);
}

/** Asks the directory who this is and, if a channel is named, whether it is there for them. */
export async function check(c: Context<App>, session: string, channelId: string | undefined): Promise<void> {
  const checked = await directory(c).ask(session, !isUpgrade(c), channelId);
  if (!checked) refuse("unauthorized", "Sign in first.");
  c.set("checked", checked);
}

/** The same once more: the check was too old for the channel, whose clock said `at` (ms) then. What is checked now is newer than that, whatever the directory's clock says. */
export async function checkAgain(c: Context<App>, at: number): Promise<void> {
  await check(c, c.var.checked.sessionIdentity.session, channelOf(c).id);
  const { checked } = c.var;
  c.set("checked", { ...checked, checkedAt: Math.max(checked.checkedAt, at) });
}

export const STILL_STALE: Refusal = {
  code: "busy",
  detail: "Too much is going on right now.",
  retryAfterMs: OBJECT_WAIT_MS,
};

/**
 * Calls the channel of the path for whoever asks. Where their check is too old to count (a body that took long, an object that has
 * just started), the directory is asked again and the call made once more: a session that ended meanwhile changes nothing.
 */
export async function withAuth<T extends { readonly kind: string }>(
  c: Context<App>,
  call: (object: DurableObjectStub<ChannelObject>, auth: AuthContext) => Promise<T | Stale>,
): Promise<Exclude<T, Stale>> {
  const isStale = (outcome: T | Stale): outcome is Stale => outcome.kind === "stale";
  const isTaken = (outcome: T | Stale): outcome is Exclude<T, Stale> => !isStale(outcome);
  const first = await call(objectOf(c, channelOf(c)), authContextOf(c));
  if (isTaken(first)) return first;
  if (isStale(first)) await checkAgain(c, first.at);
  const second = await call(objectOf(c, channelOf(c)), authContextOf(c));
  if (isTaken(second)) return second;
  throw new Refused(STILL_STALE);
}

/** The channel of the path, as the directory confirmed it. One that is not there and one of others are the same. */
export function channelOf(c: Context<App>): NonNullable<CheckedSession["channel"]> {
  return c.var.checked.channel ?? refuse("not_found", "There is no such channel.");
}

export function authContextOf(c: Context<App>): AuthContext {
  const { id, epoch, kind } = channelOf(c);
  const { sessionIdentity, checkedAt } = c.var.checked;
  return { ...sessionIdentity, checkedAt, channel: { id, epoch, kind } };
}

export function isUpgrade(c: Context): boolean {
  return c.req.header("Upgrade")?.toLowerCase() === "websocket";
}
