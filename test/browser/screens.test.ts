/** The screens, wide and narrow, light and dark: written as pictures, read by axe, and loaded within the budgets. */
import { mkdirSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Site } from "../site.ts";
import { axeFlaws } from "./axe.ts";
import { controlsWithoutRing } from "./focus.ts";
import { lookOver } from "./looks.ts";
import { NARROW, openBrowser, Someone, WIDE } from "./people.ts";
import { populate } from "./scene-content.ts";
import { picturesShown, settle } from "./scenes/steps.ts";
import { SCENES } from "./scenes.ts";

const PICTURES = new URL("../../test-results/screens/", import.meta.url).pathname;
const site = new Site();
let browser: Browser;
let people = 0;

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  [browser] = await Promise.all([openBrowser(), site.start()]);
  await populate(site, browser);
});

afterAll(async () => {
  await browser?.close();
  await site.clear();
});

/** Whoever looks at a screen. */
async function visitor(look: Look): Promise<Someone> {
  people++;
  return Someone.open(browser, `Visitor ${people}`, { ...look.size, colorScheme: look.theme });
}

type Look = { readonly theme: "light" | "dark"; readonly width: string; readonly size: typeof WIDE | typeof NARROW };

const LOOKS: readonly Look[] = [
  { theme: "light", width: "wide", size: WIDE },
  { theme: "dark", width: "wide", size: WIDE },
  { theme: "light", width: "narrow", size: NARROW },
  { theme: "dark", width: "narrow", size: NARROW },
];

async function examine(who: Someone, name: string, { theme, width }: Look): Promise<void> {
  await settle(who);
  await who.page.screenshot({ path: `${PICTURES}${name.replaceAll(" ", "-")}-${width}-${theme}.png` });
  expect(await axeFlaws(who.page)).toEqual([]);
  const wide = await who.page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll(".log, .rail-lists, dialog")]
      .filter((part) => part.scrollWidth > part.clientWidth)
      .map(({ className }) => className),
  );
  expect(wide, "no sideways scroll").toEqual([]);
  expect(await lookOver(who.page, width === "narrow"), "nothing cut off, nothing too small for a finger").toEqual([]);
  if (width === "wide") expect(await controlsWithoutRing(who.page), "the keyboard's focus is seen").toEqual([]);
  expect(who.complaints).toEqual([]);
}

describe.each(LOOKS)("$theme and $width", (look) => {
  test.each(SCENES.filter(({ isExamined }) => isExamined))(
    "Accessibility: axe finds nothing on $name",
    async ({ name, open }) => {
      const who = await visitor(look);
      await open(who, site);
      await examine(who, name, look);
      await who.context.close();
    },
  );
});

test("Accessibility: 400 % zoom: a page 320 px wide and 200 px high scrolls in one direction only", async () => {
  const who = await visitor({ theme: "light", width: "tiny", size: NARROW });
  await who.page.setViewportSize({ width: 320, height: 256 });
  await who.join(site, "/c/exhibition");
  await examine(who, "tiny", { theme: "light", width: "narrow", size: NARROW });
  await who.context.close();
});

test("Budgets: the first message is painted after at most twelve requests, sockets included", async () => {
  const who = await visitor({ theme: "light", width: "wide", size: WIDE });
  await who.join(site, "/c/exhibition");
  const page = await who.context.newPage();
  const requests: string[] = [];
  const sockets: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("websocket", (socket) => sockets.push(socket.url()));
  await page.addInitScript(() => {
    const observer = new MutationObserver(() => {
      if (!document.querySelector("[role=log] li")) return;
      observer.disconnect();
      performance.mark("first message");
    });
    observer.observe(document, { childList: true, subtree: true });
  });
  await page.goto(`${site.url}/c/exhibition`);
  await page.getByRole("log").getByRole("listitem").first().waitFor();
  const before = await page.evaluate(() => {
    const shown = performance.getEntriesByName("first message")[0]?.startTime ?? 0;
    // What is not there by then was not waited for.
    return performance.getEntries().flatMap((entry) => {
      return entry instanceof PerformanceResourceTiming && entry.responseEnd < shown ? [entry.name] : [];
    });
  });
  expect(before.length, "the resource timing tells of requests").toBeGreaterThan(3);
  expect(before.length + sockets.length, [...before, ...sockets].join("\n")).toBeLessThanOrEqual(12);
  expect(
    [...requests, ...sockets].filter((url) => !/^data:/.test(url) && !url.replace(/^ws/, "http").startsWith(site.url)),
  ).toEqual([]);
  await who.context.close();
});

test("Budgets: nothing on the page moves by itself while a channel with pictures and the late parts load", async () => {
  const who = await visitor({ theme: "light", width: "wide", size: WIDE });
  await who.join(site, "/c/catalogue");
  // What the site has is known here from the second visit on.
  await who.comeBack(site, "/c/catalogue");
  await picturesShown(who);
  await who.isReady();
  await who.page.close();
  who.page = await who.context.newPage();
  await watchShifts(who);
  await who.page.goto(`${site.url}/c/catalogue`);
  await picturesShown(who);
  await who.isReady();
  await settle(who);
  expect(await shiftsOf(who)).toEqual([]);
  await who.context.close();
});

/** An entry of the Layout Instability API, as Chromium has it. */
type LayoutShift = PerformanceEntry & {
  readonly value: number;
  readonly hadRecentInput: boolean;
  readonly sources: readonly { readonly node: Node | null }[];
};

/** Notes on the next page whatever moves without anyone having done something. */
async function watchShifts({ page }: Someone): Promise<void> {
  await page.addInitScript(() => {
    const shifts: string[] = [];
    Object.assign(globalThis, { shifts });
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput, sources } of list.getEntries() as LayoutShift[]) {
        const moved = sources.map(({ node }) =>
          node instanceof Element
            ? node.outerHTML.slice(0, 80)
            : `${node?.nodeName} ${node?.textContent} ${node?.parentElement?.outerHTML.slice(0, 80)}`,
        );
        if (!hadRecentInput) shifts.push(`${value}: ${moved.join(" | ")}`);
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
}

function shiftsOf({ page }: Someone): Promise<readonly string[]> {
  return page.evaluate(() => (globalThis as typeof globalThis & { readonly shifts: readonly string[] }).shifts);
}

test("pages carry their policies, hashed files are immutable", async () => {
  const page = await fetch(`${site.url}/c/exhibition`);
  expect(page.headers.get("content-security-policy")).toMatch(
    /^default-src 'none'; script-src 'self' 'sha256-[^ ]+';.*frame-ancestors 'none'/,
  );
  expect(page.headers.get("x-content-type-options")).toBe("nosniff");
  expect(page.headers.get("referrer-policy")).toBe("no-referrer");
  expect(page.headers.get("cross-origin-opener-policy")).toBe("same-origin");
  expect(page.headers.get("permissions-policy")).toContain("camera=()");
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(await page.text())?.[1] ?? "";
  expect((await fetch(site.url + script)).headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
});

/** Last: it stops the server under the others. */
test("without a server: what is said waits, and the screen says so", async () => {
  const seen = await Promise.all(LOOKS.map(async (look) => ({ look, who: await visitor(look) })));
  for (const { who } of seen) {
    await watchShifts(who);
    await who.join(site, "/c/exhibition");
    await who.page.getByText("Latest 100 messages are kept").waitFor();
    await who.page.waitForFunction(() =>
      performance.getEntriesByType("resource").some(({ name }) => /background/.test(name)),
    );
    await who.page.evaluate(async () => void (await navigator.serviceWorker.ready));
  }
  // Who comes and goes moves the avatars in the header. Everyone is told before the watch begins.
  for (const { who } of seen) {
    await who.page.getByText(`${seen.length} viewing`, { exact: true }).waitFor({ state: "attached" });
  }
  const before = new Map<Someone, number>();
  for (const { who } of seen) before.set(who, (await shiftsOf(who)).length);
  await site.stop();
  for (const { look, who } of seen) {
    await who.page
      .getByRole("status", { name: "Connection" })
      .getByText(/Reconnecting|Offline/)
      .waitFor();
    expect((await shiftsOf(who)).slice(before.get(who)), "the strip moves nothing").toEqual([]);
    await who.say("This one waits for the connection.");
    await who.sees("This one waits for the connection.");
    await who.page.getByText("Will be sent when connected").waitFor();
    await examine(who, "reconnecting", look);
  }
  for (const { who } of seen) {
    await who.page.getByRole("button", { name: "Try now" }).waitFor();
    await who.context.close();
  }
});
