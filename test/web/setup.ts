/** What happy-dom lacks of a browser. */
import "fake-indexeddb/auto";
import { cleanup } from "@testing-library/preact";
import { afterEach, vi } from "vitest";
import { Locks } from "./device.ts";

Object.defineProperty(navigator, "locks", { value: new Locks().of("the only tab"), configurable: true });

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
