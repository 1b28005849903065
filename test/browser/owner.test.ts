/** The owner of a site clears up: two people in two browsers. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Site } from "../site.ts";
import { openBrowser, Someone } from "./people.ts";

const site = new Site(["OWNER_CODE:correct horse"]);
let browser: Browser;

beforeAll(async () => {
  [browser] = await Promise.all([openBrowser(), site.start()]);
});

afterAll(async () => {
  await browser?.close();
  await site.clear();
});

test("an owner deletes what others wrote and removes a person, who is signed out at once", async () => {
  const ada = await Someone.open(browser, "Ada");
  const mal = await Someone.open(browser, "Mal");
  await ada.join(site);
  await mal.join(site);
  await mal.say("something unkind");
  await ada.sees("something unkind");
  const menu = await ada.menu("something unkind");
  expect(await menu.getByRole("button", { name: "Delete message" }).count()).toBe(0);
  await ada.page.keyboard.press("Escape");

  await ada.page.getByRole("button", { name: "Settings" }).click();
  await ada.page.getByRole("button", { name: "Owner access" }).click();
  await ada.page.getByLabel("Owner code").fill("wrong");
  await ada.page.getByRole("button", { name: "Become an owner" }).click();
  await ada.page.getByText("That's not the owner code.").waitFor();
  await ada.page.getByLabel("Owner code").fill("correct horse");
  await ada.page.getByRole("button", { name: "Become an owner" }).click();
  await ada.page.getByRole("heading", { name: "This site" }).waitFor();
  await ada.page.getByText(/^People: 2 · Online: 2 · Channels: 1 · Version \d/).waitFor();
  await ada.page.getByRole("textbox", { name: "Find people" }).fill("nobody here");
  await ada.page.getByText("No results").waitFor();
  await ada.page.getByRole("textbox", { name: "Find people" }).fill("mal");
  await ada.page.getByRole("dialog").getByRole("button", { name: "Mal", exact: true }).click();
  await ada.page.getByRole("dialog", { name: "Profile" }).getByText("Mal", { exact: true }).waitFor();
  await ada.page.keyboard.press("Escape");

  await ada.choose("something unkind", "Delete message");
  await mal.page.getByText("Message deleted").waitFor();
  await ada.page.getByRole("button", { name: "2 viewing" }).click();
  await ada.page.getByRole("button", { name: "Remove Mal from the site" }).click();
  await ada.page.getByRole("dialog").getByRole("button", { name: "Remove Mal from the site" }).click();
  await mal.page.getByRole("heading", { name: "You're signed out" }).waitFor();
  expect([...ada.complaints, ...mal.complaints]).toEqual([]);
  await ada.page.reload();
  await ada.openSettings("Site");
  await ada.page.getByRole("heading", { name: "This site" }).waitFor();
});

test("a report reaches the owner, who keeps its author's address out, lets it back in, and steps down", async () => {
  const ada = await Someone.open(browser, "Ada 2");
  const bea = await Someone.open(browser, "Bea");
  const mal = await Someone.open(browser, "Mal 2");
  await Promise.all([ada, bea, mal].map((who) => who.join(site)));
  await mal.say("something worse");
  await bea.sees("something worse");
  await bea.message("something worse").hover();
  await bea.message("something worse").getByRole("button", { name: "More" }).click();
  await bea.page.getByRole("button", { name: "Report message" }).click();
  await bea.page.getByRole("textbox", { name: "Reason (optional)" }).fill("Not the first time");
  await bea.page.getByRole("button", { name: "Report", exact: true }).click();
  await bea.page.getByText("Reported.", { exact: false }).waitFor();

  await ada.page.getByRole("button", { name: "Settings" }).click();
  await ada.page.getByRole("button", { name: "Owner access" }).click();
  await ada.page.getByLabel("Owner code").fill("correct horse");
  await ada.page.getByRole("button", { name: "Become an owner" }).click();
  await ada.page.getByText("Not the first time", { exact: false }).waitFor();
  await ada.page.getByRole("button", { name: "Close report" }).click();
  await ada.page.getByText("No reports.").waitFor();
  await ada.page.keyboard.press("Escape");

  await ada.message("something worse").getByRole("button", { name: "Mal 2", exact: true }).click();
  await ada.page.getByRole("dialog", { name: "Profile" }).getByRole("button", { name: "Remove", exact: true }).click();
  await ada.page.getByRole("combobox", { name: "Also ban their addresses" }).selectOption({ label: "7 days" });
  await ada.page.getByRole("button", { name: "Remove Mal 2" }).click();
  await mal.page.getByRole("heading", { name: "You're signed out" }).waitFor();
  const signIn = () =>
    mal.context.request.post(`${site.url}/api/session`, { data: { name: "Mal 3" }, headers: { Origin: site.url } });
  expect((await signIn()).status()).toBe(403);

  await ada.openSettings("Site");
  await ada.page.getByRole("button", { name: "Unban" }).click();
  await ada.page.getByText("No one is banned.").waitFor();
  expect((await signIn()).status()).toBe(201);
  await ada.page.getByRole("button", { name: "Step down as owner" }).click();
  await ada.page.getByRole("button", { name: "Owner access" }).waitFor();
  expect([...ada.complaints, ...bea.complaints, ...mal.complaints]).toEqual([]);
});
