/** What goes with a conversation once it is there: the keys, the thumb's menu, where files may fall, the voice of what comes. */
import { useEffect } from "preact/hooks";
import type { Conversation, Store } from "../../state/store.ts";
import { Announcer } from "../app/Announcer.tsx";
import { Keys } from "../app/keyboard.ts";
import { DropPlace } from "../composer/DropPlace.tsx";
import { followToolbar } from "../messages/place-toolbar.ts";
import { TouchMenu } from "../messages/TouchMenu.tsx";
import { RecoveryOffer } from "./RecoveryOffer.tsx";

type Props = { readonly store: Store; readonly conversation: Conversation };

export function Companions({ store, conversation }: Props) {
  const { channelId } = conversation;
  useEffect(followToolbar, []);
  return (
    <>
      <Keys />
      <DropPlace key={`drop ${channelId}`} store={store} conversation={conversation} />
      <TouchMenu key={`touch ${channelId}`} store={store} conversation={conversation} />
      <RecoveryOffer store={store} />
      <Announcer key={`announcer ${channelId}`} store={store} conversation={conversation} />
    </>
  );
}
