/** The same on partyserver, hibernating, as its manual shows it; the last 100 messages in memory. */
import { routePartykitRequest, Server } from "partyserver";

const KEPT = 100;

export class Party extends Server {
  static options = { hibernate: true };
  messages = [];
  seq = 0;

  onConnect(connection) {
    connection.send(JSON.stringify({ type: "welcome", messages: this.messages }));
  }

  onMessage(_connection, data) {
    const { id, text, author } = JSON.parse(data);
    const message = { id, seq: ++this.seq, author, sentAt: Date.now(), text };
    this.messages.push(message);
    if (this.messages.length > KEPT) this.messages.shift();
    this.broadcast(JSON.stringify({ type: "messages", messages: [message] }));
  }
}

export default {
  async fetch(request, env) {
    return (await routePartykitRequest(request, env)) ?? new Response("up");
  },
};
