/** Private channels, groups, invites, pins, rules, and what a person wants of them: three people, one of them with two devices. */
import { readFile } from "node:fs/promises";
import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Site } from "../site.ts";
import { openBrowser, Someone } from "./people.ts";

const site = new Site();
let browser: Browser;
let ada: Someone;
let bea: Someone;
let cem: Someone;
let phone: Someone;

beforeAll(async () => {
  [browser] = await Promise.all([openBrowser(), site.start()]);
  [ada, bea, cem, phone] = await Promise.all([
    Someone.open(browser, "Ada"),
    Someone.open(browser, "Bea"),
    Someone.open(browser, "Cem"),
    Someone.open(browser, "Ada's phone"),
  ]);
  await ada.join(site, "/c/general");
  await bea.join(site, "/c/general");
  await cem.join(site, "/c/general");
});

afterAll(async () => {
  await browser?.close();
  await site.clear();
});

const rail = (who: Someone) => who.page.getByRole("navigation", { name: "Conversations" });
const link = (who: Someone, name: string) => rail(who).getByRole("link", { name, exact: true });
const button = (where: Someone | Locator, name: string) =>
  (where instanceof Someone ? where.page : where).getByRole("button", { name, exact: true });
const dialog = (who: Someone) => who.page.getByRole("dialog").last();

/** Opens one of the tabs of the details. */
async function details(who: Someone, tab: "About" | "People" | "Pins" | "Files"): Promise<void> {
  if (!(await who.page.getByRole("tablist", { name: "Details" }).isVisible())) await button(who, "Details").click();
  await who.page.getByRole("tab", { name: tab }).click();
}

/** Chooses a person where people are looked for. */
async function choose(who: Someone, name: string): Promise<void> {
  await who.page.getByRole("textbox", { name: "Find people" }).fill(name);
  await dialog(who)
    .getByRole("button", { name: new RegExp(`^${name}`) })
    .first()
    .click();
}

/** Opens what can be done with a message beside the usual. */
async function more(who: Someone, text: string): Promise<void> {
  await who.act(text);
  await who.message(text).getByRole("button", { name: "More", exact: true }).click();
}

test("Screens: after the first message a recovery code is offered, once", async () => {
  await bea.say("Good morning");
  const offer = bea.page.getByRole("note").filter({ hasText: "recovery code" });
  await offer.waitFor();
  await offer.getByRole("button", { name: "Not now" }).click();
  await bea.page.reload();
  await bea.sees("Good morning");
  await bea.say("And hello");
  await bea.allSent();
  expect(await offer.count()).toBe(0);
});

test("Screens: a private channel is made with its people, and nobody else finds it", async () => {
  await button(ada, "New channel").click();
  await ada.page.getByRole("textbox", { name: "Channel name" }).fill("planning");
  await ada.page.getByRole("switch", { name: "Private" }).click();
  await choose(ada, "Bea");
  await button(ada, "Create").click();
  await ada.page.getByRole("log", { name: "Messages in #planning" }).waitFor();
  await link(bea, "#planning").click();
  await ada.say("Only for the two of us");
  await bea.sees("Only for the two of us");
  expect(await link(cem, "#planning").count()).toBe(0);
  await cem.page.goto(ada.page.url());
  await cem.page.getByRole("heading", { name: "This conversation is no longer available to you" }).waitFor();
  expect(await cem.page.getByText("Only for the two of us").count()).toBe(0);
  await cem.page.goto(`${site.url}/c/general`);
});

test("Screens: who is added reads it at once, who is removed no longer", async () => {
  await details(ada, "People");
  await button(ada, "Add people").click();
  await choose(ada, "Cem");
  await button(ada, "Add").click();
  await link(cem, "#planning").click();
  await cem.sees("Only for the two of us");
  await ada.page.getByRole("heading", { name: "3 members" }).waitFor();
  const row = ada.page.getByRole("listitem").filter({ has: ada.page.getByRole("button", { name: /^Cem/ }) });
  await row.getByRole("button", { name: "Remove Cem" }).first().click();
  await button(ada, "Remove Cem from the channel").click();
  await ada.page.getByRole("dialog").waitFor({ state: "detached" });
  await link(cem, "#planning").waitFor({ state: "detached" });
  await ada.page.getByRole("heading", { name: "2 members" }).waitFor();
  await ada.say("Cem has gone");
  await bea.sees("Cem has gone");
  expect(await cem.page.getByText("Cem has gone").count()).toBe(0);
  await cem.page.goto(`${site.url}/c/general`);
});

test("Screens: a message is pinned for everyone, found in the details, and taken down", async () => {
  await more(ada, "Only for the two of us");
  await button(ada, "Pin message").click();
  await details(bea, "Pins");
  await bea.page.getByRole("tabpanel").getByText("Only for the two of us").waitFor();
  await bea.page.getByRole("tabpanel").getByRole("button", { name: "Show" }).click();
  await bea.page.getByRole("tabpanel").getByRole("button", { name: "Unpin message" }).click();
  await bea.page.getByText("No pins yet", { exact: false }).waitFor();
});

test("Screens: a channel is saved as Markdown, with names and times", async () => {
  await details(bea, "About");
  const saved = bea.page.waitForEvent("download");
  await button(bea, "Save as Markdown").click();
  const download = await saved;
  expect(download.suggestedFilename()).toBe("planning.md");
  const text = await readFile(await download.path(), "utf8");
  expect(text).toContain("# #planning");
  expect(text).toMatch(/\*\*Ada\*\* \d{4}-\d{2}-\d{2}T[\d:.]+Z\n\nOnly for the two of us/);
});

test("Screens: in a read-only channel only its creator writes, in a slow one the next message waits", async () => {
  await ada.makeChannel("news");
  await details(ada, "About");
  await ada.page.getByRole("switch", { name: "Read-only" }).click();
  await bea.page.goto(`${site.url}/c/news`);
  await bea.page.getByText("Only Ada can write here.", { exact: false }).waitFor();
  expect(await bea.page.getByRole("textbox", { name: "Message #news" }).count()).toBe(0);
  await ada.say("The office is closed on Friday.");
  await bea.sees("The office is closed on Friday.");
  // A refusal is shown.
  await bea.isReady();
  await bea.message("The office is closed on Friday.").focus();
  await bea.page.keyboard.press("p");
  const refusal = bea.page.getByRole("dialog", { name: "Not pinned" });
  await refusal.getByText("Only Ada can pin messages here.").waitFor();
  await bea.page.keyboard.press("Escape");
  await refusal.waitFor({ state: "detached" });
  await ada.page.getByRole("switch", { name: "Read-only" }).click();
  await bea.page.getByRole("textbox", { name: "Message #news" }).waitFor();
  await ada.page.getByRole("combobox", { name: "Slow mode" }).selectOption({ label: "10 seconds" });
  await bea.say("Thanks");
  await bea.allSent();
  await bea.say("See you");
  await ada.sees("See you");
  expect(await ada.texts()).toEqual(["The office is closed on Friday.", "Thanks", "See you"]);
});

test("Screens: a group is one conversation, whoever opens it", async () => {
  await button(ada, "New direct message").click();
  await ada.page.getByRole("textbox", { name: "Find people" }).fill("Bea");
  await button(ada, "Add Bea to a group").click();
  await choose(ada, "Cem");
  await dialog(ada).getByRole("button", { name: "Message", exact: true }).click();
  await ada.page.getByRole("log", { name: "Messages with Bea, Cem" }).waitFor();
  await ada.say("Lunch at noon?");
  await link(cem, "Ada, Bea").or(link(cem, "Bea, Ada")).click();
  await cem.sees("Lunch at noon?");
  await cem.say("Yes");
  await ada.sees("Yes");
});

test("Screens: an invite to a private channel brings someone new into the site and into it", async () => {
  await ada.page.goto(`${site.url}/c/general`);
  await link(ada, "#planning").click();
  await details(ada, "About");
  await button(ada, "Invite people").click();
  const url = await ada.page.getByRole("textbox", { name: "Invite link" }).inputValue();
  await ada.page.getByRole("img", { name: /QR code/ }).waitFor();
  await button(ada, "Done").click();
  const dora = await Someone.open(browser, "Dora");
  await dora.page.goto(url);
  await dora.page.getByRole("textbox", { name: "Display name" }).fill("Dora");
  await button(dora, "Join").click();
  await dora.page.getByRole("log", { name: "Messages in #planning" }).waitFor();
  await dora.sees("Only for the two of us");
  await details(dora, "About");
  await button(dora, "Leave channel").click();
  await dialog(dora).getByRole("button", { name: "Leave channel" }).click();
  await dora.page.getByRole("log", { name: "Messages in #general" }).waitFor();
  await link(dora, "#planning").waitFor({ state: "detached" });
  expect(dora.complaints).toEqual([]);
  await dora.context.close();
});

test("Rail: marked unread, muted, favourite and hidden are the same on both devices", async () => {
  const answer = await ada.context.request.post(`${site.url}/api/session/links`, { headers: { Origin: site.url } });
  const { url: linkUrl }: { url: string } = await answer.json();
  await phone.page.goto(linkUrl);
  await phone.page.getByRole("textbox", { name: /^Message / }).waitFor();
  await phone.openChannel("general");
  await link(ada, "#news").click();
  await more(ada, "Thanks");
  await button(ada, "Mark unread").click();
  const count = rail(phone).locator("a", { hasText: "news" }).locator(".count");
  await expect.poll(() => count.evaluateAll(([badge]) => badge?.textContent)).toMatch(/^2/);
  await details(ada, "About");
  await button(ada, "Mute").click();
  await count.waitFor({ state: "detached" });
  await ada.page.getByRole("switch", { name: "Favourite" }).click();
  await rail(phone).getByRole("heading", { name: "Favourites" }).waitFor();
  await ada.page.getByRole("switch", { name: "Hide" }).click();
  await link(phone, "#news").waitFor({ state: "detached" });
  await button(phone, "Browse channels").click();
  await dialog(phone)
    .getByRole("button", { name: /general.*Last message \d/ })
    .waitFor();
  await dialog(phone)
    .getByText(/^\d+ channels$/)
    .waitFor();
  await phone.page.getByRole("textbox", { name: "Find channels" }).fill("news");
  await dialog(phone).getByRole("button", { name: /news/ }).click();
  await phone.page.getByRole("log", { name: "Messages in #news" }).waitFor();
});

test("Rail: shows what is unread alone, closes its sections for good, and has a menu for each conversation", async () => {
  await bea.page.goto(`${site.url}/c/general`);
  await cem.post(site, "news", "A word from Cem");
  await link(bea, "#news").locator(".count").waitFor();
  await button(bea, "Unreads").click();
  await link(bea, "Ada, Cem").or(link(bea, "Cem, Ada")).waitFor();
  await link(bea, "#planning").waitFor({ state: "detached" });
  await link(bea, "#news").click({ button: "right" });
  await button(bea, "Mark read").click();
  await link(bea, "#news").waitFor({ state: "detached" });
  await button(bea, "Unreads").click();
  await button(bea, "Channels").click();
  await link(bea, "#planning").waitFor({ state: "detached" });
  await bea.page.reload();
  await link(bea, "#general").waitFor();
  expect(await link(bea, "#planning").count()).toBe(0);
  await button(bea, "Channels").click();
  await link(bea, "#planning").focus();
  await bea.page.keyboard.press("Shift+F10");
  await button(bea, "Mute").click();
  await bea.page.locator(".rail-link.muted", { hasText: "planning" }).waitFor();
});

test("Screens: an invite that an empty channel offers stays when the first message comes", async () => {
  await bea.makeChannel("quiet");
  await button(bea.page.getByRole("log"), "Invite people").click();
  await bea.page.getByRole("textbox", { name: "Invite link" }).waitFor();
  await cem.post(site, "quiet", "The first word");
  await bea.page.getByRole("log").getByText("The first word").waitFor({ state: "attached" });
  await bea.page.getByRole("textbox", { name: "Invite link" }).waitFor();
  await button(bea, "Done").click();
  await bea.openChannel("general");
});

test("Composer: @here stands out for everyone who reads it, and names nobody", async () => {
  await cem.page.goto(`${site.url}/c/general`);
  await cem.page.getByRole("textbox", { name: "Message #general" }).pressSequentially("@her");
  await cem.page.getByRole("option", { name: /everyone who has this open/ }).click();
  await cem.page.keyboard.type("coffee?");
  await cem.page.keyboard.press("Enter");
  await bea.sees("@here coffee?");
  expect(await bea.message("@here coffee?").getAttribute("class")).toContain("for-you");
  await cem.sees("@here coffee?");
  await cem.allSent();
  expect(await cem.message("@here coffee?").getAttribute("class")).not.toContain("for-you");
});

test("Screens: a blocked person cannot write to the one who blocked them, and is not told", async () => {
  await bea.page.goto(`${site.url}/c/general`);
  await cem.page.goto(`${site.url}/c/general`);
  await cem.say("Hello from Cem");
  await bea.sees("Hello from Cem");
  await button(bea.page.getByRole("log"), "Cem").first().click();
  await dialog(bea).getByRole("button", { name: "Block", exact: true }).click();
  await dialog(bea).getByRole("button", { name: "Unblock", exact: true }).waitFor();
  await bea.page.keyboard.press("Escape");
  await button(cem, "New direct message").click();
  await choose(cem, "Bea");
  await cem.page.getByText("accept messages from you", { exact: false }).first().waitFor();
});

test("Screens: a device is ended from another one, and a recovery code brings its person back", async () => {
  await button(ada, "Settings").click();
  await button(dialog(ada), "Make a new code").click();
  const code = await ada.page.locator(".recovery-code").textContent();
  const devices = dialog(ada)
    .getByRole("listitem")
    .filter({ has: ada.page.getByRole("button", { name: "Sign out" }) });
  await devices.getByRole("button", { name: "Sign out" }).first().click();
  await phone.page.getByRole("heading", { name: "You're signed out" }).waitFor();
  const laptop = await Someone.open(browser, "Ada's laptop");
  await laptop.page.goto(site.url);
  await button(laptop, "I have been here before").click();
  await laptop.page.getByRole("textbox", { name: "Recovery code or device link" }).fill(code ?? "");
  await button(laptop, "Come back").click();
  await link(laptop, "#planning").click();
  await laptop.sees("Only for the two of us");
  expect([...ada.complaints, ...bea.complaints, ...cem.complaints, ...laptop.complaints]).toEqual([]);
});

test("Screens: the people of a channel: who views it now, and who was active recently", async () => {
  const dana = await Someone.open(browser, "Dana");
  await dana.join(site, "/c/general");
  await dana.makeChannel("recent");
  await cem.post(site, "recent", "A word from Cem");
  await dana.sees("A word from Cem");
  await details(dana, "People");
  const section = (name: string) =>
    dana.page.getByRole("tabpanel").locator("section", { has: dana.page.getByRole("heading", { name }) });
  await section("Recently active").getByRole("button", { name: /^Cem/ }).first().waitFor();
  expect(await section("Recently active").getByText("Dana").count()).toBe(0);
  await section("Viewing now").getByRole("button", { name: "Dana Online" }).waitFor();
  expect(await section("Viewing now").getByText("Cem").count()).toBe(0);
  await dana.context.close();
});
