/**
 * The journey and the outbox in Firefox, driven by WebDriver BiDi. Outside CI: it needs a Firefox (`apt-get install firefox-esr`).
 *
 *   npm run test:browser -- firefox
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, type ElementHandle, launch, type Page } from "puppeteer-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Site } from "../site.ts";

const FIREFOX = process.env["FIREFOX_PATH"] ?? "/usr/bin/firefox-esr";
const site = new Site();
const folder = mkdtempSync(join(tmpdir(), "flack-firefox-"));
let browser: Browser;

/** A person with a context of their own. Things are found by role and accessible name. */
class Person {
  readonly name: string;
  readonly #context: BrowserContext;
  page: Page;
  readonly errors: string[] = [];

  private constructor(name: string, context: BrowserContext, page: Page) {
    this.name = name;
    this.#context = context;
    this.page = page;
  }

  static async open(name: string): Promise<Person> {
    const context = await browser.createBrowserContext();
    const person = new Person(name, context, await context.newPage());
    person.#watch(person.page);
    return person;
  }

  #watch(page: Page): void {
    // Firefox names a socket that finds no server an error of the page: servers are stopped here on purpose.
    page.on("pageerror", (error) => {
      const text = String(error);
      if (!/server at ws:|connection to ws:/.test(text)) this.errors.push(text);
    });
  }

  async join(path = "/"): Promise<void> {
    await this.page.goto(site.url + path);
    await this.fill("Display name", this.name);
    await this.press("Join");
    await this.composer();
  }

  /** A second tab of the same person. */
  async newTab(path: string): Promise<Page> {
    const page = await this.#context.newPage();
    this.#watch(page);
    await page.goto(site.url + path);
    return page;
  }

  async comeBack(path = "/"): Promise<void> {
    await this.page.close();
    this.page = await this.newTab(path);
  }

  async composer(page = this.page): Promise<ElementHandle> {
    return found(await page.waitForSelector("#composer textarea"));
  }

  async fill(label: string, text: string): Promise<void> {
    await this.page.locator(`::-p-aria([name="${label}"][role="textbox"])`).fill(text);
  }

  async press(label: string): Promise<void> {
    await this.page.locator(`::-p-aria([name="${label}"][role="button"])`).click();
  }

  async openChannel(name: string): Promise<void> {
    await this.page.locator(`nav[aria-label="Conversations"] a[href="/c/${name}"]`).click();
    await this.page.waitForFunction((title) => document.querySelector("h1")?.textContent === title, {}, `#${name}`);
  }

  async say(text: string, page = this.page): Promise<void> {
    const composer = await this.composer(page);
    await composer.focus();
    await page.keyboard.type(text);
    await page.keyboard.press("Enter");
  }

  async sees(text: string, page = this.page): Promise<void> {
    await page.waitForFunction(
      (words) => [...document.querySelectorAll("[role=log] .text")].some((one) => one.textContent === words),
      {},
      text,
    );
  }

  texts(page = this.page): Promise<(string | null)[]> {
    return page.$$eval("[role=log] .text", (all) => all.map(({ textContent }) => textContent));
  }

  async allSent(): Promise<void> {
    await this.page.waitForFunction(() => document.querySelector(".message.sending, .message.deleting") === null);
  }
}

function found<T>(value: T | null): T {
  if (value === null) throw new Error("it is not there");
  return value;
}

let ada: Person;
let bea: Person;

beforeAll(async () => {
  [browser] = await Promise.all([
    launch({ browser: "firefox", executablePath: FIREFOX, headless: true, args: ["--width=1280", "--height=800"] }),
    site.start(),
  ]);
  [ada, bea] = [await Person.open("Ada"), await Person.open("Bea")];
});

afterAll(async () => {
  await browser?.close();
  await site.clear();
  rmSync(folder, { recursive: true, force: true });
});

test("a name is asked for once and remembered; a channel is made, seen by everyone, and come back to", async () => {
  await ada.join();
  await bea.join();
  await ada.press("New channel");
  await ada.fill("Channel name", "Design Team");
  await ada.press("Create");
  await bea.openChannel("design-team");
  await ada.comeBack();
  await ada.page.waitForFunction(() => location.pathname === "/c/design-team");
  await ada.composer();
});

test("messages reach both at once, with Markdown, emoji and a mention", async () => {
  await ada.say("Hello **Bea** :tada:");
  await bea.sees("Hello Bea 🎉");
  await bea.say("@Ada hello");
  await ada.sees("@Ada hello");
  expect(await ada.texts()).toEqual(await bea.texts());
});

test("an edit and a deletion reach the other person", async () => {
  await ada.say("Helo");
  await bea.sees("Helo");
  await ada.allSent();
  await (await ada.composer()).focus();
  await ada.page.keyboard.press("ArrowUp");
  await ada.page.locator('::-p-aria([name="Edit message"][role="textbox"])').fill("Hello again");
  await ada.page.keyboard.press("Enter");
  await bea.sees("Hello again (edited)");
  await ada.page.keyboard.press("Tab");
  await ada.page.evaluate(() => {
    const rows = document.querySelectorAll<HTMLElement>("[role=log] li.message");
    rows[rows.length - 1]?.focus();
  });
  await ada.page.keyboard.press("Delete");
  await bea.sees("Message deleted");
});

test("a file is uploaded, shown and fetched", async () => {
  const path = join(folder, "notes.txt");
  writeFileSync(path, "what was decided");
  const input = found(await ada.page.waitForSelector("input[type=file]"));
  await (input as ElementHandle<HTMLInputElement>).uploadFile(path);
  await ada.page.waitForSelector(".tile");
  await ada.say("the notes");
  await bea.sees("the notes");
  const link = found(await bea.page.waitForSelector('[role=log] a[href*="/attachments/"]'));
  const body = await link.evaluate(async (element) => (await fetch((element as HTMLAnchorElement).href)).text());
  expect(body).toBe("what was decided");
});

test("what is written without a server waits on the device, over a closed window, and goes out once, in order", async () => {
  await ada.allSent();
  const before = await ada.texts();
  await site.kill();
  for (const text of ["one in the dark", "two in the dark", "three in the dark"]) await ada.say(text);
  await ada.sees("three in the dark");
  await ada.comeBack("/c/design-team");
  await ada.sees("three in the dark");
  await site.start();
  await bea.sees("three in the dark");
  await ada.allSent();
  expect(await ada.texts()).toEqual([...before, "one in the dark", "two in the dark", "three in the dark"]);
  expect(await bea.texts()).toEqual(await ada.texts());
});

test("two tabs show one outbox; what either has is sent when one is closed", async () => {
  const other = await ada.newTab("/c/design-team");
  await ada.composer(other);
  await site.stop();
  await ada.say("from the first tab");
  await ada.sees("from the first tab", other);
  await ada.say("from the second tab", other);
  await ada.sees("from the second tab");
  await other.close();
  await site.start();
  await bea.sees("from the second tab");
  expect((await bea.texts()).slice(-2)).toEqual(["from the first tab", "from the second tab"]);
});

test("a draft and the place are there after a reload", async () => {
  await (await ada.composer()).focus();
  await ada.page.keyboard.type("half a thought");
  await ada.openChannel("general");
  await ada.openChannel("design-team");
  await ada.page.reload();
  await ada.page.waitForFunction(
    () => document.querySelector<HTMLTextAreaElement>("#composer textarea")?.value === "half a thought",
  );
});

test("pages threw nothing", () => {
  expect([...ada.errors, ...bea.errors]).toEqual([]);
});
