/**
 * The one row that says what a channel is, and how far others were told of it. It is in memory as it is on disk.
 */
import type { Tables } from "../platform/migrations.ts";
import type { About, AboutRow } from "./tables.ts";
import { toAbout } from "./tables.ts";

/** What a channel may change about itself. */
export type AboutChange = Partial<Pick<About, "name" | "topic" | "createdBy" | "rules">>;

export class AboutStore {
  readonly #sql: SqlStorage;
  readonly #tables: Tables;
  #about: About | undefined;
  #shards: number;

  constructor(sql: SqlStorage, tables: Tables) {
    this.#sql = sql;
    this.#tables = tables;
    const [row] = tables.exist ? sql.exec<AboutRow>("SELECT * FROM about").toArray() : [];
    this.#about = row && toAbout(row);
    this.#shards = this.#about?.shards ?? 1;
  }

  /** `undefined`: nothing was written here yet. */
  get value(): About | undefined {
    return this.#about;
  }

  /** How many shards of people this channel has heard of. */
  get shards(): number {
    return this.#shards;
  }

  /** Writes what the channel is, with the rest of a first change, as one transaction. */
  begin(about: About, work: () => void = () => {}): void {
    this.#tables.transact(() => {
      const { createdBy, rules, ...plain } = about;
      this.#sql.exec(
        "INSERT INTO about VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, 0, 0, 0)",
        plain.id,
        plain.epoch,
        plain.kind,
        plain.name,
        plain.topic,
        createdBy.id,
        createdBy.name,
        plain.createdAt,
        JSON.stringify(rules),
        plain.settings,
        this.#shards,
      );
      work();
    });
    this.#about = { ...about, shards: this.#shards };
  }

  /** Changes it under the next version; `announce` writes down, in the same transaction, who must hear of it. */
  change(about: About, change: AboutChange, announce: (next: About) => void): About {
    const next: About = { ...about, ...change, settings: about.settings + 1 };
    this.#tables.transact(() => {
      this.#sql.exec(
        "UPDATE about SET name = ?, topic = ?, creator = ?, creator_name = ?, rules = ?, settings = ?",
        next.name,
        next.topic,
        next.createdBy.id,
        next.createdBy.name,
        JSON.stringify(next.rules),
        next.settings,
      );
      announce(next);
    });
    this.#about = next;
    return next;
  }

  /** Invites from before that time (ms) are worth nothing any more. */
  withdrawInvites(now: number): void {
    if (!this.#about) return;
    this.#sql.exec("UPDATE about SET invites_from = ?", now);
    this.#about = { ...this.#about, invitesFrom: now };
  }

  /** Others cannot be told since then (ms), or with 0 everyone was told: a row when that changes. */
  noteOwedSince(owedSince: number): void {
    if (!this.#about || this.#about.owedSince === owedSince) return;
    this.#sql.exec("UPDATE about SET owed_since = ?", owedSince);
    this.#about = { ...this.#about, owedSince };
  }

  /** More shards of people are known: a row, when a person of a new one has come. */
  noteShards(shards: number): void {
    this.#shards = Math.max(this.#shards, shards);
    if (!this.#about || this.#about.shards >= shards) return;
    this.#sql.exec("UPDATE about SET shards = ?", shards);
    this.#about = { ...this.#about, shards };
  }

  /** The channel has ended at that time (ms); `work` belongs to the same transaction. */
  end(about: About, now: number, work: () => void): void {
    this.#tables.transact(() => {
      this.#sql.exec("UPDATE about SET ended = 1, ended_at = ?", now);
      work();
    });
    this.#about = { ...about, ended: 1, endedAt: now };
  }

  /** The files of a deleted channel have left the bucket. */
  noteEmptied(): void {
    if (!this.#about) return;
    this.#sql.exec("UPDATE about SET ended = 2");
    this.#about = { ...this.#about, ended: 2 };
  }

  forget(): void {
    this.#about = undefined;
  }
}
