/** One message as a guest sees it. Nothing can be done with it. */
import { signal } from "@preact/signals";
import type { Attachment, Message } from "../../worker/protocol/things.ts";
import { t } from "../i18n/i18n.ts";
import { plainLine } from "../state/markdown.ts";
import { Text, type TextStore } from "../view/messages/Text.tsx";
import { type MessageRow, rowId } from "../view/messages/timeline.ts";
import { fileSize } from "../view/parts/file-size.ts";
import { clockTime, fullTime } from "../view/parts/formats.ts";
import { Avatar } from "../view/people/Avatar.tsx";

/** A guest is no one here, and no channel is there to be gone to. */
const NOWHERE: Pick<TextStore, "person" | "channels"> = { person: signal(undefined), channels: signal(new Map()) };

type Props = {
  readonly row: MessageRow;
  /** All there are: a mention is shown by the name of its person, where that person has written something. */
  readonly messages: readonly Message[];
  /** What the addresses of this link's files begin with. */
  readonly path: string;
};

/** The largest height (px) of a picture. */
const PICTURE_MAX_PX = 360;

export function WatchedMessage({ row, messages, path }: Props) {
  const { id, author, sentAt, isFirst, replyTo } = row;
  const personOf = (personId: string) => messages.find((one) => one.author.id === personId)?.author;
  const parent = messages.find((one) => one.id === replyTo);
  return (
    <li
      id={rowId(id)}
      class={["message sent", isFirst && "first", row.isTombstone && "tombstone"].filter(Boolean).join(" ")}
    >
      {isFirst && <Avatar person={author} />}
      <div class="message-head">
        <bdi class={isFirst ? "author" : "author visually-hidden"}>{author.name}</bdi>
        {isFirst && author.bot && <span class="bot">{t("Bot")}</span>}
        <time dateTime={new Date(sentAt).toISOString()} title={fullTime(sentAt)}>
          {clockTime(sentAt)}
        </time>
      </div>
      {parent && (
        <div class="watch-quote" dir="auto">
          <bdi>{parent.author.name}</bdi> {plainLine(parent.text)}
        </div>
      )}
      <Text
        store={{ ...NOWHERE, personOf }}
        id={`text-${id}`}
        text={row.isTombstone ? t("Message deleted") : row.text}
        tabIndex={0}
      >
        {row.editedAt !== undefined && <small class="edited"> {t("(edited)")}</small>}
      </Text>
      {row.attachments.map((file) => (
        <File key={file.id} file={file} path={path} />
      ))}
      {row.reactions.length > 0 && (
        <div class="reactions">
          {row.reactions.map(({ emoji, people }) => (
            <span key={emoji} class="reaction" role="img" aria-label={`${emoji} ${people.length}`}>
              {emoji} {people.length}
            </span>
          ))}
        </div>
      )}
    </li>
  );
}

/** The members' address of a file is not the guests'. */
function File({ file, path }: { readonly file: Attachment; readonly path: string }) {
  const { id, name, type, size, width, height } = file;
  const href = `${path}/attachments/${id}`;
  if (type.startsWith("image/") && width !== undefined && height !== undefined) {
    const scale = Math.min(1, PICTURE_MAX_PX / height);
    return (
      <a class="watch-picture" href={href} target="_blank" rel="noopener">
        <img
          src={href}
          alt={name}
          width={Math.round(width * scale)}
          height={Math.round(height * scale)}
          loading="lazy"
        />
      </a>
    );
  }
  return (
    <a class="watch-file" href={href} download={name}>
      <bdi>{name}</bdi> <span class="hint">{fileSize(size)}</span>
    </a>
  );
}
