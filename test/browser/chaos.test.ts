/**
 * Chaos: three people with two tabs each switch, type, send, edit, reload and go offline at random while the server is killed.
 * Afterwards every screen shows what the server holds, and no word is lost. Outside CI:
 *
 *   npm run test:browser -- chaos                     five minutes
 *   CHAOS_MINUTES=1 npm run test:browser -- chaos
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Site } from "../site.ts";
import { openBrowser, Someone, WIDE } from "./people.ts";

const MINUTES = Number(process.env["CHAOS_MINUTES"] ?? 5);
const CHANNELS = ["general", "red", "green"];
/** How long (ms) everything may take to come to rest. */
const SETTLE_MS = 60_000;
/** What the page may complain about while the server is away. */
const EXPECTED = /Failed to load resource|WebSocket connection|is missing|ERR_|net::|Failed to fetch/;

const site = new Site();
let browser: Browser;

type Tab = { page: Page; readonly owner: Someone };

beforeAll(async () => {
  [browser] = await Promise.all([openBrowser("--enable-precise-memory-info"), site.start()]);
});

afterAll(async () => {
  await browser?.close();
  await site.clear();
});

const pick = <T>(of: readonly T[]): T => of[Math.floor(Math.random() * of.length)] as T;
const composer = (page: Page) => page.getByRole("textbox", { name: /^Message #/ });

async function memoryOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  return page.evaluate(() => Reflect.get(performance, "memory").usedJSHeapSize);
}

/** What a device has not sent, as it is kept: it tells a message that waits, or was refused, from one that is lost. */
function unsentOn(page: Page): Promise<string> {
  return page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const opening = indexedDB.open("flack");
        opening.onsuccess = () => {
          const asking = opening.result.transaction("outbox").objectStore("outbox").getAll();
          asking.onsuccess = () => resolve(JSON.stringify(asking.result));
        };
      }),
  );
}

test(`${MINUTES} minutes of chaos`, { timeout: MINUTES * 60_000 + 4 * SETTLE_MS }, async () => {
  const people = await Promise.all(["Ada", "Bea", "Cem"].map((name) => Someone.open(browser, name, WIDE)));
  const [first] = people;
  if (!first) throw new Error("no people");
  const complaints: string[] = [];
  const watch = (page: Page) => {
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" && !EXPECTED.test(message.text())) complaints.push(message.text());
    });
  };
  for (const [at, one] of people.entries()) {
    watch(one.page);
    await one.join(site);
    if (at === 0) for (const name of CHANNELS.slice(1)) await one.makeChannel(name);
  }
  const tabs: Tab[] = people.flatMap((owner) => [{ page: owner.page, owner }]);
  for (const owner of people) {
    const page = await owner.context.newPage();
    watch(page);
    await page.goto(`${site.url}/c/general`);
    await composer(page).waitFor();
    tabs.push({ page, owner });
  }
  /** By channel: what was sent. */
  const sent = new Map<string, string[]>(CHANNELS.map((name) => [name, []]));
  /** By person and channel: what was typed last and not sent. */
  const drafts = new Map<string, string>();
  let count = 0;
  /** What was done, in order: printed where a message is missing. */
  const story: string[] = [];
  const memoryBefore = await memoryOf(tabs[0]?.page as Page);

  async function step({ page, owner }: Tab): Promise<void> {
    const what = Math.random();
    story.push(`${owner.name} ${owner.page === page ? 1 : 2}: ${what.toFixed(2)}, ${page.url()}`);
    const channel = () => decodeURIComponent(new URL(page.url()).pathname.replace("/c/", ""));
    if (what < 0.25) {
      const link = page.getByRole("navigation", { name: "Conversations" }).locator(`a[href="/c/${pick(CHANNELS)}"]`);
      return link.click({ timeout: 2_000 });
    }
    if (what < 0.7) {
      const text = `${owner.name} ${++count}`;
      const where = channel();
      await composer(page).fill(text, { timeout: 2_000 });
      await composer(page).press("Enter", { timeout: 2_000 });
      if (channel() === where && (await composer(page).inputValue({ timeout: 2_000 })) === "") {
        story.push(`sent ${text} in #${where}`);
        sent.get(where)?.push(text);
        drafts.delete(`${owner.name} ${where}`);
      }
      return;
    }
    if (what < 0.85) {
      const text = `draft ${++count}`;
      const where = channel();
      await composer(page).fill(text, { timeout: 2_000 });
      if (channel() === where) drafts.set(`${owner.name} ${where}`, text);
      return;
    }
    if (what < 0.93) return void (await page.reload({ timeout: 5_000 }));
    await page.context().setOffline(true);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await page.context().setOffline(false);
  }

  const end = Date.now() + MINUTES * 60_000;
  let killAt = Date.now() + 15_000;
  while (Date.now() < end) {
    if (Date.now() > killAt) {
      story.push("the server is killed");
      await site.kill();
      await step(pick(tabs)).catch(() => {});
      await site.start();
      killAt = Date.now() + 15_000 + Math.random() * 15_000;
    }
    await step(pick(tabs)).catch(() => {}); // a page that is reloading, or away
  }

  async function textsOf(channel: string): Promise<string[]> {
    const response = await (first as Someone).context.request.get(`${site.url}/api/channels/${channel}/messages`);
    const { messages }: { messages: { text: string }[] } = await response.json();
    return messages.map(({ text }) => text);
  }

  for (const { page, owner } of tabs) await owner.context.setOffline(false).then(() => page.bringToFront());
  // Of the tab as it has lived through all of it: what follows opens pages anew.
  const memoryAfter = await memoryOf(tabs[0]?.page as Page);
  for (const name of CHANNELS) {
    const answer = () => textsOf(name);
    const kept = (sent.get(name) ?? []).slice(-20);
    await expect
      .poll(answer, { timeout: SETTLE_MS, message: `all of #${name} arrives` })
      .toEqual(expect.arrayContaining(kept))
      .catch(async (missing) => {
        console.log(story.slice(-200).join("\n"));
        for (const { page, owner } of tabs) console.log(`${owner.name}, ${page.url()}: unsent ${await unsentOn(page)}`);
        for (const other of CHANNELS) console.log(`#${other} has ${(await textsOf(other)).slice(-40).join(", ")}`);
        throw missing;
      });
    const held = await answer();
    expect(new Set(held).size, `nothing in #${name} is there twice`).toBe(held.length);
    for (const { page, owner } of tabs) {
      await page.goto(`${site.url}/c/${name}`);
      const shown = () => page.getByRole("log").locator(".text").allTextContents();
      await expect.poll(shown, { timeout: SETTLE_MS, message: `#${name} of ${owner.name}` }).toEqual(held);
      const draft = drafts.get(`${owner.name} ${name}`) ?? "";
      expect(await composer(page).inputValue(), `the draft of ${owner.name} in #${name}`).toBe(draft);
    }
  }
  expect(complaints).toEqual([]);
  console.log(`memory ${(memoryBefore / 1e6).toFixed(1)} → ${(memoryAfter / 1e6).toFixed(1)} MB; ${count} words`);
  expect(memoryAfter).toBeLessThan(memoryBefore * 1.1 + 3e6); // the windows held: three of 100 short messages
});
