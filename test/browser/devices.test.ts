/** Three people with two devices each: what is done on one device holds on the other, and for everyone else on both of theirs. */
import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Site } from "../site.ts";
import { openBrowser, Someone } from "./people.ts";

/** One person, on both devices. */
type Pair = readonly [first: Someone, second: Someone];

const site = new Site();
let browser: Browser;
let ada: Pair;
let bea: Pair;
let cem: Pair;

beforeAll(async () => {
  [browser] = await Promise.all([openBrowser(), site.start()]);
  ada = await pair("Ada");
  bea = await pair("Bea");
  cem = await pair("Cem");
});

afterAll(async () => {
  await browser?.close();
  await site.clear();
});

async function pair(name: string): Promise<Pair> {
  const first = await Someone.open(browser, name);
  await first.join(site, "/c/general");
  const made = await first.context.request.post(`${site.url}/api/session/links`, { headers: { Origin: site.url } });
  const { url }: { url: string } = await made.json();
  const second = await Someone.open(browser, `${name}'s phone`);
  await second.page.goto(url);
  await second.page.getByRole("textbox", { name: /^Message / }).waitFor();
  await second.isReady();
  return [first, second];
}

const rail = (who: Someone) => who.page.getByRole("navigation", { name: "Conversations" });
const link = (who: Someone, name: string) => rail(who).getByRole("link", { name, exact: true });
const button = (where: Someone | Locator, name: string) =>
  (where instanceof Someone ? where.page : where).getByRole("button", { name, exact: true });
const dialog = (who: Someone) => who.page.getByRole("dialog").last();

/** The same on each device, at the same time. */
async function each(devices: readonly Someone[], act: (who: Someone) => Promise<unknown>): Promise<void> {
  await Promise.all(devices.map(act));
}

async function details(who: Someone, tab: "About" | "People" | "Pins"): Promise<void> {
  if (!(await who.page.getByRole("tablist", { name: "Details" }).isVisible())) await button(who, "Details").click();
  await who.page.getByRole("tab", { name: tab }).click();
}

async function choose(who: Someone, name: string): Promise<void> {
  await who.page.getByRole("textbox", { name: "Find people" }).fill(name);
  const found = dialog(who).getByRole("button", { name: new RegExp(`^${name}`) });
  await found.first().click();
}

test("a private channel is there on both devices of its members, and on none of anyone else", async () => {
  await button(ada[0], "New channel").click();
  await ada[0].page.getByRole("textbox", { name: "Channel name" }).fill("planning");
  await ada[0].page.getByRole("switch", { name: "Private" }).click();
  await choose(ada[0], "Bea");
  await button(ada[0], "Create").click();
  await each([...ada, ...bea], (who) => link(who, "#planning").waitFor());
  await link(ada[1], "#planning").click();
  await link(bea[0], "#planning").click();
  await ada[1].say("Written on the phone");
  await each([ada[0], bea[0]], (who) => who.sees("Written on the phone"));
  await each(cem, async (who) => expect(await link(who, "#planning").count()).toBe(0));
});

test("what is read on one device is read on the other when one leaves the conversation", async () => {
  const count = link(bea[1], "#planning").locator(".count");
  await count.waitFor();
  await bea[0].openChannel("general");
  await count.waitFor({ state: "detached" });
});

test("a pin is there for everyone at once, and gone for everyone", async () => {
  await link(bea[1], "#planning").click();
  await ada[1].choose("Written on the phone", "Pin message");
  await each([...ada, bea[1]], (who) => button(who, "1 pinned").waitFor());
  await details(bea[1], "Pins");
  await button(bea[1].page.getByRole("tabpanel"), "Unpin message").click();
  await each([...ada, bea[1]], (who) => button(who, "1 pinned").waitFor({ state: "detached" }));
});

test("mute, favourite, hide and mark unread are the same on both devices", async () => {
  await details(ada[0], "About");
  await ada[0].page.getByRole("switch", { name: "Favourite" }).click();
  await rail(ada[1]).getByRole("heading", { name: "Favourites" }).waitFor();
  await button(ada[0], "Mute").click();
  await ada[1].page.locator(".rail-link.muted", { hasText: "planning" }).waitFor();
  await button(ada[0], "Mute").click(); // and again: it is a button that stays pressed
  await ada[1].page.locator(".rail-link.muted", { hasText: "planning" }).waitFor({ state: "detached" });
  await ada[1].openChannel("general");
  await ada[0].page.getByRole("switch", { name: "Hide" }).click();
  await link(ada[1], "#planning").waitFor({ state: "detached" });
  await ada[0].page.getByRole("switch", { name: "Hide" }).click();
  await link(ada[1], "#planning").waitFor();
  await bea[1].say("A word from Bea");
  await ada[0].sees("A word from Bea");
  await ada[0].choose("A word from Bea", "Mark unread");
  await link(ada[1], "#planning").locator(".count").waitFor();
});

test("who is added or removed gains or loses it on both devices, also where it is open", async () => {
  await details(ada[0], "People");
  await button(ada[0], "Add people").click();
  await choose(ada[0], "Cem");
  await button(ada[0], "Add").click();
  await each(cem, (who) => link(who, "#planning").click());
  await each(cem, (who) => who.sees("Written on the phone"));
  await button(ada[0], "Remove Cem").click();
  await button(ada[0], "Remove Cem from the channel").click();
  await ada[0].page.getByRole("dialog").waitFor({ state: "detached" });
  await each(cem, (who) => link(who, "#planning").waitFor({ state: "detached" }));
  await ada[0].say("Without Cem");
  await bea[1].sees("Without Cem");
  await each(cem, async (who) => expect(await who.page.getByText("Without Cem").count()).toBe(0));
  await each(cem, (who) => who.page.goto(`${site.url}/c/general`));
});

test("an invite that is taken up on one device opens the channel on both; who leaves on one has left on both", async () => {
  await details(ada[0], "About");
  await button(ada[0], "Invite people").click();
  const url = await ada[0].page.getByRole("textbox", { name: "Invite link" }).inputValue();
  await button(ada[0], "Done").click();
  await cem[1].page.goto(url);
  await cem[1].page.getByRole("log", { name: "Messages in #planning" }).waitFor();
  await link(cem[0], "#planning").click();
  await cem[0].sees("Without Cem");
  await details(cem[1], "About");
  await button(cem[1], "Leave channel").click();
  await dialog(cem[1]).getByRole("button", { name: "Leave channel" }).click();
  await each(cem, (who) => link(who, "#planning").waitFor({ state: "detached" }));
  await button(cem[0], "Go to #general").click(); // it was open there
});

test("rules hold on both devices as soon as they are made", async () => {
  await link(bea[0], "#planning").click();
  await details(ada[0], "About");
  const readOnly = ada[0].page.getByRole("switch", { name: "Read-only" });
  await readOnly.click();
  await each(bea, (who) => who.page.getByText("Only Ada can write here.", { exact: false }).first().waitFor());
  await readOnly.click();
  await each(bea, (who) => who.page.getByRole("textbox", { name: "Message #planning" }).waitFor());
});

test("a group is one conversation on six devices", async () => {
  await button(bea[0], "New direct message").click();
  await bea[0].page.getByRole("textbox", { name: "Find people" }).fill("Ada");
  await button(bea[0], "Add Ada to a group").click();
  await choose(bea[0], "Cem");
  await dialog(bea[0]).getByRole("button", { name: "Message", exact: true }).click();
  await bea[0].page.getByRole("log", { name: /Messages with/ }).waitFor();
  await bea[0].say("Lunch at noon?");
  const groups = [
    [ada, /^(Bea, Cem|Cem, Bea)$/],
    [bea, /^(Ada, Cem|Cem, Ada)$/],
    [cem, /^(Ada, Bea|Bea, Ada)$/],
  ] as const;
  for (const [devices, name] of groups) {
    await each(devices, (who) => rail(who).getByRole("link", { name }).click());
    await each(devices, (who) => who.sees("Lunch at noon?"));
  }
  await cem[1].say("Yes");
  await each([...ada, ...bea, cem[0]], (who) => who.sees("Yes"));
});

test("who is blocked on one device is blocked on both", async () => {
  await each(bea, (who) => who.openChannel("general"));
  await each(cem, (who) => who.openChannel("general"));
  await cem[0].say("Hello from Cem");
  await each(bea, (who) => who.sees("Hello from Cem"));
  await button(bea[0].page.getByRole("log"), "Cem").first().click();
  await button(dialog(bea[0]), "Block").click();
  await button(dialog(bea[0]), "Unblock").waitFor();
  await bea[0].page.keyboard.press("Escape");
  // The other device learns of it with its next connection.
  await bea[1].page.reload();
  await bea[1].sees("Hello from Cem");
  await button(bea[1].page.getByRole("log"), "Cem").first().click();
  await button(dialog(bea[1]), "Unblock").click();
  await button(dialog(bea[1]), "Block").waitFor();
  await bea[1].page.keyboard.press("Escape");
});

test("a device that is ended from the other one stops; the other goes on", async () => {
  await ada[0].openSettings("You");
  const others = dialog(ada[0])
    .getByRole("listitem")
    .filter({ has: ada[0].page.getByRole("button", { name: "Sign out" }) });
  await others.getByRole("button", { name: "Sign out" }).first().click();
  await ada[1].page.getByRole("heading", { name: "You're signed out" }).waitFor();
  await ada[0].page.keyboard.press("Escape");
  await ada[0].openChannel("general");
  await ada[0].say("Still here");
  await each([...bea, ...cem], (who) => who.sees("Still here"));
  expect([...ada, ...bea, ...cem].flatMap(({ complaints }) => complaints)).toEqual([]);
});
