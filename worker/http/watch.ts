/**
 * Watching a public channel by its guest link: no session, no access code, nothing can be written. The token is the authority, and the
 * channel's object is asked about it each time.
 */
import type { Context } from "hono";
import type { Hono } from "hono/tiny";
import { hexDigest } from "../platform/digest.ts";
import { keyOf } from "../platform/file-key.ts";
import { attachIdentity, STALE_STATUS } from "../platform/forwarded-identity.ts";
import { channelStub, relayStub } from "../platform/objects.ts";
import { randomId } from "../platform/random-id.ts";
import { BUSY_RETRY_MS } from "../protocol/limits.ts";
import type { RelayAuth } from "../relay/rpc.ts";
import { bucketOf } from "./attachments.ts";
import {
  type App,
  addressOf,
  channelOf,
  continentOf,
  isUpgrade,
  only,
  ROUNDS_MAX,
  reject,
  settled,
  withChannel,
} from "./context.ts";
import { isKnown, serve } from "./files.ts";
import { siteName } from "./page.ts";
import { newSecret } from "./session-cookie.ts";

/** The epoch of the channel, then a secret. */
const TOKEN = /^([A-Za-z0-9_-]{22})\.[A-Za-z0-9_-]{43}$/;

/** Making the link and withdrawing it, for people of the channel. */
export function addGuestLinkRoutes(app: Hono<App>): void {
  app
    .post("/api/channels/:id/guest-link", async (c) => {
      const { epoch } = channelOf(c);
      const { token } = await withChannel(c, async (object, auth) =>
        object.openGuestLink(auth, `${epoch}.${newSecret()}`),
      );
      return c.json({ url: `${new URL(c.req.url).origin}/w/${token}` }, 201);
    })
    .delete(async (c) => {
      channelOf(c);
      await withChannel(c, async (object, auth) => object.withdrawGuestLink(auth));
      return c.body(null, 204);
    })
    .all(only("POST", "DELETE"));
}

/** What guests see. Needs no session. */
export function addWatchRoutes(app: Hono<App>): void {
  app
    .get("/api/watch/:token", async (c) => {
      const { object, token } = watched(c);
      const { channel } = there(await object.watch(token));
      return c.json({ channel: { name: channel.name, topic: channel.topic }, site: siteName(c.env) });
    })
    .all(only("GET", "HEAD"));

  app
    .get("/api/watch/:token/messages", async (c) => {
      const { object, token, epoch } = watched(c);
      const { body, version } = there(await object.readAsGuest(token));
      const tag = `W/"${epoch}.${version}"`;
      const headers = { ETag: tag, "Cache-Control": "private, no-cache", "Content-Type": "application/json" };
      if (isKnown(c.req.header("If-None-Match"), tag)) return c.body(null, 304, headers);
      return c.body(body, 200, headers);
    })
    .all(only("GET", "HEAD"));

  app
    .get("/api/watch/:token/attachments/:attachmentId", async (c) => {
      const { object, token, epoch } = watched(c);
      const bucket = bucketOf(c);
      const { file } = there(await object.attachmentAsGuest(token, c.req.param("attachmentId")));
      return serve(c.req.raw, bucket, keyOf(epoch, file.id), file);
    })
    .all(only("GET", "HEAD"));

  app
    .get("/api/watch/:token/socket", async (c) => {
      if (!isUpgrade(c)) reject("upgrade_required", "Connect with a WebSocket.");
      return openGuestSocket(c);
    })
    .all(only("GET"));

  app.all("/api/watch/*", () => reject("not_found", "There is nothing at this address."));
}

/** The channel of the token in the path. */
function watched(c: Context<App>) {
  const token = c.req.param("token") ?? "";
  const epoch = TOKEN.exec(token)?.[1] ?? reject("not_found", NO_SUCH_LINK);
  return { token, epoch, object: channelStub(c.env, epoch) };
}

const NO_SUCH_LINK = "This link leads nowhere, or was closed.";

/** An outcome, unless the link leads nowhere. */
function there<T extends { readonly kind: string }>(outcome: T) {
  return outcome.kind === "gone" ? reject("not_found", NO_SUCH_LINK) : settled(outcome);
}

/** Tries again where the relay has just started: it counts nothing that was checked before. */
async function openGuestSocket(c: Context<App>): Promise<Response> {
  const { object, token, epoch } = watched(c);
  const address = (await hexDigest(addressOf(c) ?? "")).slice(0, 16);
  const person = { id: `guest-${randomId(12)}`, name: address };
  const url = new URL(`/${new URL(c.req.url).search}`, c.req.url);
  const request = new Request(url, { headers: { Upgrade: "websocket" } });
  for (let round = 1, at = 0; ; round++) {
    const { channel, placement } = there(await object.placeGuest(token, person, continentOf(c) ?? ""));
    const checkedAt = Math.max(Date.now(), at);
    const auth = { person, channel, isOwner: false, version: 0, session: "", shards: 0, checkedAt };
    const relay = relayStub(c.env, { epoch, relay: placement.relay }, placement.continent);
    const answer = await relay.fetch(attachIdentity(request, { ...auth, ...placement } satisfies RelayAuth));
    if (answer.status !== STALE_STATUS) return answer;
    if (round === ROUNDS_MAX) reject("busy", "Too busy right now. Try again.", BUSY_RETRY_MS);
    at = Number(await answer.text());
  }
}
