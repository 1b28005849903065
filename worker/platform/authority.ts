/**
 * Whose authority a call carries, and until when it counts. A person's shard checks the session and issues an `AuthContext`;
 * the object that acts on it refuses one that is too old, and one from before the object started: the end of that session,
 * which the object may have been told of, is forgotten by then. The front door then checks again.
 */
import { type Refused, refuse } from "../protocol/errors.ts";
import { CHECK_MAX_AGE_MS } from "../protocol/limits.ts";
import type { Person } from "../protocol/things.ts";

/**
 * Who a person is since `version` (ms): under which name, and whether as an owner of the site. The higher version wins. `maker` is the
 * person who made a bot.
 */
export type Identity = {
  readonly person: Person;
  readonly isOwner: boolean;
  readonly version: number;
  readonly maker?: string;
};

/** A person and the session that acts, known by its hash. Kept with each socket through sleep. */
export type SessionIdentity = Identity & { readonly session: string };

/** `checkedAt`: when (ms) the shard found the session alive. `shards`: how many shards of people there are. */
export type AuthContext = SessionIdentity & { readonly checkedAt: number; readonly shards: number };

/** The check is too old to count. Nothing was done. */
export type Stale = { readonly kind: "stale" /** The object's clock then (ms). */; readonly at: number };

export type NotAuthorized = Refused | Stale;

export const SESSION_ENDED = refuse("unauthorized", "This session has ended.");

/** Sessions that ended are remembered for this long (ms): longer than any check from before counts. */
const ENDED_KEPT_MS = 2 * CHECK_MAX_AGE_MS;
/** Identities that changed are remembered for those who changed last; older ones are in newer checks. */
const IDENTITIES_MAX = 1_000;

/** What an object remembers, while awake, of sessions that ended and people who changed. */
export class Authority {
  readonly #startedAt = Date.now();
  /** By session: when (ms) the object was told of its end. */
  readonly #recentlyEndedSessions = new Map<string, number>();
  readonly #recentIdentities = new Map<string, Identity>();

  /** The context as it is now, with the newest name; or why it does not count. */
  authorize<A extends AuthContext>(
    auth: A,
    now: number,
  ): NotAuthorized | { readonly kind: "authorized"; readonly auth: A } {
    if (this.#recentlyEndedSessions.has(auth.session)) return SESSION_ENDED;
    const { checkedAt } = auth;
    if (checkedAt < this.#startedAt || checkedAt < now - CHECK_MAX_AGE_MS) return { kind: "stale", at: now };
    const changed = this.#recentIdentities.get(auth.person.id);
    return { kind: "authorized", auth: changed && changed.version > auth.version ? { ...auth, ...changed } : auth };
  }

  /** A session has ended. */
  endSession(session: string, now: number): void {
    for (const [other, at] of this.#recentlyEndedSessions) {
      if (at > now - ENDED_KEPT_MS) break;
      this.#recentlyEndedSessions.delete(other);
    }
    this.#recentlyEndedSessions.set(session, now);
  }

  /** A person has a new name, or became an owner. `false`: something newer is known. */
  update(identity: Identity): boolean {
    const { person, version } = identity;
    if ((this.#recentIdentities.get(person.id)?.version ?? 0) >= version) return false;
    this.#recentIdentities.delete(person.id);
    this.#recentIdentities.set(person.id, identity);
    const oldest = this.#recentIdentities.keys().next().value;
    if (this.#recentIdentities.size > IDENTITIES_MAX && oldest !== undefined) this.#recentIdentities.delete(oldest);
    return true;
  }
}
