/** The first frame of a channel's socket. A channel and its relays make it alike, from what they hold. */
import type { WelcomeFrame } from "../protocol/frames.ts";
import { type History, oldestSeqOf, since } from "../protocol/history.ts";
import { PROTOCOL_VERSION } from "../protocol/limits.ts";
import type { Person, Pin, Rules } from "../protocol/things.ts";
import { withMessages } from "./encoding.ts";

/** What the first frame tells of. */
type Shown = {
  /** `null`: a guest. */
  readonly you: Person | null;
  readonly channel: WelcomeFrame["channel"];
  readonly history: History;
  readonly here: WelcomeFrame["here"];
  readonly pins: readonly Pin[];
  readonly rules: Rules;
};

/** All of the window, or what has changed since the cursor (`epoch`, `since`) in the query. */
export function welcomeFrame(shown: Shown, query: URLSearchParams): string {
  const { you, channel, history, here, pins, rules } = shown;
  const { epoch } = channel;
  const { seq, rev } = history;
  const oldestSeq = oldestSeqOf(history);
  const cursor = query.get("epoch") === epoch ? readCursor(query.get("since"), rev) : undefined;
  const about: Omit<WelcomeFrame, "messages" | "you"> & Pick<Shown, "you"> = {
    type: "welcome",
    version: PROTOCOL_VERSION,
    you,
    channel,
    epoch,
    head: { seq, rev },
    reset: cursor === undefined,
    here,
    ...(pins.length > 0 && { pins: [...pins] }),
    ...(oldestSeq !== undefined && { oldestSeq }),
    ...(Object.keys(rules).length > 0 && { rules }),
  };
  return withMessages(about, since(history, cursor ?? 0));
}

/** A `rev` this channel has reached; anything else means: start over. */
function readCursor(text: string | null, rev: number): number | undefined {
  if (text === null || !/^\d{1,15}$/.test(text)) return undefined;
  const cursor = Number(text);
  return cursor <= rev ? cursor : undefined;
}
