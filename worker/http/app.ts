/**
 * The front door: what holds for every request, and the order in which the first of several errors is told:
 * origin, session, path, method, upgrade, channel, body, pace.
 */

import { Hono } from "hono/tiny";
import { log } from "../platform/log.ts";
import { problem } from "../platform/problem.ts";
import { addAttachmentRoutes } from "./attachments.ts";
import { addChannelRoutes } from "./channels.ts";
import { type App, addressOf, check, isUpgrade, OBJECT_WAIT_MS, only, Refused, refuse } from "./context.ts";
import { addMessageRoutes } from "./messages.ts";
import { isPagePath, manifestOf, pageOf, siteName } from "./page.ts";
import { addPeopleRoutes } from "./people.ts";
import { isFromHere } from "./same-origin.ts";
import { hashToken, readSessionToken, setSessionCookie } from "./session-cookie.ts";
import { addSessionRoutes, addSignInRoutes } from "./sessions.ts";
import { addSocketRoutes } from "./sockets.ts";

export const app = new Hono<App>();

/** What an answer carries unless it says otherwise: it is data, for this site alone, and nothing to open as a page. */
const HEADERS = Object.entries({
  "X-Content-Type-Options": "nosniff",
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
});

/** After this long (ms) an address may try again. */
const ADDRESS_WAIT_MS = 10_000;

app.use(async (c, next) => {
  await next();
  if (c.res.status === 101) return; // an upgrade's headers are the object's
  for (const [name, value] of HEADERS) if (!c.res.headers.has(name)) c.header(name, value);
  if (new URL(c.req.url).protocol === "https:") c.header("Strict-Transport-Security", "max-age=31536000");
});

app.onError((error) => {
  if (error instanceof Refused) return problem(error.refusal);
  if (isTransient(error)) {
    log.transientError("http", error);
    return problem({ code: "busy", detail: "Too much is going on right now.", retryAfterMs: OBJECT_WAIT_MS });
  }
  const reference = log.bug("http", error);
  return problem({ code: "internal", detail: `Something went wrong here (${reference}).` });
});

app.use(async (c, next) => {
  const isReading = ["GET", "HEAD", "OPTIONS"].includes(c.req.method) && !isUpgrade(c);
  if (!isReading && !isFromHere(c)) refuse("bad_origin", "This request comes from another site.");
  await next();
});

/** The outermost limit: whoever is past it costs one look-up and no more. */
app.use("/api/*", async (c, next) => {
  const address = addressOf(c);
  const isAdmitted = !address || !c.env.ADDRESS_PACE || (await isWithin(c.env.ADDRESS_PACE, address));
  if (!isAdmitted)
    throw new Refused({ code: "rate_limited", detail: "Too many requests.", retryAfterMs: ADDRESS_WAIT_MS });
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
      ...(readSessionToken(c) !== undefined && { session: true }),
    }),
  )
  .all(only("GET", "HEAD"));

addSignInRoutes(app);

app.use("/api/*", async (c, next) => {
  const token = readSessionToken(c);
  const channelId = /^\/api\/channels\/([^/]+)/.exec(c.req.path)?.[1];
  if (token === undefined) refuse("unauthorized", "Sign in first.");
  const session = await hashToken(token);
  await check(c, session, channelId && decodePath(channelId));
  const { renew } = c.var.checked;
  await next();
  if (renew && !c.res.headers.has("Set-Cookie")) setSessionCookie(c, token);
});

addSessionRoutes(app);
addPeopleRoutes(app);
addChannelRoutes(app);
addMessageRoutes(app);
addAttachmentRoutes(app);
addSocketRoutes(app);

app.get("/manifest.webmanifest", (c) => manifestOf(c.env, c.req.raw));

app.get("*", async (c, next) => (isPagePath(c.req.raw) ? pageOf(c.env, c.req.raw) : next()));

app.notFound(() => problem({ code: "not_found", detail: "There is nothing at this address." }));

/** A limit that cannot be asked limits nobody. */
async function isWithin(pace: RateLimit, key: string): Promise<boolean> {
  try {
    return (await pace.limit({ key })).success;
  } catch (error) {
    log.transientError("address", error);
    return true;
  }
}

/**
 * What the platform says of an object that cannot take the call now. It has made such calls again by itself already
 * (https://developers.cloudflare.com/durable-objects/best-practices/automatic-retries/), so nothing here does.
 */
function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ("overloaded" in error && error.overloaded === true) || ("retryable" in error && error.retryable === true);
}

function decodePath(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // names no channel
  }
}
