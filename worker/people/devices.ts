/** The devices on which a shard's people are signed in: what their sessions' rows say of them. */
import type { Device } from "../protocol/occasional-answers.ts";
import type { SessionKey } from "./rpc.ts";

type DeviceRow = {
  readonly hash: string;
  readonly created_at: number;
  readonly seen_at: number;
  readonly label: string;
};

export class Devices {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Of a person whose session was found, the one used last first. */
  of({ personId, session }: SessionKey): readonly Device[] {
    return this.#rows(personId).map(({ hash, created_at: createdAt, seen_at: seenAt, label }) => {
      return { id: deviceIdOf(hash), current: hash === session, createdAt, seenAt, label };
    });
  }

  /** The address from which a session opened a feed last: a row when it is another one. */
  noteAddress(personId: string, hash: string, address: string): void {
    this.#sql.exec(
      "UPDATE sessions SET feed_address = ?1 WHERE person = ?2 AND hash = ?3 AND feed_address <> ?1 AND (address <> ?1 OR feed_address <> '')",
      address,
      personId,
      hash,
    );
  }

  addresses(personId: string): readonly string[] {
    return this.#sql
      .exec<{ address: string }>(
        "SELECT address FROM sessions WHERE person = ?1 UNION SELECT feed_address FROM sessions WHERE person = ?1",
        personId,
      )
      .toArray()
      .map(({ address }) => address)
      .filter((address) => address !== "");
  }

  #rows(personId: string): readonly DeviceRow[] {
    return this.#sql
      .exec<DeviceRow>(
        "SELECT hash, created_at, seen_at, label FROM sessions WHERE person = ? ORDER BY seen_at DESC, created_at DESC",
        personId,
      )
      .toArray();
  }
}

/** How a person's own devices are named: the beginning of what the session is stored as. */
export function deviceIdOf(hash: string): string {
  return hash.slice(0, 16);
}
