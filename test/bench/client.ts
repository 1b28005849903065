/**
 * The load: many WebSockets in one process, as cheap as can be, so that what is measured is the server.
 * It reads frames (RFC 6455) straight from TCP, offers to have them compressed as browsers do (RFC 7692), and looks only for the
 * numbers that messages carry.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { constants, inflateRawSync } from "node:zlib";

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
/** A compressed frame, and what was left off its end (RFC 7692 §7.2.1). */
const RSV1 = 0x40;
const WINDOW_BYTES = 32 * 1024;
const TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff]);
/** What the text of a numbered message begins with; the number has always as many digits. */
const MARK = Buffer.from("#message-");
const DIGITS = 7;
/** Text of a message (characters): what people write, at a guess. */
const TEXT_LENGTH = 60;

type Headers = Readonly<Record<string, string>>;

/** Where somebody enters, and what is to be said there before one is in: `greet` sees each frame until it says that this is the welcome. */
export type Door = {
  readonly url: URL;
  readonly headers?: Headers;
  readonly greet?: (payload: Buffer, seat: Seat) => boolean;
};

/** A text frame as it came, after the welcome. */
export type Heard = {
  readonly seat: object;
  /** Unpacked; not to be kept. */
  readonly payload: Buffer;
  /** On the wire (bytes). */
  readonly size: number;
  /** When (ms) its last byte was here: before it was unpacked, which is the client's work. */
  readonly at: number;
};

/** One WebSocket. */
export class Seat {
  readonly #socket: Socket;
  readonly #hear: (heard: Heard) => void;
  readonly #greet: (payload: Buffer, seat: Seat) => boolean;
  #rest: Buffer = Buffer.alloc(0);
  #isOpen = false;
  #isWelcome = false;
  #inflate: ((payload: Buffer) => Buffer) | undefined;
  /** Resolves when the welcome is here; fails when there will be none. */
  readonly welcomed: Promise<void>;
  #welcome: () => void = () => {};
  #fail: (error: Error) => void = () => {};

  constructor({ url, headers, greet = () => true }: Door, hear: (heard: Heard) => void) {
    this.#hear = hear;
    this.#greet = greet;
    this.welcomed = new Promise((resolve, reject) => {
      this.#welcome = resolve;
      this.#fail = reject;
    });
    this.#socket = connect(Number(url.port), url.hostname);
    this.#socket.setNoDelay(true);
    const asked = {
      Host: url.host,
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits",
      ...headers,
    };
    const lines = Object.entries(asked).map(([name, value]) => `${name}: ${value}`);
    const key = randomBytes(16).toString("base64");
    this.#socket.write(
      `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join("\r\n")}\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    );
    this.#socket.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.on("close", () => this.#fail(new Error("a socket was closed")));
  }

  /** Says a text, in one masked frame. */
  say(text: string): void {
    this.#write(TEXT, Buffer.from(text));
  }

  /** Leaves, with the closing handshake, and waits until the connection has ended. */
  async leave(): Promise<void> {
    if (this.#socket.destroyed) return;
    this.#write(CLOSE, Buffer.from([0x03, 0xe8]));
    await Promise.race([once(this.#socket, "close"), new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
    this.#socket.destroy();
  }

  /** Is gone without a word, as when a network ends. */
  drop(): void {
    this.#socket.destroy();
  }

  #write(opcode: number, payload: Buffer): void {
    const mask = randomBytes(4);
    const { length } = payload;
    const head = [0x80 | opcode, ...(length < 126 ? [0x80 | length] : [0xfe, length >> 8, length & 255])];
    const body = Buffer.allocUnsafe(length);
    for (let at = 0; at < length; at++) body[at] = (payload[at] ?? 0) ^ (mask[at & 3] ?? 0);
    this.#socket.write(Buffer.concat([Buffer.from(head), mask, body]));
  }

  #read(chunk: Buffer): void {
    const now = performance.now();
    let data = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    if (!this.#isOpen) {
      const end = data.indexOf("\r\n\r\n");
      if (end >= 0 && !data.toString("latin1", 0, 12).endsWith("101"))
        this.#fail(new Error(data.toString("latin1", 0, 300)));
      if (end >= 0) this.#isOpen = true;
      if (/permessage-deflate/i.test(data.toString("latin1", 0, end))) this.#inflate = inflater();
      data = end >= 0 ? data.subarray(end + 4) : data;
    }
    let at = 0;
    while (this.#isOpen && data.length - at >= 2) {
      let from = at + 2;
      let length = (data[at + 1] ?? 0) & 127;
      if (length === 126) {
        if (data.length - at < 4) break;
        length = data.readUInt16BE(at + 2);
        from = at + 4;
      } else if (length === 127) {
        if (data.length - at < 10) break;
        length = Number(data.readBigUInt64BE(at + 2));
        from = at + 10;
      }
      if (data.length < from + length) break;
      const payload = data.subarray(from, from + length);
      const isPacked = ((data[at] ?? 0) & RSV1) !== 0;
      this.#take((data[at] ?? 0) & 15, isPacked && this.#inflate ? this.#inflate(payload) : payload, length, now);
      at = from + length;
    }
    this.#rest = at < data.length ? Buffer.from(data.subarray(at)) : Buffer.alloc(0);
  }

  #take(opcode: number, payload: Buffer, size: number, now: number): void {
    if (opcode === PING) return this.#write(PONG, payload);
    if (opcode !== TEXT) return;
    if (this.#isWelcome) return this.#hear({ seat: this, payload, size, at: now });
    this.#isWelcome = this.#greet(payload, this);
    if (this.#isWelcome) this.#welcome();
  }
}

/** Unpacks one payload after the other, each with what came before in mind. */
function inflater(): (payload: Buffer) => Buffer {
  let before = Buffer.alloc(0);
  return (payload) => {
    const options = { finishFlush: constants.Z_SYNC_FLUSH, ...(before.length > 0 && { dictionary: before }) };
    const text = inflateRawSync(Buffer.concat([payload, TAIL]), options);
    before = text.length >= WINDOW_BYTES ? text : Buffer.concat([before.subarray(text.length - WINDOW_BYTES), text]);
    return text;
  };
}

/** The text of message `number`. */
export function textOf(number: number): string {
  return `${MARK}${String(number).padStart(DIGITS, "0")} `.padEnd(TEXT_LENGTH, "and what one says ");
}

/** Counts what is heard of numbered messages, and how long each took from its sender to each socket (ms). */
export class Tally {
  readonly latencies: number[] = [];
  #sentAt: number[] = [];
  /** By socket: the numbers it has heard. */
  #heard = new Map<object, Set<number>>();
  frames = 0;
  bytes = 0;
  deliveries = 0;
  /** Heard a second time on the same socket. */
  doubled = 0;
  lastAt = 0;
  /** What many sockets are told is the same bytes: read once. */
  #payload: Buffer = Buffer.alloc(0);
  #numbers: number[] = [];
  #isCounting = false;

  /** Begins anew. Frames that tell of none of the messages to come are counted as frames. */
  start(): void {
    this.latencies.length = 0;
    this.#sentAt = [];
    this.#heard = new Map();
    this.frames = 0;
    this.bytes = 0;
    this.deliveries = 0;
    this.doubled = 0;
    this.#isCounting = true;
    this.#payload = Buffer.alloc(0);
  }

  stop(): void {
    this.#isCounting = false;
  }

  sent(number: number): void {
    this.#sentAt[number] = performance.now();
  }

  readonly hear = ({ seat, payload, size, at }: Heard): void => {
    if (!this.#isCounting) return;
    this.frames++;
    this.bytes += size;
    if (!payload.equals(this.#payload)) {
      this.#payload = Buffer.from(payload);
      this.#numbers = numbersIn(payload);
    }
    const heard = this.#heard.get(seat) ?? new Set();
    this.#heard.set(seat, heard);
    for (const number of this.#numbers) {
      const sentAt = this.#sentAt[number];
      if (sentAt === undefined) continue;
      if (heard.has(number)) this.doubled++;
      else this.deliveries++;
      heard.add(number);
      this.latencies.push(at - sentAt);
      this.lastAt = at;
    }
  };

  /** Waits until so many deliveries were heard, at most `patienceMs`; how many are missing. */
  async until(deliveries: number, patienceMs: number): Promise<number> {
    const end = performance.now() + patienceMs;
    while (this.deliveries < deliveries && performance.now() < end) await pause(5);
    await pause(50); // what comes twice comes now
    return deliveries - this.deliveries;
  }
}

function numbersIn(payload: Buffer): number[] {
  const numbers: number[] = [];
  for (let at = payload.indexOf(MARK); at >= 0; at = payload.indexOf(MARK, at + 1)) {
    numbers.push(Number(payload.toString("latin1", at + MARK.length, at + MARK.length + DIGITS)));
  }
  return numbers;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
