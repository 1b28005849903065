/**
 * Search for people by name: one string of all folded names, in order. Pure.
 * A search walks the string, not the people. A name that changes moves one entry; the string is put together again when it is needed.
 */
import { nameKey } from "../protocol/names.ts";
import type { NameHolder } from "./rpc.ts";

type Entry = NameHolder & { readonly folded: string };

export class PeopleSearch {
  readonly #names = new Map<string, Entry>();
  /** By folded name, then by id. */
  readonly #entries: Entry[];
  /** The folded names, each after a line break; `undefined`: names changed since it was put together. */
  #text: string | undefined;
  /** Where each entry begins in the text. */
  #starts: readonly number[] = [];

  constructor(people: Iterable<NameHolder>) {
    for (const { id, name } of people) this.#names.set(id, { id, name, folded: foldForSearch(name) });
    this.#entries = [...this.#names.values()].sort(compare);
  }

  set(id: string, name: string): void {
    const held = this.#names.get(id);
    if (held?.name === name) return;
    if (held) this.delete(id, held.name);
    const entry = { id, name, folded: foldForSearch(name) };
    this.#names.set(id, entry);
    this.#entries.splice(this.#placeOf(entry), 0, entry);
    this.#text = undefined;
  }

  /** Forgets a person under that name; under another one they stay. */
  delete(id: string, name: string): void {
    const held = this.#names.get(id);
    if (held?.name !== name) return;
    this.#names.delete(id);
    this.#entries.splice(this.#placeOf(held), 1);
    this.#text = undefined;
  }

  /** People whose name starts with what was typed, then those whose name contains it, each by name; at most `limit`. */
  find(typed: string, limit: number): readonly NameHolder[] {
    const text = this.#build();
    const wanted = foldForSearch(typed.trim());
    const starting = this.#matches(text, `\n${wanted}`, limit);
    const containing = wanted === "" ? [] : this.#matches(text, wanted, limit + starting.length);
    return [...new Set([...starting, ...containing])]
      .slice(0, limit)
      .flatMap((index) => this.#entries[index] ?? [])
      .map(({ id, name }) => ({ id, name }));
  }

  /** The indexes of entries in whose text `wanted` stands, in order. */
  #matches(text: string, wanted: string, limit: number): readonly number[] {
    const found = new Set<number>();
    for (let at = text.indexOf(wanted); at >= 0 && found.size < limit; ) {
      const index = lastAtOrBefore(this.#starts, at);
      found.add(index);
      at = text.indexOf(wanted, this.#starts[index + 1] ?? Number.POSITIVE_INFINITY);
    }
    return [...found];
  }

  #build(): string {
    if (this.#text !== undefined) return this.#text;
    const starts: number[] = [];
    let length = 0;
    for (const { folded } of this.#entries) {
      starts.push(length);
      length += folded.length + 1;
    }
    this.#starts = starts;
    this.#text = this.#entries.map(({ folded }) => `\n${folded}`).join("");
    return this.#text;
  }

  /** Where an entry stands, or would. */
  #placeOf(entry: Entry): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.#entries[middle];
      if (other && compare(other, entry) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function compare(a: Entry, b: Entry): number {
  if (a.folded !== b.folded) return a.folded < b.folded ? -1 : 1;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}

/** Without case and marks: `jose` finds `José`. */
function foldForSearch(text: string): string {
  return nameKey(text)
    .normalize("NFKD")
    .replace(/[\p{M}\n]/gu, "");
}

function lastAtOrBefore(starts: readonly number[], at: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}
