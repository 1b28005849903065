/** The outbox: in order, one at a time, kept over a reload, taken over from closed tabs, never another person's. */
import { clear, createStore, entries } from "idb-keyval";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createOutbox, type Delivery, type Intent, type NewEntry, type OutboxEntry } from "../../web/state/outbox.ts";
import { closeTabs } from "./setup.ts";

const database = createStore("flack-outbox-v2", "entries");
const DONE: Delivery = { kind: "done" };

type Circumstances = Partial<Pick<OutboxEntry, "personId" | "epoch" | "dueAt">>;

function entry(id: string, about: Circumstances = {}, intent: Intent = { kind: "send", text: id }): NewEntry {
  const now = Date.now();
  return { ...intent, id, personId: "ada", epoch: "e1", channelId: "general", madeAt: now, dueAt: now, ...about };
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

function kept(): Promise<string[]> {
  return entries<string, OutboxEntry>(database).then((rows) => rows.map(([, { id }]) => id).sort());
}

afterEach(() => {
  vi.useRealTimers();
});

beforeEach(async () => {
  closeTabs();
  await clear(database);
});

test("what is said goes out in order, and is forgotten when it is done", async () => {
  const { deliver, delivered } = way();
  const outbox = createOutbox(deliver);
  await outbox.open("ada");
  for (const id of ["1", "2", "3"]) outbox.add(entry(id));
  expect(outbox.entries.value.map(({ id }) => id)).toEqual(["1", "2", "3"]);
  await vi.waitFor(() => expect(outbox.entries.value).toEqual([]));
  expect(delivered).toEqual(["1", "2", "3"]);
  await vi.waitFor(async () => expect(await kept()).toEqual([]));
});

test("a held message goes when it is released, what was sent after it waits, and nothing else does", async () => {
  const { deliver, delivered } = way();
  const outbox = createOutbox(deliver);
  await outbox.open("ada");
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
  const first = createOutbox(deliver);
  await first.open("ada");
  first.add(entry("left", {}, { kind: "send", text: "see", held: { fileNames: ["a.png"] } }));
  await vi.waitFor(async () => expect(await kept()).toEqual(["left"]));
  closeTabs();
  const adopted = vi.fn();
  const second = createOutbox(deliver, adopted);
  await second.open("ada");
  await vi.waitFor(() => expect(adopted).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ id: "left" })));
  expect(deliver).not.toHaveBeenCalled();
});

test("one of a conversation is under way at a time, and conversations do not wait for each other", async () => {
  const finish: (() => void)[] = [];
  const { deliver, delivered } = way(() => new Promise((resolve) => finish.push(() => resolve(DONE))));
  const outbox = createOutbox(deliver);
  await outbox.open("ada");
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
  const outbox = createOutbox(deliver);
  await outbox.open("ada");
  outbox.add(entry("1"));
  outbox.add(entry("2"));
  await vi.waitFor(async () => expect(await kept()).toEqual(["1", "2"]));
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
  const outbox = createOutbox(deliver);
  const opened = outbox.open("ada");
  await vi.advanceTimersByTimeAsync(50);
  await opened;
  outbox.add(entry("1"));
  outbox.add(entry("2"));
  await vi.advanceTimersByTimeAsync(199);
  expect(delivered).toEqual(["1"]);
  await vi.advanceTimersByTimeAsync(50);
  expect(delivered).toEqual(["1", "1", "2"]);
});

test("already_sent counts as sent, and an edit, a deletion or a reaction to what is gone as done", async () => {
  const { deliver } = way(({ kind }) => ({
    kind: "refused",
    code: kind === "send" ? "already_sent" : "not_found",
    detail: "",
  }));
  const outbox = createOutbox(deliver);
  await outbox.open("ada");
  outbox.add(entry("1"));
  outbox.add(entry("2", {}, { kind: "delete" }));
  outbox.add(entry("3", {}, { kind: "edit", text: "3" }));
  outbox.add(entry("4", {}, { kind: "react", emoji: "👍", on: true }));
  await vi.waitFor(() => expect(outbox.entries.value).toEqual([]));
});

test("a final refusal is kept with its reason, lets the next one pass, and can be tried again or discarded", async () => {
  let isRefusing = true;
  const { deliver, delivered } = way(({ id }) =>
    isRefusing && id === "1" ? { kind: "refused", code: "invalid_text", detail: "Too long." } : DONE,
  );
  const outbox = createOutbox(deliver);
  await outbox.open("ada");
  outbox.add(entry("1"));
  outbox.add(entry("2"));
  await vi.waitFor(() => expect(delivered).toEqual(["1", "2"]));
  expect(outbox.entries.value).toMatchObject([{ id: "1", failure: { code: "invalid_text", detail: "Too long." } }]);
  isRefusing = false;
  outbox.retry("1");
  await vi.waitFor(() => expect(outbox.entries.value).toEqual([]));
});

test("a deletion waits until it can no longer be undone; undone, it never goes out", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "Date"] });
  const { deliver, delivered } = way();
  const outbox = createOutbox(deliver);
  const opened = outbox.open("ada");
  await vi.advanceTimersByTimeAsync(50);
  await opened;
  outbox.add(entry("kept", { dueAt: Date.now() + 5_000 }, { kind: "delete" }));
  outbox.add(entry("gone", { dueAt: Date.now() + 5_000 }, { kind: "delete" }));
  outbox.add(entry("said meanwhile"));
  await vi.advanceTimersByTimeAsync(4_900);
  expect(delivered).toEqual(["said meanwhile"]);
  outbox.remove({ id: "kept", kind: "delete" });
  await vi.advanceTimersByTimeAsync(200);
  expect(delivered).toEqual(["said meanwhile", "gone"]);
});

test("reactions to one message wait side by side; taking one back replaces adding it", async () => {
  const { deliver } = way(() => ({ kind: "offline" }));
  const outbox = createOutbox(deliver);
  await outbox.open("ada");
  for (const emoji of ["👍", "🎉"]) outbox.add(entry("1", {}, { kind: "react", emoji, on: true }));
  outbox.add(entry("1", {}, { kind: "react", emoji: "👍", on: false }));
  const waiting = outbox.entries.value.map((one) => one.kind === "react" && `${one.emoji} ${one.on}`);
  expect(waiting.sort()).toEqual(["🎉 true", "👍 false"].sort());
});

describe("tabs", () => {
  test("what a closed tab left is taken over by one that lives, once it is really closed", async () => {
    const offline = way(() => ({ kind: "offline" }));
    const closing = createOutbox(offline.deliver);
    await closing.open("ada");
    closing.add(entry("left behind"));
    await vi.waitFor(async () => expect(await kept()).toEqual(["left behind"]));

    const ways = [way(), way()];
    for (const { deliver } of ways) await createOutbox(deliver).open("ada");
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(ways.flatMap(({ delivered }) => delivered)).toEqual([]);

    closeTabs();
    await vi.waitFor(() => expect(ways.flatMap(({ delivered }) => delivered)).toEqual(["left behind"]));
    await vi.waitFor(async () => expect(await kept()).toEqual([]));
    expect(ways.flatMap(({ delivered }) => delivered)).toEqual(["left behind"]);
  });

  test("also what a tab left that was opened later, when one looks again", async () => {
    const { deliver, delivered } = way();
    const living = createOutbox(deliver);
    await living.open("ada");
    const offline = way(() => ({ kind: "offline" }));
    const later = createOutbox(offline.deliver);
    await later.open("ada");
    later.add(entry("written later"));
    await vi.waitFor(async () => expect(await kept()).toEqual(["written later"]));
    await living.open("ada");
    closeTabs();
    await vi.waitFor(() => expect(delivered).toEqual(["written later"]));
  });

  test("nothing goes out under another person's id", async () => {
    const offline = way(() => ({ kind: "offline" }));
    const first = createOutbox(offline.deliver);
    await first.open("ada");
    first.add(entry("Ada's words"));
    await vi.waitFor(async () => expect(await kept()).toEqual(["Ada's words"]));
    closeTabs();
    const beas = way();
    const second = createOutbox(beas.deliver);
    await second.open("bea");
    second.add(entry("Bea's words", { personId: "bea" }));
    await vi.waitFor(() => expect(second.entries.value).toEqual([]));
    expect(beas.delivered).toEqual(["Bea's words"]);
    await first.open("bea");
    first.pump();
    expect(offline.delivered).toEqual(["Ada's words"]);
  });

  test("wiping a person forgets what that person had not sent, and nothing else", async () => {
    const offline = way(() => ({ kind: "offline" }));
    const outbox = createOutbox(offline.deliver);
    await outbox.open("ada");
    outbox.add(entry("1"));
    outbox.add(entry("2", { personId: "bea" }));
    await vi.waitFor(async () => expect(await kept()).toEqual(["1", "2"]));
    await outbox.wipe("ada");
    expect(outbox.entries.value).toEqual([]);
    expect(await kept()).toEqual(["2"]);
  });
});
