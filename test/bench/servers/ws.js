/** The same on Node with ws: a channel is a path, the last 100 messages are in memory. */
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

const KEPT = 100;
const channels = new Map();
const server = createServer((_request, response) => response.end("up"));
const sockets = new WebSocketServer({ server });

sockets.on("connection", (socket, { url }) => {
  const channel = channels.get(url) ?? { seq: 0, messages: [], sockets: new Set() };
  channels.set(url, channel);
  channel.sockets.add(socket);
  socket.send(JSON.stringify({ type: "welcome", messages: channel.messages }));
  socket.on("message", (data) => {
    const { id, text, author } = JSON.parse(data);
    const message = { id, seq: ++channel.seq, author, sentAt: Date.now(), text };
    channel.messages.push(message);
    if (channel.messages.length > KEPT) channel.messages.shift();
    const frame = JSON.stringify({ type: "messages", messages: [message] });
    for (const one of channel.sockets) one.send(frame);
  });
  socket.on("close", () => channel.sockets.delete(socket));
});
server.listen(Number(process.argv[2]), "127.0.0.1");
