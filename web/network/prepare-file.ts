/**
 * What happens to a file before it leaves the device: where a photo or a film was taken stays here. Pictures that can be drawn are
 * drawn anew; what cannot be read goes as it is, and says so when it may hold a place.
 */

/** `mayTellPlace`: the file may say where it was taken, and this browser could not remove that. */
export type Prepared = {
  readonly blob: Blob;
  readonly width?: number;
  readonly height?: number;
  readonly mayTellPlace: boolean;
};

/** Longest side (px) of a photo that is sent. */
const PHOTO_MAX_PX = 4_096;
const PHOTO_QUALITY = 0.9;
/** Bytes at the beginning that tell what a file is. */
const HEAD_BYTES = 64;
/** A box of a film's facts larger than this (bytes) is not looked through. */
const FACTS_MAX_BYTES = 8 * 1024 * 1024;
/** A browser that says nothing of a film within this time (ms) can't play it. */
const FILM_MS = 5_000;
/** A place as films note it (ISO 6709), `+48.8577+002.2950/`. */
const PLACE = /[+-]\d{2,6}(?:\.\d+)?[+-]\d{3,7}(?:\.\d+)?(?:[+-]\d+(?:\.\d+)?)?(?:CRS\w+)?\//g;

type Kind = "jpeg" | "webp" | "png" | "moving" | "heif" | "film" | "other";

/** What cannot be drawn or understood is taken as it is. Throws where the file itself can't be read any more. */
export async function prepareFile(file: File): Promise<Prepared> {
  const kind = kindOf(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()));
  switch (kind) {
    case "jpeg":
    case "webp":
    case "heif":
      return (await redrawn(file, kind === "webp" ? "image/webp" : "image/jpeg")) ?? { blob: file, mayTellPlace: true };
    case "png":
      if (!(await holdsFacts(file))) return { blob: file, ...(await sizeOf(file)), mayTellPlace: false };
      return (await redrawn(file, "image/png")) ?? { blob: file, mayTellPlace: true };
    case "film": {
      const blob = await withoutPlace(file);
      return { blob: blob ?? file, ...(await filmSize(file)), mayTellPlace: blob === undefined };
    }
    default: {
      const size = file.type.startsWith("image/") ? await sizeOf(file) : {};
      const film = file.type.startsWith("video/") ? await filmSize(file) : {};
      return { blob: file, ...size, ...film, mayTellPlace: kind === "moving" };
    }
  }
}

/** By the first bytes, whatever the file is called. A picture that moves cannot be drawn anew. */
function kindOf(head: Uint8Array): Kind {
  const text = (from: number, to: number) => String.fromCharCode(...head.slice(from, to));
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return "jpeg";
  if (text(1, 4) === "PNG") return text(37, 41) === "acTL" ? "moving" : "png"; // the first chunk after the header says that it moves
  // RFC 9649 §2.7: a bit of VP8X says that it moves.
  if (text(0, 4) === "RIFF" && text(8, 12) === "WEBP")
    return text(12, 16) === "VP8X" && ((head[20] ?? 0) & 0b10) !== 0 ? "moving" : "webp";
  if (text(4, 8) !== "ftyp") return "other";
  return /^(?:heic|heix|hevc|heim|heis|mif1|avif)/.test(text(8, 12)) ? "heif" : "film";
}

/** A picture drawn anew, turned as it says and no larger than a photo may be; `undefined` when this browser cannot read it. */
async function redrawn(file: File, type: string): Promise<Prepared | undefined> {
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (!bitmap) return undefined;
  try {
    const scale = Math.min(1, PHOTO_MAX_PX / Math.max(bitmap.width, bitmap.height));
    const size = { width: Math.round(bitmap.width * scale), height: Math.round(bitmap.height * scale) };
    const canvas = new OffscreenCanvas(size.width, size.height);
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0, size.width, size.height);
    const blob = await canvas.convertToBlob({ type, quality: PHOTO_QUALITY });
    // A browser that cannot write a type writes PNG, which may be far larger.
    const isOther = blob.type !== type && blob.size > file.size;
    const smaller = isOther ? await canvas.convertToBlob({ type: "image/jpeg", quality: PHOTO_QUALITY }) : blob;
    return { blob: smaller, ...size, mayTellPlace: false };
  } catch {
    return undefined; // too large for this device
  } finally {
    bitmap.close();
  }
}

/** Whether a PNG holds facts about itself, a place perhaps among them (PNG, third edition, §11.3.4 and §11.3.3). */
async function holdsFacts(file: File): Promise<boolean> {
  const view = new DataView(await file.arrayBuffer());
  for (let at = 8; at + 12 <= view.byteLength; at += 12 + view.getUint32(at)) {
    const type = String.fromCharCode(...new Uint8Array(view.buffer, at + 4, 4));
    if (/^(?:eXIf|tEXt|zTXt|iTXt)$/.test(type)) return true;
  }
  return false;
}

async function sizeOf(file: File): Promise<{ width?: number; height?: number }> {
  try {
    const bitmap = await createImageBitmap(file);
    const { width, height } = bitmap;
    bitmap.close();
    return { width, height };
  } catch {
    return {}; // called a picture, and none this browser can draw
  }
}

/**
 * A film (MP4, QuickTime) whose notes of a place are overwritten with zeros: nothing moves, so all offsets in it stay right.
 * They are in the box `moov` (ISO 14496-12 §8.2). `undefined` when that was not found.
 */
async function withoutPlace(file: File): Promise<Blob | undefined> {
  for (let at = 0; at + 16 <= file.size; ) {
    const head = new DataView(await file.slice(at, at + 16).arrayBuffer());
    const type = String.fromCharCode(...new Uint8Array(head.buffer, 4, 4));
    const short = head.getUint32(0);
    const size = short === 1 ? Number(head.getBigUint64(8)) : short === 0 ? file.size - at : short;
    if (size < 8) return undefined;
    if (type === "moov") {
      if (size > FACTS_MAX_BYTES) return undefined;
      const facts = new Uint8Array(await file.slice(at, at + size).arrayBuffer());
      const text = new TextDecoder("latin1").decode(facts);
      for (const { index, 0: place } of text.matchAll(PLACE)) {
        for (let n = 0; n < place.length; n++) if (/\d/.test(place[n] ?? "")) facts[index + n] = 0x30;
      }
      return new Blob([file.slice(0, at), facts, file.slice(at + size)], { type: file.type });
    }
    at += size;
  }
  return undefined;
}

/** What this browser says of a film's size, if it can play it and it has pictures. */
function filmSize(file: File): Promise<{ width?: number; height?: number }> {
  return new Promise((resolve) => {
    const film = document.createElement("video");
    const url = URL.createObjectURL(file);
    const done = () => {
      clearTimeout(timer);
      URL.revokeObjectURL(url);
      resolve(film.videoWidth > 0 ? { width: film.videoWidth, height: film.videoHeight } : {});
    };
    const timer = setTimeout(done, FILM_MS); // some browsers say nothing of a film they can't play
    film.onloadedmetadata = done;
    film.onerror = done;
    film.preload = "metadata";
    film.src = url;
  });
}
