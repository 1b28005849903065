/** What a rail of fifteen hundred conversations costs: the longest task while it opens, is filtered, scrolled and used. */
import type { Page } from "playwright-core";
import { CHANNELS_PER_PAGE, FEED_CHANNELS_MAX } from "../worker/protocol/limits.ts";
import type { Someone } from "./browser/people.ts";
import { rewire } from "./browser/scenes/steps.ts";
import type { Site } from "./site.ts";

const DIRECTS = 300;
const PRIVATE = 200;
const PUBLIC = 1_000;
const RUNS = 3;
/** Longer than anything that an action sets going (ms). */
const SETTLED_MS = 1_500;

type Frame = Readonly<Record<string, unknown>>;

/** By what was done, the longest task (ms) of several runs. Browsers tell of tasks from 50 ms on; 0 says that there was none. */
export async function measureRail({ context }: Someone, site: Site): Promise<ReadonlyMap<string, number>> {
  const longest = new Map<string, number>();
  // One crowd for all runs: other epochs would make each run delete what the device keeps of the run before.
  const list: unknown[] = [];
  for (let run = 0; run < RUNS; run++) {
    const page = await context.newPage();
    await rewire(page, /directory\/socket/, (frame) => {
      if (frame["type"] !== "directory") return frame;
      if (list.length === 0) list.push(...crowd(frame));
      return { ...frame, channels: list.slice(0, FEED_CHANNELS_MAX), more: true };
    });
    await page.route(/api\/channels\?cursor=/, (route) => {
      const from = Number(new URL(route.request().url()).searchParams.get("cursor")) || FEED_CHANNELS_MAX;
      const to = from + CHANNELS_PER_PAGE;
      return route.fulfill({
        json: { channels: list.slice(from, to), ...(to < list.length && { cursor: String(to) }) },
      });
    });
    await page.addInitScript(() => {
      Object.assign(window, { tasks: [] });
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) Reflect.get(window, "tasks").push(duration);
      }).observe({ type: "longtask", buffered: true });
    });
    const during = async (what: string, act: () => Promise<unknown>) => {
      await page.evaluate(() => Object.assign(window, { tasks: [] }));
      await act();
      await page.waitForTimeout(SETTLED_MS);
      const tasks = await page.evaluate((): number[] => Reflect.get(window, "tasks"));
      longest.set(what, Math.max(longest.get(what) ?? 0, ...tasks));
    };
    await steps(page, site, during);
    await page.close();
  }
  return longest;
}

async function steps(page: Page, site: Site, during: (what: string, act: () => Promise<unknown>) => Promise<void>) {
  await page.goto("about:blank");
  await during("opening", async () => {
    await page.goto(`${site.url}/c/exhibition`);
    await page.waitForFunction(
      (all) => document.querySelectorAll(".rail-link").length >= all,
      DIRECTS + PRIVATE + PUBLIC,
    );
  });
  // A press by script: what the browser's driver does in the page to find a place to press is no work of the page.
  const press = (selector: string) =>
    page.evaluate((at) => {
      const found = document.querySelector<HTMLElement>(at);
      if (!found) throw new Error(`nothing to press: ${at}`);
      found.click();
    }, selector);
  const unreads = ".rail-filters button[aria-pressed]";
  await during("unread ones alone", () => press(unreads));
  await during("all again", () => press(unreads));
  const section = ".rail-section:has(+ .rail-list a[href='/c/project-1']) h2 button";
  await during("a section closed", () => press(section));
  await during("and opened", () => press(".rail-section h2 button[aria-expanded=false]"));
  await page.mouse.move(100, 300);
  await during("scrolling", async () => {
    for (let n = 0; n < 20; n++) await page.mouse.wheel(0, 2_000);
  });
  await during("going elsewhere", () => press(".rail-link[href='/c/catalogue']"));
}

/** The channels of a person who is in every one of them: what the first frame and the pages after it tell. */
function crowd({ channels, you }: Frame): unknown[] {
  if (!Array.isArray(channels)) return [];
  const some = channels.find(({ kind }) => kind === "public");
  const numbered = (count: number, make: (n: number) => object) =>
    Array.from({ length: count }, (_, n) => ({ ...some, epoch: crypto.randomUUID(), ...make(n) }));
  const ownId = typeof you === "object" && you !== null ? String(Reflect.get(you, "id")) : "";
  return [
    ...channels,
    ...numbered(PUBLIC, (n) => ({ id: `project-${n}`, name: `project-${n}` })),
    ...numbered(PRIVATE, (n) => ({ id: `P-room-${n}`, kind: "private", name: `room ${n}` })),
    ...numbered(DIRECTS, (n) => {
      const peer = { id: `colleague-${n}-0123456789`, name: `Colleague ${n}` };
      return { id: [ownId, peer.id].sort().join("~"), kind: "direct", name: "", peer };
    }),
  ];
}
