/** How a person comes back or brings one more device: by a link, which works once, or by a recovery code. */
import { SESSION_ENDED } from "../platform/authority.ts";
import type { Tables } from "../platform/migrations.ts";
import { type Refused, refuse } from "../protocol/errors.ts";
import { LINK_MS } from "../protocol/limits.ts";
import type { NewSession, PersonStore, SessionFacts } from "./person-store.ts";
import type { SessionKey, SignInOutcome } from "./rpc.ts";
import type { WaysBack } from "./ways-back.ts";

type Parts = {
  readonly tables: Tables;
  readonly persons: PersonStore;
  readonly waysBack: WaysBack;
  readonly sessionOf: (key: SessionKey) => SessionFacts | undefined;
};

const LINK_EXPIRED = refuse("link_expired", "This link was already used, or it's more than ten minutes old.");

export class Returning {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Says until when (ms) a link for one more device works, known by its hash. */
  addLink(key: SessionKey, hash: string): Refused | { readonly kind: "link"; readonly expiresAt: number } {
    const { tables, waysBack, sessionOf } = this.#parts;
    if (!sessionOf(key)) return SESSION_ENDED; // a link would outlive the session
    const expiresAt = Date.now() + LINK_MS;
    tables.transact(() => waysBack.addLink(hash, key.personId, expiresAt));
    return { kind: "link", expiresAt };
  }

  /** A recovery code, known by its hash, in the place of the former one; without a hash there is none any more. */
  setRecovery({ personId, ...key }: SessionKey, hash: string | undefined): Refused | { readonly kind: "done" } {
    const { tables, waysBack, sessionOf } = this.#parts;
    if (!sessionOf({ personId, ...key })) return SESSION_ENDED;
    tables.transact(() =>
      hash === undefined ? waysBack.deleteRecovery(personId) : waysBack.setRecovery(personId, hash),
    );
    return { kind: "done" };
  }

  /** Whose link or recovery code that is. A link is used up by `redeem`, not by asking. */
  owner(hash: string): string | undefined {
    return this.#parts.waysBack.owner(hash, Date.now());
  }

  /** One more session for the person whose link or code it is. Asked once more, since an answer was lost, it answers the same. */
  redeem(hash: string, personId: string, session: NewSession): SignInOutcome {
    const now = Date.now();
    const { tables, persons, waysBack } = this.#parts;
    const isRepeated = persons.session(personId, session.session, now) !== undefined;
    const facts = isRepeated || waysBack.owner(hash, now) === personId ? persons.person(personId) : undefined;
    if (!facts) return LINK_EXPIRED;
    if (!isRepeated)
      tables.transact(() => {
        waysBack.deleteLink(hash);
        waysBack.noteUnseen(personId, 0);
        persons.addSession(personId, session, now);
      });
    const { person, isOwner } = facts.identity;
    return { kind: "signed in", person, isOwner };
  }
}
