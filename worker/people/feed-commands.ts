/** What a client may say on its feed: how far it has read. The marks are written before anyone is told. */
import { TokenBuckets } from "../platform/rate-limit.ts";
import type { FeedCommand } from "../protocol/commands.ts";
import { type Refused, refuse } from "../protocol/errors.ts";
import { READ_RATE } from "../protocol/limits.ts";
import type { Feed } from "./feed.ts";
import type { FeedState } from "./feed-state.ts";
import { markRead, markUnread } from "./read-marks.ts";

export class FeedCommands {
  readonly #feed: Feed;
  readonly #state: FeedState;
  readonly #buckets = new TokenBuckets(READ_RATE);

  constructor(feed: Feed, state: FeedState) {
    this.#feed = feed;
    this.#state = state;
  }

  /** Moves a person's marks, and tells their other sockets which of them moved. */
  execute(socket: WebSocket, command: FeedCommand, now: number): Refused | undefined {
    if (command.type === "visible") {
      this.#feed.sockets.setVisible(socket, command.on);
      return undefined;
    }
    const personId = this.#feed.sockets.identity(socket).person.id;
    const retryAfterMs = this.#buckets.waitMs(personId, now);
    if (retryAfterMs > 0) return refuse("rate_limited", "Too many read marks. Wait a moment.", retryAfterMs);
    this.#buckets.take(personId, now);
    return command.type === "read" ? this.#read(personId, socket, command) : this.#unread(personId, socket, command);
  }

  #read(personId: string, socket: WebSocket, { channels }: Extract<FeedCommand, { type: "read" }>): undefined {
    const moved: { id: string; seq: number }[] = [];
    this.#state.update(personId, (marks) => {
      let changed = marks;
      for (const entry of channels) {
        const epoch = this.#state.epochOf(personId, entry.id);
        const next = epoch === undefined ? changed : markRead(changed, epoch, entry.seq);
        if (next !== changed) moved.push(entry);
        changed = next;
      }
      return changed;
    });
    if (moved.length > 0) this.#feed.sendToOthers(personId, socket, { type: "read", channels: moved });
  }

  #unread(personId: string, socket: WebSocket, command: Extract<FeedCommand, { type: "unread" }>): Refused | undefined {
    const epoch = this.#state.epochOf(personId, command.id);
    if (epoch === undefined) return refuse("not_found", "This channel doesn't exist.");
    this.#state.update(personId, (marks) => markUnread(marks, epoch, command.seq));
    this.#feed.sendToOthers(personId, socket, command);
    return undefined;
  }
}
