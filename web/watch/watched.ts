/** What a guest sees of a channel, as signals: the window, how many are there, and how the connection is. It sends nothing. */
import { computed, signal } from "@preact/signals";
import * as v from "valibot";
import { CLOSE } from "../../worker/protocol/errors.ts";
import { dropBelow, EMPTY_HISTORY, type History, merge } from "../../worker/protocol/history.ts";
import { WatchAnswer, type WatchFrame } from "../../worker/protocol/watch-frames.ts";
import type { ConnectionState } from "../network/connection-state.ts";

export type Watched = ReturnType<typeof createWatched>;

export function createWatched() {
  const about = signal<WatchAnswer | undefined>(undefined);
  const history = signal<History>(EMPTY_HISTORY);
  const epoch = signal("");
  const count = signal(0);
  const connection = signal<ConnectionState>({ kind: "idle" });
  const isClosed = computed(() => connection.value.kind === "stopped" && connection.value.code === CLOSE.channelGone);

  return {
    about,
    history,
    connection,
    /** How many people and guests are there. */
    count,
    /** The link leads nowhere, or was withdrawn. */
    isClosed,

    /** What the address of the socket says of what is here already. */
    cursor: () => (epoch.peek() === "" ? "" : `?epoch=${epoch.peek()}&since=${history.peek().rev}`),

    receive(frame: WatchFrame): void {
      if (frame.type === "here") {
        count.value = frame.count + (frame.guests ?? 0);
        return;
      }
      const isAnew = frame.type === "welcome" && frame.reset;
      const merged = merge(isAnew ? EMPTY_HISTORY : history.value, frame.messages);
      history.value = frame.oldestSeq === undefined ? merged : dropBelow(merged, frame.oldestSeq);
      if (frame.type !== "welcome") return;
      epoch.value = frame.epoch;
      count.value = frame.here.count + (frame.here.guests ?? 0);
    },
  };
}

/** Asks what a link leads to. A close code: it leads nowhere. `undefined`: the server could not be asked. */
export async function askAbout(path: string): Promise<WatchAnswer | number | undefined> {
  try {
    const answer = await fetch(path);
    if (answer.status === 404) return CLOSE.channelGone;
    return answer.ok ? v.parse(WatchAnswer, await answer.json()) : undefined;
  } catch {
    return undefined;
  }
}
