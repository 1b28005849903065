/** What goes with a conversation once it is there: the keys, tooltips, what a thumb can do, where files may fall, the voice of what comes. */
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import type { Conversation, Store } from "../../state/store.ts";
import { Announcer } from "../app/Announcer.tsx";
import { followEdgeSwipe } from "../app/edge-swipe.ts";
import { Keys } from "../app/keyboard.ts";
import { DropPlace } from "../composer/DropPlace.tsx";
import { followCopying } from "../messages/copy-rows.ts";
import type { ShownList } from "../messages/message-commands.ts";
import { followToolbar } from "../messages/place-toolbar.ts";
import { TouchMenu } from "../messages/TouchMenu.tsx";
import { followTooltips } from "../parts/tooltips.ts";
import { RecoveryOffer } from "./RecoveryOffer.tsx";

type Props = { readonly store: Store; readonly conversation: Conversation; readonly shown: RefObject<ShownList> };

export function Companions({ store, conversation, shown }: Props) {
  const { channelId } = conversation;
  useEffect(followToolbar, []);
  useEffect(followTooltips, []);
  useEffect(followEdgeSwipe, []);
  useEffect(() => followCopying(() => shown.current?.rows ?? [], store), []);
  return (
    <>
      <Keys shown={shown} />
      <DropPlace key={`drop ${channelId}`} store={store} conversation={conversation} />
      <TouchMenu key={`touch ${channelId}`} store={store} conversation={conversation} shown={shown} />
      <RecoveryOffer store={store} />
      <Announcer key={`announcer ${channelId}`} store={store} conversation={conversation} />
    </>
  );
}
