/**
 * The site's one page and its manifest, which carry the site's name. Every other file is served as it was built, before the Worker
 * is asked; a file that is not there is a real 404 and never a page in a script's place.
 */

/** The page that every address of the app is, as the build made it, and the one of guest links. */
const PAGE_PATH = "/index.html";
const WATCH_PAGE_PATH = "/watch.html";
const WATCHED = /^\/w\//;
/** Addresses of conversations, and of what is watched. */
const PLACE = /^\/[cdw]\/[^/]+\/?$/;
const MANIFEST_PATH = "/manifest.webmanifest";
/** What the build made the pages with. */
const DEFAULT_NAME = "Flack";

/** Whether a request without an asset of its own is for the page: a person opens an address that is not a file's. */
export function isPagePath(request: Request): boolean {
  const { pathname } = new URL(request.url);
  // The service worker, the look for a newer version, and monitors from outside ask for these in their own ways.
  if (pathname === "/" || pathname === PAGE_PATH) return true;
  const destination = request.headers.get("Sec-Fetch-Dest") ?? "document";
  if (PLACE.test(pathname) && ["document", "empty"].includes(destination)) return true;
  if (pathname.startsWith("/api/") || pathname.startsWith("/assets/")) return false;
  const isNavigation = request.headers.get("Sec-Fetch-Mode") === "navigate";
  return isNavigation || (request.headers.get("Accept") ?? "").includes("text/html");
}

/** The page, with the site's name. */
export async function pageOf(env: Env, request: Request): Promise<Response> {
  const isWatched = WATCHED.test(new URL(request.url).pathname);
  const page = await assetOf(env, request, isWatched ? WATCH_PAGE_PATH : PAGE_PATH);
  if (!page.ok) return page;
  const name = siteName(env);
  return new HTMLRewriter()
    .on("title", { element: (title) => void title.setInnerContent(name) })
    .on('meta[name="application-name"], meta[name="apple-mobile-web-app-title"]', {
      element: (meta) => void meta.setAttribute("content", name),
    })
    .transform(page);
}

/** The manifest, with the site's name. */
export async function manifestOf(env: Env, request: Request): Promise<Response> {
  const asset = await assetOf(env, request, MANIFEST_PATH);
  if (!asset.ok) return asset;
  const manifest: Record<string, unknown> = await asset.json();
  const name = siteName(env);
  return new Response(JSON.stringify({ ...manifest, name, short_name: name }), { headers: asset.headers });
}

/** The name the site shows. */
export function siteName(env: Env): string {
  return env.SITE_NAME || DEFAULT_NAME;
}

/** A file of the build, whole: its tag says nothing of the name that is put into it, so it goes without one. */
async function assetOf(env: Env, request: Request, path: string): Promise<Response> {
  const asset = await env.ASSETS?.fetch(new URL(path, request.url).href);
  if (!asset?.ok) return new Response("Not found", { status: 404, headers: { "Cache-Control": "no-store" } });
  const headers = new Headers(asset.headers);
  for (const name of ["ETag", "Content-Length"]) headers.delete(name);
  headers.set("Cache-Control", "no-cache");
  return new Response(asset.body, { status: 200, headers });
}
