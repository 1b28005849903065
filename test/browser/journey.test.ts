/** The whole specification as a journey of two people, on the product's own server, with a power cut in the middle. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Site } from "../site.ts";
import { NARROW, openBrowser, Someone } from "./people.ts";

const site = new Site();
let browser: Browser;
let ada: Someone;
let bea: Someone;

beforeAll(async () => {
  [browser] = await Promise.all([openBrowser(), site.start()]);
  ada = await Someone.open(browser, "Ada");
  bea = await Someone.open(browser, "Bea", NARROW);
});

afterAll(async () => {
  await browser?.close();
  await site.clear();
});

test("1 Display name: asked for once, checked while typing, unique, and remembered", async () => {
  await ada.page.goto(site.url);
  const name = ada.page.getByRole("textbox", { name: "Display name" });
  await name.fill("admin");
  await ada.page.getByText("That name is reserved.").waitFor();
  await ada.join(site);
  await ada.page.getByRole("log", { name: "Messages in #general" }).waitFor();

  await bea.page.goto(site.url);
  await bea.page.getByRole("textbox", { name: "Display name" }).fill("ADA");
  await bea.page.getByRole("button", { name: "Join", exact: true }).click();
  await bea.page.getByRole("button", { name: "Join as ADA 2" }).waitFor();
  await bea.join(site);

  await ada.comeBack(site);
  await ada.page.getByRole("textbox", { name: "Message #general" }).waitFor();
  await ada.page.getByRole("navigation").getByText("Ada").waitFor();
});

test("2 and 3 Channels: anybody creates one, everybody sees it at once and opens it by selecting it", async () => {
  await ada.page.getByRole("button", { name: "New channel" }).click();
  await ada.page.getByRole("textbox", { name: "Channel name" }).fill("Design Team");
  await ada.page.getByText("#design-team").waitFor();
  await ada.page.getByRole("button", { name: "Create" }).click();
  await ada.page.getByRole("log", { name: "Messages in #design-team" }).waitFor();
  await ada.page.getByText("This is the start of #design-team").waitFor();

  await bea.page.getByRole("button", { name: "Open conversations" }).click();
  await bea.page.getByRole("button", { name: "New channel" }).click();
  await bea.page.getByRole("textbox", { name: "Channel name" }).fill("#design TEAM");
  await bea.page.getByRole("button", { name: "Open #design-team" }).waitFor();
  await bea.page.keyboard.press("Escape");
  await bea.openChannel("design-team");
  await bea.page.getByRole("textbox", { name: "Message #design-team" }).waitFor();
  expect(new URL(bea.page.url()).pathname).toBe("/c/design-team");
});

test("4 and 5 Messages: with name and time, for both at once, and after a reload", async () => {
  const box = ada.page.getByRole("textbox", { name: "Message #design-team" });
  await box.pressSequentially("Hello Bea");
  await bea.page.getByText("Ada is typing…").waitFor();
  await box.press("Enter");
  await bea.sees("Hello Bea");
  await bea.page.getByText("Ada is typing…").waitFor({ state: "detached" });
  const row = bea.message("Hello Bea");
  expect(await row.textContent()).toContain("Ada");
  const time = await row.locator("time").getAttribute("datetime");
  expect(Math.abs(Date.parse(time ?? "") - Date.now())).toBeLessThan(60_000);

  await bea.say("Hello Ada");
  await ada.sees("Hello Ada");
  await ada.page.reload();
  await ada.sees("Hello Bea");
  await ada.sees("Hello Ada");
  expect(await ada.texts()).toEqual(["Hello Bea", "Hello Ada"]);
});

test("a second tab of the same person shows the same and hears the same", async () => {
  const second = await ada.context.newPage();
  await second.goto(`${site.url}/c/design-team`);
  await second.getByRole("log").getByText("Hello Bea").waitFor();
  await bea.say("to both tabs");
  await second.getByRole("log").getByText("to both tabs").waitFor();
  await ada.sees("to both tabs");
  await second.close();
});

test("6 Remembering the channel: whoever closes the window on a channel comes back to it", async () => {
  await ada.comeBack(site);
  await ada.page.getByRole("log", { name: "Messages in #design-team" }).waitFor();
  expect(new URL(ada.page.url()).pathname).toBe("/c/design-team");
});

test("7 Deleting: one's own only, undone within five seconds, gone for everybody after them", async () => {
  await ada.say("a slip");
  await bea.sees("a slip");
  const menu = await bea.menu("a slip");
  expect(await menu.getByRole("button", { name: "Delete message" }).count()).toBe(0);
  await bea.page.keyboard.press("Escape");

  await ada.choose("a slip", "Delete message");
  await ada.message("a slip").getByRole("button", { name: "Undo" }).click();
  await ada.choose("a slip", "Delete message");
  await bea.page.getByRole("log").getByText("Message deleted").waitFor();
  expect(await bea.texts()).not.toContain("a slip");
  await bea.page.reload();
  await bea.sees("Message deleted");
  expect(await bea.texts()).not.toContain("a slip");
});

test("a deletion that could still be undone goes out when the page goes away", async () => {
  await ada.say("a last word");
  await bea.sees("a last word");
  await ada.choose("a last word", "Delete message");
  await ada.message("a last word").getByRole("button", { name: "Undo" }).waitFor();
  await ada.page.close({ runBeforeUnload: false });
  await bea.page.waitForFunction(() => !document.body.textContent?.includes("a last word"));
  await ada.comeBack(site);
  await ada.page.getByRole("log").waitFor();
});

test("Editing: ↑ in the empty composer takes one's last message, Esc leaves it, Enter saves it for everybody", async () => {
  await ada.say("Helo again");
  await bea.sees("Helo again");
  await ada.allSent();
  const composer = ada.page.getByRole("textbox", { name: "Message #design-team" });
  await composer.press("ArrowUp");
  const field = ada.page.getByRole("textbox", { name: "Edit message" });
  await field.fill("never mind");
  await field.press("Escape");
  await ada.sees("Helo again");
  await ada.choose("Helo again", "Edit message");
  await field.fill("Hello again");
  await field.press("Enter");
  await bea.page.getByText("Hello again (edited)").waitFor();
  await ada.allSent();
  expect(await composer.evaluate((element) => element === document.activeElement)).toBe(true);
  const menu = await bea.menu("Hello again (edited)");
  await menu.getByRole("button", { name: "Mark unread" }).waitFor();
  expect(await menu.getByRole("button", { name: "Edit message" }).count()).toBe(0);
  await bea.page.keyboard.press("Escape");
});

test("unread messages are counted for whoever is elsewhere", async () => {
  await ada.openChannel("general");
  await bea.say("are you there?");
  const link = ada.page.getByRole("link", { name: "#design-team", exact: true });
  await link.getByText("1").waitFor();
  await ada.page.waitForFunction(() => document.title.startsWith("(1) "));
  await link.click();
  await ada.sees("are you there?");
  await ada.page.waitForFunction(() => document.title === "#design-team · Flack");
});

test("a power cut in the middle of a conversation loses nothing, doubles nothing, and what was deleted stays deleted", async () => {
  const before = await ada.texts();
  await ada.say("just before the cut");
  await bea.sees("just before the cut");
  await site.kill();
  await ada.page.getByRole("status", { name: "Connection" }).getByText("Reconnecting").waitFor();

  // What is said meanwhile waits on the device, over a reload of the other tab's kind: closed and opened again later.
  await ada.say("said in the dark");
  await ada.say("and one more");
  await ada.message("said in the dark").waitFor();
  const draft = bea.page.getByRole("textbox", { name: "Message #design-team" });
  await bea.say("Bea too");
  await bea.sees("Bea too");
  await draft.fill("half a thought");

  await site.start();
  await bea.sees("and one more");
  await ada.sees("Bea too");
  await Promise.all([ada.allSent(), bea.allSent()]);
  const after = await ada.texts();
  expect(after.slice(0, before.length + 1)).toEqual([...before, "just before the cut"]);
  expect(after.slice(before.length + 1).sort()).toEqual(["Bea too", "and one more", "said in the dark"]);
  expect(after.indexOf("said in the dark")).toBeLessThan(after.indexOf("and one more"));
  expect(await bea.texts()).toEqual(after);
  expect(after.filter((text) => text === "Message deleted")).toHaveLength(2);
  expect(await draft.inputValue()).toBe("half a thought");
  await bea.page.reload();
  await bea.sees("and one more");
  expect(await bea.texts()).toEqual(after);
  expect(await draft.inputValue()).toBe("half a thought");
});

test("what a closed tab could not send goes out when the person comes back, once", async () => {
  await site.stop();
  await ada.say("left behind");
  await ada.message("left behind").waitFor();
  await ada.keeps("left behind");
  await ada.page.close();
  await site.start();
  ada.page = await ada.context.newPage();
  await ada.page.goto(site.url);
  await bea.sees("left behind");
  await ada.sees("left behind");
  await ada.allSent();
  await ada.page.reload();
  await ada.sees("left behind");
  expect((await ada.texts()).filter((text) => text === "left behind")).toHaveLength(1);
});

test("whoever reads further up in a full channel is never moved by what others say", async () => {
  const crowd = await Promise.all(Array.from({ length: 11 }, (_, n) => signIn(`Crowd ${n}`)));
  for (let n = 0; n < 100; n++) await crowd[n % 10]?.(`line ${n}\nof two`);
  await ada.openChannel("general");
  await ada.page.getByText("Latest 100 messages are kept").waitFor();
  const log = ada.page.getByRole("log");
  // The list knows of it by the event: what comes before that is not news to a reader further up.
  await log.evaluate((element) => {
    const scrolled = new Promise((resolve) => element.addEventListener("scroll", resolve, { once: true }));
    element.scrollBy(0, -1_500);
    return scrolled.then(() => {});
  });
  const row = ada.message("line 60 of two");
  const before = (await row.boundingBox())?.y;
  for (let n = 0; n < 8; n++) await crowd[10]?.(`news ${n}`);
  await ada.page.getByRole("button", { name: "8 new" }).waitFor();
  expect(Math.abs(((await row.boundingBox())?.y ?? Number.NaN) - (before ?? 0))).toBeLessThan(1);
  await ada.page.getByRole("button", { name: "8 new" }).click();
  await ada.sees("news 7");
  await ada.openChannel("design-team");
});

/** Somebody without a browser, who can only talk in #general. */
async function signIn(name: string): Promise<(text: string) => Promise<void>> {
  const response = await fetch(`${site.url}/api/session`, { method: "POST", body: JSON.stringify({ name }) });
  const cookie = response.headers.get("set-cookie")?.split(";")[0] ?? "";
  return async (text) => {
    const body = JSON.stringify({ id: crypto.randomUUID(), text });
    const answer = await fetch(`${site.url}/api/channels/general/messages`, {
      method: "POST",
      headers: { cookie },
      body,
    });
    if (answer.status !== 201) throw new Error(await answer.text());
  };
}

test("a link to a channel leads there, also for somebody new; one to no channel says so", async () => {
  const cem = await Someone.open(browser, "Cem");
  await cem.join(site, "/c/design-team");
  await cem.sees("Hello Bea");
  await cem.page.goto(`${site.url}/c/nobody-made-this`);
  await cem.page.getByRole("heading", { name: "#nobody-made-this doesn't exist" }).waitFor();
  await cem.page.keyboard.press("Escape");
  await cem.page.keyboard.press("Escape");
  await cem.page.getByRole("button", { name: "Create #nobody-made-this" }).click();
  await cem.page.getByText("This is the start of #nobody-made-this").waitFor();
  await cem.page.goto(`${site.url}/c/nor-this`);
  await cem.page.getByRole("button", { name: "Go to #general" }).click();
  await cem.page.getByRole("log", { name: "Messages in #general" }).waitFor();
  expect(cem.complaints).toEqual([]);
  await cem.context.close();
});

test("signing out in one tab is told in the other, and this device forgets the person", async () => {
  const cem = await Someone.open(browser, "Cem");
  await cem.page.goto(site.url);
  await cem.page.getByRole("textbox", { name: "Display name" }).fill("Dov");
  await cem.page.getByRole("button", { name: "Join" }).click();
  await cem.page.getByRole("textbox", { name: "Message #general" }).fill("never sent");
  const other = await cem.context.newPage();
  await other.goto(site.url);
  await other.getByRole("textbox", { name: "Message #general" }).waitFor();
  await cem.page.getByRole("button", { name: "Settings" }).click();
  await cem.page.getByRole("button", { name: "Sign out" }).click();
  await cem.page.getByRole("button", { name: "Sign out" }).click();
  await cem.page.getByRole("textbox", { name: "Display name" }).waitFor();
  await other.getByRole("heading", { name: "You're signed out" }).waitFor();
  await other.getByRole("button", { name: "Join again" }).click();
  await other.getByRole("textbox", { name: "Display name" }).waitFor();
  expect(await cem.page.evaluate(() => Object.keys(localStorage))).toEqual([]);
  await cem.page.keyboard.press("Escape");
  await cem.page.keyboard.press("Escape");
  await cem.page.getByRole("textbox", { name: "Display name" }).fill("Eve");
  await cem.page.getByRole("button", { name: "Join" }).click();
  await cem.say("joined again in the same tab");
  await cem.sees("joined again in the same tab");
  await cem.allSent();
  expect(await cem.page.getByRole("dialog").count()).toBe(0);
  await cem.context.close();
});

test("with the keyboard alone: into the list, delete, undo, back to the composer; a dialog gives the focus back", async () => {
  const { page } = ada;
  const focused = () =>
    page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent);
  await ada.say("first of two");
  await ada.say("second of two");
  await ada.allSent();
  await page.keyboard.press("Shift+Tab");
  await expect.poll(focused).toBe("More");
  await page.keyboard.press("ArrowUp");
  await expect.poll(focused).toContain("first of two");
  for (const tool of ["React with 👍", "React with ❤️", "React with 😂", "Add reaction", "Reply", "More"]) {
    await page.keyboard.press("Tab");
    await expect.poll(focused).toBe(tool);
  }
  await page.keyboard.press("Enter");
  await page.getByRole("toolbar", { name: "More" }).waitFor();
  for (const item of ["Pin message", "Copy text", "Copy link", "Mark unread", "Delete message"]) {
    await page.keyboard.press("ArrowDown");
    await expect.poll(focused).toBe(item);
  }
  await page.keyboard.press("Enter");
  await expect.poll(focused).toContain("second of two");
  await ada.message("first of two").getByRole("button", { name: "Undo" }).focus();
  await page.keyboard.press("Enter");
  await expect.poll(focused).toContain("first of two");
  await page.keyboard.press("Escape");
  await expect.poll(focused).toBe("Message #design-team");
  for (const name of ["New channel", "Settings"]) {
    await page.getByRole("button", { name }).press("Enter");
    await page.getByRole("dialog", { name }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await expect.poll(focused).toBe(name);
  }
});

test("a dialog that was closed does not take the focus from where the person has gone since", async () => {
  const { page } = ada;
  await page.getByRole("button", { name: "New channel" }).click();
  await page.getByRole("dialog", { name: "New channel" }).waitFor();
  await page.evaluate(() => {
    document.querySelector("dialog")?.close(); // as Esc does
    document.querySelector<HTMLElement>("button[aria-label='Settings']")?.focus();
  });
  await page.locator("dialog").waitFor({ state: "detached" });
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Settings");
});

test("the drawer on a phone takes the focus, closes by Esc, and gives it back", async () => {
  const { page } = bea;
  const open = page.getByRole("button", { name: "Open conversations" });
  await open.click();
  await page.waitForFunction(() => document.activeElement?.getAttribute("aria-label") === "Close conversations");
  expect(await page.getByRole("main").getAttribute("inert")).not.toBeNull();
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.activeElement?.getAttribute("aria-label") === "Open conversations");
  await open.click();
  await bea.openChannel("general");
  await page.waitForFunction(() => document.activeElement?.tagName === "H1");
  expect(await page.getByRole("main").getAttribute("inert")).toBeNull();
});

test("nothing was complained about along the way", () => {
  expect([...ada.complaints, ...bea.complaints]).toEqual([]);
});
