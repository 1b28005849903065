/** One frame to many sockets: whoever reads gets it, whoever does not is cut off and disturbs nobody. */
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Broadcast, gatherMs, Outlet } from "../../../worker/platform/broadcast.ts";
import { parseChannelFrame } from "../../../worker/protocol/frames.ts";
import type { Message } from "../../../worker/protocol/things.ts";

function socket(about: { readyState?: number; bufferedAmount?: number } = {}) {
  const fake = { readyState: WebSocket.OPEN, send: vi.fn(), close: vi.fn(), ...about };
  return fake as typeof fake & WebSocket;
}

function outlet(heardAt: (one: WebSocket) => number = () => 0): Outlet {
  return new Outlet(heardAt);
}

test("a socket with more than 256 KiB unread is closed with 4008, the others get the frame", () => {
  const reading = socket({ bufferedAmount: 256 * 1024 });
  const untold = socket();
  const slow = socket({ bufferedAmount: 256 * 1024 + 1 });
  outlet().sendTo([slow, reading, untold], "frame");
  expect(slow.close).toHaveBeenCalledWith(4008, "too slow");
  expect(slow.send).not.toHaveBeenCalled();
  expect(reading.send).toHaveBeenCalledWith("frame");
  expect(untold.send).toHaveBeenCalledWith("frame");
});

test("where all of them together leave too much unread, those that leave the most are closed", () => {
  const many = Array.from({ length: 200 }, (_, n) => socket({ bufferedAmount: 200 * 1024 + n }));
  outlet().sendTo(many, "frame");
  const closed = many.filter(({ close }) => close.mock.calls.length > 0);
  expect(closed.length).toBeGreaterThan(100);
  expect(Math.min(...closed.map(({ bufferedAmount = 0 }) => bufferedAmount))).toBeGreaterThan(
    Math.max(...many.filter((one) => !closed.includes(one)).map(({ bufferedAmount = 0 }) => bufferedAmount)),
  );
  const few = many.slice(0, 100);
  for (const { close } of few) close.mockClear();
  outlet().sendTo(few, "frame");
  expect(few.every(({ close }) => close.mock.calls.length === 0)).toBe(true);
});

test("a socket that is closing is skipped", () => {
  const closing = socket({ readyState: WebSocket.CLOSING });
  outlet().sendTo([closing], "frame");
  outlet().send(closing, "frame");
  expect(closing.send).not.toHaveBeenCalled();
});

test("a broadcast goes past a socket that is closing, and hides no other error", () => {
  const throwing = (readyState: number) => {
    const one = socket({ readyState });
    one.send.mockImplementation(() => {
      throw new TypeError("Can't call WebSocket send() after close().");
    });
    return one;
  };
  const next = socket();
  outlet().broadcast([throwing(WebSocket.CLOSING), next], "frame");
  expect(next.send).toHaveBeenCalledWith("frame");
  expect(() => outlet().broadcast([throwing(WebSocket.OPEN)], "frame")).toThrow(TypeError);
});

describe("a channel's changes", () => {
  /** Sent frames as lists of `id@rev`, with when they went. */
  function telling(sockets: number, all = sockets) {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"], now: 10_000 });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const sent: { at: number; messages: string[] }[] = [];
    const told = new Broadcast(
      (frame) => {
        const parsed = parseChannelFrame(frame);
        const messages =
          parsed?.type === "messages" ? parsed.messages.map(({ id, rev }) => `${id.slice(-2)}@${rev}`) : [];
        sent.push({ at: Date.now() - 10_000, messages });
      },
      () => gatherMs(sockets, all),
    );
    return {
      told,
      sent,
      tell: (seq: number, rev: number, text = "words") => told.add(message(seq, rev, text), Date.now()),
    };
  }

  function message(seq: number, rev: number, text: string): Message {
    const id = `00000000-0000-4000-8000-${String(seq).padStart(12, "0")}`;
    return { id, seq, rev, author: { id: "ada-0123456789abcdef", name: "Ada" }, sentAt: 1, text };
  }

  test("a lone one goes out at once, and no timer is set", () => {
    const { sent, tell } = telling(1_000);
    tell(1, 1);
    expect(sent).toEqual([{ at: 0, messages: ["01@1"] }]);
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(100);
    tell(2, 2);
    expect(sent).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("what comes within 0.05 ms a socket goes out together, in order, by one timer", () => {
    const { sent, tell } = telling(500);
    for (let seq = 1; seq <= 5; seq++) tell(seq, seq);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(24);
    expect(sent).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(sent).toEqual([
      { at: 0, messages: ["01@1"] },
      { at: 25, messages: ["02@2", "03@3", "04@4", "05@5"] },
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("nobody waits longer than 250 ms, however many there are", () => {
    const { sent, tell } = telling(10_000);
    tell(1, 1);
    tell(2, 2);
    vi.advanceTimersByTime(250);
    expect(sent).toHaveLength(2);
  });

  test("where all objects of a channel have more than 10,000, each waits for 100 ms, and the first goes at once", () => {
    const { sent, tell } = telling(500, 10_001);
    for (let seq = 1; seq <= 3; seq++) tell(seq, seq);
    vi.advanceTimersByTime(99);
    expect(sent).toEqual([{ at: 0, messages: ["01@1"] }]);
    vi.advanceTimersByTime(1);
    expect(sent[1]).toEqual({ at: 100, messages: ["02@2", "03@3"] });
  });

  test("of what changes while it waits only the newest state is told, in its place by rev", () => {
    const { sent, tell } = telling(500);
    tell(1, 1);
    tell(2, 2, "a slip");
    tell(3, 3);
    tell(2, 4, "");
    vi.advanceTimersByTime(25);
    expect(sent[1]?.messages).toEqual(["03@3", "02@4"]);
  });

  test("an answer to one alone waits for what was said before it, and for nothing else", () => {
    const { told, sent, tell } = telling(500);
    const answered: number[] = [];
    told.whenSent(() => answered.push(sent.length));
    tell(1, 1);
    told.whenSent(() => answered.push(sent.length));
    tell(2, 2);
    told.whenSent(() => answered.push(sent.length));
    expect(answered).toEqual([0, 1]);
    vi.advanceTimersByTime(25);
    expect(answered).toEqual([0, 1, 2]);
  });

  test("a window's worth does not wait, so that nothing is told that is not kept any more", () => {
    const { sent, tell } = telling(5_000);
    for (let seq = 1; seq <= 102; seq++) tell(seq, seq);
    expect(sent.map(({ messages }) => messages.length)).toEqual([1, 100]);
  });

  test("a clock that is set back makes nobody wait longer", () => {
    const { sent, tell } = telling(500);
    tell(1, 1);
    vi.setSystemTime(5_000);
    tell(2, 2);
    vi.advanceTimersByTime(25);
    expect(sent).toHaveLength(2);
  });
});

describe("where the runtime cannot tell what is unread", () => {
  const MIB = 1024 * 1024;

  test("who gives no sign of life for sixteen MiB is closed with 4008; who speaks or pings now and then is not", () => {
    const [dead, alive] = [socket(), socket()];
    let now = 1_000;
    const way = outlet((one) => (one === alive ? now : 500));
    const frame = "x".repeat(MIB);
    for (let n = 0; n < 16; n++) {
      now++;
      way.sendTo([dead, alive], frame);
    }
    expect(dead.close).not.toHaveBeenCalled();
    for (let n = 0; n < 30; n++) {
      now++;
      way.sendTo([dead, alive], frame);
    }
    expect(dead.close).toHaveBeenCalledWith(4008, "too slow");
    expect(alive.close).not.toHaveBeenCalled();
    expect(alive.send).toHaveBeenCalledTimes(46);
  });

  test("the same for what goes to everybody, though most frames look at nobody", () => {
    const [dead, alive] = [socket(), socket()];
    let now = 1_000;
    const heardAt = vi.fn((one: WebSocket) => (one === alive ? now : 500));
    const way = outlet(heardAt);
    const frame = "x".repeat(MIB / 64);
    for (let n = 0; n < 63; n++) way.broadcast([dead, alive], frame);
    expect(heardAt).not.toHaveBeenCalled();
    for (let n = 63; n < 40 * 64; n++) {
      now++;
      way.broadcast([dead, alive], frame);
    }
    expect(dead.close).toHaveBeenCalledWith(4008, "too slow");
    expect(dead.send.mock.calls.length).toBeGreaterThan(15 * 64);
    expect(alive.close).not.toHaveBeenCalled();
    expect(alive.send).toHaveBeenCalledTimes(40 * 64);
  });

  test("bytes count, not letters", () => {
    const dead = socket();
    const way = outlet(() => 500);
    for (let n = 0; n < 9; n++) way.send(dead, "漢".repeat(MIB));
    expect(dead.close).toHaveBeenCalledWith(4008, "too slow");
  });

  test("where it can, that counts and nothing else", () => {
    const telling = socket({ bufferedAmount: 0 });
    const way = outlet(() => 0);
    for (let n = 0; n < 100; n++) way.sendTo([telling], "x".repeat(MIB));
    for (let n = 0; n < 100; n++) way.broadcast([telling], "x".repeat(MIB));
    expect(telling.close).not.toHaveBeenCalled();
  });
});
