/** What happens to a picture before it leaves the device, in browsers that can draw it, write it, or neither. */
import { afterEach, expect, test, vi } from "vitest";
import { prepareFile } from "../../web/network/prepare-file.ts";

const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const JPEG = new File([bytes("\xff\xd8\xff\xe1"), "x".repeat(100)], "a.jpg", { type: "image/jpeg" });
const WEBP = new File([bytes("RIFF\x1a\0\0\0WEBPVP8 "), "x".repeat(100)], "a.webp", { type: "image/webp" });
const HEIC = new File([bytes("\0\0\0\x18ftypheic"), "x".repeat(100)], "a.heic", { type: "image/heic" });
const AVIF = new File([bytes("\0\0\0\x18ftypavif"), "x".repeat(100)], "a.avif", { type: "image/avif" });

/** A browser that draws what it `reads`, and writes these types; another becomes PNG of 1,000 bytes. Answers how many pictures are open. */
function browser(reads: (file: File) => boolean, writes: readonly string[]) {
  let open = 0;
  vi.stubGlobal("createImageBitmap", async (file: File) => {
    if (!reads(file)) throw new DOMException("not a picture", "InvalidStateError");
    open++;
    return { width: 8_192, height: 100, close: () => open-- };
  });
  class Canvas {
    getContext(): unknown {
      return { drawImage: () => {} };
    }
    async convertToBlob({ type }: { readonly type: string }): Promise<Blob> {
      return writes.includes(type)
        ? new Blob(["drawn anew"], { type })
        : new Blob(["x".repeat(1_000)], { type: "image/png" });
    }
  }
  vi.stubGlobal("OffscreenCanvas", Canvas);
  return () => open;
}

afterEach(() => vi.unstubAllGlobals());

test.each([
  ["JPEG", JPEG, "image/jpeg"],
  ["WebP", WEBP, "image/webp"],
  ["HEIC", HEIC, "image/jpeg"],
  ["AVIF", AVIF, "image/jpeg"],
])("a %s is drawn anew, without what it says of itself, and no picture stays open", async (_, file, type) => {
  const open = browser(() => true, ["image/jpeg", "image/webp"]);
  const ready = await prepareFile(file);
  expect(await ready.blob.text()).toBe("drawn anew");
  expect(ready).toMatchObject({ blob: { type }, width: 4_096, height: 50, mayTellPlace: false });
  expect(open()).toBe(0);
});

test("a browser that writes no WebP does not send a PNG that is larger", async () => {
  browser(() => true, ["image/jpeg"]);
  expect((await prepareFile(WEBP)).blob.type).toBe("image/jpeg");
});

test.each([
  ["JPEG", JPEG],
  ["HEIC", HEIC],
  ["AVIF", AVIF],
])("a %s that cannot be drawn goes as it is, and says that it may tell a place", async (_, file) => {
  browser(() => false, []);
  const ready = await prepareFile(file);
  expect(ready).toEqual({ blob: file, mayTellPlace: true });
});

test("the size of a picture that is sent as it is is read, and it is closed", async () => {
  const open = browser(() => true, []);
  const gif = new File([bytes("GIF89a")], "a.gif", { type: "image/gif" });
  expect(await prepareFile(gif)).toMatchObject({ blob: gif, width: 8_192, height: 100 });
  expect(open()).toBe(0);
});
