/** Who may ask: sessions that are checked for every request, and contexts for other objects with what a person may make only so often. */
import type { AuthContext } from "../platform/authority.ts";
import { SESSION_ENDED } from "../platform/authority.ts";
import type { Hourly } from "../platform/hourly.ts";
import type { Tables } from "../platform/migrations.ts";
import { channelTarget } from "../platform/objects.ts";
import type { Schedule } from "../platform/schedule.ts";
import { type Refused, refuse } from "../protocol/errors.ts";
import { NEW_CHANNELS_PER_HOUR, NEW_DIRECTS_PER_HOUR, REPORTS_PER_HOUR } from "../protocol/limits.ts";
import { kindOf } from "../protocol/text.ts";
import type { FeedState } from "./feed-state.ts";
import type { IssuedContexts } from "./issued.ts";
import type { PersonStore, SessionFacts } from "./person-store.ts";
import type { PublicList } from "./public-list.ts";
import { reopen } from "./read-marks.ts";
import type { Allowance, Authorized, Check, CheckedSession, SessionKey } from "./rpc.ts";
import type { Sessions } from "./sessions.ts";

type Parts = {
  readonly tables: Tables;
  readonly persons: PersonStore;
  readonly sessions: Sessions;
  readonly list: PublicList;
  readonly state: FeedState;
  readonly hourly: Hourly;
  readonly schedule: Schedule;
  readonly issued: IssuedContexts;
  /** A person is an owner no more. */
  readonly ended: (personId: string) => void;
  /** A hidden channel is opened. */
  readonly shown: (personId: string, channelId: string) => void;
};

const PER_HOUR: Readonly<Record<Allowance, readonly [limit: number, what: string]>> = {
  channels: [NEW_CHANNELS_PER_HOUR, "channels"],
  directs: [NEW_DIRECTS_PER_HOUR, "direct conversations"],
  reports: [REPORTS_PER_HOUR, "reports"],
};

export class Checks {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Whether a session is alive and, if a channel is named, whether it is there for this person; `undefined`: there is no such session.
   * Writes a row the first time a socket is opened in a channel, and one a day that the session was used.
   */
  async check({
    channelId,
    isGone = false,
    isVisit = false,
    ownerKey,
    mayRenew,
    ...key
  }: Check): Promise<CheckedSession | undefined> {
    const { persons, sessions, list, state, issued, shown, ended } = this.#parts;
    if (!sessions.find(key)) return undefined;
    const isUnknown = channelId !== undefined && state.epochOf(key.personId, channelId) === undefined;
    if (isGone) await list.refresh();
    else if (isUnknown && kindOf(channelId) === "public") await list.refreshForUnknown(Date.now());
    // What a person owes to a code that is another one by now is over, on open sockets too.
    if (sessions.find(key)?.ownerKey !== ownerKey) ended(key.personId);
    const facts = sessions.find(key);
    if (!facts) return undefined;
    const now = Date.now();
    const renew = persons.noteSeen(key.personId, key.session, facts, now, mayRenew);
    const auth = this.#contextOf(key, facts, now);
    const epoch = channelId === undefined ? undefined : state.epochOf(key.personId, channelId);
    if (channelId === undefined || epoch === undefined) return { auth, renew };
    issued.note(key.session, channelTarget(epoch), now);
    if (isVisit) {
      persons.noteVisit(key.personId, key.session, epoch, state.isThereFor(key.personId));
      state.update(key.personId, (marks) => reopen(marks, epoch));
      if (state.isHidden(key.personId, epoch)) shown(key.personId, channelId);
    }
    return { auth, renew, channel: { id: channelId, epoch, kind: kindOf(channelId) } };
  }

  /** A context for another object than a channel. With an allowance one is taken from it; `giveBack` returns it. */
  authorize(key: SessionKey, target: string, allowance?: Allowance): Refused | Authorized {
    const facts = this.#parts.sessions.find(key);
    if (!facts) return SESSION_ENDED;
    const now = Date.now();
    const limited = allowance && this.#take(allowance, key.personId, now);
    if (limited) return limited;
    this.#parts.issued.note(key.session, target, now);
    return { kind: "authorized", auth: this.#contextOf(key, facts, now) };
  }

  giveBack(personId: string, allowance: Allowance): void {
    this.#parts.tables.transact(() => this.#parts.hourly.count(`${allowance}:${personId}`, Date.now(), -1));
  }

  #contextOf({ session }: SessionKey, { identity }: SessionFacts, now: number): AuthContext {
    return { ...identity, session, checkedAt: now, shards: this.#parts.list.shards };
  }

  #take(allowance: Allowance, personId: string, now: number): Refused | undefined {
    const { tables, hourly, schedule } = this.#parts;
    const [limit, what] = PER_HOUR[allowance];
    const key = `${allowance}:${personId}`;
    const retryAfterMs = hourly.waitMs(key, limit, now);
    if (retryAfterMs > 0) {
      const minutes = Math.ceil(retryAfterMs / 60_000);
      return refuse(
        "rate_limited",
        `You can make ${limit} new ${what} an hour. Try again in ${minutes} min.`,
        retryAfterMs,
      );
    }
    tables.transact(() => hourly.count(key, now));
    schedule.update();
    return undefined;
  }
}
