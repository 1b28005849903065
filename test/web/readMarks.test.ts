/** When the server is told how far one has read. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createReadReporter, type ReadEntry } from "../../web/state/read-reporter.ts";

let sent: (readonly ReadEntry[])[];
let isLive: boolean;
let areAllListed: boolean;
const listed = new Map<string, string>();
/** What the device stores of marks that were not told. */
const left = new Map<string, number>();

beforeEach(() => {
  areAllListed = true;
  listed.clear();
  left.clear();
  vi.useFakeTimers();
  sent = [];
  isLive = true;
});

afterEach(() => {
  vi.useRealTimers();
});

function reporter() {
  const send = (channels: readonly ReadEntry[]) => {
    if (isLive) sent.push(channels);
    return isLive;
  };
  return createReadReporter({
    send,
    idOf: (epoch) => listed.get(epoch) ?? (areAllListed ? epoch : undefined),
    elapsed: Date.now,
    unreported: {
      read: () => [...left],
      keep: (epoch, seq) => (seq === undefined ? left.delete(epoch) : left.set(epoch, seq)),
    },
  });
}

test("ten seconds after the last news was read it is told, all channels in one frame", () => {
  const reads = reporter();
  reads.note("a", 1);
  vi.advanceTimersByTime(9_000);
  reads.note("b", 5);
  reads.note("a", 2);
  vi.advanceTimersByTime(9_999);
  expect(sent).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(sent).toEqual([
    [
      { id: "a", seq: 2 },
      { id: "b", seq: 5 },
    ],
  ]);
});

test("on leaving a conversation it is told at once, and then no more often than the server takes it", () => {
  const reads = reporter();
  for (let seq = 1; seq <= 3; seq++) {
    reads.note("a", seq);
    reads.flush();
  }
  expect(sent).toEqual([[{ id: "a", seq: 1 }]]);
  vi.advanceTimersByTime(5_000);
  expect(sent.slice(1)).toEqual([[{ id: "a", seq: 3 }]]);
});

test("when the page may go nothing waits", () => {
  const reads = reporter();
  reads.note("a", 1);
  reads.flushNow();
  reads.note("a", 2);
  reads.flushNow();
  expect(sent).toHaveLength(2);
});

test("without a connection it stays, and is told with the next one", () => {
  const reads = reporter();
  isLive = false;
  reads.note("a", 1);
  reads.flush();
  expect(reads.isPending("a")).toBe(true);
  isLive = true;
  reads.flush();
  expect(sent).toEqual([[{ id: "a", seq: 1 }]]);
  expect(reads.isPending("a")).toBe(false);
});

test("a refused frame is told again when it may be, with what was read since", () => {
  const reads = reporter();
  reads.note("a", 1);
  reads.flush();
  reads.note("a", 2);
  reads.refused(7_000);
  vi.advanceTimersByTime(7_000);
  expect(sent.at(-1)).toEqual([{ id: "a", seq: 2 }]);
});

test("more than a hundred channels go in several frames", () => {
  const reads = reporter();
  for (let n = 0; n < 150; n++) reads.note(`channel-${n}`, 1);
  reads.flush();
  vi.advanceTimersByTime(5_000);
  expect(sent.map(({ length }) => length)).toEqual([100, 50]);
});

test("a mark of a channel that is not listed yet waits for the list, and goes by its id there", () => {
  const reads = reporter();
  areAllListed = false;
  reads.note("epoch", 4);
  reads.flush();
  expect(sent).toEqual([]);
  expect(reads.isPending("epoch")).toBe(true);
  listed.set("epoch", "general");
  reads.flush();
  expect(sent).toEqual([[{ id: "general", seq: 4 }]]);
});

test("what was sent just before the connection was lost is sent again with the next one", () => {
  const reads = reporter();
  reads.note("a", 1);
  reads.flush();
  reads.note("b", 2);
  reads.flushNow();
  vi.advanceTimersByTime(20_000);
  reads.connectionLost();
  expect(reads.isPending("a")).toBe(true);
  reads.flush();
  expect(sent.at(-1)).toEqual([
    { id: "a", seq: 1 },
    { id: "b", seq: 2 },
  ]);
});

test("what was sent long before the connection was lost has arrived", () => {
  const reads = reporter();
  reads.note("a", 1);
  reads.flush();
  vi.advanceTimersByTime(60_000);
  reads.connectionLost();
  expect(reads.isPending("a")).toBe(false);
});

test("what a page could not tell before it went is told by the next one, and counts until then", () => {
  isLive = false;
  const before = reporter();
  before.note("a", 7);
  before.flushNow();
  isLive = true;
  const after = reporter();
  expect(after.isPending("a")).toBe(false);
  after.recall();
  expect(after.isPending("a")).toBe(true);
  after.flush();
  expect(sent).toEqual([[{ id: "a", seq: 7 }]]);
  expect([...left]).toEqual([]);
});
