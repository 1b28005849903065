/** What counts as unread in the store, and the marks that all devices share. */
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { ChannelPage } from "../../web/network/api.ts";
import { go } from "../../web/state/route.ts";
import { localState } from "../../web/storage/local-state.ts";
import type { DirectoryFrame } from "../../worker/protocol/frames.ts";
import { ada, beginAnew, channel, here, message, NOTHING_READ, talking, welcome } from "./store-fixture.ts";

beforeEach(beginAnew);

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
      messages: [{ ...mentioning, rev: 2, text: "no one" }],
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
