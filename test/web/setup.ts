/** What happy-dom lacks of a browser. */
import "fake-indexeddb/auto";
import { cleanup } from "@testing-library/preact";
import { afterEach, vi } from "vitest";

// Web Locks as the platform has them: a lock is held until its work is done or its tab is closed, others wait in line.
const lines = new Map<string, Promise<unknown>>();
const open = new Set<() => void>();
const locks = {
  request(name: string, work: () => Promise<unknown>): Promise<unknown> {
    const turn = lines.get(name) ?? Promise.resolve();
    const done = turn.then(() => {
      const closing = new Promise<void>((resolve) => open.add(resolve));
      return Promise.race([work(), closing]);
    });
    lines.set(name, done);
    return done;
  },
};
Object.defineProperty(navigator, "locks", { value: locks, configurable: true });

/** Closes every tab there is: the locks they hold go to whoever waits. */
export function closeTabs(): void {
  for (const close of open) close();
  open.clear();
}

class Observer {
  observe(): void {}
  disconnect(): void {}
}
vi.stubGlobal("ResizeObserver", Observer);

HTMLDialogElement.prototype.showModal ??= function showModal(this: HTMLDialogElement) {
  this.open = true;
};

afterEach(() => {
  cleanup();
  localStorage.clear();
});
