/**
 * A shard's copy of the public list of channels: one row with the directory's version, and in memory how far each channel is.
 * The directory is asked only after a start, a gap, or a channel that is not in the list.
 */
import type { ChannelList, ListChange } from "../directory/rpc.ts";
import { log } from "../platform/log.ts";
import type { Tables } from "../platform/migrations.ts";
import type { ActivityEntry } from "../protocol/frames.ts";
import { UNKNOWN_CHANNEL_MS } from "../protocol/limits.ts";
import type { Channel } from "../protocol/things.ts";

export const LIST_TABLE =
  "CREATE TABLE list (only INTEGER PRIMARY KEY CHECK (only = 1), version INTEGER NOT NULL, shards INTEGER NOT NULL, channels TEXT NOT NULL)";

/** What is new in a list, and the ids of channels that are gone from it. */
export type Difference = { readonly changed: readonly Channel[]; readonly deleted: readonly string[] };

const RULES = ["posting", "slowMs", "keepMs"] as const;

type ListRow = { readonly version: number; readonly shards: number; readonly channels: string };

export class PublicList {
  readonly #sql: SqlStorage;
  readonly #tables: Tables;
  readonly #ask: () => Promise<ChannelList>;
  readonly #changed: (difference: Difference) => void;
  #channels = new Map<string, Channel>();
  #epochs = new Map<string, string>();
  #version = 0;
  #shards = 1;
  /** The directory was asked since the start. Until then the stored list may be older. */
  #isCurrent = false;
  #asking: Promise<void> | undefined;
  /** When (ms) the directory was last asked for a channel that is not in the list. */
  #askedUnknownAt = Number.NEGATIVE_INFINITY;

  /** `changed` hears what a newer list has that the former one had not, however it came here. */
  constructor(
    sql: SqlStorage,
    tables: Tables,
    { ask, changed }: { readonly ask: () => Promise<ChannelList>; readonly changed: (difference: Difference) => void },
  ) {
    this.#sql = sql;
    this.#tables = tables;
    this.#ask = ask;
    this.#changed = changed;
    const [row] = tables.exist ? sql.exec<ListRow>("SELECT version, shards, channels FROM list").toArray() : [];
    if (!row) return;
    const channels: readonly Channel[] = JSON.parse(row.channels);
    this.#hold({ version: row.version, shards: row.shards, channels });
  }

  get version(): number {
    return this.#version;
  }

  /** How many shards of people there are, as far as this one has heard. */
  get shards(): number {
    return this.#shards;
  }

  find(id: string): Channel | undefined {
    return this.#channels.get(id);
  }

  /** The id of the channel of that epoch. */
  idOf(epoch: string): string | undefined {
    return this.#epochs.get(epoch);
  }

  /** All channels, by id. */
  all(): readonly Channel[] {
    return [...this.#channels.values()];
  }

  /**
   * Makes sure that the directory was asked since the start. Where it cannot be reached the list of before has to do, unless
   * there is none: then it throws.
   */
  async ready(): Promise<void> {
    if (this.#isCurrent) return;
    try {
      await this.refresh();
    } catch (error) {
      if (this.#version === 0) throw error;
      log.transientError("list", error);
    }
  }

  /** Asks for a channel that is not in the list, unless that was just done: anyone can ask for what there never was. */
  async refreshForUnknown(now: number): Promise<void> {
    if (now - this.#askedUnknownAt < UNKNOWN_CHANNEL_MS) return;
    this.#askedUnknownAt = now;
    await this.refresh();
  }

  /** Asks the directory; calls at the same time share one question. */
  async refresh(): Promise<void> {
    this.#asking ??= this.#load();
    await this.#asking;
  }

  /** Takes a change in. Where an earlier one is missing the directory is asked. Throws when this list is older than the change after all. */
  async apply(change: ListChange, shards: number): Promise<void> {
    if (change.version <= this.#version) return;
    if (change.since !== this.#version) return this.#catchUp(change.version);
    const channels = new Map(this.#channels);
    for (const { id, epoch } of change.deleted) if (channels.get(id)?.epoch === epoch) channels.delete(id);
    for (const channel of change.changed) channels.set(channel.id, newer(channel, channels.get(channel.id)));
    this.#store({ version: change.version, shards, channels: [...channels.values()] });
  }

  /** A question that is under way may be answered from before the change: then it is asked once more. */
  async #catchUp(version: number): Promise<void> {
    await this.refresh();
    if (this.#version < version) await this.refresh();
    if (this.#version < version) throw new Error("the list of channels is older than the change that was told");
  }

  /** Channels have new messages. In memory only. */
  note(entries: readonly ActivityEntry[]): void {
    for (const { id, seq, lastAt, oldestSeq } of entries) {
      const channel = this.#channels.get(id);
      if (channel && channel.seq <= seq)
        this.#channels.set(id, { ...channel, seq, lastAt, ...(oldestSeq && { oldestSeq }) });
    }
  }

  noteShards(shards: number): void {
    this.#shards = Math.max(this.#shards, shards);
  }

  async #load(): Promise<void> {
    try {
      const list = await this.#ask();
      this.#isCurrent = true;
      if (list.version > this.#version) this.#store(list);
      else if (list.version === this.#version) this.#hold(list);
    } finally {
      this.#asking = undefined;
    }
  }

  #store(list: ChannelList): void {
    const { channels } = list;
    if (this.#tables.exist || list.version > 0)
      this.#tables.transact(() =>
        this.#sql.exec(
          `INSERT INTO list VALUES (1, ?, ?, ?) ON CONFLICT (only) DO UPDATE SET
           version = excluded.version, shards = excluded.shards, channels = excluded.channels`,
          list.version,
          list.shards,
          JSON.stringify(channels),
        ),
      );
    const before = this.#channels;
    this.#hold({ ...list, channels });
    this.#changed(differenceOf(before, this.#channels));
  }

  #hold({ version, shards, channels }: ChannelList): void {
    const sorted = [...channels].sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#channels = new Map(sorted.map((channel) => [channel.id, newer(channel, this.#channels.get(channel.id))]));
    this.#epochs = new Map(channels.map(({ id, epoch }) => [epoch, id]));
    this.#version = version;
    this.#shards = Math.max(this.#shards, shards);
  }
}

/** A channel as the directory has it, with the newest message that this shard has heard of. The same object when nothing differs. */
function newer(channel: Channel, held: Channel | undefined): Channel {
  return held?.epoch === channel.epoch && held.seq > channel.seq
    ? { ...channel, seq: held.seq, lastAt: held.lastAt }
    : channel;
}

function differenceOf(before: ReadonlyMap<string, Channel>, after: ReadonlyMap<string, Channel>): Difference {
  const isSame = (a: Channel, b: Channel | undefined) =>
    a.epoch === b?.epoch && a.topic === b.topic && RULES.every((rule) => a[rule] === b[rule]);
  return {
    changed: [...after.values()].filter((channel) => !isSame(channel, before.get(channel.id))),
    deleted: [...before.values()].filter(({ id, epoch }) => after.get(id)?.epoch !== epoch).map(({ id }) => id),
  };
}
