/**
 * Which messages reach people whose app is closed, and how. From memory: what is wanted is gathered for a moment, then asked for at its
 * channel, then sent. Only what failed is written down, without its text, and asked for again each time.
 *
 *   news ──wanted?──▶ gathered 1 s ──still unread, unseen?──▶ channel: does it stand? ──▶ devices
 *                                                                   ▲                      │
 *                                                                   └── backoff, 5 min ◀───┘ 429, 5xx, out of reach
 */
import { Coalesce } from "../platform/coalesce.ts";
import { log } from "../platform/log.ts";
import type { PushOutcome, push } from "../platform/push-service.ts";
import { TokenBuckets } from "../platform/rate-limit.ts";
import type { Schedule } from "../platform/schedule.ts";
import { type Refused, refuse } from "../protocol/errors.ts";
import { PUSH_GATHER_MS, PUSH_RETRY_FIRST_MS, PUSH_RETRY_MAX_MS, PUSH_TEST_RATE } from "../protocol/limits.ts";
import type { Message } from "../protocol/things.ts";
import type { Feed } from "./feed.ts";
import type { FeedState } from "./feed-state.ts";
import type { PreferenceStore } from "./preferences.ts";
import { payloadOf, testPayload } from "./push-payload.ts";
import type { PushReason, Retry, Subscription, Subscriptions } from "./subscriptions.ts";

/** A message that concerns a person, by its number. */
export type Wanted = {
  readonly person: string;
  readonly channel: string;
  readonly epoch: string;
  readonly seq: number;
  readonly reason: PushReason;
};

type Parts = {
  readonly subscriptions: Subscriptions;
  readonly preferences: PreferenceStore;
  readonly state: FeedState;
  readonly feed: Feed;
  readonly schedule: () => Schedule;
  /** Sends one payload to one device. */
  readonly push: typeof push;
  /** The messages of a channel that stand, for the people asked for; `undefined` for one that does not, or not for them. */
  readonly standing: (
    channel: { readonly id: string; readonly epoch: string },
    asked: readonly { readonly person: string; readonly seq: number }[],
  ) => Promise<readonly (Message | undefined)[]>;
};

export class Pushes {
  readonly #parts: Parts;
  /** By person and epoch: the newest message that is wanted. */
  #pending = new Map<string, Wanted>();
  /** By person and epoch: the newest message that was pushed, as far as is remembered. */
  readonly #pushed = new Map<string, number>();
  readonly #tests = new TokenBuckets(PUSH_TEST_RATE);
  readonly #soon = new Coalesce(
    () => PUSH_GATHER_MS,
    () => void this.#flush(),
  );
  /** By epoch: who wants to hear of everything in a public channel. Made when it is asked for. */
  #audience: Map<string, Set<string>> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** For the schedule. */
  get job() {
    const { subscriptions } = this.#parts;
    return { dueAt: () => subscriptions.retryDueAt(), run: (now: number) => this.#retry(now) };
  }

  /** A message concerns a person. Most people have no device, and nothing follows. */
  want(wanted: Wanted): void {
    if (!this.#parts.subscriptions.has(wanted.person) || !this.#isWanted(wanted)) return;
    const key = keyOf(wanted);
    if (wanted.seq <= (this.#pushed.get(key) ?? 0)) return;
    const held = this.#pending.get(key);
    if (held && held.seq >= wanted.seq) return;
    this.#pending.set(key, wanted);
    this.#soon.later();
  }

  /** There is a new message in a public channel: who wants to hear of everything there does. */
  publicActivity(channels: readonly { readonly id: string; readonly seq: number }[]): void {
    if (this.#parts.subscriptions.people().size === 0) return;
    this.#audience ??= this.#makeAudience();
    if (this.#audience.size === 0) return;
    for (const { id, seq } of channels) {
      const epoch = this.#parts.state.publicEpoch(id);
      for (const person of this.#audience.get(epoch ?? "") ?? [])
        if (epoch !== undefined) this.want({ person, channel: id, epoch, seq, reason: "all" });
    }
  }

  /** What people want, or who has a device, has changed. */
  forgetAudience(): void {
    this.#audience = undefined;
  }

  /** Pushes to all devices of a person, to show that it works. */
  async test(personId: string, now: number): Promise<Refused | undefined> {
    const waitMs = this.#tests.waitMs(personId, now);
    if (waitMs > 0) return refuse("rate_limited", "A test was sent a moment ago.", waitMs);
    this.#tests.take(personId, now);
    for (const subscription of this.#parts.subscriptions.of(personId))
      this.#settle(subscription, await this.#send(subscription, testPayload(subscription.origin), "high"));
    return undefined;
  }

  #makeAudience(): Map<string, Set<string>> {
    const audience = new Map<string, Set<string>>();
    for (const person of this.#parts.subscriptions.people()) {
      for (const [epoch, { notify }] of Object.entries(this.#parts.preferences.of(person).channels)) {
        if (notify === "all") audience.set(epoch, (audience.get(epoch) ?? new Set()).add(person));
      }
    }
    return audience;
  }

  /** By what the person wants of the channel; what is read, or looked at now, is not wanted. */
  #isWanted({ person, epoch, seq, reason }: Wanted): boolean {
    const { preferences, state, feed, subscriptions } = this.#parts;
    const notify = preferences.of(person).channels[epoch]?.notify;
    // A message to a person alone, or to a group of theirs, is for them as a mention is.
    const isChosen = notify === "all" || (notify !== "nothing" && reason !== "all");
    if (!isChosen || state.hasRead(person, epoch, seq)) return false;
    return !feed.sockets.isVisible(person) && subscriptions.pausedUntil(person) <= Date.now();
  }

  async #flush(): Promise<void> {
    const all = [...this.#pending.values()];
    this.#pending = new Map();
    await Promise.all([...Map.groupBy(all, ({ epoch }) => epoch).values()].map((wanted) => this.#flushChannel(wanted)));
  }

  async #flushChannel(all: readonly Wanted[]): Promise<void> {
    const wanted = all.filter((one) => this.#isWanted(one));
    const messages = await this.#standing(wanted);
    // Between the question and the answer it may have been read.
    const still = wanted.flatMap((one, at) => {
      const message = messages?.[at];
      return message && message.author.id !== one.person && this.#isWanted(one) ? [{ ...one, message }] : [];
    });
    await Promise.all(
      still.map(async ({ message, ...one }) => {
        this.#pushed.set(keyOf(one), one.seq);
        for (const subscription of this.#parts.subscriptions.of(one.person)) {
          const until = Date.now() + PUSH_RETRY_MAX_MS;
          await this.#deliver(subscription, { ...one, endpoint: subscription.endpoint, tries: 0, until }, message);
        }
      }),
    );
    // The channel could not be asked: as if the service could not be reached.
    if (!messages) for (const one of wanted) this.#retryAll(one);
  }

  #retryAll(wanted: Wanted): void {
    const until = Date.now() + PUSH_RETRY_MAX_MS;
    for (const { endpoint } of this.#parts.subscriptions.of(wanted.person))
      this.#putRetry({ ...wanted, endpoint, tries: 0, until });
  }

  async #standing(wanted: readonly Wanted[]): Promise<readonly (Message | undefined)[] | undefined> {
    const [first] = wanted;
    if (!first) return [];
    try {
      return await this.#parts.standing({ id: first.channel, epoch: first.epoch }, wanted);
    } catch (error) {
      log.transientError("push", error);
      return undefined;
    }
  }

  async #deliver(subscription: Subscription, retry: Retry, message: Message): Promise<void> {
    const { state } = this.#parts;
    const { channel, epoch, reason } = retry;
    const payload = payloadOf(message, {
      origin: subscription.origin,
      epoch,
      place: state.placeOf(subscription.person, channel),
      badge: state.badgeOf(subscription.person),
      nameOf: (id) => state.personOf(id).name,
    });
    const outcome = await this.#send(subscription, payload, reason === "all" ? "normal" : "high", epoch);
    if (outcome === "later") this.#putRetry(retry);
    else this.#settle(subscription, outcome);
  }

  async #send(
    subscription: Subscription,
    payload: unknown,
    urgency: "high" | "normal",
    topic?: string,
  ): Promise<PushOutcome> {
    const keys = this.#parts.subscriptions.keys();
    return keys ? this.#parts.push(subscription, keys, payload, { urgency, ...(topic && { topic }) }) : "refused";
  }

  #settle({ endpoint }: Subscription, outcome: PushOutcome): void {
    if (outcome === "gone") this.#parts.subscriptions.delete(endpoint);
    if (outcome === "refused") log.shed("push");
  }

  #putRetry(retry: Retry): void {
    const dueAt = Date.now() + PUSH_RETRY_FIRST_MS * 2 ** retry.tries;
    if (dueAt > retry.until || !this.#parts.subscriptions.find(retry.endpoint)) return;
    this.#parts.subscriptions.putRetry({ ...retry, tries: retry.tries + 1 }, dueAt);
    this.#parts.schedule().update();
  }

  async #retry(now: number): Promise<void> {
    for (const retry of this.#parts.subscriptions.takeRetries(now)) {
      const subscription = this.#parts.subscriptions.find(retry.endpoint);
      if (!subscription) continue;
      const wanted = { ...retry, person: subscription.person };
      if (!this.#isWanted(wanted)) continue;
      const messages = await this.#standing([wanted]);
      const [message] = messages ?? [];
      if (!messages) this.#putRetry(retry);
      else if (message && this.#isWanted(wanted)) await this.#deliver(subscription, retry, message);
    }
  }
}

function keyOf({ person, epoch }: Pick<Wanted, "person" | "epoch">): string {
  return `${person} ${epoch}`;
}
