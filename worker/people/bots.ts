/**
 * The bots of a shard's people. A bot is a person whose one session is its key; it lives in the shard of its maker, and ends with the
 * maker's last session unless the maker keeps a recovery code.
 */
import { SESSION_ENDED } from "../platform/authority.ts";
import { type Refused, refuse } from "../protocol/errors.ts";
import { BOTS_MAX } from "../protocol/limits.ts";
import type { Person } from "../protocol/things.ts";
import type { PersonStore } from "./person-store.ts";
import type { SessionKey, SignInOutcome } from "./rpc.ts";
import type { Sessions } from "./sessions.ts";

type Done = { readonly kind: "done" };

/** How a bot's one session is called among devices. */
const LABEL = "Bot";
const NO_SUCH_BOT = refuse("not_found", "You don't have this bot.");
const DONE: Done = { kind: "done" };

export class Bots {
  readonly #persons: PersonStore;
  readonly #sessions: Sessions;

  constructor(persons: PersonStore, sessions: Sessions) {
    this.#persons = persons;
    this.#sessions = sessions;
  }

  /** The living bots of a person, in the order of their ids. */
  of(ownerId: string): readonly Person[] {
    return this.#persons.peopleById(this.#persons.botsOf(ownerId));
  }

  /** Whether a person may make one more. */
  mayMake(key: SessionKey): Refused | Done {
    if (!this.#sessions.find(key)) return SESSION_ENDED;
    if (this.of(key.personId).length >= BOTS_MAX)
      return refuse("too_many", `You already have ${BOTS_MAX} bots. Delete one first.`);
    return DONE;
  }

  /** A new bot under a name that the directory has granted. `hash` is the digest of its key. */
  create(key: SessionKey, bot: Person, hash: string, claimedAt: number, marks: string): SignInOutcome {
    // Asked once more, since the answer was lost: it is there.
    const isMade = this.of(key.personId).some(({ id }) => id === bot.id);
    const refused = isMade ? DONE : this.mayMake(key);
    if (refused.kind === "refused") return refused;
    return this.#sessions.create(bot, { session: hash, label: LABEL }, claimedAt, marks, key.personId);
  }

  /** A new key. The old one ends at once, on open sockets too. */
  async changeKey(key: SessionKey, botId: string, hash: string): Promise<SignInOutcome> {
    const refused = this.#find(key, botId);
    if (refused) return refused;
    const before = this.#persons.sessions(botId).filter((session) => session !== hash);
    if (!this.#persons.sessions(botId).includes(hash))
      this.#persons.addSession(botId, { session: hash, label: LABEL }, Date.now());
    await this.#sessions.end(botId, before);
    const [person] = this.#persons.peopleById([botId]);
    return person ? { kind: "signed in", person, isOwner: false } : NO_SUCH_BOT;
  }

  /** Ends a bot. Its name is free then. */
  async end(key: SessionKey, botId: string): Promise<Refused | Done> {
    const refused = this.#find(key, botId);
    if (refused) return refused;
    await this.#sessions.end(botId, this.#persons.sessions(botId));
    return DONE;
  }

  #find(key: SessionKey, botId: string): Refused | undefined {
    if (!this.#sessions.find(key)) return SESSION_ENDED;
    return this.of(key.personId).some(({ id }) => id === botId) ? undefined : NO_SUCH_BOT;
  }
}
