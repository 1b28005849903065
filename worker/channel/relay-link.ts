/**
 * The way from a channel to one of its relays: what is sent goes out in order, one call at a time. What comes during a call is the next one.
 *
 *   add ──▶ queue ──deliver──▶ acknowledged
 *                     │ failed, or what the relay has is not known
 *                     └──▶ the whole state is sent instead, with backoff, until it was heard
 */
import { messagesFrame } from "../platform/broadcast.ts";
import { log } from "../platform/log.ts";
import type { Message } from "../protocol/things.ts";
import type { Delivery, RelayReport } from "../relay/rpc.ts";

/** The first wait (ms) after a failure, twice as long each time, and the longest. */
const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 10_000;
/** More than this waits only where the relay does not answer: then the whole state is less. */
const QUEUE_MAX = 100;

/** Changes as they wait: with the messages, since of one that changes meanwhile only the newest state may go out. */
export type Queued =
  | Exclude<Delivery, { kind: "messages" }>
  | (Extract<Delivery, { kind: "messages" }> & { readonly messages: readonly Message[] });

type Calls = {
  /** Answers how many sockets there are. */
  readonly deliver: (deliveries: readonly Delivery[]) => Promise<number>;
  /** Sends the state as it is in that moment. */
  readonly sync: () => Promise<RelayReport>;
  /** The relay says who is there. */
  readonly reported: (report: RelayReport) => void;
  /** The relay has no sockets any more: it was started anew. */
  readonly emptied: () => void;
};

export class RelayLink {
  readonly #calls: Calls;
  #queue: Queued[] = [];
  /** What the relay has is not known: it is sent the state. */
  #isBehind = true;
  #isGivenUp = false;
  #work: Promise<void> | undefined;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  add(queued: Queued): void {
    if (this.#isBehind) return; // the state says it
    this.#queue.push(queued);
    if (this.#queue.length > QUEUE_MAX) this.#isBehind = true;
    void this.drain();
  }

  /** The relay is sent the whole state. Returns when it has it. */
  resync(): Promise<void> {
    this.#isBehind = true;
    return this.drain();
  }

  /** Sends what waits. Returns when nothing waits any more. */
  drain(): Promise<void> {
    this.#work ??= this.#run().finally(() => {
      this.#work = undefined;
    });
    return this.#work;
  }

  /** Nothing is sent to this relay any more. */
  giveUp(): void {
    this.#isGivenUp = true;
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#isGivenUp && (this.#isBehind || this.#queue.length > 0); ) {
      try {
        await (this.#isBehind ? this.#sync() : this.#deliver());
        failures = 0;
      } catch (error) {
        this.#isBehind = true;
        log.transientError("relay", error);
        await scheduler.wait(Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** failures++));
      }
    }
  }

  async #sync(): Promise<void> {
    this.#queue = [];
    this.#isBehind = false;
    this.#calls.reported(await this.#calls.sync());
  }

  async #deliver(): Promise<void> {
    const deliveries = gathered(this.#queue);
    this.#queue = [];
    if ((await this.#calls.deliver(deliveries)) === 0) this.#calls.emptied();
  }
}

/** What waits, with neighbouring changes as one: one frame a relay, and of each message its newest state, in the order of `rev`. */
export function gathered(queue: readonly Queued[]): readonly Delivery[] {
  const groups: Queued[][] = [];
  for (const queued of queue) {
    const group = groups.at(-1);
    if (queued.kind === "messages" && group?.[0]?.kind === "messages") group.push(queued);
    else groups.push([queued]);
  }
  return groups.flatMap((group): readonly Delivery[] => {
    const changes = group.filter((queued) => queued.kind === "messages");
    const [first] = changes;
    const last = changes.at(-1);
    if (!first || !last) return group.filter((queued) => queued.kind !== "messages");
    const { from } = first;
    const { to } = last;
    if (first === last) return [{ kind: "messages", frame: first.frame, from, to }];
    const newest = new Map<string, Message>();
    for (const message of changes.flatMap(({ messages }) => messages)) {
      newest.delete(message.id);
      newest.set(message.id, message);
    }
    return [{ kind: "messages", frame: messagesFrame([...newest.values()]), from, to }];
  });
}
