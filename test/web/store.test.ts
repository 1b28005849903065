/** The store: frames in, signals out: where one is, what a channel tells, people, typists and what is kept. The outbox is the real one. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import { go, parseRoute, route } from "../../web/state/route.ts";
import { localState } from "../../web/storage/local-state.ts";
import {
  ada,
  bea,
  beginAnew,
  cem,
  channel,
  direct,
  here,
  make,
  message,
  NOTHING_READ,
  talking,
  welcome,
} from "./store-fixture.ts";

beforeEach(beginAnew);

test("with 160 channels, 50 keys cost 50 writes here and 50 reads in another tab at most", async () => {
  const { store } = await make();
  const many = Array.from({ length: 160 }, (_, n) => channel(`channel-${n}`));
  store.receiveDirectory({
    type: "directory",
    version: 2,
    you: ada,
    channels: [channel("general"), ...many],
    people: [],
    ...NOTHING_READ,
  });
  store.receiveChannel("general", welcome([]));
  // Where channels begin that were never seen is written first, a piece at a time.
  await vi.waitFor(() => expect(localState.read(ada.id, "epoch-channel-159")).toBeDefined());
  const { writes, reads, giveBack } = countStorage();
  for (let n = 1; n <= 50; n++) store.keepDraft(here(store), "x".repeat(n));
  expect(writes.length).toBeGreaterThan(0);
  expect(writes.length).toBeLessThanOrEqual(50);
  const heard = vi.fn(store.noticeOtherTabs);
  localState.onOtherTabs(heard);
  const otherTab = new BroadcastChannel("flack");
  localState.draft(ada.id, "epoch-of-none");
  expect(reads).toHaveLength(1); // it does count
  reads.length = 0;
  for (let n = 1; n <= 50; n++) otherTab.postMessage([`flack.${ada.id}.draft.epoch-channel-7`, "x".repeat(n)]);
  await vi.waitFor(() => expect(heard).toHaveBeenCalledTimes(50));
  otherTab.close();
  expect(store.drafts.value.has("epoch-channel-7")).toBe(true);
  expect(reads.length).toBeLessThanOrEqual(50);
  giveBack();
});

/** Notes each key that is written and read, in the place of the browser's storage. */
function countStorage() {
  const storage = localStorage;
  const [writes, reads]: [string[], string[]] = [[], []];
  const counting = new Proxy(storage, {
    get(_, name) {
      if (name === "setItem")
        return (key: string, value: string) => {
          writes.push(key);
          storage.setItem(key, value);
        };
      if (name === "getItem")
        return (key: string) => {
          reads.push(key);
          return storage.getItem(key);
        };
      const own: unknown = Reflect.get(storage, name);
      return typeof own === "function" ? own.bind(storage) : own;
    },
  });
  Object.defineProperty(globalThis, "localStorage", { value: counting, configurable: true });
  const giveBack = () => Object.defineProperty(globalThis, "localStorage", { value: storage, configurable: true });
  return { writes, reads, giveBack };
}

describe("where one is", () => {
  test.each([
    ["/", { kind: "home" }],
    ["/c/general", { kind: "channel", id: "general" }],
    ["/c/caf%C3%A9/", { kind: "channel", id: "café" }],
    ["/c/Design%20Team", { kind: "channel", id: "Design Team" }],
    ["/c/a~b", { kind: "nowhere" }],
    ["/c/a%2Fb", { kind: "nowhere" }],
    ["/c/", { kind: "nowhere" }],
    ["/c/%E0%A4%A", { kind: "nowhere" }],
    ["/x", { kind: "nowhere" }],
  ])("%s", (path, where) => {
    expect(parseRoute(path)).toEqual(where);
  });

  test("from / one comes to #general the first time, and to the last conversation afterwards", async () => {
    await make();
    expect(route.value).toEqual({ kind: "channel", id: "general" });
    localState.keepPlace(ada.id, "/c/design");
    go("/", "replace");
    await make();
    expect(route.value).toEqual({ kind: "channel", id: "design" });
  });
});

describe("what the channel tells", () => {
  test("a welcome with reset replaces, one without adds, and what left the window is dropped", async () => {
    const { store } = await talking([message(1), message(2)]);
    const rows = () => store.open.value?.history.value.messages.map(({ seq, text }) => [seq, text]);
    store.receiveChannel(
      "general",
      welcome([message(2, { rev: 3, text: "", deleted: true })], { reset: false, head: { seq: 2, rev: 3 } }),
    );
    expect(rows()).toEqual([
      [1, "message 1"],
      [2, ""],
    ]);
    store.receiveChannel("general", welcome([message(150)], { reset: false, head: { seq: 150, rev: 153 } }));
    expect(rows()).toEqual([[150, "message 150"]]);
    expect(store.open.value?.history.value.rev).toBe(153);
    store.receiveChannel("general", welcome([message(7)]));
    expect(rows()).toEqual([[7, "message 7"]]);
  });

  test("people come and go, and a count beyond the names is kept", async () => {
    const { store } = await talking();
    store.receiveChannel("general", { type: "here", count: 2, joined: [bea], left: [] });
    expect(store.open.value?.here.value).toMatchObject({ count: 2, people: [ada, bea] });
    store.receiveChannel("general", { type: "here", count: 2, joined: [{ ...bea, name: "Beatrix" }], left: [bea] });
    expect(store.open.value?.here.value.people.map(({ name }) => name)).toEqual(["Ada", "Beatrix"]);
    store.receiveChannel("general", { type: "here", count: 140, joined: [], left: [] });
    expect(store.open.value?.here.value.count).toBe(140);
  });

  test("a new name told by the server is one's own name", async () => {
    const { store } = await talking();
    store.receiveChannel("general", welcome([], { you: { ...ada, name: "Ada L." } }));
    expect(store.person.value?.name).toBe("Ada L.");
    expect(localState.person()?.name).toBe("Ada L.");
  });
});

test("typists are known by their last word, and forgotten when their message comes", async () => {
  const { store, said } = await talking();
  const typists = () => here(store).typing.value.map(({ person }) => person.name);
  store.receiveChannel("general", { type: "typing", person: bea });
  store.receiveChannel("general", { type: "typing", person: { ...bea, name: "Beatrix" } });
  expect(typists()).toEqual(["Beatrix"]);
  store.receiveChannel("general", { type: "messages", messages: [message(1)] });
  expect(typists()).toEqual([]);
  store.noteTyping(here(store));
  store.noteTyping(here(store));
  expect(said).toEqual([{ type: "typing" }]);
});

test("someone who falls silent is no typist after six seconds", async () => {
  const { store } = await talking();
  vi.useFakeTimers();
  store.receiveChannel("general", { type: "typing", person: bea });
  await vi.advanceTimersByTimeAsync(4_000);
  store.receiveChannel("general", { type: "typing", person: bea });
  await vi.advanceTimersByTimeAsync(5_900);
  expect(here(store).typing.value).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(here(store).typing.value).toEqual([]);
  vi.useRealTimers();
});

test("of many conversations the ones used last stay in memory, and those in which something is begun", async () => {
  const { store } = await talking([message(1)]);
  store.reply(here(store), message(1).id);
  const names = Array.from({ length: 60 }, (_, n) => `room-${n}`);
  for (const name of names) store.receiveDirectory({ type: "channel", channel: channel(name) });
  for (const name of names) {
    go(`/c/${name}`);
    store.receiveChannel(name, welcome([message(1)], { epoch: `epoch-${name}` }));
    store.keepPlace(here(store));
  }
  const held = store.visited().map(({ channelId }) => channelId);
  expect(held).toHaveLength(30);
  expect(held).toContain("general");
  expect(held.slice(-29)).toEqual(names.slice(-29));
});

describe("people", () => {
  test("who is mentioned and not known is asked for, once, and read by name", async () => {
    const { store, api } = await talking();
    expect(store.plainText(`hello <@${cem.id}>`)).toBe(`hello <@${cem.id}>`);
    store.plainText(`<@${cem.id}> again`);
    await vi.waitFor(() => expect(store.plainText(`hello <@${cem.id}>`)).toBe("hello @Cem"));
    expect(api.peopleById).toHaveBeenCalledExactlyOnceWith([cem.id]);
    expect(store.textToSend("@Cem")).toBe(`<@${cem.id}>`);
  });

  test("a newer name is not lost to an older message", async () => {
    const { store } = await talking();
    store.receiveDirectory({ type: "people", people: [{ ...bea, name: "Beatrix", online: true }] });
    store.receiveChannel("general", { type: "messages", messages: [message(1)] });
    expect(store.personOf(bea.id)?.name).toBe("Beatrix");
  });

  test("a direct conversation is called by its other person, counts from the first message, and is for you", async () => {
    const { store } = await talking();
    store.receiveDirectory({ type: "channel", channel: { ...direct, seq: 2, lastAt: 5 } });
    expect(store.titleOf(direct.id)).toBe("Bea");
    expect(store.unreadOf({ ...direct, seq: 2 })).toEqual({ count: 2, isForYou: true });
    expect(store.unreadOf(channel("design", { seq: 0 }))).toEqual({ count: 0, isForYou: false });
    store.receiveDirectory({ type: "activity", channels: [{ id: "design", seq: 1, lastAt: 9 }] });
    store.receiveDirectory({ type: "mention", channel: "design", message: message(1, { text: `<@${ada.id}>` }) });
    expect(store.unreadOf(channel("design", { seq: 1 }))).toEqual({ count: 1, isForYou: true });
  });
});

test("a channel with something left unsaid is marked, also after a restart, until it is said", async () => {
  const { store } = await talking();
  store.keepDraft(here(store), "half a thought");
  expect([...store.drafts.value]).toEqual(["epoch-general"]);
  const again = (await talking()).store;
  expect([...again.drafts.value]).toEqual(["epoch-general"]);
  again.keepDraft(here(again), "");
  expect([...again.drafts.value]).toEqual([]);
});

test("at an address that leads nowhere the directory alone makes the connection", async () => {
  const { store } = await talking();
  go("/x");
  store.linkChanged("channel", { kind: "idle" });
  expect(store.isConnected.value).toBe(true);
});
