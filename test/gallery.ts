/**
 * Takes a picture of every screen and state, in a real browser and through the product's own server: wide and narrow, light and
 * dark, left to right and right to left. Then says which headings of the design nobody shows. `-- name` takes only those scenes.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { NARROW, openBrowser, Someone, WIDE } from "./browser/people.ts";
import { HEADINGS, populate, prefer, SCENES, settle } from "./browser/scenes.ts";
import { Site } from "./site.ts";

const PICTURES = new URL("../test-results/gallery/", import.meta.url).pathname;
const TESTS = new URL("./browser/", import.meta.url).pathname;
const SIZES = { wide: WIDE, narrow: NARROW } as const;
/** One that is written from left to right, and one that is not. */
const LANGUAGES = { ltr: "en", rtl: "ar" } as const;

const wanted = process.argv.slice(2);
const scenes = SCENES.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
const site = new Site();
const browser = await openBrowser();
let failed = 0;
let visitors = 0;
try {
  if (wanted.length === 0) rmSync(PICTURES, { recursive: true, force: true });
  mkdirSync(PICTURES, { recursive: true });
  await site.start();
  await populate(site, browser);
  for (const scene of scenes) {
    for (const [width, size] of Object.entries(SIZES)) {
      for (const [direction, language] of Object.entries(LANGUAGES)) {
        await show(scene, `${scene.name.replaceAll(" ", "-")}-${width}-${direction}`, size, language);
      }
    }
  }
} finally {
  await browser.close();
  await site.clear();
}

const titles = readdirSync(TESTS)
  .filter((name) => name.endsWith(".test.ts"))
  .flatMap((name) => [...readFileSync(TESTS + name, "utf8").matchAll(/"(\w+): /g)].map(([, heading]) => heading));
const unseen = HEADINGS.filter(
  (heading) => !SCENES.some(({ shows }) => shows === heading) && !titles.some((title) => title === heading),
);
console.log(`${scenes.length} scenes, ${failed} failed. Pictures: ${PICTURES}`);
console.log(`Headings nobody shows: ${unseen.length === 0 ? "none" : unseen.join(", ")}`);
process.exitCode = failed + unseen.length === 0 ? 0 : 1;

async function show(
  { name, open, isOutside, isApart }: (typeof SCENES)[number],
  picture: string,
  size: typeof WIDE | typeof NARROW,
  language: string,
): Promise<void> {
  visitors++;
  const who = await Someone.open(browser, `Visitor ${visitors}`, { ...size, colorScheme: "light" });
  try {
    if (isOutside) {
      await who.context.addInitScript((chosen) => localStorage.setItem("flack.language", chosen), language);
      await open(who, site);
    } else {
      await open(who, site);
      await prefer(who.page, "language", language);
      if (isApart) await who.page.reload();
    }
    for (const colorScheme of ["light", "dark"] as const) {
      await who.page.emulateMedia({ colorScheme });
      await who.page
        .locator(isApart ? "dialog, .notice" : "#app > *")
        .first()
        .waitFor();
      await settle(who);
      await who.page.screenshot({ path: `${PICTURES}${picture}-${colorScheme}.png` });
    }
    if (who.complaints.length > 0) throw new Error(who.complaints.join("\n"));
  } catch (error) {
    failed++;
    console.error(`${name} (${picture}): ${error instanceof Error ? error.message.split("\n")[0] : error}`);
  } finally {
    await who.context.close();
  }
}
