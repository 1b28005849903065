/**
 * Who is online on the whole site, for a shard that has just started. Every shard is asked, at most once a few seconds. On a site
 * where many are online the answer is numbers only.
 */
import { NAMED_ONLINE_MAX } from "../protocol/limits.ts";
import type { ShardPresence } from "./rpc.ts";

/** An answer counts for this long (ms). */
const ANSWER_MS = 5_000;

export class PresenceSummary {
  readonly #ask: (shard: number) => Promise<ShardPresence>;
  #last: { readonly at: number; readonly answer: Promise<readonly ShardPresence[]> } | undefined;

  constructor(ask: (shard: number) => Promise<ShardPresence>) {
    this.#ask = ask;
  }

  /** A shard that cannot be reached is left out. */
  all(shards: number, now: number): Promise<readonly ShardPresence[]> {
    if (!this.#last || this.#last.at < now - ANSWER_MS) this.#last = { at: now, answer: this.#askAll(shards) };
    return this.#last.answer;
  }

  async #askAll(shards: number): Promise<readonly ShardPresence[]> {
    const answers = await Promise.allSettled(Array.from({ length: shards }, (_, shard) => this.#ask(shard)));
    const known = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
    const count = known.reduce((sum, one) => sum + one.count, 0);
    return count <= NAMED_ONLINE_MAX ? known : known.map((one) => ({ ...one, people: [], isWhole: false }));
  }
}
