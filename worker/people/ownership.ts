/** Who of a shard's people is an owner of the site: as long as the code is the one by which they became it. */
import { SESSION_ENDED } from "../platform/authority.ts";
import type { Tables } from "../platform/migrations.ts";
import { type PersonFacts, type PersonStore, versionAfter } from "./person-store.ts";
import type { SessionKey, SignInOutcome } from "./rpc.ts";
import type { Sessions } from "./sessions.ts";

type Parts = { readonly tables: Tables; readonly persons: PersonStore; readonly sessions: Sessions };

export class Ownership {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The person of this session becomes an owner by a code, known by its digest. Whether it was right the front door knows. */
  async begin(key: SessionKey, ownerKey: string): Promise<SignInOutcome> {
    const { persons, sessions } = this.#parts;
    const facts = sessions.find(key) && persons.person(key.personId);
    if (!facts) return SESSION_ENDED;
    await this.#set(facts, ownerKey);
    return { kind: "signed in", person: facts.identity.person, isOwner: true };
  }

  /** The person is an owner no more: by their wish, or since the code is another one. */
  async end(personId: string): Promise<void> {
    const facts = this.#parts.persons.person(personId);
    if (facts?.identity.isOwner) await this.#set(facts, "");
  }

  async #set(facts: PersonFacts, ownerKey: string): Promise<void> {
    const { tables, persons, sessions } = this.#parts;
    const { person, isOwner } = facts.identity;
    const willBe = ownerKey !== "";
    tables.transact(() => persons.setOwner(person.id, ownerKey));
    if (isOwner === willBe) return;
    const version = versionAfter(facts, Date.now());
    await sessions.change(facts, { person, isOwner: willBe, version }, facts.claimedAt);
  }
}
