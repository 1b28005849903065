/** What lies over the conversation or beside it: Back, swipes, tooltips, the emoji picker, the lightbox, the edge of the rail. */
import type { Browser, CDPSession, Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Site } from "../site.ts";
import { NARROW, openBrowser, Someone, TABLET } from "./people.ts";

const site = new Site();
let browser: Browser;
let ada: Someone;
/** On a phone. */
let bea: Someone;
/** What touches that phone. */
let finger: CDPSession;

beforeAll(async () => {
  [browser] = await Promise.all([openBrowser(), site.start()]);
  ada = await Someone.open(browser, "Ada");
  bea = await Someone.open(browser, "Bea", NARROW);
  await ada.join(site);
  await bea.join(site);
  finger = await bea.context.newCDPSession(bea.page);
  await bea.context.request.post(`${site.url}/api/channels`, { data: { name: "plans" } });
  await ada.openChannel("plans");
});

afterAll(async () => {
  await browser?.close();
  await site.clear();
});

const drawer = () => bea.page.locator(".rail-open");
const boxOf = async (place: Locator) => (await place.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
const heading = (who: Someone, name: string) => who.page.getByRole("heading", { name: `#${name}`, exact: true });

/** How long (ms) a finger stays, which is longer than a press takes. */
const HELD_MS = 700;

/** One finger stays in the middle of a place. */
async function hold(touched: CDPSession, place: Locator): Promise<void> {
  await place.click({ trial: true }); // it stands still
  const { x, y, width, height } = await boxOf(place);
  await touched.send("Input.dispatchTouchEvent", {
    type: "touchStart",
    touchPoints: [{ x: x + width / 2, y: y + height / 2 }],
  });
  await new Promise((resolve) => setTimeout(resolve, HELD_MS));
  await touched.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
}

/** One finger goes from one place (px) to another. */
async function swipe(from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  const at = (share: number) => [{ x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }];
  await finger.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(0) });
  for (const share of [0.3, 0.6, 1])
    await finger.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(share) });
  await finger.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
}

test("Back closes the drawer, then a dialog, and only then leaves the conversation", async () => {
  const { page } = bea;
  await page.getByRole("button", { name: "Open conversations" }).click();
  await page.getByRole("link", { name: "#plans", exact: true }).click();
  await heading(bea, "plans").waitFor();

  await page.getByRole("button", { name: "Open conversations" }).click();
  await drawer().waitFor();
  await page.goBack();
  await drawer().waitFor({ state: "detached" });
  expect(new URL(page.url()).pathname).toBe("/c/plans");

  await page.getByRole("button", { name: "Details" }).click();
  await page.getByRole("dialog", { name: "#plans" }).waitFor();
  await page.goBack();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect(new URL(page.url()).pathname).toBe("/c/plans");

  // One that was closed in another way is not in the way of Back.
  await page.getByRole("button", { name: "Details" }).click();
  await page.getByRole("dialog", { name: "#plans" }).getByRole("button", { name: "Close" }).click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.goBack();
  await heading(bea, "general").waitFor();
  await page.goForward();
  await heading(bea, "plans").waitFor();
});

test("Back closes the layer on top alone", async () => {
  const { page } = bea;
  await page.getByRole("button", { name: "Details" }).click();
  const details = page.getByRole("dialog", { name: "#plans" });
  await details.getByRole("button", { name: "Delete channel" }).click();
  const question = page.getByRole("dialog", { name: /Delete/ });
  await question.waitFor();
  await page.goBack();
  await question.waitFor({ state: "detached" });
  await details.waitFor();
  await page.goBack();
  await details.waitFor({ state: "detached" });
  await heading(bea, "plans").waitFor();
});

test("a swipe from the edge opens the drawer, and one back closes it; elsewhere it does nothing", async () => {
  // The browser may tell the last move of one only within the next.
  await swipe({ x: 5, y: 300 }, { x: 60, y: 500 });
  await swipe({ x: 200, y: 400 }, { x: 330, y: 400 });
  expect(await drawer().count()).toBe(0);
  await swipe({ x: 5, y: 400 }, { x: 120, y: 410 });
  await drawer().waitFor();
  await swipe({ x: 200, y: 400 }, { x: 60, y: 405 });
  await drawer().waitFor({ state: "detached" });
});

test("a sheet is pulled down by its head; one that is let go earlier stays", async () => {
  const { page } = bea;
  await page.getByRole("button", { name: "Details" }).click();
  const details = page.getByRole("dialog", { name: "#plans" });
  const top = (await details.boundingBox())?.y ?? 0;
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", y?: number) =>
    finger.send("Input.dispatchTouchEvent", { type, touchPoints: y === undefined ? [] : [{ x: 60, y }] });
  await touch("touchStart", top + 30);
  for (const y of [45, 60, 70]) await touch("touchMove", top + y);
  await vi.waitFor(async () => expect((await details.boundingBox())?.y).toBeGreaterThan(top + 10));
  await touch("touchEnd");
  await vi.waitFor(async () => expect((await details.boundingBox())?.y).toBe(top));
  await swipe({ x: 60, y: top + 30 }, { x: 60, y: top + 200 });
  await details.waitFor({ state: "detached" });
  // Below its head it scrolls.
  await page.getByRole("button", { name: "Details" }).click();
  await swipe({ x: 60, y: top + 450 }, { x: 60, y: top + 200 });
  await vi.waitFor(async () =>
    expect(await details.getByRole("tabpanel").evaluate(({ scrollTop }) => scrollTop)).toBeGreaterThan(0),
  );
  await page.goBack();
  await details.waitFor({ state: "detached" });
  await heading(bea, "plans").waitFor();
});

test("a tooltip says what a button is for and which key does the same; any key takes it away", async () => {
  const { page } = ada;
  const tooltip = page.locator(".tooltip:popover-open");
  const attach = page.getByRole("button", { name: "Attach files" });
  await attach.hover();
  await tooltip.waitFor();
  expect(await tooltip.evaluate((tip) => [...tip.childNodes].map((node) => node.textContent))).toEqual([
    "Attach files",
    "Ctrl",
    "U",
  ]);
  await page.keyboard.press("Shift");
  await tooltip.waitFor({ state: "detached" });
  // Browsers show none of their own beside it, and what a reader of screens finds is whole again.
  expect(await attach.getAttribute("title")).toBe("Attach files");
});

test("a profile stands beside the name it was opened from, wholly in view; a click elsewhere closes it", async () => {
  const { page } = ada;
  await ada.say("Who am I?");
  const row = ada.message("Who am I?");
  await row.hover();
  const name = row.getByRole("button", { name: "Ada", exact: true });
  const profile = page.getByRole("dialog", { name: "Profile" });
  await name.click();
  await profile.waitFor();
  const [beside, box] = [await boxOf(name), await boxOf(profile)];
  expect(box.x - beside.x - beside.width).toBeCloseTo(8, 0);
  const composer = await boxOf(page.locator("#composer"));
  expect(box.y + box.height).toBeLessThanOrEqual(composer.y - 8);
  await page.mouse.click(box.x + 4, box.y + 4); // its own padding
  expect(await profile.isVisible()).toBe(true);
  // A selection that ends outside is no click there.
  await page.mouse.move(box.x + 40, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width + 40, box.y + 20);
  await page.mouse.up();
  expect(await profile.isVisible()).toBe(true);
  await page.mouse.click(box.x + box.width + 40, box.y + 4);
  await profile.waitFor({ state: "detached" });
  // On a phone it comes from below.
  await bea.sees("Who am I?");
  await bea.message("Who am I?").getByRole("button", { name: "Ada", exact: true }).click();
  const sheet = bea.page.getByRole("dialog", { name: "Profile" });
  await sheet.waitFor();
  const low = await boxOf(sheet);
  expect([low.x, low.y + low.height]).toEqual([0, bea.page.viewportSize()?.height]);
  await sheet.getByRole("button", { name: "Close" }).click();
  await sheet.waitFor({ state: "detached" });
});

test("on a phone the search fills the screen, and Cancel leaves it", async () => {
  const { page } = bea;
  await page.getByRole("button", { name: "Find in #plans" }).click();
  const search = page.getByRole("dialog", { name: "Search" });
  await search.waitFor();
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
  expect(await search.boundingBox()).toEqual({ x: 0, y: 0, width, height });
  await search.getByRole("button", { name: "Cancel" }).click();
  await search.waitFor({ state: "detached" });
});

test("a menu that belongs to a place on the page goes when the window changes", async () => {
  const { page } = ada;
  await page.getByRole("link", { name: "#plans", exact: true }).click({ button: "right" });
  const menu = page.locator(".menu");
  await menu.waitFor();
  const size = page.viewportSize() ?? { width: 0, height: 0 };
  await page.setViewportSize({ ...size, width: size.width - 100 });
  await menu.waitFor({ state: "detached" });
  await page.setViewportSize(size);
});

test("on a phone a menu is a sheet: it marks nothing read where nothing is unread, and Back or a tap beside it closes it alone", async () => {
  const { page } = bea;
  const { height } = page.viewportSize() ?? { height: 0 };
  const link = page.getByRole("link", { name: "#general", exact: true });
  const sheet = page.getByRole("dialog", { name: "#general" });
  await page.getByRole("button", { name: "Open conversations" }).click();
  await drawer().waitFor();
  await link.click({ button: "right" });
  await sheet.waitFor();
  const box = await boxOf(sheet);
  expect([box.x, box.y + box.height]).toEqual([0, height]);
  expect(await sheet.getByRole("button", { name: "Mark read" }).isDisabled()).toBe(true);
  await page.mouse.click(box.x + 40, box.y - 40);
  await sheet.waitFor({ state: "detached" });
  await drawer().waitFor();
  await link.click({ button: "right" });
  await sheet.waitFor();
  await page.keyboard.press("ArrowDown");
  expect(await bea.focused()).toBe("Mute");
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "detached" });
  await drawer().waitFor();
  await ada.openChannel("general");
  await ada.say("Something new");
  await link.locator(".count").waitFor();
  await link.click({ button: "right" });
  await sheet.getByRole("button", { name: "Mark read" }).click();
  await link.locator(".count").waitFor({ state: "detached" });
  await link.click({ button: "right" });
  await sheet.waitFor();
  await page.goBack();
  await sheet.waitFor({ state: "detached" });
  await drawer().waitFor();
  await page.getByRole("button", { name: "Menu" }).click();
  await page.getByRole("dialog", { name: "Menu" }).getByRole("button", { name: "Shortcuts" }).click();
  await page.getByRole("dialog", { name: "Shortcuts" }).waitFor();
  await page.goBack();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await drawer().waitFor({ state: "detached" });
  await ada.openChannel("plans");
});

test("on a tablet what can be done with a message stands at the end of its line, above the composer", async () => {
  const eda = await Someone.open(browser, "Eda", TABLET);
  await eda.join(site, "/c/plans");
  await eda.say("Below this");
  await eda.allSent();
  const row = await boxOf(eda.message("Below this"));
  await eda.act("Below this");
  const card = await boxOf(eda.page.getByRole("dialog", { name: "Message actions" }));
  expect(card.x + card.width).toBeCloseTo(row.x + row.width - 8, 0); // the distance from the edge
  expect(card.width).toBeLessThan(row.width);
  const composer = await boxOf(eda.page.locator("#composer"));
  expect(card.y + card.height).toBeLessThanOrEqual(composer.y);
  expect(card.y + card.height).toBeCloseTo(row.y - 4, 0); // above its row, which stays in sight
  await eda.context.close();
});

test("a finger that stays on a conversation in the drawer opens its menu", async () => {
  await bea.page.getByRole("button", { name: "Open conversations" }).click();
  await drawer().waitFor();
  const menu = bea.page.getByRole("dialog", { name: "#plans" });
  await hold(finger, bea.page.getByRole("link", { name: "#plans", exact: true }));
  await menu.getByRole("button", { name: "Mute" }).waitFor();
  await bea.page.goBack();
  await menu.waitFor({ state: "detached" });
  await bea.page.goBack();
  await drawer().waitFor({ state: "detached" });
});

test("a finger that stays on a conversation of a tablet opens its menu beside it, and a refused choice is said", async () => {
  const eli = await Someone.open(browser, "Eli", TABLET);
  await eli.join(site, "/c/plans");
  await eli.isReady();
  const link = eli.page.getByRole("link", { name: "#plans", exact: true });
  await hold(await eli.context.newCDPSession(eli.page), link);
  const mute = eli.page.getByRole("toolbar", { name: "#plans" }).getByRole("button", { name: "Mute" });
  await mute.waitFor();
  await eli.page.route("**/preferences", (route) =>
    route.fulfill({
      status: 429,
      contentType: "application/problem+json",
      body: JSON.stringify({
        code: "rate_limited",
        status: 429,
        title: "Too fast",
        detail: "Too many changes. Wait a moment.",
      }),
    }),
  );
  await mute.click();
  const refusal = eli.page.getByRole("dialog", { name: "Not changed" });
  await refusal.getByText("Too many changes. Wait a moment.").waitFor();
  await eli.page.keyboard.press("Escape");
  await refusal.waitFor({ state: "detached" });
  await eli.context.close();
});

test("an empty channel gives three hints on the first visit, and never again", async () => {
  const ida = await Someone.open(browser, "Ida");
  await ida.context.request.post(`${site.url}/api/session`, { data: { name: "Ida" } });
  await ida.context.request.post(`${site.url}/api/channels`, { data: { name: "quiet" } });
  await ida.page.goto(`${site.url}/c/quiet`);
  await ida.page.getByText("Type @ for people, # for channels and : for emoji.").waitFor();
  expect(await ida.page.locator(".hints li").count()).toBe(3);
  await ida.page.reload();
  await ida.page.getByRole("heading", { name: "This is the start of #quiet" }).waitFor();
  expect(await ida.page.locator(".hints").count()).toBe(0);
  await ida.context.close();
});

test("a click on the header opens the details and closes them; a click on a mention shows who that is", async () => {
  const { page } = ada;
  const pane = page.getByRole("complementary", { name: "Details" });
  await heading(ada, "plans").click();
  await pane.waitFor();
  await heading(ada, "plans").click();
  await pane.waitFor({ state: "detached" });
  await page.getByRole("textbox", { name: "Message #plans" }).pressSequentially("Ask @Bea");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("log").locator(".mention").filter({ hasText: "@Bea" }).last().click();
  const profile = page.getByRole("dialog", { name: "Profile" });
  await profile.getByText("Bea", { exact: true }).waitFor();
  await page.keyboard.press("Escape");
  await profile.waitFor({ state: "detached" });
});

test("the emoji picker leads to a category, and keeps a skin tone", async () => {
  const { page } = ada;
  await page.getByRole("button", { name: "Add emoji" }).click();
  const picker = page.getByRole("dialog", { name: "Emoji" });
  await picker.getByRole("tab", { name: "Flags" }).click();
  const flag = picker.getByRole("button", { name: "rainbow flag", exact: true });
  await vi.waitFor(async () => expect(await flag.isVisible()).toBe(true));
  await vi.waitFor(async () =>
    expect(await picker.getByRole("tab", { name: "Flags" }).getAttribute("aria-selected")).toBe("true"),
  );
  await picker.getByRole("radio", { name: "Medium skin tone" }).check({ force: true });
  const wave = picker.getByRole("button", { name: "waving hand", exact: true });
  await wave.focus();
  await picker.getByText(":wave:").waitFor();
  await wave.click();
  expect(await page.getByRole("textbox", { name: "Message #plans" }).inputValue()).toBe("👋🏽");
  await page.getByRole("button", { name: "Add emoji" }).click();
  expect(await picker.getByRole("radio", { name: "Medium skin tone" }).isChecked()).toBe(true);
  await page.keyboard.press("Escape");
  await page.getByRole("textbox", { name: "Message #plans" }).fill("");
});

test("the lightbox: arrows at the sides, a click enlarges around the place that was clicked, a swipe leads on", async () => {
  const { page } = ada;
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Attach files" }).click();
  const buffer = await page.screenshot();
  await (await chooser).setFiles(["one.png", "two.png"].map((name) => ({ name, mimeType: "image/png", buffer })));
  await page.getByRole("button", { name: "Remove two.png" }).waitFor();
  await ada.say("Two pictures");
  await ada.allSent();
  const box = page.locator("dialog.lightbox");

  await page.getByRole("button", { name: "Open one.png" }).click();
  await box.getByText("1 of 2").waitFor();
  const picture = box.locator("img");
  await vi.waitFor(async () => expect((await picture.boundingBox())?.width).toBeGreaterThan(100));
  const before = await picture.boundingBox();
  await picture.click({ position: { x: (before?.width ?? 0) - 10, y: (before?.height ?? 0) - 10 } });
  await box.locator(".enlarged").waitFor();
  expect((await picture.boundingBox())?.width).toBeCloseTo((before?.width ?? 0) * 2.5, -1);
  const rest = await box.locator(".lightbox-stage").evaluate((stage) => ({
    x: stage.scrollWidth - stage.clientWidth - stage.scrollLeft,
    y: stage.scrollHeight - stage.clientHeight - stage.scrollTop,
  }));
  expect(Math.max(rest.x, rest.y)).toBeLessThan(30);
  await box.getByRole("button", { name: "Zoom" }).click();
  expect((await picture.boundingBox())?.width).toBeCloseTo(before?.width ?? 0, -1);
  await box.getByRole("button", { name: "Next picture" }).click();
  await box.getByText("2 of 2").waitFor();
  await page.keyboard.press("Escape");

  await bea.page.getByRole("button", { name: "Open one.png" }).click();
  const phone = bea.page.locator("dialog.lightbox");
  await phone.getByText("1 of 2").waitFor();
  await swipe({ x: 300, y: 400 }, { x: 100, y: 410 });
  await phone.getByText("2 of 2").waitFor();
  await bea.page.goBack();
  await phone.waitFor({ state: "detached" });
});

test("who reacted is in a tooltip and a list, and many emoji are folded", async () => {
  const emoji = [..."😀😃😄😁😆😅🤣😂🙂🙃😉😊😇🥰"];
  const id = await ada.post(site, "plans", "What do you think?");
  await ada.sees("What do you think?");
  const react = (who: Someone, one: string) =>
    who.page.evaluate(async ([path, body]) => (await fetch(path, { method: "POST", body })).status, [
      `/api/channels/plans/messages/${id}/reactions`,
      JSON.stringify({ emoji: one, on: true }),
    ] as const);
  for (const one of emoji) expect(await react(ada, one)).toBeLessThan(300);
  expect(await react(bea, "😀")).toBeLessThan(300);
  const row = ada.message("What do you think?");
  const more = row.getByRole("button", { name: "2 more reactions" });
  await more.click();
  expect(await row.locator(".reaction[aria-pressed]").count()).toBe(emoji.length);
  await row.getByRole("button", { name: "😀 2" }).hover();
  await ada.page.locator(".tooltip:popover-open", { hasText: "Ada, Bea" }).waitFor();
  await bea.choose("What do you think?", "Who reacted");
  const list = bea.page.getByRole("dialog", { name: "Who reacted" });
  expect(await list.getByRole("listitem").first().textContent()).toContain("Ada");
  expect(await list.getByText("Bea").count()).toBe(1);
  await bea.page.goBack();
});

test("the rail is as wide as one makes it, also after a reload", async () => {
  const { page } = ada;
  const edge = page.getByRole("separator", { name: "Sidebar width" });
  const width = async () => (await page.locator(".rail").boundingBox())?.width;
  expect(await width()).toBe(260);
  await edge.focus();
  await page.keyboard.press("ArrowRight");
  expect(await width()).toBe(280);
  const box = await edge.boundingBox();
  await page.mouse.move((box?.x ?? 0) + 4, 400);
  await page.mouse.down();
  await page.mouse.move(900, 400, { steps: 4 });
  await page.mouse.up();
  expect(await width()).toBe(360);
  await page.reload();
  await heading(ada, "plans").waitFor();
  expect(await width()).toBe(360);
});

test("the day at the top is shown while one scrolls, and not at rest", async () => {
  const { page } = ada;
  await ada.isReady();
  for (let n = 0; n < 30; n++) await ada.post(site, "plans", `line ${n}`);
  await ada.sees("line 29");
  const day = page.locator(".day-pill").first();
  const opacity = () => day.evaluate((pill) => Number(getComputedStyle(pill).opacity));
  expect(await opacity()).toBe(0);
  await page.getByRole("log").hover();
  await page.mouse.wheel(0, -400);
  await vi.waitFor(async () => expect(await opacity()).toBe(1), { interval: 20 });
  await vi.waitFor(async () => expect(await opacity()).toBe(0), { timeout: 5_000 });
});

test("a conversation that ends takes its layers with it, and the page that says so has the way to the others", async () => {
  const { page } = bea;
  await ada.context.request.post(`${site.url}/api/channels`, { data: { name: "short-lived" } });
  await page.goto(`${site.url}/c/short-lived`);
  await heading(bea, "short-lived").waitFor();
  await page.getByRole("button", { name: "Details" }).click();
  await page.getByRole("dialog", { name: "#short-lived" }).waitFor();
  await ada.context.request.delete(`${site.url}/api/channels/short-lived`);
  await page.getByRole("heading", { name: "#short-lived was deleted" }).waitFor();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Open conversations" }).click();
  await drawer().getByRole("link", { name: "#plans", exact: true }).click();
  await heading(bea, "plans").waitFor();
});

test("the keys work where there is no conversation", async () => {
  const { page } = ada;
  for (const address of ["/c/never-made", "/leads/nowhere"]) {
    await page.goto(site.url + address);
    const title = page.getByRole("heading", { level: 1 });
    await expect.poll(() => title.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press("F6");
    expect(await page.evaluate(() => document.activeElement?.closest(".rail") !== null)).toBe(true);
    await page.keyboard.press("Shift+F6");
    expect(await page.evaluate(() => document.activeElement?.closest(".notice") !== null)).toBe(true);
    await page.keyboard.press("Control+k");
    await page.getByRole("dialog", { name: "Search" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.locator(".rail-state", { hasText: "Online" }).waitFor();
    await page.keyboard.press("Alt+ArrowDown");
    await page.getByRole("textbox", { name: /^Message #/ }).waitFor();
  }
});

test("a drawer that was open for one person is closed for the next", async () => {
  const cem = await Someone.open(browser, "Cem", NARROW);
  await cem.join(site);
  await cem.openSettings("You");
  const dialog = cem.page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Sign out" }).first().click();
  await dialog.getByRole("button", { name: "Sign out" }).last().click();
  await cem.page.getByRole("textbox", { name: "Display name" }).fill("Dov");
  await cem.page.getByRole("button", { name: "Join" }).click();
  await cem.page.getByRole("textbox", { name: "Message #general" }).waitFor();
  expect(await cem.page.locator(".rail-open").count()).toBe(0);
  await cem.context.close();
});
