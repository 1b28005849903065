/**
 * The front door: what holds for every request, and the order in which the first of several errors is told:
 * origin, session, path, method, upgrade, channel, body, pace.
 */

import { Hono } from "hono/tiny";
import { log } from "../platform/log.ts";
import { problem } from "../platform/problem.ts";
import { isTransient } from "../platform/retry.ts";
import { ADDRESS_RETRY_MS, BUSY_RETRY_MS } from "../protocol/limits.ts";
import { addAttachmentRoutes } from "./attachments.ts";
import { addBotRoutes, keepBotsOut } from "./bots.ts";
import { addChannelRoutes } from "./channels.ts";
import {
  type App,
  addressOf,
  check,
  isUpgrade,
  isVisit,
  only,
  RefusedRequest,
  reject,
  rejectUnauthorized,
} from "./context.ts";
import { readCredentials } from "./credentials.ts";
import { addHookRoutes, addIncomingHookRoutes } from "./hooks.ts";
import { addInviteRoutes } from "./invites.ts";
import { addMcpRoutes } from "./mcp.ts";
import { addMemberRoutes } from "./members.ts";
import { addMessageRoutes } from "./messages.ts";
import { addModerationRoutes } from "./moderation.ts";
import { isPagePath, manifestOf, pageOf, siteName } from "./page.ts";
import { addPeopleRoutes } from "./people.ts";
import { addPinRoutes } from "./pins.ts";
import { addPushRoutes } from "./push.ts";
import { isFromHere } from "./same-origin.ts";
import { readSessionCookie, setSessionCookie } from "./session-cookie.ts";
import { addSessionRoutes, addSignInRoutes } from "./sessions.ts";
import { addSocketRoutes } from "./sockets.ts";
import { addStreamRoutes } from "./streams.ts";
import { addGuestLinkRoutes, addWatchRoutes } from "./watch.ts";

export const app = new Hono<App>();

/** What an answer carries unless it says otherwise: it is data, for this site alone, and nothing to open as a page. */
const HEADERS = Object.entries({
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
});

app.use(async (c, next) => {
  await next();
  if (c.res.status === 101) return; // an upgrade's headers are the object's
  for (const [name, value] of HEADERS) if (!c.res.headers.has(name)) c.header(name, value);
  if (new URL(c.req.url).protocol === "https:") c.header("Strict-Transport-Security", "max-age=31536000");
});

app.onError((error) => {
  if (error instanceof RefusedRequest) return problem(error.refusal);
  if (isTransient(error)) {
    log.transientError("http", error);
    return problem({ code: "busy", detail: "Too busy right now. Try again.", retryAfterMs: BUSY_RETRY_MS });
  }
  const reference = log.bug("http", error);
  return problem({ code: "internal", detail: `Something went wrong here (${reference}).` });
});

app.use(async (c, next) => {
  const isReading = ["GET", "HEAD", "OPTIONS"].includes(c.req.method) && !isUpgrade(c);
  // A hook's address is all there is to show, from wherever it is called.
  const isHook = c.req.path.startsWith("/api/hooks/");
  if (!isReading && !isHook && !isFromHere(c)) reject("bad_origin", "This request comes from another site.");
  await next();
});

/** The outermost limit: an address past it costs one look-up and no more. */
app.use("/api/*", async (c, next) => {
  const address = addressOf(c);
  const isAdmitted = !address || !c.env.ADDRESS_PACE || (await isWithin(c.env.ADDRESS_PACE, address));
  if (!isAdmitted) reject("rate_limited", "Too many requests.", ADDRESS_RETRY_MS);
  await next();
});

app.get("/api/health", (c) => c.json({ status: "ok" })).all(only("GET", "HEAD"));

app
  .get("/api/site", (c) =>
    c.json({
      name: siteName(c.env),
      accessCode: Boolean(c.env.ACCESS_CODE),
      files: Boolean(c.env.FILES),
      // Whether it is worth asking who one is: a page cannot see its own cookie.
      ...(readSessionCookie(c) !== undefined && { session: true }),
    }),
  )
  .all(only("GET", "HEAD"));

keepBotsOut(app);
addSignInRoutes(app);
addIncomingHookRoutes(app);
addWatchRoutes(app);

app.use("/api/*", async (c, next) => {
  const credentials = await readCredentials(c);
  if (!credentials) return rejectUnauthorized(c);
  const { cookie, ...session } = credentials;
  c.set("session", session);
  const segment = /^\/api\/channels\/([^/]+)/.exec(c.req.path)?.[1];
  await check(c, segment === undefined ? {} : { channelId: decodePath(segment), isVisit: isVisit(c) });
  const { renew } = c.var.checked;
  await next();
  if (renew && cookie !== undefined && !c.res.headers.has("Set-Cookie")) setSessionCookie(c, cookie);
});

addSessionRoutes(app);
addBotRoutes(app);
addPeopleRoutes(app);
addChannelRoutes(app);
addMemberRoutes(app);
addInviteRoutes(app);
addPinRoutes(app);
addModerationRoutes(app);
addMessageRoutes(app);
addAttachmentRoutes(app);
addSocketRoutes(app);
addStreamRoutes(app);
addHookRoutes(app);
addGuestLinkRoutes(app);
addMcpRoutes(app);
addPushRoutes(app);

app.get("/manifest.webmanifest", (c) => manifestOf(c.env, c.req.raw));

app.get("*", async (c, next) => (isPagePath(c.req.raw) ? pageOf(c.env, c.req.raw) : next()));

app.notFound(() => problem({ code: "not_found", detail: "There is nothing at this address." }));

/** A limit that cannot be asked does not apply. */
async function isWithin(pace: RateLimit, key: string): Promise<boolean> {
  try {
    return (await pace.limit({ key })).success;
  } catch (error) {
    log.transientError("address", error);
    return true;
  }
}

function decodePath(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // names no channel
  }
}
