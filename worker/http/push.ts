/** Pushes to devices whose app is closed: which take them, a test, and a pause. */
import type { Context } from "hono";
import type { Hono } from "hono/tiny";
import { hexDigest } from "../platform/digest.ts";
import { DIRECTORY, shardStub } from "../platform/objects.ts";
import { isDeviceKey } from "../platform/push-service.ts";
import { shardOf } from "../platform/shard-id.ts";
import { EndpointBody, PauseBody, SubscriptionBody } from "../protocol/commands.ts";
import { type App, accepted, directory, only, ownShard, reject, withAuthority } from "./context.ts";
import { readBody } from "./request-body.ts";

/** The services of today's browsers. */
const SERVICES = [
  /^https:\/\/fcm\.googleapis\.com$/,
  /^https:\/\/(?:[\w-]+\.)+push\.services\.mozilla\.com$/,
  /^https:\/\/(?:[\w-]+\.)+push\.apple\.com$/,
  /^https:\/\/(?:[\w-]+\.)+notify\.windows\.com$/,
];
/** Lengths of a browser's keys (RFC 8291): a point of P-256 and 16 bytes, in base64url. */
const P256DH = /^B[\w-]{86}=?$/;
const AUTH = /^[\w-]{22}(?:==)?$/;
const ENDPOINT_MAX = 1_024;

export function addPushRoutes(app: Hono<App>): void {
  app.use("/api/push/*", onlyWhereOn).use("/api/push", onlyWhereOn);

  app
    .get("/api/push", async (c) => {
      const { publicKey } = await directory(c).pushKeys();
      const pausedUntil = await ownShard(c).pausedUntil(c.var.session.personId);
      return c.json({ key: publicKey, ...(pausedUntil > 0 && { pausedUntil }) });
    })
    .all(only("GET", "HEAD"));

  app
    .put("/api/push/subscription", async (c) => {
      const { endpoint, keys } = await readBody(c, SubscriptionBody);
      const isPossible = P256DH.test(keys.p256dh) && AUTH.test(keys.auth) && isKnownService(c, endpoint);
      if (!isPossible || !(await isDeviceKey(plain(keys.p256dh))))
        reject("invalid_subscription", "This push subscription isn't from a supported push service.");
      const hash = await hexDigest(endpoint);
      const claiming = await withAuthority(c, DIRECTORY, async (auth) => directory(c).claimEndpoint(auth, hash));
      const origin = new URL(c.req.url).origin;
      const device = { endpoint, p256dh: plain(keys.p256dh), auth: plain(keys.auth), origin };
      // First where it was: no moment passes in which both are pushed to.
      for (const former of claiming.former) await shardStub(c.env, shardOf(former) ?? 0).dropDevice(former, endpoint);
      accepted(await ownShard(c).subscribe(c.var.session, device, claiming.keys));
      if (claiming.former.length > 0) await directory(c).endpointReleased(hash);
      return c.body(null, 204);
    })
    .delete(async (c) => {
      const { endpoint } = await readBody(c, EndpointBody);
      accepted(await ownShard(c).unsubscribe(c.var.session, endpoint));
      await directory(c).releaseEndpoint(await hexDigest(endpoint), c.var.session.personId);
      return c.body(null, 204);
    })
    .all(only("PUT", "DELETE"));

  app
    .post("/api/push/test", async (c) => {
      accepted(await ownShard(c).testPush(c.var.session));
      return c.body(null, 202);
    })
    .all(only("POST"));

  app
    .put("/api/push/pause", async (c) => {
      const { until } = await readBody(c, PauseBody);
      accepted(await ownShard(c).pausePush(c.var.session, until ?? 0));
      return c.body(null, 204);
    })
    .all(only("PUT"));
}

/** Where a site sends none, a device can still be taken back. */
async function onlyWhereOn(c: Context<App>, next: () => Promise<void>): Promise<void> {
  if (c.env.PUSH === "off" && c.req.method !== "DELETE")
    reject("push_off", "This site doesn't send push notifications.");
  await next();
}

function isKnownService(c: Context<App>, endpoint: string): boolean {
  if (endpoint.length > ENDPOINT_MAX || !URL.canParse(endpoint)) return false;
  const { origin, username, password } = new URL(endpoint);
  if (username !== "" || password !== "") return false;
  const own = (c.env.PUSH_HOSTS ?? "").split(",").map((host) => host.trim());
  return own.some((host) => host !== "" && isOf(origin, host)) || SERVICES.some((service) => service.test(origin));
}

/** A host is meant as https; tests name an origin with its scheme and port. */
function isOf(origin: string, host: string): boolean {
  return origin === (host.includes("://") ? new URL(host).origin : `https://${host}`);
}

/** Without what base64 fills up with. */
function plain(base64: string): string {
  return base64.replace(/=+$/, "");
}
