/** What is written goes where it was written, and nothing of it is lost in silence: switching, uploads, deletions, refused storage. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Site } from "../site.ts";
import { NARROW, openBrowser, Someone, WIDE } from "./people.ts";
import { prefer } from "./scenes/steps.ts";

/** Requests of the page can be held and refused only where no service worker answers them. */
const BARE = { ...WIDE, serviceWorkers: "block" } as const;
const site = new Site();
let browser: Browser;
let ada: Someone;
let bea: Someone;

beforeAll(async () => {
  [browser] = await Promise.all([openBrowser(), site.start()]);
  [ada, bea] = await Promise.all([Someone.open(browser, "Ada", BARE), Someone.open(browser, "Bea", BARE)]);
  await ada.join(site);
  await ada.makeChannel("plans");
  await ada.makeChannel("other");
  await bea.join(site, "/c/plans");
});

afterAll(async () => {
  await browser?.close();
  await site.clear();
});

/** Holds every request that fits, until they are let go. */
async function hold(page: Page, which: RegExp): Promise<{ release(): Promise<void> }> {
  let open: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  await page.route(which, async (route) => {
    await gate;
    await route.continue().catch(() => {}); // the page may be gone
  });
  return {
    async release() {
      open();
      await page.unroute(which);
    },
  };
}

function composer({ page }: Someone) {
  return page.getByRole("textbox", { name: /^Message / });
}

async function chooseFile({ page }: Someone, name: string): Promise<void> {
  await page.locator("input[type=file]").setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from("words") });
}

async function kept(who: Someone, channel: string): Promise<{ text: string; attachments?: { name: string }[] }[]> {
  return (await (await who.context.request.get(`${site.url}/api/channels/${channel}/messages`)).json()).messages;
}

/** The database of each page that is opened from now on never answers, until the tab's `answers` is set. */
function silenceDatabase({ context }: Someone): Promise<unknown> {
  return context.addInitScript(() => {
    const { open } = IDBFactory.prototype;
    IDBFactory.prototype.open = function (name) {
      const request = open.call(this, name);
      if (sessionStorage.getItem("answers") === null) request.addEventListener = () => {};
      return request;
    };
  });
}

describe("every late step of sending keeps its conversation", () => {
  test("words whose shortcode is still being looked up are posted where they were written", async () => {
    const table = await hold(ada.page, /assets\/emoji-.*\.js/);
    await ada.openChannel("plans");
    await composer(ada).pressSequentially("private :tada:");
    await composer(ada).press("Enter");
    await ada.openChannel("other");
    await table.release();
    await bea.sees("private 🎉");
    expect(await kept(ada, "other")).toEqual([]);
    await ada.openChannel("plans");
    expect(await composer(ada).inputValue()).toBe("");
  });

  test("a message sent during an upload goes when the file is there, wherever one is by then, and in its order", async () => {
    const upload = await hold(ada.page, /\/attachments\?/);
    await ada.openChannel("plans");
    await chooseFile(ada, "notes.txt");
    await ada.say("the notes");
    expect(await composer(ada).inputValue()).toBe("");
    await ada.say("as promised");
    await ada.openChannel("other");
    await upload.release();
    await bea.sees("as promised");
    const [notes, promised] = (await kept(ada, "plans")).slice(-2);
    expect(notes).toMatchObject({ text: "the notes", attachments: [{ name: "notes.txt" }] });
    expect(promised?.text).toBe("as promised");
    expect(await kept(ada, "other")).toEqual([]);
  });

  test("while it waits the message shows its files, and can be taken back", async () => {
    const upload = await hold(ada.page, /\/attachments\?/);
    await ada.openChannel("plans");
    await chooseFile(ada, "slow.txt");
    await ada.say("not this");
    await ada.page.getByText("Sends when uploads finish").waitFor();
    await ada.page.getByRole("log").getByRole("textbox", { name: "Name of slow.txt" }).waitFor();
    await ada.page.getByRole("log").getByRole("button", { name: "Discard" }).click();
    await upload.release();
    await ada.say("but this");
    await bea.sees("but this");
    expect((await kept(ada, "plans")).map(({ text }) => text)).not.toContain("not this");
  });

  test("a reload in the middle of the upload loses neither words nor files", async () => {
    await hold(ada.page, /\/attachments\?/);
    await ada.openChannel("plans");
    await chooseFile(ada, "kept.txt");
    await ada.say("words that stay");
    await ada.page.getByText("Sends when uploads finish").waitFor();
    await ada.keeps("words that stay");
    await ada.comeBack(site, "/c/other");
    await bea.sees("words that stay");
    expect((await kept(ada, "plans")).at(-1)).toMatchObject({
      text: "words that stay",
      attachments: [{ name: "kept.txt" }],
    });
  });
});

describe("two tabs", () => {
  test("show one outbox: what is written in either goes out once, in order, and what failed can be discarded in any", async () => {
    await ada.openChannel("plans");
    const other = await ada.context.newPage();
    await other.goto(`${site.url}/c/plans`);
    const field = other.getByRole("textbox", { name: "Message #plans" });
    await field.waitFor();
    await other.getByRole("log").getByText("words that stay").waitFor();
    await site.stop();
    await composer(ada).fill("tab one, first");
    await composer(ada).press("Enter");
    await other.getByRole("log").getByText("tab one, first").waitFor();
    await field.fill("tab two, second");
    await field.press("Enter");
    await ada.page.getByRole("log").getByText("tab two, second").waitFor();
    await other.close();
    await site.start();
    await bea.sees("tab two, second");
    const texts = (await kept(ada, "plans")).map(({ text }) => text).slice(-2);
    expect(texts).toEqual(["tab one, first", "tab two, second"]);
    await ada.allSent();
  });
});

describe("words whose channel was deleted", () => {
  test("stay under Unsent messages until they are discarded: a draft, and a message that waited for its file", async () => {
    await ada.makeChannel("doomed");
    await bea.openChannel("doomed");
    await ada.openChannel("plans");
    const upload = await hold(bea.page, /\/attachments\?/);
    await chooseFile(bea, "report.txt");
    await bea.say("the report");
    await composer(bea).fill("half a thought");
    const answer = await ada.context.request.delete(`${site.url}/api/channels/doomed`);
    expect(answer.status()).toBe(204);
    await bea.page.getByRole("button", { name: "Go to #general" }).click();
    await upload.release();
    await bea.page.getByRole("button", { name: /^Unsent messages/ }).click();
    const dialog = () => bea.page.getByRole("dialog", { name: "Unsent messages" });
    await dialog().getByText("half a thought").waitFor();
    await dialog().getByText("the report").waitFor();
    await bea.page.keyboard.press("Escape");
    await bea.comeBack(site, "/c/plans");
    await bea.page.getByRole("button", { name: /^Unsent messages/ }).click();
    await dialog().getByRole("listitem").filter({ hasText: "half a thought" }).getByText("#doomed").waitFor();
    for (let left = 2; left > 0; left--) await dialog().getByRole("button", { name: "Discard" }).first().click();
    await dialog().getByText("No unsent messages.").waitFor();
    await bea.page.keyboard.press("Escape");
    expect(await bea.page.getByRole("button", { name: /^Unsent messages/ }).count()).toBe(0);
  });
});

test("a rewrite that was begun in a channel that is deleted is under Unsent messages as well, at once", async () => {
  await ada.makeChannel("doomed-too");
  await ada.openChannel("plans");
  await bea.openChannel("doomed-too");
  await bea.say("as it was");
  await bea.allSent();
  await composer(bea).press("ArrowUp");
  await bea.page.getByRole("textbox", { name: "Edit message" }).fill("as it was to be");
  await ada.context.request.delete(`${site.url}/api/channels/doomed-too`);
  await bea.page.getByText("Your draft is under Unsent messages.", { exact: false }).waitFor();
  await bea.page.getByRole("button", { name: "Go to #general" }).click();
  await bea.page.getByRole("button", { name: /^Unsent messages/ }).click();
  const dialog = bea.page.getByRole("dialog", { name: "Unsent messages" });
  await dialog.getByRole("listitem").filter({ hasText: "as it was to be" }).getByText("#doomed-too").waitFor();
  await dialog.getByRole("button", { name: "Discard" }).click();
  await bea.page.keyboard.press("Escape");
  await bea.openChannel("plans");
});

test("a session that nobody can vouch for costs nothing that is kept; an explicit answer does", async () => {
  const cem = await Someone.open(browser, "Cem", BARE);
  await cem.join(site, "/c/plans");
  await composer(cem).fill("a draft of mine");
  let asked = 0;
  const problem = { status: 503, contentType: "application/problem+json", body: '{"code":"busy","detail":"Later."}' };
  await cem.page.route("**/api/session", (route) => {
    asked++;
    return route.fulfill(problem);
  });
  const [cookie] = await cem.context.cookies();
  const over = await fetch(`${site.url}/api/session`, {
    method: "DELETE",
    headers: { Cookie: `${cookie?.name}=${cookie?.value}` },
  });
  expect(over.status).toBe(204);
  await expect.poll(() => asked, { timeout: 15_000 }).toBeGreaterThan(1);
  const drafts = () => cem.page.evaluate(() => Object.values(localStorage).includes("a draft of mine"));
  expect(await drafts()).toBe(true);
  await cem.page.unroute("**/api/session");
  await cem.page.getByRole("button", { name: "Join again" }).waitFor();
  expect(await drafts()).toBe(false);
  await cem.context.close();
});

test("where the browser stores nothing, drafts last as long as the tab, messages are sent, and the page says so", async () => {
  const dan = await Someone.open(browser, "Dan", BARE);
  await dan.context.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
    IDBFactory.prototype.open = () => {
      throw new DOMException("refused", "UnknownError");
    };
  });
  await dan.join(site, "/c/plans");
  await composer(dan).fill("half a thought");
  await dan.openChannel("other");
  await dan.page.getByRole("alert").filter({ hasText: "doesn't store anything" }).waitFor();
  await dan.openChannel("plans");
  expect(await composer(dan).inputValue()).toBe("half a thought");
  await dan.say("sent all the same");
  await bea.sees("sent all the same");
  await dan.context.close();
});

test("a database that never answers keeps no screen back", async () => {
  const eve = await Someone.open(browser, "Eve", BARE);
  await eve.join(site, "/c/plans");
  await silenceDatabase(eve);
  await eve.page.routeWebSocket(/\/api\//, () => {}); // no server answers either
  await eve.page.goto(`${site.url}/c/plans`);
  await eve.page.getByRole("navigation", { name: "Conversations" }).waitFor();
  await eve.context.close();
});

test("a page that is gone before the database has written a message has not lost it", async () => {
  const fay = await Someone.open(browser, "Fay", BARE);
  await fay.join(site, "/c/plans");
  await silenceDatabase(fay);
  await fay.page.reload();
  const table = await hold(fay.page, /assets\/emoji-.*\.js/); // until then the message waits
  await composer(fay).fill("not yet written :tada:");
  await composer(fay).press("Enter");
  await fay.sees("not yet written :tada:");
  await fay.page.evaluate(() => sessionStorage.setItem("answers", "yes"));
  await fay.page.reload();
  await table.release();
  await bea.sees("not yet written 🎉");
  await fay.allSent();
  expect((await kept(fay, "plans")).filter(({ text }) => text.startsWith("not yet written"))).toHaveLength(1);
  expect(await fay.page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes("outbox")))).toEqual([]);
  await fay.context.close();
});

test("one's own message is never unread, also when one switches in the moment of sending", async () => {
  const count = ada.page
    .getByRole("navigation", { name: "Conversations" })
    .getByRole("link", { name: "#plans", exact: true })
    .locator(".count");
  const told: string[] = [];
  ada.page.on("websocket", (socket) => {
    if (socket.url().includes("/api/directory/socket"))
      socket.on("framereceived", ({ payload }) => told.push(String(payload)));
  });
  await ada.page.reload();
  for (const [round, last] of [
    [1, "sent all the same"],
    [2, "this counts 1"],
  ] as const) {
    await ada.openChannel("plans");
    await ada.sees(last); // what came before is read: it must not be counted beside what follows
    await composer(ada).fill(`sent and gone ${round}`);
    await ada.page.evaluate(() => {
      document.querySelector<HTMLElement>("button.send")?.click();
      document.querySelector<HTMLElement>('nav a[href="/c/other"]')?.click();
    });
    await bea.sees(`sent and gone ${round}`);
    await bea.say(`this counts ${round}`);
    // Only once the feed has told of that message is the count whole: before, the own one could pass for it.
    const newest = await bea.page.evaluate(async () => {
      const { head }: { head: { seq: number } } = await (await fetch("/api/channels/plans/messages")).json();
      return head.seq;
    });
    await expect.poll(() => told.some((frame) => saysOf(frame, "plans") >= newest), { timeout: 10_000 }).toBe(true);
    await expect.poll(async () => (await count.textContent())?.trim()).toBe("1 unread");
  }
  await ada.openChannel("plans");
});

/** The number of the newest message of a channel that a frame of the feed tells, or 0. */
function saysOf(frame: string, channelId: string): number {
  if (!frame.startsWith("{")) return 0; // a heartbeat
  const { type, channels = [] }: { type: string; channels?: { id: string; seq: number }[] } = JSON.parse(frame);
  return type === "activity" ? (channels.find(({ id }) => id === channelId)?.seq ?? 0) : 0;
}

test("a rewrite that was begun is a draft: it is there after a switch, and after a reload", async () => {
  await ada.openChannel("plans");
  await ada.say("first version");
  await ada.allSent();
  await composer(ada).press("ArrowUp");
  const field = () => ada.page.getByRole("textbox", { name: "Edit message" });
  await field().fill("second version, not saved");
  await ada.openChannel("other");
  await ada.openChannel("plans");
  expect(await field().inputValue()).toBe("second version, not saved");
  await ada.comeBack(site, "/c/plans");
  expect(await field().inputValue()).toBe("second version, not saved");
  await field().press("Enter");
  await bea.sees("second version, not saved");
});

test.each([
  ["wide", WIDE],
  ["narrow", NARROW],
])("what was not sent says so in view, with its buttons (%s)", async (_, options) => {
  const eve = await Someone.open(browser, `Eve ${_}`, { ...options, serviceWorkers: "block" });
  await eve.context.routeWebSocket(/\/api\/channels\/.*\/socket/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((data) => {
      const frame: { type?: string; id?: string } = data === "ping" ? {} : JSON.parse(String(data));
      if (frame.type !== "send") return server.send(data);
      const refusal = {
        type: "error",
        code: "invalid_text",
        detail: "This was refused.",
        command: "send",
        id: frame.id,
      };
      socket.send(JSON.stringify(refusal));
    });
  });
  await ada.makeChannel(`full-${_}`);
  for (let n = 0; n < 30; n++) await ada.post(site, `full-${_}`, `line ${n}`);
  await eve.join(site, `/c/full-${_}`);
  await eve.sees("line 29");
  await eve.say("this fails");
  const notice = eve.page.getByRole("alert").filter({ hasText: "Not sent" });
  for (const name of ["Retry", "Discard"]) {
    const button = notice.getByRole("button", { name });
    await button.waitFor();
    const [box, log] = [await button.boundingBox(), await eve.page.getByRole("log").boundingBox()];
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual((log?.y ?? 0) + (log?.height ?? 0));
  }
  // Why is said in the language of now.
  await prefer(eve.page, "language", "de");
  await eve.page.getByRole("alert").filter({ hasText: "Der Text ist nicht verwendbar." }).waitFor();
  await eve.context.close();
});
