/** What else can be done with a message: buttons beside the one that opened them. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { find } from "../../../worker/protocol/history.ts";
import { t } from "../../i18n/i18n.ts";
import type { Conversation, Store } from "../../state/store.ts";
import { Dialog } from "../dialogs/Dialog.tsx";
import type { MessageCommands } from "./message-commands.ts";
import { ReportMessage } from "./ReportMessage.tsx";
import { rowId } from "./timeline.ts";

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
  const menu = useRef<HTMLDivElement>(null);
  const [isReporting, setReporting] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const message = find(conversation.history.value, id);
  const isPinned = commands.isPinned(id);

  useLayoutEffect(() => {
    const shown = menu.current;
    if (!shown) return;
    shown.showPopover();
    const { width, height } = shown.getBoundingClientRect();
    shown.style.left = `${Math.max(8, Math.min(beside.right - width, innerWidth - width - 8))}px`;
    shown.style.top = `${Math.max(8, Math.min(beside.bottom + 4, innerHeight - height - 8))}px`;
    shown.querySelector("button")?.focus();
  }, [isReporting, refusal]);

  function close(): void {
    onClose();
    document.getElementById(rowId(id))?.focus();
  }

  function onKeyDown(event: KeyboardEvent): void {
    const items = [...(menu.current?.querySelectorAll("button") ?? [])];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = items.findIndex((item) => item.matches(":focus"));
    items[(at + step + items.length) % items.length]?.focus();
  }

  if (!message) return null;
  if (isReporting) return <ReportMessage store={store} conversation={conversation} id={id} onClose={close} />;
  if (refusal !== undefined) {
    return (
      <Dialog title={t("Not pinned")} onClose={close}>
        <p>{refusal}</p>
      </Dialog>
    );
  }
  const item = (label: string, act: () => void) => (
    <button type="button" onClick={act}>
      {label}
    </button>
  );
  return (
    <div
      ref={menu}
      class="menu message-menu"
      role="toolbar"
      aria-label={t("More")}
      aria-orientation="vertical"
      tabIndex={-1}
      popover="auto"
      onKeyDown={onKeyDown}
      onToggle={({ newState }) => newState === "closed" && close()}
    >
      {item(t(isPinned ? "Unpin message" : "Pin message"), async () => {
        const why = await commands.pin(id);
        if (why === undefined) close();
        else setRefusal(why);
      })}
      {item(t("Mark unread"), () => {
        commands.markUnread(id);
        close();
      })}
      {message.author.id !== store.person.value?.id && item(t("Report message"), () => setReporting(true))}
    </div>
  );
}
