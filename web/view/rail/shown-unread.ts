/** What the rail says is unread. */
import type { Channel } from "../../../worker/protocol/things.ts";
import type { Store } from "../../state/store.ts";
import type { UnreadState } from "../../state/unread.ts";

const NOTHING: UnreadState = { count: 0, isForYou: false };

/** Nothing of a muted or hidden conversation, and nothing of the one that is being read. */
export function shownUnread(store: Store, channel: Channel): UnreadState {
  const isBeingRead = store.open.value?.channelId === channel.id && document.hasFocus();
  const { notify, hidden } = store.preferenceOf(channel.id);
  return isBeingRead || notify === "nothing" || hidden ? NOTHING : store.unreadOf(channel);
}
