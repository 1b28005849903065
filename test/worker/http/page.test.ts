/** The site's page and its manifest carry the site's name; a file that is not there is a 404 and no page. */
import { describe, expect, test } from "vitest";
import { ask } from "../people.ts";

const PAGE = `<!doctype html><title>Flack</title><meta name="application-name" content="Flack"><meta name="apple-mobile-web-app-title" content="Flack">`;
const FILES: Readonly<Record<string, string>> = {
  "/index.html": PAGE,
  "/watch.html": PAGE,
  "/manifest.webmanifest": '{"name":"Flack","short_name":"Flack","start_url":"/"}',
};

/** The site's files as they were built. */
function assets(files: Readonly<Record<string, string>> = FILES): Fetcher {
  const answer = async (address: RequestInfo | URL) => {
    const body = files[new URL(String(address)).pathname];
    if (body === undefined) return new Response("no such file", { status: 404 });
    return new Response(body, { headers: { ETag: '"built"', "Content-Type": "text/html", "X-From": "_headers" } });
  };
  return { fetch: answer, connect: () => Promise.reject(new Error("no sockets here")) } as unknown as Fetcher;
}

const site = { ASSETS: assets(), SITE_NAME: 'Acme & "Co"' };

test.each([
  ["/", {}],
  ["/index.html", {}],
  ["/c/general", {}],
  ["/d/abcdefghijklmnop", { "Sec-Fetch-Dest": "empty" }],
  ["/w/a-token/", { "Sec-Fetch-Dest": "document" }],
  ["/anything/else", { Accept: "text/html,*/*" }],
  ["/anything/else", { "Sec-Fetch-Mode": "navigate" }],
])("%s asked for with %o is the page, under the site's name, checked anew each time", async (path, headers) => {
  const answer = await ask("GET", path, { headers }, site);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("Cache-Control")).toBe("no-cache");
  expect(answer.headers.get("ETag")).toBe(null);
  expect(answer.headers.get("X-From")).toBe("_headers");
  const page = await answer.text();
  expect(page).toContain('<title>Acme &amp; "Co"</title>');
  expect(page.match(/content="Acme & &quot;Co&quot;"/g)).toHaveLength(2);
});

test.each([
  ["/assets/index-OLD.js", { Accept: "text/html" }],
  ["/assets/index-OLD.js", { "Sec-Fetch-Mode": "navigate" }],
  ["/nothing.js", {}],
  ["/c/general", { "Sec-Fetch-Dest": "script" }],
])("%s asked for with %o is not there, and nobody keeps that", async (path, headers) => {
  const answer = await ask("GET", path, { headers }, site);
  expect(answer.status).toBe(404);
  expect(answer.headers.get("Cache-Control")).toBe("no-store");
  expect(answer.headers.get("Content-Type")).not.toContain("html");
});

describe("the manifest", () => {
  test("has the site's name, and all else as it was built", async () => {
    const answer = await ask("GET", "/manifest.webmanifest", {}, site);
    expect(await answer.json()).toEqual({ name: site.SITE_NAME, short_name: site.SITE_NAME, start_url: "/" });
  });

  test("of a site without a name is Flack's", async () => {
    const answer = await ask("GET", "/manifest.webmanifest", {}, { ASSETS: assets(), SITE_NAME: "" });
    expect(await answer.json()).toMatchObject({ name: "Flack" });
  });
});

test.each(["/", "/manifest.webmanifest"])("where nothing was built %s is not there", async (path) => {
  const answer = await ask("GET", path, {}, { ASSETS: assets({}) });
  expect(answer.status).toBe(404);
  expect(answer.headers.get("Cache-Control")).toBe("no-store");
});
