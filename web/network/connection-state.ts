/**
 * One socket that comes back, as a pure transition function.
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
export type Effect =
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
