/** What happy-dom lacks of a browser. */
import "fake-indexeddb/auto";
import { cleanup } from "@testing-library/preact";
import { afterEach, vi } from "vitest";

// Web Locks as the platform has them, within one window: a lock is held until its work is done.
const held = new Map<string, Promise<unknown>>();
const locks = {
  request(name: string, work: () => Promise<unknown>): Promise<unknown> {
    const mine = (held.get(name) ?? Promise.resolve()).then(work);
    held.set(
      name,
      mine.catch(() => {}),
    );
    return mine;
  },
};
Object.defineProperty(navigator, "locks", { value: locks, configurable: true });
/** As if every other tab were closed: the locks they held are free. */
export function closeOtherTabs(): void {
  held.clear();
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
