/** What is unread agrees: on two devices of one person, after a deletion, and for mentions that come and go by edits. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Site } from "../site.ts";
import { openBrowser, Someone } from "./people.ts";

const site = new Site();
let browser: Browser;
let ada: Someone;
let bea: Someone;

beforeAll(async () => {
  [browser] = await Promise.all([openBrowser(), site.start()]);
  [ada, bea] = await Promise.all([Someone.open(browser, "Ada"), Someone.open(browser, "Bea")]);
  await ada.join(site);
  await ada.makeChannel("harbour");
  await bea.join(site, "/c/general");
});

afterAll(async () => {
  await browser?.close();
  await site.clear();
});

/** The link of a channel in a person's rail, with its unread count. */
function rail(who: Someone, channel: string) {
  return who.page
    .getByRole("navigation", { name: "Conversations" })
    .getByRole("link", { name: new RegExp(`#${channel}`) });
}

/** Waits until so many messages are unread in a channel, as the person's rail says. */
async function waits(who: Someone, channel: string, count: number): Promise<void> {
  const badge = rail(who, channel).locator(".count");
  // In one look: what waits for a badge that has just gone never ends.
  const shown = () => badge.evaluateAll(([first]) => Number.parseInt(first?.textContent ?? "0", 10));
  await expect.poll(shown, { timeout: 15_000, message: `${who.name} in #${channel}` }).toBe(count);
}

test("what was read on one device is read on the other, at once and after a reload", async () => {
  const phone = await Someone.open(browser, "Ada's phone");
  const answer = await ada.context.request.post(`${site.url}/api/session/links`, { headers: { Origin: site.url } });
  const { url }: { url: string } = await answer.json();
  await phone.page.goto(url);
  await phone.page.getByRole("textbox", { name: /^Message / }).waitFor();
  await ada.openChannel("general");
  await phone.openChannel("general");
  for (const text of ["one", "two", "three"]) await bea.post(site, "harbour", text);
  await waits(ada, "harbour", 3);
  await waits(phone, "harbour", 3);
  await phone.openChannel("harbour");
  await phone.sees("three");
  await phone.openChannel("general");
  await waits(ada, "harbour", 0);
  await ada.page.reload();
  await rail(ada, "harbour").waitFor();
  await waits(ada, "harbour", 0);
  await phone.context.close();
});

test("a message that is deleted while it is unread counts no more", async () => {
  await ada.openChannel("general");
  const id = await bea.post(site, "harbour", "a slip");
  await waits(ada, "harbour", 1);
  const answer = await bea.context.request.delete(`${site.url}/api/channels/harbour/messages/${id}`);
  expect(answer.status()).toBe(204);
  await waits(ada, "harbour", 0);
});
