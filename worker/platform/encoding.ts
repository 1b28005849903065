/**
 * Messages and public channels as text: each is encoded once, however often it is written, told or welcomed with.
 * Neither ever changes, a change is another one; so its text can be kept beside it for as long as anyone holds it.
 */
import type { Channel, Message } from "../protocol/things.ts";

const texts = new WeakMap<Message | Channel, string>();

/** The JSON of a message or a channel. */
export function jsonOf(one: Message | Channel): string {
  const held = texts.get(one);
  if (held !== undefined) return held;
  const json = JSON.stringify(one);
  texts.set(one, json);
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
  return withList(about, "messages", messages);
}

/** The same with these channels. */
export function withChannels(about: object, channels: readonly Channel[]): string {
  return withList(about, "channels", channels);
}

function withList(about: object, name: string, list: readonly (Message | Channel)[]): string {
  return `${JSON.stringify(about).slice(0, -1)},"${name}":[${list.map(jsonOf).join(",")}]}`;
}
