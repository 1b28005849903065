/**
 * Upgrades to WebSockets, which the objects answer themselves.
 */

import type { Context } from "hono";
import type { Hono } from "hono/tiny";
import type { ChannelUpgrade } from "../channel/channel.ts";
import { attachIdentity, STALE_STATUS } from "../platform/forwarded-identity.ts";
import { problem } from "../platform/problem.ts";
import {
  type App,
  authContextOf,
  channelOf,
  checkAgain,
  directory,
  isUpgrade,
  objectOf,
  only,
  refuse,
  STILL_STALE,
} from "./context.ts";

export function addSocketRoutes(app: Hono<App>): void {
  app
    .get("/api/channels/:id/socket", async (c) => {
      if (!isUpgrade(c)) refuse("upgrade_required", "Connect with a WebSocket.");
      const first = await upgradeTo(c);
      if (first.status !== STALE_STATUS) return first;
      await checkAgain(c, Number(await first.text()));
      const second = await upgradeTo(c);
      return second.status === STALE_STATUS ? problem(STILL_STALE) : second;
    })
    .all(only("GET"));

  app
    .get("/api/directory/socket", async (c) => {
      if (!isUpgrade(c)) refuse("upgrade_required", "Connect with a WebSocket.");
      return directory(c).fetch(attachIdentity(c.req.raw, c.var.checked.sessionIdentity));
    })
    .all(only("GET"));
}

function upgradeTo(c: Context<App>): Promise<Response> {
  const upgrade: ChannelUpgrade = { auth: authContextOf(c), reportedSeq: channelOf(c).seq };
  return objectOf(c, channelOf(c)).fetch(attachIdentity(c.req.raw, upgrade));
}
