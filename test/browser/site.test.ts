/** The site as a whole: its name, its files and what is missing among them, parts that come late, places that are gone to, plain http. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Site } from "../site.ts";
import { NARROW, openBrowser, Someone, WIDE } from "./people.ts";

const BARE = { ...WIDE, serviceWorkers: "block" } as const;
const NAME = `Acme & "Co"`;
const LONG = "a-channel-with-a-long-name-of-32";
const TOPIC =
  "Everything about the harbour festival: stands, music, volunteers, the weather, and what to do when it rains";
const site = new Site([`SITE_NAME:${NAME}`, "ACCESS_CODE:sesame"]);
let browser: Browser;
let ada: Someone;
let bea: Someone;

async function joinWith(who: Someone, path = "/"): Promise<void> {
  await who.page.goto(site.url + path);
  await who.page.getByRole("textbox", { name: "Display name" }).fill(who.name);
  await who.page.getByLabel("Access code").fill("sesame");
  await who.page.getByRole("button", { name: "Join" }).click();
  await who.page.getByRole("textbox", { name: /^Message / }).waitFor();
}

beforeAll(async () => {
  [browser] = await Promise.all([openBrowser("--host-resolver-rules=MAP flack.lan 127.0.0.1"), site.start()]);
  [ada, bea] = await Promise.all([Someone.open(browser, "Ada", BARE), Someone.open(browser, "O’Brien", BARE)]);
  await joinWith(ada);
  await ada.makeChannel(LONG);
  await ada.context.request.patch(`${site.url}/api/channels/${LONG}`, { data: { topic: TOPIC } });
  await joinWith(bea, `/c/${LONG}`);
});

afterAll(async () => {
  await browser?.close();
  await site.clear();
});

/** Whether an element is whole inside the window. */
async function isInView(page: Page, locator: ReturnType<Page["locator"]>): Promise<boolean> {
  const box = await locator.boundingBox();
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
  return box !== null && box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height;
}

describe("the site's name", () => {
  test("stands on the welcome page, in the rail, the title, and the manifest", async () => {
    const page = await (await browser.newContext(BARE)).newPage();
    await page.goto(site.url);
    expect(await page.title()).toBe(NAME);
    await page.getByRole("heading", { name: NAME }).waitFor();
    await page.context().close();
    await ada.page.getByRole("navigation", { name: "Conversations" }).getByText(NAME, { exact: true }).waitFor();
    await ada.page.waitForFunction((name) => document.title.endsWith(`· ${name}`), NAME);
    const manifest = await (await fetch(`${site.url}/manifest.webmanifest`)).json();
    expect(manifest).toMatchObject({ name: NAME, short_name: NAME, start_url: "/" });
  });

  test("the apostrophe that phones type is taken in a name", async () => {
    await bea.page.locator(".rail-foot").getByText("O'Brien", { exact: true }).waitFor();
  });
});

describe("files and addresses", () => {
  test("a file that is gone is a 404 that nobody keeps, and no page", async () => {
    for (const path of ["/assets/index-OLD.js", "/assets/x-OLD.css", "/nothing.js", "/favicon.ico"]) {
      for (const headers of [{}, { Accept: "*/*", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script" }]) {
        const answer = await fetch(site.url + path, { headers });
        expect(answer.status, path).toBe(404);
        expect(answer.headers.get("Cache-Control"), path).toBe("no-store");
        expect(answer.headers.get("Content-Type"), path).not.toContain("html");
      }
    }
    const opened = await fetch(`${site.url}/assets/index-OLD.js`, {
      headers: { "Sec-Fetch-Mode": "navigate", Accept: "text/html" },
    });
    expect(opened.status).toBe(404);
  });

  test.each(["/", "/c/general", "/d/abcdefghijklmnop", "/whatever/there/is"])(
    "%s is the page, checked anew each time",
    async (path) => {
      const answer = await fetch(site.url + path, { headers: { "Sec-Fetch-Mode": "navigate", Accept: "text/html" } });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("Content-Type")).toContain("text/html");
      expect(answer.headers.get("Cache-Control")).toBe("no-cache");
      const policy = answer.headers.get("Content-Security-Policy");
      expect(answer.headers.get("X-Content-Type-Options")).toBe("nosniff");
      const page = await answer.text();
      expect(page).toContain('content="Acme & &quot;Co&quot;"');
      // The one script and the one style inside the page are those that the policy lets work.
      for (const element of ["script", "style"]) {
        const [[, content = ""] = [], ...others] = page.matchAll(new RegExp(`<${element}>(.+?)</${element}>`, "gs"));
        expect(others).toEqual([]);
        expect(policy).toContain(
          `${element}-src 'self' 'sha256-${createHash("sha256").update(content).digest("base64")}';`,
        );
      }
      const [script = ""] = /\/assets\/index-[\w-]+\.js/.exec(page) ?? [];
      const asset = await fetch(site.url + script);
      expect(asset.status).toBe(200);
      expect(asset.headers.get("Cache-Control")).toContain("immutable");
    },
  );

  test("a file that keeps its name makes another version of the service worker when it changes", async () => {
    const versions: string[] = [];
    for (const addition of ["", "<!-- another page -->"]) {
      const outDir = mkdtempSync(join(tmpdir(), "flack-build-"));
      const plugin = {
        name: "change",
        transformIndexHtml: (page: string) => page + addition,
      };
      const root = new URL("../../web/", import.meta.url).pathname;
      await build({
        root,
        configFile: `${root}vite.config.ts`,
        logLevel: "silent",
        plugins: [plugin],
        build: { outDir },
      });
      versions.push(/"version":"(\w+)"/.exec(readFileSync(join(outDir, "service-worker.js"), "utf8"))?.[1] ?? "");
      rmSync(outDir, { recursive: true });
    }
    expect(versions[0]).toMatch(/^\w{12}$/);
    expect(versions[1]).not.toBe(versions[0]);
  });

  test("the service worker answers from the current version, not from one that is older", async () => {
    const cem = await Someone.open(browser, "Cem", WIDE);
    await joinWith(cem);
    await cem.page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      const old = await caches.open("flack-0000");
      await old.put("/favicon.svg", new Response("the old picture"));
      // Caches are asked in the order of their making: the old one becomes the first.
      for (const name of await caches.keys()) {
        if (name === "flack-0000") continue;
        const [current, copies] = [await caches.open(name), new Map<Request, Response>()];
        for (const request of await current.keys()) {
          const response = await current.match(request);
          if (response) copies.set(request, response);
        }
        await caches.delete(name);
        const again = await caches.open(name);
        for (const [request, response] of copies) await again.put(request, response);
      }
    });
    await cem.page.reload();
    await cem.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    const icon = await cem.page.evaluate(async () => (await fetch("/favicon.svg")).text());
    expect(icon).not.toContain("the old picture");
    await cem.context.close();
  });
});

test("the mark is painted in the page's colours before any other file is there", async () => {
  const page = await (await browser.newContext({ ...BARE, colorScheme: "dark" })).newPage();
  const held: string[] = [];
  // They go on when the route is taken away.
  await page.route(/\/assets\//, (route) => void held.push(route.request().url()));
  await page.goto(site.url, { waitUntil: "commit" });
  await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
  expect(await page.locator(".splash").isVisible()).toBe(true);
  expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe("rgb(21, 23, 30)");
  expect(held.some((url) => url.endsWith(".css"))).toBe(true);
  await page.unroute(/\/assets\//);
  await page.getByRole("textbox", { name: "Display name" }).waitFor();
  expect(await page.locator(".splash").isVisible()).toBe(false);
  await page.context().close();
});

test("a newcomer's first screen needs its own part and one answer; a person's needs the parser", async () => {
  const context = await browser.newContext(BARE);
  const page = await context.newPage();
  const asked: string[] = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    const [, part] = /^\/assets\/([a-z-]+)-[\w-]{8}\.js$/.exec(pathname) ?? [];
    if (part) asked.push(part);
    else if (pathname.startsWith("/api/")) asked.push(pathname);
  });
  await page.goto(site.url);
  await page.getByRole("textbox", { name: "Display name" }).waitFor();
  // The parser follows half a second later.
  const first = asked.filter((name) => name !== "markdown").sort();
  expect(first).toEqual(["/api/site", "index", "outside", "rolldown-runtime", "shared"]);
  await page.getByRole("textbox", { name: "Display name" }).fill("Nan");
  await page.getByLabel("Access code").fill("sesame");
  await page.getByRole("button", { name: "Join" }).click();
  await page.getByRole("textbox", { name: /^Message / }).waitFor();
  await page.reload();
  const relOf = (part: string) => page.locator(`link.${part}`).first().getAttribute("rel");
  expect([await relOf("member"), await relOf("newcomer")]).toEqual(["modulepreload", null]);
  await context.close();
});

describe("what could not be fetched is fetched later", () => {
  test("a part of the page: when the network is back", async () => {
    const dan = await Someone.open(browser, "Dan", BARE);
    await dan.page.route(/assets\/details-.*\.js/, (route) => route.abort());
    await joinWith(dan, `/c/${LONG}`);
    const isRefused = dan.page.waitForEvent("requestfailed", (request) => /details-/.test(request.url()));
    await dan.page.getByRole("button", { name: "Details", exact: true }).click();
    await isRefused;
    const pane = dan.page.getByRole("complementary", { name: "Details" });
    expect(await pane.count()).toBe(0);
    await dan.page.unroute(/assets\/details-.*\.js/);
    await dan.page.evaluate(() => dispatchEvent(new Event("online")));
    await pane.waitFor();
    await dan.context.close();
  });

  test("a part that is asked for again", async () => {
    await ada.page.route(/assets\/settings-.*\.js/, (route) => route.abort());
    const isRefused = ada.page.waitForEvent("requestfailed", (request) => /settings-/.test(request.url()));
    await ada.page.getByRole("button", { name: "Settings" }).click();
    await isRefused;
    await ada.page.keyboard.press("Control+k"); // something else is opened meanwhile
    await ada.page.getByRole("dialog", { name: "Search" }).waitFor();
    await ada.page.keyboard.press("Escape");
    await ada.page.unroute(/assets\/settings-.*\.js/);
    await ada.page.getByRole("button", { name: "Settings" }).click();
    await ada.page.getByRole("dialog", { name: "Settings" }).waitFor();
    await ada.page.keyboard.press("Escape");
  });

  test("a picture, once the connection is back; sound from a WAV file plays in place", async () => {
    const png = Buffer.from(
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "base64",
    );
    const wav = Buffer.concat([
      Buffer.from("RIFF\u0024\u0000\u0000\u0000WAVEfmt \u0010\u0000\u0000\u0000\u0001\u0000\u0001\u0000", "latin1"),
      Buffer.from([0x40, 0x1f, 0, 0, 0x40, 0x1f, 0, 0, 1, 0, 8, 0]),
      Buffer.from("data\u0000\u0000\u0000\u0000", "latin1"),
    ]);
    const ids: string[] = [];
    for (const [name, data] of [
      ["dot.png", png],
      ["beep.wav", wav],
    ] as const) {
      const answer = await ada.context.request.post(
        `${site.url}/api/channels/general/attachments?name=${name}&width=9&height=9`,
        { data, headers: { "Content-Type": "application/octet-stream" } },
      );
      ids.push((await answer.json()).id);
    }
    await bea.page.route(/\/attachments\//, (route) => route.abort());
    await bea.openChannel("general");
    const data = { id: crypto.randomUUID(), text: "a dot and a beep", attachments: ids };
    await ada.context.request.post(`${site.url}/api/channels/general/messages`, { data });
    const picture = bea.page.getByRole("img", { name: "dot.png" });
    await picture.waitFor({ state: "attached" });
    const width = () =>
      picture.evaluate((image) => (image instanceof HTMLImageElement && image.complete ? image.naturalWidth : -1));
    await expect.poll(width).toBe(0);
    await bea.page.unroute(/\/attachments\//);
    await bea.page.evaluate(() => dispatchEvent(new Event("online")));
    await expect.poll(width).toBe(1);
    await bea.page.locator("audio[aria-label='beep.wav']").waitFor();
  });
});

describe("places", () => {
  test("one's own direct address leads home, and a copied link in a direct conversation works for the other one", async () => {
    const { person: me } = await (await ada.context.request.get(`${site.url}/api/session`)).json();
    await ada.openDirect("O'Brien");
    await ada.say("read this");
    await ada.allSent();
    await ada.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: site.url });
    await ada.choose("read this", "Copy link");
    const copied = () => ada.page.evaluate(() => navigator.clipboard.readText());
    await expect.poll(copied).toContain("/d/");
    const link = await copied();
    await bea.page.goto(link);
    await bea.page.getByRole("heading", { name: "Ada", exact: true }).waitFor();
    await bea.sees("read this");
    await ada.openChannel("general");
    await ada.page.goto(`${site.url}/d/${me.id}`);
    await ada.page.getByRole("heading", { name: "#general", exact: true }).waitFor();
    expect(new URL(ada.page.url()).pathname).toBe("/c/general");
  });

  test("a device link that is opened in a page that is open already asks what to do with it", async () => {
    const { url } = await (await ada.context.request.post(`${site.url}/api/session/links`)).json();
    await bea.page.evaluate((link) => {
      location.hash = new URL(link).hash;
    }, String(url));
    await bea.page.getByRole("dialog", { name: "Use this link here?" }).waitFor();
    expect(bea.page.url()).not.toContain("#link=");
    await bea.page.getByRole("button", { name: "Cancel" }).click();
    await bea.page.getByRole("textbox", { name: /^Message / }).waitFor();
  });

  test("a wrong access code marks its own field", async () => {
    const page = await (await browser.newContext(BARE)).newPage();
    await page.goto(site.url);
    await page.getByRole("textbox", { name: "Display name" }).fill("Eve");
    await page.getByLabel("Access code").fill("wrong");
    await page.getByRole("button", { name: "Join" }).click();
    await page.getByText("Wrong access code. Ask the person who invited you.").waitFor();
    expect(await page.getByLabel("Access code").getAttribute("aria-invalid")).toBe("true");
    expect(await page.getByRole("textbox", { name: "Display name" }).getAttribute("aria-invalid")).toBe("false");
    await page.context().close();
  });

  test("plain http by a name of the local network works: join, talk, switch, come back", async () => {
    const fay = await Someone.open(browser, "Fay", WIDE);
    const address = `http://flack.lan:${site.port}`;
    await fay.page.goto(address);
    expect(await fay.page.evaluate(() => isSecureContext)).toBe(false);
    await fay.page.getByRole("textbox", { name: "Display name" }).fill("Fay");
    await fay.page.getByLabel("Access code").fill("sesame");
    await fay.page.getByRole("button", { name: "Join" }).click();
    await fay.say("hello over plain http");
    await fay.allSent();
    await fay.sees("hello over plain http");
    await fay.openChannel(LONG);
    await fay.say("and here");
    await fay.allSent();
    await fay.page.reload();
    await fay.sees("and here");
    expect(fay.complaints).toEqual([]);
    await fay.context.close();
  });
});

describe("at first sight", () => {
  test.each([
    ["wide", WIDE],
    ["narrow", NARROW],
  ])("a channel's name is whole, whatever its topic (%s)", async (size, options) => {
    const gus = await Someone.open(browser, `Gus ${size}`, options);
    await joinWith(gus, `/c/${LONG}`);
    const heading = gus.page.getByRole("heading", { level: 1 });
    expect(await heading.textContent()).toBe(`#${LONG}`);
    const cut = await heading.evaluate((element) => {
      const range = document.createRange();
      range.selectNodeContents(element);
      const [text, box] = [range.getBoundingClientRect(), element.getBoundingClientRect()];
      return text.width > box.width + 1 || element.scrollWidth > element.clientWidth + 1 || box.right > innerWidth;
    });
    expect(cut).toBe(false);
    expect(await gus.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await gus.context.close();
  });

  test("search finds a message without a prefix, on two lines, and leads to it", async () => {
    await ada.openChannel("general");
    await ada.say("the tide table for saturday");
    await ada.allSent();
    await ada.openChannel(LONG);
    await ada.page.getByRole("button", { name: "Search" }).click();
    await ada.page.getByRole("searchbox", { name: "Search" }).fill("tide saturday");
    const group = ada.page.getByRole("group", { name: "Messages" });
    const option = group.getByRole("option").first();
    await option.waitFor();
    expect(await option.textContent()).toContain("Ada · #general");
    const [about, words] = [
      await option.locator(".option-note").boundingBox(),
      await option.locator(".option-label").boundingBox(),
    ];
    expect((about?.y ?? 0) + (about?.height ?? 0)).toBeLessThanOrEqual((words?.y ?? 0) + 1);
    expect(await option.locator("mark").allTextContents()).toEqual(["tide", "saturday"]);
    await ada.page.keyboard.press("Enter");
    await ada.page.getByRole("heading", { name: "#general", exact: true }).waitFor();
    await ada.sees("the tide table for saturday");
  });

  test.each([
    ["wide", { width: 1280, height: 600 }],
    ["narrow", { width: 390, height: 600 }],
  ])("signing out and the link for another device open in view (%s)", async (_, size) => {
    await ada.page.setViewportSize(size);
    await ada.openSettings("You");
    await ada.page.getByRole("button", { name: "Use on another device" }).click();
    const link = ada.page.getByRole("dialog", { name: "Use on another device" });
    await link.getByRole("img").waitFor();
    expect(await isInView(ada.page, link.getByRole("img"))).toBe(true);
    await ada.page.keyboard.press("Escape"); // back to the settings
    await ada.page.getByRole("button", { name: "Sign out" }).click();
    const question = ada.page.getByRole("dialog", { name: "Sign out?" });
    const cancel = question.getByRole("button", { name: "Cancel" });
    await cancel.waitFor();
    expect(await isInView(ada.page, cancel)).toBe(true);
    expect(await isInView(ada.page, question.getByRole("button", { name: "Sign out" }))).toBe(true);
    expect(await cancel.evaluate((button) => button === document.activeElement)).toBe(true);
    await cancel.click();
    await ada.page.keyboard.press("Escape");
    await ada.page.setViewportSize(WIDE.viewport);
  });
});
