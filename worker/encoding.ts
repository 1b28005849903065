/**
 * Messages as text: each is encoded once, however often it is written, told or welcomed with.
 * A message never changes, a change is another one; so its text can be kept beside it for as long as anybody holds it.
 */
import type { Message } from "./frames.ts";

const texts = new WeakMap<Message, string>();

/** The JSON of a message. */
export function jsonOf(message: Message): string {
  const held = texts.get(message);
  if (held !== undefined) return held;
  const json = JSON.stringify(message);
  texts.set(message, json);
  return json;
}

/** A message from the JSON that `jsonOf` made of it. */
export function messageFrom(json: string): Message {
  const message: Message = JSON.parse(json);
  texts.set(message, json);
  return message;
}

/** An object with these messages as its last field; `about` are the fields before it, at least one. */
export function withMessages(about: object, messages: readonly Message[]): string {
  return `${JSON.stringify(about).slice(0, -1)},"messages":[${messages.map(jsonOf).join(",")}]}`;
}
