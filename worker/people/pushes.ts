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
import { PushAudience } from "./push-audience.ts";
import { payloadOf, testPayload } from "./push-payload.ts";
import type { Retry, Subscription, Subscriptions, Wanted } from "./subscriptions.ts";

/** Messages of a conversation that are asked for together: if the newest is deleted, the one before it is pushed. */
const CANDIDATES_MAX = 5;
/** Retries of one run. */
const RETRIES_PER_RUN = 20;

type Parts = {
  readonly subscriptions: Subscriptions;
  readonly preferences: PreferenceStore;
  readonly state: FeedState;
  readonly feed: Feed;
  readonly schedule: () => Schedule;
  /** The site sends none. */
  readonly isOff: boolean;
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
  /** By person and epoch: the newest messages that are wanted. Of those the newest that stands is pushed. */
  #pending = new Map<string, readonly Wanted[]>();
  /** By person and epoch: the newest message that was pushed, as far as is remembered. */
  readonly #pushed = new Map<string, number>();
  readonly #tests = new TokenBuckets(PUSH_TEST_RATE);
  readonly #soon = new Coalesce(
    () => PUSH_GATHER_MS,
    () => void this.#flush(),
  );
  readonly #audience: PushAudience;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#audience = new PushAudience(parts);
  }

  /** For the schedule. */
  get job() {
    const { subscriptions } = this.#parts;
    return { dueAt: () => subscriptions.retryDueAt(), run: (now: number) => this.#retry(now) };
  }

  /** A message concerns a person. Most people have no device, and nothing follows. */
  want(wanted: Wanted): void {
    if (this.#parts.isOff || !this.#parts.subscriptions.has(wanted.person) || !this.#isWanted(wanted)) return;
    const key = keyOf(wanted);
    if (wanted.seq <= (this.#pushed.get(key) ?? 0)) return;
    const held = this.#pending.get(key) ?? [];
    // The same message may concern a person twice: a mention counts for more than a message.
    const same = held.find(({ seq }) => seq === wanted.seq);
    if (same && wanted.reason === "all") return;
    const others = held.filter((one) => one !== same);
    this.#pending.set(key, [...others, wanted].slice(-CANDIDATES_MAX));
    this.#soon.later();
  }

  /** There is a new message in a public channel: who wants to hear of everything there does. */
  publicActivity(channels: readonly { readonly id: string; readonly seq: number }[]): void {
    if (this.#parts.subscriptions.people().size === 0) return;
    for (const { id, seq } of channels) {
      const epoch = this.#parts.state.publicEpoch(id);
      if (epoch === undefined) continue;
      for (const person of this.#audience.of(epoch)) this.want({ person, channel: id, epoch, seq, reason: "all" });
    }
  }

  /** What people want, or who has a device, has changed. */
  forgetAudience(): void {
    this.#audience.forget();
  }

  /** Pushes to all devices of a person, to show that it works. */
  async test(personId: string, now: number): Promise<Refused | undefined> {
    const waitMs = this.#tests.waitMs(personId, now);
    if (waitMs > 0) return refuse("rate_limited", "A test was just sent. Wait a moment.", waitMs);
    this.#tests.take(personId, now);
    const devices = this.#parts.subscriptions.of(personId);
    await Promise.all(
      devices.map(async (device) => this.#settle(device, await this.#send(device, testPayload(device.origin), "high"))),
    );
    return undefined;
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
    const all = [...this.#pending.values()].flat();
    this.#pending = new Map();
    await Promise.all([...Map.groupBy(all, ({ epoch }) => epoch).values()].map((wanted) => this.#flushChannel(wanted)));
  }

  async #flushChannel(all: readonly Wanted[]): Promise<void> {
    const wanted = all.filter((one) => this.#isWanted(one));
    const messages = await this.#standing(wanted);
    const until = Date.now() + PUSH_RETRY_MAX_MS;
    // The channel could not be asked: as if the service could not be reached.
    if (!messages) {
      for (const one of newestOf(wanted)) this.#retryLater({ ...one, tries: 0, until });
      return;
    }
    // Between the question and the answer it may have been read.
    const still = wanted.flatMap((one, at) => {
      const message = messages[at];
      return message && this.#isFor(one, message) ? [{ ...one, message }] : [];
    });
    await Promise.all(newestOf(still).map(({ message, ...one }) => this.#pushTo(one, message, until)));
  }

  /** To all devices of a person at once: a slow one holds up no other. */
  async #pushTo(wanted: Wanted, message: Message, until: number): Promise<void> {
    this.#pushed.set(keyOf(wanted), wanted.seq);
    const devices = this.#parts.subscriptions.of(wanted.person);
    await Promise.all(
      devices.map((device) =>
        this.#deliver(device, { ...wanted, endpoint: device.endpoint, tries: 0, until }, message),
      ),
    );
  }

  /** Whether a message that stands is to be pushed to a person now. */
  #isFor(wanted: Wanted, { author }: Message): boolean {
    const { preferences } = this.#parts;
    return author.id !== wanted.person && !preferences.hasBlocked(wanted.person, author.id) && this.#isWanted(wanted);
  }

  #retryLater(wanted: Omit<Retry, "endpoint">): void {
    for (const { endpoint } of this.#parts.subscriptions.of(wanted.person)) this.#putRetry({ ...wanted, endpoint });
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
    if (outcome !== "later") this.#parts.subscriptions.deleteRetry(retry);
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
    if (dueAt > retry.until || !this.#parts.subscriptions.find(retry.endpoint))
      return this.#parts.subscriptions.deleteRetry(retry);
    this.#parts.subscriptions.putRetry({ ...retry, tries: retry.tries + 1 }, dueAt);
    this.#parts.schedule().update();
  }

  /** A few at a time: the object has other things to do by the same alarm. */
  async #retry(now: number): Promise<void> {
    const retries = this.#parts.subscriptions.takeRetries(now, RETRIES_PER_RUN);
    await Promise.all(retries.map((retry) => this.#retryOne(retry)));
  }

  async #retryOne(retry: Retry): Promise<void> {
    const { subscriptions } = this.#parts;
    const device = subscriptions.find(retry.endpoint);
    // Another person's by now, or nothing to push any more.
    const isOver =
      device?.person !== retry.person || retry.seq < (this.#pushed.get(keyOf(retry)) ?? 0) || !this.#isWanted(retry);
    if (!device || isOver) return subscriptions.deleteRetry(retry);
    const messages = await this.#standing([retry]);
    const [message] = messages ?? [];
    if (!messages) this.#putRetry(retry);
    else if (message && this.#isFor(retry, message)) await this.#deliver(device, retry, message);
    else subscriptions.deleteRetry(retry);
  }
}

/** Of each person the newest message. */
function newestOf<W extends Wanted>(wanted: readonly W[]): readonly W[] {
  const newest = new Map<string, W>();
  for (const one of [...wanted].sort((a, b) => a.seq - b.seq)) newest.set(one.person, one);
  return [...newest.values()];
}

function keyOf({ person, epoch }: Pick<Wanted, "person" | "epoch">): string {
  return `${person} ${epoch}`;
}
