/**
 * One socket that comes back: a pure transition function and a small driver around it.
 * It knows frames as text and nothing of channels, people or the store.
 *
 *   idle ──start──▶ connecting ──first frame──▶ live
 *                    ▲      │                    │
 *            due or  │      │ closed             │ closed, silent
 *            nudged  │      ▼                    ▼
 *                    └── waiting ◀───────────────┘
 *
 *   any ──closed with a code that forbids coming back──▶ stopped ──start──▶ connecting
 *   any ──leave──▶ idle
 */
import { PING, PONG } from "../worker/protocol/commands.ts";
import { CLOSE } from "../worker/protocol/errors.ts";

export type ConnectionState =
  | { readonly kind: "idle" }
  | { readonly kind: "connecting"; readonly tries: number }
  | { readonly kind: "live" }
  | { readonly kind: "waiting"; readonly tries: number }
  /** `code` says why: the server's close code. */
  | { readonly kind: "stopped"; readonly code: number };

export type Happening =
  | { readonly kind: "start" | "leave" | "opened" | "due" | "nudged" | "silent" }
  | { readonly kind: "closed"; readonly code: number };

/** What the driver has to do. `wait` is for a random share of `capMs`, beyond `leastMs`. */
type Order =
  | { readonly kind: "connect" | "hangUp" | "ping" }
  | { readonly kind: "wait"; readonly leastMs: number; readonly capMs: number };

type Step = { readonly state: ConnectionState; readonly orders: readonly Order[] };

/** Full jitter: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015. A class that lost its network comes back spread out. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** After being told to slow down (4029): the quiet time the server asks for. */
const PENALTY_MS = 2_000;
/** A socket that says nothing for so long after a ping, or never says a first word, is dead. */
const SILENCE_MS = 10_000;
/** Between pings of a quiet socket: below the idle limits of common proxies. */
const PING_EVERY_MS = 25_000;

/** Codes after which only a person may start again. */
const FINAL: readonly number[] = [
  CLOSE.binary,
  CLOSE.badFrames,
  CLOSE.tooLarge,
  CLOSE.replaced,
  CLOSE.sessionEnded,
  CLOSE.channelGone,
];

/** What follows from a happening. Pure; what makes no sense in a state changes nothing. */
export function next(state: ConnectionState, happening: Happening): Step {
  switch (happening.kind) {
    case "start":
      return isUnderWay(state) ? stay(state) : connect(0);
    case "leave":
      return { state: { kind: "idle" }, orders: [{ kind: "hangUp" }] };
    case "opened":
      return state.kind === "connecting" ? stay({ kind: "live" }) : stay(state);
    case "due":
      return state.kind === "waiting" ? connect(state.tries) : stay(state);
    case "nudged":
      if (state.kind === "waiting") return connect(state.tries);
      return state.kind === "live" ? { state, orders: [{ kind: "ping" }] } : stay(state);
    case "silent":
      return isOpen(state) ? wait(state, 0, [{ kind: "hangUp" }]) : stay(state);
    case "closed":
      if (!isOpen(state)) return stay(state);
      if (FINAL.includes(happening.code)) return stay({ kind: "stopped", code: happening.code });
      return wait(state, happening.code === CLOSE.tooFast ? PENALTY_MS : 0);
    default:
      return happening satisfies never;
  }
}

function connect(tries: number): Step {
  return { state: { kind: "connecting", tries }, orders: [{ kind: "connect" }] };
}

function wait(state: ConnectionState, leastMs: number, before: readonly Order[] = []): Step {
  const tries = state.kind === "connecting" ? state.tries : 0;
  const capMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries);
  return { state: { kind: "waiting", tries: tries + 1 }, orders: [...before, { kind: "wait", leastMs, capMs }] };
}

function stay(state: ConnectionState): Step {
  return { state, orders: [] };
}

function isOpen(state: ConnectionState): boolean {
  return state.kind === "connecting" || state.kind === "live";
}

function isUnderWay(state: ConnectionState): boolean {
  return isOpen(state) || state.kind === "waiting";
}

/* ---- the driver ---- */

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
  /** By address; whoever takes one takes it out. */
  var earlySockets: Map<string, EarlySocket> | undefined;
}

export type Wiring = {
  /** Asked at every attempt: the cursor in it moves. */
  readonly url: () => string;
  readonly received: (data: string) => void;
  readonly changed: (state: ConnectionState) => void;
  /** A browser does not tell why an upgrade was refused. This asks over HTTP: a close code, or `undefined` for weather. */
  readonly whyRefused: () => Promise<number | undefined>;
};

/** A connection that is still idle. */
export function createConnection({ url, received, changed, whyRefused }: Wiring): Connection {
  let state: ConnectionState = { kind: "idle" };
  let socket: WebSocket | undefined;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let watching: ReturnType<typeof setTimeout> | undefined;
  let pingedAt = 0;

  function happen(happening: Happening): void {
    const before = state;
    const step = next(before, happening);
    state = step.state;
    for (const order of step.orders) carryOut(order);
    if (state !== before) changed(state);
  }

  function carryOut(order: Order): void {
    switch (order.kind) {
      case "connect":
        clearTimeout(waiting);
        return open();
      case "hangUp":
        clearTimeout(waiting);
        return drop();
      case "ping":
        return ping();
      case "wait":
        waiting = setTimeout(() => happen({ kind: "due" }), order.leastMs + Math.random() * order.capMs);
        return;
      default:
        return order satisfies never;
    }
  }

  function open(): void {
    const address = url();
    const early = takeEarly(address);
    const opening = early?.socket ?? new WebSocket(address);
    socket = opening;
    let hasSpoken = false;
    pingedAt = Date.now();
    watch(SILENCE_MS, () => happen({ kind: "silent" }));
    opening.onmessage = ({ data }) => {
      if (socket !== opening) return;
      hasSpoken = true;
      // By the clock, also where others speak all the time: to a server that cannot see what is read a ping is the only sign of life.
      watch(Math.max(0, pingedAt + PING_EVERY_MS - Date.now()), ping);
      if (data === PONG) return;
      received(String(data));
      if (socket === opening) happen({ kind: "opened" });
    };
    opening.onclose = async ({ code }) => {
      if (socket !== opening) return;
      drop();
      const reason = hasSpoken ? undefined : await whyRefused();
      if (!socket) happen({ kind: "closed", code: reason ?? code });
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
    pingedAt = Date.now();
    socket.send(PING);
    watch(SILENCE_MS, () => happen({ kind: "silent" }));
  }

  /** One watch at a time: either for the next ping or for an answer. */
  function watch(ms: number, run: () => void): void {
    clearTimeout(watching);
    watching = setTimeout(run, ms);
  }

  return {
    start: () => happen({ kind: "start" }),
    leave: () => happen({ kind: "leave" }),
    nudge: () => happen({ kind: "nudged" }),
    end(code) {
      drop();
      happen({ kind: "closed", code });
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
