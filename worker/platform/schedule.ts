/**
 * The one alarm of an object, set to the earliest of everything that waits.
 * Setting an alarm costs a row, so it moves only when something is due earlier; an alarm that comes too early finds nothing to do.
 */
import { log } from "./log.ts";
import { backoffMs } from "./retry.ts";

/** An alarm may be so late (ms) and still come. */
const LATE_MS = 5_000;

/** Something that waits. `dueAt` (ms) is asked often and has to be cheap; `undefined`: nothing waits. */
export type Job = {
  readonly dueAt: (now: number) => number | undefined;
  /** Runs at the first alarm after a start as well, since nothing remembers when it ran last. It has to be cheap. */
  readonly isUpkeep?: boolean;
  /** Does what is due. May be repeated: it is called again after a failure or a crash. */
  readonly run: (now: number) => Promise<void> | void;
};

export class Schedule {
  readonly #storage: DurableObjectStorage;
  readonly #jobs: readonly Job[];
  #alarmAt: number | undefined;
  #hasRun = false;
  /** Alarms in a row in which a job failed. */
  #failures = 0;

  constructor(storage: DurableObjectStorage, jobs: readonly Job[]) {
    this.#storage = storage;
    this.#jobs = jobs;
  }

  /** Reads when the alarm is set for. To be awaited before the object takes its first call. */
  async load(): Promise<void> {
    this.#alarmAt = (await this.#storage.getAlarm()) ?? undefined;
  }

  /** Sets the alarm, if something is due before it. To be called in the turn that made something wait. */
  update(): void {
    const now = Date.now();
    const dueAt = this.#dueAt(now);
    if (dueAt !== undefined) this.#set(dueAt, now);
  }

  /** Runs every job that is due, and sets the alarm for the next. Never throws: the platform drops an alarm after six failures. */
  async run(): Promise<void> {
    this.#alarmAt = undefined;
    const now = Date.now();
    const isFirst = !this.#hasRun;
    this.#hasRun = true;
    let hasFailed = false;
    for (const job of this.#jobs) {
      const isDue = (job.dueAt(now) ?? Number.POSITIVE_INFINITY) <= now;
      if (!isDue && !(job.isUpkeep && isFirst)) continue;
      try {
        await job.run(now);
      } catch (error) {
        log.transientError("alarm", error);
        hasFailed = true;
      }
    }
    this.#failures = hasFailed ? this.#failures + 1 : 0;
    const dueAt = this.#dueAt(Date.now());
    if (dueAt !== undefined)
      this.#set(hasFailed ? Math.max(dueAt, Date.now() + backoffMs(this.#failures)) : dueAt, Date.now());
  }

  #dueAt(now: number): number | undefined {
    const times = this.#jobs.flatMap(({ dueAt }) => dueAt(now) ?? []);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #set(dueAt: number, now: number): void {
    const at = Math.max(dueAt, now); // the platform refuses a time before its clock's beginning
    // One that stood long ago was lost.
    if (this.#alarmAt !== undefined && this.#alarmAt > now - LATE_MS && this.#alarmAt <= at) return;
    this.#alarmAt = at;
    void this.#storage.setAlarm(at);
  }
}
