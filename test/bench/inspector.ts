/** The inspector of a runtime: asks and answers of the Chrome DevTools Protocol. */
type Answer = { readonly id?: number; readonly result?: object; readonly error?: { readonly message: string } };

export class Inspector {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #asked = 0;

  /** Connects to the first Worker that the inspector at this port has. */
  static async connect(port: number): Promise<Inspector> {
    const answer = await fetch(`http://127.0.0.1:${port}/json`);
    const targets = (await answer.json()) as { readonly webSocketDebuggerUrl: string }[];
    const socket = new WebSocket(targets[0]?.webSocketDebuggerUrl ?? "");
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error("the inspector does not answer"));
    });
    return new Inspector(socket);
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const { id = 0, result, error }: Answer = JSON.parse(data);
      if (error) this.#waiting.get(id)?.reject(new Error(error.message));
      else this.#waiting.get(id)?.resolve(result);
      this.#waiting.delete(id);
    };
  }

  ask<Result>(method: string, params: object = {}): Promise<Result> {
    const answer = Promise.withResolvers<unknown>();
    const id = ++this.#asked;
    this.#waiting.set(id, answer);
    this.#socket.send(JSON.stringify({ id, method, params }));
    return answer.promise as Promise<Result>;
  }

  close(): void {
    this.#socket.close();
  }
}
