/**
 * Where one is, by the address: a signal that follows it, and the way to go elsewhere without a reload.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import { foldChannelName } from "../worker/names.ts";

export type Route =
  | { readonly kind: "home" }
  | { readonly kind: "channel"; readonly id: string }
  | { readonly kind: "nowhere" };

const current = signal<Route>(parseRoute(location.pathname));

export const route: ReadonlySignal<Route> = current;

/** Reads a path. A channel is found however its name is written; what cannot be read is nowhere. */
export function parseRoute(path: string): Route {
  if (path === "/") return { kind: "home" };
  const id = /^\/c\/([^/]+)\/?$/.exec(path)?.[1];
  if (id === undefined) return { kind: "nowhere" };
  try {
    const folded = foldChannelName(decodeURIComponent(id));
    return folded.ok ? { kind: "channel", id: folded.name } : { kind: "nowhere" };
  } catch {
    return { kind: "nowhere" }; // a broken escape
  }
}

export function channelHref(id: string): string {
  return `/c/${encodeURIComponent(id)}`;
}

/** Goes to a path of this site; `replace` leaves no step to come back to. */
export function go(path: string, how: "push" | "replace" = "push"): void {
  if (path !== location.pathname) {
    if (how === "push") history.pushState(null, "", path);
    else history.replaceState(null, "", path);
  }
  current.value = parseRoute(path);
}

/** Follows the back button and plain clicks on links of this site. */
export function followAddress(): void {
  addEventListener("popstate", () => {
    current.value = parseRoute(location.pathname);
  });
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || link.target || link.origin !== location.origin || link.hash) return;
    event.preventDefault();
    go(link.pathname);
  });
}
