/**
 * A refusal as HTTP says it: `application/problem+json` (RFC 9457), in one place.
 */
import { CODES, type Refusal } from "../protocol/errors.ts";

/** The answer to a refused request. `allow` lists the methods of a path (RFC 9110 §15.5.6). */
export function problem(refusal: Refusal, allow?: readonly string[]): Response {
  const { code, detail, retryAfterMs } = refusal;
  const [status, title] = CODES[code];
  const headers = new Headers({ "Content-Type": "application/problem+json" });
  if (retryAfterMs !== undefined) headers.set("Retry-After", String(Math.ceil(retryAfterMs / 1000)));
  if (allow) headers.set("Allow", allow.join(", "));
  if (code === "upgrade_required") headers.set("Upgrade", "websocket");
  const body = { type: `urn:flack:problem:${code}`, title, status, code, detail };
  return new Response(JSON.stringify(retryAfterMs === undefined ? body : { ...body, retryAfterMs }), {
    status,
    headers,
  });
}
