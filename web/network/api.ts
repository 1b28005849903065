/**
 * HTTP as the client speaks it: one function a route, answers parsed by the wire's schemas.
 * A refusal is a value; a network that is not there is `offline`.
 */
import * as v from "valibot";
import {
  ChannelsAnswer,
  OnlinePeopleAnswer,
  PeopleAnswer,
  ProblemAnswer,
  SessionAnswer,
  SiteAnswer,
  WindowAnswer,
} from "../../worker/protocol/answers.ts";
import { CLOSE } from "../../worker/protocol/errors.ts";
import { Channel } from "../../worker/protocol/things.ts";
import { t, told } from "../i18n/i18n.ts";
import { noteServerTime } from "./server-clock.ts";

/** What a request came to. `status` 0 with code `offline`: no answer at all, so nothing is known. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T; readonly status: number }
  | {
      readonly ok: false;
      readonly status: number;
      readonly code: string;
      /** The reason, in the language of the interface. */
      readonly detail: string;
      /** The server's English sentence. */
      readonly sentence?: string;
      readonly retryAfterMs?: number;
    };

/** An answer that takes longer (ms) is none. */
const REQUEST_TIMEOUT_MS = 15_000;

/** A page of the list of channels. */
export type ChannelPage = v.InferOutput<typeof ChannelsAnswer>;

export type Site = v.InferOutput<typeof SiteAnswer>;

/** What a message says, as it is sent: `attachments` are ids. */
type Content = {
  readonly id: string;
  readonly text: string;
  readonly replyTo?: string;
  readonly attachments?: readonly string[];
};

/** `members` beside the person who makes it, of a private channel only. */
export type NewChannel = {
  readonly name: string;
  readonly topic?: string;
  readonly private?: boolean;
  readonly members?: readonly string[];
};

/** What lets a new person in where not everyone may come. */
export type Admission = { readonly accessCode?: string; readonly invite?: string };

export const api = {
  site: () => call("GET", "/api/site", SiteAnswer),

  session: () => call("GET", "/api/session", SessionAnswer),

  /** Signs in, or renames the person who is signed in. */
  signIn: (name: string, { accessCode, invite }: Admission = {}) =>
    call("POST", "/api/session", SessionAnswer, {
      name,
      ...(accessCode !== undefined && { accessCode }),
      ...(invite !== undefined && { invite }),
    }),

  signOut: () => call("DELETE", "/api/session", v.unknown()),

  /** Makes the person an owner of the site, if the code is right. */
  becomeOwner: (code: string) => call("POST", "/api/session/owner", SessionAnswer, { code }),

  redeem: (token: string) => call("POST", "/api/session/redeem", SessionAnswer, { token }),

  /** The page of channels after `cursor`; the empty one is before the first. */
  channels: (cursor: string) => call("GET", `/api/channels?cursor=${encodeURIComponent(cursor)}`, ChannelsAnswer),

  createChannel: (asked: NewChannel) => call("POST", "/api/channels", Channel, asked),

  openDirect: (person: string) => call("POST", "/api/directs", Channel, { person }),

  /** The conversation of the person and these others. */
  openGroup: (people: readonly string[]) => call("POST", "/api/directs", Channel, { people }),

  /** People whose name starts with or contains `typed`. */
  searchPeople: (typed: string) => call("GET", `/api/people?q=${encodeURIComponent(typed)}`, OnlinePeopleAnswer),

  /** Those of at most fifty people there are. */
  peopleById: (ids: readonly string[]) => call("GET", `/api/people?id=${ids.join("&id=")}`, PeopleAnswer),

  window: (channelId: string) => call("GET", `${channelPath(channelId)}/messages`, WindowAnswer),

  send: (channelId: string, message: Content) =>
    call("POST", `${channelPath(channelId)}/messages`, v.unknown(), message),

  edit: (channelId: string, id: string, text: string) =>
    call("PATCH", `${channelPath(channelId)}/messages/${id}`, v.unknown(), { text }),

  /** Goes out even while the page is going away. */
  remove: (channelId: string, id: string) => call("DELETE", `${channelPath(channelId)}/messages/${id}`, v.unknown()),

  react: (channelId: string, id: string, emoji: string, on: boolean) =>
    call("POST", `${channelPath(channelId)}/messages/${id}/reactions`, v.unknown(), { emoji, on }),
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

/** One request. A network that is not there is an answer as well. */
export async function call<S extends v.GenericSchema>(
  method: string,
  path: string,
  schema: S,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<v.InferOutput<S>>> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(path, {
      method,
      keepalive: method === "DELETE",
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    noteServerTime(response.headers.get("Date"));
    text = await response.text();
  } catch {
    return { ok: false, status: 0, code: "offline", detail: t("No connection.") };
  }
  return readAnswer(response.status, text, schema);
}

/** What a server's answer says, by whatever way it came. Never throws. */
export function readAnswer<S extends v.GenericSchema>(
  status: number,
  text: string,
  schema: S,
): Answer<v.InferOutput<S>> {
  let value: unknown;
  try {
    value = JSON.parse(text || "null");
  } catch {
    value = undefined; // no answer of this server
  }
  if (status >= 200 && status < 300) {
    const parsed = v.safeParse(schema, value);
    if (parsed.success) return { ok: true, value: parsed.output, status };
  }
  const problem = v.safeParse(ProblemAnswer, value);
  if (problem.success) {
    const { code, detail } = problem.output;
    return { ok: false, status, ...problem.output, sentence: detail, detail: told(code, detail) };
  }
  return { ok: false, status, code: "internal", detail: t("The server's answer couldn't be read.") };
}
