/** What the rail says is unread. */
import type { Channel } from "../../../worker/protocol/things.ts";
import type { Store } from "../../state/store.ts";
import type { UnreadState } from "../../state/unread.ts";

const NOTHING: UnreadState = { count: 0, isForYou: false };

/** Nothing of a muted conversation, and nothing of the one that is being read. */
export function shownUnread(store: Store, channel: Channel): UnreadState {
  const isBeingRead = store.open.value?.channelId === channel.id && document.hasFocus();
  const isMuted = store.preferenceOf(channel.id).notify === "nothing";
  return isBeingRead || isMuted ? NOTHING : store.unreadOf(channel);
}
