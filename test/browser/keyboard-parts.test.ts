/** The parts around the conversation by the keyboard alone: details, hooks, settings, bots, menus, emoji, profiles. No mouse, no focus by script. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Site } from "../site.ts";
import { openBrowser, Someone } from "./people.ts";

/** More steps than any way through the page has. */
const STEPS_MAX = 120;

const site = new Site();
let browser: Browser;
let ada: Someone;

beforeAll(async () => {
  [browser] = await Promise.all([openBrowser(), site.start()]);
  const bea = await Someone.open(browser, "Bea");
  await bea.join(site);
  ada = await Someone.open(browser, "Ada");
  await ada.join(site);
  await ada.makeChannel("harbour");
});

afterAll(async () => {
  await browser?.close();
  await site.clear();
});

/** Tab, until the focus is on what is called so. Fails when the focus comes round without meeting it. */
async function tabTo(name: string, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  const passed: string[] = [];
  for (let step = 0; step < STEPS_MAX; step++) {
    await ada.page.keyboard.press(key);
    const at = await ada.focused();
    if (at === name) return;
    passed.push(at);
  }
  throw new Error(`${name} is not reached: ${[...new Set(passed)].join(" · ")}`);
}

async function choose(name: string, key?: "Tab" | "Shift+Tab"): Promise<void> {
  await tabTo(name, key);
  await ada.page.keyboard.press("Enter");
}

test("a menu of the rail, by Shift F10 and arrows", async () => {
  const { keyboard } = ada.page;
  await tabTo("#harbour", "Shift+Tab");
  await keyboard.press("Shift+F10");
  await ada.page.getByRole("button", { name: "Mark read" }).waitFor();
  await keyboard.press("ArrowDown");
  expect(await ada.focused()).toBe("Mute");
  await keyboard.press("Enter");
  await ada.page.locator(".rail-link.muted").waitFor();
  expect(await ada.focused()).toBe("#harbour");
});

test("details: the tabs by arrows, a switch by Space, a hook made and deleted", async () => {
  const { page } = ada;
  await choose("Details");
  await tabTo("About");
  await tabTo("Mute");
  await page.keyboard.press("Space");
  await page.locator(".rail-link.muted").waitFor({ state: "detached" });
  await tabTo("About", "Shift+Tab");
  for (let tab = 0; tab < 4; tab++) await page.keyboard.press("ArrowRight");
  await page.getByLabel("Name of a new hook").waitFor();
  await tabTo("Name of a new hook");
  await page.keyboard.type("Deploys");
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Address" }).waitFor();
  await tabTo("Address", "Shift+Tab");
  await choose("Copy");
  await choose("Delete Deploys", "Shift+Tab");
  await page.getByRole("dialog", { name: "Delete Deploys" }).waitFor();
  await choose("Delete Deploys");
  await page.getByText("No hooks yet.").waitFor();
});

test("a profile from the list of people, and a conversation from it", async () => {
  const { page } = ada;
  await choose("#general", "Shift+Tab");
  await page.getByRole("heading", { name: "#general", exact: true }).waitFor();
  await tabTo("Integrations"); // the details stay open
  for (let tab = 0; tab < 3; tab++) await page.keyboard.press("ArrowLeft");
  await page.getByText("Viewing now").waitFor();
  await page.getByRole("tabpanel").getByRole("button", { name: "Bea Online" }).waitFor();
  await choose("Bea");
  await page.getByRole("dialog", { name: "Profile" }).waitFor();
  await choose("Message");
  await page.getByRole("heading", { name: "Bea", exact: true }).waitFor();
  await choose("Close");
  await page.getByRole("tablist").waitFor({ state: "detached" });
});

test("the emoji picker from the composer: a word, arrows, Enter, and back in the field", async () => {
  const { page } = ada;
  const field = page.getByRole("textbox", { name: "Message Bea" });
  await tabTo("Message Bea");
  await page.keyboard.type("Done ");
  await choose("Add emoji");
  await page.getByRole("textbox", { name: "Search emoji" }).waitFor();
  await page.keyboard.type("party");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.locator("dialog.picker").waitFor({ state: "detached" });
  expect(await ada.focused()).toBe("Message Bea");
  expect(await field.inputValue()).toMatch(/^Done \p{Emoji}/u);
});

test("an edit is left by Esc from its tools, and saved by its button; both lead back to the composer", async () => {
  const { page } = ada;
  const edited = page.getByRole("textbox", { name: "Edit message" });
  await page.keyboard.press("Enter"); // what the picker has ended
  await ada.allSent();
  await page.keyboard.press("ArrowUp");
  await edited.waitFor();
  await tabTo("Mention someone");
  await page.keyboard.press("Escape");
  await edited.waitFor({ state: "detached" });
  expect(await ada.focused()).toBe("Message Bea");
  await page.keyboard.press("ArrowUp");
  await edited.waitFor();
  await page.keyboard.type(" again");
  await tabTo("Formatting");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab"); // past Cancel, to Save
  await page.keyboard.press("Enter");
  await page.getByRole("log").getByText(/again/).waitFor();
  await edited.waitFor({ state: "detached" });
  expect(await ada.focused()).toBe("Message Bea");
});

test("settings: sections, a theme by arrows, a bot made and deleted, and back where one was", async () => {
  const { page } = ada;
  await choose("Settings", "Shift+Tab");
  await page.getByRole("dialog", { name: "Settings" }).waitFor();
  await choose("Look");
  await tabTo("System");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => document.documentElement.dataset["theme"] === "dark");
  await choose("Bots and keys", "Shift+Tab");
  await tabTo("Name of a new bot");
  await page.keyboard.type("Helper");
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Key" }).waitFor();
  await choose("Delete Helper", "Shift+Tab");
  await page.getByRole("dialog", { name: "Delete Helper" }).waitFor();
  await choose("Delete Helper");
  await page.getByRole("button", { name: "Delete Helper" }).waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
  expect(await ada.focused()).toBe("Settings");
  expect(ada.complaints).toEqual([]);
});
