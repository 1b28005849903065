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
  const remove = () => ada.message("something unkind").getByRole("button", { name: "Delete message" });
  await ada.message("something unkind").getByRole("button", { name: "Reply" }).waitFor();
  expect(await remove().count()).toBe(0);

  await ada.page.getByRole("button", { name: "Settings" }).click();
  await ada.page.getByRole("button", { name: "I run this site" }).click();
  await ada.page.getByLabel("Owner's code").fill("wrong");
  await ada.page.getByRole("button", { name: "Become an owner" }).click();
  await ada.page.getByText("This is not the owner's code.").waitFor();
  await ada.page.getByLabel("Owner's code").fill("correct horse");
  await ada.page.getByRole("button", { name: "Become an owner" }).click();
  await ada.page.getByText("You are an owner of this site").waitFor();
  await ada.page.keyboard.press("Escape");

  await remove().click();
  await mal.page.getByText("Message deleted").waitFor();
  await ada.page.getByRole("button", { name: "2 here" }).click();
  await ada.page.getByRole("button", { name: "Remove", exact: true }).click();
  await ada.page.getByRole("button", { name: "Remove Mal" }).click();
  await mal.page.getByRole("heading", { name: "You signed out elsewhere" }).waitFor();
  expect([...ada.complaints, ...mal.complaints]).toEqual([]);
  await ada.page.reload();
  await ada.page.getByRole("button", { name: "Settings" }).click();
  await ada.page.getByText("You are an owner of this site").waitFor();
});
