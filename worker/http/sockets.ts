/**
 * Upgrades to WebSockets, which the objects answer themselves.
 */
import type { Context } from "hono";
import type { Hono } from "hono/tiny";
import type { ChannelAuth } from "../channel/rpc.ts";
import { attachIdentity, PLACED_STATUS, STALE_STATUS } from "../platform/forwarded-identity.ts";
import { channelStub, relayStub } from "../platform/objects.ts";
import { BUSY_RETRY_MS } from "../protocol/limits.ts";
import type { Placement } from "../relay/rpc.ts";
import {
  type App,
  addressOf,
  channelAuth,
  channelOf,
  continentOf,
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
      return openChannelSocket(c, new URL(c.req.url).searchParams);
    })
    .all(only("GET"));

  app
    .get("/api/directory/socket", async (c) => {
      if (!isUpgrade(c)) reject("upgrade_required", "Connect with a WebSocket.");
      return ownShard(c).fetch(attachIdentity(c.req.raw, { ...c.var.checked.auth, address: addressOf(c) }));
    })
    .all(only("GET"));
}

/**
 * A socket to the channel of the path, from the cursor in the query on; or the answer that says why not. Checks again as `withChannel`
 * does, where the channel says so by its status.
 */
export async function openChannelSocket(c: Context<App>, query = new URLSearchParams()): Promise<Response> {
  const url = new URL(`/?${query}`, c.req.url);
  const request = new Request(url, { headers: { Upgrade: "websocket" } });
  for (let round = 1; ; round++) {
    const auth = channelAuth(c);
    const continent = continentOf(c) ?? "";
    const first = await channelStub(c.env, auth.channel.epoch).fetch(attachIdentity(request, { ...auth, continent }));
    const answer = first.status === PLACED_STATUS ? await openRelaySocket(c, request, auth, await first.json()) : first;
    const isGone = answer.status === 404;
    if (!isGone && answer.status !== STALE_STATUS) return answer;
    if (round === ROUNDS_MAX) reject("busy", "Too busy right now. Try again.", BUSY_RETRY_MS);
    await recheck(c, isGone, isGone ? 0 : Number(await answer.text()));
    channelOf(c);
  }
}

function openRelaySocket(
  c: Context<App>,
  request: Request,
  auth: ChannelAuth,
  placement: Placement,
): Promise<Response> {
  const { relay, continent } = placement;
  const stub = relayStub(c.env, { epoch: auth.channel.epoch, relay }, continent);
  return stub.fetch(attachIdentity(request, { ...auth, ...placement }));
}
