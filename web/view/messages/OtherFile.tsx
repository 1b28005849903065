/** A file of a message that is no picture: sound and films are played in place, everything else can be downloaded. */
import type { Attachment } from "../../../worker/protocol/things.ts";
import { FileIcon } from "../parts/FileIcon.tsx";
import { FileName } from "../parts/FileName.tsx";
import { fileSize } from "../parts/file-size.ts";
import { LateIcon } from "../parts/late-icons.tsx";
import { Player } from "./Player.tsx";

export function OtherFile({ file, tabIndex }: { readonly file: Attachment; readonly tabIndex: number }) {
  const { name, type, size, url } = file;
  if (/^(?:video|audio)\//.test(type)) return <Player file={file} tabIndex={tabIndex} />;
  return (
    <a class="download" href={url} download={name} tabIndex={tabIndex}>
      <FileIcon name={name} type={type} />
      <FileName name={name} />
      <span class="download-size">{fileSize(size)}</span>
      <LateIcon name="download" />
    </a>
  );
}
