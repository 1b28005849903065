/**
 * Who holds which name: the rows, and the turn in which a claim is decided.
 *
 *   claim ──keys free──▶ granted
 *     └──a key is held──▶ surely theirs? ──yes──▶ taken
 *                           │ no: the holder's shard is asked
 *                           ├──it holds the name──▶ taken, and surely theirs until 90 days after they were seen
 *                           ├──it does not────────▶ granted
 *                           └──unreachable────────▶ taken
 *
 * There is no confirmation and no lease: an unused claim is found out when another person wants the name.
 */
import { keysOf } from "../platform/confusables.ts";
import type { Tables } from "../platform/migrations.ts";
import { CLAIM_MAX_AGE_MS } from "../protocol/limits.ts";
import { isHook } from "../protocol/text.ts";

/** A row per key that a name is known by. `sure_until` (ms): until then its holder need not be asked. */
export const NAME_TABLES = [
  "CREATE TABLE names (key TEXT PRIMARY KEY, person TEXT NOT NULL, name TEXT NOT NULL, claimed_at INTEGER NOT NULL, sure_until INTEGER NOT NULL) WITHOUT ROWID",
];

/** Who has a key, under which name. */
export type Holder = { readonly person: string; readonly key: string; readonly claimedAt: number };

type NameRow = {
  readonly key: string;
  readonly person: string;
  readonly name: string;
  readonly claimed_at: number;
  readonly sure_until: number;
};

/** Asks a holder's shard whether the name they have now has that key. Throws when it cannot be reached. */
export type AskHolder = (holder: Holder) => Promise<{ readonly holds: boolean; readonly until: number }>;

/** Rounds of asking before a claim is given up: each is about a holder who turned out to have nothing. */
const ROUNDS_MAX = 4;

export class Names {
  readonly #sql: SqlStorage;
  readonly #tables: Tables;
  readonly #askHolder: AskHolder;
  #lastClaimAt = 0;

  constructor(sql: SqlStorage, tables: Tables, askHolder: AskHolder) {
    this.#sql = sql;
    this.#tables = tables;
    this.#askHolder = askHolder;
  }

  /** Every person who holds a name, each once, and no hook. Reads all rows: for the search, on first use. */
  all(): readonly { readonly person: string; readonly name: string }[] {
    if (!this.#tables.exist) return [];
    const rows = this.#sql.exec<{ person: string; name: string }>("SELECT DISTINCT person, name FROM names").toArray();
    return rows.filter(({ person }) => !isHook({ id: person }));
  }

  /**
   * Claims a name for a person; `granted` runs in the transaction that writes it. Answers when (ms) that was, by a clock that never
   * repeats; `undefined`: the name is taken.
   */
  async claim(name: string, personId: string, granted: () => void): Promise<number | undefined> {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const now = Date.now();
      const conflict = this.#conflictOf(name, personId);
      if (!conflict) return this.#grant(name, personId, now, granted);
      if (conflict.claimed_at > now - CLAIM_MAX_AGE_MS || conflict.sure_until > now) return undefined;
      const holder: Holder = { person: conflict.person, key: conflict.key, claimedAt: conflict.claimed_at };
      const answer = await this.#ask(holder);
      if (answer === undefined) return undefined;
      if (answer.holds) {
        this.#noteSure(holder, answer.until);
        return undefined;
      }
      this.#tables.transact(() => this.#delete(holder.key, holder.person, holder.claimedAt));
    }
    return undefined;
  }

  /** A person has that name no more: claims of it up to `upTo` (ms) are void. Says whether there were any: a later one stays. */
  release(personId: string, name: string, upTo: number): boolean {
    if (!this.#tables.exist) return false;
    return keysOf(name)
      .map((key) => this.#delete(key, personId, upTo))
      .some(Boolean);
  }

  #grant(name: string, person: string, now: number, granted: () => void): number {
    const claimedAt = Math.max(now, this.#lastClaimAt + 1);
    this.#lastClaimAt = claimedAt;
    this.#tables.transact(() => {
      for (const key of keysOf(name)) {
        this.#sql.exec("INSERT OR REPLACE INTO names VALUES (?, ?, ?, ?, 0)", key, person, name, claimedAt);
      }
      granted();
    });
    return claimedAt;
  }

  /** The person who made this very claim before: the platform repeats a call whose answer was lost. */
  claimant(name: string, nonce: string): string | undefined {
    if (!this.#tables.exist) return undefined;
    const rows = keysOf(name).flatMap((key) =>
      this.#sql.exec<NameRow>("SELECT * FROM names WHERE key = ?", key).toArray(),
    );
    return rows.find(({ person }) => person.endsWith(`-${nonce}`))?.person;
  }

  /** The newest row of another person under one of these keys. */
  #conflictOf(name: string, personId: string): NameRow | undefined {
    if (!this.#tables.exist) return undefined;
    const rows = keysOf(name).flatMap((key) =>
      this.#sql.exec<NameRow>("SELECT * FROM names WHERE key = ?", key).toArray(),
    );
    return rows.filter(({ person }) => person !== personId).sort((a, b) => b.claimed_at - a.claimed_at)[0];
  }

  async #ask(holder: Holder): Promise<Awaited<ReturnType<AskHolder>> | undefined> {
    try {
      return await this.#askHolder(holder);
    } catch {
      return undefined; // out of reach: the name stays theirs
    }
  }

  #noteSure({ person, key, claimedAt }: Holder, until: number): void {
    this.#sql.exec(
      "UPDATE names SET sure_until = ? WHERE key = ? AND person = ? AND claimed_at = ?",
      until,
      key,
      person,
      claimedAt,
    );
  }

  #delete(key: string, person: string, upTo: number): boolean {
    const gone = this.#sql.exec(
      "DELETE FROM names WHERE key = ? AND person = ? AND claimed_at <= ? RETURNING 1",
      key,
      person,
      upTo,
    );
    return gone.toArray().length > 0;
  }
}
