/**
 * HTTP as the client speaks it: one function a route, answers parsed by the wire's schemas.
 * A refusal is a value; a network that is not there is `offline`.
 */
import * as v from "valibot";
import {
  ChannelsAnswer,
  DevicesAnswer,
  LinkAnswer,
  MembersAnswer,
  OnlinePeopleAnswer,
  PeopleAnswer,
  PinsAnswer,
  ProblemAnswer,
  RecoveryAnswer,
  SessionAnswer,
  SiteAnswer,
  WindowAnswer,
} from "../../worker/protocol/answers.ts";
import { CLOSE } from "../../worker/protocol/errors.ts";
import { Channel, type Preference } from "../../worker/protocol/things.ts";
import { t, told } from "../i18n/i18n.ts";
import { noteServerTime } from "./server-clock.ts";

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

/** What is to be changed about a channel. `keepMs` and `slowMs` 0: no such rule. */
export type ChannelChange = {
  readonly topic?: string;
  readonly name?: string;
  readonly posting?: "everyone" | "creator";
  readonly slowMs?: number;
  readonly keepMs?: number;
};

export const api = {
  site: () => call("GET", "/api/site", SiteAnswer),

  session: () => call("GET", "/api/session", SessionAnswer),

  /** Signs in, or renames the person who is signed in. */
  signIn: (name: string, accessCode?: string) =>
    call("POST", "/api/session", SessionAnswer, accessCode === undefined ? { name } : { name, accessCode }),

  signOut: () => call("DELETE", "/api/session", v.unknown()),

  /** Makes the person an owner of the site, if the code is right. */
  becomeOwner: (code: string) => call("POST", "/api/session/owner", SessionAnswer, { code }),

  removePerson: (personId: string) => call("DELETE", `/api/people/${personId}`, v.unknown()),

  /** The devices on which this person is signed in. */
  devices: () => call("GET", "/api/session/devices", DevicesAnswer),

  /** A link for one more device. */
  link: () => call("POST", "/api/session/links", LinkAnswer),

  redeem: (token: string) => call("POST", "/api/session/redeem", SessionAnswer, { token }),

  /** The page of channels after `cursor`; the empty one is before the first. */
  channels: (cursor: string) => call("GET", `/api/channels?cursor=${encodeURIComponent(cursor)}`, ChannelsAnswer),

  createChannel: (asked: NewChannel) => call("POST", "/api/channels", Channel, asked),

  changeChannel: (channelId: string, change: ChannelChange) => call("PATCH", channelPath(channelId), Channel, change),

  deleteChannel: (channelId: string) => call("DELETE", channelPath(channelId), v.unknown()),

  openDirect: (person: string) => call("POST", "/api/directs", Channel, { person }),

  /** The conversation of the person and these others. */
  openGroup: (people: readonly string[]) => call("POST", "/api/directs", Channel, { people }),

  setPreference: (channelId: string, change: Preference) =>
    call("PUT", `${channelPath(channelId)}/preferences`, v.unknown(), change),

  block: (personId: string, isBlocked: boolean) =>
    call(isBlocked ? "PUT" : "DELETE", `/api/people/${personId}/block`, v.unknown()),

  endDevice: (deviceId: string) => call("DELETE", `/api/session/devices/${deviceId}`, v.unknown()),

  /** A new code to come back with, in the place of the former one. */
  makeRecoveryCode: () => call("POST", "/api/session/recovery", RecoveryAnswer),

  pins: (channelId: string) => call("GET", `${channelPath(channelId)}/pins`, PinsAnswer),

  pin: (channelId: string, messageId: string) =>
    call("POST", `${channelPath(channelId)}/pins`, PinsAnswer, { messageId }),

  unpin: (channelId: string, messageId: string) =>
    call("DELETE", `${channelPath(channelId)}/pins/${messageId}`, v.unknown()),

  members: (channelId: string) => call("GET", `${channelPath(channelId)}/members`, MembersAnswer),

  addMember: (channelId: string, person: string) =>
    call("POST", `${channelPath(channelId)}/members`, MembersAnswer, { person }),

  /** Takes a person out of a private channel; oneself: leaves it. */
  removeMember: (channelId: string, personId: string) =>
    call("DELETE", `${channelPath(channelId)}/members/${personId}`, v.unknown()),

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

async function call<S extends v.GenericSchema>(
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
    return { ok: false, status, ...problem.output, detail: told(code, detail) };
  }
  return { ok: false, status, code: "internal", detail: t("The server gave no answer that can be read.") };
}
