/**
 * HTTP as the client speaks it: one function a route, answers parsed by the wire's schemas.
 * A refusal is a value; a network that is not there is `offline`.
 */
import * as v from "valibot";
import { Channel, type Person, ProblemAnswer, SessionAnswer, SiteAnswer } from "../worker/frames.ts";
import { CLOSE } from "../worker/protocol.ts";

/** What a request came to. `status` 0 with code `offline`: no answer at all, so nothing is known. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T; readonly status: number }
  | {
      readonly ok: false;
      readonly status: number;
      readonly code: string;
      readonly detail: string;
      readonly retryAfterMs?: number;
    };

/** An answer that takes longer (ms) is none. */
const PATIENCE_MS = 15_000;

export type Site = v.InferOutput<typeof SiteAnswer>;

export const api = {
  site: (): Promise<Answer<Site>> => call("GET", "/api/site", SiteAnswer),

  session: (): Promise<Answer<{ person: Person }>> => call("GET", "/api/session", SessionAnswer),

  /** Signs in, or renames whoever is signed in. */
  signIn: (name: string, accessCode?: string): Promise<Answer<{ person: Person }>> =>
    call("POST", "/api/session", SessionAnswer, accessCode === undefined ? { name } : { name, accessCode }),

  signOut: (): Promise<Answer<unknown>> => call("DELETE", "/api/session", v.unknown()),

  createChannel: (name: string): Promise<Answer<Channel>> => call("POST", "/api/channels", Channel, { name }),

  send: (channelId: string, id: string, text: string): Promise<Answer<unknown>> =>
    call("POST", `${channelPath(channelId)}/messages`, v.unknown(), { id, text }),

  edit: (channelId: string, id: string, text: string): Promise<Answer<unknown>> =>
    call("PATCH", `${channelPath(channelId)}/messages/${id}`, v.unknown(), { text }),

  /** Goes out even while the page is going away. */
  remove: (channelId: string, id: string): Promise<Answer<unknown>> =>
    call("DELETE", `${channelPath(channelId)}/messages/${id}`, v.unknown()),
};

/** Why a socket was refused (asked for as if all were known, so that no window is sent), as the close code that says the same; `undefined` when it may be tried again. */
export async function whyRefused(channelId?: string): Promise<number | undefined> {
  const path = channelId === undefined ? "/api/session" : `${channelPath(channelId)}/messages`;
  const answer = await call("GET", path, v.unknown(), undefined, { "If-None-Match": "*" });
  if (answer.status === 401) return CLOSE.sessionEnded;
  return answer.status === 404 ? CLOSE.channelGone : undefined;
}

/** The address of a socket. */
export function socketUrl(path: string): string {
  return new URL(path, location.href).href.replace(/^http/, "ws");
}

export function channelPath(channelId: string): string {
  return `/api/channels/${encodeURIComponent(channelId)}`;
}

async function call<S extends v.GenericSchema>(
  method: string,
  path: string,
  schema: S,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<v.InferOutput<S>>> {
  let response: Response;
  let value: unknown;
  try {
    response = await fetch(path, {
      method,
      keepalive: method === "DELETE",
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    value = JSON.parse((await response.text()) || "null");
  } catch {
    return { ok: false, status: 0, code: "offline", detail: "No connection." };
  }
  const { status } = response;
  if (response.ok) {
    const parsed = v.safeParse(schema, value);
    if (parsed.success) return { ok: true, value: parsed.output, status };
  }
  const problem = v.safeParse(ProblemAnswer, value);
  if (problem.success) return { ok: false, status, ...problem.output };
  return { ok: false, status, code: "internal", detail: "The server gave no answer that can be read." };
}
