/**
 * A channel as server-sent events: the frames of its socket, for programs that read HTTP. The front door holds the stream and a socket
 * to the channel's object, which may sleep meanwhile.
 */
import type { Hono } from "hono/tiny";
import { STREAM_BUFFER_MAX_BYTES, STREAM_COMMENT_MS } from "../protocol/limits.ts";
import { PING, parseJsonObject } from "../protocol/wire.ts";
import { type App, only } from "./context.ts";
import { openChannelSocket } from "./sockets.ts";

/** What a reader holds: `<epoch>.<rev>`. */
const CURSOR = /^([\w-]{1,64})\.(\d{1,15})$/;

type Position = { epoch: string; rev: number };

export function addStreamRoutes(app: Hono<App>): void {
  app
    .get("/api/channels/:id/events", async (c) => {
      if (c.req.method === "HEAD") return c.body(null, 200, { "Content-Type": "text/event-stream" });
      const [, epoch, since] = CURSOR.exec(c.req.header("Last-Event-ID") ?? c.req.query("since") ?? "") ?? [];
      const answer = await openChannelSocket(c, epoch && since ? new URLSearchParams({ epoch, since }) : undefined);
      const socket = answer.webSocket;
      if (!socket) return answer; // why not
      const headers = { "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no" };
      return new Response(streamOf(socket), { headers });
    })
    .all(only("GET"));
}

/** The frames of a socket as events. It ends when the socket does: a client that comes again is told why, or goes on where it was. */
function streamOf(socket: WebSocket): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const position: Position = { epoch: "", rev: 0 };
  let isOver = false;
  let stop = (): void => {};
  return new ReadableStream(
    {
      start(controller) {
        const write = (text: string) => {
          if (isOver) return;
          controller.enqueue(encoder.encode(text));
          // A reader that does not read would fill the memory of everyone here.
          if ((controller.desiredSize ?? 0) < -STREAM_BUFFER_MAX_BYTES)
            end(() => controller.error(new Error("too slow")));
        };
        const timer = setInterval(() => {
          write(":\n\n");
          socket.send(PING); // answered without waking the object, which closes what is quiet for too long
        }, STREAM_COMMENT_MS);
        const end = (finish: () => void) => {
          if (isOver) return;
          isOver = true;
          clearInterval(timer);
          finish();
          socket.close(1000);
        };
        stop = () => end(() => {});
        socket.addEventListener("message", ({ data }) => {
          if (typeof data === "string") write(eventOf(data, position));
        });
        for (const last of ["close", "error"] as const)
          socket.addEventListener(last, () => end(() => controller.close()));
        socket.accept();
      },
      cancel: () => stop(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
  );
}

/** One frame as an event, with the position a reader is at after it; empty for what is no frame. */
function eventOf(data: string, position: Position): string {
  const frame = parseJsonObject(data);
  const type = frame?.["type"];
  if (!frame || typeof type !== "string") return "";
  if (typeof frame["epoch"] === "string") position.epoch = frame["epoch"];
  position.rev = Math.max(position.rev, revOf(frame["head"]), ...list(frame["messages"]).map(revOf));
  return `event: ${type}\nid: ${position.epoch}.${position.rev}\ndata: ${data}\n\n`;
}

function revOf(thing: unknown): number {
  const rev = typeof thing === "object" && thing !== null ? Reflect.get(thing, "rev") : undefined;
  return typeof rev === "number" ? rev : 0;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
