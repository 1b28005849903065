/**
 * Who lists a channel hears what it says of itself: the directory of a public one, the shards of its members of a private one.
 * It is written down in the transaction of the change and told until it was heard. A later version replaces an earlier one.
 */
import { DIRECTORY, directoryOf, parseTarget, shardStub, shardTarget } from "../platform/objects.ts";
import type { Outbox, OutboxRow } from "../platform/outbox.ts";
import { shardOf } from "../platform/shard-id.ts";
import { type History, oldestSeqOf } from "../protocol/history.ts";
import { DELIVERY_MAX_MS } from "../protocol/limits.ts";
import type { Channel, Person, Rules } from "../protocol/things.ts";
import type { PrivateState } from "./rpc.ts";
import { isGroup } from "./rules.ts";
import type { About } from "./tables.ts";

type Announcement =
  | { readonly kind: "settings"; readonly topic: string; readonly rules: Rules; readonly settings: number }
  | { readonly kind: "ended" }
  | { readonly kind: "name released"; readonly id: string; readonly name: string; readonly claimedAt: number }
  | { readonly kind: "private"; readonly state: PrivateState };

/** In the outbox a later word about the channel replaces an earlier one. */
const SUBJECT = "settings";

export class Announcements {
  readonly #outbox: Outbox;
  readonly #reschedule: () => void;

  constructor(outbox: Outbox, reschedule: () => void) {
    this.#outbox = outbox;
    this.#reschedule = reschedule;
  }

  /**
   * Writes down what the channel is from now on. Inside the transaction of the change. `members` are those of a private channel, `former`
   * those who are in it no more.
   */
  put(channel: Channel, version: number, members: readonly Person[] = [], former: readonly string[] = []): void {
    const { topic, posting, slowMs, keepMs } = channel;
    if (channel.kind === "direct") return;
    if (channel.kind === "public") {
      const rules = { ...(posting && { posting }), ...(slowMs && { slowMs }), ...(keepMs && { keepMs }) };
      return this.#put(DIRECTORY, version, { kind: "settings", topic, rules, settings: version });
    }
    const ids = members.map(({ id }) => id);
    for (const [shard, people] of byShard(ids, former))
      this.#put(shardTarget(shard), version, { kind: "private", state: { channel, version, people } });
  }

  /** Writes down that the channel has ended. */
  putEnd(channel: Channel, version: number, members: readonly string[]): void {
    if (channel.kind === "public") this.#put(DIRECTORY, version, { kind: "ended" });
    else this.put(channel, version, [], members);
  }

  /** Writes down that a hook has ended: its name is free. Inside the transaction. */
  putRelease(id: string, name: string, claimedAt: number): void {
    this.#outbox.put(DIRECTORY, id, claimedAt, { kind: "name released", id, name, claimedAt } satisfies Announcement);
  }

  /** Returns when everyone has heard, or after 5 s. */
  async deliver(): Promise<void> {
    this.#reschedule();
    void this.#outbox.flush();
    await this.#outbox.settled([SUBJECT], DELIVERY_MAX_MS);
  }

  #put(target: string, version: number, announcement: Announcement): void {
    this.#outbox.put(target, SUBJECT, version, announcement);
  }
}

/** A channel as lists show it. */
export function entryOf(about: About, members: readonly Person[], history: History): Channel {
  const { seq, messages } = history;
  const oldestSeq = oldestSeqOf(history);
  const { id, epoch, kind, name, topic, createdBy, createdAt, rules } = about;
  return {
    id,
    epoch,
    kind,
    name: kind === "public" ? id : name,
    topic,
    createdBy,
    createdAt,
    seq,
    lastAt: messages.at(-1)?.sentAt ?? null,
    ...(oldestSeq !== undefined && { oldestSeq }),
    ...(kind === "private" && { memberCount: members.length }),
    ...(isGroup(about) && { people: members }),
    ...rules,
  };
}

/** Tells a target one row of the outbox. */
export function announce(env: Env, about: About | undefined, target: string, { payload }: OutboxRow): Promise<void> {
  const announcement: Announcement = JSON.parse(payload);
  const { epoch = "" } = about ?? {};
  switch (announcement.kind) {
    case "ended":
      return directoryOf(env).removeChannel(epoch);
    case "name released":
      return directoryOf(env).releaseName(announcement.id, announcement.name, announcement.claimedAt);
    case "settings":
      return directoryOf(env).changeChannel(epoch, announcement);
    case "private": {
      const object = parseTarget(target);
      return shardStub(env, object.kind === "people" ? object.shard : 0).receivePrivate(announcement.state);
    }
    default:
      return announcement satisfies never;
  }
}

/** The members of each shard that has or had any. */
function byShard(ids: readonly string[], former: readonly string[]): ReadonlyMap<number, readonly string[]> {
  const shards = new Map<number, string[]>([...ids, ...former].map((id) => [shardOf(id) ?? 0, []]));
  for (const id of ids) shards.get(shardOf(id) ?? 0)?.push(id);
  return shards;
}
