/** The connection: its transitions as a table, then the driver with a socket and a clock of the test's own. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createConnection } from "../../web/network/connection.ts";
import { type ConnectionState, type Event, next } from "../../web/network/connection-state.ts";

const idle: ConnectionState = { kind: "idle" };
const live: ConnectionState = { kind: "live" };
const connecting = (tries: number): ConnectionState => ({ kind: "connecting", tries });
const waiting = (tries: number): ConnectionState => ({ kind: "waiting", tries });
const stopped = (code: number): ConnectionState => ({ kind: "stopped", code });
const closed = (code: number, crowd = 0): Event => ({ kind: "closed", code, crowd });
const connect = { kind: "connect" };
const hangUp = { kind: "hangUp" };
const wait = (capMs: number, leastMs = 0) => ({ kind: "wait", leastMs, capMs });

describe("transitions", () => {
  test.each<[string, ConnectionState, Event, ConnectionState, unknown[]]>([
    ["starts", idle, { kind: "start" }, connecting(0), [connect]],
    ["starts again after being stopped", stopped(4009), { kind: "start" }, connecting(0), [connect]],
    ["is started already", live, { kind: "start" }, live, []],
    ["opens", connecting(3), { kind: "opened" }, live, []],
    ["fails the first time", connecting(0), closed(1006), waiting(1), [wait(500)]],
    ["fails the fourth time", connecting(3), closed(1006), waiting(4), [wait(4_000)]],
    ["fails for long", connecting(40), closed(1006), waiting(41), [wait(30_000)]],
    ["breaks", live, closed(1006), waiting(1), [wait(500)]],
    ["is restarted", live, closed(1012), waiting(1), [wait(500)]],
    ["is restarted with a thousand others", live, closed(1012, 1_000), waiting(1), [wait(2_000)]],
    ["is restarted with a hundred thousand others", live, closed(1006, 100_000), waiting(1), [wait(120_000)]],
    ["goes away with a hundred others", live, closed(1001, 100), waiting(1), [wait(500)]],
    ["fails by itself in a crowd", live, closed(1011, 100_000), waiting(1), [wait(500)]],
    ["was too slow", live, closed(4008), waiting(1), [wait(500)]],
    ["was too fast", live, closed(4029), waiting(1), [wait(500, 2_000)]],
    ["has waited", waiting(2), { kind: "due" }, connecting(2), [connect]],
    ["is nudged while waiting", waiting(5), { kind: "nudged" }, connecting(5), [connect]],
    ["is nudged while live", live, { kind: "nudged" }, live, [{ kind: "ping" }]],
    ["is nudged while connecting", connecting(1), { kind: "nudged" }, connecting(1), []],
    ["falls silent", live, { kind: "silent" }, waiting(1), [hangUp, wait(500)]],
    ["never says a word", connecting(1), { kind: "silent" }, waiting(2), [hangUp, wait(1_000)]],
    ["is left", live, { kind: "leave" }, idle, [hangUp]],
    ["is left while waiting", waiting(1), { kind: "leave" }, idle, [hangUp]],
    ["closes after it was left", idle, closed(1006), idle, []],
    ["closes after it was stopped", stopped(4401), closed(1006), stopped(4401), []],
    ["is due after it was stopped", stopped(4401), { kind: "due" }, stopped(4401), []],
    ["is nudged after it was stopped", stopped(4401), { kind: "nudged" }, stopped(4401), []],
  ])("%s", (_, state, event, then, effects) => {
    expect(next(state, event)).toEqual({ state: then, effects });
  });

  test.each([1003, 1008, 1009, 4009, 4401, 4404])("never comes back by itself after %i", (code) => {
    expect(next(live, closed(code))).toEqual({ state: stopped(code), effects: [] });
    expect(next(connecting(2), closed(code))).toEqual({ state: stopped(code), effects: [] });
  });
});

describe("the driver", () => {
  class FakeSocket {
    static all: FakeSocket[] = [];
    static OPEN = 1;
    readyState = 1;
    readonly sent: string[] = [];
    readonly url: string;
    isClosed = false;
    onmessage: ((event: { data: string }) => void) | undefined;
    onclose: ((event: { code: number }) => void) | undefined;
    constructor(url: string) {
      this.url = url;
      FakeSocket.all.push(this);
    }
    send(data: string): void {
      this.sent.push(data);
    }
    close(): void {
      this.isClosed = true;
    }
  }
  const received: string[] = [];
  const states: string[] = [];
  let why: number | undefined;
  let attempt = 0;

  function make() {
    return createConnection({
      crowd: () => 0,
      url: () => `wss://flack.test/${attempt++}`,
      received: (data) => void received.push(data),
      changed: (state) => void states.push(state.kind),
      whyRefused: async () => why,
    });
  }

  function newest(): FakeSocket {
    const socket = FakeSocket.all.at(-1);
    if (!socket) throw new Error("no socket was opened");
    return socket;
  }

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("WebSocket", FakeSocket);
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    FakeSocket.all = [];
    received.length = 0;
    states.length = 0;
    why = undefined;
    attempt = 0;
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  test("takes over a socket that was opened before the app was there, with what it has said; a closed one is of no use", async () => {
    const early = new FakeSocket("wss://flack.test/0");
    const closed = new FakeSocket("wss://flack.test/1");
    closed.readyState = 3;
    globalThis.earlySockets = new Map(
      [early, closed].map((socket) => [socket.url, { socket: socket as unknown as WebSocket, heard: ["one", "two"] }]),
    );
    FakeSocket.all = [];
    const connection = make();
    connection.start();
    await Promise.resolve();
    expect(FakeSocket.all).toEqual([]);
    expect(states).toEqual(["connecting", "live"]);
    expect(received).toEqual(["one", "two"]);
    early.onmessage?.({ data: "three" });
    expect(received).toEqual(["one", "two", "three"]);
    connection.leave();
    connection.start();
    expect(FakeSocket.all.map(({ url }) => url)).toEqual(["wss://flack.test/1"]);
    expect(globalThis.earlySockets.size).toBe(0);
  });

  test("is live with the first frame, sends then and not before, and asks for the address at every attempt", async () => {
    const connection = make();
    connection.start();
    expect(connection.send("early")).toBe(false);
    newest().onmessage?.({ data: "hello" });
    expect(received).toEqual(["hello"]);
    expect(connection.send("now")).toBe(true);
    expect(newest().sent).toEqual(["now"]);
    newest().onclose?.({ code: 1006 });
    await vi.advanceTimersByTimeAsync(250);
    expect(FakeSocket.all.map(({ url }) => url)).toEqual(["wss://flack.test/0", "wss://flack.test/1"]);
    expect(states).toEqual(["connecting", "live", "waiting", "connecting"]);
  });

  test("pings a quiet socket, and hangs up when no answer comes for ten seconds", async () => {
    make().start();
    newest().onmessage?.({ data: "hello" });
    await vi.advanceTimersByTimeAsync(25_000);
    expect(newest().sent).toEqual(["ping"]);
    newest().onmessage?.({ data: "pong" });
    expect(received).toEqual(["hello"]);
    await vi.advanceTimersByTimeAsync(25_000);
    const quiet = newest();
    expect(quiet.sent).toEqual(["ping", "ping"]);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(states.at(-1)).toBe("live");
    await vi.advanceTimersByTimeAsync(1);
    expect(quiet.isClosed).toBe(true);
    expect(states.at(-1)).toBe("waiting");
  });

  test("learns over HTTP why an upgrade was refused, and stops when that is final", async () => {
    why = 4401;
    make().start();
    newest().onclose?.({ code: 1006 });
    await vi.advanceTimersByTimeAsync(0);
    expect(states).toEqual(["connecting", "stopped"]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.all).toHaveLength(1);
  });

  test("nudged, comes back at once, and one nudge is one attempt", async () => {
    const connection = make();
    connection.start();
    newest().onmessage?.({ data: "hello" });
    newest().onclose?.({ code: 1006 });
    await vi.advanceTimersByTimeAsync(0);
    connection.nudge();
    connection.nudge();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(FakeSocket.all).toHaveLength(2);
  });

  test("told of its end by a frame, does not wait for the close, and left, tells nothing more", async () => {
    const connection = make();
    connection.start();
    newest().onmessage?.({ data: "hello" });
    connection.end(4401);
    expect(states.at(-1)).toBe("stopped");
    connection.start();
    const second = newest();
    connection.leave();
    second.onmessage?.({ data: "too late" });
    second.onclose?.({ code: 1006 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(received).toEqual(["hello"]);
    expect(FakeSocket.all).toHaveLength(2);
  });
});
