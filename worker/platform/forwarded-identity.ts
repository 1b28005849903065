/**
 * How the front door hands an upgrade to an object: the request as it came, with the identity that the person's shard confirmed.
 * It is a header, because an upgrade has no body. What a client sends under that name is overwritten.
 */
const HEADER = "x-flack-identity";

/** The request for the object. Cookie and key stay at the front door. */
export function attachIdentity(request: Request, contents: unknown): Request {
  const forwarded = new Request(request);
  forwarded.headers.set(HEADER, encodeURIComponent(JSON.stringify(contents)));
  for (const secret of ["authorization", "cookie"]) forwarded.headers.delete(secret);
  return forwarded;
}

/** What was forwarded. Only for requests that came through the front door. */
export function readForwardedIdentity<T>(request: Request): T {
  const contents: T = JSON.parse(decodeURIComponent(request.headers.get(HEADER) ?? ""));
  return contents;
}

/** The status by which an upgrade says `Stale` (RFC 8470 lends the number). The front door shows it to no client. */
export const STALE_STATUS = 425;

/** The status by which a channel says that one of its relays has a place (RFC 9110 calls it misdirected). Shown to no client. */
export const PLACED_STATUS = 421;
