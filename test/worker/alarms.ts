/** Time for tests: alarms are run at the time they are set for. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";
import { Schedule } from "../../worker/platform/schedule.ts";

/** Alarms after which a test gives up: an object that goes on for ever. */
const ALARMS_MAX = 20;

/** How many alarms run now. The runtime runs them by the real clock, whatever the test does. */
let running = 0;

const { run } = Schedule.prototype;
Schedule.prototype.run = async function () {
  running++;
  await run.call(this).finally(() => running--);
};

/** When an object's alarm is set for; `null`: none is set. An alarm that runs is not set, so its end is awaited. */
export async function alarmOf(object: DurableObjectStub<undefined>): Promise<number | null> {
  await vi.waitUntil(() => running === 0, { timeout: 5_000, interval: 5 });
  return runInDurableObject(object, (_, { storage }) => storage.getAlarm());
}

/**
 * Lets time go on for an object: runs each alarm when it is due, until none is set, or none before `until` (ms). Faked dates stay
 * for the rest of the test: call `vi.useRealTimers()` after it.
 */
export async function letTimePass(
  object: DurableObjectStub<undefined>,
  until = Number.POSITIVE_INFINITY,
): Promise<void> {
  for (let n = 0; n < ALARMS_MAX; n++) {
    const at = (await alarmOf(object)) ?? (await alarmAfterRun(object));
    if (at === null || at > until) return;
    if (at > Date.now()) vi.useFakeTimers({ toFake: ["Date"], now: at });
    await runDurableObjectAlarm(object);
  }
  throw new Error("the object's alarms have no end");
}

/** The runtime may be about to run an alarm, which is not set any more then: one run more, and none is left unseen. */
async function alarmAfterRun(object: DurableObjectStub<undefined>): Promise<number | null> {
  await runInDurableObject(object, (instance) => instance.alarm?.());
  return alarmOf(object);
}
