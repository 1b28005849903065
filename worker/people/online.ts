/**
 * Who is online: the people of this shard by their open feeds, those of other shards as the directory tells.
 * Pure bookkeeping; lost in sleep, it is rebuilt from the sockets that stayed and asked for anew.
 */
import type { ShardPresence } from "../directory/rpc.ts";
import type { Presence } from "../platform/presence.ts";
import { NAMED_ONLINE_MAX } from "../protocol/limits.ts";
import type { OnlinePerson, Person } from "../protocol/things.ts";

type Elsewhere = { readonly count: number; readonly people: ReadonlyMap<string, Person> };

export class Online {
  readonly #own: Presence;
  readonly #elsewhere = new Map<number, Elsewhere>();
  /** Who changed and is not told to the feeds of this shard yet. */
  readonly #changed = new Map<string, OnlinePerson>();

  constructor(own: Presence) {
    this.#own = own;
  }

  /** People online on the whole site. */
  get count(): number {
    return [...this.#elsewhere.values()].reduce((sum, { count }) => sum + count, this.#own.count);
  }

  has(personId: string): boolean {
    return this.#own.has(personId) || [...this.#elsewhere.values()].some(({ people }) => people.has(personId));
  }

  /** People online, those of this shard first, at most `limit`. */
  people(limit: number, first: string): readonly Person[] {
    const own = this.#own.people(limit, first);
    const others = [...this.#elsewhere.values()].flatMap(({ people }) => [...people.values()]);
    return [...own, ...others].slice(0, limit);
  }

  /** All of this shard who are online, for the others. */
  summary(shard: number): ShardPresence {
    const people = this.#own.people(NAMED_ONLINE_MAX).map((person) => ({ ...person, online: true }));
    return { shard, count: this.#own.count, people, isWhole: true };
  }

  /** Who of this shard changed since the last call. They count as changed for its feeds as well. */
  takeOwnChanges(): readonly OnlinePerson[] {
    const { joined, left } = this.#own.takeChanges();
    const changes = [
      ...left.filter(({ id }) => !this.#own.has(id)).map((person) => ({ ...person, online: false })),
      ...joined.map((person) => ({ ...person, online: true })),
    ];
    for (const person of changes) this.#changed.set(person.id, person);
    return changes;
  }

  /**
   * What another shard has told. A whole report lists everyone online: anyone missing from it has left. `isHeard`: a feed of this
   * shard is open. Departures are told in any case: after a sleep this object does not know whom the feeds show.
   */
  note({ shard, count, people, isWhole }: ShardPresence, isHeard: boolean): void {
    const before = this.#elsewhere.get(shard)?.people ?? new Map<string, Person>();
    const after = new Map(isWhole ? [] : before);
    for (const { id, name, online } of people) {
      if (online) after.set(id, { id, name });
      else after.delete(id);
    }
    this.#elsewhere.set(shard, { count, people: after });
    if (!isHeard) return;
    for (const person of after.values()) {
      if (before.get(person.id)?.name !== person.name) this.#changed.set(person.id, { ...person, online: true });
    }
    for (const person of [...before.values(), ...people]) {
      if (!after.has(person.id)) this.#changed.set(person.id, { id: person.id, name: person.name, online: false });
    }
  }

  /** Up to `limit` people whose change the feeds of this shard have not been told. */
  takeChanges(limit: number): readonly OnlinePerson[] {
    const people = [...this.#changed.values()].slice(0, limit);
    for (const { id } of people) this.#changed.delete(id);
    return people;
  }

  get hasChanges(): boolean {
    return this.#changed.size > 0;
  }
}
