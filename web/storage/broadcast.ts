/** What the tabs of this device tell each other. Where a browser refuses that, each tab is by itself. */

export type Broadcast = {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
};

export function openBroadcast(name: string): Broadcast {
  try {
    return new BroadcastChannel(name);
  } catch {
    return { postMessage() {}, addEventListener() {} }; // storage is refused, and this with it
  }
}
