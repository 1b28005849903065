/** One file on its way to the server, with how far it has come. */
import { Attachment } from "../../worker/protocol/things.ts";
import { type Answer, channelPath, readAnswer } from "./api.ts";

type Upload = {
  readonly channelId: string;
  readonly name: string;
  readonly blob: Blob;
  readonly width: number | undefined;
  readonly height: number | undefined;
};

type Listener = {
  /** From 0 to 1. */
  readonly progressed: (progress: number) => void;
  readonly failed: () => void;
  readonly answered: (answer: Answer<Attachment>) => void;
};

/** Begins, and can be broken off. */
export function sendFile({ channelId, name, blob, width, height }: Upload, to: Listener): { abort(): void } {
  const query = new URLSearchParams({ name, ...(width && height && { width: `${width}`, height: `${height}` }) });
  const request = new XMLHttpRequest(); // fetch does not tell how far an upload has come
  request.upload.onprogress = ({ loaded, total }) => to.progressed(total > 0 ? loaded / total : 0);
  request.onerror = to.failed;
  request.onload = () => to.answered(readAnswer(request.status, request.responseText, Attachment));
  request.open("POST", `${channelPath(channelId)}/attachments?${query}`);
  request.setRequestHeader("Content-Type", blob.type || "application/octet-stream");
  request.send(blob);
  return request;
}
