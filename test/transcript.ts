/**
 * Writes down what a screen reader finds on the way from the first visit to an answered message: the accessibility tree of each screen,
 * and what live regions say meanwhile. It is there to be read (docs/accessibility.md).
 *
 *   npm run transcript
 */

import { openBrowser, Someone } from "./browser/people.ts";
import { fillIn } from "./pages.ts";
import { Site } from "./site.ts";

const PAGE = new URL("../docs/accessibility.md", import.meta.url).pathname;

const site = new Site();
const browser = await openBrowser();
const written: string[] = [];
try {
  await site.start();
  const mira = await Someone.open(browser, "Mira Okafor");
  const jonas = await Someone.open(browser, "Jonas Weiß");
  const { page } = mira;
  await page.addInitScript(() => {
    const said: string[] = [];
    Reflect.set(globalThis, "said", said);
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const element = target instanceof Element ? target : target.parentElement;
        const region = element?.closest("[role=status], [role=alert], [aria-live=polite], [aria-live=assertive]");
        const words = region?.textContent?.trim() ?? "";
        if (words !== "" && said.at(-1) !== words) said.push(words);
      }
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });

  await page.goto(site.url);
  await page.getByRole("textbox", { name: "Display name" }).waitFor();
  await tell("The first visit");
  await page.getByRole("textbox", { name: "Display name" }).fill(mira.name);
  await page.keyboard.press("Enter");
  await mira.isReady();
  await page.getByText("This is the start of #general").waitFor();
  await tell("In #general, where nothing was said yet");

  await jonas.join(site);
  await jonas.say("Good morning! Does room 3 keep the large map?");
  await mira.sees("Good morning! Does room 3 keep the large map?");
  await page.waitForFunction(() =>
    Reflect.get(globalThis, "said").some((words: string) => words.includes("large map")),
  );
  await tell("A message has come");

  await page.keyboard.press("Shift+Tab");
  await page.getByRole("log").getByRole("listitem").last().focus();
  await page.keyboard.press("r");
  await page.getByText("Replying to Jonas Weiß").waitFor();
  await page.keyboard.type("Yes, the wall is wide enough.");
  await page.keyboard.press("Enter");
  await mira.sees("Yes, the wall is wide enough.");
  await mira.allSent();
  await tell("After a reply with R");

  await page.keyboard.press("Control+k");
  await page.getByRole("searchbox", { name: "Search" }).fill("map");
  await page.getByRole("option").first().waitFor();
  await tell("The search, after Ctrl K");
  await page.keyboard.press("Escape");

  async function tell(what: string): Promise<void> {
    const said: string[] = await page.evaluate(() => Reflect.get(globalThis, "said").splice(0));
    const tree = (await page.locator("body").ariaSnapshot()).replace(/\d{1,2}:\d\d [AP]M/g, "9:41 AM");
    written.push(`### ${what}`);
    if (said.length > 0)
      written.push(`Said meanwhile: ${said.map((words) => `“${words.replace(/\s+/g, " ")}”`).join(", ")}`);
    written.push(`\`\`\`yaml\n${tree.replace(/\/d\/[\w-]+/g, "/d/…")}\n\`\`\``);
  }
} finally {
  await browser.close();
  await site.clear();
}
fillIn(PAGE, "transcript", written.join("\n\n"));
