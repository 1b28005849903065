/**
 * What a channel says about itself: its topic and its end. The channel decides; the directory, which has the list, hears of it
 * through the outbox until it has acknowledged.
 */
import { DIRECTORY, directoryOf } from "../platform/objects.ts";
import type { Outbox, OutboxRow } from "../platform/outbox.ts";
import type { Refused } from "../protocol/errors.ts";
import type { Channel } from "../protocol/frames.ts";
import { DELIVERY_MAX_MS } from "../protocol/limits.ts";
import { foldTopic } from "../protocol/text.ts";
import type { Allowances } from "./allowances.ts";
import type { ChannelStore } from "./channel-store.ts";
import type { Messages } from "./messages.ts";
import type { ChannelAuth, ChannelRef, Gone, TopicOutcome } from "./rpc.ts";
import { deletionError, permissionError } from "./rules.ts";
import type { About } from "./tables.ts";

/** What the directory hears. */
type Notice =
  | { readonly kind: "topic"; readonly topic: string; readonly settings: number }
  | { readonly kind: "ended" };

type Parts = {
  readonly store: ChannelStore;
  readonly outbox: Outbox;
  readonly allowances: Allowances;
  readonly messages: Messages;
  readonly reschedule: () => void;
};

/** `isDelivered`: when the directory knows, or 5 s are over. */
type Ended = Gone | Refused | { readonly kind: "ended"; readonly isDelivered: Promise<void> };

/** In the outbox a later word replaces an earlier one. */
const SUBJECT = "settings";
const GONE: Gone = { kind: "gone" };

export class Settings {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A new topic, raw, of a person who may set it. */
  async setTopic(auth: ChannelAuth, raw: string): Promise<Gone | TopicOutcome> {
    const { store, allowances } = this.#parts;
    const { about } = store;
    const refused = permissionError(auth.channel, about, auth);
    if (refused || !about) return refused ?? GONE;
    const folded = foldTopic(raw);
    if (folded.kind === "refused") return folded;
    if (folded.topic === about.topic) return { kind: "channel", channel: this.#entry(auth.channel, about) };
    const limited = allowances.takeSettings(auth.person.id, Date.now());
    if (limited) return limited;
    const changed = store.setTopic(about, folded.topic, (settings) => {
      this.#put({ kind: "topic", topic: folded.topic, settings }, settings);
    });
    await this.#deliver();
    return { kind: "channel", channel: this.#entry(auth.channel, changed) };
  }

  /** The end of the channel, in this turn, by a person who may end it. */
  end(auth: ChannelAuth): Ended {
    const { store } = this.#parts;
    const { about } = store;
    const refused = deletionError(auth.channel, about, auth);
    if (refused || !about) return refused ?? GONE;
    store.end(about, Date.now(), () => this.#put({ kind: "ended" }, about.settings + 1));
    return { kind: "ended", isDelivered: this.#deliver() };
  }

  #put(notice: Notice, version: number): void {
    this.#parts.outbox.put(DIRECTORY, SUBJECT, version, notice);
  }

  async #deliver(): Promise<void> {
    const { outbox, reschedule } = this.#parts;
    reschedule();
    void outbox.flush();
    await outbox.settled([SUBJECT], DELIVERY_MAX_MS);
  }

  #entry({ id, epoch, kind }: ChannelRef, { topic, createdBy, createdAt }: About): Channel {
    const { seq, messages } = this.#parts.messages.history;
    return { id, epoch, kind, name: id, topic, createdBy, createdAt, seq, lastAt: messages.at(-1)?.sentAt ?? null };
  }
}

/** Tells the directory a row of the outbox. */
export function deliverToDirectory(env: Env, { about }: ChannelStore, { payload }: OutboxRow): Promise<void> {
  const notice: Notice = JSON.parse(payload);
  const { epoch = "" } = about ?? {};
  const directory = directoryOf(env);
  return notice.kind === "ended"
    ? directory.removeChannel(epoch)
    : directory.setTopic(epoch, notice.topic, notice.settings);
}
