/**
 * The public list: a row per channel, and one row for how far all of them are.
 * Every change of the list takes the next version, by which shards know what they have.
 */
import type { Tables } from "../platform/migrations.ts";
import type { Channel, Person, Rules } from "../protocol/things.ts";
import type { ActivityReport, ChannelSettings } from "./rpc.ts";

/** `settings` counts the words of a channel about itself. `delivered` is the version of the list that every shard has. `activity` has one row: by epoch, `[seq, lastAt]`, as JSON. */
export const CHANNEL_TABLES = [
  "CREATE TABLE channels (id TEXT PRIMARY KEY, epoch TEXT NOT NULL, topic TEXT NOT NULL, rules TEXT NOT NULL, creator TEXT NOT NULL, creator_name TEXT NOT NULL, created_at INTEGER NOT NULL, settings INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE TABLE list (only INTEGER PRIMARY KEY CHECK (only = 1), version INTEGER NOT NULL, delivered INTEGER NOT NULL, activity TEXT NOT NULL)",
  "INSERT INTO list VALUES (1, 0, 0, '{}')",
];

type ChannelRow = {
  readonly id: string;
  readonly epoch: string;
  readonly topic: string;
  readonly rules: string;
  readonly creator: string;
  readonly creator_name: string;
  readonly created_at: number;
  readonly settings: number;
};

type ListRow = { readonly version: number; readonly delivered: number; readonly activity: string };
type Newest = readonly [seq: number, lastAt: number | null, oldestSeq?: number];

export class ChannelList {
  readonly #sql: SqlStorage;
  readonly #tables: Tables;
  readonly #channels = new Map<string, Channel>();
  readonly #ids = new Map<string, string>();
  /** By epoch: the version of the channel's settings that is known. */
  readonly #settings = new Map<string, number>();
  #version = 0;
  #delivered = 0;

  constructor(sql: SqlStorage, tables: Tables) {
    this.#sql = sql;
    this.#tables = tables;
    if (!tables.exist) return;
    const { version, delivered, activity } = sql.exec<ListRow>("SELECT version, delivered, activity FROM list").one();
    const newest: Readonly<Record<string, Newest>> = JSON.parse(activity);
    this.#version = version;
    this.#delivered = delivered;
    for (const row of sql.exec<ChannelRow>("SELECT * FROM channels")) {
      const [seq, lastAt, oldestSeq] = newest[row.epoch] ?? [0, null];
      this.#hold({ ...toChannel(row), seq, lastAt, ...(oldestSeq && { oldestSeq }) }, row.settings);
    }
  }

  get version(): number {
    return this.#version;
  }

  /** Whether every shard has this version. */
  get isDelivered(): boolean {
    return this.#delivered === this.#version;
  }

  noteDelivered(): void {
    this.#delivered = this.#version;
    this.#sql.exec("UPDATE list SET delivered = version");
  }

  get size(): number {
    return this.#channels.size;
  }

  all(): readonly Channel[] {
    return [...this.#channels.values()];
  }

  byEpoch(epoch: string): Channel | undefined {
    return this.#channels.get(this.#ids.get(epoch) ?? "");
  }

  /** Inside a transaction. */
  add(name: string, topic: string, createdBy: Person, now: number, epoch: string): Channel {
    const channel: Channel = {
      id: name,
      epoch,
      kind: "public",
      name,
      topic,
      createdBy,
      createdAt: now,
      seq: 0,
      lastAt: null,
    };
    this.#sql.exec(
      "INSERT INTO channels VALUES (?, ?, ?, '{}', ?, ?, ?, 0)",
      name,
      epoch,
      topic,
      createdBy.id,
      createdBy.name,
      now,
    );
    this.#raiseVersion();
    this.#hold(channel, 0);
    return channel;
  }

  /** A channel has another topic or other rules, by its own word. `undefined`: nothing is new. */
  change(epoch: string, { topic, rules, settings }: ChannelSettings): Channel | undefined {
    const held = this.byEpoch(epoch);
    if (!held || (this.#settings.get(epoch) ?? 0) >= settings) return undefined;
    const { posting: _, slowMs: __, keepMs: ___, ...plain } = held;
    const channel: Channel = { ...plain, topic, ...rules };
    this.#tables.transact(() => {
      const ruled = JSON.stringify(rules);
      this.#sql.exec(
        "UPDATE channels SET topic = ?, rules = ?, settings = ? WHERE id = ?",
        topic,
        ruled,
        settings,
        held.id,
      );
      this.#raiseVersion();
    });
    this.#hold(channel, settings);
    return channel;
  }

  /** A channel has ended. `undefined`: that is known. */
  remove(epoch: string): Channel | undefined {
    const held = this.byEpoch(epoch);
    if (!held) return undefined;
    this.#tables.transact(() => {
      this.#sql.exec("DELETE FROM channels WHERE id = ?", held.id);
      this.#raiseVersion();
    });
    this.#channels.delete(held.id);
    this.#ids.delete(epoch);
    this.#settings.delete(epoch);
    return held;
  }

  /** A channel reports its newest message. In memory until `writeActivity`: what a crash takes is reported again. Says whether it is news. */
  note({ epoch, seq, lastAt, oldestSeq }: ActivityReport): boolean {
    const held = this.byEpoch(epoch);
    if (!held || seq < held.seq || (seq === held.seq && (oldestSeq ?? 0) <= (held.oldestSeq ?? 0))) return false;
    this.#channels.set(held.id, { ...held, seq, lastAt, ...(oldestSeq && { oldestSeq }) });
    return true;
  }

  /** Writes how far all channels are: one row. */
  writeActivity(): void {
    const activity = Object.fromEntries(
      this.all().map(({ epoch, seq, lastAt, oldestSeq }) => [
        epoch,
        oldestSeq ? [seq, lastAt, oldestSeq] : [seq, lastAt],
      ]),
    );
    this.#sql.exec("UPDATE list SET activity = ?", JSON.stringify(activity));
  }

  /** Takes a version for a change that is not in the list itself. Inside a transaction. */
  touch(): void {
    this.#raiseVersion();
  }

  #raiseVersion(): void {
    this.#version++;
    this.#sql.exec("UPDATE list SET version = ?", this.#version);
  }

  #hold(channel: Channel, settings: number): void {
    this.#channels.set(channel.id, channel);
    this.#ids.set(channel.epoch, channel.id);
    this.#settings.set(channel.epoch, settings);
  }
}

function toChannel(row: ChannelRow): Channel {
  const { id, epoch, topic, created_at: createdAt } = row;
  const createdBy: Person = { id: row.creator, name: row.creator_name };
  const rules: Rules = JSON.parse(row.rules);
  return { id, epoch, kind: "public", name: id, topic, createdBy, createdAt, seq: 0, lastAt: null, ...rules };
}
