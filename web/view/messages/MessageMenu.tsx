/** What else can be done with a message: buttons beside the one that opened them. */
import { useState } from "preact/hooks";
import { find } from "../../../worker/protocol/history.ts";
import { t } from "../../i18n/i18n.ts";
import { messageLink } from "../../state/route.ts";
import type { Conversation, Store } from "../../state/store.ts";
import { leaveMenu, Popup } from "../dialogs/Popup.tsx";
import { copyText } from "../parts/clipboard.ts";
import { LateIcon, type LateIconName } from "../parts/late-icons.tsx";
import type { MessageCommands } from "./message-commands.ts";
import { ReportMessage } from "./ReportMessage.tsx";
import { rowId } from "./timeline.ts";
import { WhoReacted } from "./WhoReacted.tsx";

type Props = {
  readonly store: Store;
  readonly conversation: Conversation;
  readonly id: string;
  /** Where the button is. */
  readonly beside: DOMRect;
  readonly commands: MessageCommands;
  readonly onClose: () => void;
};

export function MessageMenu({ store, conversation, id, beside, commands, onClose }: Props) {
  const [isReporting, setReporting] = useState(false);
  const [isListing, setListing] = useState(false);
  const message = find(conversation.history.value, id);
  const you = store.person.value?.id;
  const isPinned = commands.isPinned(id);

  function close(): void {
    leaveMenu();
    onClose();
    document.getElementById(rowId(id))?.focus();
  }

  if (!message) return null;
  if (isReporting) return <ReportMessage store={store} conversation={conversation} id={id} onClose={close} />;
  if (isListing) return <WhoReacted store={store} conversation={conversation} id={id} onClose={close} />;
  const { mayEdit, mayRemove } = commands.permissionsOf(id);
  const item = (icon: LateIconName, label: string, act: () => void) => (
    <button type="button" onClick={act}>
      <LateIcon name={icon} />
      {label}
    </button>
  );
  /** What leads elsewhere: the focus goes with it. */
  const then = (act: (id: string) => void) => () => {
    leaveMenu();
    onClose();
    act(id);
  };
  return (
    <Popup label={t("More")} beside={beside} onClose={close}>
      {mayEdit && item("pencil", t("Edit message"), then(commands.edit))}
      {item("pin", t(isPinned ? "Unpin message" : "Pin message"), () => {
        close();
        void commands.pin(id);
      })}
      {message.text !== "" &&
        item("copy", t("Copy text"), () => {
          void copyText(store.plainText(message.text));
          close();
        })}
      {item("link", t("Copy link"), () => {
        void copyText(messageLink(conversation.channelId, you ?? "", message.seq));
        close();
      })}
      {(message.reactions?.length ?? 0) > 0 && item("react", t("Who reacted"), () => setListing(true))}
      {item("unread", t("Mark unread"), () => {
        commands.markUnread(id);
        close();
      })}
      {message.author.id !== you && item("flag", t("Report message"), () => setReporting(true))}
      {mayRemove && (
        <>
          <hr />
          <button type="button" class="danger-text" onClick={then(commands.remove)}>
            <LateIcon name="trash" />
            {t("Delete message")}
          </button>
        </>
      )}
    </Popup>
  );
}
