/**
 * One socket that comes back: the driver of the transitions in connection-state.ts.
 * It knows frames as text and nothing of channels, people or the store.
 */
import { PING, PONG } from "../../worker/protocol/wire.ts";
import { type ConnectionState, type Effect, type Event, next } from "./connection-state.ts";

/** A socket that says nothing for so long after a ping, or never says a first word, is dead. */
const SILENCE_MS = 10_000;
/** Between pings of a quiet socket: below the idle limits of common proxies. */
const PING_EVERY_MS = 25_000;

export type Connection = {
  /** Begins, or begins again after being stopped. */
  start(): void;
  /** Ends for good; nothing is told afterwards. */
  leave(): void;
  /** The network or the person is back: tries at once, or makes sure that the socket still lives. */
  nudge(): void;
  /** The server has said, in a frame, that it ends this with `code`: the browser may tell of it much later. */
  end(code: number): void;
  /** `false` when the socket is not live: nothing was sent. */
  send(frame: string): boolean;
};

/** A socket that the small script before the app has opened, and what it has heard on it so far. */
type EarlySocket = { readonly socket: WebSocket; readonly heard: readonly string[] };

declare global {
  /** By address. A socket that is taken is taken out. */
  var earlySockets: Map<string, EarlySocket> | undefined;
}

export type Wiring = {
  /** Asked at every attempt: the cursor in it moves. */
  readonly url: () => string;
  readonly received: (data: string) => void;
  readonly changed: (state: ConnectionState) => void;
  /** How many people are on the other end, as far as known. */
  readonly crowd: () => number;
  /** A browser does not tell why an upgrade was refused. This asks over HTTP: a close code, or `undefined` where it may be tried again. */
  readonly whyRefused: () => Promise<number | undefined>;
};

/** A connection that is still idle. */
export function createConnection({ url, received, changed, crowd, whyRefused }: Wiring): Connection {
  let state: ConnectionState = { kind: "idle" };
  let socket: WebSocket | undefined;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let watching: ReturnType<typeof setTimeout> | undefined;
  let pingedAt = 0;

  function dispatch(event: Event): void {
    const before = state;
    const step = next(before, event);
    state = step.state;
    for (const effect of step.effects) runEffect(effect);
    if (state !== before) changed(state);
  }

  function runEffect(effect: Effect): void {
    switch (effect.kind) {
      case "connect":
        clearTimeout(waiting);
        return open();
      case "hangUp":
        clearTimeout(waiting);
        return drop();
      case "ping":
        return ping();
      case "wait":
        waiting = setTimeout(() => dispatch({ kind: "due" }), effect.leastMs + Math.random() * effect.capMs);
        return;
      default:
        return effect satisfies never;
    }
  }

  function open(): void {
    const address = url();
    const early = takeEarly(address);
    const opening = early?.socket ?? new WebSocket(address);
    socket = opening;
    let hasSpoken = false;
    pingedAt = performance.now();
    watch(SILENCE_MS, () => dispatch({ kind: "silent" }));
    opening.onmessage = ({ data }) => {
      if (socket !== opening) return;
      hasSpoken = true;
      // By the clock, also where others speak all the time: to a server that cannot see what is read a ping is the only sign of life.
      watch(Math.max(0, pingedAt + PING_EVERY_MS - performance.now()), ping);
      if (data === PONG) return;
      received(String(data));
      if (socket === opening) dispatch({ kind: "opened" });
    };
    opening.onclose = async ({ code }) => {
      if (socket !== opening) return;
      drop();
      const reason = hasSpoken ? undefined : await whyRefused();
      if (!socket) dispatch({ kind: "closed", code: reason ?? code, crowd: crowd() });
    };
    const { onmessage } = opening;
    // Once it is told that this connects.
    if (early)
      queueMicrotask(() => early.heard.map((data) => onmessage.call(opening, new MessageEvent("message", { data }))));
  }

  /** Forgets the socket before closing it: its `onclose` may come much later and is no news. */
  function drop(): void {
    clearTimeout(watching);
    const dropped = socket;
    socket = undefined;
    dropped?.close();
  }

  function ping(): void {
    if (socket?.readyState !== WebSocket.OPEN) return;
    pingedAt = performance.now();
    socket.send(PING);
    watch(SILENCE_MS, () => dispatch({ kind: "silent" }));
  }

  /** One watch at a time: either for the next ping or for an answer. */
  function watch(ms: number, run: () => void): void {
    clearTimeout(watching);
    watching = setTimeout(run, ms);
  }

  return {
    start: () => dispatch({ kind: "start" }),
    leave: () => dispatch({ kind: "leave" }),
    nudge: () => dispatch({ kind: "nudged" }),
    end(code) {
      drop();
      dispatch({ kind: "closed", code, crowd: crowd() });
    },
    send(frame) {
      if (state.kind !== "live" || socket?.readyState !== WebSocket.OPEN) return false;
      socket.send(frame);
      return true;
    },
  };
}

/** One that has closed meanwhile is of no use. */
function takeEarly(address: string): EarlySocket | undefined {
  const early = globalThis.earlySockets?.get(address);
  globalThis.earlySockets?.delete(address);
  return early && early.socket.readyState <= WebSocket.OPEN ? early : undefined;
}
