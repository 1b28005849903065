/** Writing: one field for messages and rewrites, that never changes unasked what was typed, and that any keyboard can use. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Site } from "../site.ts";
import { openBrowser, Someone, WIDE } from "./people.ts";

const BARE = { ...WIDE, serviceWorkers: "block" } as const;
const site = new Site();
let browser: Browser;
let ada: Someone;
let bea: Someone;

const composer = ({ page }: Someone) => page.getByRole("textbox", { name: /^Message / });

beforeAll(async () => {
  [browser] = await Promise.all([openBrowser(), site.start()]);
  [ada, bea] = await Promise.all([Someone.open(browser, "Ada", BARE), Someone.open(browser, "José 田中", BARE)]);
  await ada.join(site);
  await ada.makeChannel("plans");
  await bea.join(site, "/c/plans");
  await bea.say("hello");
  await ada.sees("hello");
});

afterAll(async () => {
  await browser?.close();
  await site.clear();
});

/** A key as another layout gives it. Runs where the focus is. */
async function press(page: Page, key: string, code: string): Promise<void> {
  await page.evaluate(
    ([pressed, place]) => {
      const about = { key: pressed, code: place, ctrlKey: true, bubbles: true, cancelable: true };
      document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", about));
    },
    [key, code] as const,
  );
}

describe("in the field", () => {
  test("Ctrl Z takes back what a shortcut, a suggestion or an emoji has put there", async () => {
    const field = composer(ada);
    await field.pressSequentially("make it bold");
    await field.press("Shift+Control+ArrowLeft");
    await field.press("Control+b");
    expect(await field.inputValue()).toBe("make it **bold**");
    await field.press("Control+z");
    expect(await field.inputValue()).toBe("make it bold");
    await field.press("End");
    await field.pressSequentially(" @jos");
    await ada.page.getByRole("option", { name: "José 田中" }).waitFor();
    await field.press("Tab");
    expect(await field.inputValue()).toBe("make it bold @José 田中 ");
    await field.press("Control+z");
    expect(await field.inputValue()).toBe("make it bold @jos");
    await field.press("Escape");
    await ada.page.getByRole("button", { name: "Add emoji" }).click();
    await ada.page.getByRole("dialog", { name: "Emoji" }).getByRole("button").first().click();
    expect(await field.inputValue()).not.toBe("make it bold @jos");
    await field.press("Control+z");
    expect(await field.inputValue()).toBe("make it bold @jos");
    await field.fill("");
  });

  test("shortcuts stay in their places on a Cyrillic layout, while writing and while editing", async () => {
    const field = composer(ada);
    await field.fill("слово");
    await field.selectText();
    await press(ada.page, "и", "KeyB");
    expect(await field.inputValue()).toBe("**слово**");
    await field.fill("");
    await press(ada.page, "л", "KeyK");
    await ada.page.getByRole("dialog").waitFor();
    await ada.page.keyboard.press("Escape");
    await ada.say("before");
    await ada.allSent();
    await field.press("ArrowUp");
    const edited = ada.page.getByRole("textbox", { name: "Edit message" });
    await edited.selectText();
    await press(ada.page, "у", "KeyE");
    expect(await edited.inputValue()).toBe("`before`");
    await press(ada.page, "л", "KeyK");
    await ada.page.getByRole("dialog").waitFor();
    await ada.page.keyboard.press("Escape");
    await ada.page.getByRole("button", { name: "Cancel" }).click();
  });

  test("a suggestion opens beside a script without spaces and for a full-width sign, also while editing", async () => {
    const field = composer(ada);
    const option = ada.page.getByRole("option", { name: "José 田中" });
    for (const typed of ["こんにちは@田中", "＠田中", "hi @JOSE"]) {
      await field.fill("");
      await field.pressSequentially(typed);
      await option.waitFor();
      await field.press("Escape");
    }
    await field.fill("");
    await ada.say("for whom");
    await ada.allSent();
    await field.press("ArrowUp");
    const edited = ada.page.getByRole("textbox", { name: "Edit message" });
    await edited.pressSequentially(" @jos");
    await option.waitFor();
    await edited.press("Tab");
    await edited.press("Enter");
    await bea.page.getByRole("log").locator(".mention.you").last().waitFor();
  });

  test("people are suggested before the table of emoji is there", async () => {
    const page = await ada.context.newPage();
    await page.route(/assets\/emoji-.*\.js/, (route) => route.abort());
    await page.goto(`${site.url}/c/plans`);
    const field = page.getByRole("textbox", { name: "Message #plans" });
    await field.pressSequentially("@jo");
    await page.getByRole("option", { name: "José 田中" }).waitFor();
    await field.fill("");
    await page.close();
  });

  test("a text that is too long can be sent as a file", async () => {
    await composer(ada).fill("word ".repeat(900));
    await ada.page.getByText(/characters too many/).waitFor();
    await ada.page.getByRole("button", { name: "Send as a file" }).click();
    expect(await composer(ada).inputValue()).toBe("");
    await ada.page.locator(".tile .tile-state").getByText(/kB/).waitFor();
    await ada.page.getByRole("button", { name: "Send", exact: true }).click();
    await bea.page.getByRole("log").getByText("message.txt").waitFor();
  });
});

describe("what is pasted and dropped", () => {
  /** Drops something on the composer. Says whether the page took it over. */
  const drop = (build: string) =>
    ada.page.evaluate((code) => {
      const data = new DataTransfer();
      new Function("data", code)(data);
      const event = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
      document.querySelector("#composer-text")?.dispatchEvent(event);
      return event.defaultPrevented;
    }, build);

  test("words that are dragged are the field's, files are the message's", async () => {
    expect(await drop('data.setData("text/plain", "dragged words")')).toBe(false);
    expect(await drop('data.items.add(new File(["x"], "plan.txt", { type: "text/plain" }))')).toBe(true);
    await ada.page.getByRole("textbox", { name: "Name of plan.txt" }).waitFor();
    await ada.page.getByRole("button", { name: "Remove plan.txt" }).click();
  });

  test("a file that is pasted with its name as words is the file", async () => {
    await ada.page.evaluate(() => {
      const data = new DataTransfer();
      data.items.add(new File(["x"], "notes.txt", { type: "text/plain" }));
      data.setData("text/plain", "notes.txt");
      document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    });
    await ada.page.getByRole("button", { name: "Remove notes.txt" }).click();
  });
});

describe("a draft", () => {
  test("keeps its files and what it replies to over a reload", async () => {
    await ada.openChannel("plans");
    await ada.page.locator("input[type=file]").setInputFiles({
      name: "kept.txt",
      mimeType: "text/plain",
      buffer: Buffer.from("words of a file"),
    });
    await ada.page.getByRole("button", { name: "Remove kept.txt" }).waitFor();
    await ada.act("hello");
    await ada.message("hello").getByRole("button", { name: "Reply" }).click();
    await composer(ada).fill("half a thought");
    await ada.comeBack(site, "/c/plans");
    await ada.page.getByRole("button", { name: "Remove kept.txt" }).waitFor();
    await ada.page.getByText("Replying to José 田中").waitFor();
    expect(await composer(ada).inputValue()).toBe("half a thought");
    await ada.page.getByRole("button", { name: "Send", exact: true }).click();
    await bea.sees("half a thought");
    await bea.message("half a thought").getByText("kept.txt").waitFor();
    await bea.message("half a thought").locator(".quote").waitFor();
    await ada.allSent();
    await ada.comeBack(site, "/c/plans");
    await ada.sees("half a thought");
    expect(await ada.page.locator(".tile").count()).toBe(0);
  });
});

describe("the list", () => {
  test("several messages are copied by author, time and text, one as it is marked", async () => {
    await ada.isReady();
    await ada.say("first of two");
    await ada.say("second **of two**");
    await ada.allSent();
    const copied = await ada.page.evaluate(() => {
      const rows = [...document.querySelectorAll("[role=log] li.message")].slice(-2);
      const range = document.createRange();
      range.setStart(rows[0] as Node, 0);
      range.setEndAfter(rows[1] as Node);
      document.getSelection()?.removeAllRanges();
      document.getSelection()?.addRange(range);
      const data = new DataTransfer();
      rows[0]?.dispatchEvent(new ClipboardEvent("copy", { clipboardData: data, bubbles: true, cancelable: true }));
      return data.getData("text/plain");
    });
    expect(copied).toMatch(/^Ada, [^\n]+\nfirst of two\n\nAda, [^\n]+\nsecond \*\*of two\*\*$/);
  });

  test("the reader stays where they are when the window becomes narrower or wider", async () => {
    for (let n = 0; n < 40; n++) await bea.post(site, "plans", `line ${n} ${"with many words that wrap ".repeat(8)}`);
    await ada.page.getByText(/^line 39 /).waitFor();
    const log = ada.page.getByRole("log");
    await log.evaluate((list) => {
      list.scrollTop = list.scrollHeight / 2;
    });
    const top = () =>
      log.evaluate((list) => {
        const edge = list.getBoundingClientRect().top;
        const row = [...list.querySelectorAll("li.message")].find((one) => one.getBoundingClientRect().bottom > edge);
        return { id: row?.id, offset: Math.round((row?.getBoundingClientRect().top ?? 0) - edge) };
      });
    await expect.poll(async () => (await top()).id).not.toBeUndefined();
    const before = await top();
    for (const width of [700, 1280, 500, 1280]) {
      await ada.page.setViewportSize({ width, height: 800 });
      await expect.poll(async () => (await top()).id).toBe(before.id);
    }
    expect(Math.abs((await top()).offset - before.offset)).toBeLessThan(6);
  });

  test("a message shows the name its author has now", async () => {
    await bea.page.getByRole("button", { name: "Settings" }).click();
    await bea.page.getByRole("textbox", { name: "Display name" }).fill("Bea");
    await bea.page.getByRole("button", { name: "Change", exact: true }).click();
    await ada.page.getByRole("log").locator(".author").getByText("Bea", { exact: true }).first().waitFor();
    expect(await ada.page.getByRole("log").getByText("José 田中", { exact: true }).count()).toBe(0);
  });
});
