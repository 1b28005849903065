/**
 * Guests of a public channel: anyone who has its guest link watches, without a session and without a word. They are on relays of their
 * own. Withdrawing the link closes them all.
 */
import type { Tables } from "../platform/migrations.ts";
import { type Refused, refuse } from "../protocol/errors.ts";
import { BUSY_RETRY_MS, DELIVERY_MAX_MS, GUESTS_MAX, GUESTS_PER_ADDRESS } from "../protocol/limits.ts";
import type { Person } from "../protocol/things.ts";
import type { Placement } from "../relay/rpc.ts";
import type { Allowances } from "./allowances.ts";
import type { Relays } from "./relays.ts";
import type { ChannelAuth, ChannelRef, Gone } from "./rpc.ts";
import { permissionError } from "./rules.ts";
import type { About } from "./tables.ts";

/** At most one row. The link can be looked up again by those who may make it, so the token itself is kept. */
export const GUEST_LINK_TABLE = "CREATE TABLE guest_link (token TEXT PRIMARY KEY) WITHOUT ROWID";

type Parts = {
  readonly sql: SqlStorage;
  readonly tables: Tables;
  readonly about: () => About | undefined;
  /** Which channel this is, as long as it has not ended. */
  readonly channel: () => ChannelRef | undefined;
  readonly allowances: Allowances;
  readonly relays: Relays;
};

type Placed = { readonly kind: "placed"; readonly placement: Placement };

const GONE: Gone = { kind: "gone" };

export class Guests {
  readonly #parts: Parts;
  /** By address: how many guests came from there. */
  readonly #byAddress = new Map<string, number>();
  #count = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get count(): number {
    return this.#count;
  }

  /** The token of the link; `undefined`: there is none, or the channel has ended. */
  get token(): string | undefined {
    const { sql, tables, channel } = this.#parts;
    if (!tables.exist || !channel()) return undefined;
    return sql.exec<{ token: string }>("SELECT token FROM guest_link").toArray()[0]?.token;
  }

  /** The link of a public channel, for its creator and owners: the one there is, or from now on the one of `token`. */
  open(auth: ChannelAuth, token: string): Refused | { readonly kind: "link"; readonly token: string } {
    const refused = this.#permissionError(auth);
    if (refused) return refused;
    const held = this.token;
    if (held !== undefined) return { kind: "link", token: held };
    const limited = this.#parts.allowances.takeSettings(auth.person.id, Date.now());
    if (limited) return limited;
    this.#parts.tables.transact(() => this.#parts.sql.exec("INSERT INTO guest_link VALUES (?)", token));
    return { kind: "link", token };
  }

  /** There is no link any more. Answered when every guest's socket is closed, or after 5 s. */
  async withdraw(auth: ChannelAuth): Promise<Refused | { readonly kind: "done" }> {
    const refused = this.#permissionError(auth);
    if (refused) return refused;
    if (this.token === undefined) return { kind: "done" };
    this.#parts.sql.exec("DELETE FROM guest_link");
    await Promise.race([this.#parts.relays.endAll(), scheduler.wait(DELIVERY_MAX_MS)]);
    return { kind: "done" };
  }

  /** Where the socket of one more guest goes, who shows a token. The guest's name is what stands for the address they come from. */
  place(token: string, guest: Person, continent: string): Refused | Gone | Placed {
    const channel = this.#parts.channel();
    if (!channel || this.token !== token) return GONE;
    const { relays } = this.#parts;
    // A relay that has just started sends its first guest back here: they count already.
    if (!relays.has(guest.id) && this.#isFull(guest))
      return refuse("busy", "Too many people are watching. Try again in a moment.", BUSY_RETRY_MS);
    const placement = relays.place(channel.epoch, guest, continent, Number.POSITIVE_INFINITY);
    return placement ? { kind: "placed", placement } : GONE;
  }

  /** A guest has come, `by` 1, or gone, `by` -1. */
  note({ name: address }: Person, by: 1 | -1): void {
    this.#count += by;
    const left = (this.#byAddress.get(address) ?? 0) + by;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
  }

  #isFull({ name: address }: Person): boolean {
    return this.#count >= GUESTS_MAX || (this.#byAddress.get(address) ?? 0) >= GUESTS_PER_ADDRESS;
  }

  #permissionError(auth: ChannelAuth): Refused | undefined {
    const about = this.#parts.about();
    if (about?.kind !== "public") return refuse("forbidden", "Only a public channel can have guests.");
    return permissionError(about, auth);
  }
}
