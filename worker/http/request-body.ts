/**
 * Bodies of requests: read with a limit of bytes and of time, and parsed by a schema.
 */

import type { Context } from "hono";
import * as v from "valibot";
import { BODY_MAX_MS, FRAME_MAX_BYTES } from "../protocol/limits.ts";
import { parseJsonObject } from "../protocol/wire.ts";
import { type App, reject } from "./context.ts";

/** Reads a JSON body of at most 64 KiB, counted as it comes: `Content-Length` is only a hint. */
export async function readBody<S extends v.GenericSchema>(c: Context<App>, schema: S): Promise<v.InferOutput<S>> {
  return parse(schema, await readBytes(c));
}

/** The same where a body may be left out. A client that sends none may still announce one of no bytes. */
export async function readOptionalBody<S extends v.GenericSchema>(
  c: Context<App>,
  schema: S,
): Promise<v.InferOutput<S>> {
  const bytes = await readBytes(c);
  return parse(schema, bytes.byteLength === 0 ? new TextEncoder().encode("{}") : bytes);
}

/** What `fetch` says of a string when the program names no type, to the letter (Fetch, "extract a body"). It says nothing of JSON or text. */
export const UNNAMED_TYPE = "text/plain;charset=UTF-8";

/** The same where text may come instead, which the request then calls `text/plain`. Bytes that are no UTF-8 are refused. */
export async function readTextOr<S extends v.GenericSchema>(
  c: Context<App>,
  schema: S,
): Promise<v.InferOutput<S> | string> {
  const bytes = await readBytes(c);
  const text = decodeUtf8(bytes);
  const type = c.req.header("Content-Type") ?? "";
  const isText = type !== UNNAMED_TYPE && type.toLowerCase().startsWith("text/plain");
  const isBroken = text === "" && bytes.byteLength > 0;
  return isText && !isBroken ? text : parse(schema, bytes);
}

/** A body as text, with the same limits; of bytes that are no UTF-8, nothing. */
export async function readRaw(c: Context<App>): Promise<string> {
  return decodeUtf8(await readBytes(c));
}

/** The bytes of a body; `undefined`: it has more than that. */
export function readLong(c: Context<App>, maxBytes: number): Promise<Uint8Array | undefined> {
  return readAtMost(c.req.raw.body, maxBytes);
}

async function readBytes(c: Context<App>): Promise<Uint8Array> {
  const bytes = await readAtMost(c.req.raw.body, FRAME_MAX_BYTES);
  return bytes ?? reject("too_large", `A request body can have up to ${FRAME_MAX_BYTES} bytes.`);
}

function parse<S extends v.GenericSchema>(schema: S, bytes: Uint8Array): v.InferOutput<S> {
  const fields = parseJsonObject(decodeUtf8(bytes));
  if (!fields) reject("bad_request", "The body must be one JSON object.");
  const parsed = v.safeParse(schema, fields);
  if (parsed.success) return parsed.output;
  const field = v.getDotPath(parsed.issues[0]);
  return reject("bad_request", field ? `The field "${field}" is missing or invalid.` : "The fields are invalid.");
}

/** The time is kept by a timer of its own: a body whose last byte never comes is refused too. */
async function readAtMost(body: ReadableStream<Uint8Array> | null, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = body?.getReader();
  const { promise: isLate, resolve: ring } = Promise.withResolvers<"late">();
  const timer = setTimeout(ring, BODY_MAX_MS, "late");
  try {
    for (;;) {
      const read = (await Promise.race([reader?.read(), isLate])) ?? { done: true, value: undefined };
      if (read === "late") reject("timeout", `The body took longer than ${BODY_MAX_MS / 1_000} seconds to arrive.`);
      if (read.done) break;
      size += read.value.byteLength;
      if (size > maxBytes) return undefined;
      chunks.push(read.value);
    }
  } finally {
    clearTimeout(timer);
    void reader?.cancel().catch(() => {}); // a body that broke off cannot be cancelled
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/** Bytes that are no UTF-8 become no JSON. */
function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return "";
  }
}
