/** The store: frames in, signals out, commands on their way. The outbox is the real one; the ways out are the test's. */
import { signal } from "@preact/signals";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { ChannelPage } from "../../web/network/api.ts";
import type { Upload, UploadState, Uploads } from "../../web/network/uploads.ts";
import { go, parseRoute, route } from "../../web/state/route.ts";
import { localState } from "../../web/storage/local-state.ts";
import { createOutboxRows } from "../../web/storage/outbox-rows.ts";
import type { DirectoryFrame } from "../../worker/protocol/frames.ts";
import {
  ada,
  bea,
  beginAnew,
  cem,
  channel,
  closeTabs,
  direct,
  here,
  make,
  message,
  NOTHING_READ,
  save,
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

describe("where cookies are refused", () => {
  async function stranger() {
    localStorage.clear();
    vi.spyOn(localState, "person").mockReturnValue(undefined);
    return await make();
  }

  test("nobody signs in, so that no name is taken in vain, and the person is told why", async () => {
    const { store, api } = await stranger();
    vi.spyOn(navigator, "cookieEnabled", "get").mockReturnValue(false);
    const answer = await store.signIn("Ada");
    expect(answer).toMatchObject({ ok: false, code: "cookies_refused" });
    expect(api.signIn).not.toHaveBeenCalled();
  });

  test("silently, the person is told as well", async () => {
    const { store, api } = await stranger();
    await store.signOut();
    vi.mocked(api.session).mockResolvedValue({ ok: false, status: 401, code: "unauthorized", detail: "" });
    expect(await store.signIn("Ada")).toMatchObject({ ok: false, code: "cookies_refused" });
    expect(store.phase.value).toBe("welcome");
  });
});

test("a person whose session has ended is not made anew by a rename", async () => {
  const { store, api } = await talking();
  vi.mocked(api.session).mockResolvedValue({ ok: false, status: 401, code: "unauthorized", detail: "" });
  expect((await store.rename("Ada L.")).ok).toBe(false);
  expect(api.signIn).not.toHaveBeenCalled();
  await vi.waitFor(() => expect(store.phase.value).toBe("ended"));
});

test("where the browser refuses storage one is still oneself: renaming and sending work", async () => {
  const { store, api, startOver } = await talking();
  vi.spyOn(localState, "person").mockReturnValue(undefined);
  expect((await store.rename("Ada L.")).ok).toBe(true);
  expect(startOver).not.toHaveBeenCalled();
  store.linkChanged("channel", { kind: "waiting", tries: 1 });
  store.send(here(store), "by HTTP");
  go("/c/design");
  store.linkChanged("directory", { kind: "live" });
  await vi.waitFor(() => expect(api.send).toHaveBeenCalledWith("general", { id: expect.any(String), text: "by HTTP" }));
});

describe("saying something", () => {
  test("shows it at once, sends it on the socket, and takes it out when it comes back", async () => {
    const { store, said } = await talking();
    expect(store.send(here(store), "  hello\r\n")).toBe(true);
    const [entry] = store.outbox.value;
    expect(entry).toMatchObject({ kind: "send", text: "  hello", epoch: "epoch-general" });
    expect(said).toEqual([{ type: "send", id: entry?.id, text: "  hello" }]);
    store.receiveChannel("general", { type: "messages", messages: [message(1, { id: entry?.id ?? "", author: ada })] });
    expect(store.outbox.value).toEqual([]);
    expect(store.open.value?.history.value.messages).toHaveLength(1);
  });

  test.each([
    ["nothing", ""],
    ["blanks", " \n "],
    ["too much", "x".repeat(4_001)],
  ])("%s is not sent", async (_, text) => {
    const { store, said } = await talking();
    expect(store.send(here(store), text)).toBe(false);
    expect(store.outbox.value).toEqual([]);
    expect(said).toEqual([]);
  });

  test("a refusal is shown on the message it is about", async () => {
    const { store, said } = await talking();
    store.send(here(store), "hello");
    const id = store.outbox.value[0]?.id ?? "";
    store.receiveChannel("general", {
      type: "error",
      code: "forbidden",
      detail: "No.",
      command: "send",
      id: "another",
    });
    store.receiveChannel("general", { type: "error", code: "invalid_text", detail: "No.", command: "send", id });
    await vi.waitFor(() => expect(store.outbox.value[0]?.failure).toEqual({ code: "invalid_text", detail: "No." }));
    expect(said).toHaveLength(1);
    store.discard({ id, kind: "send" });
    expect(store.outbox.value).toEqual([]);
  });

  test("what is said in the open conversation waits for its socket, and stays in sight until then", async () => {
    const { store, api, said } = await talking();
    store.linkChanged("channel", { kind: "waiting", tries: 1 });
    store.send(here(store), "hello");
    store.linkChanged("directory", { kind: "live" });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(api.send).not.toHaveBeenCalled();
    expect(store.outbox.value).toHaveLength(1);
    store.linkChanged("channel", { kind: "live" });
    await vi.waitFor(() => expect(said).toMatchObject([{ type: "send", text: "hello" }]));
  });

  test("what was under way when the socket broke goes out again with the same id", async () => {
    const { store, said } = await talking();
    store.send(here(store), "hello");
    store.linkChanged("channel", { kind: "waiting", tries: 1 });
    store.linkChanged("directory", { kind: "waiting", tries: 1 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(said).toHaveLength(1);
    store.linkChanged("channel", { kind: "live" });
    await vi.waitFor(() => expect(said).toHaveLength(2));
    expect(said[1]).toEqual(said[0]);
  });

  test("for a conversation left behind it goes by HTTP, and never into a channel made again under that name", async () => {
    const { store, said, api } = await talking();
    store.linkChanged("channel", { kind: "waiting", tries: 1 });
    store.linkChanged("directory", { kind: "waiting", tries: 1 });
    store.send(here(store), "for them");
    go("/c/design");
    store.linkChanged("directory", { kind: "live" });
    await vi.waitFor(() =>
      expect(api.send).toHaveBeenCalledWith("general", { id: expect.any(String), text: "for them" }),
    );
    expect(said).toEqual([]);
    await vi.waitFor(() => expect(store.outbox.value).toEqual([]));

    go("/c/general");
    store.linkChanged("directory", { kind: "waiting", tries: 1 });
    store.send(here(store), "for the old one");
    go("/c/design");
    store.receiveDirectory({ type: "channel", channel: channel("general", { epoch: "another" }) });
    store.linkChanged("directory", { kind: "live" });
    await vi.waitFor(() => expect(store.outbox.value[0]?.failure?.code).toBe("not_found"));
    expect(api.send).toHaveBeenCalledTimes(1);
  });
});

describe("a message that waits for its files", () => {
  const file = { id: "f", name: "a.png", type: "image/png", size: 1, url: "/f" };

  /** Uploads as the composer gives them, whose states are the test's to set. */
  function uploads(state: UploadState) {
    const upload = { id: "u", name: "a.png", size: 1, state };
    const list = signal<readonly Upload[]>([upload]);
    const set = (next: UploadState) => {
      list.value = [{ ...upload, state: next }];
    };
    const nothing = () => {};
    const retryFailed = vi.fn(() => set({ kind: "uploading", progress: 0 }));
    const clear = () => {
      list.value = [];
    };
    const given: Uploads = {
      list,
      complaint: signal(undefined),
      sources: () => [],
      forgive: nothing,
      add: () => 0,
      rename: nothing,
      retry: nothing,
      retryFailed,
      leaveOutFailed: nothing,
      remove: nothing,
      clear,
    };
    return { given, set, retryFailed };
  }

  test("goes with them once they are there", async () => {
    const { store, said } = await talking();
    const { given, set } = uploads({ kind: "uploading", progress: 0.5 });
    here(store).uploads.value = given;
    expect(store.send(here(store), "see")).toBe(true);
    expect(here(store).uploads.value).toBeUndefined();
    expect(said).toEqual([]);
    set({ kind: "done", attachment: file });
    await vi.waitFor(() => expect(said).toMatchObject([{ type: "send", text: "see", attachments: ["f"] }]));
  });

  test("has failed while one of them has, holds nothing else up, and goes on when that is tried again", async () => {
    const { store, said } = await talking();
    const { given, set, retryFailed } = uploads({ kind: "uploading", progress: 0.5 });
    here(store).uploads.value = given;
    store.send(here(store), "see");
    store.send(here(store), "after");
    const id = store.outbox.value[0]?.id ?? "";
    set({ kind: "failed", detail: "No connection.", mayRetry: true });
    await vi.waitFor(() => expect(said).toMatchObject([{ text: "after" }]));
    expect(store.outbox.value[0]?.failure).toEqual({ code: "upload", detail: "No connection." });
    store.retry({ id, kind: "send" });
    expect(retryFailed).toHaveBeenCalled();
    await vi.waitFor(() => expect(store.outbox.value[0]?.failure).toBeUndefined());
    store.receiveChannel("general", {
      type: "messages",
      messages: [message(1, { id: said[0] && "id" in said[0] ? said[0].id : "", author: ada })],
    });
    set({ kind: "done", attachment: file });
    await vi.waitFor(() => expect(said.at(-1)).toMatchObject({ text: "see", attachments: ["f"] }));
  });

  test("keeps those that were uploaded when the page closes before its shortcodes are known", async () => {
    closeTabs();
    const left = {
      kind: "send",
      text: "done :nosuchcode:",
      attachments: [file],
      held: { fileNames: ["a.png"] },
    } as const;
    const about = { id: message(9).id, personId: ada.id, epoch: "epoch-general", channelId: "general", tab: "gone" };
    await createOutboxRows().put({ ...left, ...about, madeAt: 1, order: 1, revision: 1 });
    const again = await talking();
    await vi.waitFor(() => expect(again.said).toMatchObject([{ id: about.id, attachments: ["f"] }]), {
      timeout: 5_000,
    });
  });
});

describe("editing", () => {
  test("goes out in order with what is said, and ends when the new text comes back", async () => {
    const { store, said } = await talking([message(1, { author: ada }), message(2)]);
    store.editLast(here(store));
    expect(here(store).editing.value?.id).toBe(message(1).id);
    expect(save(store, "  ")).toBe(false);
    expect(save(store, "other words ")).toBe(true);
    expect(here(store).editing.value).toBeUndefined();
    expect(said).toEqual([{ type: "edit", id: message(1).id, text: "other words" }]);
    store.receiveChannel("general", {
      type: "messages",
      messages: [message(1, { author: ada, rev: 3, text: "message 1" })],
    });
    expect(store.outbox.value).toHaveLength(1);
    store.receiveChannel("general", {
      type: "messages",
      messages: [message(1, { author: ada, rev: 4, text: "other words" })],
    });
    expect(store.outbox.value).toEqual([]);
  });

  test("to the same text sends nothing", async () => {
    const { store, said } = await talking([message(1, { author: ada })]);
    store.editLast(here(store));
    expect(save(store, "message 1")).toBe(true);
    expect(said).toEqual([]);
  });

  test("back to what it was while the first edit still waits: what was meant last goes out", async () => {
    const { store, said } = await talking([message(1, { author: ada })]);
    store.linkChanged("channel", { kind: "waiting", tries: 1 });
    store.linkChanged("directory", { kind: "waiting", tries: 1 });
    store.editLast(here(store));
    save(store, "a slip");
    await new Promise((resolve) => setTimeout(resolve, 5));
    store.editLast(here(store));
    save(store, "message 1");
    expect(store.outbox.value).toMatchObject([{ kind: "edit", text: "message 1" }]);
    store.linkChanged("channel", { kind: "live" });
    await vi.waitFor(() => expect(said).toEqual([{ type: "edit", id: message(1).id, text: "message 1" }]));
  });

  test("once more while the one before is under way: both go out, the newer one last", async () => {
    const { store, said } = await talking([message(1, { author: ada })]);
    store.editLast(here(store));
    save(store, "first try");
    store.editLast(here(store));
    await new Promise((resolve) => setTimeout(resolve, 2));
    save(store, "second try");
    expect(said).toHaveLength(1);
    store.receiveChannel("general", {
      type: "messages",
      messages: [message(1, { author: ada, rev: 2, text: "first try" })],
    });
    await vi.waitFor(() => expect(said).toHaveLength(2));
    expect(said[1]).toMatchObject({ type: "edit", text: "second try" });
    store.receiveChannel("general", {
      type: "messages",
      messages: [message(1, { author: ada, rev: 3, text: "second try" })],
    });
    await vi.waitFor(() => expect(store.outbox.value).toEqual([]));
  });
});

describe("deleting", () => {
  test("waits, can be undone, and goes out when the page goes away", async () => {
    const { store, said, api } = await talking([message(1, { author: ada }), message(2, { author: ada })]);
    const [first, second] = store.open.value?.history.value.messages ?? [];
    store.remove(here(store), first?.id ?? "");
    store.remove(here(store), second?.id ?? "");
    store.undoRemove(first?.id ?? "");
    expect(store.outbox.value).toMatchObject([{ kind: "delete", id: second?.id }]);
    expect(store.outbox.value).toMatchObject([{ isUndoable: true }]);
    expect(said).toEqual([]);
    store.leavePage();
    expect(api.remove).toHaveBeenCalledExactlyOnceWith("general", second?.id);
    store.receiveChannel("general", { type: "messages", messages: [message(2, { rev: 3, text: "", deleted: true })] });
    expect(store.outbox.value).toEqual([]);
  });
});

describe("reactions and replies", () => {
  test("a reaction goes out as it is meant, and ends when it is there", async () => {
    const { store, said } = await talking([message(1)]);
    store.react(here(store), message(1).id, "🎉", true);
    expect(said).toEqual([{ type: "react", id: message(1).id, emoji: "🎉", on: true }]);
    store.receiveChannel("general", {
      type: "messages",
      messages: [message(1, { rev: 2, reactions: [{ emoji: "🎉", people: [bea] }] })],
    });
    expect(store.outbox.value).toHaveLength(1);
    store.receiveChannel("general", {
      type: "messages",
      messages: [message(1, { rev: 3, reactions: [{ emoji: "🎉", people: [bea, ada] }] })],
    });
    expect(store.outbox.value).toEqual([]);
  });

  test("what is written next replies, once", async () => {
    const { store, said } = await talking([message(1)]);
    store.reply(here(store), message(1).id);
    store.send(here(store), "yes");
    store.send(here(store), "and more");
    store.receiveChannel("general", {
      type: "messages",
      messages: [message(2, { id: said[0] && "id" in said[0] ? said[0].id : "", author: ada })],
    });
    await vi.waitFor(() => expect(said).toHaveLength(2));
    expect(said).toMatchObject([{ replyTo: message(1).id }, { text: "and more" }]);
    expect(said[1]).not.toHaveProperty("replyTo");
  });
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

describe("a device link", () => {
  test("opened where nobody is signed in: in at once", async () => {
    const { store, api } = await make({ token: "secret" });
    expect(api.redeem).toHaveBeenCalledExactlyOnceWith("secret");
    expect(store.person.value).toEqual(bea);
    expect(store.phase.value).toBe("in");
  });

  test("opened while there is no network: it is tried again, and not lost", async () => {
    const { store, api } = await make({ token: "secret", isOffline: true });
    expect(store.phase.value).toBe("unreachable");
    await store.start();
    expect(api.redeem).toHaveBeenCalledTimes(2);
    expect(store.person.value).toEqual(bea);
  });

  test("that is used up and opened in a page where nobody is signed in says why", async () => {
    const { store, api } = await make();
    vi.mocked(api.session).mockResolvedValue({ ok: false, status: 401, code: "unauthorized", detail: "" });
    store.linkChanged("directory", { kind: "stopped", code: 4401 });
    await vi.waitFor(() => expect(store.phase.value).toBe("ended"));
    vi.mocked(api.redeem).mockResolvedValue({ ok: false, status: 410, code: "link_expired", detail: "Used up." });
    await store.start("secret");
    expect(store.phase.value).toBe("welcome");
    expect(store.linkProblem.value).toBe("Used up.");
  });

  test("opened where somebody is: asked first, and whoever stays stays", async () => {
    await make();
    const { store, api } = await make({ token: "secret" });
    expect(store.phase.value).toBe("linked");
    await store.decideLink(false);
    expect(api.redeem).not.toHaveBeenCalled();
    expect(store.person.value).toEqual(ada);
    expect(store.phase.value).toBe("in");
  });

  test("taken there: this device forgets who was here before", async () => {
    await make();
    localState.keepDraft(ada.id, "epoch-general", "Ada's thought");
    const { store } = await make({ token: "secret" });
    await store.decideLink(true);
    expect(store.person.value).toEqual(bea);
    expect(localState.draft(ada.id, "epoch-general")).toBe("");
  });
});

describe("unread", () => {
  test("a channel first seen starts as read; messages elsewhere count; reading ends it, over a restart too", async () => {
    const { store } = await talking([message(1)]);
    const unread = (of = store) => of.unreadOf(of.channels.value.get("design") ?? channel("design")).count;
    expect(unread()).toBe(0);
    store.receiveDirectory({ type: "activity", channels: [{ id: "design", seq: 3, lastAt: 9 }] });
    expect(unread()).toBe(3);
    const again = (await talking()).store;
    again.receiveDirectory({ type: "activity", channels: [{ id: "design", seq: 240, lastAt: 9 }] });
    expect(unread(again)).toBe(100);
    go("/c/design");
    again.receiveChannel("design", welcome([message(240)], { epoch: "epoch-design" }));
    again.markRead(here(again));
    expect(unread(again)).toBe(0);
    expect(localState.read(ada.id, "epoch-design")).toBe(240);
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

describe("the end of a session", () => {
  test("by one's own device link in another tab: one is still the same person, and nothing is forgotten", async () => {
    const { store, startOver } = await talking();
    store.keepDraft(here(store), "half a thought");
    store.linkChanged("directory", { kind: "stopped", code: 4401 });
    await vi.waitFor(() => expect(startOver).toHaveBeenCalled());
    expect(store.draft(here(store))).toBe("half a thought");
    expect(store.phase.value).toBe("in");
  });

  test("elsewhere: this device forgets the person, drafts, unsent words and all", async () => {
    const { store, api } = await talking();
    store.keepDraft(here(store), "half a thought");
    expect(store.draft(here(store))).toBe("half a thought");
    store.linkChanged("channel", { kind: "waiting", tries: 1 });
    store.send(here(store), "unsent");
    vi.mocked(api.session).mockResolvedValue({ ok: false, status: 401, code: "unauthorized", detail: "" });
    store.linkChanged("directory", { kind: "stopped", code: 4401 });
    await vi.waitFor(() => expect(store.phase.value).toBe("ended"));
    expect(store.person.value).toBeUndefined();
    expect(store.outbox.value).toEqual([]);
    expect(Object.keys(localStorage)).toEqual([]);
  });

  test("that nobody can vouch for takes nothing: only an explicit answer does", async () => {
    const { store, api } = await talking();
    store.keepDraft(here(store), "half a thought");
    const unsure = { ok: false, status: 503, code: "busy", detail: "" } as const;
    const answer = vi.mocked(api.session).mockResolvedValueOnce(unsure);
    store.linkChanged("directory", { kind: "stopped", code: 4401 });
    await vi.waitFor(() => expect(answer).toHaveBeenCalledTimes(2));
    await answer.mock.results.at(-1)?.value;
    expect(store.phase.value).toBe("in");
    expect(store.draft(here(store))).toBe("half a thought");
  });

  test("here: back to the welcome", async () => {
    const { store, api } = await talking();
    await store.signOut();
    expect(api.signOut).toHaveBeenCalled();
    expect(store.phase.value).toBe("welcome");
  });

  test("and joining again in the same tab begins with nothing of before, and shows what comes", async () => {
    const { store, api } = await talking([message(1)]);
    await store.signOut();
    expect(store.open.value?.history.value.messages).toEqual([]);
    vi.mocked(api.signIn).mockResolvedValueOnce({ ok: true, value: { person: bea }, status: 201 });
    await store.signIn("Bea");
    store.receiveChannel("general", welcome([message(1), message(2)], { you: bea }));
    expect(store.open.value?.history.value.messages).toHaveLength(2);
    expect(store.phase.value).toBe("in");
  });

  test("somebody else signed in in another tab: this one starts over, and sends nothing in their name", async () => {
    const { store, api, startOver } = await talking([message(1)]);
    localState.keepPerson(bea);
    store.linkChanged("channel", { kind: "waiting", tries: 1 });
    store.send(here(store), "Ada's words");
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(api.send).not.toHaveBeenCalled();
    expect((await store.rename("Ada L.")).ok).toBe(false);
    expect(api.signIn).not.toHaveBeenCalled();
    startOver.mockClear();
    store.receiveDirectory({
      type: "directory",
      version: 2,
      you: bea,
      channels: [channel("general")],
      people: [],
      ...NOTHING_READ,
    });
    expect(startOver).toHaveBeenCalled();
  });
});

describe("read marks agree on all devices", () => {
  type First = Extract<DirectoryFrame, { type: "directory" }>;
  const first: First = { type: "directory", version: 2, you: ada, channels: [], people: [], ...NOTHING_READ };

  test("the server's marks count, also where this device had thought more was read", async () => {
    const { store } = await talking([message(1)]);
    const general = { ...channel("design"), seq: 5 };
    store.receiveDirectory({ ...first, channels: [general], reads: { design: 5 } });
    expect(store.unreadOf(general).count).toBe(0);
    store.receiveDirectory({ ...first, channels: [general], reads: { design: 2 } });
    expect(store.unreadOf(general).count).toBe(3);
    store.receiveDirectory({ type: "read", channels: [{ id: "design", seq: 4 }] });
    expect(store.unreadOf(general).count).toBe(1);
    store.receiveDirectory({ type: "read", channels: [{ id: "design", seq: 3 }] });
    expect(store.unreadOf(general).count).toBe(1);
    store.receiveDirectory({ type: "unread", id: "design", seq: 2 });
    expect(store.unreadOf(general).count).toBe(4);
  });

  test("what is read is told when the page is hidden, once, and not what the server said itself", async () => {
    const { store, toldFeed } = await talking([message(1), message(2)]);
    store.receiveDirectory({ type: "read", channels: [{ id: "design", seq: 9 }] });
    store.markRead(here(store));
    expect(toldFeed).toEqual([]);
    store.tellRead(true);
    store.tellRead(true);
    expect(toldFeed).toEqual([{ type: "read", channels: [{ id: "general", seq: 2 }] }]);
  });

  test("a message that was deleted while unread counts no more, nor does its mention", async () => {
    const { store } = await talking([]);
    const design = { ...channel("design"), seq: 3 };
    store.receiveDirectory({ ...first, channels: [design], reads: { design: 0 }, mentions: { design: [2] } });
    expect(store.unreadOf(design)).toEqual({ count: 3, isForYou: true });
    store.receiveDirectory({ type: "activity", channels: [{ id: "design", seq: 3, lastAt: 1, deleted: [2] }] });
    expect(store.unreadOf(design)).toEqual({ count: 2, isForYou: false });
  });

  test("a message that was fetched before it was deleted, and comes after that, counts no more", async () => {
    const { store, api } = await talking([]);
    const design = { ...channel("design"), seq: 1 };
    const stale = { epoch: design.epoch, head: { seq: 1, rev: 1 }, messages: [message(1)] };
    const answered = Promise.withResolvers<Awaited<ReturnType<typeof api.window>>>();
    vi.mocked(api.window).mockReturnValueOnce(answered.promise);
    store.receiveDirectory({ ...first, channels: [design], reads: { design: 0 } });
    store.receiveDirectory({ type: "activity", channels: [{ id: "design", seq: 1, lastAt: 1, deleted: [1] }] });
    answered.resolve({ ok: true, value: stale, status: 200 });
    await answered.promise;
    await new Promise((resolve) => setTimeout(resolve));
    expect(store.unreadOf(design).count).toBe(0);
  });

  test("a mention that was taken away is one no more", async () => {
    const { store, api } = await talking([]);
    const design = { ...channel("design"), seq: 1 };
    const mentioning = { ...message(1), text: `<@${ada.id}>` };
    store.receiveDirectory({ ...first, channels: [design], reads: { design: 0 } });
    store.receiveDirectory({ type: "mention", channel: "design", message: mentioning });
    expect(store.unreadOf(design).isForYou).toBe(true);
    const window = {
      epoch: design.epoch,
      head: { seq: 1, rev: 2 },
      messages: [{ ...mentioning, rev: 2, text: "nobody" }],
    };
    vi.mocked(api.window).mockResolvedValueOnce({ ok: true, value: window, status: 200 });
    store.receiveDirectory({ type: "mention_withdrawn", channel: "design", id: mentioning.id });
    await vi.waitFor(() => expect(store.unreadOf(design)).toEqual({ count: 1, isForYou: false }));
  });

  test("channels that did not fit into the first frame are fetched page by page", async () => {
    const { store, api } = await talking([]);
    const page = (value: ChannelPage) => ({ ok: true, value, status: 200 }) as const;
    vi.mocked(api.channels)
      .mockResolvedValueOnce(
        page({ channels: [{ ...channel("second"), seq: 4 }], reads: { second: 1 }, cursor: "second" }),
      )
      .mockResolvedValueOnce(page({ channels: [channel("third")] }));
    store.receiveDirectory({ ...first, channels: [channel("general")], reads: {}, more: true });
    await vi.waitFor(() => expect([...store.channels.value.keys()].sort()).toEqual(["general", "second", "third"]));
    expect(vi.mocked(api.channels).mock.calls.map(([cursor]) => cursor)).toEqual(["", "second"]);
    expect(store.unreadOf({ ...channel("second"), seq: 4 }).count).toBe(3);
  });

  test("while pages of the list are missing, channels of before stay and nothing counts as written to a channel that is gone", async () => {
    const { store, api } = await talking([]);
    const written = here(store);
    const answered = Promise.withResolvers<Awaited<ReturnType<typeof api.channels>>>();
    vi.mocked(api.channels).mockReturnValueOnce(answered.promise);
    vi.mocked(api.send).mockResolvedValue({ ok: false, status: 0, code: "offline", detail: "" });
    store.receiveDirectory({ ...first, channels: [channel("other")], reads: {}, more: true });
    go("/c/other", "push");
    expect(store.send(written, "to a channel of the next page")).toBe(true);
    await vi.waitFor(() => expect(store.outbox.value).toHaveLength(1));
    expect([...store.channels.value.keys()].sort()).toEqual(["design", "general", "other"]);
    expect(store.unsent.value).toEqual([]);
    answered.resolve({ ok: true, value: { channels: [channel("design")] }, status: 200 });
    await vi.waitFor(() => expect([...store.channels.value.keys()].sort()).toEqual(["design", "other"]));
    await vi.waitFor(() => expect(store.unsent.value).toHaveLength(1));
  });

  test("a mark made before the list has come is kept, and sent with it", async () => {
    const { store, toldFeed } = await talking([message(1), message(2)]);
    store.receiveDirectory({ ...first, channels: [], reads: {} });
    store.markRead(here(store));
    store.receiveDirectory({ ...first, channels: [{ ...channel("general"), seq: 2 }], reads: { general: 0 } });
    expect(store.unreadOf({ ...channel("general"), seq: 2 }).count).toBe(0);
    store.linkChanged("directory", { kind: "live" });
    expect(toldFeed).toEqual([{ type: "read", channels: [{ id: "general", seq: 2 }] }]);
  });
});
