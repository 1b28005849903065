/** What opens beside a message: the emoji for a reaction, the menu, or why it was not pinned. */

import { t } from "../../i18n/i18n.ts";
import type { Conversation, Store } from "../../state/store.ts";
import { Dialog } from "../dialogs/Dialog.tsx";
import { lazy } from "../parts/lazy.tsx";
import { MessageMenu } from "./MessageMenu.tsx";
import type { MessageCommands } from "./message-commands.ts";
import { rowId } from "./timeline.ts";

const EmojiPicker = lazy(async () => (await import("../composer/EmojiPicker.tsx")).EmojiPicker);

export type Popup =
  | { readonly kind: "emoji" | "menu"; readonly id: string; readonly beside: DOMRect }
  | { readonly kind: "refused"; readonly id: string; readonly why: string };

type Props = {
  readonly store: Store;
  readonly conversation: Conversation;
  readonly popup: Popup;
  readonly commands: MessageCommands;
  readonly onClose: () => void;
};

export function MessagePopup({ store, conversation, popup, commands, onClose }: Props) {
  const { id } = popup;
  if (popup.kind === "refused") {
    const leave = () => {
      onClose();
      document.getElementById(rowId(id))?.focus();
    };
    return (
      <Dialog title={t("Not pinned")} onClose={leave}>
        <p>{popup.why}</p>
      </Dialog>
    );
  }
  const { kind, beside } = popup;
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
