/** One person's feed, which comes back as the contract says. */
export class Feed {
  isLive = false;
  /** When activity was first heard (ms). */
  newsAt: number | undefined;
  readonly #url: string;
  readonly #cookie: string;
  #socket: WebSocket | undefined;
  #crowd = 1;
  #tries = 0;
  #hasLeft = false;

  constructor(base: string, cookie: string) {
    this.#url = `${base.replace("http", "ws")}/api/directory/socket`;
    this.#cookie = cookie;
  }

  /** Resolves with the first frame; without one it goes on trying. */
  open(): Promise<void> {
    const socket = new WebSocket(this.#url, { headers: { cookie: this.#cookie } });
    this.#socket = socket;
    return new Promise((resolve) => {
      socket.addEventListener("message", ({ data }) => {
        const frame: { type: string; onlineCount?: number } = JSON.parse(String(data));
        this.isLive = true;
        this.#tries = 0;
        this.#crowd = Math.max(this.#crowd, frame.onlineCount ?? 0);
        if (frame.type === "activity") this.newsAt ??= performance.now();
        resolve();
      });
      socket.addEventListener("close", () => this.#comeBack(socket));
      socket.addEventListener("error", () => this.#comeBack(socket));
    });
  }

  leave(): void {
    this.#hasLeft = true;
    this.#socket?.close();
  }

  /** At random within 2 ms a person, at least half a second, and longer with each try. */
  #comeBack(socket: WebSocket): void {
    if (this.#hasLeft || this.#socket !== socket) return;
    this.isLive = false;
    this.#socket = undefined;
    const spreadMs = Math.max(500 * 2 ** Math.min(this.#tries++, 5), Math.min(120_000, this.#crowd * 2));
    setTimeout(() => void this.open(), Math.random() * spreadMs);
  }
}
