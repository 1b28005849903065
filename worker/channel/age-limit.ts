/**
 * How long a channel keeps its messages, where it says so. What is older leaves the window as if it were the hundred-and-first message:
 * text, files and pins go, numbers and ids stay.
 */
import type { Job } from "../platform/schedule.ts";
import type { History } from "../protocol/history.ts";
import type { Message } from "../protocol/things.ts";
import type { Pins } from "./pins.ts";
import type { About } from "./tables.ts";

/** Two runs are at least so far apart (ms): a message goes within a minute of its time. */
const RUN_EVERY_MS = 30_000;

type Parts = {
  readonly about: () => About | undefined;
  readonly history: () => History;
  readonly pins: Pick<Pins, "oldestAt" | "expire">;
  /** Takes these messages out of the window, oldest first. */
  readonly expire: (messages: readonly Message[]) => void;
};

export class AgeLimit {
  readonly #parts: Parts;
  #ranAt = Number.NEGATIVE_INFINITY;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** For the schedule. */
  get job(): Job {
    return { dueAt: () => this.#dueAt(), isUpkeep: true, run: (now) => this.#run(now) };
  }

  #dueAt(): number | undefined {
    const keepMs = this.#parts.about()?.rules.keepMs;
    const oldest = this.#parts.history().messages[0]?.sentAt ?? Number.POSITIVE_INFINITY;
    const oldestAt = Math.min(oldest, this.#parts.pins.oldestAt ?? Number.POSITIVE_INFINITY);
    if (!keepMs || oldestAt === Number.POSITIVE_INFINITY) return undefined;
    return Math.max(oldestAt + keepMs, this.#ranAt + RUN_EVERY_MS);
  }

  #run(now: number): void {
    this.#ranAt = now;
    const keepMs = this.#parts.about()?.rules.keepMs;
    if (!keepMs) return;
    const old = this.#parts.history().messages.filter(({ sentAt }) => sentAt + keepMs <= now);
    if (old.length > 0) this.#parts.expire(old);
    // A pin outlives its message in the window, and not the age limit.
    this.#parts.pins.expire(now - keepMs);
  }
}
