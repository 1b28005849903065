import type { Conversation, Store } from "../store.ts";
import { Announcer } from "./Announcer.tsx";
import { DropPlace } from "./DropPlace.tsx";
import { Keys } from "./keyboard.ts";
import { TouchMenu } from "./TouchMenu.tsx";

type Props = { readonly store: Store; readonly conversation: Conversation };

/** What goes with a conversation once it is there: the keys, the thumb's menu, where files may fall, the voice of what comes. */
export function Companions({ store, conversation }: Props) {
  const { channelId } = conversation;
  return (
    <>
      <Keys />
      <DropPlace key={`drop ${channelId}`} store={store} conversation={conversation} />
      <TouchMenu key={`touch ${channelId}`} store={store} conversation={conversation} />
      <Announcer key={`announcer ${channelId}`} store={store} conversation={conversation} />
    </>
  );
}
