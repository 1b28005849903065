/**
 * The directory: who holds a name, which public channels there are, how many shards of people. One object for the whole site.
 * It is asked when a name is claimed or the public list changes; no request, join or message goes through it.
 */
import { DurableObject } from "cloudflare:workers";
import { type AuthContext, Authority, type Identity, type NotAuthorized } from "../platform/authority.ts";
import { doChannelNamesConflict, isReservedConfusable } from "../platform/confusables.ts";
import { HOURLY_TABLE, Hourly } from "../platform/hourly.ts";
import { Tables } from "../platform/migrations.ts";
import { shardStub } from "../platform/objects.ts";
import { randomId } from "../platform/random-id.ts";
import { Schedule } from "../platform/schedule.ts";
import { shardOf, withShard } from "../platform/shard-id.ts";
import { type Refused, refuse } from "../protocol/errors.ts";
import {
  CHANNELS_MAX,
  FAILED_SIGN_INS_PER_HOUR,
  PEOPLE_FOUND_MAX,
  SHARD_PEOPLE,
  SIGN_INS_PER_HOUR,
} from "../protocol/limits.ts";
import type { Channel } from "../protocol/things.ts";
import { CHANNEL_TABLES, ChannelList } from "./channel-list.ts";
import { NAME_TABLES, Names } from "./names.ts";
import { OLD_FILES_TABLES, OldFiles } from "./old-files.ts";
import { PresenceSummary } from "./presence-summary.ts";
import type {
  ActivityReport,
  ChannelSettings,
  GrantedClaim,
  ChannelList as ListAnswer,
  NameClaim,
  NameHolder,
  ShardPresence,
} from "./rpc.ts";
import { PeopleSearch } from "./search.ts";
import { SHARD_TABLES, Shards } from "./shards.ts";
import { Spread } from "./spread.ts";

const MIGRATIONS = [[...NAME_TABLES, ...CHANNEL_TABLES, ...SHARD_TABLES, ...OLD_FILES_TABLES, HOURLY_TABLE]];
/** The channel that is there from the first sign-in on. */
const FIRST_CHANNEL = "general";

const NAME_TAKEN = refuse("name_taken", "This name, or one that looks like it, belongs to another person here.");

type ChannelOutcome = NotAuthorized | { readonly kind: "created"; readonly channel: Channel };

export class Directory extends DurableObject<Env> {
  readonly #tables: Tables;
  readonly #names: Names;
  readonly #list: ChannelList;
  readonly #shards: Shards;
  readonly #hourly: Hourly;
  readonly #spread: Spread;
  readonly #schedule: Schedule;
  readonly #authority = new Authority();
  /** Made at the first search. */
  #search: PeopleSearch | undefined;
  readonly #presence: PresenceSummary;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { storage } = ctx;
    const { sql } = storage;
    const tables = new Tables(storage, MIGRATIONS);
    this.#tables = tables;
    this.#names = new Names(sql, tables, async ({ person, key, claimedAt }) => {
      return shardStub(env, shardOf(person) ?? 0).holds(person, key, claimedAt);
    });
    this.#list = new ChannelList(sql, tables);
    this.#presence = new PresenceSummary(async (shard) => shardStub(env, shard).presence(shard));
    this.#shards = new Shards(sql, tables.exist, Number(env.SHARD_PEOPLE) || SHARD_PEOPLE);
    this.#hourly = new Hourly(sql, () => tables.exist);
    this.#spread = new Spread(
      {
        shards: () => this.#shards.count,
        version: () => this.#list.version,
        send: async (shard, news) => shardStub(env, shard).receiveFromDirectory(news),
        writeActivity: () => this.#list.writeActivity(),
        allDelivered: () => this.#list.noteDelivered(),
        rescheduled: () => this.#schedule.update(),
      },
      this.#list.isDelivered,
    );
    const oldFiles = new OldFiles(sql, tables, env.FILES);
    this.#schedule = new Schedule(storage, [this.#spread.job, this.#hourly.job, oldFiles.job]);
    void ctx.blockConcurrencyWhile(() => this.#schedule.load());
  }

  /* ---- names ---- */

  /**
   * Claims a name, for a person or for a new one. An address past a limit is not told whether the access code was right.
   * The name is theirs once their shard has taken it, within `CLAIM_MAX_AGE_MS`.
   */
  async claimName(claim: NameClaim): Promise<Refused | GrantedClaim> {
    const { name, address, continent = "" } = claim;
    if (isReservedConfusable(name)) return refuse("invalid_name", "This name looks like a reserved one.");
    const limited = this.admitSignIn(address, claim.isAdmitted);
    if (limited) return limited;
    if (!claim.isAdmitted) return refuse("bad_access_code", "Wrong access code. Ask the person who invited you.");
    const { claimant } = claim;
    const shard = this.#shards.next(continent);
    const known = "personId" in claimant ? claimant.personId : this.#names.claimant(name, claimant.nonce);
    const personId = known ?? ("nonce" in claimant ? withShard(shard, claimant.nonce) : "");
    const added: Channel[] = [];
    let isOpened = false;
    const claimedAt = await this.#names.claim(name, personId, () => {
      if (known === undefined) isOpened = this.#shards.add(shard, continent);
      // Every shard has to know how many there are: an id of a shard beyond it names no person.
      if (isOpened) this.#list.touch();
      if (this.#list.size === 0)
        added.push(this.#list.add(FIRST_CHANNEL, "", { id: personId, name }, Date.now(), randomId(16)));
    });
    if (claimedAt === undefined) return NAME_TAKEN;
    this.#search?.set(personId, name);
    this.#schedule.update();
    if (isOpened || added.length > 0) await this.#announce(added, []);
    return { kind: "claimed", personId, claimedAt };
  }

  /** A person's shard has given a name up; claims after `upTo` (ms) are newer and stay. */
  releaseName(personId: string, name: string, upTo: number): void {
    if (this.#names.release(personId, name, upTo)) this.#search?.delete(personId, name);
  }

  /** Counts a sign-in of an address, as a failed one too if it is; or says why none is admitted now. */
  admitSignIn(address: string | undefined, isRight: boolean): Refused | undefined {
    if (address === undefined) return undefined;
    const now = Date.now();
    const retryAfterMs = Math.max(
      this.#hourly.waitMs(`sign-ins:${address}`, SIGN_INS_PER_HOUR, now),
      this.#hourly.waitMs(`failed:${address}`, FAILED_SIGN_INS_PER_HOUR, now),
    );
    if (retryAfterMs > 0) return refuse("rate_limited", "Too many sign-ins from this address.", retryAfterMs);
    this.#tables.transact(() => {
      this.#hourly.count(`sign-ins:${address}`, now);
      if (!isRight) this.#hourly.count(`failed:${address}`, now);
    });
    this.#schedule.update();
    return undefined;
  }

  /** A sign-in that was counted as failed before it was known was right. */
  forgiveSignIn(address: string | undefined): void {
    if (address !== undefined) this.#tables.transact(() => this.#hourly.count(`failed:${address}`, Date.now(), -1));
  }

  /** People by name, at most 20. Whether they are online, and still there, their shards know. */
  searchPeople(typed: string): readonly NameHolder[] {
    this.#search ??= new PeopleSearch(this.#names.all().map(({ person, name }) => ({ id: person, name })));
    return this.#search.find(typed, PEOPLE_FOUND_MAX);
  }

  /* ---- the public list ---- */

  /** A new public channel, whose epoch the front door has made. Answered when the shards know of it, or after a second. */
  async createChannel(asked: AuthContext, name: string, topic: string, epoch: string): Promise<ChannelOutcome> {
    const now = Date.now();
    const authorized = this.#authority.authorize(asked, now);
    if (authorized.kind !== "authorized") return authorized;
    const made = this.#list.byEpoch(epoch);
    if (made) return { kind: "created", channel: made }; // the platform repeats a call whose answer was lost
    const alike = this.#list.all().find((channel) => doChannelNamesConflict(channel.name, name));
    if (alike) return refuse("channel_exists", `There is a #${alike.name} already.`);
    if (this.#list.size >= CHANNELS_MAX) return refuse("busy", "This site has as many channels as fit.");
    const channel = this.#tables.transact(() => this.#list.add(name, topic, authorized.auth.person, now, epoch));
    await this.#announce([channel], []);
    return { kind: "created", channel };
  }

  /** A channel's object asks what it is. */
  about(epoch: string): Channel | undefined {
    return this.#list.byEpoch(epoch);
  }

  /** A channel tells its topic and rules. `settings` counts what it told before. */
  async changeChannel(epoch: string, about: ChannelSettings): Promise<void> {
    const channel = this.#list.change(epoch, about);
    if (channel) await this.#announce([channel], []);
  }

  /** A channel has ended: its name is free. */
  async removeChannel(epoch: string): Promise<void> {
    const channel = this.#list.remove(epoch);
    if (!channel) return;
    this.#spread.forget(channel.id);
    await this.#announce([], [{ id: channel.id, epoch }]);
  }

  list(): ListAnswer {
    return { version: this.#list.version, shards: this.#shards.count, channels: this.#list.all() };
  }

  /** A channel's newest message, and what was deleted there. Repeating it changes nothing. Returns the time (ms) between two reports. */
  report(report: ActivityReport): number {
    const isNews = this.#list.note(report);
    const channel = this.#list.byEpoch(report.epoch);
    if (channel && (isNews || report.deleted.length > 0)) {
      const { id, seq, lastAt, oldestSeq } = channel;
      this.#spread.activity({ id, seq, lastAt, ...(oldestSeq && { oldestSeq }) }, report.deleted);
    }
    return this.#spread.reportEveryMs;
  }

  /* ---- presence ---- */

  /** A shard tells who came, went or was renamed; the other shards hear of it. */
  reportPresence(presence: ShardPresence): void {
    this.#spread.presence(presence);
  }

  /** Who is online, by shard, for a shard that has just started. */
  presence(): Promise<readonly ShardPresence[]> {
    return this.#presence.all(this.#shards.count, Date.now());
  }

  /* ---- what others tell ---- */

  endSession(session: string): void {
    this.#authority.endSession(session, Date.now());
  }

  update(identity: Identity): void {
    this.#authority.update(identity);
  }

  override alarm(): Promise<void> {
    return this.#schedule.run();
  }

  async #announce(
    changed: readonly Channel[],
    deleted: readonly { readonly id: string; readonly epoch: string }[],
  ): Promise<void> {
    const isDelivered = this.#spread.listChanged(changed, deleted);
    this.#schedule.update();
    await isDelivered;
  }
}
