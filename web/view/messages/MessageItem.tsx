/** One message in its true state. Its text is never markup. */
import { isHook } from "../../../worker/protocol/text.ts";
import { t } from "../../i18n/i18n.ts";
import type { Conversation, Store } from "../../state/store.ts";
import { concerns } from "../../text/mentions.ts";
import { clockTime, fullTime } from "../parts/formats.ts";
import { lazy } from "../parts/lazy.tsx";
import { openProfile } from "../parts/sheets.ts";
import { Avatar } from "../people/Avatar.tsx";
import { Attachments } from "./Attachments.tsx";
import type { MessageCommands } from "./message-commands.ts";
import { Quote } from "./Quote.tsx";
import { Reactions } from "./Reactions.tsx";
import { Text } from "./Text.tsx";
import { type MessageRow, rowId } from "./timeline.ts";

type Props = {
  readonly store: Store;
  readonly conversation: Conversation;
  readonly row: MessageRow;
  /** What its author is called now. */
  readonly name: string;
  /** The one message of the list that Tab reaches. */
  readonly isTabStop: boolean;
  /** Whether what is new begins here. */
  readonly isFirstNew: boolean;
  /** It was just led to. */
  readonly isFlashed: boolean;
  /** What the list does for its rows; always the same object. */
  readonly on: {
    readonly commands: MessageCommands;
    /** Leads to another message of the list. */
    readonly goTo: (id: string) => void;
  };
};

const Toolbar = lazy(async () => (await import("./MessageActions.tsx")).Toolbar);
const MessageState = lazy(async () => (await import("./MessageActions.tsx")).MessageState);
const EditField = lazy(async () => (await import("../composer/EditField.tsx")).EditField);

export function MessageItem({ store, conversation, row, name, isTabStop, isFirstNew, isFlashed, on }: Props) {
  const { id, author, sentAt, isFirst, state, replyTo } = row;
  const nameId = `author-${id}`;
  const timeId = `time-${id}`;
  const textId = `text-${id}`;
  const filesId = `files-${id}`;
  const you = store.person.value?.id ?? "";
  const isEditing = conversation.editing.value?.id === id;
  const tabIndex = isTabStop ? 0 : -1;
  return (
    <li
      id={rowId(id)}
      class={[
        `message ${state.kind}`,
        isFirst && "first",
        row.isTombstone && "tombstone",
        isFlashed && "flashed",
        author.id !== you &&
          !isHook(author) &&
          !store.blocked.value.has(author.id) &&
          concerns(row.text, you) &&
          "for-you",
      ]
        .filter(Boolean)
        .join(" ")}
      aria-labelledby={`${nameId} ${timeId} ${textId} ${filesId}`}
      tabIndex={tabIndex}
    >
      {isFirstNew && (
        <div class="new-line">
          <span>{t("New messages")}</span>
        </div>
      )}
      {isFirst && <Avatar person={{ id: author.id, name }} onClick={() => openProfile({ id: author.id, name })} />}
      <div class="message-head">
        <button
          type="button"
          class={isFirst ? "author" : "author visually-hidden"}
          tabIndex={isFirst ? tabIndex : -1}
          // Under which name it was written, where that was another one.
          {...(name !== author.name && { title: author.name })}
          onClick={() => openProfile({ id: author.id, name })}
        >
          <bdi id={nameId}>{name}</bdi>
        </button>
        {isFirst && author.bot && <span class="bot">{t("Bot")}</span>}
        <time id={timeId} dateTime={new Date(sentAt).toISOString()} title={fullTime(sentAt)}>
          {clockTime(sentAt)}
        </time>
      </div>
      {replyTo !== undefined && <Quote store={store} id={replyTo} tabIndex={tabIndex} onGo={() => on.goTo(replyTo)} />}
      {isEditing ? (
        <EditField store={store} conversation={conversation} hasFiles={row.attachments.length > 0} />
      ) : (
        <Text
          store={store}
          id={textId}
          text={row.isTombstone ? t("Message deleted") : row.text}
          tabIndex={tabIndex}
          onPerson={openProfile}
        >
          {row.editedAt !== undefined && (
            <small class="edited" title={fullTime(row.editedAt)}>
              {" "}
              {t("(edited)")}
            </small>
          )}
        </Text>
      )}
      {row.attachments.length > 0 && <Attachments id={filesId} attachments={row.attachments} tabIndex={tabIndex} />}
      <Reactions
        store={store}
        conversation={conversation}
        id={id}
        reactions={row.reactions}
        you={you}
        tabIndex={tabIndex}
        commands={on.commands}
      />
      {state.kind !== "sent" && <MessageState store={store} row={row} />}
      {state.kind === "sent" && !row.isTombstone && !isEditing && (
        <Toolbar row={row} tabIndex={tabIndex} commands={on.commands} />
      )}
    </li>
  );
}
