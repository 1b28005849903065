/**
 * One frame to many sockets: encoded once by the caller, sent to whoever still reads.
 * A socket that lets frames pile up is closed here; its memory belongs to everybody in the object.
 */
import { CLOSE } from "./protocol.ts";

/** Bytes a socket may leave unread when another frame is due. Unread frames stay in the object's memory without limit. */
const UNREAD_MAX_BYTES = 256 * 1024;

/** Sends `frame` to every open socket of `sockets`, and closes those that are too slow with 4008. */
export function broadcast(sockets: Iterable<WebSocket>, frame: string): void {
  for (const socket of sockets) deliver(socket, frame);
}

/** The same for one socket. One that is closing is skipped: sending to it would throw. */
export function deliver(socket: WebSocket, frame: string): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  if ((socket.bufferedAmount ?? 0) > UNREAD_MAX_BYTES) socket.close(CLOSE.tooSlow, "too slow");
  else socket.send(frame);
}
