/**
 * Bytes: taken in while they are counted, judged by what they are and not by what they are called, served so that they
 * can do nothing. Which file belongs to whom, and for how long, is the channel's to know.
 */
import { create as createDisposition } from "content-disposition";
import { fileTypeFromBuffer } from "file-type";
import { parse as parseRange } from "range-parser";
import { log } from "../platform/log.ts";
import { problem } from "../platform/problem.ts";
import { type Refusal, type Refused, refuse } from "../protocol/errors.ts";
import { ATTACHMENT_MAX_BYTES, BUSY_RETRY_MS, FILE_NAME_MAX_POINTS, UPLOAD_MAX_MS } from "../protocol/limits.ts";
import type { Attachment } from "../protocol/things.ts";
import { BucketFailure, receiveInParts } from "./multipart.ts";

type Received = { readonly kind: "received"; readonly type: string; readonly size: number } | Refused;

const UNKNOWN = "application/octet-stream";
/**
 * What is shown in the page, by what the detector calls it: pictures, sound and films that can do nothing.
 * Everything else, SVG, HTML and PDF among it, is a download of unknown bytes.
 */
const SHOWN: Readonly<Record<string, string>> = {
  "image/png": "image/png",
  "image/apng": "image/png",
  "image/jpeg": "image/jpeg",
  "image/gif": "image/gif",
  "image/webp": "image/webp",
  "image/avif": "image/avif",
  "video/mp4": "video/mp4",
  "video/x-m4v": "video/mp4",
  "audio/x-m4a": "audio/mp4",
  "video/webm": "video/webm",
  "audio/mpeg": "audio/mpeg",
  "audio/wav": "audio/wav",
  "audio/vnd.wave": "audio/wav",
  "audio/ogg": "audio/ogg",
  "video/ogg": "video/ogg",
};
/** As much of the beginning as tells what a file is; a tag before an MP3 may be long. */
const SNIFFED_BYTES = 64 * 1024;

/**
 * Puts a body into the bucket and says what it was. `declaredBytes` is what the request claims: nothing depends on
 * it but the way the bytes take, since the bucket wants to know a stream's length beforehand (cloudflare/workers-sdk#6425).
 * When it refuses nothing is stored.
 */
export async function receive(
  bucket: R2Bucket,
  key: string,
  body: ReadableStream<Uint8Array> | null,
  declaredBytes: number | undefined,
): Promise<Received> {
  if (!body) return EMPTY;
  const gauge = new Gauge();
  const counted = body.pipeThrough(gauge.stream);
  try {
    if (declaredBytes === undefined) {
      const refusal = await receiveInParts(bucket, key, counted);
      if (refusal) return { kind: "refused", refusal };
    } else await bucket.put(key, counted.pipeThrough(new FixedLengthStream(declaredBytes)));
  } catch (error) {
    if (error instanceof BucketFailure) return bucketFailed(error.cause);
    if (gauge.size > ATTACHMENT_MAX_BYTES) return TOO_LARGE;
    if (gauge.isLate) return TOO_LATE;
    if (gauge.isWhole && (declaredBytes === undefined || gauge.size === declaredBytes)) return bucketFailed(error);
    return BROKEN_OFF;
  } finally {
    gauge.stop();
  }
  if (gauge.size === 0) {
    await bucket.delete(key).catch((error: unknown) => log.transientError("bucket", error));
    return EMPTY;
  }
  const found = await fileTypeFromBuffer(gauge.head());
  return { kind: "received", size: gauge.size, type: SHOWN[found?.mime.split(";")[0] ?? ""] ?? UNKNOWN };
}

/** What can be said of a file by its size alone (bytes). */
export function sizeError(size: number): Refusal | undefined {
  if (size === 0) return EMPTY.refusal;
  return size > ATTACHMENT_MAX_BYTES ? TOO_LARGE.refusal : undefined;
}

/** Counts what passes, remembers its beginning, and breaks off what is too large or takes too long, also when nothing comes at all. */
class Gauge {
  size = 0;
  /** It took too long, and was broken off. */
  isLate = false;
  /** All of it has passed. */
  isWhole = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #chunks: Uint8Array[] = [];
  readonly stream = new TransformStream<Uint8Array, Uint8Array>({
    start: (controller) => {
      this.#timer = setTimeout(() => {
        this.isLate = true;
        controller.error(new Error("too slow"));
      }, UPLOAD_MAX_MS);
    },
    transform: (chunk, controller) => {
      if (this.size < SNIFFED_BYTES) this.#chunks.push(chunk.slice(0, SNIFFED_BYTES - this.size));
      this.size += chunk.byteLength;
      if (this.size > ATTACHMENT_MAX_BYTES) controller.error(new Error("too large"));
      else controller.enqueue(chunk);
    },
    flush: () => {
      this.isWhole = true;
    },
  });

  /** Nothing is waited for any more. */
  stop(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
  }

  head(): Uint8Array {
    const head = new Uint8Array(Math.min(this.size, SNIFFED_BYTES));
    let offset = 0;
    for (const chunk of this.#chunks) {
      head.set(chunk, offset);
      offset += chunk.byteLength;
    }
    return head;
  }
}

/** Something that is drawn, and more than dots. */
const VISIBLE = /[^\s.\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** A file's name as it is shown and saved: no way out of a folder, nothing that turns the line around, never without a visible sign. */
export function foldFileName(raw: string): string {
  const name = raw
    .toWellFormed()
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffd]/gu, "")
    .replace(/^.*[\\/]/su, "")
    .trim();
  const [, stem = name, written = ""] = /^(.*?)(\.[^.]{1,16})?$/su.exec(name) ?? [];
  const ending = VISIBLE.test(written) ? written : "";
  if (!VISIBLE.test(stem)) return stem === "" && ending !== "" ? ending : `file${ending}`; // a name may begin with a dot
  const points = [...(stem + ending)];
  if (points.length <= FILE_NAME_MAX_POINTS) return stem + ending;
  return points.slice(0, FILE_NAME_MAX_POINTS - [...ending].length).join("") + ending;
}

/** Serves a file to a person who may read it. The channel was asked a moment before, for every request. */
export async function serve(request: Request, bucket: R2Bucket, key: string, file: Attachment): Promise<Response> {
  const { id, name, type, size } = file;
  const tag = `"${id}"`; // the bytes of an id never change
  const headers = new Headers({
    "Content-Type": type,
    "Content-Disposition": createDisposition(name, { type: type === UNKNOWN ? "attachment" : "inline" }),
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
    "Accept-Ranges": "bytes",
    ETag: tag,
  });
  if (isKnown(request.headers.get("If-None-Match"), tag)) return new Response(null, { status: 304, headers });
  // A range is asked of the bytes, and HEAD asks for none (RFC 9110 §14.2).
  const range = request.method === "HEAD" ? undefined : rangeOf(request.headers, tag, size);
  if (range === "unsatisfiable") {
    const answer = problem({ code: "range_not_satisfiable", detail: `The file has ${size} bytes.` });
    answer.headers.set("Content-Range", `bytes */${size}`);
    return answer;
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  let body: ReadableStream | null = null;
  if (request.method !== "HEAD") {
    const stored = await bucket.get(key, { range: { offset: start, length: end - start + 1 } });
    if (!stored) return problem({ code: "not_found", detail: "This file doesn't exist." });
    body = stored.body;
  }
  headers.set("Content-Length", String(end - start + 1));
  if (range) headers.set("Content-Range", `bytes ${start}-${end}/${size}`);
  return new Response(body, { status: range ? 206 : 200, headers });
}

/** `If-None-Match`, compared weakly (RFC 9110 §13.1.2). */
export function isKnown(asked: string | null | undefined, tag: string): boolean {
  const weak = (one: string) => one.trim().replace(/^W\//, "");
  return asked?.trim() === "*" || (asked?.split(",").some((one) => weak(one) === weak(tag)) ?? false);
}

/** The one range asked for. Several, or one of another state of the file, are as if none were (RFC 9110 §14.2). */
function rangeOf(headers: Headers, tag: string, size: number) {
  const asked = headers.get("Range");
  if (asked === null || (headers.get("If-Range") ?? tag) !== tag) return undefined;
  const { code, type, ranges } = parseRange(size, asked);
  if (type !== "bytes" || code & 1) return undefined; // malformed
  return ranges.length === 0 ? "unsatisfiable" : ranges.length === 1 ? ranges[0] : undefined;
}

/** Nothing was stored, and it is no fault of the file's. */
function bucketFailed(error: unknown): Refused {
  log.transientError("bucket", error);
  return refuse("busy", "Files can't be stored right now.", BUSY_RETRY_MS);
}

const EMPTY = refuse("empty_file", "The file is empty.");
const BROKEN_OFF = refuse("bad_request", "The file's length differs from the announced length.");
const TOO_LATE = refuse("timeout", `The upload took longer than ${UPLOAD_MAX_MS / 60_000} minutes.`);
const TOO_LARGE = refuse("too_large", `The limit for a file is ${ATTACHMENT_MAX_BYTES / 1024 / 1024} MB.`);
