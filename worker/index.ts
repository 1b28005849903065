/**
 * The front door: the route table, and what holds for every request. Rules live behind it.
 * When several things are wrong, the first of these is told: origin, session, path, method, upgrade, channel, body, pace.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import * as v from "valibot";
import {
  type AuthContext,
  type Channel as ChannelObject,
  type ChannelRef,
  type ChannelUpgrade,
  type FileOutcome,
  STALE_STATUS,
  type Stale,
} from "./channel/channel.ts";
import type { CheckedSession } from "./directory/directory.ts";
import { addressKey } from "./http/address.ts";
import { type FileFacts, foldFileName, isKnown, receive, serve, sizeError } from "./http/files.ts";
import { isPagePath, manifestOf, pageOf, siteName } from "./http/page.ts";
import { clearSessionCookie, hashToken, newToken, readSessionToken, setSessionCookie } from "./http/session-cookie.ts";
import { keyOf } from "./platform/file-key.ts";
import { attachIdentity } from "./platform/forwarded-identity.ts";
import { log } from "./platform/log.ts";
import { problem } from "./platform/problem.ts";
import { randomId } from "./platform/random-id.ts";
import {
  EditBody,
  type MessageCommand,
  MessageId,
  NewChannelBody,
  NewDirectBody,
  NewMessageBody,
  OwnerBody,
  parseJsonObject,
  ReactBody,
  RedeemBody,
  SignInBody,
  TopicBody,
} from "./protocol/commands.ts";
import type { Refusal } from "./protocol/errors.ts";
import type { Person } from "./protocol/frames.ts";
import { BODY_MAX_MS, FRAME_MAX_BYTES, PEOPLE_ASKED_MAX, TOPIC_MAX_POINTS } from "./protocol/limits.ts";
import { foldChannelName, foldDisplayName } from "./protocol/names.ts";
import { foldText } from "./protocol/text.ts";

export { Channel } from "./channel/channel.ts";
export { Directory } from "./directory/directory.ts";

type Variables = { readonly checked: CheckedSession };
type App = { Bindings: Env; Variables: Variables };

const app = new Hono<App>();

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
/** After this long (ms) a request to an object that is overloaded, or out of reach, may be made again. */
const OBJECT_WAIT_MS = 2_000;

/* ---- what holds for every request ---- */

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

/* ---- without a session ---- */

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

app.post("/api/session", async (c) => {
  const token = readSessionToken(c);
  const fresh = newToken();
  const body = await readBody(c, SignInBody);
  const address = addressOf(c);
  const outcome = await directory(c).signIn({
    name: foldDisplayName(body.name),
    fresh: await hashToken(fresh),
    isAdmitted: await isRightCode(body.accessCode, c.env.ACCESS_CODE),
    ...(token !== undefined && { session: await hashToken(token) }),
    ...(address !== undefined && { address }),
  });
  if (outcome.kind === "refused") return problem(outcome.refusal);
  if (outcome.kind === "created") setSessionCookie(c, fresh);
  return c.json(sessionOf(outcome), outcome.kind === "created" ? 201 : 200);
});

app.post("/api/session/redeem", async (c) => {
  const token = readSessionToken(c);
  const fresh = newToken();
  const body = await readBody(c, RedeemBody);
  const address = addressOf(c);
  const outcome = await directory(c).redeem({
    link: await hashToken(body.token),
    fresh: await hashToken(fresh),
    ...(token !== undefined && { session: await hashToken(token) }),
    ...(address !== undefined && { address }),
  });
  if (outcome.kind === "refused") return problem(outcome.refusal);
  setSessionCookie(c, fresh);
  return c.json(sessionOf(outcome));
});

/* ---- with a session ---- */

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

app
  .get("/api/session", (c) => c.json(sessionOf(c.var.checked.sessionIdentity)))
  .delete(async (c) => {
    await directory(c).signOut(c.var.checked.sessionIdentity.session);
    clearSessionCookie(c);
    return c.body(null, 204);
  })
  .all(only("GET", "HEAD", "POST", "DELETE"));

app
  .post("/api/session/links", async (c) => {
    const token = newToken();
    const expiresAt = await directory(c).addLink(c.var.checked.sessionIdentity.session, await hashToken(token));
    if (expiresAt === undefined) refuse("unauthorized", "Sign in first.");
    return c.json({ url: `${new URL(c.req.url).origin}/#link=${token}`, expiresAt }, 201);
  })
  .all(only("POST"));

app.all("/api/session/redeem", only("POST"));

app
  .post("/api/session/owner", async (c) => {
    const { code } = await readBody(c, OwnerBody);
    const isRight = Boolean(c.env.OWNER_CODE) && (await isRightCode(code, c.env.OWNER_CODE));
    const outcome = await directory(c).becomeOwner(c.var.checked.sessionIdentity.session, isRight, addressOf(c));
    if (outcome.kind === "refused") return problem(outcome.refusal);
    return c.json(sessionOf(outcome));
  })
  .all(only("POST"));

app
  .get("/api/session/devices", async (c) =>
    c.json({ devices: await directory(c).countDevices(c.var.checked.sessionIdentity.person.id) }),
  )
  .all(only("GET", "HEAD"));

app
  .get("/api/people", async (c) => {
    const ids = c.req.queries("id")?.slice(0, PEOPLE_ASKED_MAX);
    const people = ids ? directory(c).peopleById(ids) : directory(c).searchPeople(c.req.query("q") ?? "");
    return c.json({ people: await people });
  })
  .all(only("GET", "HEAD"));

app
  .delete("/api/people/:id", async (c) => {
    const refusal = await directory(c).removePerson(c.req.param("id"), c.var.checked.sessionIdentity.session);
    return refusal ? problem(refusal) : c.body(null, 204);
  })
  .all(only("DELETE"));

app
  .post("/api/directs", async (c) => {
    const body = await readBody(c, NewDirectBody);
    const outcome = await directory(c).openDirect(c.var.checked.sessionIdentity.session, body.person);
    if (outcome.kind === "refused") return problem(outcome.refusal);
    return c.json(outcome.channel, outcome.kind === "created" ? 201 : 200);
  })
  .all(only("POST"));

app
  .get("/api/channels", async (c) =>
    c.json({ channels: await directory(c).channels(c.var.checked.sessionIdentity.person.id) }),
  )
  .post(async (c) => {
    const body = await readBody(c, NewChannelBody);
    const folded = foldChannelName(body.name);
    if (!folded.ok) refuse("invalid_name", folded.reason);
    const topic = foldText(body.topic ?? "", TOPIC_MAX_POINTS);
    if (topic === undefined) refuse("invalid_text", `A topic has at most ${TOPIC_MAX_POINTS} characters.`);
    const outcome = await directory(c).createChannel(folded.name, topic, c.var.checked.sessionIdentity.session);
    return outcome.kind === "refused" ? problem(outcome.refusal) : c.json(outcome.channel, 201);
  })
  .all(only("GET", "HEAD", "POST"));

app
  .patch("/api/channels/:id", async (c) => {
    const { id } = channelOf(c);
    const body = await readBody(c, TopicBody);
    const outcome = await directory(c).setTopic(id, body.topic, c.var.checked.sessionIdentity.session);
    return outcome.kind === "refused" ? problem(outcome.refusal) : c.json(outcome.channel);
  })
  .delete(async (c) => {
    const outcome = await directory(c).deleteChannel(channelOf(c).id, c.var.checked.sessionIdentity.session);
    return outcome.kind === "refused" ? problem(outcome.refusal) : c.body(null, 204);
  })
  .all(only("PATCH", "DELETE"));

app
  .get("/api/channels/:id/messages", async (c) => {
    const channel = channelOf(c);
    const asked = c.req.header("If-None-Match");
    if (asked !== undefined) {
      const outcome = await withAuth(c, async (object, auth) => object.head(auth));
      if (outcome.kind === "refused") return problem(outcome.refusal);
      if (isKnown(asked, entityTag(channel, outcome.rev))) return windowAnswer(c, channel, outcome.rev, null);
    }
    const outcome = await withAuth(c, async (object, auth) => object.read(auth));
    if (outcome.kind === "refused") return problem(outcome.refusal);
    return windowAnswer(c, channel, outcome.rev, outcome.body);
  })
  .post(async (c) => {
    channelOf(c);
    const body = await readBody(c, NewMessageBody);
    const { message, isChange } = await execute(c, { type: "send", ...body });
    return c.json(message, isChange ? 201 : 200);
  })
  .all(only("GET", "HEAD", "POST"));

app
  .patch("/api/channels/:id/messages/:messageId", async (c) => {
    channelOf(c);
    const id = messageIdOf(c.req.param("messageId"));
    const { message } = await execute(c, { type: "edit", id, ...(await readBody(c, EditBody)) });
    return c.json(message);
  })
  .delete(async (c) => {
    channelOf(c);
    await execute(c, { type: "delete", id: messageIdOf(c.req.param("messageId")) });
    return c.body(null, 204);
  })
  .all(only("PATCH", "DELETE"));

app
  .post("/api/channels/:id/messages/:messageId/reactions", async (c) => {
    channelOf(c);
    const id = messageIdOf(c.req.param("messageId"));
    const { message } = await execute(c, { type: "react", id, ...(await readBody(c, ReactBody)) });
    return c.json(message);
  })
  .all(only("POST"));

app
  .post("/api/channels/:id/attachments", async (c) => {
    const channel = channelOf(c);
    const bucket = bucketOf(c);
    const id = randomId(16);
    const declared = readLength(c.req.header("Content-Length"));
    const unfit = declared === undefined ? undefined : sizeError(declared);
    if (unfit) return problem(unfit);
    const limited = await directory(c).admitUpload(c.var.checked.sessionIdentity.session, declared ?? 0);
    if (limited) return problem(limited);
    const begun = await withAuth(c, async (object, auth) => object.beginUpload(auth, id));
    if (begun.kind === "refused") return problem(begun.refusal);
    let outcome: Exclude<FileOutcome, Stale> | undefined;
    try {
      outcome = await storeUpload(c, channel, id, bucket, declared);
    } finally {
      if (outcome?.kind !== "file") {
        await objectOf(c, channel)
          .dropUpload(id)
          .catch((error: unknown) => log.transientError("upload", error)); // the channel forgets it by itself after an hour
        await bucket.delete(keyOf(channel.epoch, id)); // also where nobody remembers it: its channel may be gone
      }
    }
    return outcome.kind === "file" ? c.json(outcome.file, 201) : problem(outcome.refusal);
  })
  .all(only("POST"));

app
  .get("/api/channels/:id/attachments/:attachmentId", async (c) => {
    const channel = channelOf(c);
    const bucket = bucketOf(c);
    const outcome = await withAuth(c, async (object, auth) => object.attachment(auth, c.req.param("attachmentId")));
    if (outcome.kind === "refused") return problem(outcome.refusal);
    return serve(c.req.raw, bucket, keyOf(channel.epoch, outcome.file.id), outcome.file);
  })
  .all(only("GET", "HEAD"));

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

/* ---- the site's pages: assets that are there never come this far ---- */

app.get("/manifest.webmanifest", (c) => manifestOf(c.env, c.req.raw));

app.get("*", async (c, next) => (isPagePath(c.req.raw) ? pageOf(c.env, c.req.raw) : next()));

app.notFound(() => problem({ code: "not_found", detail: "There is nothing at this address." }));

export default app;

/* ---- what the routes are made of ---- */

/** A refusal on its way to `onError`. */
class Refused extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.code);
    this.refusal = refusal;
  }
}

function refuse(code: Refusal["code"], detail: string): never {
  throw new Refused({ code, detail });
}

function only(...methods: readonly string[]) {
  return () => problem({ code: "method_not_allowed", detail: "This method is not known here." }, methods);
}

/** A limit that cannot be asked limits nobody. */
async function isWithin(pace: RateLimit, key: string): Promise<boolean> {
  try {
    return (await pace.limit({ key })).success;
  } catch (error) {
    log.transientError("address", error);
    return true;
  }
}

/** Who one is, and that one is an owner of the site if so. */
function sessionOf({ person, isOwner }: { readonly person: Person; readonly isOwner: boolean }) {
  return isOwner ? { person, owner: true } : { person };
}

/** Whose hourly limits a request counts against, where the edge tells. */
function addressOf(c: Context<App>): string | undefined {
  const address = c.req.header("CF-Connecting-IP");
  return address === undefined ? undefined : addressKey(address);
}

/**
 * What the platform says of an object that cannot take the call now. It has made such calls again by itself already
 * (https://developers.cloudflare.com/durable-objects/best-practices/automatic-retries/), so nothing here does.
 */
function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ("overloaded" in error && error.overloaded === true) || ("retryable" in error && error.retryable === true);
}

function directory(c: Context<App>) {
  return c.env.DIRECTORY.getByName("directory");
}

function objectOf(c: Context<App>, channel: ChannelRef) {
  return c.env.CHANNEL.getByName(channel.epoch);
}

/** Asks the directory who this is and, if a channel is named, whether it is there for them. */
async function check(c: Context<App>, session: string, channelId: string | undefined): Promise<void> {
  const checked = await directory(c).ask(session, !isUpgrade(c), channelId);
  if (!checked) refuse("unauthorized", "Sign in first.");
  c.set("checked", checked);
}

/** The same once more: the check was too old for the channel, whose clock said `at` (ms) then. What is checked now is newer than that, whatever the directory's clock says. */
async function checkAgain(c: Context<App>, at: number): Promise<void> {
  await check(c, c.var.checked.sessionIdentity.session, channelOf(c).id);
  const { checked } = c.var;
  c.set("checked", { ...checked, checkedAt: Math.max(checked.checkedAt, at) });
}

const STILL_STALE: Refusal = { code: "busy", detail: "Too much is going on right now.", retryAfterMs: OBJECT_WAIT_MS };

/**
 * Calls the channel of the path for whoever asks. Where their check is too old to count (a body that took long, an object that has
 * just started), the directory is asked again and the call made once more: a session that ended meanwhile changes nothing.
 */
async function withAuth<T extends { readonly kind: string }>(
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

function upgradeTo(c: Context<App>): Promise<Response> {
  const upgrade: ChannelUpgrade = { auth: authContextOf(c), reportedSeq: channelOf(c).seq };
  return objectOf(c, channelOf(c)).fetch(attachIdentity(c.req.raw, upgrade));
}

/** The channel of the path, as the directory confirmed it. One that is not there and one of others are the same. */
function channelOf(c: Context<App>): NonNullable<CheckedSession["channel"]> {
  return c.var.checked.channel ?? refuse("not_found", "There is no such channel.");
}

function messageIdOf(segment: string): string {
  return v.is(MessageId, segment) ? segment : refuse("bad_request", "A message's id is a UUID in lower case.");
}

function authContextOf(c: Context<App>): AuthContext {
  const { id, epoch, kind } = channelOf(c);
  const { sessionIdentity, checkedAt } = c.var.checked;
  return { ...sessionIdentity, checkedAt, channel: { id, epoch, kind } };
}

async function execute(c: Context<App>, command: MessageCommand) {
  const outcome = await withAuth(c, async (object, auth) => object.command(auth, command));
  if (outcome.kind === "refused") throw new Refused(outcome.refusal);
  return outcome;
}

function bucketOf(c: Context<App>): R2Bucket {
  return c.env.FILES ?? refuse("files_off", "This site takes no files.");
}

/** The bytes into the bucket, then word of them to those who keep count. */
async function storeUpload(
  c: Context<App>,
  channel: ChannelRef,
  id: string,
  bucket: R2Bucket,
  declared: number | undefined,
): Promise<Exclude<FileOutcome, Stale>> {
  const { person, session } = c.var.checked.sessionIdentity;
  const key = keyOf(channel.epoch, id);
  const received = await receive(bucket, key, c.req.raw.body, { declaredBytes: declared, personId: person.id });
  if (received.kind === "refused") return received;
  const full = await directory(c).noteUpload(session, id, received.size);
  if (full) return { kind: "refused", refusal: full };
  const { type, size } = received;
  const [width, height] = [readLength(c.req.query("width")), readLength(c.req.query("height"))];
  const facts: FileFacts = {
    name: foldFileName(c.req.query("name") ?? ""),
    type,
    size,
    ...(width && height && { width, height }),
  };
  return withAuth(c, async (object, auth) => object.completeUpload(auth, id, facts));
}

/** A whole number of what can be counted, or nothing. */
function readLength(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function entityTag(channel: ChannelRef, rev: number): string {
  return `W/"${channel.epoch}.${rev}"`;
}

/** The window, or 304 when `body` is null. */
function windowAnswer(c: Context<App>, channel: ChannelRef, rev: number, body: string | null): Response {
  c.header("ETag", entityTag(channel, rev));
  c.header("Cache-Control", "private, no-cache");
  if (body === null) return c.body(null, 304);
  return c.body(body, 200, { "Content-Type": "application/json" });
}

/** Reads a JSON body of at most 64 KiB, counted as it comes: `Content-Length` is only a hint. */
async function readBody<S extends v.GenericSchema>(c: Context<App>, schema: S): Promise<v.InferOutput<S>> {
  const bytes = await readAtMost(c.req.raw.body, FRAME_MAX_BYTES);
  if (!bytes) refuse("too_large", `A body has at most ${FRAME_MAX_BYTES} bytes.`);
  const parsed = v.safeParse(schema, parseJsonObject(decodeUtf8(bytes)));
  return parsed.success ? parsed.output : refuse("bad_request", "The body's fields are not as they should be.");
}

/** The time is kept by a timer of its own: a body whose last byte never comes is refused too. */
async function readAtMost(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = body?.getReader();
  const { promise: isLate, resolve: ring } = Promise.withResolvers<"late">();
  const timer = setTimeout(ring, BODY_MAX_MS, "late");
  try {
    for (;;) {
      const read = (await Promise.race([reader?.read(), isLate])) ?? { done: true, value: undefined };
      if (read === "late") refuse("timeout", `A body has ${BODY_MAX_MS / 1_000} seconds to arrive.`);
      if (read.done) break;
      size += read.value.byteLength;
      if (size > maxBytes) return undefined;
      chunks.push(read.value);
    }
  } finally {
    clearTimeout(timer);
    void reader?.cancel().catch(() => {}); // a body that broke off cannot be cancelled
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/** Bytes that are no UTF-8 become no JSON. */
function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return "";
  }
}

function decodePath(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // names no channel
  }
}

function isUpgrade(c: Context): boolean {
  return c.req.header("Upgrade")?.toLowerCase() === "websocket";
}

/** Of this site, by the browser's word (Origin, Fetch Metadata); what sends neither is no browser. */
function isFromHere(c: Context<App>): boolean {
  if (c.req.header("Sec-Fetch-Site") === "cross-site") return false;
  const origin = c.req.header("Origin");
  if (origin === undefined || origin === new URL(c.req.url).origin) return true;
  return (c.env.ALLOWED_ORIGINS ?? "").split(",").some((allowed) => allowed.trim() === origin);
}

/** Compared as digests, so that the time it takes tells nothing about the code. */
async function isRightCode(given: string | undefined, code: string | undefined): Promise<boolean> {
  return !code || (await hashToken(given ?? "")) === (await hashToken(code));
}
