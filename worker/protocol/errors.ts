/**
 * Why something was refused: the codes, their HTTP statuses, and the codes that close a socket. Pure and shared with the browser.
 */

/** Every code a refusal may carry, with its HTTP status and the title of its problem document (RFC 9457). */
export const CODES = {
  bad_request: [400, "The request is invalid"],
  unauthorized: [401, "Sign in first"],
  bad_origin: [403, "The request comes from another site"],
  bad_access_code: [403, "The access code is missing or wrong"],
  forbidden: [403, "You are not allowed to do this"],
  blocked: [403, "This person doesn't accept this from you"],
  read_only: [403, "You can't write here"],
  not_found: [404, "Not found"],
  method_not_allowed: [405, "This method isn't supported here"],
  timeout: [408, "The request took too long to arrive"],
  name_taken: [409, "The name is taken"],
  channel_exists: [409, "A channel has that name"],
  id_conflict: [409, "The id belongs to another message"],
  already_sent: [409, "The message was sent and is no longer kept"],
  link_expired: [410, "The link has expired"],
  too_large: [413, "The request is too large"],
  range_not_satisfiable: [416, "The file is not that long"],
  invalid_name: [422, "The name can't be used"],
  invalid_text: [422, "The text can't be used"],
  invalid_person: [422, "This can't be done with this person"],
  invalid_emoji: [422, "The reaction can't be added"],
  invalid_attachment: [422, "The file can't be attached"],
  empty_file: [422, "The file is empty"],
  too_many: [422, "The limit is reached"],
  invalid_subscription: [422, "The device can't be subscribed"],
  invalid_reply: [422, "The message replied to is no longer kept"],
  upgrade_required: [426, "This address needs a WebSocket connection"],
  rate_limited: [429, "Too fast"],
  slow_mode: [429, "Slow mode is on"],
  internal: [500, "Something went wrong here"],
  busy: [503, "Too busy"],
  files_off: [503, "This site doesn't accept files"],
  push_off: [503, "This site doesn't send push notifications"],
  bad_frame: [400, "The frame is invalid"],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type Code = keyof typeof CODES;

/** Why something was not done. Nothing was stored or changed. `retryAfterMs`: waiting that long helps. */
export type Refusal = { readonly code: Code; readonly detail: string; readonly retryAfterMs?: number };

/** The outcome of what was refused. */
export type Refused = { readonly kind: "refused"; readonly refusal: Refusal };

/** Refuses with a code of the contract and a sentence for the person who asked. */
export function refuse(code: Code, detail: string, retryAfterMs?: number): Refused {
  return { kind: "refused", refusal: { code, detail, ...(retryAfterMs !== undefined && { retryAfterMs }) } };
}

/** Close codes of this product's own and the ones it hands out from the standard. */
export const CLOSE = {
  normal: 1000,
  binary: 1003,
  badFrames: 1008,
  tooLarge: 1009,
  internal: 1011,
  tooSlow: 4008,
  replaced: 4009,
  tooFast: 4029,
  sessionEnded: 4401,
  channelGone: 4404,
} as const;
