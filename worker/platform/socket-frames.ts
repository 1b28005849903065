/** What every socket has in common as text: the error frame, and how long a frame is. Pure. */

import type { Refusal } from "../protocol/errors.ts";
import { parseJsonObject } from "../protocol/wire.ts";

/** The answer to a frame that was refused: it names the command and the id, if the frame had them. */
export function errorFrame(refusal: Refusal, frame: string): string {
  const asked = parseJsonObject(frame);
  return JSON.stringify({
    type: "error",
    ...refusal,
    ...(typeof asked?.["type"] === "string" && { command: asked["type"] }),
    ...(typeof asked?.["id"] === "string" && { id: asked["id"] }),
  });
}

/** Whether a text has more bytes in UTF-8, without encoding what is surely shorter or longer: a UTF-16 unit makes one to three bytes. */
export function isLonger(text: string, bytes: number): boolean {
  if (text.length > bytes) return true;
  return text.length * 3 > bytes && new TextEncoder().encode(text).byteLength > bytes;
}
