/** The files of the messages that are kept, newest first. */
import { t } from "../../i18n/i18n.ts";
import { clockTime, dayName, fileSize } from "../parts/formats.ts";
import { Icon } from "../parts/icons.tsx";
import type { TabProps } from "./Details.tsx";

export function Files({ store, conversation }: TabProps) {
  const files = conversation.history.value.messages
    .flatMap(({ author, sentAt, attachments = [] }) => attachments.map((file) => ({ ...file, author, sentAt })))
    .reverse();
  if (files.length === 0) return <p class="hint">{t("No files here yet.")}</p>;
  return (
    <ul class="file-list">
      {files.map(({ id, name, size, url, author, sentAt }) => (
        <li key={id}>
          <a href={url} download={name}>
            <Icon name="file" />
            <span>
              <bdi>{name}</bdi>
              <span class="hint">
                {fileSize(size)} · <bdi>{store.nameOf(author)}</bdi> · {dayName(sentAt, store.now())}{" "}
                {clockTime(sentAt)}
              </span>
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}
