/** Everything by the keyboard: the map of shortcuts, the switcher, the search, without a mouse. */
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
  for (const name of ["alpha", "beta", "design-team"]) await ada.makeChannel(name);
  await ada.openChannel("general");
});

afterAll(async () => {
  await browser?.close();
  await site.clear();
});

/** The focus comes to what is called so. */
async function isFocused(name: string): Promise<void> {
  await vi.waitFor(async () => expect(await ada.focused()).toContain(name), { timeout: 5_000, interval: 50 });
}

/** The focus comes into a part of the screen. */
async function isFocusIn(part: string): Promise<void> {
  await ada.page.waitForFunction((selector) => document.activeElement?.closest(selector) !== null, part);
}

async function isIn(name: string): Promise<void> {
  await ada.page.getByRole("heading", { name: `#${name}`, exact: true }).waitFor();
}

test("the switcher: recents first, then channels by a few letters, people and actions; Esc gives the focus back", async () => {
  const { page } = ada;
  await page.getByRole("textbox", { name: "Message #general" }).press("Control+k");
  const field = page.getByRole("searchbox", { name: "Search" });
  await field.waitFor();
  expect(await page.getByRole("option").first().textContent()).toContain("design-team");
  await field.fill("dt");
  await page.keyboard.press("Enter");
  await isIn("design-team");
  await page.keyboard.press("Control+k");
  await field.fill("bea");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Bea", exact: true }).waitFor();
  await page.keyboard.press("Control+k");
  await field.fill("shortc");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Shortcuts" }).waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
  await isFocused("Message Bea");
  await page.keyboard.press("Control+k");
  await field.fill("no such thing anywhere");
  await page.getByText("No matches. Search covers conversations you've opened on this device.").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
  await isFocused("Message Bea");
});

test("search: every message held on this device, its words marked, and Enter leads to it", async () => {
  await ada.openChannel("alpha");
  await ada.say("The **label** on the second page");
  await ada.allSent();
  await ada.openChannel("beta");
  await ada.page.keyboard.press("Control+k");
  await ada.page.getByRole("searchbox", { name: "Search" }).fill("page label");
  const option = ada.page.getByRole("option").first();
  await option.getByText("#alpha").waitFor();
  expect(await option.locator("mark").allTextContents()).toEqual(["label", "page"]);
  await ada.page.keyboard.press("Enter");
  await isIn("alpha");
  await ada.page.locator(".message.flashed").filter({ hasText: "second page" }).waitFor();
});

test("Alt with arrows goes through the conversations, with Shift through the unread ones", async () => {
  const { page } = ada;
  await ada.openChannel("general");
  await page.keyboard.press("Alt+ArrowUp");
  await isIn("design-team");
  await isFocused("Message #design-team"); // the composer has the focus after a switch
  await page.keyboard.press("Alt+ArrowDown");
  await isIn("general");
  await bea.openChannel("beta");
  await bea.say("something new");
  await page.getByRole("link", { name: "#beta", exact: true }).locator(".count").waitFor();
  await page.keyboard.press("Alt+Shift+ArrowUp");
  await isIn("beta");
  await ada.openChannel("alpha");
  await bea.say("something new again");
  await page.getByRole("link", { name: "#beta", exact: true }).locator(".count").waitFor();
  await page.keyboard.press("Alt+Shift+ArrowDown");
  await isIn("beta");
});

test("F6 goes from region to region, and a letter typed anywhere is the first of a message", async () => {
  const { page } = ada;
  await ada.openChannel("beta");
  await page.getByRole("textbox", { name: "Message #beta" }).focus();
  await page.keyboard.press("F6");
  await isFocusIn("nav");
  await page.keyboard.press("F6");
  await isFocusIn("[role=log]");
  await page.keyboard.press("F6");
  await isFocused("Message #beta");
  await page.keyboard.press("Shift+F6");
  await isFocusIn("[role=log]");
  await page.keyboard.type("Hi there");
  expect(await page.getByRole("textbox", { name: "Message #beta" }).inputValue()).toBe("Hi there");
  await page.keyboard.press("Enter");
  await ada.sees("Hi there");
  await ada.allSent();
});

test("letters on a message: J and K move, E edits, R replies, + reacts, Del deletes; nowhere else", async () => {
  const { page } = ada;
  const composer = page.getByRole("textbox", { name: "Message #beta" });
  const row = ada.message("Hi there");
  await row.focus();
  await page.keyboard.press("k");
  await isFocused("something new");
  await page.keyboard.press("j");
  await page.keyboard.press("e");
  await page.getByRole("textbox", { name: "Edit message" }).waitFor();
  await page.keyboard.press("Escape");
  await row.focus();
  await page.keyboard.press("r");
  await page.getByText("Replying to Ada").waitFor();
  await page.keyboard.press("Escape");
  await row.focus();
  await page.keyboard.press("+");
  await page.getByRole("textbox", { name: "Search emoji" }).fill("tada");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "🎉 1" }).waitFor();
  await row.focus();
  await page.keyboard.press("Delete");
  await row.getByRole("button", { name: "Undo" }).click();
  await composer.fill("");
  await composer.pressSequentially("er+");
  expect(await composer.inputValue()).toBe("er+");
  await composer.fill("");
});

test("P pins and takes the pin away, U marks unread, End and Home lead to the ends of the list, Ctrl U attaches", async () => {
  const { page } = ada;
  const row = ada.message("Hi there");
  await row.focus();
  await page.keyboard.press("p");
  await page.getByRole("button", { name: "1 pinned" }).waitFor();
  await page.keyboard.press("p");
  await page.getByRole("button", { name: "1 pinned" }).waitFor({ state: "detached" });
  await page.keyboard.press("Home");
  await isFocused("something new");
  await page.keyboard.press("u");
  await page.getByText("New messages", { exact: true }).waitFor();
  await page.keyboard.press("End");
  await isFocused("Hi there");
  const chooser = page.waitForEvent("filechooser");
  await page.keyboard.press("Control+u");
  await chooser;
});

test("a button of a message's toolbar takes the letters of the message", async () => {
  const { page } = ada;
  const row = ada.message("Hi there");
  await row.hover();
  await row.getByRole("button", { name: "More" }).focus();
  await page.keyboard.press("r");
  await page.getByText("Replying to Ada").waitFor();
  await page.keyboard.press("Escape");
});

test("Escape closes the details, then ends an edit, then comes to the composer, wherever the focus is", async () => {
  const { page } = ada;
  const composer = page.getByRole("textbox", { name: "Message #beta" });
  await page.getByRole("button", { name: "Details", exact: true }).click();
  const pane = page.getByRole("complementary", { name: "Details" });
  await pane.getByRole("tab", { name: "People" }).click();
  const row = page.locator("li.message").last(); // its text is in the field while it is edited
  await row.focus();
  await page.keyboard.press("e");
  const edit = page.getByRole("textbox", { name: "Edit message" });
  await edit.waitFor();
  // A field of the pane that is filled in keeps what was typed.
  await pane.getByRole("tab", { name: "Integrations" }).click();
  const hook = pane.getByRole("textbox", { name: "Name of a new hook" });
  await hook.fill("Monitoring");
  await page.keyboard.press("Escape");
  expect(await hook.inputValue()).toBe("Monitoring");
  await pane.getByRole("tab", { name: "People" }).click();
  await page.keyboard.press("Escape");
  await pane.waitFor({ state: "detached" });
  await isFocused("Details");
  expect(await edit.count()).toBe(1);
  await row.focus();
  await page.keyboard.press("Escape");
  await edit.waitFor({ state: "detached" });
  await isFocused("Message #beta");
  await row.focus();
  await page.keyboard.press("Escape");
  await isFocused("Message #beta");
  // A letter goes to the composer from a button, too.
  await page.getByRole("button", { name: "Settings", exact: true }).focus();
  await page.keyboard.type("ho");
  expect(await composer.inputValue()).toBe("ho");
  await composer.fill("");
});

test("Ctrl with B, I and E marks what is selected, and unmarks it", async () => {
  const composer = ada.page.getByRole("textbox", { name: "Message #beta" });
  await composer.fill("one word");
  await composer.evaluate((field: HTMLTextAreaElement) => field.setSelectionRange(4, 8));
  await composer.press("Control+b");
  expect(await composer.inputValue()).toBe("one **word**");
  await composer.press("Control+b");
  expect(await composer.inputValue()).toBe("one word");
  await composer.press("Control+i");
  await composer.press("Control+e");
  expect(await composer.inputValue()).toBe("one *`word`*");
  await composer.fill("");
});

test("? shows every key", async () => {
  await ada.message("Hi there").focus();
  await ada.page.keyboard.press("?");
  const shortcuts = ada.page.getByRole("dialog", { name: "Shortcuts" });
  await shortcuts.getByText("Jump to or search…").waitFor();
  // Nothing in it is to be filled in: the dialog itself has the focus.
  expect(await shortcuts.evaluate((dialog) => dialog === document.activeElement)).toBe(true);
  await ada.page.keyboard.press("Tab");
  expect(await ada.focused()).toBe("Close");
  await ada.page.keyboard.press("Escape");
  await ada.page.locator("dialog").waitFor({ state: "detached" });
  await ada.page.keyboard.press("Control+/");
  await ada.page.getByRole("dialog", { name: "Shortcuts" }).waitFor();
  await ada.page.keyboard.press("Escape");
  expect([...ada.complaints, ...bea.complaints]).toEqual([]);
});
