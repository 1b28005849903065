/** What no browser would send: frames by hand, over the product's own server. The others in the channel are undisturbed. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Site } from "../site.ts";

const site = new Site();
let cookie = "";

beforeAll(async () => {
  await site.start();
  const answer = await fetch(`${site.url}/api/session`, { method: "POST", body: JSON.stringify({ name: "Ada" }) });
  cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
});

afterAll(async () => {
  await site.clear();
});

const TEXT = 1;
const MORE = 0;
const FINAL = 0x80;

/** A socket whose frames are made by hand (RFC 6455 §5.2), and everything it has said. */
class Raw {
  readonly #socket: Socket;
  #heard = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (piece: Buffer) => {
      this.#heard = Buffer.concat([this.#heard, piece]);
    });
  }

  static async open(): Promise<Raw> {
    const socket = connect(site.port, "127.0.0.1");
    await once(socket, "connect");
    const raw = new Raw(socket);
    const lines = ["Host: localhost", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"];
    const more = ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", `Cookie: ${cookie}`];
    socket.write([`GET /api/channels/general/socket HTTP/1.1`, ...lines, ...more, "\r\n"].join("\r\n"));
    await raw.hears('"type":"welcome"');
    return raw;
  }

  /** One frame of the client: masked with zeros, which changes nothing. */
  send(head: number, payload: Buffer): void {
    const size =
      payload.length < 126
        ? Buffer.from([0x80 | payload.length])
        : Buffer.from([0xfe, payload.length >> 8, payload.length & 255]);
    this.#socket.write(Buffer.concat([Buffer.from([head]), size, Buffer.alloc(4), payload]));
  }

  async hears(words: string): Promise<void> {
    while (!this.#heard.includes(words)) {
      if (this.#socket.destroyed) throw new Error(`closed before it said ${words}`);
      await Promise.race([once(this.#socket, "data"), once(this.#socket, "close")]);
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}

function command(text: string): Buffer {
  return Buffer.from(JSON.stringify({ type: "send", id: crypto.randomUUID(), text }));
}

test("a command in a thousand fragments is one command, and an empty fragment between them nothing", async () => {
  const [raw, other] = [await Raw.open(), await Raw.open()];
  const frame = command(`in pieces ${"x".repeat(900)}`);
  raw.send(TEXT, frame.subarray(0, 1));
  for (let at = 1; at < frame.length - 1; at++) {
    raw.send(MORE, frame.subarray(at, at + 1));
    if (at % 100 === 0) raw.send(MORE, Buffer.alloc(0));
  }
  raw.send(FINAL | MORE, frame.subarray(frame.length - 1));
  await other.hears("in pieces");
  raw.close();
  other.close();
});

test("fragments that never end and are let go of disturb nobody", async () => {
  const other = await Raw.open();
  for (let n = 0; n < 5; n++) {
    const raw = await Raw.open();
    raw.send(TEXT, Buffer.from("{"));
    for (let piece = 0; piece < 2_000; piece++) raw.send(MORE, Buffer.from("x"));
    raw.close();
  }
  other.send(FINAL | TEXT, command("undisturbed"));
  await other.hears("undisturbed");
  other.close();
});

test("bytes that are no UTF-8 are no text: the connection ends, or they are told as U+FFFD, and nobody else notices", async () => {
  const [raw, other] = [await Raw.open(), await Raw.open()];
  raw.send(FINAL | TEXT, Buffer.from([0x7b, 0xff, 0xfe, 0x7d]));
  await raw.hears("bad_frame").catch(() => undefined);
  other.send(FINAL | TEXT, command("still here"));
  await other.hears("still here");
  expect((await fetch(`${site.url}/api/health`)).status).toBe(200);
  raw.close();
  other.close();
});
