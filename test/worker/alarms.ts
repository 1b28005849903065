/** Time for tests: alarms are run at the time they are set for. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";

/** Alarms after which a test gives up: an object that goes on for ever. */
const ALARMS_MAX = 20;

/**
 * Lets time go on for an object: runs each alarm when it is due, until none is set, or none before `until` (ms). Faked dates stay
 * for the rest of the test: call `vi.useRealTimers()` after it.
 */
export async function letTimePass(
  object: DurableObjectStub<undefined>,
  until = Number.POSITIVE_INFINITY,
): Promise<void> {
  for (let n = 0; n < ALARMS_MAX; n++) {
    const at = await runInDurableObject(object, (_, { storage }) => storage.getAlarm());
    if (at === null || at > until) return;
    if (at > Date.now()) vi.useFakeTimers({ toFake: ["Date"], now: at });
    await runDurableObjectAlarm(object);
  }
  throw new Error("the object's alarms have no end");
}
