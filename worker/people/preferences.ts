/** What a person wants of each conversation, and whom they do not want to hear from: one row a person. */
import type { Tables } from "../platform/migrations.ts";
import { type Refused, refuse } from "../protocol/errors.ts";
import { BLOCKED_MAX } from "../protocol/limits.ts";
import type { Preference } from "../protocol/things.ts";

/** `channels` are preferences by epoch, `blocked` ids of people, both as JSON. */
export const PREFERENCES_TABLE =
  "CREATE TABLE preferences (person TEXT PRIMARY KEY, channels TEXT NOT NULL, blocked TEXT NOT NULL) WITHOUT ROWID";

type Preferences = {
  /** By epoch. What is as it is for everyone is absent. */
  readonly channels: Readonly<Record<string, Preference>>;
  readonly blocked: readonly string[];
};

const NONE: Preferences = { channels: {}, blocked: [] };

export class PreferenceStore {
  readonly #sql: SqlStorage;
  readonly #tables: Tables;

  constructor(sql: SqlStorage, tables: Tables) {
    this.#sql = sql;
    this.#tables = tables;
  }

  of(personId: string): Preferences {
    if (!this.#tables.exist) return NONE;
    const [row] = this.#sql.exec<{ channels: string; blocked: string }>(
      "SELECT channels, blocked FROM preferences WHERE person = ?",
      personId,
    );
    return row ? { channels: JSON.parse(row.channels), blocked: JSON.parse(row.blocked) } : NONE;
  }

  hasBlocked(personId: string, other: string): boolean {
    return this.of(personId).blocked.includes(other);
  }

  /** Changes what a person wants of a channel; `isThere` says which epochs are worth keeping. Answers what it is then. */
  change(personId: string, epoch: string, change: Preference, isThere: (epoch: string) => boolean): Preference {
    const { channels, blocked } = this.of(personId);
    const { notify, hidden, favourite } = { ...channels[epoch], ...change };
    const preference: Preference = {
      ...(notify && { notify }),
      ...(hidden && { hidden }),
      ...(favourite && { favourite }),
    };
    const kept = Object.entries(channels).filter(([other]) => other !== epoch && isThere(other));
    const own: readonly (readonly [string, Preference])[] =
      Object.keys(preference).length > 0 ? [[epoch, preference]] : [];
    this.#write(personId, { channels: Object.fromEntries([...kept, ...own]), blocked });
    return preference;
  }

  /** From now on this person hears nothing from the other one, or does so again. */
  block(personId: string, other: string, isBlocked: boolean): Refused | undefined {
    const { channels, blocked } = this.of(personId);
    if (blocked.includes(other) === isBlocked) return undefined;
    if (isBlocked && blocked.length >= BLOCKED_MAX)
      return refuse("too_many", `You already block ${BLOCKED_MAX} people. Unblock someone first.`);
    const rest = blocked.filter((id) => id !== other);
    this.#write(personId, { channels, blocked: isBlocked ? [...rest, other] : rest });
    return undefined;
  }

  /** Once a day. */
  forgetOld(): void {
    this.#sql.exec("DELETE FROM preferences WHERE person NOT IN (SELECT id FROM people)");
  }

  #write(personId: string, { channels, blocked }: Preferences): void {
    this.#tables.transact(() =>
      this.#sql.exec(
        "INSERT OR REPLACE INTO preferences VALUES (?, ?, ?)",
        personId,
        JSON.stringify(channels),
        JSON.stringify(blocked),
      ),
    );
  }
}
