/**
 * Whether a request that changes something comes from this site.
 */

import type { Context } from "hono";
import type { App } from "./context.ts";

/** Of this site, by the browser's word (Origin, Fetch Metadata); what sends neither is no browser. */
export function isFromHere(c: Context<App>): boolean {
  if (c.req.header("Sec-Fetch-Site") === "cross-site") return false;
  const origin = c.req.header("Origin");
  if (origin === undefined || origin === new URL(c.req.url).origin) return true;
  return (c.env.ALLOWED_ORIGINS ?? "").split(",").some((allowed) => allowed.trim() === origin);
}
