/** What can be done with a message, and what is to be said of one that is not simply there. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t, told } from "../../i18n/i18n.ts";
import { recentEmoji } from "../../state/recent-emoji.ts";
import type { Store } from "../../state/store.ts";
import { Tiles } from "../composer/Tiles.tsx";
import { IconButton } from "../parts/IconButton.tsx";
import { Icon } from "../parts/icons.tsx";
import { LateIcon, type LateIconName } from "../parts/late-icons.tsx";
import type { MessageCommands } from "./message-commands.ts";
import { type MessageRow, rowId } from "./timeline.ts";

/** The toolbar shows so many of the emoji that were picked last. They keep their places when they are used. */
const QUICK_EMOJI = 3;

type ToolbarProps = {
  readonly row: MessageRow;
  readonly tabIndex: number;
  readonly commands: MessageCommands;
};

/** What can be done with a message, once the messages themselves are painted: in a hundred rows it is most of the work. */
export function Toolbar(props: ToolbarProps) {
  // One row among others that have theirs gets it at once.
  const [isDue, setDue] = useState(() => document.querySelector(".toolbar") !== null);
  useEffect(() => whenIdle(() => setDue(true)), []);
  return isDue ? <Tools {...props} /> : null;
}

/** Row by row, as there is time for it, so that no key waits for all of them. The answer calls it off. */
function whenIdle(act: () => void): () => void {
  if (!("requestIdleCallback" in globalThis)) {
    const timer = setTimeout(act);
    return () => clearTimeout(timer);
  }
  const call = requestIdleCallback(act, { timeout: 500 });
  return () => cancelIdleCallback(call);
}

/** The emoji that were picked last, a reply, and the menu with everything else. */
function Tools({ row: { id }, tabIndex, commands }: ToolbarProps) {
  const tool = (icon: LateIconName, label: string, act: (id: string, beside: DOMRect) => void, key?: string) => (
    <IconButton
      name={label}
      aria-keyshortcuts={key}
      tabIndex={tabIndex}
      onClick={({ currentTarget }) => act(id, currentTarget.getBoundingClientRect())}
    >
      <LateIcon name={icon} />
    </IconButton>
  );
  return (
    <div class="toolbar">
      {recentEmoji.value.slice(0, QUICK_EMOJI).map((emoji) => (
        <IconButton
          name={t("React with {emoji}", { emoji })}
          key={emoji}
          class="emoji"
          tabIndex={tabIndex}
          onClick={() => commands.react(id, emoji)}
        >
          {emoji}
        </IconButton>
      ))}
      {tool("react", t("Add reaction"), commands.pickReaction, "Plus")}
      {tool("reply", t("Reply"), commands.reply, "R")}
      {tool("more", t("More"), commands.more)}
    </div>
  );
}

type ReactionToolsProps = {
  /** How many are folded. */
  readonly more: number;
  readonly tabIndex: number;
  readonly onMore: () => void;
  readonly onAdd: (beside: DOMRect) => void;
};

/** What stands after the reactions: the way to those that are folded, and to one more. */
export function ReactionTools({ more, tabIndex, onMore, onAdd }: ReactionToolsProps) {
  return (
    <>
      {more > 0 && (
        <button
          type="button"
          class="reaction"
          aria-label={`+${more}: ${t("{n} more reactions", { n: more })}`}
          tabIndex={tabIndex}
          onClick={({ currentTarget }) => {
            // The button goes: the focus stays in the row.
            if (currentTarget.previousElementSibling instanceof HTMLElement)
              currentTarget.previousElementSibling.focus();
            onMore();
          }}
        >
          +{more}
        </button>
      )}
      <button
        type="button"
        class="reaction add"
        aria-label={t("Add another reaction")}
        title={t("Add another reaction")}
        tabIndex={tabIndex}
        onClick={({ currentTarget }) => onAdd(currentTarget.getBoundingClientRect())}
      >
        <Icon name="plus" />
      </button>
    </>
  );
}

const REFUSED = { send: "Not sent", edit: "Not changed", delete: "Not deleted" } as const;

/** What is to be said about a message that is not simply there. */
export function MessageState({ store, row: { id, seq, state } }: { readonly store: Store; readonly row: MessageRow }) {
  switch (state.kind) {
    case "sent":
      return null;
    case "held": {
      const uploads = store.heldUploads(id);
      return (
        <div class="held">
          {uploads && <Tiles uploads={uploads} />}
          <span class="state">
            {t("Sends when uploads finish")}
            {" · "}
            <button type="button" class="link-button" onClick={() => store.discard({ id, kind: "send" })}>
              {t("Discard")}
            </button>
          </span>
        </div>
      );
    }
    case "sending":
      return store.isConnected.value ? (
        <span class="state late">{t("Sending…")}</span>
      ) : (
        <span class="state">
          {t("Will be sent when connected")}
          {seq === undefined && (
            <>
              {" · "}
              <button type="button" class="link-button" onClick={() => store.discard({ id, kind: "send" })}>
                {t("Discard")}
              </button>
            </>
          )}
        </span>
      );
    case "failed":
      return (
        <span class="state failure" role="alert">
          {t(REFUSED[state.command])}: {told(state.code, state.detail)}
          <span class="state-tools">
            {state.retry !== "none" && (
              <button type="button" class="link-button" onClick={() => store.retry({ id, kind: state.command })}>
                {t(state.retry === "words" ? "Send without files" : "Retry")}
              </button>
            )}
            <button type="button" class="link-button" onClick={() => store.discard({ id, kind: state.command })}>
              {t(state.command === "delete" ? "Keep it" : "Discard")}
            </button>
          </span>
        </span>
      );
    case "deleting":
      return <Deleting store={store} id={id} isUndoable={state.isUndoable} />;
    default:
      return state satisfies never;
  }
}

/** Offers to take a deletion back while that is possible, then says what it waits for. */
function Deleting({
  store,
  id,
  isUndoable,
}: {
  readonly store: Store;
  readonly id: string;
  readonly isUndoable: boolean;
}) {
  const undo = useRef<HTMLButtonElement>(null);
  // The button goes: its focus stays with the message.
  useLayoutEffect(() => {
    return () => {
      if (document.activeElement === undo.current) document.getElementById(rowId(id))?.focus();
    };
  }, [isUndoable]);
  if (!isUndoable) {
    return <span class="state">{t(store.isConnected.value ? "Deleting…" : "Will be deleted when connected")}</span>;
  }
  return (
    <span class="state">
      {t("Deleting…")}
      {" · "}
      <button
        ref={undo}
        type="button"
        class="link-button"
        onClick={() => {
          store.undoRemove(id);
          document.getElementById(rowId(id))?.focus();
        }}
      >
        {t("Undo")}
      </button>
    </span>
  );
}
