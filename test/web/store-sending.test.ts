/** What is said, edited, deleted and reacted to through the store: shown at once, on its way, refused. */
import { signal } from "@preact/signals";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Upload, UploadState, Uploads } from "../../web/network/uploads.ts";
import { go } from "../../web/state/route.ts";
import { createOutboxRows } from "../../web/storage/outbox-rows.ts";
import { ada, bea, beginAnew, channel, closeTabs, here, message, save, talking } from "./store-fixture.ts";

beforeEach(beginAnew);

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
