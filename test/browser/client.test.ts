/** What makes the client one's own, and what it does while nobody looks: settings, languages, notifications, newer versions. */
import type { Browser, WebSocketRoute } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Site } from "../site.ts";
import { NARROW, openBrowser, Someone, WIDE } from "./people.ts";
import { prefer, rewire, settle } from "./scenes/steps.ts";

/** As long as a slow machine may need. */
const WAIT = { timeout: 10_000 };
const site = new Site();
let browser: Browser;
let ada: Someone;
let bea: Someone;

beforeAll(async () => {
  [browser] = await Promise.all([openBrowser(), site.start()]);
  [ada, bea] = await Promise.all([Someone.open(browser, "Ada"), Someone.open(browser, "Bea")]);
  await ada.join(site);
  await ada.makeChannel("design");
  await bea.join(site, "/c/general");
});

afterAll(async () => {
  await browser?.close();
  await site.clear();
});

function look({ page }: Someone) {
  return page.evaluate(() => {
    const { lang, dir, dataset } = document.documentElement;
    const { backgroundColor, fontSize } = getComputedStyle(document.body);
    return { lang, dir, theme: dataset["theme"], backgroundColor, fontSize };
  });
}

describe("settings", () => {
  test("Looks: a theme takes effect at once, in every tab, and before the first paint of the next page", async () => {
    await ada.openSettings("Look");
    const other = await ada.context.newPage();
    await other.goto(`${site.url}/c/design`);
    await other.waitForFunction(() => document.title.includes("#design"));
    await ada.page.getByRole("radio", { name: "High contrast" }).check();
    expect((await look(ada)).backgroundColor).toBe("rgb(255, 255, 255)");
    await other.waitForFunction(() => document.documentElement.dataset["theme"] === "contrast");
    await other.close();

    // The app is held back: whatever is painted now is painted without it.
    const next = await ada.context.newPage();
    await next.route(/assets\/index-.*\.js/, (route) => route.abort());
    await next.goto(site.url, { waitUntil: "domcontentloaded" });
    expect(await next.evaluate(() => document.documentElement.dataset["theme"])).toBe("contrast");
    await next.close();
    await ada.page.getByRole("radio", { name: "Dark", exact: true }).check();
    expect((await look(ada)).backgroundColor).toBe("rgb(21, 23, 30)");
    const bar = () => ada.page.locator("meta[name=theme-color]").first().getAttribute("content");
    expect(await bar()).toBe("#0c0e15");
    await ada.page.getByRole("radio", { name: "System" }).check();
    expect(await bar()).toBe("#262b49");
  });

  test("Looks: compact is denser", async () => {
    const before = (await look(ada)).fontSize;
    await ada.page.getByRole("radio", { name: "Compact" }).check();
    expect(Number.parseFloat((await look(ada)).fontSize)).toBeLessThan(Number.parseFloat(before));
    await ada.page.getByRole("radio", { name: "Comfortable" }).check();
  });

  test("Keys: on a phone the focus goes into a section, and back to it in the list", async () => {
    const who = await Someone.open(browser, "Fay", NARROW);
    await who.join(site, "/c/design");
    await who.openSettings("Look");
    const focused = () => who.page.evaluate(() => document.activeElement?.textContent);
    await expect.poll(focused).toBe("Look");
    await who.page.getByRole("button", { name: "All settings" }).tap();
    await expect.poll(focused).toBe("Look");
    expect(await who.page.evaluate(() => document.activeElement?.localName)).toBe("button");
    await who.page.setViewportSize({ width: 1_000, height: 800 });
    await who.page.getByRole("textbox", { name: "Display name" }).waitFor(); // with room, the first section is shown
    await who.context.close();
  });

  test("Composer: Enter breaks the line for whoever wants it so, and Ctrl+Enter sends", async () => {
    await ada.page.getByRole("dialog").getByRole("button", { name: "Writing" }).click();
    await ada.page.getByRole("radio", { name: "New line" }).check();
    await ada.page.keyboard.press("Escape");
    const composer = ada.page.getByRole("textbox", { name: /^Message / });
    await composer.fill("one");
    await composer.press("Enter");
    await composer.pressSequentially("two");
    expect(await composer.inputValue()).toBe("one\ntwo");
    await composer.press("Control+Enter");
    await ada.allSent();
    expect(await composer.inputValue()).toBe("");
    await prefer(ada.page, "enter", "sends");
  });

  test.each([
    ["Español", "es", "Enviar", "ltr"],
    ["Deutsch", "de", "Senden", "ltr"],
    ["Français", "fr", "Envoyer", "ltr"],
    ["日本語", "ja", "送信", "ltr"],
    ["العربية", "ar", "إرسال", "rtl"],
  ])("Looks: %s, at once and after a reload, with one file more", async (name, lang, send, dir) => {
    const who = await Someone.open(browser, `Reader ${lang}`);
    await who.join(site, "/c/general");
    await who.openSettings("Look");
    await who.page.getByRole("combobox", { name: "Language" }).selectOption({ label: name });
    await who.page.keyboard.press("Escape");
    await who.page.getByRole("button", { name: send, exact: true }).waitFor();
    expect(await look(who)).toMatchObject({ lang, dir });
    const scripts: string[] = [];
    who.page.on("request", (request) => request.url().includes(`/${lang}-`) && scripts.push(request.url()));
    await who.page.reload();
    await who.page.getByRole("button", { name: send, exact: true }).waitFor();
    expect(await look(who)).toMatchObject({ lang, dir });
    expect(scripts).toHaveLength(1);
    const rail = await who.page.getByRole("navigation").boundingBox();
    expect(rail?.x ?? -1).toBe(dir === "rtl" ? WIDE.viewport.width - 260 : 0);
    // The lines of a message begin below its author, whatever its script.
    const long = dir === "rtl" ? "A line that is longer than the first." : "سطر أطول من السطر الأول بكثير.";
    await who.post(site, "general", `${dir === "rtl" ? "Short." : "قصير."}\n${long}`);
    const lines = who.page.locator(".text p", { hasText: long }).last();
    await lines.waitFor();
    const edges = await lines.evaluate((paragraph) => {
      const range = document.createRange();
      range.selectNodeContents(paragraph);
      // The end of a line has no width.
      const boxes = [...range.getClientRects()].filter(({ width }) => width > 1);
      return boxes.map(({ left, right }) => ({ ltr: left, rtl: right }));
    });
    expect(new Set(edges.map((edge) => Math.round(dir === "rtl" ? edge.rtl : edge.ltr))).size, "one edge").toBe(1);
    expect(edges.length).toBeGreaterThan(1);
    expect(who.complaints).toEqual([]);
    await who.context.close();
  });

  test("Looks: without a choice the browser's language is spoken", async () => {
    const who = await Someone.open(browser, "Reader", { ...WIDE, locale: "de-AT" });
    await who.page.goto(site.url);
    await who.page.getByText("Wie sollen dich die anderen nennen?").waitFor();
    await who.context.close();
  });
});

describe("while nobody looks", () => {
  test("Notifications: asked for by a tap on the bell; one from one tab; a click leads to the message; read is taken back", async () => {
    await bea.context.grantPermissions(["notifications"], { origin: site.url });
    await bea.context.addInitScript(() => {
      const told: unknown[] = [];
      Reflect.set(globalThis, "told", told);
      if (!isSecureContext) return; // the empty page before the first address
      const { showNotification } = ServiceWorkerRegistration.prototype;
      ServiceWorkerRegistration.prototype.showNotification = function show(title, options) {
        told.push(options?.body);
        return showNotification.call(this, title, options);
      };
    });
    // Nothing is unread: a mention is told by itself, not with what came before it.
    await bea.comeBack(site, "/c/design");
    await bea.page.evaluate(() => navigator.serviceWorker.ready);
    const bell = bea.page.getByRole("button", { name: "Notifications" });
    expect(await bell.getAttribute("aria-pressed")).toBe("false");
    await bell.click();
    await expect.poll(() => bell.getAttribute("aria-pressed")).toBe("true");
    // Two tabs, and neither is looked at.
    const other = await bea.context.newPage();
    await other.goto(`${site.url}/c/design`);
    await other.getByRole("textbox", { name: "Message #design" }).waitFor();
    const shown = () =>
      other.evaluate(async () => {
        const registration = await navigator.serviceWorker.ready;
        const all = await registration.getNotifications();
        return all.map(({ title, body, tag }) => ({ title, body, tag }));
      });
    for (const page of [bea.page, other]) {
      await page.evaluate(() => {
        Object.defineProperty(document, "hasFocus", { value: () => false, configurable: true });
        dispatchEvent(new Event("blur"));
      });
    }
    await ada.openChannel("design");
    await ada.say("For everybody");
    await ada.say("@Bea look at this");
    await ada.say("@Bea and at this");
    await ada.say("and this is for everybody again");
    await ada.say("@Bea and last");
    await expect.poll(shown, WAIT).toMatchObject([{ title: "Ada in #design", body: "@Bea and last" }]);
    const told = await Promise.all(
      [bea.page, other].map((page) => page.evaluate(() => Reflect.get(globalThis, "told"))),
    );
    expect(told.flat(), "what is for everybody is not told").not.toContain("and this is for everybody again");
    expect(
      told.filter((all) => all.length > 0),
      "one tab tells",
    ).toHaveLength(1);

    const [worker] = bea.context.serviceWorkers();
    await worker?.evaluate(async () => {
      const registration = Reflect.get(globalThis, "registration");
      const [notification] = await registration.getNotifications();
      const event = new (Reflect.get(globalThis, "NotificationEvent"))("notificationclick", { notification });
      Reflect.get(globalThis, "dispatchEvent").call(globalThis, event);
    });
    const led = () => [bea.page, other].filter((page) => page.url().includes("/c/design?m="));
    await expect.poll(() => led().length, WAIT).toBe(1);
    const [page] = led();
    await page?.evaluate(() => {
      Object.defineProperty(document, "hasFocus", { value: () => true, configurable: true });
      dispatchEvent(new Event("focus"));
    });
    await page?.getByRole("log").getByText("and last").waitFor();
    await page?.keyboard.press("Escape");
    await expect.poll(shown, WAIT).toEqual([]);
    await other.close();
  });

  test("Notifications: whoever wants all of them hears of every message; whoever wants none, of none", async () => {
    const shown = () =>
      bea.page.evaluate(async () => {
        const registration = await navigator.serviceWorker.ready;
        return (await registration.getNotifications()).map(({ title }) => title);
      });
    const directoryIsLive = new Promise<void>((resolve) => {
      bea.context.once("page", (page) =>
        page.on("websocket", (socket) => {
          if (socket.url().endsWith("/api/directory/socket")) socket.once("framereceived", () => resolve());
        }),
      );
    });
    await bea.comeBack(site, "/c/general");
    await bea.page.getByRole("textbox", { name: "Message #general" }).waitFor();
    await directoryIsLive;
    // The page that was closed may still hold the lock: the holder is this page when it holds a lock of its own beside it.
    const isTeller = () =>
      bea.page.evaluate(() =>
        navigator.locks.request("own", async () => {
          const { held = [] } = await navigator.locks.query();
          const holderOf = (lock: string) => held.find(({ name }) => name === lock)?.clientId;
          return holderOf("flack-teller") === holderOf("own");
        }),
      );
    await expect.poll(isTeller, WAIT).toBe(true);
    await prefer(bea.page, "notifications", "all");
    await bea.page.evaluate(() => {
      Object.defineProperty(document, "hasFocus", { value: () => false, configurable: true });
      dispatchEvent(new Event("blur"));
    });
    // Neither this page nor the one that was closed has the focus any more.
    const isLookedAt = () =>
      bea.page.evaluate(async () => {
        const { held = [] } = await navigator.locks.query();
        return held.some(({ name }) => name === "flack-focus");
      });
    await expect.poll(isLookedAt, WAIT).toBe(false);
    await ada.say("Anybody?");
    await expect.poll(shown, WAIT).toEqual(["#design"]);

    // Whoever signs out leaves nothing on the desktop.
    const again = await bea.context.newPage();
    await again.goto(`${site.url}/c/general`);
    await again.getByRole("textbox", { name: "Message #general" }).waitFor();
    await again.getByRole("button", { name: "Settings" }).click();
    await again.getByRole("button", { name: "Sign out" }).click();
    // The way to keep the name leads back to where a recovery code is made.
    await again.getByRole("dialog").getByRole("button", { name: "Make a recovery code" }).click();
    await again.waitForFunction(() => document.activeElement?.textContent === "Make a new code");
    await again.getByRole("button", { name: "Sign out" }).click();
    await again.getByRole("dialog").getByRole("button", { name: "Sign out" }).last().click();
    await again.getByRole("textbox", { name: "Display name" }).waitFor();
    await expect.poll(shown, WAIT).toEqual([]);
    await bea.context.close();
    bea = await Someone.open(browser, "Bea");
    await bea.join(site, "/c/general");
  });

  test("Notifications: a sound can be chosen once there are notifications", async () => {
    const who = await Someone.open(browser, "Ina");
    await who.context.grantPermissions(["notifications"]);
    await who.join(site, "/c/design");
    await who.openSettings("Notifications");
    const sound = who.page.getByRole("switch", { name: "Sound" });
    await sound.waitFor();
    expect(await sound.isDisabled()).toBe(true);
    await who.page.getByRole("radio", { name: "All messages" }).check();
    await sound.check(); // it waits until it can be
    await who.page.reload();
    await who.openSettings("Notifications");
    await sound.waitFor();
    expect(await sound.isChecked()).toBe(true);
    await who.page.getByRole("button", { name: "Pause for 1 hour" }).click();
    await who.page.getByText(/^Paused until /).waitFor();
    await who.page.getByRole("button", { name: "Resume" }).click();
    await who.page.getByRole("button", { name: "Pause until tomorrow, 9:00 AM" }).click();
    await who.page.getByText(/^Paused until .*9:00/).waitFor();
    const focused = () => who.page.evaluate(() => document.activeElement?.textContent);
    await expect.poll(focused).toBe("Resume");
    await who.page.getByRole("button", { name: "Resume" }).click();
    await who.page.getByRole("button", { name: "Pause for 1 hour" }).waitFor();
    await who.context.close();
  });

  test("Rail: the title, the icon and the app's badge tell what waits", async () => {
    const who = await Someone.open(browser, "Cem");
    await who.context.addInitScript(() => {
      Reflect.set(globalThis, "badges", []);
      navigator.setAppBadge = async (count) => void Reflect.get(globalThis, "badges").push(count);
    });
    await who.join(site, "/c/design");
    await who.say("I am Cem");
    await ada.sees("I am Cem");
    await who.openChannel("general");
    await ada.say("@Cem are you there?");
    await who.page.waitForFunction(() => /^\(1\) #general · Flack$/.test(document.title));
    await who.page.locator('link[rel="icon"][href="/favicon-for-you.svg"]').waitFor({ state: "attached" });
    expect(await who.page.evaluate(() => Reflect.get(globalThis, "badges").at(-1))).toBe(1);
    await who.context.close();
  });

  test("Connection: a newer version is offered, keeps the draft, and is taken up by itself when nobody would notice", async () => {
    const who = await Someone.open(browser, "Dora");
    await who.page.clock.install();
    let version = 99;
    await rewire(who.page, /directory\/socket/, (frame) =>
      frame["type"] === "directory" ? { ...frame, version } : frame,
    );
    await who.join(site, "/c/general");
    const chip = who.page.getByText("New version");
    await chip.waitFor();
    const composer = who.page.getByRole("textbox", { name: "Message #general" });
    await composer.fill("half a thought");
    let loads = 0;
    who.page.on("load", () => loads++);
    await who.page.clock.runFor(5 * 60_000);
    expect(loads, "not while something is being written").toBe(0);
    version = 1;
    await who.page.getByRole("button", { name: "Reload" }).click();
    await composer.waitFor();
    expect(await composer.inputValue()).toBe("half a thought");
    await chip.waitFor({ state: "detached" });

    version = 99;
    await composer.fill("");
    await who.page.reload();
    await chip.waitFor();
    version = 1;
    const reloaded = who.page.waitForEvent("load");
    await who.page.clock.runFor(2 * 60_000);
    await reloaded;
    await chip.waitFor({ state: "detached" });

    version = 99;
    await who.page.reload();
    await chip.waitFor();
    await who.page.getByRole("button", { name: "Not now" }).click();
    await chip.waitFor({ state: "detached" });
    await composer.waitFor();
    await who.context.close();
  });
});

test("Budgets: the sockets are open before the app has been loaded, and it takes them over", async () => {
  // A service worker would answer before the app can be held back.
  const who = await Someone.open(browser, "Hans", { ...WIDE, serviceWorkers: "block" });
  await who.join(site, "/c/design");
  const page = await who.context.newPage();
  const sockets: string[] = [];
  page.on("websocket", (socket) => sockets.push(new URL(socket.url()).pathname));
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/assets\/index-.*\.js/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${site.url}/c/design`, { waitUntil: "commit" });
  await expect.poll(() => sockets.sort()).toEqual(["/api/channels/design/socket", "/api/directory/socket"]);
  release();
  await page.getByRole("listitem").first().waitFor();
  await page.getByRole("textbox", { name: "Message #design" }).waitFor();
  expect(sockets).toHaveLength(2);
  await who.context.close();
});

test("Budgets: a message that has left the window has left the page's memory, too", async () => {
  const who = await Someone.open(browser, "Gerd");
  let channel: WebSocketRoute | undefined;
  let directory: WebSocketRoute | undefined;
  await rewire(who.page, /\/channels\/.*socket/, (frame, route) => {
    channel = route;
    return frame;
  });
  await rewire(who.page, /directory\/socket/, (frame, route) => {
    directory = route;
    return frame;
  });
  await who.join(site, "/c/general");
  const devtools = await who.context.newCDPSession(who.page);
  const nodes = async () => {
    await devtools.send("HeapProfiler.collectGarbage");
    return (await devtools.send("Memory.getDOMCounters")).nodes;
  };
  const author = { id: "talker-of-nobody-0123", name: "Talker" };
  async function hear(from: number, to: number): Promise<void> {
    for (let seq = from; seq <= to; seq++) {
      const told = { id: crypto.randomUUID(), seq, rev: seq, author, sentAt: Date.now(), text: `number ${seq}` };
      channel?.send(JSON.stringify({ type: "messages", messages: [told] }));
      const moved = { id: "general", seq, lastAt: Date.now() };
      if (seq % 5 === 0) directory?.send(JSON.stringify({ type: "activity", channels: [moved] }));
      if (seq % 20 === 0) await who.page.getByText(`number ${seq}`, { exact: true }).waitFor();
    }
    await who.page.waitForFunction(() => document.querySelectorAll(".toolbar").length === 100);
  }
  await hear(10_001, 10_200);
  const before = await nodes();
  await hear(10_201, 10_600);
  expect(await nodes()).toBeLessThan(before * 1.5);
  await who.context.close();
});

test("Messages: on a phone a long press brings what can be done, and a short tap nothing", async () => {
  const who = await Someone.open(browser, "Egon", NARROW);
  await who.join(site, "/c/design");
  await who.say("Hold this");
  await who.allSent();
  await who.message("Hold this").tap();
  expect(await who.page.getByRole("dialog").count()).toBe(0);
  await who.act("Hold this");
  const sheet = who.page.getByRole("dialog", { name: "Message actions" });
  await sheet.getByRole("button", { name: "👍" }).tap();
  await who.page.getByRole("button", { name: "👍 1" }).waitFor();
  await who.act("Hold this");
  await sheet.getByRole("button", { name: "Edit message" }).tap();
  await who.page.getByRole("textbox", { name: "Edit message" }).fill("Held");
  await who.page.getByRole("button", { name: "Save" }).tap();
  await who.page.getByText("Held (edited)").waitFor();
  await who.act("Held (edited)");
  await sheet.getByRole("button", { name: "Reply" }).tap();
  await who.page.getByText("Replying to Egon").waitFor();
  expect(await who.page.evaluate(() => document.activeElement?.id)).toBe("composer-text");

  // Everything is found without a keyboard, too.
  await who.page.getByRole("button", { name: "Open conversations" }).tap();
  await who.page.getByRole("button", { name: "Search" }).tap();
  await who.page.getByRole("searchbox", { name: "Search" }).fill("Held");
  await who.page.getByRole("option").first().waitFor();
  expect(who.complaints).toEqual([]);
  await who.context.close();
});

test("Screens: who is here stands beside a wide conversation, and stays while one goes elsewhere", async () => {
  await ada.page.getByRole("button", { name: /\d viewing$/ }).click();
  const pane = ada.page.getByRole("complementary", { name: "Details" });
  await pane.getByText("Ada").waitFor();
  await ada.openChannel("general");
  await pane.getByText("Bea").waitFor();
  await pane.getByRole("button", { name: "Close" }).click();
  await pane.waitFor({ state: "detached" });
});

test("Accessibility: nothing moves for whoever wants no motion, and more contrast is more contrast", async () => {
  const who = await Someone.open(browser, "Fritz", { ...NARROW, reducedMotion: "reduce", contrast: "more" });
  await who.join(site, "/c/design");
  await who.page.getByRole("button", { name: "Open conversations" }).click();
  await settle(who);
  const seen = await who.page.evaluate(() => {
    const rail = document.querySelector(".rail");
    const { transitionDuration } = rail ? getComputedStyle(rail) : { transitionDuration: "" };
    return { transitionDuration, text: getComputedStyle(document.body).color };
  });
  expect(seen.transitionDuration.split(", ").every((time) => time === "0s")).toBe(true);
  expect(seen.text).toBe("rgb(0, 0, 0)");
  await who.context.close();
});

test("Accessibility: news of others is announced, one's own words and history are not", async () => {
  const region = ada.page.getByRole("status", { name: "New messages" });
  await ada.openChannel("design");
  await region.waitFor({ state: "attached" });
  await ada.page.evaluate(() => {
    const said: string[] = [];
    Reflect.set(globalThis, "said", said);
    const live = document.querySelector('[role="status"][aria-label="New messages"]');
    new MutationObserver(() => said.push(live?.textContent ?? "")).observe(live ?? document.body, {
      childList: true,
      subtree: true,
      characterData: true,
    });
  });
  await ada.say("my own words");
  await ada.allSent();
  await bea.page.getByRole("link", { name: "#design" }).click();
  await bea.say("and those of Bea");
  await expect
    .poll(() => ada.page.evaluate(() => Reflect.get(globalThis, "said")), WAIT)
    .toEqual(["Bea: and those of Bea"]);
  await bea.page.evaluate(() =>
    Promise.all(
      Array.from({ length: 8 }, (_, n) => {
        const body = JSON.stringify({ id: crypto.randomUUID(), text: `word ${n}` });
        return fetch("/api/channels/design/messages", { method: "POST", body });
      }),
    ),
  );
  await expect.poll(() => ada.page.evaluate(() => Reflect.get(globalThis, "said").at(-1)), WAIT).toBe("8 new messages");
});

test("nothing was complained about along the way", () => {
  expect([...ada.complaints, ...bea.complaints]).toEqual([]);
});
