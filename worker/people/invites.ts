/**
 * Invites that people of this shard made, to the site or to a private channel: known by the hash of their token, for seven days and a
 * hundred people. Who used one counts once. What becomes of a channel's invite the channel decides.
 */
import { SESSION_ENDED } from "../platform/authority.ts";
import type { Tables } from "../platform/migrations.ts";
import { type Refused, refuse } from "../protocol/errors.ts";
import { INVITE_MS, INVITE_PEOPLE_MAX, INVITES_PER_PERSON } from "../protocol/limits.ts";
import type { Channel } from "../protocol/things.ts";
import type { SessionFacts } from "./person-store.ts";
import type { Invite, SessionKey } from "./rpc.ts";

/** `channel` is the id of a private channel, '' for the site. `used` counts the people in `invite_uses`. */
export const INVITE_TABLES = [
  "CREATE TABLE invites (hash TEXT PRIMARY KEY, person TEXT NOT NULL, channel TEXT NOT NULL, epoch TEXT NOT NULL, made_at INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE INDEX invites_by_person ON invites (person)",
  "CREATE TABLE invite_uses (hash TEXT NOT NULL, user TEXT NOT NULL, PRIMARY KEY (hash, user)) WITHOUT ROWID",
];

type InviteRow = {
  readonly hash: string;
  readonly person: string;
  readonly channel: string;
  readonly epoch: string;
  readonly made_at: number;
};

type Parts = {
  readonly sql: SqlStorage;
  readonly tables: Tables;
  readonly sessionOf: (key: SessionKey) => SessionFacts | undefined;
  /** A private channel, if this person is in it. */
  readonly channelOf: (personId: string, channelId: string) => Channel | undefined;
};

const EXPIRED = refuse("link_expired", "This invite has expired. Ask for a new one.");

export class Invites {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A new invite, known by its hash. Says until when (ms) it works. */
  make(
    key: SessionKey,
    hash: string,
    channelId: string | undefined,
    now: number,
  ): Refused | { readonly kind: "invite"; readonly expiresAt: number } {
    const { sql, tables, sessionOf, channelOf } = this.#parts;
    const { personId } = key;
    if (!sessionOf(key)) return SESSION_ENDED;
    const channel = channelId === undefined ? undefined : channelOf(personId, channelId);
    if (channelId !== undefined && !channel) return refuse("not_found", "This channel doesn't exist.");
    if (channel?.name === "") return refuse("forbidden", "The people in a group conversation can't change.");
    const open = sql
      .exec("SELECT 1 FROM invites WHERE person = ? AND made_at > ?", personId, now - INVITE_MS)
      .toArray();
    if (open.length >= INVITES_PER_PERSON)
      return refuse("too_many", `You have ${INVITES_PER_PERSON} open invites. Revoke them first.`);
    tables.transact(() =>
      sql.exec(
        "INSERT INTO invites VALUES (?, ?, ?, ?, ?)",
        hash,
        personId,
        channel?.id ?? "",
        channel?.epoch ?? "",
        now,
      ),
    );
    return { kind: "invite", expiresAt: now + INVITE_MS };
  }

  /** A person's invites, to a channel or to the site, are worth nothing any more. */
  withdraw(personId: string, channelId: string | undefined): void {
    const { sql, tables } = this.#parts;
    if (!tables.exist) return;
    sql.exec("DELETE FROM invites WHERE person = ? AND channel = ?", personId, channelId ?? "");
  }

  /** The same for all invites of a person who ends. Inside a transaction. */
  forget(personId: string): void {
    this.#parts.sql.exec("DELETE FROM invites WHERE person = ?", personId);
  }

  /**
   * Takes one of the places of an invite for `user`: a person, or a sign-in under way. Another time is the same place. A person who is
   * on the site already takes no place of an invite to the site.
   */
  use(hash: string, user: string, isSignIn: boolean, now: number): Refused | Invite {
    const { sql, tables } = this.#parts;
    const invite = this.#find(hash, now);
    if (!invite) return EXPIRED;
    if (!isSignIn && invite.channel === "")
      return { kind: "usable", isNew: false, maker: invite.person, madeAt: invite.made_at };
    const isKnown = sql.exec("SELECT 1 FROM invite_uses WHERE hash = ? AND user = ?", hash, user).toArray().length > 0;
    const { n } = sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM invite_uses WHERE hash = ?", hash).one();
    if (!isKnown && n >= INVITE_PEOPLE_MAX) return EXPIRED;
    if (!isKnown) tables.transact(() => sql.exec("INSERT INTO invite_uses VALUES (?, ?)", hash, user));
    const { person: maker, channel: channelId, epoch, made_at: madeAt } = invite;
    return {
      kind: "usable",
      isNew: !isKnown,
      maker,
      madeAt,
      ...(channelId !== "" && { channel: { id: channelId, epoch } }),
    };
  }

  /** Nothing came of it: the place is free again. */
  giveBack(hash: string, user: string): void {
    const { sql, tables } = this.#parts;
    if (tables.exist) sql.exec("DELETE FROM invite_uses WHERE hash = ? AND user = ?", hash, user);
  }

  /** Forgets what is over. Once a day. */
  forgetOld(now: number): void {
    this.#parts.sql.exec("DELETE FROM invites WHERE made_at <= ?", now - INVITE_MS);
    this.#parts.sql.exec("DELETE FROM invite_uses WHERE hash NOT IN (SELECT hash FROM invites)");
  }

  #find(hash: string, now: number): InviteRow | undefined {
    const { sql, tables } = this.#parts;
    if (!tables.exist) return undefined;
    return sql
      .exec<InviteRow>("SELECT * FROM invites WHERE hash = ? AND made_at > ?", hash, now - INVITE_MS)
      .toArray()[0];
  }
}
