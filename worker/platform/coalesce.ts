/**
 * One timer that runs a task at most once per interval: many requests within an interval become one run.
 * A timer is set only while something waits, and never for longer than the interval: it keeps no object awake that could sleep.
 */
export class Coalesce {
  readonly #run: () => void;
  readonly #intervalMs: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ranAt = Number.NEGATIVE_INFINITY;

  constructor(intervalMs: () => number, run: () => void) {
    this.#intervalMs = intervalMs;
    this.#run = run;
  }

  /** Runs at once if the last run is an interval ago, otherwise at the end of the interval. */
  soon(): void {
    const intervalMs = this.#intervalMs();
    // A clock that was set back makes nothing wait longer than an interval.
    const restMs = Math.min(intervalMs, this.#ranAt + intervalMs - Date.now());
    if (this.#timer === undefined && restMs <= 0) this.now();
    else this.#set(restMs);
  }

  /** Runs after an interval: what comes until then is part of it. */
  later(): void {
    this.#set(this.#intervalMs());
  }

  /** Runs at once, whatever waits. */
  now(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#ranAt = Date.now();
    this.#run();
  }

  #set(ms: number): void {
    this.#timer ??= setTimeout(() => this.now(), ms);
  }
}
