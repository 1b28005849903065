/** The app without a network: it opens, shows what was said, takes what is written, and sends it once when the server is back. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Site } from "../site.ts";
import { openBrowser, Someone } from "./people.ts";

const site = new Site();
let browser: Browser;
let ada: Someone;
let bea: Someone;

beforeAll(async () => {
  [browser] = await Promise.all([openBrowser(), site.start()]);
  ada = await Someone.open(browser, "Ada");
  bea = await Someone.open(browser, "Bea");
  await ada.join(site);
  await bea.join(site);
});

afterAll(async () => {
  await browser?.close();
  await site.clear();
});

/** What this device keeps of conversations, as text. */
function keptOn({ page }: Someone): Promise<string> {
  return page.evaluate(async () => {
    const names = (await indexedDB.databases()).map(({ name }) => name);
    if (!names.includes("flack")) return "[]";
    const request = indexedDB.open("flack");
    const database = await new Promise<IDBDatabase>((resolve) => {
      request.onsuccess = () => resolve(request.result);
    });
    const all = database.transaction("windows").objectStore("windows").getAll();
    await new Promise((resolve) => {
      all.onsuccess = resolve;
    });
    database.close();
    return JSON.stringify(all.result);
  });
}

/** The app is kept on this device, and so are these words. */
async function isKept(who: Someone, words: string): Promise<void> {
  await who.page.evaluate(() => navigator.serviceWorker.ready);
  await vi.waitFor(async () => expect(await keptOn(who)).toContain(words), { timeout: 10_000, interval: 100 });
}

test("opens without a server, reads every visited conversation, and what is written goes out on return, once", async () => {
  await ada.makeChannel("design");
  await ada.say("said in design");
  await ada.allSent();
  await isKept(ada, "said in design");
  await ada.openChannel("general");
  await bea.say("said in general");
  await ada.sees("said in general");
  await isKept(ada, "said in general");
  await ada.openDirect("Bea");
  await ada.say("said to Bea");
  await ada.allSent();
  await isKept(ada, "said to Bea");
  await ada.openChannel("general");

  await site.stop();
  await ada.context.addInitScript(() => {
    const rowsOfFirstScreen = new Promise((resolve) => {
      new MutationObserver(() => {
        const list = document.querySelector("[role=log]");
        if (list) resolve(list.querySelectorAll("li").length);
      }).observe(document, { childList: true, subtree: true });
    });
    Reflect.set(globalThis, "rowsOfFirstScreen", rowsOfFirstScreen);
  });
  await ada.comeBack(site);
  expect(await ada.page.evaluate(() => Reflect.get(globalThis, "rowsOfFirstScreen"))).toBeGreaterThan(0);
  await ada.sees("said in general");
  await ada.openChannel("design");
  await ada.sees("said in design");
  await ada.page.getByRole("navigation").getByRole("link", { name: "Bea", exact: true }).click();
  await ada.sees("said to Bea");
  await ada.openChannel("design");
  await ada.say("written without a network");
  await ada.page.getByText("Will be sent when connected").waitFor();
  await ada.say("and thought better of");
  await ada.message("and thought better of").getByRole("button", { name: "Discard" }).click();
  await ada.message("and thought better of").waitFor({ state: "detached" });
  await ada.page.reload();
  await ada.sees("written without a network");
  await ada.page.getByRole("textbox", { name: "Message #design" }).fill("half a thought");

  await site.start();
  await bea.openChannel("design");
  await bea.sees("written without a network");
  await ada.allSent();
  expect((await ada.texts()).filter((text) => text === "written without a network")).toHaveLength(1);
  expect(await ada.page.getByRole("textbox", { name: "Message #design" }).inputValue()).toBe("half a thought");
  await ada.page.getByRole("status", { name: "Connection" }).getByText("Offline").waitFor({ state: "detached" });
  // What the site can do is asked for, also where the first thing to do was to send.
  await ada.page.getByRole("button", { name: "Attach files" }).waitFor();
  await ada.page.getByRole("button", { name: "Notifications" }).waitFor();
});

test("what changed while one was away is there as soon as there is a network, deletions included", async () => {
  await bea.say("soon gone");
  await ada.sees("soon gone");
  await isKept(ada, "soon gone");
  await ada.page.close();
  await bea.choose("soon gone", "Delete message");
  await bea.page.getByRole("log").getByText("Message deleted").waitFor();
  await ada.comeBack(site);
  await ada.sees("Message deleted");
  expect(await ada.texts()).not.toContain("soon gone");
});

test("nothing below /api/ and no file is put into the app's cache", async () => {
  const kept = await ada.page.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map(({ url }) => new URL(url).pathname);
  });
  expect(kept).toContain("/");
  expect(kept.some((path) => /^\/assets\/index-.*\.js$/.test(path))).toBe(true);
  expect(kept.filter((path) => path.startsWith("/api/"))).toEqual([]);
});

test("whoever signs out leaves nothing on the device", async () => {
  await ada.page.getByRole("button", { name: "Settings" }).click();
  await ada.page.getByRole("button", { name: "Sign out" }).click();
  await ada.page.getByRole("button", { name: "Sign out" }).click();
  await ada.page.getByRole("textbox", { name: "Display name" }).waitFor();
  await vi.waitFor(async () => expect(await keptOn(ada)).toBe("[]"), { timeout: 10_000, interval: 100 });
});

test("the app can be installed: a manifest with icons that are there", async () => {
  const page = await (await fetch(site.url)).text();
  const path = /rel="manifest" href="([^"]+)"/.exec(page)?.[1] ?? "";
  const manifest: { icons: { src: string }[]; start_url: string; display: string } = JSON.parse(
    await (await fetch(site.url + path)).text(),
  );
  expect(manifest).toMatchObject({ start_url: "/", display: "standalone" });
  for (const { src } of manifest.icons) {
    expect((await fetch(site.url + src)).headers.get("content-type"), src).toMatch(/^image\//);
  }
  const worker = await fetch(`${site.url}/service-worker.js`);
  expect(worker.headers.get("cache-control")).toBe("no-cache");
});

test("nothing was complained about along the way", () => {
  expect([...ada.complaints, ...bea.complaints]).toEqual([]);
});
