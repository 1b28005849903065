/**
 * The least one can do with an object: its sockets, the last 100 messages, one stringify a message, a loop. It checks nothing and
 * knows nobody. `Raw` keeps them in memory only, `RawWithRows` writes each as a row besides.
 */
import { DurableObject } from "cloudflare:workers";

const KEPT = 100;

export class Raw extends DurableObject {
  messages = [];
  seq = 0;

  fetch() {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    server.send(JSON.stringify({ type: "welcome", messages: this.messages }));
    return new Response(null, { status: 101, webSocket: client });
  }

  webSocketMessage(_socket, data) {
    const { id, text, author } = JSON.parse(data);
    const message = { id, seq: ++this.seq, author, sentAt: Date.now(), text };
    this.messages.push(message);
    if (this.messages.length > KEPT) this.messages.shift();
    this.keep(message);
    const frame = JSON.stringify({ type: "messages", messages: [message] });
    for (const socket of this.ctx.getWebSockets()) socket.send(frame);
  }

  keep() {}

  webSocketClose(socket) {
    socket.close();
  }
}

export class RawWithRows extends Raw {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS slots (slot INTEGER PRIMARY KEY, message TEXT NOT NULL)");
  }

  keep(message) {
    this.ctx.storage.sql.exec(
      "INSERT OR REPLACE INTO slots VALUES (?, ?)",
      message.seq % KEPT,
      JSON.stringify(message),
    );
  }
}

export default {
  fetch(request, env) {
    const [, kind, name] = new URL(request.url).pathname.split("/");
    if (!name) return new Response("up");
    return (kind === "rows" ? env.RAWWITHROWS : env.RAW).getByName(name).fetch(request);
  },
};
