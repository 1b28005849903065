/** The files of the messages that are kept, newest first. */
import { t } from "../../i18n/i18n.ts";
import { FileIcon } from "../parts/FileIcon.tsx";
import { FileName } from "../parts/FileName.tsx";
import { fileSize } from "../parts/file-size.ts";
import { clockTime, dayName } from "../parts/formats.ts";
import type { TabProps } from "./Details.tsx";

export function Files({ store, conversation }: TabProps) {
  const files = conversation.history.value.messages
    .flatMap(({ author, sentAt, attachments = [] }) => attachments.map((file) => ({ ...file, author, sentAt })))
    .reverse();
  if (files.length === 0) return <p class="hint">{t("No files here yet.")}</p>;
  return (
    <ul class="file-list">
      {files.map(({ id, name, type, size, url, author, sentAt }) => (
        <li key={id}>
          <a href={url} download={name}>
            <FileIcon name={name} type={type} />
            <span class="file-about">
              <FileName name={name} />
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
