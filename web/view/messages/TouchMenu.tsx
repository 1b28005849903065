/** What can be done with a message: a sheet on a phone, a card on a tablet. A long press on the message opens it. */
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { find } from "../../../worker/protocol/history.ts";
import { t } from "../../i18n/i18n.ts";
import { quoted } from "../../state/quoted.ts";
import { keepRecentEmoji, recentEmoji } from "../../state/recent-emoji.ts";
import { messageLink } from "../../state/route.ts";
import type { Conversation, Store } from "../../state/store.ts";
import styles from "../../styles/touch-menu.css?inline";
import { Dialog } from "../dialogs/Dialog.tsx";
import { adoptStyles } from "../parts/adopt-styles.ts";
import { copyText } from "../parts/clipboard.ts";
import { IconButton } from "../parts/IconButton.tsx";
import { LateIcon, type LateIconName } from "../parts/late-icons.tsx";
import { lazy } from "../parts/lazy.tsx";
import { followPresses } from "../parts/long-press.ts";
import type { ShownList } from "./message-commands.ts";
import { rowId } from "./timeline.ts";

adoptStyles(styles);

const ReportMessage = lazy(async () => (await import("./ReportMessage.tsx")).ReportMessage);
const WhoReacted = lazy(async () => (await import("./WhoReacted.tsx")).WhoReacted);
const EmojiPicker = lazy(async () => (await import("../composer/EmojiPicker.tsx")).EmojiPicker);

type Props = { readonly store: Store; readonly conversation: Conversation; readonly shown: RefObject<ShownList> };

export function TouchMenu({ store, conversation, shown }: Props) {
  const [id, setId] = useState<string>();
  const [isPicking, setPicking] = useState(false);
  const [reporting, setReporting] = useState<string>();
  const [listing, setListing] = useState<string>();
  useEffect(() => {
    const isKept = (pressed: string) => find(conversation.history.peek(), pressed) !== undefined;
    return followPresses("li.message", (row) => {
      const pressed = row.id.replace("message-", "");
      if (isKept(pressed)) setId(pressed);
    });
  }, []);
  // The message it is about stands out on a tablet, where it stays in sight.
  useLayoutEffect(() => {
    const row = id === undefined ? null : document.getElementById(rowId(id));
    row?.toggleAttribute("data-pressed", true);
    return () => void row?.toggleAttribute("data-pressed", false);
  }, [id]);
  const close = () => {
    setPicking(false);
    setReporting(undefined);
    setListing(undefined);
    setId(undefined);
  };
  if (reporting !== undefined)
    return <ReportMessage store={store} conversation={conversation} id={reporting} onClose={close} />;
  if (listing !== undefined)
    return <WhoReacted store={store} conversation={conversation} id={listing} onClose={close} />;
  const message = id === undefined ? undefined : find(conversation.history.value, id);
  if (!message || message.deleted) return null;
  const commands = shown.current?.commands;
  const { mayEdit, mayRemove } = commands?.permissionsOf(message.id) ?? { mayEdit: false, mayRemove: false };
  const react = (emoji: string) => {
    keepRecentEmoji(emoji);
    store.react(conversation, message.id, emoji, true);
    close();
  };
  const tool = (icon: LateIconName, label: string, act: () => void) => (
    <li>
      <button
        type="button"
        class={icon === "trash" ? "danger-text" : ""}
        onClick={({ currentTarget }) => {
          // At once: under an open dialog nothing takes the focus.
          currentTarget.closest("dialog")?.close();
          act();
        }}
      >
        <LateIcon name={icon} />
        {label}
      </button>
    </li>
  );
  if (isPicking) {
    return <EmojiPicker anchor={new DOMRect(innerWidth, innerHeight)} onPick={react} onClose={close} />;
  }
  return (
    <Dialog title={t("Message actions")} card={document.getElementById(rowId(message.id)) ?? "opener"} onClose={close}>
      <p class="sheet-message">
        <bdi class="quote-author">{store.nameOf(message.author)}</bdi>
        {/* The list takes long presses: here words can be selected. */}
        <span class="sheet-text" dir="auto">
          {message.text === "" ? quoted(store, message) : store.plainText(message.text)}
        </span>
      </p>
      <div class="sheet-emoji">
        {recentEmoji.value.map((emoji) => (
          <button key={emoji} type="button" class="emoji" onClick={() => react(emoji)}>
            {emoji}
          </button>
        ))}
        <IconButton name={t("Add reaction")} onClick={() => setPicking(true)}>
          <LateIcon name="react" />
        </IconButton>
      </div>
      <ul class="sheet-tools">
        {tool("reply", t("Reply"), () => commands?.reply(message.id))}
        {tool("link", t("Copy link"), () => {
          void copyText(messageLink(conversation.channelId, store.person.value?.id ?? "", message.seq));
        })}
        {message.text !== "" &&
          tool("copy", t("Copy text"), () => {
            void copyText(store.plainText(message.text));
          })}
        {tool(
          "pin",
          t(commands?.isPinned(message.id) ? "Unpin message" : "Pin message"),
          () => void commands?.pin(message.id),
        )}
        {(message.reactions?.length ?? 0) > 0 && tool("react", t("Who reacted"), () => setListing(message.id))}
        {tool("unread", t("Mark unread"), () => commands?.markUnread(message.id))}
        {message.author.id !== store.person.value?.id &&
          tool("flag", t("Report message"), () => setReporting(message.id))}
        {mayEdit && tool("pencil", t("Edit message"), () => commands?.edit(message.id))}
        {mayRemove && tool("trash", t("Delete message"), () => commands?.remove(message.id))}
      </ul>
    </Dialog>
  );
}
