/** What a device keeps of conversations: as much as may be, of those there are, written no more often than needed. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openDatabase } from "../../web/storage/database.ts";
import { localState } from "../../web/storage/local-state.ts";
import { keptConversations, persist } from "../../web/storage/persistence.ts";
import { ada, beginAnew, channel, here, make, message, NOTHING_READ, talking } from "./store-fixture.ts";

const WAIT = { timeout: 5_000 };

beforeEach(beginAnew);
afterEach(() => vi.restoreAllMocks());

/** Windows of earlier days, the first written last. */
async function keep(epochs: readonly string[]): Promise<void> {
  const database = await openDatabase();
  for (const [n, epoch] of epochs.entries()) {
    const window = { epoch, head: { seq: 1, rev: 1 }, messages: [message(1)] };
    const value = { channelId: epoch.replace("epoch-", ""), savedAt: 1_000_000 - n, window };
    await database.put("windows", { key: `${ada.id} ${epoch}`, personId: ada.id, value });
  }
}

async function keptEpochs(): Promise<readonly string[]> {
  return (await keptConversations(ada.id)).map(({ window }) => window.epoch);
}

test("windows of channels that are gone, and the oldest beyond two hundred, are forgotten", async () => {
  const many = Array.from({ length: 210 }, (_, n) => channel(`project-${n}`));
  await keep([...many.map(({ epoch }) => epoch), "epoch-of-one-that-is-gone"]);
  const { store } = await talking();
  store.receiveDirectory({ type: "directory", version: 2, you: ada, channels: many, people: [], ...NOTHING_READ });
  persist(store);
  await vi.waitFor(async () => expect((await keptEpochs()).length).toBeLessThanOrEqual(200), WAIT);
  const kept = await keptEpochs();
  expect(kept).not.toContain("epoch-of-one-that-is-gone");
  expect(kept).toContain("epoch-project-0");
  expect(kept).not.toContain("epoch-project-209");
});

test("the list and the open conversation are back in the store when persist answers", async () => {
  await keep(["epoch-general"]);
  const list = { channels: [channel("general")], people: [] };
  await (await openDatabase()).put("windows", { key: `${ada.id} list`, personId: ada.id, value: list });
  const { store } = await make();
  await persist(store);
  expect(here(store).history.value.messages.map(({ seq }) => seq)).toEqual([1]);
});

test("a channel that is made again does not show what was said in the one before", async () => {
  await keep(["epoch-of-the-first-design"]);
  const { store } = await talking();
  persist(store);
  await vi.waitFor(async () => expect(await keptEpochs()).not.toContain("epoch-of-the-first-design"), WAIT);
});

test("how far channels that are gone were read is forgotten; of the others it stays", () => {
  localState.keepRead(ada.id, "epoch-general", 7);
  localState.keepRead(ada.id, "epoch-gone", 7);
  localState.keepReply(ada.id, "epoch-gone", "m1");
  for (const epoch of ["epoch-gone", "epoch-begun"]) localState.keepTitle(ada.id, epoch, "#design");
  localState.keepDraft(ada.id, "epoch-begun", "a draft");
  localState.prune(ada.id, new Set(["epoch-general"]));
  expect(localState.read(ada.id, "epoch-general")).toBe(7);
  expect(localState.read(ada.id, "epoch-gone")).toBeUndefined();
  expect(localState.reply(ada.id, "epoch-gone")).toBeUndefined();
  expect(localState.title(ada.id, "epoch-gone")).toBeUndefined();
  expect(localState.title(ada.id, "epoch-begun")).toBe("#design");
});

test("forty messages write the window and the list once or twice", async () => {
  const { store } = await talking([message(1)]);
  persist(store);
  await vi.waitFor(async () => expect(await keptEpochs()).toEqual(["epoch-general"]), WAIT);
  const puts = vi.spyOn(IDBObjectStore.prototype, "put");
  for (let seq = 2; seq <= 41; seq++) {
    store.receiveChannel("general", { type: "messages", messages: [message(seq)] });
    await new Promise((resolve) => setTimeout(resolve));
  }
  await vi.waitFor(async () => {
    const [kept] = await keptConversations(ada.id);
    expect(kept?.window.messages).toHaveLength(41);
  }, WAIT);
  expect(puts.mock.calls.length).toBeLessThanOrEqual(4);
});

test("the names of a thousand people are kept, those heard of last", async () => {
  const { store } = await talking([message(1)]);
  const people = Array.from({ length: 1_200 }, (_, n) => ({
    id: `person-${String(n).padStart(16, "0")}`,
    name: `N ${n}`,
    online: false,
  }));
  store.receiveDirectory({
    type: "directory",
    version: 2,
    you: ada,
    channels: [channel("general"), channel("design", { topic: "new" })],
    people,
    ...NOTHING_READ,
  });
  persist(store);
  const list = async (): Promise<readonly { readonly name: string }[]> => {
    const row = await (await openDatabase()).get("windows", `${ada.id} list`);
    return Reflect.get(Object(row?.value), "people") ?? [];
  };
  await vi.waitFor(async () => expect((await list()).length).toBe(1_000), WAIT);
  expect((await list()).some(({ name }) => name === "N 1199")).toBe(true);
  expect(here(store).channelId).toBe("general");
});
