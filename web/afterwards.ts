/**
 * What begins when the first messages are there: the title and the icon that tell what waits, and the service worker.
 */
import { effect } from "@preact/signals";
import type { Store } from "./store.ts";

let isBegun = false;

/** Begins, once a page. */
export function begin(store: Store): void {
  if (isBegun) return;
  isBegun = true;
  effect(() => tell(store));
  void install();
}

/** What waits, for whoever looks at another tab. */
function tell(store: Store): void {
  const waiting = [...store.channels.value.values()].map(store.waiting);
  const count = waiting.reduce((sum, channel) => sum + channel.count, 0);
  const place = store.open.value ? `${store.titleOf(store.open.value.channelId)} · ` : "";
  document.title = `${count > 0 ? `(${count}) ` : ""}${place}Flack`;
  const icon = waiting.some(({ isForYou }) => isForYou) ? "/favicon-for-you.svg" : "/favicon.svg";
  const link = document.querySelector('link[rel="icon"]');
  if (link?.getAttribute("href") !== icon) link?.setAttribute("href", icon);
}

/** Registers the service worker; where there can be none, nothing is missing but the app without a network. */
async function install(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register(address());
  } catch (error) {
    console.warn("the app cannot be kept on this device", error);
  }
}

/** The one address that a script may be taken from at run time (Trusted Types). */
function address(): string {
  const path = "/service-worker.js";
  const types: { createPolicy(name: string, rules: object): { createScriptURL(url: string): string } } | undefined =
    Reflect.get(globalThis, "trustedTypes");
  return types?.createPolicy("flack-service-worker", { createScriptURL: () => path }).createScriptURL(path) ?? path;
}
