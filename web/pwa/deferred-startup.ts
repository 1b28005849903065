/**
 * What begins when the first messages are there: the title, the icon and the badge that tell what waits, notifications, what
 * other tabs choose, and the service worker with the news that there is a newer version.
 */
import { effect } from "@preact/signals";
import { follow } from "../state/preferences.ts";
import { go } from "../state/route.ts";
import { siteName } from "../state/site-name.ts";
import type { Store } from "../state/store.ts";
import { tellDesktop } from "./notifications.ts";
import { followKeyboard } from "./on-screen-keyboard.ts";
import { forgetPush, renewPush } from "./push.ts";

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
  followWindow(store);
  void renewPush(store);
  followKeyboard(visualViewport);
  void install(store);
}

/** Tells the server whether this window is in front, at every connection and whenever that changes; and forgets pushes with the person. */
function followWindow(store: Store): void {
  const isInFront = () => document.visibilityState === "visible" && document.hasFocus();
  let told: boolean | undefined;
  const look = () => {
    if (told === isInFront()) return;
    if (store.sendVisible(isInFront())) told = isInFront();
  };
  effect(() => {
    told = undefined;
    if (store.directoryLink.value.kind === "live") look();
  });
  for (const name of ["focus", "blur"]) addEventListener(name, look);
  document.addEventListener("visibilitychange", look);
  effect(() => {
    if (store.phase.value === "welcome" || store.phase.value === "ended") void forgetPush();
  });
}

/** What is unread, in the title of the tab and on the app's icon. */
function tell(store: Store): void {
  const waiting = [...store.channels.value.values()].filter(({ id }) => isCounted(store, id)).map(store.unreadOf);
  const count = waiting.reduce((sum, channel) => sum + channel.count, 0);
  const place = store.open.value ? `${store.titleOf(store.open.value.channelId)} · ` : "";
  document.title = `${count > 0 ? `(${count}) ` : ""}${place}${siteName}`;
  const isForYou = waiting.some((channel) => channel.isForYou);
  const icon = isForYou ? "/favicon-for-you.svg" : "/favicon.svg";
  const link = document.querySelector('link[rel="icon"]');
  if (link?.getAttribute("href") !== icon) link?.setAttribute("href", icon);
  // Only an installed app has an icon to put it on; elsewhere nothing happens.
  if ("setAppBadge" in navigator) void navigator.setAppBadge(count).catch(() => {});
}

/** What is muted or hidden counts nowhere. */
function isCounted(store: Store, channelId: string): boolean {
  const { notify, hidden } = store.preferenceOf(channelId);
  return notify !== "nothing" && hidden !== true;
}

/** Registers the service worker; where there can be none, nothing is missing but the app without a network. */
async function install(store: Store): Promise<void> {
  const isNewer = async () => {
    if (await isPageNewer()) store.noticeNewer();
  };
  setInterval(isNewer, LOOK_EVERY_MS);
  // A new version ends all sockets.
  let wasConnected = true;
  effect(() => {
    if (store.isConnected.value && !wasConnected) void isNewer();
    wasConnected = store.isConnected.value;
  });
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.addEventListener("message", ({ data }) => go(String(data)));
  try {
    await navigator.serviceWorker.register(address());
  } catch (error) {
    console.warn("the app cannot be kept on this device", error);
  }
}

/** Whether the server's page names another script than this one runs. What cannot be asked is not. */
async function isPageNewer(): Promise<boolean> {
  const own = document.querySelector('script[type="module"]')?.getAttribute("src");
  try {
    // With a query: without one the page that is kept on this device would answer.
    const page = await fetch("/?newest", { cache: "no-store" });
    return page.ok && own !== null && own !== undefined && !(await page.text()).includes(own);
  } catch {
    return false; // there is no network
  }
}

/** The one address that a script may be taken from at run time (Trusted Types). */
function address(): string {
  const path = "/service-worker.js";
  const types: { createPolicy(name: string, rules: object): { createScriptURL(url: string): string } } | undefined =
    Reflect.get(globalThis, "trustedTypes");
  return types?.createPolicy("flack-service-worker", { createScriptURL: () => path }).createScriptURL(path) ?? path;
}
