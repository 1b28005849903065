/**
 * Files on their way into a message: made ready, sent with progress, kept beside the draft until the message goes.
 * Loaded when the first file is chosen. What a photo says of where it was taken stays on the device.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import { Attachment } from "../../worker/protocol/frames.ts";
import { ATTACHMENT_MAX_BYTES, ATTACHMENTS_MAX } from "../../worker/protocol/limits.ts";
import { t } from "../i18n/i18n.ts";
import { newId } from "../state/ids.ts";
import { channelPath, readAnswer } from "./api.ts";

export type UploadState =
  | { readonly kind: "preparing" }
  /** `progress` from 0 to 1. */
  | { readonly kind: "uploading"; readonly progress: number }
  | { readonly kind: "done"; readonly attachment: Attachment }
  | { readonly kind: "failed"; readonly detail: string; readonly mayRetry: boolean };

/** A file as the composer shows it. `preview` is the address of a picture on this device. */
export type Upload = {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly preview?: string;
  readonly state: UploadState;
};

export type Uploads = {
  readonly list: ReadonlySignal<readonly Upload[]>;
  /** The files as they were chosen, in order, under the names they have now. */
  sources(): readonly File[];
  /** Why some files were not taken, if so. */
  readonly complaint: ReadonlySignal<string | undefined>;
  /** What could not be taken is not spoken of any more. */
  forgive(): void;
  add(files: readonly File[]): void;
  /** Under another name it is another upload: the server keeps the name with the bytes. */
  rename(id: string, name: string): void;
  retry(id: string): void;
  /** Tries again whatever has failed and may work. */
  retryFailed(): void;
  /** Takes away whatever has failed for good. */
  leaveOutFailed(): void;
  remove(id: string): void;
  /** The message has taken them. */
  clear(): void;
};

/** Longest side (px) of a photo that is sent. */
const PHOTO_MAX_PX = 4_096;
const PHOTO_QUALITY = 0.9;
/** Bytes at the beginning that tell a photo from anything else. */
const HEAD_BYTES = 32;
const MIB = 1024 * 1024;

type Prepared = { readonly blob: Blob; readonly width?: number; readonly height?: number };

/** `now` may be long: whatever is taken away meanwhile is not sent. */
export function createUploads(channelId: string): Uploads {
  const list = signal<readonly Upload[]>([]);
  const complaint = signal<string | undefined>(undefined);
  const files = new Map<string, File>();
  const prepared = new Map<string, Prepared>();
  const requests = new Map<string, XMLHttpRequest>();
  /** Which of its beginnings counts, of each file. */
  const turns = new Map<string, symbol>();

  function change(id: string, about: Partial<Upload>): void {
    list.value = list.value.map((upload) => (upload.id === id ? { ...upload, ...about } : upload));
  }

  function fail(id: string, detail: string, mayRetry = false): void {
    change(id, { state: { kind: "failed", detail, mayRetry } });
  }

  async function begin(id: string): Promise<void> {
    const file = files.get(id);
    if (!file) return;
    const turn = Symbol();
    turns.set(id, turn);
    change(id, { state: { kind: "preparing" } });
    let ready = prepared.get(id);
    try {
      ready ??= await prepare(file);
    } catch {
      return fail(id, t("This picture cannot be read."));
    }
    if (turns.get(id) !== turn) return; // taken away or begun anew meanwhile
    prepared.set(id, ready);
    change(id, { size: ready.blob.size });
    if (ready.blob.size > ATTACHMENT_MAX_BYTES) return fail(id, tooLarge(ready.blob.size));
    if (ready.blob.size === 0) return fail(id, t("This file is empty."));
    send(id, ready);
  }

  function send(id: string, { blob, width, height }: Prepared): void {
    const name = list.value.find((upload) => upload.id === id)?.name ?? "";
    const query = new URLSearchParams({ name, ...(width && height && { width: `${width}`, height: `${height}` }) });
    const request = new XMLHttpRequest(); // fetch does not tell how far an upload has come
    requests.set(id, request);
    change(id, { state: { kind: "uploading", progress: 0 } });
    request.upload.onprogress = ({ loaded, total }) =>
      change(id, { state: { kind: "uploading", progress: total > 0 ? loaded / total : 0 } });
    request.onerror = () => fail(id, t("No connection."), true);
    request.onload = () => {
      const answer = readAnswer(request.status, request.responseText, Attachment);
      if (answer.ok) return change(id, { state: { kind: "done", attachment: answer.value } });
      if (answer.retryAfterMs === undefined)
        return fail(id, answer.detail, answer.status >= 500 || answer.status === 408);
      setTimeout(
        () => files.has(id) && requests.get(id) === request && send(id, { blob, ...sized }),
        answer.retryAfterMs,
      );
    };
    const sized = width && height ? { width, height } : {};
    request.open("POST", `${channelPath(channelId)}/attachments?${query}`);
    request.setRequestHeader("Content-Type", blob.type || "application/octet-stream");
    request.send(blob);
  }

  function stop(id: string): void {
    const request = requests.get(id);
    requests.delete(id);
    request?.abort();
  }

  function retry(id: string): void {
    stop(id);
    void begin(id);
  }

  function remove(id: string): void {
    stop(id);
    turns.delete(id);
    files.delete(id);
    prepared.delete(id);
    const gone = list.value.find((upload) => upload.id === id);
    if (gone?.preview) URL.revokeObjectURL(gone.preview);
    list.value = list.value.filter((upload) => upload.id !== id);
  }

  return {
    list,
    complaint,
    sources() {
      return list.value.flatMap(({ id, name }) => {
        const file = files.get(id);
        return file ? [new File([file], name, { type: file.type })] : [];
      });
    },
    add(chosen) {
      const room = ATTACHMENTS_MAX - list.value.length;
      const large = chosen.filter((file) => file.size > ATTACHMENT_MAX_BYTES && !mayShrink(file));
      const taken = chosen.filter((file) => !large.includes(file)).slice(0, room);
      complaint.value =
        large[0] !== undefined
          ? `${large[0].name}: ${tooLarge(large[0].size)}`
          : chosen.length > taken.length
            ? t("A message has at most {n} files.", { n: ATTACHMENTS_MAX })
            : undefined;
      for (const file of taken) {
        const id = newId();
        files.set(id, file);
        const preview = file.type.startsWith("image/") ? { preview: URL.createObjectURL(file) } : {};
        const upload: Upload = {
          id,
          name: file.name || "file",
          size: file.size,
          state: { kind: "preparing" },
          ...preview,
        };
        list.value = [...list.value, upload];
        void begin(id);
      }
    },
    rename(id, name) {
      const upload = list.value.find((one) => one.id === id);
      if (!upload || name.trim() === "" || upload.name === name) return;
      stop(id);
      change(id, { name });
      void begin(id);
    },
    retry,
    retryFailed() {
      for (const { id, state } of list.value) if (state.kind === "failed" && state.mayRetry) retry(id);
    },
    leaveOutFailed() {
      for (const { id, state } of list.value) if (state.kind === "failed" && !state.mayRetry) remove(id);
    },
    remove,
    forgive() {
      complaint.value = undefined;
    },
    clear() {
      complaint.value = undefined;
      for (const { id } of list.value) remove(id);
    },
  };
}

function tooLarge(bytes: number): string {
  return t("{size} MiB are too much; a file has at most {n} MiB.", {
    size: (bytes / MIB).toFixed(1),
    n: ATTACHMENT_MAX_BYTES / MIB,
  });
}

/** A photo may be smaller once it is made ready. */
function mayShrink(file: File): boolean {
  return file.type === "image/jpeg" || file.type === "image/webp";
}

/**
 * Photos, by their bytes, are drawn anew: what else is in the file, the place among it, is left behind.
 * PNG, GIF and whatever moves go as they are. Throws when a photo cannot be drawn.
 */
async function prepare(file: File): Promise<Prepared> {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const photo = photoType(head);
  if (photo === undefined && !file.type.startsWith("image/")) {
    return file.type.startsWith("video/") ? { blob: file, ...(await filmSize(file)) } : { blob: file };
  }
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch (error) {
    if (photo !== undefined) throw error;
    return { blob: file }; // called a picture, and none this browser can draw: an SVG, or anything
  }
  const scale = photo === undefined ? 1 : Math.min(1, PHOTO_MAX_PX / Math.max(bitmap.width, bitmap.height));
  const size = { width: Math.round(bitmap.width * scale), height: Math.round(bitmap.height * scale) };
  if (photo === undefined) return { blob: file, ...size };
  const canvas = new OffscreenCanvas(size.width, size.height);
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, size.width, size.height);
  bitmap.close();
  return { blob: await canvas.convertToBlob({ type: photo, quality: PHOTO_QUALITY }), ...size };
}

/** JPEG, or WebP that does not move (RFC 9649 §2.7: a bit of VP8X says that it does). */
function photoType(head: Uint8Array): string | undefined {
  const text = (from: number, to: number) => String.fromCharCode(...head.slice(from, to));
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return "image/jpeg";
  if (text(0, 4) !== "RIFF" || text(8, 12) !== "WEBP") return undefined;
  const isMoving = text(12, 16) === "VP8X" && ((head[20] ?? 0) & 0b10) !== 0;
  return isMoving ? undefined : "image/webp";
}

/** What this browser says of a film's size, if it can play it. */
function filmSize(file: File): Promise<{ width: number; height: number } | undefined> {
  return new Promise((resolve) => {
    const film = document.createElement("video");
    const url = URL.createObjectURL(file);
    const done = () => {
      URL.revokeObjectURL(url);
      resolve(film.videoWidth > 0 ? { width: film.videoWidth, height: film.videoHeight } : undefined);
    };
    film.onloadedmetadata = done;
    film.onerror = done;
    film.preload = "metadata";
    film.src = url;
  });
}
