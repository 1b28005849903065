/** What is typed is what is sent, and what is sent is what is shown: addresses, emphasis, completion, input methods, keys of a Mac. */
import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Site } from "../site.ts";
import { NARROW, openBrowser, Someone, WIDE } from "./people.ts";

const site = new Site();
let browser: Browser;
let ada: Someone;
let bea: Someone;
let channels = 0;

beforeAll(async () => {
  [browser] = await Promise.all([openBrowser(), site.start()]);
  [ada, bea] = await Promise.all([Someone.open(browser, "Ada"), Someone.open(browser, "Bea")]);
  await ada.join(site);
  await bea.join(site, "/c/general");
});

afterAll(async () => {
  await browser?.close();
  await site.clear();
});

function composer({ page }: Someone) {
  return page.getByRole("textbox", { name: /^Message / });
}

/** A channel of its own for one test, made by somebody else: one person makes only so many. */
async function room(): Promise<string> {
  channels++;
  const name = `text-${channels}`;
  const signedIn = await fetch(`${site.url}/api/session`, {
    method: "POST",
    body: JSON.stringify({ name: `Maker ${channels}` }),
  });
  const headers = { Cookie: signedIn.headers.get("set-cookie")?.split(";")[0] ?? "" };
  const made = await fetch(`${site.url}/api/channels`, { method: "POST", headers, body: JSON.stringify({ name }) });
  if (made.status !== 201) throw new Error(`no channel: ${await made.text()}`);
  await ada.openChannel(name);
  return name;
}

/** Posts a text and says how it is shown: its words, and each of some elements in it. */
async function shown(channel: string, text: string, selector: string) {
  const id = await ada.post(site, channel, text);
  const row = ada.page.locator(`#message-${id} .text`);
  await row.waitFor();
  const parts = await row.locator(selector).evaluateAll((found) => {
    return found.map((one) =>
      one instanceof HTMLAnchorElement ? [one.getAttribute("href"), one.textContent] : one.textContent,
    );
  });
  return { words: await row.textContent(), parts };
}

describe("addresses", () => {
  const A = "https://example.com/a";
  test.each([
    [`${A}。次の文`, A],
    [`（${A}）`, A],
    [`${A}，第二`, A],
    [`“${A}”`, A],
    [`${A}…`, A],
    [`${A}؟ نعم`, A],
    [`${A}، ثم`, A],
    [`«${A}»`, A],
    [`「${A}」と`, A],
    [`${A}। अगला`, A],
    [`${A}... and`, A],
    [`(${A})`, A],
    [`${A}'s`, `${A}'s`],
    [`**${A}**です`, A],
    [`~~${A}~~は`, A],
    [`\u2066${A}\u2069 نعم`, A],
    [`${A}—and more`, A],
    ["https://example.com/wiki/L’Équipe", "https://example.com/wiki/L’Équipe"],
    ["https://example.com/wiki/Paral·lel.", "https://example.com/wiki/Paral·lel"],
    ["https://example.com/?q=*", "https://example.com/?q=*"],
    ["<https://example.com/?q=*>", "https://example.com/?q=*"],
    ["<https://example.com/a.>", "https://example.com/a."],
    ["http://[::1]", "http://[::1]"],
    ["http://[2001:db8::1]:8080/x.", "http://[2001:db8::1]:8080/x"],
    ["https://example.com/wiki/Foo_(bar)", "https://example.com/wiki/Foo_(bar)"],
    ["(https://example.com/wiki/Foo_(bar)).", "https://example.com/wiki/Foo_(bar)"],
    ["https://zh.example.org/wiki/苹果（公司）", "https://zh.example.org/wiki/苹果（公司）"],
    [`**${A}**`, A],
    [`*see ${A}*`, A],
    [`~~${A}~~ gone`, A],
  ])("%s", async (text, href) => {
    const channel = "general";
    const { parts } = await shown(channel, text, "a");
    expect(parts).toEqual([[href, href]]);
  });

  test.each([
    ["[label](https://example.com/wiki/Foo_(bar))", "https://example.com/wiki/Foo_(bar)", "label"],
    ["[a [b] c](https://example.com/x)", "https://example.com/x", "a [b] c"],
    ["([label](https://example.com/x))", "https://example.com/x", "label"],
    ["[label](<https://example.com/a)b>)", "https://example.com/a)b", "label"],
    ["[**a** (b)](https://example.com/?(x)[y])", "https://example.com/?(x)[y]", "a (b)"],
  ])("%s", async (text, href, label) => {
    const { parts, words } = await shown("general", text, "a");
    expect(parts).toEqual([[href, label]]);
    expect(words).not.toContain("](");
  });

  test("one of this site is gone to in place", async () => {
    const channel = await room();
    await ada.openChannel("general");
    await shown("general", `see ${site.url}/c/${channel}?m=1`, "a");
    await ada.page
      .getByRole("log")
      .getByRole("link", { name: `/c/${channel}?m=1` })
      .click();
    await ada.page.getByRole("heading", { name: `#${channel}`, exact: true }).waitFor();
    expect(ada.context.pages()).toHaveLength(1);
    await ada.openChannel("general");
    const other = ada.page.getByRole("log").getByRole("link", { name: "https://example.com/a", exact: true });
    expect(await other.first().getAttribute("target")).toBe("_blank");
  });
});

describe("emphasis opens and closes as CommonMark has it", () => {
  test.each([
    ["***both***", ["both"], ["both"]],
    ["***a** b*", ["a"], ["a b"]],
    ["**a *b***", ["a b"], ["b"]],
    ["*a **b***", ["b"], ["a b"]],
    ["**bold**text", ["bold"], []],
    ["これは**太字**です", ["太字"], []],
    ["これは**「引用」**です", ["「引用」"], []],
    ["**“quoted”**, then", ["“quoted”"], []],
    ["snake_case_name 2*3*4 __init__", ["init"], []],
    ["a * b * c and 10~20, 30~40", [], []],
    ["**not closed", [], []],
    ["**https://example.com/x** and *https://example.com/y*", ["https://example.com/x"], ["https://example.com/y"]],
  ])("%s", async (text, bold, italic) => {
    expect((await shown("general", text, "strong")).parts).toEqual(bold);
    expect((await shown("general", text, "em")).parts).toEqual(italic);
  });
});

test("a word of code that is longer than the line can be read to its end, on a phone too", async () => {
  const token = `start-${"x".repeat(188)}-end`;
  const eve = await Someone.open(browser, "Eve", NARROW);
  await eve.join(site, "/c/general");
  for (const text of [`the token is \`${token}\` today`, `\`\`\`\n${token}\n\`\`\``]) {
    const id = await eve.post(site, "general", text);
    const code = eve.page.locator(`#message-${id} code`);
    await code.waitFor();
    expect(await code.textContent()).toBe(token);
    const right = await code.evaluate((element) => {
      // A block scrolls in a box of its own.
      const box = element.closest("pre");
      if (box) box.scrollLeft = box.scrollWidth;
      const range = document.createRange();
      range.selectNodeContents(element);
      return range.getBoundingClientRect().right;
    });
    const log = await eve.page.getByRole("log").boundingBox();
    expect(right).toBeLessThanOrEqual((log?.x ?? 0) + (log?.width ?? 0));
  }
  // Its lines can be wrapped instead.
  const block = eve.page.locator(".code-block").last();
  await block.getByRole("button", { name: "Wrap lines" }).tap();
  const isWrapped = () => block.locator("pre").evaluate((box) => box.scrollWidth <= box.clientWidth);
  await expect.poll(isWrapped).toBe(true);
  await eve.context.close();
});

describe("what was typed is what is sent", () => {
  test.each([
    ["ok :dd", true],
    ["ok :-p", true],
    ["ok :-D", false],
    ["hello @Be", true],
    ["look at #gen", true],
    ["see #text", false],
  ])("%s, then Enter", async (typed, hasSuggestions) => {
    const channel = await room();
    await composer(ada).pressSequentially(typed);
    if (hasSuggestions)
      await ada.page.getByRole("listbox", { name: "Suggestions" }).getByRole("option").first().waitFor();
    await composer(ada).press("Enter");
    await ada.sees(typed);
    const [message] = (await (await ada.context.request.get(`${site.url}/api/channels/${channel}/messages`)).json())
      .messages;
    expect(message.text).toBe(typed);
  });

  test("Tab takes the first suggestion, and Enter the one that an arrow has chosen", async () => {
    await room();
    const options = ada.page.getByRole("listbox", { name: "Suggestions" }).getByRole("option");
    await composer(ada).pressSequentially("hi @Be");
    await options.first().waitFor();
    await composer(ada).press("Tab");
    expect(await composer(ada).inputValue()).toBe("hi @Bea ");
    await composer(ada).pressSequentially("in #gen");
    await options.first().waitFor();
    await composer(ada).press("ArrowDown");
    await composer(ada).press("Enter");
    expect(await composer(ada).inputValue()).toBe("hi @Bea in #general ");
    await composer(ada).fill("");
  });

  test("the limit counts what is sent: shortcodes are short, mentions long; over it the field says by how much", async () => {
    const channel = await room();
    const button = ada.page.getByRole("button", { name: "Send", exact: true });
    await composer(ada).fill(":heart_eyes_cat:".repeat(300));
    await expect.poll(() => button.isEnabled()).toBe(true);
    await button.click();
    await ada.sees("😻".repeat(300));
    await composer(ada).fill(`${"@Bea ".repeat(10)}${"x".repeat(3_900)}`);
    await ada.page.getByText(/characters too many/).waitFor();
    expect(await button.isDisabled()).toBe(true);
    await composer(ada).press("Enter");
    expect(await composer(ada).inputValue()).toContain("@Bea @Bea");
    await composer(ada).fill("");
    const { messages } = await (await ada.context.request.get(`${site.url}/api/channels/${channel}/messages`)).json();
    expect(messages).toHaveLength(1);
  });
});

describe("while an input method composes, Esc, Enter and arrows are its own", () => {
  /** A key as the page sees it while something is being composed. */
  async function keyWhileComposing(key: string): Promise<void> {
    const cdp = await ada.context.newCDPSession(ada.page);
    await cdp.send("Input.imeSetComposition", { text: "に", selectionStart: 1, selectionEnd: 1 });
    await ada.page.evaluate((pressed) => {
      const about = { key: pressed, isComposing: true, bubbles: true, cancelable: true };
      document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", about));
    }, key);
    await cdp.send("Input.imeSetComposition", { text: "", selectionStart: 0, selectionEnd: 0 });
    await cdp.detach();
  }

  test("in the composer and its suggestions", async () => {
    await room();
    await composer(ada).pressSequentially("hi @Be");
    const options = ada.page.getByRole("listbox", { name: "Suggestions" }).getByRole("option");
    await options.first().waitFor();
    for (const key of ["Tab", "Enter", "ArrowUp", "Escape"]) await keyWhileComposing(key);
    expect(await composer(ada).inputValue()).toBe("hi @Be");
    await composer(ada).fill("");
  });

  test("in the field a message is edited in", async () => {
    await room();
    await ada.say("as it was");
    await ada.allSent();
    await composer(ada).press("ArrowUp");
    const field = ada.page.getByRole("textbox", { name: "Edit message" });
    await field.fill("as it is to be");
    for (const key of ["Escape", "Enter", "ArrowUp"]) await keyWhileComposing(key);
    expect(await field.inputValue()).toBe("as it is to be");
    await field.press("Escape");
  });

  test("in the search and in the emoji picker", async () => {
    await ada.page.keyboard.press("Control+k");
    const search = ada.page.getByRole("searchbox", { name: "Search" });
    await search.fill("ne");
    const chosen = () => search.getAttribute("aria-activedescendant");
    await expect.poll(chosen).not.toBeNull();
    const first = await chosen();
    await arrowDown(search, true);
    expect(await chosen()).toBe(first);
    await arrowDown(search, false); // without a composition it does choose another
    await expect.poll(chosen).not.toBe(first);
    await ada.page.keyboard.press("Escape");
    await ada.page.getByRole("button", { name: "Add emoji" }).click();
    const find = ada.page.getByRole("textbox", { name: "Search emoji" });
    await find.fill("heart");
    await ada.page.locator(".picker-list button").first().waitFor();
    const isHere = () => find.evaluate((field) => field === document.activeElement);
    await arrowDown(find, true);
    expect(await isHere()).toBe(true);
    await arrowDown(find, false);
    await expect.poll(isHere).toBe(false);
    await ada.page.keyboard.press("Escape");
  });

  /** A key as a field hears of it, within a composition or not; what the field holds stays. */
  function arrowDown(field: Locator, isComposing: boolean): Promise<void> {
    return field.evaluate((element, composing) => {
      const about = { key: "ArrowDown", isComposing: composing, bubbles: true, cancelable: true };
      element.dispatchEvent(new KeyboardEvent("keydown", about));
    }, isComposing);
  }
});

test("marks that are stacked on a letter paint over no other row", async () => {
  const stacked = `a${"\u0301".repeat(300)}`;
  await ada.say("the row above");
  await ada.say(stacked);
  await ada.allSent();
  const rows = ada.page.getByRole("log").locator("li.message");
  const above = await rows.nth(-2).boundingBox();
  const clip = { x: (above?.x ?? 0) + 60, y: above?.y ?? 0, width: 200, height: (above?.height ?? 0) - 4 }; // less the margin of the clip
  const withMarks = await ada.page.screenshot({ clip });
  await rows.last().evaluate((row) => {
    if (row instanceof HTMLElement) row.style.visibility = "hidden";
  });
  expect(withMarks.equals(await ada.page.screenshot({ clip }))).toBe(true);
  await rows.last().evaluate((row) => {
    if (row instanceof HTMLElement) row.style.visibility = "";
  });
});

test("on a Mac ⌘ gives commands, and Ctrl is the system's", async () => {
  const mac = await Someone.open(browser, "Mac", WIDE);
  await mac.context.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, "platform", { get: () => "MacIntel" });
    Object.defineProperty(Navigator.prototype, "userAgentData", { get: () => ({ platform: "macOS" }) });
  });
  await mac.join(site, "/c/general");
  const field = composer(mac);
  await field.fill("word");
  for (const key of ["b", "e", "k"]) {
    const isTaken = await field.evaluate((element, pressed) => {
      const about = { key: pressed, ctrlKey: true, bubbles: true, cancelable: true };
      return !element.dispatchEvent(new KeyboardEvent("keydown", about));
    }, key);
    expect(isTaken, `Ctrl ${key}`).toBe(false);
  }
  expect(await field.inputValue()).toBe("word");
  await field.selectText();
  await field.press("Meta+b");
  expect(await field.inputValue()).toBe("**word**");
  await field.press("Meta+k");
  await mac.page.getByRole("dialog").waitFor();
  await mac.context.close();
});
