/** A bucket for each key: a burst at once, then as many as the rate earns. */
import { expect, test } from "vitest";
import { TokenBuckets } from "../../../worker/platform/rate-limit.ts";

const RATE = { perSecond: 2, burst: 3 };
/** Buckets that one object remembers. */
const BUCKETS_MAX = 1_000;

test("a burst goes at once, then the wait is told, and a key takes nothing from another", () => {
  const buckets = new TokenBuckets(RATE);
  for (let n = 0; n < 3; n++) {
    expect(buckets.waitMs("ada", 0)).toBe(0);
    buckets.take("ada", 0);
  }
  expect(buckets.waitMs("ada", 0)).toBe(500);
  expect(buckets.waitMs("bea", 0)).toBe(0);
  expect(buckets.waitMs("ada", 500)).toBe(0);
});

test("taking from an empty bucket changes nothing", () => {
  const buckets = new TokenBuckets(RATE);
  for (let n = 0; n < 10; n++) buckets.take("ada", 0);
  expect(buckets.waitMs("ada", 0)).toBe(500);
});

test("the buckets that were used longest ago make room for new ones", () => {
  const buckets = new TokenBuckets({ perSecond: 1 / 3_600, burst: 1 });
  buckets.take("first", 0);
  buckets.take("second", 0);
  expect(buckets.waitMs("first", 0)).toBeGreaterThan(0);
  for (let n = 0; n < BUCKETS_MAX - 1; n++) buckets.take(`other-${n}`, 0);
  expect(buckets.waitMs("first", 0)).toBe(0);
  expect(buckets.waitMs("second", 0)).toBeGreaterThan(0);
});
