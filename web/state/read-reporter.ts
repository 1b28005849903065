/**
 * When the server is told how far a person has read: on leaving a conversation, on hiding the page, and a while after the last news
 * was read. It only times and gathers; the marks themselves are elsewhere.
 */

/** A mark is sent after this time (ms) without another one. */
const QUIET_MS = 10_000;
/** The time (ms) in which the server accepts one frame; it accepts a few at once. */
const FRAME_EVERY_MS = 5_000;
/** Channels in one frame. The contract's number. */
const CHANNELS_MAX = 100;

/** A dead connection is noticed within this time (ms). Frames sent in it may be lost. */
const UNNOTICED_MS = 40_000;

export type ReadEntry = { readonly id: string; readonly seq: number };

type Dependencies = {
  /** Says whether the frame could be sent now. */
  readonly send: (channels: readonly ReadEntry[]) => boolean;
  /** The channel of an epoch, when the list of channels has it. */
  readonly idOf: (epoch: string) => string | undefined;
  /** Milliseconds since some moment, which no change of a clock moves. */
  readonly elapsed: () => number;
  /** What this device has read and the server was not told, by epoch: a page that goes leaves it to the next one. */
  readonly unreported: {
    readonly read: () => readonly (readonly [epoch: string, seq: number])[];
    readonly keep: (epoch: string, seq: number | undefined) => void;
  };
};

export type ReadReporter = ReturnType<typeof createReadReporter>;

export function createReadReporter({ send, idOf, elapsed, unreported }: Dependencies) {
  /** By epoch: read and not sent yet. An epoch that is not in the list waits until it is. */
  const pending = new Map<string, number>();
  /** What the last frames held, by epoch: it is sent again if they are refused or lost. */
  let lastSent: ReadonlyMap<string, number> = new Map();
  let sentAt = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function later(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(flush, ms);
  }

  /** Sends what is pending now, or as soon as the server takes one more frame. */
  function flush(): void {
    clearTimeout(timer);
    if (pending.size === 0) return;
    const restMs = sentAt + FRAME_EVERY_MS - elapsed();
    if (restMs > 0) return later(restMs);
    flushNow();
  }

  /** The same without waiting: the page may be gone in a moment. */
  function flushNow(): void {
    clearTimeout(timer);
    const known = [...pending].flatMap(([epoch, seq]) => {
      const id = idOf(epoch);
      return id === undefined ? [] : [{ epoch, id, seq }];
    });
    const sent = known.slice(0, CHANNELS_MAX);
    if (sent.length === 0 || !send(sent.map(({ id, seq }) => ({ id, seq })))) return; // it goes with the next connection
    const marks = sent.map(({ epoch, seq }) => [epoch, seq] as const);
    lastSent = new Map([...(elapsed() - sentAt < UNNOTICED_MS ? lastSent : []), ...marks]);
    sentAt = elapsed();
    for (const { epoch } of sent) {
      pending.delete(epoch);
      unreported.keep(epoch, undefined);
    }
    if (known.length > sent.length) later(FRAME_EVERY_MS);
  }

  function add(epoch: string, seq: number): void {
    const newest = Math.max(seq, pending.get(epoch) ?? 0);
    pending.set(epoch, newest);
    unreported.keep(epoch, newest);
  }

  function sendAgain(): void {
    for (const [epoch, seq] of lastSent) add(epoch, seq);
    lastSent = new Map();
  }

  return {
    /** A person has read a channel up to there. */
    note(epoch: string, seq: number): void {
      add(epoch, seq);
      later(QUIET_MS);
    },

    /** What an earlier page has left is told by this one. */
    recall(): void {
      for (const [epoch, seq] of unreported.read()) pending.set(epoch, seq);
    },

    /** Whether something of a channel is read and not sent yet: what the server says of it is older. */
    isPending: (epoch: string): boolean => pending.has(epoch),

    flush,
    flushNow,

    /** The last frame was refused, and may be sent again so much later (ms). */
    refused(retryAfterMs: number): void {
      sendAgain();
      later(retryAfterMs);
    },

    /** The connection is gone, and with it perhaps the last frames. */
    connectionLost(): void {
      if (elapsed() - sentAt < UNNOTICED_MS) sendAgain();
    },

    forget(): void {
      clearTimeout(timer);
      pending.clear();
      lastSent = new Map();
    },
  };
}
