/**
 * How fast a channel takes changes: of one person, and of all together. In memory: the object forgets it in sleep, when there is no haste.
 */
import { TokenBuckets } from "../platform/rate-limit.ts";
import { type Refused, refuse } from "../protocol/errors.ts";
import { CHANGE_RATE, CHANNEL_RATE, MESSAGE_RATE, SETTINGS_RATE } from "../protocol/limits.ts";

const ALL = "all";

export class Allowances {
  readonly #messages = new TokenBuckets(MESSAGE_RATE);
  readonly #changes = new TokenBuckets(CHANGE_RATE);
  readonly #channel = new TokenBuckets(CHANNEL_RATE);
  readonly #settings = new TokenBuckets(SETTINGS_RATE);

  /** One more message of a hook, which has a pace of its own. */
  takeOfHook(now: number): Refused | undefined {
    const busyMs = this.#channel.waitMs(ALL, now);
    if (busyMs > 0) return refuse("busy", "This channel is very busy. Try again in a moment.", busyMs);
    this.#channel.take(ALL, now);
    return undefined;
  }

  /** One more message (`isNew`) or other change of a person. Takes from both allowances, or refuses and takes from neither. */
  take(personId: string, isNew: boolean, now: number): Refused | undefined {
    const busyMs = this.#channel.waitMs(ALL, now);
    if (busyMs > 0) return refuse("busy", "This channel is very busy. Try again in a moment.", busyMs);
    const own = isNew ? this.#messages : this.#changes;
    const waitMs = own.waitMs(personId, now);
    if (waitMs > 0)
      return refuse(
        "rate_limited",
        isNew ? "Too many messages. Wait a moment." : "Too many changes. Wait a moment.",
        waitMs,
      );
    own.take(personId, now);
    this.#channel.take(ALL, now);
    return undefined;
  }

  /** One more change of the channel's settings. */
  takeSettings(personId: string, now: number): Refused | undefined {
    const waitMs = Math.max(this.#settings.waitMs(ALL, now), this.#changes.waitMs(personId, now));
    if (waitMs > 0)
      return refuse("rate_limited", "This channel was just changed several times. Wait a moment.", waitMs);
    this.#settings.take(ALL, now);
    this.#changes.take(personId, now);
    return undefined;
  }
}
