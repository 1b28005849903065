/** Private channels of a shard's people: what their objects tell, and who leaves them because they end. */
import type { PrivateState } from "../channel/rpc.ts";
import type { Tables } from "../platform/migrations.ts";
import { channelTarget } from "../platform/objects.ts";
import type { Outbox } from "../platform/outbox.ts";
import type { Schedule } from "../platform/schedule.ts";
import type { Feed } from "./feed.ts";
import type { Invites } from "./invites.ts";
import type { PersonStore } from "./person-store.ts";
import type { PrivateStore } from "./private-store.ts";
import type { Notice } from "./rpc.ts";

type Parts = {
  readonly tables: Tables;
  readonly persons: PersonStore;
  /** Whether a person of this shard lives. */
  readonly isThere: (personId: string) => boolean;
  readonly store: PrivateStore;
  readonly invites: Invites;
  readonly feed: Feed;
  readonly outbox: Outbox;
  readonly schedule: Schedule;
};

export class Privates {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Takes in what a channel says it is, and who of this shard is in it. A person who has ended meanwhile leaves it again. */
  receive(state: PrivateState): void {
    const { tables, persons, isThere, store, invites, feed, outbox, schedule } = this.#parts;
    const isKnown = state.people.some((id) => persons.person(id) !== undefined);
    if (!isKnown && !store.channel(state.channel.id)) return; // no one of this shard: nothing is written
    const living = state.people.filter((id) => isThere(id));
    const ended = state.people.filter((id) => !living.includes(id));
    const change = tables.transact(() => {
      for (const id of ended) this.#putLeave(id, state.channel.epoch);
      const applied = store.apply({ ...state, people: living });
      // They would work again if their maker came back.
      for (const id of applied?.former ?? []) invites.withdraw(id, state.channel.id);
      return applied;
    });
    if (ended.length > 0) {
      schedule.update();
      void outbox.flush();
    }
    if (!change) return;
    for (const id of change.members) feed.sendTo(id, { type: "channel", channel: change.channel });
    for (const id of change.former) feed.sendTo(id, { type: "channel_deleted", id: state.channel.id });
  }

  /** The epochs of the groups that a person is in: they show the person's name. */
  groupsOf(personId: string): readonly string[] {
    return this.#parts.store.all(personId).flatMap(({ name, epoch }) => (name === "" ? [epoch] : []));
  }

  /** A person ends: every private channel hears that they left. Inside the transaction. */
  leaveAll(personId: string): void {
    const { store } = this.#parts;
    for (const { id, epoch } of store.all(personId)) {
      store.leave(personId, id);
      this.#putLeave(personId, epoch);
    }
  }

  #putLeave(personId: string, epoch: string): void {
    const notice: Notice = { kind: "left", personId };
    this.#parts.outbox.put(channelTarget(epoch), `left:${personId}`, Date.now(), notice);
  }
}
