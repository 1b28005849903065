/**
 * News on their way to every shard: changes of the list at once, activity and presence gathered for a second.
 * What a shard could not be sent is sent again: a list change even after a crash of this object, activity and presence as long as it
 * lives. A shard asks for everything when it starts, and for presence again now and then.
 */
import { Coalesce } from "../platform/coalesce.ts";
import { log } from "../platform/log.ts";
import { backoffMs } from "../platform/retry.ts";
import type { Job } from "../platform/schedule.ts";
import type { ActivityEntry } from "../protocol/frames.ts";
import { ACTIVITY_DELETED_MAX, BATCH_MS, MANY_ONLINE, MANY_ONLINE_BATCH_MS } from "../protocol/limits.ts";
import type { Channel, OnlinePerson } from "../protocol/things.ts";
import type { DirectoryNews, ListChange, ShardPresence } from "./rpc.ts";

type Dependencies = {
  readonly shards: () => number;
  readonly version: () => number;
  readonly send: (shard: number, news: DirectoryNews) => Promise<void>;
  /** Called before activity goes out: writes it. */
  readonly writeActivity: () => void;
  /** Every shard has the newest version of the list. */
  readonly allDelivered: () => void;
  /** The job is due at another time. */
  readonly rescheduled: () => void;
};

type PendingPresence = {
  readonly count: number;
  readonly people: Map<string, OnlinePerson>;
  readonly isWhole: boolean;
};

/** What a shard could not be told. */
type OwedNews = { readonly activity: Map<string, ActivityEntry>; readonly presence: Map<number, PendingPresence> };

/** Answers to a list change are waited for no longer than this (ms): the shards ask by themselves for what they miss. */
const WAIT_MS = 1_000;

export class Spread {
  readonly #dependencies: Dependencies;
  readonly #activity = new Map<string, ActivityEntry>();
  readonly #presence = new Map<number, PendingPresence>();
  readonly #owed = new Map<number, OwedNews>();
  /** By shard: how many of its people are online, as it has reported since the start. */
  readonly #online = new Map<number, number>();
  /** By shard: the version of the list that it has for sure. */
  readonly #acknowledged = new Map<number, number>();
  readonly #newsSoon = new Coalesce(
    () => BATCH_MS,
    () => this.#sendNews(),
  );
  /** When (ms) shards that have not acknowledged the list are told again. */
  #resendAt: number | undefined;
  #failures = 0;
  /** Some shard may not have the newest version of the list. */
  #isListOwed: boolean;

  /** `isDelivered`: every shard has the list as it is. */
  constructor(dependencies: Dependencies, isDelivered: boolean) {
    this.#dependencies = dependencies;
    this.#resendAt = isDelivered ? undefined : 0;
    this.#isListOwed = !isDelivered;
  }

  /** For the schedule: tells the version of the list to those who may have missed it. An empty change makes a shard that did ask. */
  get job(): Job {
    return { dueAt: () => this.#resendAt, run: () => this.#resend() };
  }

  /** The list has changed, in this turn: the alarm stands until every shard knows. Returns when they do, or after a second. */
  async listChanged(changed: readonly Channel[], deleted: ListChange["deleted"]): Promise<void> {
    this.#resendAt ??= Date.now() + backoffMs(0);
    this.#isListOwed = true;
    const version = this.#dependencies.version();
    await Promise.race([this.#sendList({ since: version - 1, version, changed, deleted }), scheduler.wait(WAIT_MS)]);
  }

  /** How often (ms) a channel should report its activity at most. */
  get reportEveryMs(): number {
    const online = [...this.#online.values()].reduce((sum, count) => sum + count, 0);
    return online > MANY_ONLINE ? MANY_ONLINE_BATCH_MS : BATCH_MS;
  }

  /** A channel has new or deleted messages. */
  activity(entry: ActivityEntry, deleted: readonly number[]): void {
    const before = this.#activity.get(entry.id)?.deleted ?? [];
    this.#activity.set(entry.id, withDeleted({ ...entry, deleted }, before));
    this.#newsSoon.soon();
  }

  forget(channelId: string): void {
    this.#activity.delete(channelId);
    for (const { activity } of this.#owed.values()) activity.delete(channelId);
  }

  presence({ shard, count, people, isWhole = false }: ShardPresence): void {
    const later = { count, people: new Map(people.map((person) => [person.id, person])), isWhole };
    this.#presence.set(shard, withLater(this.#presence.get(shard), later));
    this.#online.set(shard, count);
    this.#newsSoon.soon();
  }

  #sendNews(): void {
    const activity = [...this.#activity.values()];
    const presence = [...this.#presence];
    if (activity.length > 0) this.#dependencies.writeActivity();
    this.#activity.clear();
    this.#presence.clear();
    for (let shard = 0; shard < this.#dependencies.shards(); shard++) {
      const ofOthers = presence.filter(([about]) => about !== shard);
      void this.#sendTo(shard, activity, ofOthers);
    }
  }

  /** Tells one shard, with what it could not be told before. Never throws. */
  async #sendTo(
    shard: number,
    news: readonly ActivityEntry[],
    reports: readonly (readonly [shard: number, PendingPresence])[],
  ): Promise<void> {
    const { activity, presence } = this.#owed.get(shard) ?? { activity: new Map(), presence: new Map() };
    this.#owed.delete(shard);
    owe({ activity, presence }, news, reports);
    if (activity.size + presence.size === 0) return;
    try {
      await this.#dependencies.send(shard, {
        shards: this.#dependencies.shards(),
        activity: [...activity.values()],
        presence: [...presence].map(([about, { people, ...rest }]) => ({
          shard: about,
          ...rest,
          people: [...people.values()],
        })),
      });
    } catch (error) {
      log.transientError("news", error);
      const later = this.#owed.get(shard); // what could not be told meanwhile
      if (later) owe({ activity, presence }, [...later.activity.values()], [...later.presence]);
      this.#owed.set(shard, { activity, presence });
      this.#resendAt = Math.min(this.#resendAt ?? Number.POSITIVE_INFINITY, Date.now() + backoffMs(0));
      this.#dependencies.rescheduled();
    }
  }

  async #sendList(list: ListChange): Promise<void> {
    const shards = Array.from({ length: this.#dependencies.shards() }, (_, shard) => shard);
    const late = shards.filter((shard) => (this.#acknowledged.get(shard) ?? 0) < list.version);
    const sent = await Promise.all(
      late.map(async (shard) => {
        try {
          await this.#dependencies.send(shard, { shards: shards.length, list, activity: [], presence: [] });
          this.#acknowledged.set(shard, Math.max(this.#acknowledged.get(shard) ?? 0, list.version));
          return true;
        } catch (error) {
          log.transientError("list", error);
          return false;
        }
      }),
    );
    if (list.version < this.#dependencies.version()) return; // a later change tells how it went
    const isAllDelivered = sent.every(Boolean);
    this.#failures = isAllDelivered ? 0 : this.#failures + 1;
    this.#isListOwed = !isAllDelivered;
    if (isAllDelivered) this.#dependencies.allDelivered();
    else this.#resendAt = Date.now() + backoffMs(this.#failures);
    this.#dependencies.rescheduled();
  }

  async #resend(): Promise<void> {
    this.#resendAt = undefined;
    const version = this.#dependencies.version();
    const isListDelivered = !this.#isListOwed || this.#sendList({ since: version, version, changed: [], deleted: [] });
    await Promise.all([isListDelivered, ...[...this.#owed.keys()].map((shard) => this.#sendTo(shard, [], []))]);
  }
}

/** Adds what is newer. */
function owe(
  { activity, presence }: OwedNews,
  news: readonly ActivityEntry[],
  reports: readonly (readonly [shard: number, PendingPresence])[],
): void {
  for (const entry of news) activity.set(entry.id, withDeleted(entry, activity.get(entry.id)?.deleted ?? []));
  for (const [shard, later] of reports) presence.set(shard, withLater(presence.get(shard), later));
}

/** Two reports of a shard as one. */
function withLater(before: PendingPresence | undefined, later: PendingPresence): PendingPresence {
  if (!before || later.isWhole) return later;
  return { ...later, people: new Map([...before.people, ...later.people]), isWhole: before.isWhole };
}

/** An entry that also names the messages which were deleted before. */
function withDeleted(entry: ActivityEntry, before: readonly number[]): ActivityEntry {
  const { deleted = [], ...about } = entry;
  const all = [...before, ...deleted].slice(-ACTIVITY_DELETED_MAX);
  return all.length > 0 ? { ...about, deleted: all } : about;
}
