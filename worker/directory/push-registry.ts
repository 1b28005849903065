/** The site's key for pushes, made when it is first asked for, and whose each device is: of the person who registered it last. */
import type { Tables } from "../platform/migrations.ts";
import { makeVapidKeys, type VapidKeys } from "../platform/push-service.ts";

/** `endpoints.hash` is the digest of a device's address. `former` are people whose shards may still have it, with commas between. */
export const PUSH_TABLES = [
  "CREATE TABLE push_keys (public_key TEXT NOT NULL, private_key TEXT NOT NULL)",
  "CREATE TABLE endpoints (hash TEXT PRIMARY KEY, person TEXT NOT NULL, former TEXT NOT NULL) WITHOUT ROWID",
];

type EndpointRow = { readonly person: string; readonly former: string };

export class PushRegistry {
  readonly #sql: SqlStorage;
  readonly #tables: Tables;
  #making: Promise<VapidKeys> | undefined;

  constructor(sql: SqlStorage, tables: Tables) {
    this.#sql = sql;
    this.#tables = tables;
  }

  /** The keys; the first time they are made. */
  async keys(): Promise<VapidKeys> {
    const held = this.#held();
    if (held) return held;
    this.#making ??= makeVapidKeys();
    const made = await this.#making;
    const known = this.#held();
    if (known) return known;
    this.#tables.transact(() => this.#sql.exec("INSERT INTO push_keys VALUES (?, ?)", made.publicKey, made.privateKey));
    return made;
  }

  /** A device is this person's from now on. Answers whose shards have to forget it. */
  claim(hash: string, personId: string): readonly string[] {
    const row = this.#find(hash);
    const before = row?.former.split(",").filter((id) => id !== "") ?? [];
    if (row?.person === personId) return before;
    const former = [...before, ...(row ? [row.person] : [])].filter((id) => id !== personId);
    this.#tables.transact(() =>
      this.#sql.exec("INSERT OR REPLACE INTO endpoints VALUES (?, ?, ?)", hash, personId, former.join(",")),
    );
    return former;
  }

  /** The shards of those who had it before have forgotten it. */
  released(hash: string): void {
    this.#sql.exec("UPDATE endpoints SET former = '' WHERE hash = ?", hash);
  }

  /** A device takes pushes no more, as its person says. */
  release(hash: string, personId: string): void {
    if (this.#tables.exist) this.#sql.exec("DELETE FROM endpoints WHERE hash = ? AND person = ?", hash, personId);
  }

  #held(): VapidKeys | undefined {
    if (!this.#tables.exist) return undefined;
    const [row] = this.#sql.exec<{ public_key: string; private_key: string }>("SELECT * FROM push_keys").toArray();
    return row && { publicKey: row.public_key, privateKey: row.private_key };
  }

  #find(hash: string): EndpointRow | undefined {
    if (!this.#tables.exist) return undefined;
    return this.#sql.exec<EndpointRow>("SELECT person, former FROM endpoints WHERE hash = ?", hash).toArray()[0];
  }
}
