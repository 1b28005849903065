/** People with real browsers. Each has a context: own cookies, own storage. They find things by accessible names. */
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import type { Site } from "../site.ts";

const FLAGS =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

export const CHROMIUM = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

export const WIDE = { viewport: { width: 1280, height: 800 } } as const;
export const TABLET = { viewport: { width: 900, height: 1_100 }, hasTouch: true } as const;
export const NARROW = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const;

export function openBrowser(...flags: readonly string[]): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [...FLAGS.split(" "), ...flags],
  });
}

export class Someone {
  readonly name: string;
  readonly context: BrowserContext;
  page: Page;
  /** What the page complained about: each is a defect, save refusals that a test asks for. */
  readonly complaints: string[];

  private constructor(name: string, context: BrowserContext, page: Page, complaints: string[]) {
    this.name = name;
    this.context = context;
    this.page = page;
    this.complaints = complaints;
  }

  static async open(browser: Browser, name: string, options: BrowserContextOptions = WIDE): Promise<Someone> {
    const context = await browser.newContext(options);
    const complaints: string[] = [];
    context.on("weberror", (error) => complaints.push(error.error().message));
    context.on("console", (message) => {
      if (/Content Security Policy|Trusted|not be kept|storage is not/.test(message.text()))
        complaints.push(message.text());
    });
    return new Someone(name, context, await context.newPage(), complaints);
  }

  /** Opens an address and, if asked, gives the name. */
  async join(site: Site, path = "/"): Promise<void> {
    await this.page.goto(site.url + path);
    await this.page.getByRole("textbox", { name: "Display name" }).fill(this.name);
    await this.page.getByRole("button", { name: "Join" }).click();
    await this.page.getByRole("textbox", { name: /^Message / }).waitFor();
    await this.isReady();
  }

  /** What comes after the composer is there too: the keys, the thumb's menu, the voice. */
  async isReady(): Promise<void> {
    await this.page.locator(".conversation > [role=status]").first().waitFor({ state: "attached" });
  }

  /** What has the focus, by its name; nothing where nothing has it. */
  focused(): Promise<string> {
    return this.page.evaluate(() => {
      const { activeElement: at } = document;
      if (!(at instanceof HTMLElement) || at === document.body) return "";
      const label = at instanceof HTMLInputElement ? at.labels?.[0]?.textContent : undefined;
      return (at.ariaLabel ?? label ?? at.innerText).trim();
    });
  }

  /** Closes the window and opens the site again, as on another day. */
  async comeBack(site: Site, path = "/"): Promise<void> {
    await this.page.close();
    this.page = await this.context.newPage();
    await this.page.goto(site.url + path);
  }

  /** Opens a section of the settings. On a phone the conversations and the list of sections come first. */
  async openSettings(section: string): Promise<void> {
    const conversations = this.page.getByRole("button", { name: "Open conversations" });
    if (await conversations.isVisible()) await conversations.click();
    await this.page.getByRole("button", { name: "Settings" }).click();
    const dialog = this.page.getByRole("dialog", { name: "Settings" });
    await dialog.getByRole("navigation").getByRole("button", { name: section }).click();
  }

  /** Makes a channel and waits until it is open and its messages are there. */
  async makeChannel(name: string): Promise<void> {
    await this.page.getByRole("button", { name: "New channel" }).click();
    await this.page.getByRole("textbox", { name: "Channel name" }).fill(name);
    await this.page.getByRole("button", { name: "Create" }).click();
    await this.page.locator("dialog").waitFor({ state: "detached" });
    await this.page.getByRole("heading", { name: `#${name}`, exact: true }).waitFor();
    await this.page.locator("[role=log][aria-busy=false]").waitFor();
  }

  async openChannel(name: string): Promise<void> {
    await this.page
      .getByRole("navigation", { name: "Conversations" })
      .getByRole("link", { name: `#${name}`, exact: true })
      .click();
    await this.page.getByRole("heading", { name: `#${name}`, exact: true }).waitFor();
  }

  /** Puts a message into a channel by HTTP, as this person, as soon as the server takes one more. */
  async post(site: Site, channel: string, text: string): Promise<string> {
    const data = { id: crypto.randomUUID(), text };
    for (;;) {
      const answer = await this.context.request.post(`${site.url}/api/channels/${channel}/messages`, { data });
      if (answer.status() === 201) return data.id;
      const { retryAfterMs } = await answer.json();
      if (answer.status() !== 429) throw new Error(`not posted: ${answer.status()}`);
      await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
    }
  }

  /** Finds somebody by name and opens the conversation of the two. */
  async openDirect(name: string): Promise<void> {
    await this.page.getByRole("button", { name: "New direct message" }).click();
    await this.page.getByRole("textbox", { name: "Find people" }).fill(name);
    await this.page.getByRole("dialog").getByRole("button", { name }).first().click();
    await this.page.getByRole("heading", { name, exact: true }).waitFor();
  }

  /** Pastes a file, as from the clipboard. */
  async paste(name: string, type: string, text: string): Promise<void> {
    await this.page.evaluate(
      ([fileName, fileType, words]) => {
        const data = new DataTransfer();
        data.items.add(new File([words], fileName, { type: fileType }));
        document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
      },
      [name, type, text] as const,
    );
  }

  /** Writes and sends, by the button: on a phone Enter breaks the line. */
  async say(text: string): Promise<void> {
    await this.page.getByRole("textbox", { name: /^Message / }).fill(text);
    await this.page.getByRole("button", { name: "Send", exact: true }).click();
  }

  /** What was said is shown at once, and on the device some milliseconds later: waits until a message of that text is there. */
  async keeps(text: string): Promise<void> {
    // Not `waitForFunction`: it does not await what a condition promises.
    await this.page.evaluate(async (words) => {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const opening = indexedDB.open("flack");
        opening.onsuccess = () => resolve(opening.result);
      });
      const all = () =>
        new Promise<unknown[]>((resolve) => {
          const asking = database.transaction("outbox").objectStore("outbox").getAll();
          asking.onsuccess = () => resolve(asking.result);
        });
      while (!(await all()).some((entry) => JSON.stringify(entry).includes(words)));
      database.close();
    }, text);
  }

  /** Shows what can be done with a message: by pointing at it, on a phone by a long press. */
  async act(text: string): Promise<void> {
    const row = this.message(text).last();
    const isTouch = await this.page.evaluate(() => matchMedia("(pointer: coarse)").matches);
    if (!isTouch) return row.hover();
    await this.isReady();
    await row.scrollIntoViewIfNeeded();
    const box = await row.boundingBox();
    const touchPoints = [{ x: (box?.x ?? 0) + 60, y: (box?.y ?? 0) + (box?.height ?? 0) / 2 }];
    const finger = await this.context.newCDPSession(this.page);
    await finger.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints });
    await this.page.getByRole("dialog").waitFor();
    await finger.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  }

  /** Chooses from the menu of the last message of that text. */
  async choose(text: string, item: string): Promise<void> {
    const menu = await this.menu(text);
    await menu.getByRole("button", { name: item }).click();
  }

  /** Opens that menu, on a phone the sheet that takes its place. */
  async menu(text: string) {
    const row = this.message(text).last();
    await this.act(text);
    if (await this.page.evaluate(() => matchMedia("(pointer: coarse)").matches))
      return this.page.getByRole("dialog", { name: "Message actions" });
    await row.getByRole("button", { name: "More" }).click();
    const menu = this.page.getByRole("toolbar", { name: "More" });
    await menu.getByRole("button").first().waitFor();
    return menu;
  }

  /** The message of that text, once it is there. */
  message(text: string) {
    const { page } = this;
    return page
      .getByRole("log")
      .getByRole("listitem")
      .filter({ has: page.getByText(text, { exact: true }) });
  }

  async sees(text: string): Promise<void> {
    await this.message(text).last().waitFor();
  }

  /** The texts of the messages, as they stand. */
  texts(): Promise<string[]> {
    return this.page.getByRole("log").locator(".text").allTextContents();
  }

  /** Waits until no message of one's own is still under way. */
  async allSent(): Promise<void> {
    await this.page.waitForFunction(() => document.querySelector(".message.sending, .message.deleting") === null);
  }
}
