/** A stretch of bad network between the people and the server: it passes bytes on, and cuts connections in mid-frame. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** A piece at least this long (bytes) has a middle worth cutting. */
const CUTTABLE_BYTES = 64;

export class BadNetwork {
  /** Connections that were cut after a part of a piece had passed. */
  cuts = 0;
  readonly #server: Server;
  readonly #target: () => number;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #doomed = new Set<Socket>();

  /** `target` is the server's port. */
  constructor(target: () => number) {
    this.#target = target;
    this.#server = createServer((near) => this.#join(near));
  }

  async open(): Promise<number> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    if (typeof address !== "object" || !address) throw new Error("no port");
    return address.port;
  }

  /** On the newest `count` connections the next piece from the server passes in part, and no more after it. */
  doom(count: number): void {
    for (const [near] of [...this.#pairs].slice(-count)) this.#doomed.add(near);
  }

  async close(): Promise<void> {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #join(near: Socket): void {
    const far = connect(this.#target(), "127.0.0.1");
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    const part = () => {
      this.#pairs.delete(pair);
      this.#doomed.delete(near);
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) {
      socket.on("error", part);
      socket.on("close", part);
    }
    near.on("data", (piece: Buffer) => far.write(piece));
    far.on("data", (piece: Buffer) => {
      if (!this.#doomed.has(near) || piece.length < CUTTABLE_BYTES) return void near.write(piece);
      this.cuts++;
      near.write(piece.subarray(0, piece.length >> 1), part);
    });
  }
}
