/** What has just come in, for announcements and notifications. Everyone who listens hears of each message, however many come at once. */
import type { Message } from "../../worker/protocol/things.ts";

/** Messages that just came. What was there before is no news. */
export type Incoming = { readonly channelId: string; readonly messages: readonly Message[] };

export function createIncoming() {
  const listeners = new Set<(incoming: Incoming) => void>();
  return {
    emit(incoming: Incoming): void {
      for (const listener of listeners) listener(incoming);
    },

    /** Calls back with everything that comes from now on. The answer ends it. */
    listen(listener: (incoming: Incoming) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
