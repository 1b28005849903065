/**
 * The tables of an object and their versions. An object that was only asked for, and never written to, has none.
 */

/** Statements that lead from each version to the next; the first entry makes version 1 out of nothing. */
export type Migrations = readonly (readonly string[])[];

export class Tables {
  readonly #storage: DurableObjectStorage;
  readonly #migrations: Migrations;
  #exist: boolean;

  /** Reads only, unless tables of an older version are there: these are brought to the newest one. */
  constructor(storage: DurableObjectStorage, migrations: Migrations) {
    this.#storage = storage;
    this.#migrations = migrations;
    this.#exist = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'schema'").toArray().length > 0;
    if (!this.#exist) return;
    const { version } = storage.sql.exec<{ version: number }>("SELECT version FROM schema").one();
    if (version < migrations.length) storage.transactionSync(() => this.#migrate(version));
  }

  /** Whether anything was ever written. */
  get exist(): boolean {
    return this.#exist;
  }

  /** Runs `work` as one transaction, with the tables there. Memory may change after it returned; a throw leaves nothing behind. */
  transact<T>(work: () => T): T {
    const result = this.#storage.transactionSync(() => {
      if (!this.#exist) this.#migrate(0);
      return work();
    });
    this.#exist = true;
    return result;
  }

  /** The storage was emptied. */
  forget(): void {
    this.#exist = false;
  }

  #migrate(version: number): void {
    const { sql } = this.#storage;
    if (version === 0) sql.exec("CREATE TABLE schema (version INTEGER NOT NULL)");
    for (const statement of this.#migrations.slice(version).flat()) sql.exec(statement);
    sql.exec("DELETE FROM schema");
    sql.exec("INSERT INTO schema VALUES (?)", this.#migrations.length);
  }
}
