/** What makes it personal: direct messages, files, expression, channels with an end, several devices. Two and three people. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Site } from "../site.ts";
import { openBrowser, Someone } from "./people.ts";

const site = new Site();
let browser: Browser;
let ada: Someone;
let bea: Someone;
let cem: Someone;

beforeAll(async () => {
  [browser] = await Promise.all([openBrowser(), site.start()]);
  ada = await Someone.open(browser, "Ada");
  bea = await Someone.open(browser, "Bea");
  cem = await Someone.open(browser, "Cem");
  for (const who of [ada, bea, cem]) await who.join(site);
});

afterAll(async () => {
  await browser?.close();
  await site.clear();
});

function rail(who: Someone) {
  return who.page.getByRole("navigation", { name: "Conversations" });
}

test("Direct messages: found by name, at once in the other's rail with a badge, and a third person has no way in", async () => {
  await ada.openDirect("Bea");
  await ada.page.getByText("The start of your conversation with").waitFor();
  await ada.say("Just between us");
  const link = rail(bea).getByRole("link", { name: "Ada", exact: true });
  await link.locator(".for-you").waitFor();
  await bea.page.waitForFunction(() => document.title.startsWith("(1) "));
  expect(await bea.page.locator('link[rel="icon"]').getAttribute("href")).toBe("/favicon-for-you.svg");
  await link.click();
  await bea.page.getByRole("log", { name: "Messages with Ada" }).waitFor();
  await bea.sees("Just between us");
  await bea.say("Nobody else hears it");
  await ada.sees("Nobody else hears it");

  // Cem neither sees it nor gets in by its address, nor by its id.
  expect(await rail(cem).getByRole("link", { name: "Ada", exact: true }).count()).toBe(0);
  const path = new URL(ada.page.url()).pathname;
  await cem.page.goto(site.url + path);
  await cem.page.getByRole("heading", { name: "You haven't talked to Bea yet" }).waitFor();
  expect(await cem.page.textContent("body")).not.toContain("Just between us");
  await cem.page.goto(`${site.url}/c/general`);
});

test("a direct conversation is found again by either side, also after a rename", async () => {
  await bea.page.getByRole("button", { name: "Settings" }).click();
  await bea.page.getByRole("textbox", { name: "Display name" }).fill("Beatrix");
  await bea.page.getByRole("button", { name: "Change" }).click();
  await bea.page.getByText("Name updated.").waitFor();
  await bea.page.keyboard.press("Escape");
  await rail(ada).getByRole("link", { name: "Beatrix", exact: true }).waitFor();
  await bea.openChannel("general");
  await bea.openDirect("Ada");
  await bea.sees("Just between us");
  await bea.say("renamed and still here");
  await ada.sees("renamed and still here");
});

test("Files: a 9 MiB PNG by paste, with progress; it opens large, and keeps its place", async () => {
  await ada.openChannel("general");
  await bea.openChannel("general");
  const client = await ada.context.newCDPSession(ada.page);
  await client.send("Network.enable");
  const throttle = (bytesPerSecond: number) =>
    client.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: bytesPerSecond,
    });
  await throttle(12 * 1024 * 1024);
  const bytes = await ada.page.evaluate(async () => {
    // Noise does not compress: as many pixels as nine MiB take.
    const [width, height] = [1_500, 2_000];
    const pixels = new Uint8ClampedArray(width * height * 4);
    for (let at = 0; at < pixels.length; at += 65_536) crypto.getRandomValues(pixels.subarray(at, at + 65_536));
    for (let at = 3; at < pixels.length; at += 4) pixels[at] = 255;
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext("2d")?.putImageData(new ImageData(pixels, width, height), 0, 0);
    const blob = await canvas.convertToBlob({ type: "image/png" });
    const seen: number[] = [];
    Object.assign(globalThis, { seen });
    new MutationObserver(() => {
      const value = document.querySelector("progress[max]")?.getAttribute("value");
      if (value) seen.push(Number(value));
    }).observe(document, { subtree: true, childList: true, attributes: true });
    const data = new DataTransfer();
    data.items.add(new File([blob], "noise.png", { type: "image/png" }));
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    return blob.size;
  });
  expect(bytes).toBeGreaterThan(9 * 1024 * 1024);
  expect(bytes).toBeLessThan(10 * 1024 * 1024);
  await ada.page.getByRole("textbox", { name: "Name of noise.png" }).waitFor();
  await ada.page.getByRole("button", { name: "Remove noise.png" }).waitFor();
  const seen = await ada.page.evaluate(() => Reflect.get(globalThis, "seen") as number[]);
  expect(seen.filter((value) => value > 0 && value < 1).length, `progress: ${seen}`).toBeGreaterThan(1);
  await throttle(-1);
  await ada.say("Look at this");
  const picture = bea.message("Look at this").getByRole("button", { name: "Open noise.png" });
  await picture.waitFor();
  const place = await picture.boundingBox();
  expect((place?.width ?? 0) / (place?.height ?? 1)).toBeCloseTo(1_500 / 2_000, 1);
  await bea.page.waitForFunction(
    () => document.querySelector<HTMLImageElement>(".picture img")?.naturalWidth === 1_500,
  );
  expect(await picture.boundingBox()).toEqual(place);
  await picture.click();
  const lightbox = bea.page.getByRole("dialog", { name: "noise.png" });
  await lightbox.getByRole("link", { name: "Download" }).waitFor();
  await bea.page.keyboard.press("Escape");
  await lightbox.waitFor({ state: "detached" });
});

test("Files: an SVG and an HTML page stay inert, wherever they are opened", async () => {
  const script = "<script>window.name = 'ran'; fetch('/api/session', { method: 'DELETE' })</script>";
  await ada.paste("picture.svg", "image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg">${script}</svg>`);
  await ada.paste("page.html", "text/html", `<!doctype html>${script}`);
  await ada.page.getByRole("button", { name: "Remove picture.svg" }).waitFor();
  await ada.page.getByRole("button", { name: "Remove page.html" }).waitFor();
  await ada.page.getByRole("button", { name: "Send" }).click();
  for (const name of ["picture.svg", "page.html"]) {
    const card = bea.page.getByRole("log").getByRole("link", { name });
    await card.waitFor();
    const url = (await card.getAttribute("href")) ?? "";
    const download = bea.page.waitForEvent("download");
    await bea.page.evaluate((address) => void window.open(address), url);
    expect((await download).suggestedFilename()).toBe(name);
  }
  expect(await bea.page.evaluate(() => window.name)).toBe("");
  expect((await bea.context.request.get(`${site.url}/api/session`)).status()).toBe(200);
});

test("Files: picked, taken away while under way, and tried again after the network failed", async () => {
  const client = await ada.context.newCDPSession(ada.page);
  await client.send("Network.enable");
  const network = (offline: boolean, uploadThroughput: number) =>
    client.send("Network.emulateNetworkConditions", { offline, latency: 0, downloadThroughput: -1, uploadThroughput });
  const pick = async (name: string, size: number) => {
    const chooser = ada.page.waitForEvent("filechooser");
    await ada.page.getByRole("button", { name: "Attach files" }).click();
    await (await chooser).setFiles([{ name, mimeType: "text/plain", buffer: Buffer.alloc(size, "x") }]);
  };
  await network(false, 256 * 1024);
  await pick("slow.txt", 4 * 1024 * 1024);
  await ada.page.getByRole("progressbar", { name: "Upload of slow.txt" }).waitFor();
  await ada.page.getByRole("button", { name: "Cancel slow.txt" }).click();
  await ada.page.getByRole("progressbar").waitFor({ state: "detached" });

  await network(true, -1);
  await pick("notes.txt", 100);
  await ada.page.getByRole("alert").getByText("No connection.").waitFor();
  await network(false, -1);
  await ada.page.getByRole("listitem").getByRole("button", { name: "Retry" }).click();
  await ada.page.getByRole("button", { name: "Remove notes.txt" }).waitFor();
  await ada.page.getByRole("textbox", { name: "Name of notes.txt" }).fill("minutes.txt");
  await ada.page.getByRole("textbox", { name: "Name of" }).press("Enter");
  await ada.page.getByRole("button", { name: "Remove minutes.txt" }).waitFor();
  await ada.page.getByRole("button", { name: "Send" }).click();
  await bea.page.getByRole("log").getByRole("link", { name: "minutes.txt" }).waitFor();

  await pick("large.txt", 10 * 1024 * 1024 + 1);
  await ada.page.getByText(/large\.txt: This file is 10\.1 MB\. The limit is 10 MB\./).waitFor();
  expect(await ada.page.getByRole("progressbar").count()).toBe(0);
});

test("Files: a photo loses the place where it was taken, and what is too large for a screen", async () => {
  await ada.page.evaluate(async () => {
    const canvas = new OffscreenCanvas(5_000, 1_000);
    canvas.getContext("2d")?.fillRect(0, 0, 5_000, 500);
    const photo = new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg" })).arrayBuffer());
    const exif = new TextEncoder().encode("Exif\0\0GPSLatitude 48.8584");
    const segment = new Uint8Array([0xff, 0xe1, 0, exif.length + 2, ...exif]);
    const data = new DataTransfer();
    data.items.add(new File([photo.slice(0, 2), segment, photo.slice(2)], "tower.jpg", { type: "image/jpeg" }));
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await ada.page.getByRole("button", { name: "Remove tower.jpg" }).waitFor();
  await ada.say("From the tower");
  const picture = bea.message("From the tower").locator("img");
  await picture.waitFor();
  expect([await picture.getAttribute("width"), await picture.getAttribute("height")]).toEqual(["4096", "819"]);
  const served = await bea.context.request.get(site.url + (await picture.getAttribute("src")));
  expect(served.headers()["content-type"]).toBe("image/jpeg");
  expect((await served.body()).includes("GPSLatitude")).toBe(false);
});

test("Files: words copied with a picture of themselves are words", async () => {
  await ada.page.evaluate(() => {
    const data = new DataTransfer();
    data.setData("text/plain", "a cell");
    data.items.add(new File(["x"], "cell.png", { type: "image/png" }));
    const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
    document.getElementById("composer-text")?.dispatchEvent(event);
    Object.assign(globalThis, { wasTaken: event.defaultPrevented });
  });
  expect(await ada.page.evaluate(() => Reflect.get(globalThis, "wasTaken") as boolean)).toBe(false);
  expect(await ada.page.getByRole("list", { name: "Files to send" }).count()).toBe(0);
});

test("Files: sound and films are played where they are", async () => {
  const policy = (await fetch(site.url)).headers.get("content-security-policy");
  expect(policy).toContain("media-src 'self' blob:");
  const wav = Buffer.from("ID3\u0003\0\0\0\0\0\0", "latin1");
  const frames = Buffer.concat(
    Array.from({ length: 20 }, () => Buffer.from([0xff, 0xfb, 0x90, 0x64, ...Buffer.alloc(413)])),
  );
  const chooser = ada.page.waitForEvent("filechooser");
  await ada.page.getByRole("button", { name: "Attach files" }).click();
  await (await chooser).setFiles([{ name: "song.mp3", mimeType: "audio/mpeg", buffer: Buffer.concat([wav, frames]) }]);
  await ada.page.getByRole("button", { name: "Remove song.mp3" }).waitFor();
  await ada.page.getByRole("button", { name: "Send" }).click();
  const sound = bea.page.locator("audio[aria-label='song.mp3']");
  await sound.waitFor();
  await sound.evaluate((element: HTMLAudioElement) => void element.load());
  await bea.page.waitForFunction(() => (document.querySelector("audio")?.readyState ?? 0) > 0);
});

test("Files: gone with their message, for everybody and at once", async () => {
  const row = bea.message("Look at this");
  const url = (await row.locator("img").getAttribute("src")) ?? "";
  expect((await bea.context.request.get(site.url + url)).status()).toBe(200);
  await ada.choose("Look at this", "Delete message");
  await bea.page.getByText("Message deleted").waitFor();
  expect((await bea.context.request.get(site.url + url)).status()).toBe(404);
  expect(await bea.page.getByRole("button", { name: "Open noise.png" }).count()).toBe(0);
});

test("Expression: reactions, a reply that quotes, a mention that is told, Markdown, emoji by name", async () => {
  await ada.say("Shall we use **bold** words and `code`?");
  const row = bea.page.getByRole("listitem").filter({ hasText: "Shall we use bold words" });
  await row.getByText("bold", { exact: true }).waitFor();
  expect(await row.locator("strong").textContent()).toBe("bold");
  expect(await row.locator("code").textContent()).toBe("code");

  await row.getByRole("button", { name: "Add reaction" }).click();
  await bea.page.getByRole("textbox", { name: "Search emoji" }).fill("tada");
  await bea.page.keyboard.press("Enter");
  const reaction = (who: Someone) => who.page.getByRole("button", { name: "🎉 1" });
  await reaction(ada).waitFor();
  expect(await reaction(bea).getAttribute("aria-pressed")).toBe("true");
  await reaction(ada).click();
  await bea.page.getByRole("button", { name: "🎉 2" }).click();
  await reaction(ada).waitFor();

  await row.getByRole("button", { name: "Reply" }).click();
  await bea.page.getByText("Replying to Ada").waitFor();
  const composer = bea.page.getByRole("textbox", { name: "Message #general" });
  await composer.pressSequentially("Yes, @Ce");
  await bea.page.getByRole("option", { name: "Cem" }).waitFor();
  await composer.press("Tab");
  await composer.pressSequentially("too :tada: ");
  await composer.press("Enter");
  const answer = cem.page.getByRole("listitem").filter({ hasText: "Yes, @Cem too 🎉" });
  await answer.waitFor();
  expect(await answer.getAttribute("class")).toContain("for-you");
  await composer.pressSequentially("so ");
  await bea.page.getByRole("button", { name: "Add emoji" }).click();
  await bea.page.getByRole("textbox", { name: "Search emoji" }).fill("thumbsup");
  await bea.page.keyboard.press("Enter");
  await bea.page.getByRole("dialog").waitFor({ state: "detached" });
  await bea.page.keyboard.type(" be it");
  expect(await composer.inputValue()).toBe("so 👍 be it");
  await composer.fill("");
  await answer.getByRole("button", { name: /Ada.*Shall we use bold words/ }).click();
  await cem.page.locator(".message.flashed").filter({ hasText: "Shall we use bold words" }).waitFor();

  // A mention elsewhere: a badge in the rail of the one who is mentioned, and of nobody else.
  await ada.makeChannel("elsewhere");
  await ada.say("@Cem, are you there?");
  await rail(cem).getByRole("link", { name: "#elsewhere", exact: true }).locator(".for-you").waitFor();
  const others = rail(bea).getByRole("link", { name: "#elsewhere", exact: true });
  await others.waitFor();
  expect(await others.locator(".for-you").count()).toBe(0);
});

test("New messages: a line where they begin, gone with Esc; a link to a message leads to it", async () => {
  await bea.openChannel("elsewhere");
  await bea.sees("@Cem, are you there?");
  await bea.openChannel("general");
  for (const text of ["one", "two", "three"]) await ada.say(text);
  const count = rail(bea).getByRole("link", { name: "#elsewhere", exact: true }).locator(".count");
  await count.getByText("3").waitFor();
  await bea.openChannel("elsewhere");
  await bea.message("one").getByText("New messages").waitFor();
  await bea.page.keyboard.press("Escape");
  await bea.page.getByText("New messages").waitFor({ state: "detached" });
  await bea.page.goto(`${site.url}/c/elsewhere?m=2`);
  await bea.page.locator(".message.flashed").filter({ hasText: "one" }).waitFor();
});

test("Two tabs in step: read in one is read in the other, drafts and theme too", async () => {
  const second = await bea.context.newPage();
  await second.goto(`${site.url}/c/general`);
  await ada.say("counted in both");
  const inSecond = second.getByRole("link", { name: "#elsewhere", exact: true });
  await bea.page.bringToFront();
  await bea.openChannel("general");
  await ada.say("and this");
  const inFirst = rail(bea).getByRole("link", { name: "#elsewhere", exact: true });
  await inFirst.locator(".count").waitFor();
  await inSecond.locator(".count").waitFor();
  await inFirst.click();
  await bea.sees("and this");
  await inSecond.locator(".count").waitFor({ state: "detached" });
  await bea.page.getByRole("textbox", { name: "Message #elsewhere" }).fill("half a thought");
  await inSecond.locator("svg").waitFor();
  await bea.page.getByRole("textbox", { name: "Message #elsewhere" }).fill("");
  await inSecond.locator("svg").waitFor({ state: "detached" });
  await bea.openSettings("Look");
  await bea.page.getByRole("radio", { name: "Dark" }).click();
  await second.waitForFunction(() => document.documentElement.dataset["theme"] === "dark");
  await bea.page.getByRole("radio", { name: "System" }).click();
  await bea.page.keyboard.press("Escape");
  await second.close();
});

test("Channels: its creator sets a topic and deletes it; who was in it is told, and a successor begins empty", async () => {
  const details = (who: Someone) => who.page.getByRole("button", { name: "Details", exact: true });
  await details(bea).click();
  await bea.page.getByRole("tab", { name: "About" }).waitFor();
  expect(await bea.page.getByRole("button", { name: /topic/ }).count()).toBe(0);
  await details(bea).click();
  await details(ada).click();
  await ada.page.getByRole("button", { name: "Add a topic" }).click();
  await ada.page.getByRole("textbox", { name: "Topic" }).fill("Where else");
  await ada.page.getByRole("button", { name: "Save", exact: true }).click();
  await bea.page.getByText("Where else").waitFor();

  await ada.page.getByRole("button", { name: "Delete channel" }).click();
  const button = ada.page.getByRole("dialog").getByRole("button", { name: "Delete channel" });
  expect(await button.isDisabled()).toBe(true);
  await ada.page.getByRole("textbox", { name: /Type elsewhere/ }).fill("elsewhere");
  await button.click();
  await bea.page.getByRole("heading", { name: "#elsewhere was deleted" }).waitFor();
  await bea.page.getByRole("button", { name: "Go to #general" }).click();
  await bea.page.getByRole("log", { name: "Messages in #general" }).waitFor();
  expect(await rail(bea).getByRole("link", { name: "#elsewhere", exact: true }).count()).toBe(0);
  await bea.makeChannel("elsewhere");
  await bea.page.getByText("This is the start of #elsewhere").waitFor();
  await ada.page.getByRole("log", { name: "Messages in #general" }).waitFor();
  await ada.openChannel("elsewhere");
  await ada.page.getByText("This is the start of #elsewhere").waitFor();
});

test("an address that writes a channel's name in another way leads there", async () => {
  await ada.page.goto(`${site.url}/c/ELSEWHERE`);
  await ada.page.getByRole("log", { name: "Messages in #elsewhere", exact: true }).waitFor();
  expect(new URL(ada.page.url()).pathname).toBe("/c/elsewhere");
});

test("Several devices: a link opened on another one makes it the same person, once", async () => {
  await ada.page.getByRole("button", { name: "Settings" }).click();
  await ada.page.getByRole("button", { name: "Use on another device" }).click();
  await ada.page.getByRole("img", { name: "The link as a QR code" }).waitFor();
  const url = await ada.page.getByRole("textbox", { name: "Link for another device" }).inputValue();
  await ada.page.keyboard.press("Escape"); // back to the settings
  await ada.page.getByRole("dialog", { name: "Settings" }).waitFor();
  await ada.page.keyboard.press("Escape");

  const phone = await Someone.open(browser, "Ada");
  await phone.page.goto(url);
  await phone.page.getByRole("textbox", { name: /^Message / }).waitFor();
  await rail(phone).getByText("Ada").first().waitFor();
  expect(phone.page.url()).not.toContain("link=");
  await rail(phone).getByRole("link", { name: "Beatrix", exact: true }).click();
  await phone.sees("Just between us");
  await phone.say("from my other device");
  await bea.openDirect("Ada");
  await bea.sees("from my other device");

  const late = await Someone.open(browser, "Nobody");
  await late.page.goto(url);
  await late.page.getByRole("textbox", { name: "Display name" }).waitFor();
  await late.context.close();

  await ada.page.getByRole("button", { name: "Settings" }).click();
  await ada.page.getByRole("button", { name: "Sign out" }).click();
  await ada.page.getByText("You'll stay signed in elsewhere.", { exact: false }).waitFor();
  await ada.page.getByRole("button", { name: "Sign out" }).click();
  await ada.page.getByRole("textbox", { name: "Display name" }).waitFor();
  await phone.say("still myself");
  await bea.sees("still myself");
  await phone.context.close();
});

test("a private site asks for its code, and says when it is wrong", async () => {
  const privateSite = new Site(["ACCESS_CODE:sesame", "SITE_NAME:The Cave"]);
  await privateSite.start();
  try {
    const dov = await Someone.open(browser, "Dov");
    await dov.page.goto(privateSite.url);
    await dov.page.getByRole("heading", { name: "The Cave" }).waitFor();
    await dov.page.getByRole("textbox", { name: "Display name" }).fill("Dov");
    const code = dov.page.getByLabel("Access code");
    await code.fill("open");
    await dov.page.getByRole("button", { name: "Join" }).click();
    await dov.page.getByText("Wrong access code. Ask the person who invited you.").waitFor();
    await code.fill("sesame");
    await dov.page.getByRole("button", { name: "Join" }).click();
    await dov.page.getByRole("textbox", { name: "Message #general" }).waitFor();
    await dov.context.close();
  } finally {
    await privateSite.clear();
  }
});

test("nothing was complained about along the way", () => {
  expect([ada, bea, cem].flatMap(({ complaints }) => complaints)).toEqual([]);
});
