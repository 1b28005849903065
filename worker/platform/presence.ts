/**
 * Who is there: distinct people by their open sockets, and what has changed since it was last told.
 * Pure bookkeeping: a socket is only a key here. Lost in sleep, it is rebuilt from the sockets that stayed.
 */
import type { Person } from "../protocol/things.ts";

type Present = { readonly person: Person; readonly sockets: number };

/** People whose coming and going is remembered until it can be told: while a channel is too full for names, none of it is. */
const TOUCHED_MAX = 10_000;

export class Presence {
  readonly #sockets = new Map<object, string>();
  readonly #present = new Map<string, Present>();
  /**
   * Who came, went or was renamed since it was last told, with the names they had. A person who came and went counts too:
   * a newcomer may have been welcomed in between and knows more than the others.
   */
  readonly #touched = new Map<string, Person[]>();

  /** Those who are there already count as told. */
  constructor(sockets: Iterable<readonly [socket: object, person: Person]>) {
    for (const [socket, person] of sockets) this.enter(socket, person);
    this.#touched.clear();
  }

  /** Distinct people present. */
  get count(): number {
    return this.#present.size;
  }

  /** Open sockets. */
  get sockets(): number {
    return this.#sockets.size;
  }

  has(personId: string): boolean {
    return this.#present.has(personId);
  }

  enter(socket: object, person: Person): void {
    const held = this.#present.get(person.id);
    this.#sockets.set(socket, person.id);
    this.#present.set(person.id, { person, sockets: (held?.sockets ?? 0) + 1 });
    if (held?.person.name !== person.name) this.#touch(person.id, held?.person);
  }

  /** The socket is gone; a second time changes nothing. */
  leave(socket: object): void {
    const held = this.#present.get(this.#sockets.get(socket) ?? "");
    if (!held || !this.#sockets.delete(socket)) return;
    if (held.sockets > 1) {
      this.#present.set(held.person.id, { ...held, sockets: held.sockets - 1 });
    } else {
      this.#present.delete(held.person.id);
      this.#touch(held.person.id, held.person);
    }
  }

  /** The person carries another name from now on, if present at all. */
  rename(person: Person): void {
    const held = this.#present.get(person.id);
    if (!held || held.person.name === person.name) return;
    this.#present.set(person.id, { ...held, person });
    this.#touch(person.id, held.person);
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

  /** Whether anyone came, went or was renamed and has not been told of. */
  get hasChanges(): boolean {
    return this.#touched.size > 0;
  }

  /**
   * Who came and who left since the last call, of at most `limit` people; the others are in the next call. A rename is one of
   * each. Taking it in twice does no harm.
   */
  takeChanges(limit = Number.POSITIVE_INFINITY): { readonly joined: Person[]; readonly left: Person[] } {
    const joined: Person[] = [];
    const left: Person[] = [];
    let taken = 0;
    for (const [id, before] of this.#touched) {
      if (taken++ >= limit) break;
      this.#touched.delete(id);
      const now = this.#present.get(id)?.person;
      if (now) joined.push(now);
      const gone = before.filter(({ name }) => name !== now?.name).at(-1);
      if (gone) left.push(gone);
    }
    return { joined, left };
  }

  #touch(id: string, before: Person | undefined): void {
    // Each name once, and no more than two: only the last one that differs from the present one is told.
    const names = (this.#touched.get(id) ?? []).filter(({ name }) => name !== before?.name);
    this.#touched.set(id, [...names, ...(before ? [before] : [])].slice(-2));
    const oldest = this.#touched.keys().next().value;
    if (this.#touched.size > TOUCHED_MAX && oldest !== undefined) this.#touched.delete(oldest);
  }
}
