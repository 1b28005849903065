/** The screens, wide and narrow, light and dark: written as pictures, read by axe, and loaded within the budgets. */
import { mkdirSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Site } from "../site.ts";
import { NARROW, openBrowser, Someone, WIDE } from "./people.ts";

const PICTURES = new URL("../../test-results/screens/", import.meta.url).pathname;
const site = new Site();
let browser: Browser;
let people = 0;

beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  [browser] = await Promise.all([openBrowser(), site.start()]);
  const host = await Someone.open(browser, "Ada Lovelace");
  await host.join(site);
  await host.makeChannel("full");
  await host.makeChannel("talk");
  await host.page.getByText("#talk is brand new.").waitFor();
  await host.say(
    "Shall we meet **today**? I have written down `what` is left:\n- two labels\n- one date\n> and the thing with the long word",
  );
  await host.say(
    "```\nconst answer = 42; // and a line that is so long that it does not fit where it stands, wherever that is\n```",
  );
  const row = host.page.getByRole("listitem").filter({ hasText: "Shall we meet" });
  await row.getByRole("button", { name: "Add reaction" }).click();
  await host.page.getByRole("textbox", { name: "Find an emoji" }).fill("tada");
  await host.page.keyboard.press("Enter");
  await row.getByRole("button", { name: "Reply" }).click();
  await host.say("Yes, in #design, see https://example.org/a/long/path?with=a&query=too");
  const chooser = host.page.waitForEvent("filechooser");
  await host.page.getByRole("button", { name: "Attach files" }).click();
  const picture = await host.page.screenshot();
  await (await chooser).setFiles([
    { name: "screen.png", mimeType: "image/png", buffer: picture },
    {
      name: "a list of everything that is left to do, with a long name.pdf",
      mimeType: "application/pdf",
      buffer: Buffer.from("%PDF-1.7"),
    },
  ]);
  await host.page.getByRole("button", { name: "Remove screen.png" }).waitFor();
  await host.page.getByRole("button", { name: /^Remove a list/ }).waitFor();
  await host.say("As it looks now");
  await host.say("🎉👍");
  await host.allSent();
  await host.makeChannel("design");
  await fill();
  await host.context.close();
});

afterAll(async () => {
  await browser?.close();
  await site.clear();
});

/** A hundred messages and more, of several people, long and short, one of them deleted. */
async function fill(): Promise<void> {
  const texts = [
    "Morning! Has anybody looked at the new build yet?",
    "Yes, it starts in about a second here.",
    "Nice.\nI will write up what is left and we go through it at eleven. There is not much: two labels, one date, and the thing with the long word.",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(2),
    "مرحبا بالجميع",
    "👋",
  ];
  for (let who = 0; who < 11; who++) {
    const name = ["Bea", "Cem", "Dora Müller-Lüdenscheidt", "Егор"][who % 4];
    const signedIn = await fetch(`${site.url}/api/session`, {
      method: "POST",
      body: JSON.stringify({ name: `${name} ${who}` }),
    });
    const cookie = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
    for (let n = 0; n < 10; n++) {
      const id = crypto.randomUUID();
      const body = JSON.stringify({ id, text: texts[(who + (n >> 1)) % texts.length] });
      await fetch(`${site.url}/api/channels/full/messages`, { method: "POST", headers: { cookie }, body });
      if (n === 8 && who === 10) {
        await fetch(`${site.url}/api/channels/full/messages/${id}`, { method: "DELETE", headers: { cookie } });
      }
    }
  }
}

/** Whoever looks at a screen. */
async function visitor(look: Look): Promise<Someone> {
  people++;
  return Someone.open(browser, `Visitor ${people}`, { ...look.size, colorScheme: look.theme });
}

type Look = { readonly theme: "light" | "dark"; readonly width: string; readonly size: typeof WIDE | typeof NARROW };

const LOOKS: readonly Look[] = [
  { theme: "light", width: "wide", size: WIDE },
  { theme: "dark", width: "wide", size: WIDE },
  { theme: "light", width: "narrow", size: NARROW },
  { theme: "dark", width: "narrow", size: NARROW },
];

/** Every screen: how to get there, from a page on which nothing has happened. */
const SCREENS: Record<string, (who: Someone) => Promise<void>> = {
  async welcome({ page }) {
    await page.goto(site.url);
    await page.getByRole("textbox", { name: "Display name" }).fill("Ada Lovelace");
    await page.getByRole("button", { name: "Join", exact: true }).click();
    await page.getByRole("button", { name: "Join as Ada Lovelace 2" }).waitFor();
  },
  async "empty channel"(who) {
    await who.join(site, "/c/design");
    await who.page.getByText("Say hello").waitFor();
  },
  async "full channel"(who) {
    await who.join(site, "/c/full");
    await who.page.getByText("100 of 100").waitFor();
  },
  async "new channel"(who) {
    await who.join(site, "/c/full");
    const drawer = who.page.getByRole("button", { name: "Open conversations" });
    if (await drawer.isVisible()) await drawer.click();
    await who.page.getByRole("button", { name: "New channel" }).click();
    await who.page.getByRole("textbox", { name: "Channel name" }).fill("Design");
    await who.page.getByRole("button", { name: "Open #design" }).waitFor();
  },
  async conversations(who) {
    await who.join(site, "/c/full");
    const drawer = who.page.getByRole("button", { name: "Open conversations" });
    if (await drawer.isVisible()) await drawer.click();
    await who.page.getByRole("link", { name: "#general", exact: true }).hover();
    await settle(who);
  },
  async expression(who) {
    await who.join(site, "/c/talk");
    await who.page.getByRole("button", { name: "🎉 1" }).waitFor();
    await who.page
      .locator(".picture img")
      .first()
      .evaluate((image: HTMLImageElement) => image.decode());
    await who.page.getByText("Shall we meet").last().hover();
    await settle(who);
  },
  async "emoji picker"(who) {
    await who.join(site, "/c/design");
    await who.page.getByRole("button", { name: "Add emoji" }).click();
    await who.page.getByRole("textbox", { name: "Find an emoji" }).waitFor();
  },
  async "new direct message"(who) {
    await who.join(site, "/c/design");
    const drawer = who.page.getByRole("button", { name: "Open conversations" });
    if (await drawer.isVisible()) await drawer.click();
    await who.page.getByRole("button", { name: "New direct message" }).click();
    await who.page.getByRole("button", { name: /Bea/ }).first().waitFor();
  },
  async people(who) {
    await who.join(site, "/c/design");
    await who.page.getByRole("button", { name: /\d+ here/ }).click();
    await who.page.getByLabel("People here").waitFor();
  },
  async "on another device"(who) {
    await who.join(site, "/c/design");
    const drawer = who.page.getByRole("button", { name: "Open conversations" });
    if (await drawer.isVisible()) await drawer.click();
    await who.page.getByRole("button", { name: "Settings" }).click();
    await who.page.getByRole("button", { name: "Use on another device" }).click();
    await who.page.getByRole("img", { name: "The link as a QR code" }).waitFor();
  },
  async settings(who) {
    await who.join(site, "/c/full");
    const drawer = who.page.getByRole("button", { name: "Open conversations" });
    if (await drawer.isVisible()) await drawer.click();
    await who.page.getByRole("button", { name: "Settings" }).click();
    await who.page.getByRole("button", { name: "Sign out" }).click();
    await who.page.getByText("This gives up the name").waitFor();
  },
};

/** Transitions have ended. */
async function settle({ page }: Someone): Promise<void> {
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
}

async function examine(who: Someone, name: string, { theme, width }: Look): Promise<void> {
  await settle(who);
  await who.page.screenshot({ path: `${PICTURES}${name.replaceAll(" ", "-")}-${width}-${theme}.png` });
  const { violations } = await new AxeBuilder({ page: who.page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`)).toEqual([]);
  const wide = await who.page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll(".log, .rail-lists, dialog")]
      .filter((part) => part.scrollWidth > part.clientWidth)
      .map(({ className }) => className),
  );
  expect(wide, "no sideways scroll").toEqual([]);
  expect(who.complaints).toEqual([]);
}

describe.each(LOOKS)("$theme and $width", (look) => {
  test.each(Object.keys(SCREENS))("%s", async (name) => {
    const who = await visitor(look);
    await SCREENS[name]?.(who);
    await examine(who, name, look);
    await who.context.close();
  });
});

test("400 % zoom: a page 320 px wide and 200 px high scrolls in one direction only", async () => {
  const who = await visitor({ theme: "light", width: "tiny", size: NARROW });
  await who.page.setViewportSize({ width: 320, height: 256 });
  await who.join(site, "/c/full");
  await examine(who, "tiny", { theme: "light", width: "narrow", size: NARROW });
  await who.context.close();
});

test("the first message is painted after at most eight requests, sockets included", async () => {
  const who = await visitor({ theme: "light", width: "wide", size: WIDE });
  await who.join(site, "/c/full");
  const page = await who.context.newPage();
  const requests: string[] = [];
  const sockets: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("websocket", (socket) => sockets.push(socket.url()));
  await page.addInitScript(() => {
    const observer = new MutationObserver(() => {
      if (!document.querySelector("[role=log] li")) return;
      observer.disconnect();
      performance.mark("first message");
    });
    observer.observe(document, { childList: true, subtree: true });
  });
  await page.goto(`${site.url}/c/full`);
  await page.getByRole("listitem").first().waitFor();
  const before = await page.evaluate(() => {
    const shown = performance.getEntriesByName("first message")[0]?.startTime ?? 0;
    return performance.getEntries().flatMap(({ entryType, name, startTime }) => {
      return ["navigation", "resource"].includes(entryType) && startTime < shown ? [name] : [];
    });
  });
  expect(before.length, "the resource timing tells of requests").toBeGreaterThan(3);
  expect(before.length + sockets.length, [...before, ...sockets].join("\n")).toBeLessThanOrEqual(8);
  expect(
    [...requests, ...sockets].filter((url) => !/^data:/.test(url) && !url.replace(/^ws/, "http").startsWith(site.url)),
  ).toEqual([]);
  await who.context.close();
});

test("pages carry their policies, hashed files are immutable", async () => {
  const page = await fetch(`${site.url}/c/full`);
  expect(page.headers.get("content-security-policy")).toMatch(
    /^default-src 'none'; script-src 'self';.*frame-ancestors 'none'/,
  );
  expect(page.headers.get("x-content-type-options")).toBe("nosniff");
  expect(page.headers.get("referrer-policy")).toBe("no-referrer");
  expect(page.headers.get("cross-origin-opener-policy")).toBe("same-origin");
  expect(page.headers.get("permissions-policy")).toContain("camera=()");
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(await page.text())?.[1] ?? "";
  expect((await fetch(site.url + script)).headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
});

/** Last: it stops the server under the others. */
test("without a server: what is said waits, and the screen says so", async () => {
  const seen = await Promise.all(LOOKS.map(async (look) => ({ look, who: await visitor(look) })));
  for (const { who } of seen) {
    await who.join(site, "/c/full");
    await who.page.getByText("100 of 100").waitFor();
  }
  await site.stop();
  for (const { look, who } of seen) {
    await who.page
      .getByRole("status", { name: "Connection" })
      .getByText(/Reconnecting|Offline/)
      .waitFor();
    await who.say("This one waits for the connection.");
    await who.sees("This one waits for the connection.");
    await who.page.getByText("Will be sent when connected").waitFor();
    await examine(who, "reconnecting", look);
  }
  for (const { who } of seen) {
    await who.page.getByRole("button", { name: "Try now" }).waitFor();
    await who.context.close();
  }
});
