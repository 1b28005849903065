/** The outbox: in order, one at a time, the same in every tab, kept over a reload, taken over from closed tabs, never another person's. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Delivery, Intent, NewEntry, OutboxEntry } from "../../web/state/outbox-entry.ts";
import { clearDatabase, Device, type DeviceTab, storedIds } from "./device.ts";

const DONE: Delivery = { kind: "done" };

type Circumstances = Partial<Pick<OutboxEntry, "personId" | "epoch">>;

function entry(id: string, about: Circumstances = {}, intent: Intent = { kind: "send", text: id }): NewEntry {
  return { ...intent, id, personId: "ada", epoch: "e1", channelId: "general", madeAt: 1, ...about };
}

/** A way out that answers as told and remembers what was asked of it. */
function way(answers: (entry: OutboxEntry) => Delivery | Promise<Delivery> = () => DONE) {
  const delivered: string[] = [];
  const deliver = vi.fn(async (sent: OutboxEntry) => {
    delivered.push(sent.id);
    return answers(sent);
  });
  return { deliver, delivered };
}

let device: Device;
const tabs: DeviceTab[] = [];

/** Opens a tab of the device for a person. */
async function openTab(
  deliver: (entry: OutboxEntry) => Promise<Delivery>,
  { personId = "ada", adopted = () => {} }: { personId?: string; adopted?: (entry: OutboxEntry) => void } = {},
): Promise<DeviceTab> {
  const tab = device.open(deliver, adopted);
  tabs.push(tab);
  await tab.outbox.open(personId);
  return tab;
}

beforeEach(async () => {
  device = new Device();
  await clearDatabase();
});

afterEach(() => {
  vi.useRealTimers();
  for (const tab of tabs.splice(0)) tab.close();
});

test("what is said goes out in order, and is forgotten when it is done", async () => {
  const { deliver, delivered } = way();
  const { outbox } = await openTab(deliver);
  for (const id of ["1", "2", "3"]) outbox.add(entry(id));
  expect(outbox.entries.value.map(({ id }) => id)).toEqual(["1", "2", "3"]);
  await vi.waitFor(() => expect(outbox.entries.value).toEqual([]));
  expect(delivered).toEqual(["1", "2", "3"]);
  await vi.waitFor(async () => expect(await storedIds()).toEqual([]));
});

test("a held message goes when it is released, what was sent after it waits, and nothing else does", async () => {
  const { deliver, delivered } = way();
  const { outbox } = await openTab(deliver);
  outbox.add(entry("slow", {}, { kind: "send", text: "see", held: { fileNames: ["a.png"] } }));
  outbox.add(entry("after"));
  outbox.add(entry("gone", {}, { kind: "delete" }));
  outbox.add(entry("elsewhere", { epoch: "e2" }));
  await vi.waitFor(() => expect(delivered).toEqual(["gone", "elsewhere"]));
  const file = { id: "f", name: "a.png", type: "image/png", size: 1, url: "/f" };
  outbox.release("slow", { text: "see", attachments: [file] });
  await vi.waitFor(() => expect(delivered).toEqual(["gone", "elsewhere", "slow", "after"]));
  expect(deliver.mock.calls.at(-2)?.[0]).toMatchObject({ text: "see", attachments: [file] });
});

test("a held message that a closed tab has left is handed to the tab that takes it over", async () => {
  const { deliver } = way();
  const first = await openTab(deliver);
  first.outbox.add(entry("left", {}, { kind: "send", text: "see", held: { fileNames: ["a.png"] } }));
  await vi.waitFor(async () => expect(await storedIds()).toEqual(["left"]));
  const adopted = vi.fn();
  const second = await openTab(deliver, { adopted });
  second.outbox.take();
  expect(adopted).not.toHaveBeenCalled();
  first.close();
  await vi.waitFor(() =>
    expect(adopted).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ id: "left", tab: second.id })),
  );
  expect(deliver).not.toHaveBeenCalled();
});

test("one of a conversation is under way at a time, and conversations do not wait for each other", async () => {
  const finish: (() => void)[] = [];
  const { deliver, delivered } = way(() => new Promise((resolve) => finish.push(() => resolve(DONE))));
  const { outbox } = await openTab(deliver);
  outbox.add(entry("1"));
  outbox.add(entry("2"));
  outbox.add(entry("other", { epoch: "e2" }));
  outbox.pump();
  expect(delivered).toEqual(["1", "other"]);
  finish[0]?.();
  await vi.waitFor(() => expect(delivered).toEqual(["1", "other", "2"]));
});

test("without a connection everything stays and is kept; with one it goes out", async () => {
  let isOnline = false;
  const { deliver, delivered } = way(() => (isOnline ? DONE : { kind: "offline" }));
  const { outbox } = await openTab(deliver);
  outbox.add(entry("1"));
  outbox.add(entry("2"));
  await vi.waitFor(async () => expect(await storedIds()).toEqual(["1", "2"]));
  expect(outbox.entries.value).toHaveLength(2);
  isOnline = true;
  delivered.length = 0;
  outbox.pump();
  await vi.waitFor(() => expect(delivered).toEqual(["1", "2"]));
});

test("haste waits as long as the server says, and the order holds", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "Date"] });
  let refusals = 1;
  const { deliver, delivered } = way((sent) =>
    sent.id === "1" && refusals-- > 0 ? { kind: "later", waitMs: 200 } : DONE,
  );
  const opening = openTab(deliver);
  await vi.advanceTimersByTimeAsync(50);
  const { outbox } = await opening;
  outbox.add(entry("1"));
  outbox.add(entry("2"));
  await vi.advanceTimersByTimeAsync(199);
  expect(delivered).toEqual(["1"]);
  await vi.advanceTimersByTimeAsync(50);
  expect(delivered).toEqual(["1", "1", "2"]);
});

test("already_sent counts as sent, and a deletion of or a reaction to what is gone as done; a rewrite of it keeps its words", async () => {
  const { deliver } = way(({ kind }) => ({
    kind: "refused",
    code: kind === "send" ? "already_sent" : "not_found",
    detail: "",
  }));
  const { outbox } = await openTab(deliver);
  outbox.add(entry("1"));
  outbox.add(entry("2", {}, { kind: "delete" }));
  outbox.add(entry("3", {}, { kind: "edit", text: "3" }));
  outbox.add(entry("4", {}, { kind: "react", emoji: "👍", on: true }));
  await vi.waitFor(() => expect(outbox.entries.value).toMatchObject([{ text: "3", failure: { code: "not_found" } }]));
});

test("a final refusal is kept with its reason, lets the next one pass, and can be tried again or discarded", async () => {
  let isRefusing = true;
  const { deliver, delivered } = way(({ id }) =>
    isRefusing && id === "1" ? { kind: "refused", code: "invalid_text", detail: "Too long." } : DONE,
  );
  const { outbox } = await openTab(deliver);
  outbox.add(entry("1"));
  outbox.add(entry("2"));
  await vi.waitFor(() => expect(delivered).toEqual(["1", "2"]));
  expect(outbox.entries.value).toMatchObject([{ id: "1", failure: { code: "invalid_text", detail: "Too long." } }]);
  isRefusing = false;
  outbox.retry({ id: "1", kind: "send" });
  await vi.waitFor(() => expect(outbox.entries.value).toEqual([]));
});

test("a deletion waits until it can no longer be undone; undone, it never goes out", async () => {
  const { deliver, delivered } = way();
  const { outbox } = await openTab(deliver);
  outbox.add(entry("kept", {}, { kind: "delete", isUndoable: true }));
  outbox.add(entry("gone", {}, { kind: "delete", isUndoable: true }));
  outbox.add(entry("said meanwhile"));
  await vi.waitFor(() => expect(delivered).toEqual(["said meanwhile"]));
  outbox.remove({ id: "kept", kind: "delete" });
  outbox.releaseDelete("kept");
  outbox.releaseDelete("gone");
  await vi.waitFor(() => expect(delivered).toEqual(["said meanwhile", "gone"]));
});

test("reactions to one message wait side by side; taking one back replaces adding it", async () => {
  const { deliver } = way(() => ({ kind: "offline" }));
  const { outbox } = await openTab(deliver);
  for (const emoji of ["👍", "🎉"]) outbox.add(entry("1", {}, { kind: "react", emoji, on: true }));
  outbox.add(entry("1", {}, { kind: "react", emoji: "👍", on: false }));
  const waiting = outbox.entries.value.map((one) => one.kind === "react" && `${one.emoji} ${one.on}`);
  expect(waiting.sort()).toEqual(["🎉 true", "👍 false"].sort());
});

describe("tabs", () => {
  const sent = (tab: DeviceTab) => tab.outbox.entries.value.map(({ id }) => id);

  test("show the same, whichever of them it was written in, and one of them sends it", async () => {
    let isOnline = false;
    const ways = [1, 2, 3].map(() => way(() => (isOnline ? DONE : { kind: "offline" })));
    const [first, second, third] = await Promise.all(ways.map(({ deliver }) => openTab(deliver)));
    if (!first || !second || !third) throw new Error("no tabs");
    first.outbox.add(entry("1"));
    await vi.waitFor(() => expect([first, second, third].map(sent)).toEqual([["1"], ["1"], ["1"]]));
    second.outbox.add(entry("2"));
    await vi.waitFor(() => expect([first, second, third].map(sent)).toEqual([1, 2, 3].map(() => ["1", "2"])));
    isOnline = true;
    for (const { delivered } of ways) delivered.length = 0;
    for (const { outbox } of [first, second, third]) outbox.pump();
    await vi.waitFor(() => expect([first, second, third].map(sent)).toEqual([[], [], []]));
    expect(ways.map(({ delivered }) => delivered)).toEqual([[], ["1", "2"], []]); // by the tab that was used last
  });

  test("the order is the one in which it was written, not what their clocks say", async () => {
    let isOnline = false;
    const { deliver, delivered } = way(() => (isOnline ? DONE : { kind: "offline" }));
    const [first, second] = [await openTab(deliver), await openTab(deliver)];
    first.outbox.add({ ...entry("1"), madeAt: 2_000_000 });
    await vi.waitFor(() => expect(sent(second)).toEqual(["1"]));
    second.outbox.add({ ...entry("2"), madeAt: 1_000 });
    await vi.waitFor(() => expect(sent(first)).toEqual(["1", "2"]));
    first.outbox.add({ ...entry("3"), madeAt: 1 });
    await vi.waitFor(() => expect(sent(second)).toEqual(["1", "2", "3"]));
    isOnline = true;
    delivered.length = 0;
    for (const { outbox } of [first, second]) outbox.pump();
    await vi.waitFor(() => expect(delivered).toEqual(["1", "2", "3"]));
  });

  test("a failed message is failed in all of them, and can be tried again or discarded in any", async () => {
    const refusing = way(() => ({ kind: "refused", code: "invalid_text", detail: "Too long." }));
    const [first, second] = [await openTab(refusing.deliver), await openTab(refusing.deliver)];
    first.outbox.add(entry("1"));
    first.outbox.add(entry("2"));
    const failures = () => second.outbox.entries.value.map(({ failure }) => failure?.code);
    await vi.waitFor(() => expect(failures()).toEqual(["invalid_text", "invalid_text"]));
    second.outbox.remove({ id: "1", kind: "send" });
    await vi.waitFor(() => expect(sent(first)).toEqual(["2"]));
    refusing.delivered.length = 0;
    second.outbox.retry({ id: "2", kind: "send" });
    await vi.waitFor(() => expect(refusing.delivered).toEqual(["2"]));
  });

  test("what a closed tab left goes out from another one", async () => {
    const offline = way(() => ({ kind: "offline" }));
    const closing = await openTab(offline.deliver);
    closing.outbox.add(entry("left behind"));
    await vi.waitFor(async () => expect(await storedIds()).toEqual(["left behind"]));
    const ways = [way(), way()];
    for (const { deliver } of ways) await openTab(deliver);
    closing.close();
    await vi.waitFor(() => expect(ways.flatMap(({ delivered }) => delivered)).toEqual(["left behind"]));
    await vi.waitFor(async () => expect(await storedIds()).toEqual([]));
  });

  test("nothing goes out under another person's id", async () => {
    const offline = way(() => ({ kind: "offline" }));
    const first = await openTab(offline.deliver);
    first.outbox.add(entry("Ada's words"));
    await vi.waitFor(async () => expect(await storedIds()).toEqual(["Ada's words"]));
    first.close();
    const beas = way();
    const second = await openTab(beas.deliver, { personId: "bea" });
    second.outbox.add(entry("Bea's words", { personId: "bea" }));
    await vi.waitFor(() => expect(sent(second)).toEqual([]));
    expect(beas.delivered).toEqual(["Bea's words"]);
  });

  test("wiping a person forgets what that person had not sent, in every tab, and nothing else", async () => {
    const offline = way(() => ({ kind: "offline" }));
    const [first, second] = [await openTab(offline.deliver), await openTab(offline.deliver)];
    first.outbox.add(entry("1"));
    first.outbox.add(entry("2", { personId: "bea" }));
    await vi.waitFor(async () => expect(await storedIds()).toEqual(["1", "2"]));
    await vi.waitFor(() => expect(sent(second)).toEqual(["1"]));
    await first.outbox.wipe("ada");
    expect(sent(first)).toEqual([]);
    await vi.waitFor(() => expect(sent(second)).toEqual([]));
    expect(await storedIds()).toEqual(["2"]);
  });
});

type Step =
  | { readonly kind: "send" | "edit" | "delete"; readonly tab: number; readonly channel: number }
  | { readonly kind: "close" | "reload" | "use"; readonly tab: number }
  | { readonly kind: "offline" | "online" }
  | { readonly kind: "clock"; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom("send" as const, "send" as const, "edit" as const, "delete" as const),
      tab: fc.nat(3),
      channel: fc.nat(1),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("close" as const, "reload" as const, "use" as const),
      tab: fc.nat(3),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("offline" as const, "online" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("clock" as const), ms: fc.integer({ min: -1e9, max: 1e9 }) }) },
);

/** A server: it knows a message by its id, and may lose an answer. */
class Server {
  isOnline = true;
  readonly channels = new Map<string, string[]>();
  readonly texts = new Map<string, string>();
  #answers = 0;

  async deliver({ id, kind, epoch, ...rest }: OutboxEntry): Promise<Delivery> {
    if (!this.isOnline) return { kind: "offline" };
    await Promise.resolve();
    const order = this.channels.get(epoch) ?? [];
    this.channels.set(epoch, order);
    if (kind === "send" && !this.texts.has(id)) order.push(id);
    if (kind === "send" && !this.texts.has(id)) this.texts.set(id, id);
    if (kind === "edit" && "text" in rest && this.texts.get(id) !== "") this.texts.set(id, rest.text);
    if (kind === "delete") this.texts.set(id, "");
    this.#answers++;
    return this.#answers % 5 === 0 ? { kind: "later", waitMs: 0 } : DONE; // the answer was lost
  }
}

test("whatever happens to tabs, connection and clock, each message arrives once, in order, where it was written", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      await clearDatabase();
      device = new Device();
      const server = new Server();
      const open = () => openTab((one) => server.deliver(one));
      const living = [await open(), await open()];
      const written = new Map<string, string[]>();
      const meant = new Map<string, string>();
      let madeAt = 1_000_000;
      let count = 0;
      for (const one of steps) {
        const tab: DeviceTab | undefined = "tab" in one ? living[one.tab % living.length] : undefined;
        if (one.kind === "offline" || one.kind === "online") {
          server.isOnline = one.kind === "online";
          for (const { outbox } of living) outbox.pump();
        } else if (one.kind === "clock") madeAt += one.ms;
        else if (one.kind === "use") tab?.outbox.take();
        else if (one.kind === "close" || one.kind === "reload") {
          // What was written is on disk by then: a tab that is killed in that very moment loses what it has not written.
          await vi.waitFor(async () => expect((await storedIds()).length).toBe(tab?.outbox.entries.value.length));
          if (one.kind === "close" && living.length === 1) continue;
          tab?.close();
          living.splice(tab ? living.indexOf(tab) : 0, 1);
          if (one.kind === "reload") living.push(await open());
        } else if ("channel" in one) {
          const epoch = `e${one.channel}`;
          const own = written.get(epoch) ?? [];
          written.set(epoch, own);
          const id = one.kind === "send" ? `m${++count}` : own.at(-1);
          if (id === undefined || meant.get(id) === "") continue;
          // One person writes: every tab shows what was written before.
          await vi.waitFor(() => {
            const shown = living.map(({ outbox }) => outbox.entries.value.map((held) => `${held.kind} ${held.id}`));
            expect(new Set(shown.map((list) => list.join())).size).toBe(1);
          });
          if (one.kind === "send") own.push(id);
          const text = `${id} v${++count}`;
          meant.set(id, one.kind === "send" ? id : one.kind === "edit" ? text : "");
          const intent: Intent =
            one.kind === "edit"
              ? { kind: "edit", text }
              : one.kind === "send"
                ? { kind: "send", text: id }
                : { kind: "delete" };
          tab?.outbox.add({ ...entry(id, { epoch }, intent), madeAt });
        }
      }
      server.isOnline = true;
      for (const { outbox } of living) outbox.pump();
      living[0]?.outbox.take();
      await vi.waitFor(() => {
        for (const { outbox } of living) expect(outbox.entries.value).toEqual([]);
      }, 2_000);
      for (const [epoch, ids] of written) expect(server.channels.get(epoch) ?? []).toEqual(ids);
      for (const [id, text] of meant) expect(server.texts.get(id), id).toBe(text);
      await vi.waitFor(async () => expect(await storedIds()).toEqual([]));
      for (const tab of tabs.splice(0)) tab.close();
    }),
    { numRuns: 30 },
  );
}, 60_000);
