/**
 * Bodies without a length on their way into the bucket: in parts, so that no file is ever whole in memory.
 * An isolate has 128 MB and serves many requests at once: what all of them gather together is limited here.
 */
import type { Refusal } from "../protocol/errors.ts";
import { BUSY_RETRY_MS, PART_BYTES, PARTS_IN_MEMORY_MAX_BYTES } from "../protocol/limits.ts";

const TOO_FULL: Refusal = {
  code: "busy",
  detail: "Too many uploads at a time. Try again in a moment.",
  retryAfterMs: BUSY_RETRY_MS,
};

/** The bucket failed, not the stream that was to go into it. */
export class BucketFailure extends Error {}

let gatheredBytes = 0;

/** Puts a stream into the bucket under `key`, or says why not: then nothing is stored. Throws where the stream or the bucket fails, with nothing stored. */
export function receiveInParts(
  bucket: R2Bucket,
  key: string,
  stream: ReadableStream<Uint8Array>,
): Promise<Refusal | undefined> {
  return new Intake(bucket, key).receive(stream);
}

/** One stream. Only the part that is being gathered is in memory; while it is handed on nothing more is read. */
class Intake {
  readonly #bucket: R2Bucket;
  readonly #key: string;
  #chunks: Uint8Array[] = [];
  #size = 0;
  #upload: R2MultipartUpload | undefined;
  readonly #parts: R2UploadedPart[] = [];

  constructor(bucket: R2Bucket, key: string) {
    this.#bucket = bucket;
    this.#key = key;
  }

  async receive(stream: ReadableStream<Uint8Array>): Promise<Refusal | undefined> {
    let isStored = false;
    try {
      for await (const chunk of stream) {
        if (gatheredBytes + chunk.byteLength > PARTS_IN_MEMORY_MAX_BYTES) return TOO_FULL;
        this.#gather(chunk);
        // More than a part stays for the next one: whether this is the last one shows at the end.
        while (this.#size > PART_BYTES) await this.#hand(this.#take(PART_BYTES));
      }
      if (this.#upload) {
        await this.#hand(this.#take(this.#size));
        await this.#upload.complete(this.#parts);
      } else await this.#counted(this.#take(this.#size), (whole) => this.#bucket.put(this.#key, whole));
      isStored = true;
      return undefined;
    } finally {
      gatheredBytes -= this.#size;
      if (!isStored) await this.#upload?.abort().catch(() => {}); // R2 forgets by itself what was begun and never finished
    }
  }

  #gather(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#size += chunk.byteLength;
    gatheredBytes += chunk.byteLength;
  }

  /** The first `bytes` of what was gathered, in one piece. They count as gathered until they are handed on. */
  #take(bytes: number): Uint8Array {
    const whole = new Uint8Array(bytes);
    let offset = 0;
    while (offset < bytes) {
      const chunk = this.#chunks[0] ?? new Uint8Array();
      const piece = chunk.subarray(0, bytes - offset);
      whole.set(piece, offset);
      offset += piece.byteLength;
      if (piece.byteLength === chunk.byteLength) this.#chunks.shift();
      else this.#chunks[0] = chunk.subarray(piece.byteLength);
    }
    this.#size -= bytes;
    return whole;
  }

  async #hand(part: Uint8Array): Promise<void> {
    await this.#counted(part, async () => {
      this.#upload ??= await this.#bucket.createMultipartUpload(this.#key);
      this.#parts.push(await this.#upload.uploadPart(this.#parts.length + 1, part));
    });
  }

  /** Hands bytes to the bucket: they are in memory until it has taken them. A failure here is the bucket's, not the stream's. */
  async #counted(bytes: Uint8Array, work: (bytes: Uint8Array) => Promise<unknown>): Promise<void> {
    try {
      await work(bytes);
    } catch (cause) {
      throw new BucketFailure("the bucket did not take it", { cause });
    } finally {
      gatheredBytes -= bytes.byteLength;
    }
  }
}
