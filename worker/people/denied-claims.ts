/** Claims of names that the directory granted and that no shard may use any more: it was told so, or too much time has passed. */
import { keysOf } from "../platform/confusables.ts";
import { CLAIM_MAX_AGE_MS } from "../protocol/limits.ts";
import type { Person } from "../protocol/things.ts";

export class DeniedClaims {
  /** By person and key of a claimed name: claims up to that one (ms) are void, as the directory was told at that time (ms). */
  readonly #denied = new Map<string, { readonly at: number; readonly upTo: number }>();

  /** Claims of that key by a person, up to `upTo` (ms), are void. */
  deny(personId: string, key: string, upTo: number, now: number): void {
    for (const [claim, { at }] of this.#denied) if (at < now - 2 * CLAIM_MAX_AGE_MS) this.#denied.delete(claim);
    this.#denied.set(`${personId} ${key}`, { at: now, upTo });
  }

  /** Whether a claim still counts: a name that was claimed long ago may be another person's by now. */
  isUsable({ id, name }: Person, claimedAt: number, now: number): boolean {
    const denials = keysOf(name).map((key) => this.#denied.get(`${id} ${key}`)?.upTo ?? 0);
    return now - claimedAt <= CLAIM_MAX_AGE_MS && Math.max(...denials) < claimedAt;
  }
}
