/**
 * Who is there: distinct people by their open sockets, and what has changed since it was last told.
 * Pure bookkeeping: a socket is only a key here. Lost in sleep, it is rebuilt from the sockets that stayed.
 */
import type { Person } from "./frames.ts";

type Present = { readonly person: Person; readonly sockets: number };

export class Presence {
  readonly #sockets = new Map<object, string>();
  readonly #present = new Map<string, Present>();
  /** As everybody was last told. */
  #told: ReadonlyMap<string, Person> = new Map();

  /** Those who are there already count as told. */
  constructor(sockets: Iterable<readonly [socket: object, person: Person]>) {
    for (const [socket, person] of sockets) this.enter(socket, person);
    this.takeChanges();
  }

  /** Distinct people present. */
  get count(): number {
    return this.#present.size;
  }

  has(personId: string): boolean {
    return this.#present.has(personId);
  }

  enter(socket: object, person: Person): void {
    this.#sockets.set(socket, person.id);
    this.#present.set(person.id, { person, sockets: (this.#present.get(person.id)?.sockets ?? 0) + 1 });
  }

  /** The socket is gone; a second time changes nothing. */
  leave(socket: object): void {
    const held = this.#present.get(this.#sockets.get(socket) ?? "");
    if (!held || !this.#sockets.delete(socket)) return;
    if (held.sockets > 1) this.#present.set(held.person.id, { ...held, sockets: held.sockets - 1 });
    else this.#present.delete(held.person.id);
  }

  /** The person carries another name from now on, if present at all. */
  rename(person: Person): void {
    const held = this.#present.get(person.id);
    if (held) this.#present.set(person.id, { ...held, person });
  }

  /** `first`, if present, then others, at most `limit` people in all. */
  people(limit: number, first?: string): Person[] {
    const leading = this.#present.get(first ?? "")?.person;
    const people = leading ? [leading] : [];
    for (const { person } of this.#present.values()) {
      if (people.length >= limit) break;
      if (person !== leading) people.push(person);
    }
    return people;
  }

  /** Who came and who left since the last call; a rename is one of each. */
  takeChanges(): { readonly joined: Person[]; readonly left: Person[] } {
    const now = new Map([...this.#present].map(([id, { person }]) => [id, person]));
    const joined = [...now.values()].filter((person) => this.#told.get(person.id)?.name !== person.name);
    const left = [...this.#told.values()].filter((person) => now.get(person.id)?.name !== person.name);
    this.#told = now;
    return { joined, left };
  }
}
