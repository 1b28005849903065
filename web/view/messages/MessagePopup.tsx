/** What opens beside a message: the emoji for a reaction, or the menu. */
import type { Conversation, Store } from "../../state/store.ts";
import { lazy } from "../parts/lazy.tsx";
import { MessageMenu } from "./MessageMenu.tsx";
import type { MessageCommands } from "./message-commands.ts";

const EmojiPicker = lazy(async () => (await import("../composer/EmojiPicker.tsx")).EmojiPicker);

export type Popup = { readonly kind: "emoji" | "menu"; readonly id: string; readonly beside: DOMRect };

type Props = {
  readonly store: Store;
  readonly conversation: Conversation;
  readonly popup: Popup;
  readonly commands: MessageCommands;
  readonly onClose: () => void;
};

export function MessagePopup({ store, conversation, popup: { kind, id, beside }, commands, onClose }: Props) {
  return kind === "emoji" ? (
    <EmojiPicker anchor={beside} onPick={(emoji) => store.react(conversation, id, emoji, true)} onClose={onClose} />
  ) : (
    <MessageMenu
      store={store}
      conversation={conversation}
      id={id}
      beside={beside}
      commands={commands}
      onClose={onClose}
    />
  );
}
