/** What shards tell each other, through the directory, of who is online. With one shard nothing is sent or asked. */
import type { ShardPresence } from "../directory/rpc.ts";
import { log } from "../platform/log.ts";
import { shardOf } from "../platform/shard-id.ts";
import { PRESENCE_ASKED_MS } from "../protocol/limits.ts";
import type { OnlinePerson } from "../protocol/things.ts";
import type { Feed } from "./feed.ts";

type Dependencies = {
  readonly shards: () => number;
  readonly report: (presence: ShardPresence) => Promise<void>;
  readonly ask: () => Promise<readonly ShardPresence[]>;
};

export class Neighbours {
  readonly #feed: () => Feed;
  readonly #dependencies: Dependencies;
  /** When (ms) it was last asked who is online elsewhere: not since the start, at first. */
  #askedAt = Number.NEGATIVE_INFINITY;
  /** Whether the others know everyone who was here when this object started. */
  #hasIntroduced = false;

  constructor(feed: () => Feed, dependencies: Dependencies) {
    this.#feed = feed;
    this.#dependencies = dependencies;
  }

  /** People of this shard came, went or were renamed. The first report after a start is of all: the others may show people who left unseen. */
  report(changes: readonly OnlinePerson[]): void {
    const shard = shardOf(changes[0]?.id ?? "");
    if (this.#dependencies.shards() === 1 || shard === undefined) return;
    const summary = this.#feed().online.summary(shard);
    const report = this.#hasIntroduced ? { shard, count: summary.count, people: changes } : summary;
    this.#hasIntroduced = true;
    this.#dependencies.report(report).catch((error: unknown) => {
      this.#hasIntroduced = false; // the next report makes up for this one
      log.transientError("presence", error);
    });
  }

  /** Before a feed opens: who is online elsewhere, if that was not asked lately. If the directory cannot be reached, no one is shown. */
  async catchUp(personId: string, now: number): Promise<void> {
    if (this.#dependencies.shards() === 1 || now - this.#askedAt < PRESENCE_ASKED_MS) return;
    this.#askedAt = now;
    try {
      for (const presence of await this.#dependencies.ask()) {
        if (presence.shard !== shardOf(personId)) this.#feed().notePresence(presence);
      }
    } catch (error) {
      this.#askedAt = Number.NEGATIVE_INFINITY;
      log.transientError("presence", error);
    }
  }
}
