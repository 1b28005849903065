/**
 * Where one is, by the address: a signal that follows it, and the way to go elsewhere without a reload.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import { leaveLayers, passLayers } from "./layers.ts";

/** `seq` is the number of a message to go to, where the address names one. */
export type Route =
  | { readonly kind: "home" }
  | { readonly kind: "channel"; readonly id: string; readonly seq?: number }
  | { readonly kind: "direct"; readonly personId: string; readonly seq?: number }
  | { readonly kind: "nowhere" };

const current = signal<Route>(parseRoute(location.pathname, location.search));

export const route: ReadonlySignal<Route> = current;

/** Path, query and fragment of where one is. */
let address = whole();

function whole(): string {
  return location.pathname + location.search + location.hash;
}

/** Reads an address; what cannot be read is nowhere. */
export function parseRoute(path: string, query = ""): Route {
  if (path === "/") return { kind: "home" };
  const [, kind, name] = /^\/([cd])\/([^/]+)\/?$/.exec(path) ?? [];
  const asked = new URLSearchParams(query).get("m");
  const place = asked !== null && /^\d{1,15}$/.test(asked) ? { seq: Number(asked) } : {};
  if (name === undefined) return { kind: "nowhere" };
  if (kind === "d") {
    return /^[\w-]{16,32}$/.test(name) ? { kind: "direct", personId: name, ...place } : { kind: "nowhere" };
  }
  try {
    const id = decodeURIComponent(name);
    // Whether there may be such a channel is asked when there is none; only what tells the two kinds apart matters here.
    return /^[^/~]+$/.test(id) ? { kind: "channel", id, ...place } : { kind: "nowhere" };
  } catch {
    return { kind: "nowhere" }; // a broken escape
  }
}

/** The address of a channel, as `ownId` reaches it: a direct one by its other person. */
export function channelHref(id: string, ownId = ""): string {
  const peer = id.includes("~") && id.split("~").find((personId) => personId !== ownId);
  return peer ? `/d/${peer}` : `/c/${encodeURIComponent(id)}`;
}

/** Goes to a path of this site, with or without a query; `replace` leaves no step to come back to. */
export function go(path: string, how: "push" | "replace" = "push"): void {
  if (path !== location.pathname + location.search) {
    if (how === "push" && !leaveLayers()) history.pushState(null, "", path);
    else history.replaceState(how === "push" ? null : history.state, "", path);
    address = whole();
  }
  const { pathname, search } = new URL(path, location.href);
  current.value = parseRoute(pathname, search);
}

/** Follows the back button and plain clicks on links of this site. */
export function followAddress(): void {
  addEventListener("popstate", ({ state }) => {
    const before = address;
    address = whole();
    passLayers(state, address === before);
    if (address !== before) current.value = parseRoute(location.pathname, location.search);
  });
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.target || link.download || !isOwnPlace(link.href)) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
}

/** Whether an address is a place of this site that `go` leads to. One with a fragment is not: that carries a device link. */
export function isOwnPlace(href: string): boolean {
  if (!URL.canParse(href, location.href)) return false;
  const { origin, pathname, search, hash } = new URL(href, location.href);
  return origin === location.origin && hash === "" && parseRoute(pathname, search).kind !== "nowhere";
}

/** The address of a message, for others: in a direct conversation it leads each of them to the other one. */
export function messageLink(channelId: string, ownId: string, seq: number | undefined): string {
  const path = channelId.includes("~") ? `/d/${ownId}` : channelHref(channelId);
  return `${location.origin}${path}${seq === undefined ? "" : `?m=${seq}`}`;
}

/** The token of an invite, taken out of the address. */
export function takeInviteToken(): string | undefined {
  const token = /^#invite=([\w-]{1,100})$/.exec(location.hash)?.[1];
  if (token !== undefined) history.replaceState(history.state, "", location.pathname + location.search);
  return token;
}

/** The token of a device link, taken out of the address: it is worth a session and stays in no history. */
export function takeLinkToken(): string | undefined {
  const token = /^#link=([\w-]{1,100})$/.exec(location.hash)?.[1];
  if (token !== undefined) history.replaceState(history.state, "", location.pathname + location.search);
  return token;
}
