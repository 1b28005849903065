/** A guest watches a channel by its link: what is said appears, nothing can be written, and the way in is one tap away. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Site } from "../site.ts";
import { axeFlaws } from "./axe.ts";
import { NARROW, openBrowser, Someone, WIDE } from "./people.ts";

const site = new Site(["ACCESS_CODE:open sesame"]);
let browser: Browser;
let ada: Someone;
let link: string;

beforeAll(async () => {
  [browser] = await Promise.all([openBrowser(), site.start()]);
  ada = await Someone.open(browser, "Ada Lovelace");
  await ada.page.goto(site.url);
  await ada.page.getByRole("textbox", { name: "Display name" }).fill(ada.name);
  await ada.page.getByRole("textbox", { name: "Access code" }).fill("open sesame");
  await ada.page.getByRole("button", { name: "Join" }).click();
  await ada.page.getByRole("textbox", { name: /^Message / }).waitFor();
  await ada.makeChannel("keynote");
  await ada.say("The doors open at **nine**.");
  await ada.allSent();
  await ada.page.getByRole("button", { name: "Details" }).click();
  await ada.page.getByRole("button", { name: "Guest link" }).click();
  await ada.page.getByRole("button", { name: "Show the guest link" }).click();
  link = await ada.page.getByRole("textbox", { name: "Guest link" }).inputValue();
  await ada.page.getByRole("button", { name: "Done" }).click();
});

afterAll(async () => {
  await browser?.close();
  await site.clear();
});

test.each([
  ["wide", WIDE],
  ["narrow", NARROW],
])("without a session and without the access code a guest reads along (%s)", async (_, options) => {
  const guest = await Someone.open(browser, "a guest", options);
  await guest.page.goto(link);
  await guest.page.getByRole("heading", { name: "Watching #keynote" }).waitFor();
  const log = guest.page.getByRole("log", { name: "Messages in #keynote" });
  await log.getByText("The doors open at nine.").waitFor();
  expect(await log.getByText("nine", { exact: true }).evaluate(({ tagName }) => tagName)).toBe("STRONG");
  const day = guest.page.getByRole("heading", { name: "Today" });
  expect(await day.evaluate((heading) => getComputedStyle(heading).display)).toBe("flex"); // a line, as in the app
  await guest.page.getByText("2 watching").waitFor();
  await ada.say(`And then ${_}.`);
  await log.getByText(`And then ${_}.`).waitFor();
  expect(await guest.page.getByRole("textbox").count()).toBe(0);
  expect(await axeFlaws(guest.page)).toEqual([]);
  expect(await guest.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  expect(guest.complaints).toEqual([]);
  await guest.page.getByRole("link", { name: "Join the conversation" }).click();
  await guest.page.getByRole("textbox", { name: "Access code" }).waitFor(); // joining needs what the site asks for
  await guest.context.close();
});

test("a guest who was offline has what was said meanwhile, and is told when the link is closed", async () => {
  const guest = await Someone.open(browser, "a guest");
  await guest.page.goto(link);
  const log = guest.page.getByRole("log");
  await log.getByText("The doors open at nine.").waitFor();
  await site.stop();
  await guest.page.getByText("Reconnecting…").waitFor();
  await site.start();
  await ada.say("We are back.");
  await log.getByText("We are back.").waitFor();
  await ada.page.getByRole("button", { name: "Guest link" }).click();
  await ada.page.getByRole("button", { name: "Close the guest link" }).click();
  await ada.page.getByText("The guest link is closed.", { exact: false }).waitFor();
  await guest.page.getByRole("heading", { name: "This link was closed" }).waitFor();
  await guest.page.reload();
  await guest.page.getByRole("heading", { name: "This link was closed" }).waitFor();
  await guest.context.close();
});
