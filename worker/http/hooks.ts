/** Incoming hooks: made and ended by people of a channel, and written to by programs that have nothing but the address. */
import type { Context } from "hono";
import type { Hono } from "hono/tiny";
import { readDiscord } from "../hooks/discord.ts";
import { readGithub } from "../hooks/github.ts";
import { cut, type Fields, fieldsOf, type HookMessage } from "../hooks/hook-message.ts";
import { readSlack } from "../hooks/slack.ts";
import { hexDigest } from "../platform/digest.ts";
import { channelStub } from "../platform/objects.ts";
import { randomId } from "../platform/random-id.ts";
import { BotBody } from "../protocol/commands.ts";
import { HOOK_BODY_MAX_BYTES } from "../protocol/limits.ts";
import { foldDisplayName } from "../protocol/names.ts";
import { type App, accepted, channelOf, directory, logFailure, only, reject, withChannel } from "./context.ts";
import { readBody, readLong, UNNAMED_TYPE } from "./request-body.ts";
import { newSecret } from "./session-cookie.ts";

const TOKEN = /^([A-Za-z0-9_-]{22})\.[A-Za-z0-9_-]{43}$/;

export function addHookRoutes(app: Hono<App>): void {
  app
    .get("/api/channels/:id/hooks", async (c) => {
      const { hooks } = await withChannel(c, async (object, auth) => object.hooks(auth));
      return c.json({ hooks });
    })
    .post(async (c) => {
      const { epoch } = channelOf(c);
      const folded = foldDisplayName((await readBody(c, BotBody)).name);
      if (!folded.ok) reject("invalid_name", folded.reason);
      const { name } = folded;
      await withChannel(c, async (object, auth) => object.mayAddHook(auth));
      const id = `hook_${randomId(12)}`;
      const token = `${epoch}.${newSecret()}`;
      const claim = { name, claimant: { personId: id }, isAdmitted: true };
      const { claimedAt } = accepted(await directory(c).claimName(claim));
      try {
        const hook = { id, name, hash: await hexDigest(token), claimedAt };
        await withChannel(c, async (object, auth) => object.addHook(auth, hook));
      } catch (error) {
        await directory(c).releaseName(id, name, claimedAt).catch(logFailure);
        throw error;
      }
      return c.json({ id, name, url: `${new URL(c.req.url).origin}/api/hooks/${token}` }, 201);
    })
    .all(only("GET", "HEAD", "POST"));

  app
    .delete("/api/channels/:id/hooks/:hookId", async (c) => {
      const hookId = c.req.param("hookId");
      await withChannel(c, async (object, auth) => object.removeHook(auth, hookId));
      return c.body(null, 204);
    })
    .all(only("DELETE"));
}

/** Needs no session, and no page of this site: anyone who has the address may write. */
export function addIncomingHookRoutes(app: Hono<App>): void {
  app.post("/api/hooks/:token", (c) => receive(c, readSlack, true));
  app.post("/api/hooks/:token/discord", (c) => receive(c, readDiscord, false));
  app.post("/api/hooks/:token/github", (c) => {
    const event = c.req.header("X-GitHub-Event") ?? "";
    return receive(c, (body) => readGithub(event, body), false, true);
  });
  for (const path of ["/api/hooks/:token", "/api/hooks/:token/discord", "/api/hooks/:token/github"])
    app.all(path, only("POST"));
  app.all("/api/hooks/*", () => reject("not_found", "There is nothing at this address."));
}

/** `isSilent`: what says nothing is taken all the same. */
async function receive(
  c: Context<App>,
  read: (body: Fields) => HookMessage,
  mayBeText: boolean,
  isSilent = false,
): Promise<Response> {
  const token = c.req.param("token") ?? "";
  const epoch = TOKEN.exec(token)?.[1];
  if (epoch === undefined) return answer(404, "no_service");
  const bytes = await readLong(c, HOOK_BODY_MAX_BYTES);
  if (!bytes) return answer(413, "invalid_payload");
  const message = await messageOf(c.req.header("Content-Type") ?? "", bytes, read, mayBeText);
  if (!message) return answer(400, "invalid_payload");
  const text = cut(message.text);
  if (text === "") return isSilent ? answer(200, "ok") : answer(400, "no_text");
  const said = { id: crypto.randomUUID(), text, ...(message.username !== undefined && { username: message.username }) };
  const outcome = await channelStub(c.env, epoch).receiveHook(await hexDigest(token), said);
  switch (outcome.kind) {
    case "done":
      return answer(200, "ok");
    case "no service":
      return answer(404, "no_service");
    case "gone":
      return answer(404, "channel_not_found");
    case "refused": {
      const { code, retryAfterMs = 1_000 } = outcome.refusal;
      if (code === "invalid_text") return answer(400, "no_text");
      return answer(429, "rate_limited", { "Retry-After": String(Math.ceil(retryAfterMs / 1_000)) });
    }
    default:
      return outcome satisfies never;
  }
}

/** `undefined`: the body is none of the shapes. */
async function messageOf(
  type: string,
  bytes: Uint8Array,
  read: (body: Fields) => HookMessage,
  mayBeText: boolean,
): Promise<HookMessage | undefined> {
  if (/^multipart\/form-data\b/i.test(type)) {
    const fields = parseFields(await partOf(type, bytes));
    return fields && read(fields);
  }
  let body: string;
  try {
    body = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return undefined; // no UTF-8
  }
  if (mayBeText && type !== UNNAMED_TYPE && /^text\/plain\b/i.test(type)) return { text: body.trim() };
  const fields = parseFields(body) ?? parseFields(payloadOf(type, body));
  return fields && read(fields);
}

/** The one field that may hold JSON in a form. */
function payloadOf(type: string, body: string): string {
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) return "";
  const [payload = "", ...more] = new URLSearchParams(body).getAll("payload");
  return more.length === 0 ? payload : "";
}

/** The JSON of a form in parts, as Discord's senders use it beside files. Files are not taken. */
async function partOf(type: string, bytes: Uint8Array): Promise<string> {
  try {
    const form = await new Response(bytes, { headers: { "Content-Type": type } }).formData();
    const [payload, ...more] = form.getAll("payload_json");
    return typeof payload === "string" && more.length === 0 ? payload : "";
  } catch {
    return ""; // no such form
  }
}

function parseFields(json: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? fieldsOf(value) : undefined;
  } catch {
    return undefined; // no JSON
  }
}

function answer(status: 200 | 400 | 404 | 413 | 429, text: string, headers: Record<string, string> = {}): Response {
  return new Response(text, { status, headers: { "Content-Type": "text/plain; charset=utf-8", ...headers } });
}
