import { useEffect, useState } from "preact/hooks";
import type { Store } from "../store.ts";
import { Avatar } from "./Avatar.tsx";
import { EditField } from "./EditField.tsx";
import { Icon } from "./icons.tsx";
import type { MessageRow } from "./timeline.ts";
import { clockTime, fullTime } from "./times.ts";

type Props = {
  readonly store: Store;
  readonly row: MessageRow;
  /** The one message of the list that Tab reaches. */
  readonly isTabStop: boolean;
  /** The message is to be deleted. */
  readonly onRemove: (id: string) => void;
};

const REFUSED = { send: "Not sent", edit: "Not changed", delete: "Not deleted" } as const;

/** One message in its true state. Its text is never markup. */
export function MessageItem({ store, row, isTabStop, onRemove }: Props) {
  const { id, author, sentAt, isFirst, state } = row;
  const nameId = `author-${id}`;
  const timeId = `time-${id}`;
  const textId = `text-${id}`;
  const isEditing = store.editing.value === id;
  return (
    <li
      id={rowId(id)}
      class={`message ${state.kind}${isFirst ? " first" : ""}${row.isTombstone ? " tombstone" : ""}`}
      aria-labelledby={`${nameId} ${timeId} ${textId}`}
      tabIndex={isTabStop ? 0 : -1}
    >
      {isFirst && <Avatar person={author} />}
      <div class="message-head">
        <bdi id={nameId} class={isFirst ? "author" : "author visually-hidden"}>
          {author.name}
        </bdi>
        <time id={timeId} dateTime={new Date(sentAt).toISOString()} title={fullTime(sentAt)}>
          {clockTime(sentAt)}
        </time>
      </div>
      {isEditing ? (
        <EditField store={store} text={row.text} />
      ) : (
        <p id={textId} class="text" dir="auto">
          {row.isTombstone ? "Message deleted" : row.text}
          {row.editedAt !== undefined && (
            <small class="edited" title={fullTime(row.editedAt)}>
              {" "}
              (edited)
            </small>
          )}
        </p>
      )}
      <State store={store} row={row} />
      {row.isOwn && state.kind === "sent" && !row.isTombstone && !isEditing && (
        <div class="toolbar">
          <button
            type="button"
            class="icon-button"
            aria-label="Edit message"
            title="Edit message"
            tabIndex={isTabStop ? 0 : -1}
            onClick={() => store.edit(id)}
          >
            <Icon name="pencil" />
          </button>
          <button
            type="button"
            class="icon-button"
            aria-label="Delete message"
            title="Delete message"
            tabIndex={isTabStop ? 0 : -1}
            onClick={() => onRemove(id)}
          >
            <Icon name="trash" />
          </button>
        </div>
      )}
    </li>
  );
}

/** The element's id of a message's row. */
export function rowId(messageId: string): string {
  return `message-${messageId}`;
}

/** What is to be said about a message that is not simply there. */
function State({ store, row: { id, state } }: Pick<Props, "store" | "row">) {
  switch (state.kind) {
    case "sent":
      return null;
    case "sending":
      return store.isConnected.value ? (
        <span class="state late">Sending…</span>
      ) : (
        <span class="state">Will be sent when connected</span>
      );
    case "failed":
      return (
        <span class="state failure" role="alert">
          {REFUSED[state.command]}: {state.detail}{" "}
          <button type="button" class="link-button" onClick={() => store.retry(id)}>
            Retry
          </button>
          {" · "}
          <button type="button" class="link-button" onClick={() => store.discard(id, state.command)}>
            {state.command === "delete" ? "Keep it" : "Discard"}
          </button>
        </span>
      );
    case "deleting":
      return <Deleting store={store} id={id} dueAt={state.dueAt} />;
    default:
      return state satisfies never;
  }
}

/** Offers to take a deletion back while that is possible, then says what it waits for. */
function Deleting({ store, id, dueAt }: { readonly store: Store; readonly id: string; readonly dueAt: number }) {
  const [isDue, setDue] = useState(dueAt <= Date.now());
  useEffect(() => {
    const timer = setTimeout(() => setDue(true), dueAt - Date.now());
    return () => clearTimeout(timer);
  }, [dueAt]);
  if (isDue) {
    return <span class="state">{store.isConnected.value ? "Deleting…" : "Will be deleted when connected"}</span>;
  }
  return (
    <span class="state">
      Deleting…{" "}
      <button
        type="button"
        class="link-button"
        onClick={() => {
          store.undoRemove(id);
          document.getElementById(rowId(id))?.focus();
        }}
      >
        Undo
      </button>
    </span>
  );
}
