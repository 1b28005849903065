/** What an object keeps with each of its sockets, through sleep. Reading it back takes a deserialisation: it is held as far as it was asked for. */
export class SocketAttachments<T> {
  readonly #held = new WeakMap<WebSocket, T>();

  of(socket: WebSocket): T {
    const held = this.#held.get(socket);
    if (held !== undefined) return held;
    const attachment: T = socket.deserializeAttachment();
    this.#held.set(socket, attachment);
    return attachment;
  }

  keep(socket: WebSocket, attachment: T): void {
    socket.serializeAttachment(attachment);
    this.#held.set(socket, attachment);
  }
}
