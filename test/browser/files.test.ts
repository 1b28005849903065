/** Files: where they were taken stays on the device, what cannot be read goes as it is, and what is sound is heard. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Site } from "../site.ts";
import { openBrowser, Someone, WIDE } from "./people.ts";

const BARE = { ...WIDE, serviceWorkers: "block" } as const;
const site = new Site();
let browser: Browser;
let ada: Someone;
let bea: Someone;

beforeAll(async () => {
  [browser] = await Promise.all([openBrowser(), site.start()]);
  [ada, bea] = await Promise.all([Someone.open(browser, "Ada", BARE), Someone.open(browser, "Bea", BARE)]);
  await ada.join(site);
  await ada.makeChannel("files");
  await bea.join(site, "/c/files");
});

afterAll(async () => {
  await browser?.close();
  await site.clear();
});

/** Bytes of a picture that the browser draws. */
async function picture(type: string): Promise<Buffer> {
  const bytes = await ada.page.evaluate(async (wanted) => {
    const canvas = new OffscreenCanvas(64, 48);
    const context = canvas.getContext("2d");
    if (context) context.fillStyle = "teal";
    context?.fillRect(8, 8, 40, 30);
    return [...new Uint8Array(await (await canvas.convertToBlob({ type: wanted })).arrayBuffer())];
  }, type);
  return Buffer.from(bytes);
}

/** With facts in it that name a place, as a camera writes them: an APP1 segment, or an eXIf chunk. */
function withPlace(bytes: Buffer, type: string): Buffer {
  const place = Buffer.from("Exif\0\0II*\0GPS 48.8577 2.2950");
  if (type === "image/jpeg") {
    const head = Buffer.from([0xff, 0xe1, 0, place.length + 2]);
    return Buffer.concat([bytes.subarray(0, 2), head, place, bytes.subarray(2)]);
  }
  const size = Buffer.alloc(4);
  size.writeUInt32BE(place.length);
  return Buffer.concat([bytes.subarray(0, 33), size, Buffer.from("eXIf"), place, Buffer.alloc(4), bytes.subarray(33)]);
}

/** A film of two boxes: what it is, and facts with a place. */
function film(): Buffer {
  const box = (type: string, ...content: readonly Buffer[]) => {
    const size = Buffer.alloc(4);
    size.writeUInt32BE(8 + content.reduce((sum, one) => sum + one.length, 0));
    return Buffer.concat([size, Buffer.from(type, "latin1"), ...content]);
  };
  const place = Buffer.concat([Buffer.from([0, 18, 0, 0]), Buffer.from("+48.8577+002.2950/")]);
  return Buffer.concat([
    box("ftyp", Buffer.from("isomxxxxisomiso2mp41")),
    box("moov", box("udta", box("\xa9xyz", place))),
    box("mdat", Buffer.from("+48.8577+002.2950/ is no fact here")),
  ]);
}

async function send(name: string, mimeType: string, buffer: Buffer): Promise<void> {
  await ada.page.locator("input[type=file]").setInputFiles({ name, mimeType, buffer });
  await ada.page.locator(".tile .tile-state:not(.failure)").waitFor();
}

/** The bytes of the newest file in the channel, as others get them. */
async function received(): Promise<{ bytes: Buffer; type: string; name: string }> {
  await ada.page.getByRole("button", { name: "Send", exact: true }).click();
  await ada.allSent();
  const answer = await bea.context.request.get(`${site.url}/api/channels/files/messages`);
  const { messages } = await answer.json();
  const file = messages.at(-1).attachments.at(-1);
  return { bytes: await (await bea.context.request.get(site.url + file.url)).body(), type: file.type, name: file.name };
}

describe("where a picture was taken stays on the device", () => {
  test.each(["image/jpeg", "image/png"])("%s", async (type) => {
    const original = withPlace(await picture(type), type);
    expect(original.includes("GPS 48.8577")).toBe(true);
    await send(`holiday.${type.slice(6)}`, type, original);
    expect(await ada.page.getByText("May contain where it was taken").count()).toBe(0);
    const { bytes, type: served } = await received();
    expect(served).toBe(type);
    expect(bytes.includes("GPS 48.8577")).toBe(false);
  });

  test("of a film it is overwritten, and nothing else in it moves", async () => {
    const original = film();
    await send("holiday.mp4", "video/mp4", original);
    const { bytes } = await received();
    expect(bytes.length).toBe(original.length);
    expect(bytes.includes("+48.8577+002.2950/ is no fact here")).toBe(true);
    expect(bytes.subarray(0, bytes.indexOf("mdat")).includes("48.8577")).toBe(false);
    expect(bytes.includes("+00.0000+000.0000/")).toBe(true);
  });

  test("a picture that cannot be read goes as a file, and says what it may hold", async () => {
    const half = withPlace(await picture("image/jpeg"), "image/jpeg").subarray(0, 120);
    await send("half.jpg", "image/jpeg", half);
    await ada.page.getByText("May contain where it was taken").waitFor();
    expect((await received()).bytes.equals(half)).toBe(true);
  });
});

test("a long name keeps its ending in sight, and is never cut inside a character", async () => {
  const name = `The quarterly report of all 👩‍👩‍👧‍👦 families, revised again and again 2026 final.pdf.exe`;
  await send(name, "application/octet-stream", Buffer.from("x"));
  await received();
  const shown = bea.page.locator(".file-name").last();
  await shown.waitFor();
  expect(await shown.textContent()).toBe(name);
  const end = shown.locator(".name-end");
  expect(await end.textContent()).toBe("final.pdf.exe");
  const [box, whole] = [await end.boundingBox(), await bea.page.locator(".download").last().boundingBox()];
  expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual((whole?.x ?? 0) + (whole?.width ?? 0));
});

test("two to four pictures are a mosaic, the fourth says how many more there are, and other files stand under them", async () => {
  const png = await picture("image/png");
  const files = ["notes.md", "1.png", "2.png", "3.png", "4.png", "5.png", "6.png", "numbers.csv", "all.zip"].map(
    (name) => ({ name, mimeType: name.endsWith("png") ? "image/png" : "text/plain", buffer: png }),
  );
  for (const file of files) if (!file.name.endsWith("png")) file.buffer = Buffer.from(`${file.name} a,b`);
  await ada.page.locator("input[type=file]").setInputFiles(files);
  await vi.waitFor(async () => expect(await ada.page.locator(".tile.done").count()).toBe(files.length));
  await ada.page.getByRole("button", { name: "Send", exact: true }).click();
  const message = bea.page.getByRole("log").locator("li.message").last();
  const mosaic = message.locator(".mosaic");
  await mosaic.waitFor();
  const cells = mosaic.getByRole("button");
  expect(await cells.count()).toBe(4);
  const boxes = await Promise.all([0, 1, 2, 3].map((at) => cells.nth(at).boundingBox()));
  expect(new Set(boxes.map((box) => `${Math.round(box?.width ?? 0)} ${Math.round(box?.height ?? 0)}`)).size).toBe(1);
  const notes = message.getByRole("link", { name: /notes\.md/ });
  expect((await notes.boundingBox())?.y).toBeGreaterThan((boxes[3]?.y ?? 0) + (boxes[3]?.height ?? 0));
  const kinds = await message
    .locator(".file-icon")
    .evaluateAll((icons) => icons.map((icon) => icon.getAttribute("data-kind")));
  expect(kinds).toEqual(["text", "table", "archive"]);
  await mosaic.getByRole("button", { name: "Open 4.png, +2" }).click();
  const lightbox = bea.page.locator("dialog.lightbox");
  await lightbox.getByRole("button", { name: "Next picture" }).click();
  await lightbox.getByRole("button", { name: "Next picture" }).click();
  await bea.page.getByRole("dialog", { name: "6.png" }).waitFor();
  await bea.page.keyboard.press("Escape");
});

test("behind a picture is a light ground, also in the dark", async () => {
  await bea.page.emulateMedia({ colorScheme: "dark" });
  await send("ink.png", "image/png", await picture("image/png"));
  await received();
  const image = bea.page.locator(".picture img").last();
  await image.waitFor();
  expect(await image.evaluate((one) => getComputedStyle(one).backgroundColor)).toBe("rgb(255, 255, 255)");
  await bea.page.locator(".picture").last().click();
  const large = bea.page.locator(".lightbox img");
  expect(await large.evaluate((one) => getComputedStyle(one).backgroundColor)).toBe("rgb(255, 255, 255)");
  await bea.page.keyboard.press("Escape");
});

/** Half a second of a tone, as browsers record it. */
async function recording(): Promise<Buffer> {
  const bytes = await ada.page.evaluate(async () => {
    const audio = new AudioContext();
    const [tone, target] = [audio.createOscillator(), audio.createMediaStreamDestination()];
    tone.connect(target);
    tone.start();
    const recorder = new MediaRecorder(target.stream, { mimeType: "audio/webm" });
    const recorded = new Promise<Blob>((resolve) => {
      recorder.ondataavailable = ({ data }) => resolve(data);
    });
    recorder.start();
    await new Promise((resolve) => setTimeout(resolve, 500));
    recorder.stop();
    return [...new Uint8Array(await (await recorded).arrayBuffer())];
  });
  return Buffer.from(bytes);
}

test("a film that has sound alone is played as sound", async () => {
  await send("voice.webm", "video/webm", await recording());
  await received();
  await bea.page.locator(".attachments audio[aria-label='voice.webm']").waitFor();
  expect(await bea.page.locator(".attachments video[aria-label='voice.webm']").count()).toBe(0);
});
