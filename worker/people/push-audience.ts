import type { PreferenceStore } from "./preferences.ts";
import type { Subscriptions } from "./subscriptions.ts";

type Parts = {
  readonly subscriptions: Pick<Subscriptions, "people">;
  readonly preferences: Pick<PreferenceStore, "of">;
};

/** Who has a device and wants to hear of everything in a public channel. Gathered when it is asked for, and kept in memory. */
export class PushAudience {
  readonly #parts: Parts;
  #byEpoch: Map<string, Set<string>> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The people to tell of a message in the channel of an epoch. */
  of(epoch: string): ReadonlySet<string> {
    this.#byEpoch ??= this.#gather();
    return this.#byEpoch.get(epoch) ?? new Set();
  }

  /** What people want, or who has a device, has changed. */
  forget(): void {
    this.#byEpoch = undefined;
  }

  #gather(): Map<string, Set<string>> {
    const byEpoch = new Map<string, Set<string>>();
    for (const person of this.#parts.subscriptions.people()) {
      for (const [epoch, { notify }] of Object.entries(this.#parts.preferences.of(person).channels)) {
        if (notify === "all") byEpoch.set(epoch, (byEpoch.get(epoch) ?? new Set()).add(person));
      }
    }
    return byEpoch;
  }
}
