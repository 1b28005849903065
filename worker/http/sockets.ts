/**
 * Upgrades to WebSockets, which the objects answer themselves.
 */
import type { Context } from "hono";
import type { Hono } from "hono/tiny";
import { attachIdentity, STALE_STATUS } from "../platform/forwarded-identity.ts";
import { channelStub } from "../platform/objects.ts";
import { BUSY_RETRY_MS } from "../protocol/limits.ts";
import {
  type App,
  addressOf,
  channelAuth,
  channelOf,
  isUpgrade,
  only,
  ownShard,
  ROUNDS_MAX,
  recheck,
  reject,
} from "./context.ts";

export function addSocketRoutes(app: Hono<App>): void {
  app
    .get("/api/channels/:id/socket", async (c) => {
      if (!isUpgrade(c)) reject("upgrade_required", "Connect with a WebSocket.");
      return upgrade(c);
    })
    .all(only("GET"));

  app
    .get("/api/directory/socket", async (c) => {
      if (!isUpgrade(c)) reject("upgrade_required", "Connect with a WebSocket.");
      return ownShard(c).fetch(attachIdentity(c.req.raw, { ...c.var.checked.auth, address: addressOf(c) }));
    })
    .all(only("GET"));
}

/** Checks again as `withChannel` does, where the channel says so by its status. */
async function upgrade(c: Context<App>): Promise<Response> {
  for (let round = 1; ; round++) {
    const auth = channelAuth(c);
    const answer = await channelStub(c.env, auth.channel.epoch).fetch(attachIdentity(c.req.raw, auth));
    const isGone = answer.status === 404;
    if (!isGone && answer.status !== STALE_STATUS) return answer;
    if (round === ROUNDS_MAX) reject("busy", "Too much is going on right now.", BUSY_RETRY_MS);
    await recheck(c, isGone, isGone ? 0 : Number(await answer.text()));
    channelOf(c);
  }
}
