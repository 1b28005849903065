/** Who is in a private channel, in the order they came. The channel is the only authority on it; the rows are in memory as well. */
import type { Tables } from "../platform/migrations.ts";
import type { Person } from "../protocol/things.ts";

/** `name` is the one a person had on coming, or in a group has now. */
export const MEMBERS_TABLE =
  "CREATE TABLE members (position INTEGER PRIMARY KEY, person TEXT NOT NULL UNIQUE, name TEXT NOT NULL)";

type MemberRow = { readonly position: number; readonly person: string; readonly name: string };

export class Members {
  readonly #sql: SqlStorage;
  #people = new Map<string, Person>();

  constructor(sql: SqlStorage, tables: Tables) {
    this.#sql = sql;
    if (!tables.exist) return;
    for (const { person, name } of sql.exec<MemberRow>("SELECT * FROM members ORDER BY position"))
      this.#people.set(person, { id: person, name });
  }

  get size(): number {
    return this.#people.size;
  }

  has(personId: string): boolean {
    return this.#people.has(personId);
  }

  ids(): readonly string[] {
    return [...this.#people.keys()];
  }

  people(): readonly Person[] {
    return [...this.#people.values()];
  }

  /** Writes who is in: inside the transaction of the change. `hold` follows when it is on disk. */
  write(people: readonly Person[]): void {
    const kept = new Set(people.map(({ id }) => id));
    for (const id of this.#people.keys()) if (!kept.has(id)) this.#sql.exec("DELETE FROM members WHERE person = ?", id);
    for (const { id, name } of people)
      if (!this.#people.has(id)) this.#sql.exec("INSERT INTO members (person, name) VALUES (?, ?)", id, name);
  }

  /** Inside the transaction of the change. */
  rename({ id, name }: Person): void {
    this.#sql.exec("UPDATE members SET name = ? WHERE person = ?", name, id);
  }

  hold(people: readonly Person[]): void {
    this.#people = new Map(people.map((person) => [person.id, person]));
  }
}
