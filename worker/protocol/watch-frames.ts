/** What a guest's socket says, and what the guest link's address answers. The Worker takes only types from this file. */
import * as v from "valibot";
import { Count, Head, Message, PinList } from "./things.ts";
import { parseJsonObject } from "./wire.ts";

const WatchWelcome = v.object({
  type: v.literal("welcome"),
  version: v.number(),
  epoch: v.string(),
  head: Head,
  reset: v.boolean(),
  messages: v.array(Message),
  here: v.object({ count: Count, guests: v.exactOptional(Count) }),
  pins: v.exactOptional(PinList),
  oldestSeq: v.exactOptional(Count),
});

const WatchMessages = v.object({
  type: v.literal("messages"),
  messages: v.array(Message),
  oldestSeq: v.exactOptional(Count),
});

const WatchHere = v.object({ type: v.literal("here"), count: Count, guests: v.exactOptional(Count) });

const WatchFrame = v.variant("type", [WatchWelcome, WatchMessages, WatchHere]);
export type WatchFrame = v.InferOutput<typeof WatchFrame>;

/** `undefined` for a frame that a guest has no use for. Never throws. */
export function parseWatchFrame(data: string): WatchFrame | undefined {
  const parsed = v.safeParse(WatchFrame, parseJsonObject(data));
  return parsed.success ? parsed.output : undefined;
}

/** What a guest link leads to. */
export const WatchAnswer = v.object({
  channel: v.object({ name: v.string(), topic: v.string() }),
  site: v.string(),
});
export type WatchAnswer = v.InferOutput<typeof WatchAnswer>;
