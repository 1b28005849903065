/**
 * What a channel owes to one target: its newest state, mentions and mentions that are no more. Pure bookkeeping.
 * A mention and its withdrawal cancel each other: of both the later one counts.
 */

import { find, type History, oldestSeqOf } from "../protocol/history.ts";
import { ACTIVITY_DELETED_MAX } from "../protocol/limits.ts";
import type { Message } from "../protocol/things.ts";
import type { ChannelNews, ChannelRef } from "./rpc.ts";

type Mention = { readonly people: ReadonlySet<string>; readonly isRepeated: boolean };
type Withdrawal = { readonly people: ReadonlySet<string>; readonly seq: number; readonly isRepeated: boolean };

export class Owed {
  #isActivity = false;
  readonly #deleted = new Set<number>();
  readonly #mentions = new Map<string, Mention>();
  readonly #withdrawn = new Map<string, Withdrawal>();

  get isNothing(): boolean {
    return !this.#isActivity && this.#mentions.size + this.#withdrawn.size === 0;
  }

  /** The channel's newest state, and the numbers of messages that were deleted. */
  addActivity(deleted: readonly number[] = []): void {
    this.#isActivity = true;
    for (const seq of deleted) this.#deleted.add(seq);
    for (const seq of this.#deleted) {
      if (this.#deleted.size <= ACTIVITY_DELETED_MAX) break;
      this.#deleted.delete(seq);
    }
  }

  addMention(message: Pick<Message, "id">, personId: string, isRepeated = false): void {
    const people = new Set(this.#mentions.get(message.id)?.people).add(personId);
    this.#mentions.set(message.id, { people, isRepeated });
    const withdrawal = this.#withdrawn.get(message.id);
    if (withdrawal) this.#setWithdrawn(message.id, { ...withdrawal, people: without(withdrawal.people, personId) });
  }

  addWithdrawal({ id, seq }: Pick<Message, "id" | "seq">, personId: string, isRepeated = false): void {
    this.#setWithdrawn(id, { seq, isRepeated, people: new Set(this.#withdrawn.get(id)?.people).add(personId) });
    const mention = this.#mentions.get(id);
    if (mention) this.#setMention(id, { ...mention, people: without(mention.people, personId) });
  }

  /** All of it, as an own object; nothing is owed then. */
  take(): Owed {
    const taken = new Owed();
    taken.addAll(this);
    this.#isActivity = false;
    this.#deleted.clear();
    this.#mentions.clear();
    this.#withdrawn.clear();
    return taken;
  }

  /** Owes again what was taken and could not be told. What was added meanwhile is later and counts; what has left the window is owed no more. */
  restore(taken: Owed, history: History): void {
    const later = this.take();
    this.addAll(taken);
    this.addAll(later);
    for (const id of this.#mentions.keys()) if (!find(history, id)) this.#mentions.delete(id);
    for (const id of this.#withdrawn.keys()) if (!find(history, id)) this.#withdrawn.delete(id);
  }

  addAll(other: Owed): void {
    if (other.#isActivity) this.addActivity([...other.#deleted]);
    for (const [id, { people, isRepeated }] of other.#mentions) {
      for (const personId of people) this.addMention({ id }, personId, isRepeated);
    }
    for (const [id, { people, seq, isRepeated }] of other.#withdrawn) {
      for (const personId of people) this.addWithdrawal({ id, seq }, personId, isRepeated);
    }
  }

  /** What a target is told, in the state of this moment. */
  newsOf({ id, epoch, kind }: ChannelRef, history: History): ChannelNews {
    const latest = history.messages.at(-1);
    const oldestSeq = oldestSeqOf(history);
    const activity = {
      seq: history.seq,
      lastAt: latest?.sentAt ?? null,
      ...(kind !== "public" && latest && { latest }),
      deleted: [...this.#deleted],
      ...(oldestSeq !== undefined && { oldestSeq }),
    };
    return {
      id,
      epoch,
      ...(this.#isActivity && { activity }),
      mentions: [...this.#mentions].flatMap(([messageId, { people, isRepeated }]) => {
        const message = find(history, messageId);
        return message ? [{ message, people: [...people], isRepeated }] : [];
      }),
      withdrawn: [...this.#withdrawn].map(([messageId, { people, ...about }]) => ({
        messageId,
        ...about,
        people: [...people],
      })),
    };
  }

  #setMention(id: string, mention: Mention): void {
    if (mention.people.size > 0) this.#mentions.set(id, mention);
    else this.#mentions.delete(id);
  }

  #setWithdrawn(id: string, withdrawal: Withdrawal): void {
    if (withdrawal.people.size > 0) this.#withdrawn.set(id, withdrawal);
    else this.#withdrawn.delete(id);
  }
}

function without(people: ReadonlySet<string>, personId: string): ReadonlySet<string> {
  return new Set([...people].filter((id) => id !== personId));
}
