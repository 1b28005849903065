/**
 * The app without a network: its page and its files are kept as they were built, and nothing else is. It also leads from a
 * notification to the message it tells of.
 * Never anything below /api/: what people say and send is kept by the app, for the one person it belongs to.
 */

/** What the build has made, put here by it: the version, and every file there is. */
declare const KEPT: { readonly version: string; readonly files: readonly string[] };

/** The windows of the app (W3C Service Workers, `Clients`). */
declare const clients: {
  matchAll(which: {
    type: "window";
    includeUncontrolled: true;
  }): Promise<readonly { focus(): Promise<unknown>; postMessage(message: string): void }[]>;
  openWindow(path: string): Promise<unknown>;
};

type Life = Event & { waitUntil(work: Promise<unknown>): void };
type Fetch = Life & { readonly request: Request; respondWith(answer: Promise<Response>): void };

/** The page that every address of the app is. */
const PAGE = "/";
/** A page that takes longer (ms) than this is taken from what is kept. */
const PATIENCE_MS = 3_000;
const cacheName = `flack-${KEPT.version}`;

addEventListener("install", (event) => {
  if (isLife(event)) event.waitUntil(keepAll());
});

addEventListener("activate", (event) => {
  if (isLife(event)) event.waitUntil(forgetOthers());
});

addEventListener("fetch", (event) => {
  if (!isFetch(event)) return;
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin || url.pathname.startsWith("/api/")) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (KEPT.files.includes(url.pathname)) event.respondWith(file(request));
});

addEventListener("notificationclick", (event) => {
  if (!isClick(event)) return;
  event.notification.close();
  event.waitUntil(lead(String(event.notification.data.path)));
});

/** Brings a window of the app to the front, and it to a path; where there is none, one is opened. */
async function lead(path: string): Promise<void> {
  const [first] = await clients.matchAll({ type: "window", includeUncontrolled: true });
  if (!first) return void (await clients.openWindow(path));
  first.postMessage(path);
  await first.focus();
}

async function keepAll(): Promise<void> {
  const cache = await caches.open(cacheName);
  await cache.addAll([PAGE, ...KEPT.files].map((path) => new Request(path, { cache: "no-cache" })));
  await Reflect.get(globalThis, "skipWaiting")();
}

/** The files of the version before stay until nothing asks for them: tabs that were open go on with what they have loaded. */
async function forgetOthers(): Promise<void> {
  const names = (await caches.keys()).filter((name) => name.startsWith("flack-") && name !== cacheName);
  await Promise.all(names.slice(0, -1).map((name) => caches.delete(name)));
}

/** The newest page there is; without a network the one that is kept. */
async function page(request: Request): Promise<Response> {
  const kept = await caches.match(PAGE, { cacheName });
  const fresh = fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
  try {
    const answer = await fresh;
    return answer.ok ? answer : (kept ?? answer);
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

async function file(request: Request): Promise<Response> {
  // The current version first: a file that keeps its name is another one in each.
  return (await caches.match(request, { cacheName })) ?? (await caches.match(request)) ?? fetch(request);
}

function isLife(event: Event): event is Life {
  return "waitUntil" in event;
}

function isClick(event: Event): event is Life & { readonly notification: Notification } {
  return isLife(event) && "notification" in event;
}

function isFetch(event: Event): event is Fetch {
  return "respondWith" in event && "request" in event;
}
