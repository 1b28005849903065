/**
 * The directory: who holds a name, which public channels there are, how many shards of people. One object for the whole site.
 * It is asked when a name is claimed or the public list changes; no request, join or message goes through it.
 */
import type { AuthContext, Identity, NotAuthorized } from "../platform/authority.ts";
import { doChannelNamesConflict, isReservedConfusable } from "../platform/confusables.ts";
import type { VapidKeys } from "../platform/push-service.ts";
import { randomId } from "../platform/random-id.ts";
import { withShard } from "../platform/shard-id.ts";
import { type Refused, refuse } from "../protocol/errors.ts";
import { CHANNELS_MAX, FAILED_SIGN_INS_PER_HOUR, PEOPLE_FOUND_MAX, SIGN_INS_PER_HOUR } from "../protocol/limits.ts";
import { FIRST_CHANNEL } from "../protocol/names.ts";
import { isHook } from "../protocol/text.ts";
import type { Channel } from "../protocol/things.ts";
import { ModerationObject } from "./moderation-object.ts";
import type {
  ActivityReport,
  ChannelSettings,
  EndpointClaim,
  GrantedClaim,
  ChannelList as ListAnswer,
  NameClaim,
  NameHolder,
  ShardPresence,
} from "./rpc.ts";

import { PeopleSearch } from "./search.ts";

const NAME_TAKEN = refuse("name_taken", "That name is taken, or too similar to one that is.");

type ChannelOutcome = NotAuthorized | { readonly kind: "created"; readonly channel: Channel };

export class Directory extends ModerationObject {
  /** Made at the first search. */
  #search: PeopleSearch | undefined;

  /* ---- names ---- */

  /**
   * Claims a name, for a person or for a new one. An address past a limit is not told whether the access code was right.
   * The name is theirs once their shard has taken it, within `CLAIM_MAX_AGE_MS`.
   */
  async claimName(claim: NameClaim): Promise<Refused | GrantedClaim> {
    const { name, continent = "" } = claim;
    if (isReservedConfusable(name)) return refuse("invalid_name", "That name is too similar to a reserved one.");
    const limited = this.#admitClaim(claim);
    if (limited) return limited;
    if (!claim.isAdmitted) return refuse("bad_access_code", "Wrong access code. Ask the person who invited you.");
    const { claimant } = claim;
    const shard = this.parts.shards.next(continent);
    const known = "personId" in claimant ? claimant.personId : this.parts.names.claimant(name, claimant.nonce);
    const personId = known ?? ("nonce" in claimant ? withShard(shard, claimant.nonce) : "");
    const added: Channel[] = [];
    let isOpened = false;
    const claimedAt = await this.parts.names.claim(name, personId, () => {
      if (known === undefined) isOpened = this.parts.shards.add(shard, continent);
      // Every shard has to know how many there are: an id of a shard beyond it names no person.
      if (isOpened) this.parts.list.touch();
      if (this.parts.list.size === 0)
        added.push(this.parts.list.add(FIRST_CHANNEL, "", { id: personId, name }, Date.now(), randomId(16)));
    });
    if (claimedAt === undefined) return NAME_TAKEN;
    if (!isHook({ id: personId })) this.#search?.set(personId, name);
    this.parts.schedule.update();
    if (isOpened || added.length > 0) await this.#announce(added, []);
    return { kind: "claimed", personId, claimedAt };
  }

  /** A person's shard has given a name up; claims after `upTo` (ms) are newer and stay. */
  releaseName(personId: string, name: string, upTo: number): void {
    if (this.parts.names.release(personId, name, upTo)) this.#search?.delete(personId, name);
  }

  /** Why an address may not sign in now: it is kept out, or has tried too often. Counts nothing. */
  signInError(address: string | undefined): Refused | undefined {
    if (address === undefined) return undefined;
    const now = Date.now();
    if (this.parts.moderation.isBanned(address, now)) return refuse("blocked", "This address is banned for a while.");
    return this.#hourlyError(`sign-ins:${address}`, SIGN_INS_PER_HOUR) ?? this.failureError(address);
  }

  /** Why an address may not try a secret now. */
  failureError(address: string | undefined): Refused | undefined {
    return address === undefined ? undefined : this.#hourlyError(`failed:${address}`, FAILED_SIGN_INS_PER_HOUR);
  }

  countSignIn(address: string | undefined): void {
    if (address !== undefined) this.#count(`sign-ins:${address}`);
  }

  countFailedSignIn(address: string | undefined): void {
    if (address !== undefined) this.#count(`failed:${address}`);
  }

  /** Counts a new name of an address, as a failed sign-in if it is one; or says why none is admitted now. A ban keeps out new people only. */
  #admitClaim({ address, isAdmitted, claimant }: NameClaim): Refused | undefined {
    if (address === undefined) return undefined;
    const refused =
      "nonce" in claimant
        ? this.signInError(address)
        : (this.#hourlyError(`sign-ins:${address}`, SIGN_INS_PER_HOUR) ?? this.failureError(address));
    if (refused) return refused;
    this.#count(`sign-ins:${address}`, ...(isAdmitted ? [] : [`failed:${address}`]));
    return undefined;
  }

  #hourlyError(key: string, limit: number): Refused | undefined {
    const retryAfterMs = this.parts.hourly.waitMs(key, limit, Date.now());
    return retryAfterMs > 0
      ? refuse("rate_limited", "Too many sign-ins from this address. Try again later.", retryAfterMs)
      : undefined;
  }

  #count(...keys: readonly string[]): void {
    this.parts.tables.transact(() => {
      for (const key of keys) this.parts.hourly.count(key, Date.now());
    });
    this.parts.schedule.update();
  }

  /** People by name, at most 20. Whether they are online, and still there, their shards know. */
  searchPeople(typed: string): readonly NameHolder[] {
    this.#search ??= new PeopleSearch(this.parts.names.all().map(({ person, name }) => ({ id: person, name })));
    return this.#search.find(typed, PEOPLE_FOUND_MAX);
  }

  /* ---- the public list ---- */

  /** A new public channel, whose epoch the front door has made. Answered when the shards know of it, or after a second. */
  async createChannel(asked: AuthContext, name: string, topic: string, epoch: string): Promise<ChannelOutcome> {
    const now = Date.now();
    const authorized = this.parts.authority.authorize(asked, now);
    if (authorized.kind !== "authorized") return authorized;
    const made = this.parts.list.byEpoch(epoch);
    if (made) return { kind: "created", channel: made }; // the platform repeats a call whose answer was lost
    const alike = this.parts.list.all().find((channel) => doChannelNamesConflict(channel.name, name));
    if (alike) return refuse("channel_exists", `#${alike.name} already exists.`);
    if (this.parts.list.size >= CHANNELS_MAX)
      return refuse("busy", "This site has reached its limit of channels. Delete one first.");
    const channel = this.parts.tables.transact(() =>
      this.parts.list.add(name, topic, authorized.auth.person, now, epoch),
    );
    await this.#announce([channel], []);
    return { kind: "created", channel };
  }

  /** A channel's object asks what it is. */
  about(epoch: string): Channel | undefined {
    return this.parts.list.byEpoch(epoch);
  }

  /** A channel tells its topic and rules. `settings` counts what it told before. */
  async changeChannel(epoch: string, about: ChannelSettings): Promise<void> {
    const channel = this.parts.list.change(epoch, about);
    if (channel) await this.#announce([channel], []);
  }

  /** A channel has ended: its name is free. */
  async removeChannel(epoch: string): Promise<void> {
    const channel = this.parts.list.remove(epoch);
    if (!channel) return;
    this.parts.spread.forget(channel.id);
    await this.#announce([], [{ id: channel.id, epoch }]);
  }

  list(): ListAnswer {
    return { version: this.parts.list.version, shards: this.parts.shards.count, channels: this.parts.list.all() };
  }

  /** A channel's newest message, and what was deleted there. Repeating it changes nothing. Returns the time (ms) between two reports. */
  report(report: ActivityReport): number {
    const isNews = this.parts.list.note(report);
    const channel = this.parts.list.byEpoch(report.epoch);
    if (channel && (isNews || report.deleted.length > 0)) {
      const { id, seq, lastAt, oldestSeq } = channel;
      this.parts.spread.activity({ id, seq, lastAt, ...(oldestSeq && { oldestSeq }) }, report.deleted);
    }
    return this.parts.spread.reportEveryMs;
  }

  /* ---- pushes ---- */

  /** The site's keys, made when they are first asked for. */
  pushKeys(): Promise<VapidKeys> {
    return this.parts.pushes.keys();
  }

  /** A device is the asker's from now on. Answers whose shards have to forget it. */
  async claimEndpoint(asked: AuthContext, hash: string): Promise<NotAuthorized | EndpointClaim> {
    const keys = await this.parts.pushes.keys();
    const authorized = this.parts.authority.authorize(asked, Date.now());
    if (authorized.kind !== "authorized") return authorized;
    const former = this.parts.pushes.claim(hash, authorized.auth.person.id);
    return { kind: "claimed", keys, former };
  }

  endpointReleased(hash: string): void {
    this.parts.pushes.released(hash);
  }

  releaseEndpoint(hash: string, personId: string): void {
    this.parts.pushes.release(hash, personId);
  }

  /* ---- presence ---- */

  /** A shard tells who came, went or was renamed; the other shards hear of it. */
  reportPresence(presence: ShardPresence): void {
    this.parts.spread.presence(presence);
  }

  /** Who is online, by shard, for a shard that has just started. */
  presence(): Promise<readonly ShardPresence[]> {
    return this.parts.presence.all(this.parts.shards.count, Date.now());
  }

  /* ---- what others tell ---- */

  endSession(session: string): void {
    this.parts.authority.endSession(session, Date.now());
  }

  update(identity: Identity): void {
    this.parts.authority.update(identity);
  }

  override alarm(): Promise<void> {
    return this.parts.schedule.run();
  }

  async #announce(
    changed: readonly Channel[],
    deleted: readonly { readonly id: string; readonly epoch: string }[],
  ): Promise<void> {
    const isDelivered = this.parts.spread.listChanged(changed, deleted);
    this.parts.schedule.update();
    await isDelivered;
  }
}
