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
import { PING, PONG } from "../../worker/protocol/commands.ts";
import { CLOSE } from "../../worker/protocol/errors.ts";

export type ConnectionState =
  | { readonly kind: "idle" }
  | { readonly kind: "connecting"; readonly tries: number }
  | { readonly kind: "live" }
  | { readonly kind: "waiting"; readonly tries: number }
  /** `code` says why: the server's close code. */
  | { readonly kind: "stopped"; readonly code: number };

/** What happens to a connection. */
export type Event =
  | { readonly kind: "start" | "leave" | "opened" | "due" | "nudged" | "silent" }
  /** `crowd`: how many people are on the other end, as far as known. */
  | { readonly kind: "closed"; readonly code: number; readonly crowd: number };

/** What the driver has to do. `wait` is for a random share of `capMs`, beyond `leastMs`. */
type Effect =
  | { readonly kind: "connect" | "hangUp" | "ping" }
  | { readonly kind: "wait"; readonly leastMs: number; readonly capMs: number };

type Step = { readonly state: ConnectionState; readonly effects: readonly Effect[] };

/** Full jitter: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015. A class that lost its network comes back spread out. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** Codes by which all sockets of an object end together. */
const RESTARTS: readonly number[] = [1001, 1006, 1012];
const SPREAD_MS_PER_PERSON = 2;
const SPREAD_MAX_MS = 120_000;
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

/** What follows from a event. Pure; what makes no sense in a state changes nothing. */
export function next(state: ConnectionState, event: Event): Step {
  switch (event.kind) {
    case "start":
      return isUnderWay(state) ? stay(state) : connect(0);
    case "leave":
      return { state: { kind: "idle" }, effects: [{ kind: "hangUp" }] };
    case "opened":
      return state.kind === "connecting" ? stay({ kind: "live" }) : stay(state);
    case "due":
      return state.kind === "waiting" ? connect(state.tries) : stay(state);
    case "nudged":
      if (state.kind === "waiting") return connect(state.tries);
      return state.kind === "live" ? { state, effects: [{ kind: "ping" }] } : stay(state);
    case "silent":
      return isOpen(state) ? wait(state, {}, [{ kind: "hangUp" }]) : stay(state);
    case "closed":
      if (!isOpen(state)) return stay(state);
      if (FINAL.includes(event.code)) return stay({ kind: "stopped", code: event.code });
      return wait(state, { leastMs: event.code === CLOSE.tooFast ? PENALTY_MS : 0, spreadMs: spreadOf(event) });
    default:
      return event satisfies never;
  }
}

function connect(tries: number): Step {
  return { state: { kind: "connecting", tries }, effects: [{ kind: "connect" }] };
}

/** `spreadMs`: everyone who was on the other end comes back within it. */
function wait(
  state: ConnectionState,
  { leastMs = 0, spreadMs = 0 }: { readonly leastMs?: number; readonly spreadMs?: number },
  before: readonly Effect[] = [],
): Step {
  const tries = state.kind === "connecting" ? state.tries : 0;
  const capMs = Math.max(spreadMs, Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries));
  return { state: { kind: "waiting", tries: tries + 1 }, effects: [...before, { kind: "wait", leastMs, capMs }] };
}

/** After a restart everybody comes back at once, unless they spread out: by 2 ms a person, within two minutes. */
function spreadOf({ code, crowd }: { readonly code: number; readonly crowd: number }): number {
  return RESTARTS.includes(code) ? Math.min(SPREAD_MAX_MS, crowd * SPREAD_MS_PER_PERSON) : 0;
}

function stay(state: ConnectionState): Step {
  return { state, effects: [] };
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
  /** How many people are on the other end, as far as known. */
  readonly crowd: () => number;
  /** A browser does not tell why an upgrade was refused. This asks over HTTP: a close code, or `undefined` for weather. */
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
    pingedAt = Date.now();
    watch(SILENCE_MS, () => dispatch({ kind: "silent" }));
    opening.onmessage = ({ data }) => {
      if (socket !== opening) return;
      hasSpoken = true;
      // By the clock, also where others speak all the time: to a server that cannot see what is read a ping is the only sign of life.
      watch(Math.max(0, pingedAt + PING_EVERY_MS - Date.now()), ping);
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
    pingedAt = Date.now();
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
