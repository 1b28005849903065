/** The same on Node with Socket.IO: a channel is a room, WebSocket only, the last 100 messages in memory. */
import { createServer } from "node:http";
import { Server } from "socket.io";

const KEPT = 100;
const channels = new Map();
const server = createServer((_request, response) => response.end("up"));
const io = new Server(server, { transports: ["websocket"] });

io.on("connection", (socket) => {
  const { channel: name } = socket.handshake.query;
  const channel = channels.get(name) ?? { seq: 0, messages: [] };
  channels.set(name, channel);
  socket.join(name);
  socket.emit("welcome", { messages: channel.messages });
  socket.on("send", ({ id, text, author }) => {
    const message = { id, seq: ++channel.seq, author, sentAt: Date.now(), text };
    channel.messages.push(message);
    if (channel.messages.length > KEPT) channel.messages.shift();
    io.to(name).emit("messages", { messages: [message] });
  });
});
server.listen(Number(process.argv[2]), "127.0.0.1");
