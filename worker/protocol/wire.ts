/** What both directions of a socket share. Pure and shared with the browser. */
import * as v from "valibot";

/** The literal text a client sends to learn whether the socket still lives, and its answer. Answered without waking anything. */
export const PING = "ping";

export const PONG = "pong";

const MESSAGE_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A UUID in lower case, made by the client before it sends: the idempotency key of a message within its channel. */
export const MessageId = v.custom<string>((value) => typeof value === "string" && MESSAGE_ID.test(value));

/** A read-only list. The type says so; nothing happens at run time. */
export function listOf<S extends v.GenericSchema>(
  schema: S,
): v.GenericSchema<readonly v.InferInput<S>[], readonly v.InferOutput<S>[]> {
  return v.array(schema);
}

/** `undefined` for whatever is not one JSON object. Never throws. */
export function parseJsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // not JSON: the caller names the refusal
  }
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
