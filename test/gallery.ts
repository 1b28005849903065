/**
 * Takes a picture of every screen and state, in a real browser and through the product's own server: wide, tablet and narrow; light,
 * dark and high contrast; left to right and right to left. All pictures of a scene are put on one sheet. It then tells which
 * looks are wrong by measure, what axe finds, where the keyboard's focus is not seen, and which headings of the design no scene
 * shows. `-- name` takes only those scenes.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { axeFlaws } from "./browser/axe.ts";
import { controlsWithoutRing } from "./browser/focus.ts";
import { lookOver } from "./browser/looks.ts";
import { NARROW, openBrowser, Someone, TABLET, WIDE } from "./browser/people.ts";
import { populate } from "./browser/scene-content.ts";
import { HEADINGS } from "./browser/scenes/scene.ts";
import { prefer, settle } from "./browser/scenes/steps.ts";
import { SCENES } from "./browser/scenes.ts";
import { Site } from "./site.ts";
import { visitorName } from "./talk.ts";

const PICTURES = new URL("../test-results/gallery/", import.meta.url).pathname;
const TESTS = new URL("./browser/", import.meta.url).pathname;
const SHEETS = new URL("../test-results/sheets/", import.meta.url).pathname;
const SIZES = { wide: WIDE, tablet: TABLET, narrow: NARROW } as const;
const THEMES = {
  light: { colorScheme: "light", contrast: null },
  dark: { colorScheme: "dark", contrast: null },
  contrast: { colorScheme: "light", contrast: "more" },
} as const;
/** How wide (px) a picture is on a sheet, by the width of the screen. */
const ON_SHEET = { wide: 560, tablet: 400, narrow: 220 } as const;
/** One that is written from left to right, and one that is not. */
const LANGUAGES = { ltr: "en", rtl: "ar" } as const;

/** How long (ms) a scene may take to open. */
const PATIENCE_MS = 10_000;

const wanted = process.argv.slice(2);
const scenes = SCENES.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
const site = new Site();
const browser = await openBrowser();
/** What the pages say is wrong with their looks, and in which pictures. */
const flaws = new Map<string, string[]>();
let failed = 0;
let visitors = 0;
try {
  if (wanted.length === 0) for (const path of [PICTURES, SHEETS]) rmSync(path, { recursive: true, force: true });
  for (const path of [PICTURES, SHEETS]) mkdirSync(path, { recursive: true });
  await site.start();
  await populate(site, browser);
  for (const scene of scenes) {
    for (const [width, size] of Object.entries(SIZES)) {
      for (const [direction, language] of Object.entries(LANGUAGES)) {
        await show(scene, `${fileName(scene.name)}-${width}-${direction}`, size, language);
      }
    }
    await makeSheet(scene.name);
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
for (const [flaw, pictures] of flaws) console.log(`${flaw} (${pictures.length}: ${pictures[0]})`);
console.log(`${scenes.length} scenes, ${failed} failed, ${flaws.size} kinds of flaw. Pictures: ${PICTURES}`);
console.log(`Headings nobody shows: ${unseen.length === 0 ? "none" : unseen.join(", ")}`);
process.exitCode = failed + unseen.length + flaws.size === 0 ? 0 : 1;

async function show(
  { name, open, isOutside, isApart }: (typeof SCENES)[number],
  picture: string,
  size: (typeof SIZES)[keyof typeof SIZES],
  language: string,
): Promise<void> {
  visitors++;
  const who = await Someone.open(browser, visitorName(visitors), { ...size, colorScheme: "light" });
  who.page.setDefaultTimeout(PATIENCE_MS);
  try {
    if (isOutside) {
      await who.context.addInitScript((chosen) => {
        // What axe opens beside it is of no site.
        if (location.protocol !== "about:") localStorage.setItem("flack.language", chosen);
      }, language);
      await open(who, site);
    } else {
      await open(who, site);
      await prefer(who.page, "language", language);
      if (isApart) await who.page.reload();
    }
    // A touch screen has no resting pointer, and the element that was pressed is gone.
    if ("hasTouch" in size || isOutside || isApart) await who.page.mouse.move(0, 0);
    for (const [theme, media] of Object.entries(THEMES)) {
      await who.page.emulateMedia(media);
      await who.page
        .locator(isApart ? "dialog, .notice" : "#app > *")
        .first()
        .waitFor();
      await settle(who);
      await who.page.screenshot({ path: `${PICTURES}${picture}-${theme}.png` });
      // Colours are the same in both directions.
      if (language === LANGUAGES.ltr) note(await axeFlaws(who.page), `${picture}-${theme}`);
    }
    note(await lookOver(who.page, "hasTouch" in size), picture);
    // Last: it takes the focus from where it was.
    if (size === WIDE) note(await controlsWithoutRing(who.page), picture, "no ring around ");
    if (who.complaints.length > 0) throw new Error(who.complaints.join("\n"));
  } catch (error) {
    failed++;
    console.error(`${name} (${picture}): ${error instanceof Error ? error.message.split("\n")[0] : error}`);
  } finally {
    await who.context.close();
  }
}

function note(found: readonly string[], picture: string, what = ""): void {
  for (const one of found) flaws.set(what + one, [...(flaws.get(what + one) ?? []), picture]);
}

/** Every picture of a scene on one sheet: a row for each size and direction, a column for each theme. */
async function makeSheet(name: string): Promise<void> {
  const row = ([width, pixels]: [string, number], direction: string) =>
    Object.keys(THEMES)
      .map((theme) => `${fileName(name)}-${width}-${direction}-${theme}.png`)
      .filter((file) => existsSync(PICTURES + file))
      .map((file) => `<img width="${pixels}" src="data:image/png;base64,${readFileSync(PICTURES + file, "base64")}">`)
      .join("");
  const rows = Object.entries(ON_SHEET).flatMap((size) =>
    Object.keys(LANGUAGES).map((direction) => `<div>${row(size, direction)}</div>`),
  );
  const page = await browser.newPage({ viewport: { width: 1_760, height: 600 } });
  await page.setContent(`<style>body{background:#888;margin:16px}img{margin:4px}</style>${rows.join("")}`);
  await page.screenshot({ path: `${SHEETS}${fileName(name)}.png`, fullPage: true });
  await page.close();
}

function fileName(scene: string): string {
  return scene.replaceAll(/[ ']/g, "-");
}
