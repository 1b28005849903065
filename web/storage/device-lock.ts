/**
 * Which tab of this device acts for all of them, by a Web Lock: the one that was used last. A tab that closes leaves it to another.
 * Plain http has no locks, and a browser may refuse them: there every tab in sight acts for itself.
 */

export type DeviceLock = {
  readonly isHeld: () => boolean;
  /** This tab acts from now on, and the one before stops. */
  take(): void;
};

/** `granted` is called whenever this tab has come to hold the lock. */
export function createDeviceLock(
  name: string,
  granted: () => void,
  locks: LockManager | undefined = navigator.locks,
): DeviceLock {
  if (!locks) return { isHeld: () => document.visibilityState !== "hidden", take: granted };
  let isHeld = false;
  let isTaking = false;
  let isRefused = false;
  let waiting = new AbortController();

  async function request(options: LockOptions): Promise<void> {
    try {
      await locks?.request(name, options, () => {
        isHeld = true;
        isTaking = false;
        granted();
        return new Promise(() => {}); // until the tab closes, or another one takes it
      });
    } catch (error) {
      if (options.signal?.aborted) return; // this tab takes it instead of waiting for it
      isHeld = false;
      isTaking = false;
      // Another tab has taken it; anything else would fail again.
      if (error instanceof DOMException && error.name === "AbortError") wait();
      else isRefused = true;
    }
  }

  function wait(): void {
    waiting = new AbortController();
    void request({ signal: waiting.signal });
  }

  wait();
  return {
    isHeld: () => (isRefused ? document.visibilityState !== "hidden" : isHeld),
    take() {
      if (isRefused) return granted();
      if (isHeld || isTaking) return;
      isTaking = true;
      waiting.abort();
      void request({ steal: true });
    },
  };
}
