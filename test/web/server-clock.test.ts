/** The server's time on a device whose clock is wrong. */
import { afterEach, expect, test, vi } from "vitest";
import { noteServerTime, serverNow } from "../../web/network/server-clock.ts";

const NOON = Date.parse("2026-03-01T12:00:00Z");

afterEach(() => vi.useRealTimers());

test.each([
  ["a day ahead", 24 * 3_600_000],
  ["a day behind", -24 * 3_600_000],
  ["an hour ahead", 3_600_000],
])("a clock that is %s is put right by the server's answers", (_, wrongBy) => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON + wrongBy });
  noteServerTime("Sun, 01 Mar 2026 12:00:00 GMT");
  expect(serverNow()).toBe(NOON);
  noteServerTime("Sun, 01 Mar 2026 12:00:00 GMT");
  expect(serverNow()).toBe(NOON);
});

test("seconds of difference are the way of the answer: the device's clock holds", () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  noteServerTime("Sun, 01 Mar 2026 11:59:57 GMT");
  expect(serverNow()).toBe(NOON);
});

test.each([[null], [""], ["not a date"]])("an answer without a time (%j) changes nothing", (date) => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  noteServerTime("Sun, 01 Mar 2026 12:00:00 GMT");
  noteServerTime(date);
  expect(serverNow()).toBe(NOON);
});
