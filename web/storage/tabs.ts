/** The tabs of this device: each holds a lock as long as it lives, by which the others see that it is gone. */

/** Names this tab, and holds its lock. */
export function createTab(id: string, locks: LockManager | undefined = navigator.locks) {
  const lockOf = (tab: string) => `flack-tab-${tab}`;
  void locks?.request(lockOf(id), () => new Promise(() => {}));
  return {
    id,
    /** Runs `work` once another tab is gone. Plain http has no locks: there the work is done at once, and perhaps in two tabs. */
    async whenGone(tab: string, work: () => Promise<void>): Promise<void> {
      if (locks) await locks.request(lockOf(tab), work);
      else await work();
    },
  };
}
