/**
 * The app without a network: its page and its files are kept as they were built, and nothing else is. It also leads from a
 * notification to the message it tells of.
 * Never anything below /api/: what people send is kept by the app, for the one person it belongs to.
 */
import { cacheNames, setCacheNameDetails } from "workbox-core";
import { addRoute, matchPrecache, type PrecacheEntry, precache } from "workbox-precaching";
import { NavigationRoute, registerRoute, setCatchHandler } from "workbox-routing";

/** What the build has made, put here by it: its version, and every file with what its content is known by. */
declare const BUILT: { readonly version: string; readonly files: PrecacheEntry[] };

/** The windows of the app (W3C Service Workers, `Clients`). */
declare const clients: {
  matchAll(which: {
    type: "window";
    includeUncontrolled: true;
  }): Promise<readonly { focus(): Promise<unknown>; postMessage(message: string): void }[]>;
  openWindow(path: string): Promise<unknown>;
};

/** What this worker is registered as. */
declare const registration: ServiceWorkerRegistration;

/** A declarative push message (W3C Push API), as the server sends it. */
type Payload = {
  readonly notification: NotificationOptions & { readonly title: string };
  readonly app_badge?: number;
};

type Life = Event & { waitUntil(work: Promise<unknown>): void };

/** The page that every address of the app is. */
const PAGE = "/";
/** A page that takes longer (ms) than this is taken from what is kept. */
const PAGE_TIMEOUT_MS = 3_000;

// A cache for each version: tabs that were open go on with the files of theirs.
setCacheNameDetails({ prefix: "flack", precache: "files", suffix: BUILT.version });
precache(BUILT.files);
registerRoute(new NavigationRoute(({ request }) => page(request), { denylist: [/^\/api\//, /^\/w\//] }));
addRoute({ cleanURLs: false, directoryIndex: "" });
registerRoute(
  ({ url, sameOrigin }) => sameOrigin && url.pathname.startsWith("/assets/"),
  async ({ request }) => (await caches.match(request)) ?? fetch(request), // a file of an earlier version
);
setCatchHandler(async () => Response.error());

addEventListener("install", (event) => {
  if (isLife(event)) event.waitUntil(Reflect.get(globalThis, "skipWaiting")());
});

addEventListener("activate", (event) => {
  if (isLife(event)) event.waitUntil(forgetOthers());
});

addEventListener("notificationclick", (event) => {
  if (!isClick(event)) return;
  event.notification.close();
  event.waitUntil(lead(String(event.notification.data.path)));
});

addEventListener("push", (event) => {
  if (isPush(event)) event.waitUntil(show(event.data?.json()));
});

// The browser has given the device another subscription, or none: while the session lives the server hears of it.
addEventListener("pushsubscriptionchange", (event) => {
  if (isLife(event)) event.waitUntil(resubscribe());
});

/** Shows what a push says. One of a conversation takes the place of another, which the app takes back when it was read. */
async function show(payload: Payload | undefined): Promise<void> {
  if (!payload) return;
  const { title, ...options } = payload.notification;
  await registration.showNotification(title, options);
  if (payload.app_badge !== undefined && "setAppBadge" in navigator) await navigator.setAppBadge(payload.app_badge);
}

async function resubscribe(): Promise<void> {
  const asked = await fetch("/api/push");
  if (!asked.ok) return;
  const { key }: { key: string } = await asked.json();
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  await fetch("/api/push/subscription", { method: "PUT", body: JSON.stringify(subscription) });
}

/** Brings a window of the app to the front, and it to a path; where there is none, one is opened. */
async function lead(path: string): Promise<void> {
  const [first] = await clients.matchAll({ type: "window", includeUncontrolled: true });
  if (!first) return void (await clients.openWindow(path));
  first.postMessage(path);
  await first.focus();
}

/** The files of the version before stay; older ones, and those of version 0.1, go. */
async function forgetOthers(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith("flack-") && name !== cacheNames.precache);
  const before = others.findLast((name) => name.startsWith("flack-files-"));
  await Promise.all(others.filter((name) => name !== before).map((name) => caches.delete(name)));
}

/** The newest page there is; without a network, or when it takes too long, the one that is kept. */
async function page(request: Request): Promise<Response> {
  const kept = await matchPrecache(PAGE);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PAGE_TIMEOUT_MS) });
    return answer.ok ? answer : (kept ?? answer);
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

function isPush(event: Event): event is Life & { readonly data: { json(): Payload } | null } {
  return isLife(event) && "data" in event;
}

function isLife(event: Event): event is Life {
  return "waitUntil" in event;
}

function isClick(event: Event): event is Life & { readonly notification: Notification } {
  return isLife(event) && "notification" in event;
}
