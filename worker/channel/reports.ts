/**
 * What a channel tells to people who do not have it open: its newest message, mentions, deletions.
 *
 *   change ──▶ owed to its targets ──at once, then once a second──▶ call ──acknowledged──▶ owed no more
 *                       ▲                                            │
 *                       └──── a second later, then by the alarm ◀────┘ failed
 *
 * A target is the directory, for the activity of a public channel, or a shard that has people concerned. What is owed lives in
 * memory and is told from the state of that moment, never from a copy. An alarm stands before the first change; after a crash it
 * makes what is owed anew from the rows: of the last two minutes of the conversation, or since others could not be told.
 */
import { Coalesce } from "../platform/coalesce.ts";
import { log } from "../platform/log.ts";
import { DIRECTORY, directoryOf, parseTarget, shardStub, shardTarget } from "../platform/objects.ts";
import { backoffMs } from "../platform/retry.ts";
import type { Job } from "../platform/schedule.ts";
import { isPersonOf, shardOf } from "../platform/shard-id.ts";
import { find, type History } from "../protocol/history.ts";
import { BATCH_MS, MENTIONS_MAX, RESEND_MS, RESEND_WINDOW_MS } from "../protocol/limits.ts";
import { isFor, isHook, mentionedIn } from "../protocol/text.ts";
import type { Message } from "../protocol/things.ts";
import type { ChannelStore } from "./channel-store.ts";
import { Owed } from "./owed.ts";
import type { ChannelNews, ChannelRef } from "./rpc.ts";

type Target = {
  readonly owed: Owed;
  readonly soon: Coalesce;
  /** The shortest time (ms) between two calls, as the target asked for it. */
  intervalMs: number;
  isUnderWay: boolean;
  failures: number;
};

type Dependencies = {
  readonly history: () => History;
  /** Which channel this is, once there was a change. */
  readonly channel: () => ChannelRef | undefined;
  readonly store: Pick<ChannelStore, "about" | "traceOf"> & {
    readonly facts: Pick<ChannelStore["facts"], "shards" | "noteOwedSince">;
    readonly members: Pick<ChannelStore["members"], "has" | "ids">;
  };
  /** Returns the time (ms) after which the target takes the next call. */
  readonly send: (target: string, news: ChannelNews) => Promise<number>;
  /** The alarm has to be looked at again. */
  readonly reschedule: () => void;
};

export class Reports {
  readonly #dependencies: Dependencies;
  readonly #targets = new Map<string, Target>();
  /** When (ms) everything is looked at again. */
  #resendAt: number | undefined;
  /** Something changed since everything was looked at last. */
  #hasChanged = false;
  /** Whether what this object owed before its start is known. */
  #isRebuilt = false;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** For the schedule. The first alarm after a start looks at the rows, whatever it was set for. */
  get job(): Job {
    return { dueAt: () => this.#resendAt, isUpkeep: true, run: () => this.#resend() };
  }

  /** To be called in the turn of a change, before its write: an alarm stands for what it owes. */
  expectChange(now: number): void {
    this.#hasChanged = true;
    const isStanding = this.#resendAt !== undefined && this.#resendAt > now && this.#resendAt <= now + RESEND_MS;
    if (isStanding) return;
    this.#resendAt = now + RESEND_MS;
    this.#dependencies.reschedule();
  }

  /** A message was written with another text; `before` is the state it had. `shards`: how many shards of people there are. */
  note(channel: ChannelRef, before: Message | undefined, message: Message, shards: number): void {
    const isNewest = message.seq === this.#dependencies.history().seq;
    const isActivity = !before || message.deleted || (channel.kind !== "public" && isNewest);
    const ofActivity = isActivity ? this.#oweActivity(channel, message.deleted ? [message.seq] : []) : [];
    const concerned = (one: Message) => this.#concerned(channel, one.author.id, this.addressed(one), shards);
    const was = before && !before.deleted ? concerned(before) : [];
    const is = message.deleted ? [] : concerned(message);
    const ofPeople = this.#owePeople(message, was, is, false);
    // Not before all is owed: one call tells a target everything.
    for (const { soon } of new Set([...ofActivity, ...ofPeople])) soon.soon();
  }

  /** The channel's state has changed without a message. */
  noteActivity(channel: ChannelRef): void {
    for (const { soon } of this.#oweActivity(channel, [])) soon.soon();
  }

  /** Returns who is owed. */
  #oweActivity(channel: ChannelRef, deleted: readonly number[]): readonly Target[] {
    const targets = this.#activityTargets(channel).map((name) => this.#target(name));
    for (const { owed } of targets) owed.addActivity(deleted);
    return targets;
  }

  /** Mentions and withdrawals: of the people that a message mentioned and now mentions, those in one list only. Returns who is owed. */
  #owePeople(
    message: Message,
    was: readonly string[],
    is: readonly string[],
    isRepeated: boolean,
  ): ReadonlySet<Target> {
    const added = is.filter((id) => isRepeated || !was.includes(id));
    const gone = was.filter((id) => !is.includes(id));
    const targetOf = (personId: string) => this.#target(shardTarget(shardOf(personId) ?? 0));
    for (const id of added) targetOf(id).owed.addMention(message, id, isRepeated);
    for (const id of gone) targetOf(id).owed.addWithdrawal(message, id, isRepeated);
    return new Set([...added, ...gone].map(targetOf));
  }

  #target(name: string): Target {
    const held = this.#targets.get(name);
    if (held) return held;
    const soon = new Coalesce(
      () => target.intervalMs,
      () => void this.#deliver(name),
    );
    const target: Target = { owed: new Owed(), soon, intervalMs: BATCH_MS, isUnderWay: false, failures: 0 };
    this.#targets.set(name, target);
    return target;
  }

  /** Tells one target all it is owed. One call at a time, so that a withdrawal never overtakes its mention. Never throws. */
  async #deliver(name: string): Promise<void> {
    const target = this.#target(name);
    const channel = this.#dependencies.channel();
    if (target.isUnderWay || !channel || target.owed.isNothing) return;
    const taken = target.owed.take();
    target.isUnderWay = true;
    try {
      target.intervalMs = await this.#dependencies.send(name, this.#newsFor(name, channel, taken));
      target.failures = 0;
    } catch (error) {
      log.transientError("report", error);
      target.owed.restore(taken, this.#dependencies.history());
      target.failures++;
    } finally {
      target.isUnderWay = false;
    }
    this.#settle(target);
  }

  /** What a target is told, in the state of this moment: of a private channel only its members hear. */
  #newsFor(name: string, channel: ChannelRef, taken: Owed): ChannelNews {
    const { history, store } = this.#dependencies;
    const news = taken.newsOf(channel, history());
    if (channel.kind === "direct") return { ...news, keepMs: store.about?.rules.keepMs ?? 0 };
    if (channel.kind !== "private") return news;
    const isMember = (id: string) => store.members.has(id);
    return {
      ...news,
      members: store.members.ids().filter((id) => shardTarget(shardOf(id) ?? 0) === name),
      mentions: news.mentions.map((mention) => ({ ...mention, people: mention.people.filter(isMember) })),
    };
  }

  /** What follows a call: nothing, another one for what came meanwhile, or the alarm for what keeps failing. */
  #settle({ owed, failures, soon }: Target): void {
    const isAllDelivered = [...this.#targets.values()].every((one) => one.owed.isNothing && !one.isUnderWay);
    if (isAllDelivered && this.#isRebuilt) this.#dependencies.store.facts.noteOwedSince(0);
    if (owed.isNothing) return;
    // Once soon, for a call that broke off; in any case by the alarm; and if that failed too, with the time on disk.
    if (failures <= 1) soon.later();
    else if (this.#dependencies.store.about?.owedSince === 0)
      this.#dependencies.store.facts.noteOwedSince(Date.now() - RESEND_WINDOW_MS);
    const retryAt = Date.now() + (failures <= 1 ? RESEND_MS : backoffMs(failures - 1));
    if (this.#resendAt !== undefined && this.#resendAt <= retryAt) return;
    this.#resendAt = retryAt;
    this.#dependencies.reschedule();
  }

  /** Everything that is owed once more, and the newest state if it changed: what a receiver lost in a crash is made up for. */
  async #resend(): Promise<void> {
    this.#resendAt = undefined;
    const channel = this.#dependencies.channel();
    if (channel && !this.#isRebuilt) this.#rebuild(channel);
    else if (channel && this.#hasChanged) this.#oweActivity(channel, []);
    this.#isRebuilt = true;
    this.#hasChanged = false;
    await Promise.all([...this.#targets.keys()].map((name) => this.#deliver(name)));
  }

  #rebuild(channel: ChannelRef): void {
    const { store, history } = this.#dependencies;
    const { messages } = history();
    const newest = Math.max(0, ...messages.map(({ id }) => store.traceOf(id)?.changedAt ?? 0));
    const since = Math.min(newest - RESEND_WINDOW_MS, store.about?.owedSince || Number.POSITIVE_INFINITY);
    const recent = messages.filter(({ id }) => (store.traceOf(id)?.changedAt ?? 0) >= since);
    this.#oweActivity(
      channel,
      recent.flatMap(({ seq, deleted }) => (deleted ? [seq] : [])),
    );
    const { shards } = store.facts;
    for (const message of recent) {
      const author = message.author.id;
      const is = this.#concerned(channel, author, this.addressed(message), shards);
      const was = this.#concerned(channel, author, store.traceOf(message.id)?.mentioned ?? [], shards, Infinity);
      this.#owePeople(message, was, is, true);
    }
  }

  /** Who hears of a channel's activity: the directory, or the shards of its people. */
  #activityTargets({ id, kind }: ChannelRef): readonly string[] {
    if (kind === "public") return [DIRECTORY];
    const people = kind === "direct" ? id.split("~") : this.#dependencies.store.members.ids();
    return [...new Set(people.map((personId) => shardTarget(shardOf(personId) ?? 0)))];
  }

  /** Whom a message mentions, and whom it answers. A hook addresses no one. */
  addressed({ author, text, replyTo }: Message): readonly string[] {
    if (isHook(author)) return [];
    const parent = replyTo === undefined ? undefined : find(this.#dependencies.history(), replyTo);
    return [...new Set([...(parent ? [parent.author.id] : []), ...mentionedIn(text)])];
  }

  /** Those of the people mentioned who are told: not the author, and no one from outside a direct or private channel. */
  #concerned(
    { id: channelId, kind }: ChannelRef,
    authorId: string,
    mentioned: readonly string[],
    shards: number,
    limit = MENTIONS_MAX,
  ): readonly string[] {
    const isIn = (id: string) =>
      kind === "private" ? this.#dependencies.store.members.has(id) : isPersonOf(id, shards) && isFor(channelId, id);
    return mentioned.filter((id) => id !== authorId && isIn(id)).slice(0, limit);
  }
}

/** Tells a target what it is owed; returns when it has acknowledged, with the time (ms) after which it takes the next call. */
export async function sendReport(env: Env, target: string, { activity, ...news }: ChannelNews): Promise<number> {
  const object = parseTarget(target);
  if (object.kind === "people") {
    await shardStub(env, object.shard).receiveFromChannel(activity ? { ...news, activity } : news);
    return BATCH_MS;
  }
  if (!activity) return BATCH_MS;
  return directoryOf(env).report({ epoch: news.epoch, ...activity });
}
