/** What the rail shows of each conversation, in its order. A row that says the same as before is the same object. */
import { computed, type ReadonlySignal } from "@preact/signals";
import type { Channel, Preference } from "../../../worker/protocol/things.ts";
import type { Store } from "../../state/store.ts";
import type { UnreadState } from "../../state/unread.ts";
import { asBefore } from "../parts/as-before.ts";
import { shownUnread } from "./shown-unread.ts";

export type RailRow = UnreadState &
  Preference & {
    readonly channel: Channel;
    readonly title: string;
    readonly isOpen: boolean;
    readonly isOnline: boolean;
    readonly hasDraft: boolean;
    readonly hasFailed: boolean;
  };

const { compare } = new Intl.Collator();

/** One row of each conversation, by title. */
export function railRows(store: Store): ReadonlySignal<readonly RailRow[]> {
  // Order and state apart: titles are not compared again because one went elsewhere.
  const ordered = computed(() =>
    [...store.channels.value.values()]
      .map((channel) => ({ channel, title: store.titleOf(channel.id) }))
      .sort((a, b) => compare(a.title, b.title)),
  );
  let before = new Map<string, RailRow>();
  return computed(() => {
    const openId = store.open.value?.channelId;
    const failed = new Set(store.outbox.value.flatMap(({ epoch, failure }) => (failure === undefined ? [] : epoch)));
    const rows = ordered.value.map(({ channel, title }) => {
      const { id, epoch, peer } = channel;
      const isOpen = id === openId;
      const row = {
        channel,
        title,
        isOpen,
        isOnline: store.online.value.has(peer?.id ?? ""),
        hasDraft: !isOpen && store.drafts.value.has(epoch),
        hasFailed: failed.has(epoch),
        ...store.preferenceOf(id),
        ...shownUnread(store, channel),
      };
      return asBefore(row, before.get(epoch));
    });
    before = new Map(rows.map((row) => [row.channel.epoch, row]));
    return rows;
  });
}
