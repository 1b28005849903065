/**
 * What begins when the first messages are there: the title, the icon and the badge that tell what waits, notifications, what
 * other tabs choose, and the service worker with the news that there is a newer version.
 */
import { effect } from "@preact/signals";
import { tellDesktop } from "./notifications.ts";
import { follow } from "./preferences.ts";
import { go } from "./route.ts";
import type { Store } from "./store.ts";

/** Between looks for a newer version (ms), beside one at every new connection. */
const LOOK_EVERY_MS = 60 * 60 * 1_000;

let isBegun = false;

/** Begins, once a page. */
export function begin(store: Store): void {
  if (isBegun) return;
  isBegun = true;
  effect(() => tell(store));
  follow();
  tellDesktop(store);
  void install(store);
}

/** What waits, for whoever looks at another tab or at the app's icon. */
function tell(store: Store): void {
  const waiting = [...store.channels.value.values()].map(store.waiting);
  const count = waiting.reduce((sum, channel) => sum + channel.count, 0);
  const place = store.open.value ? `${store.titleOf(store.open.value.channelId)} · ` : "";
  document.title = `${count > 0 ? `(${count}) ` : ""}${place}Flack`;
  const isForYou = waiting.some((channel) => channel.isForYou);
  const icon = isForYou ? "/favicon-for-you.svg" : "/favicon.svg";
  const link = document.querySelector('link[rel="icon"]');
  if (link?.getAttribute("href") !== icon) link?.setAttribute("href", icon);
  // Only an installed app has an icon to put it on; elsewhere nothing happens.
  if ("setAppBadge" in navigator) void navigator.setAppBadge(count).catch(() => {});
}

/** Registers the service worker; where there can be none, nothing is missing but the app without a network. */
async function install(store: Store): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.addEventListener("message", ({ data }) => go(String(data)));
  try {
    const registration = await navigator.serviceWorker.register(address());
    registration.addEventListener("updatefound", () => {
      const { installing, active } = registration;
      if (!active) return; // the first one there is
      installing?.addEventListener("statechange", () => installing.state === "activated" && store.noticeNewer());
    });
    const look = () => registration.update().catch(() => {}); // without a network there is nothing newer
    setInterval(look, LOOK_EVERY_MS);
    let wasConnected = true;
    effect(() => {
      if (store.isConnected.value && !wasConnected) void look();
      wasConnected = store.isConnected.value;
    });
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
