/**
 * The way from a channel to one of its relays: what is sent goes out in order, one call at a time. What comes during a call is the next one.
 *
 *   add ──▶ queue ──deliver──▶ acknowledged
 *                     │ failed, or the channel has just started
 *                     └──▶ the whole state is sent instead, with backoff, until it was heard
 */
import { log } from "../platform/log.ts";
import type { Delivery, RelayReport } from "../relay/rpc.ts";

/** The first wait (ms) after a failure, twice as long each time, and the longest. */
const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 10_000;
/** More than this waits only where the relay does not answer: then the whole state is less. */
const QUEUE_MAX = 100;

type Calls = {
  /** Answers how many sockets there are. */
  readonly deliver: (deliveries: readonly Delivery[]) => Promise<number>;
  /** Sends the state as it is in that moment. */
  readonly sync: () => Promise<RelayReport>;
  /** Who is there, as the relay says. */
  readonly heard: (report: RelayReport) => void;
};

export class RelayLink {
  readonly #calls: Calls;
  #queue: Delivery[] = [];
  #isBehind: boolean;
  #isEnded = false;
  #work: Promise<void> | undefined;

  /** `isBehind`: what the relay has is not known. */
  constructor(isBehind: boolean, calls: Calls) {
    this.#isBehind = isBehind;
    this.#calls = calls;
  }

  add(delivery: Delivery): void {
    if (this.#isBehind) return; // the state says it
    this.#queue.push(delivery);
    if (this.#queue.length > QUEUE_MAX) this.#isBehind = true;
    void this.start();
  }

  /** What the relay has is not right any more in a way that no frame says. Returns when it has heard the state. */
  fallBehind(): Promise<void> {
    this.#isBehind = true;
    return this.start();
  }

  /** Begins to send what waits, unless that is under way. Returns when nothing waits any more. */
  start(): Promise<void> {
    this.#work ??= this.#run().finally(() => {
      this.#work = undefined;
    });
    return this.#work;
  }

  /** The relay is one no more. */
  end(): void {
    this.#isEnded = true;
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#isEnded && (this.#isBehind || this.#queue.length > 0); ) {
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
    this.#calls.heard(await this.#calls.sync());
  }

  async #deliver(): Promise<void> {
    const deliveries = this.#queue;
    this.#queue = [];
    const sockets = await this.#calls.deliver(deliveries);
    // It has lost its sockets: it was started anew.
    if (sockets === 0) this.#calls.heard({ isWhole: true, sockets, joined: [], left: [], arrived: [] });
  }
}
