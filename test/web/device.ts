/** A device with several tabs: Web Locks as the platform has them, and an outbox in each tab. */
import { createOutbox } from "../../web/state/outbox.ts";
import type { Delivery, OutboxEntry } from "../../web/state/outbox-entry.ts";
import { openDatabase } from "../../web/storage/database.ts";
import { createDeviceLock } from "../../web/storage/device-lock.ts";
import { createOutboxRows } from "../../web/storage/outbox-rows.ts";
import { createTab } from "../../web/storage/tabs.ts";

type Request = {
  readonly tab: string;
  readonly work: () => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
};

/** W3C Web Locks: one holder a name, others wait in line; a lock can be stolen, a request called off, and a tab closed. */
export class Locks {
  readonly #holders = new Map<string, Request>();
  readonly #lines = new Map<string, Request[]>();

  /** The lock manager that one tab sees. */
  of(tab: string): LockManager {
    const request = (name: string, ...rest: readonly unknown[]): Promise<unknown> => {
      const work = rest.at(-1) as () => Promise<unknown>;
      const options = (rest.length > 1 ? rest[0] : {}) as LockOptions;
      return new Promise((resolve, reject) => {
        const asked: Request = { tab, work, resolve, reject };
        if (options.steal) {
          this.#holders.get(name)?.reject(new DOMException("The lock was stolen.", "AbortError"));
          return this.#grant(name, asked);
        }
        const line = this.#lines.get(name) ?? [];
        this.#lines.set(name, [...line, asked]);
        options.signal?.addEventListener("abort", () => {
          if (!this.#leave(name, asked)) return;
          reject(new DOMException("The request was called off.", "AbortError"));
        });
        queueMicrotask(() => this.#next(name));
      });
    };
    return { request, query: async () => ({}) } as unknown as LockManager;
  }

  /** A tab is gone: what it holds goes to the next in line, what it waits for is not granted any more. */
  close(tab: string): void {
    for (const [name, line] of this.#lines) {
      this.#lines.set(
        name,
        line.filter((asked) => asked.tab !== tab),
      );
    }
    for (const [name, holder] of [...this.#holders]) {
      if (holder.tab !== tab) continue;
      this.#holders.delete(name);
      this.#next(name);
    }
  }

  #leave(name: string, asked: Request): boolean {
    const line = this.#lines.get(name) ?? [];
    this.#lines.set(
      name,
      line.filter((other) => other !== asked),
    );
    return line.includes(asked);
  }

  #next(name: string): void {
    const [first, ...rest] = this.#lines.get(name) ?? [];
    if (!first || this.#holders.has(name)) return;
    this.#lines.set(name, rest);
    this.#grant(name, first);
  }

  #grant(name: string, asked: Request): void {
    this.#holders.set(name, asked);
    const release = () => {
      if (this.#holders.get(name) !== asked) return;
      this.#holders.delete(name);
      this.#next(name);
    };
    asked.work().then(asked.resolve, asked.reject).finally(release);
  }
}

export type DeviceTab = ReturnType<Device["open"]>;

/** Tabs of one device. Their database is the test's. */
export class Device {
  readonly #locks = new Locks();
  #count = 0;

  /** Opens a tab whose entries go out by `deliver`. */
  open(deliver: (entry: OutboxEntry) => Promise<Delivery>, adopted: (entry: OutboxEntry) => void = () => {}) {
    const id = `tab-${++this.#count}`;
    const locks = this.#locks.of(id);
    const channel = new BroadcastChannel("flack-outbox");
    let isOpen = true;
    const post = channel.postMessage.bind(channel);
    channel.postMessage = (change) => {
      if (isOpen) post(change);
    };
    const rows = createOutboxRows(channel);
    const never = new Promise<never>(() => {});
    const outbox = createOutbox({
      rows: {
        ...rows,
        put: (entry) => (isOpen ? rows.put(entry) : never),
        delete: (entry) => (isOpen ? rows.delete(entry) : never),
      },
      makeLock: (granted) => createDeviceLock("flack-sender", granted, locks),
      tab: createTab(id, locks),
      // Nothing goes out of a tab that is closed, and no answer comes in.
      deliver: (entry) => (isOpen ? deliver(entry).then((delivery) => (isOpen ? delivery : never)) : never),
      adopted,
    });
    return {
      id,
      outbox,
      close: () => {
        isOpen = false;
        channel.close();
        this.#locks.close(id);
      },
    };
  }
}

/** Empties the database of the device. */
export async function clearDatabase(): Promise<void> {
  const database = await openDatabase();
  for (const store of database.objectStoreNames) await database.clear(store);
}

/** Ids of what the device keeps in its outbox. */
export async function storedIds(): Promise<readonly string[]> {
  return (await (await openDatabase()).getAll("outbox")).map(({ value }) => value.id).sort();
}
