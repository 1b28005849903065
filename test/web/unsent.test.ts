/** What was written and cannot be delivered as it is: nothing of it is lost, and the person is told what can be done. */
import { signal } from "@preact/signals";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { api } from "../../web/network/api.ts";
import { createDeliveries } from "../../web/network/delivery.ts";
import type { Upload, Uploads } from "../../web/network/uploads.ts";
import { type OutboxEntry, retryOf, withoutRefused } from "../../web/state/outbox-entry.ts";
import { draftOwner } from "../../web/storage/draft-owner.ts";
import { fileRows } from "../../web/storage/file-rows.ts";
import { localState } from "../../web/storage/local-state.ts";
import { createOutboxRows } from "../../web/storage/outbox-rows.ts";
import type { ChannelFrame } from "../../worker/protocol/frames.ts";
import type { Attachment } from "../../worker/protocol/things.ts";
import { ada, beginAnew, here, message, save, talking, welcome } from "./store-fixture.ts";

beforeEach(beginAnew);

/** Uploads that are done at once; each file has a number, so that an upload can be told from the one before. */
let uploadCount = 0;
function uploadsOf(): Uploads {
  const list = signal<readonly Upload[]>([]);
  const files: File[] = [];
  const nothing = () => {};
  return {
    list,
    complaint: signal(undefined),
    sources: () => [...files],
    forgive: nothing,
    add(chosen) {
      files.push(...chosen);
      list.value = chosen.map(({ name, size }) => {
        const id = `upload-${++uploadCount}`;
        const attachment: Attachment = { id, name, type: "image/png", size, url: `/${id}` };
        return { id, name, size, state: { kind: "done", attachment } };
      });
      return chosen.length;
    },
    rename: nothing,
    retry: nothing,
    retryFailed: nothing,
    leaveOutFailed: nothing,
    remove: nothing,
    clear() {
      list.value = [];
    },
  };
}

const photo = () => new File(["picture"], "a.png", { type: "image/png" });

function messages(...changed: Parameters<typeof message>[]): ChannelFrame {
  return { type: "messages", messages: changed.map((one) => message(...one)) };
}

describe("files of a message that the server keeps no more", () => {
  const refusal = { code: "invalid_attachment", detail: "There is no such upload.", command: "send" } as const;

  async function withPhoto() {
    const made = await talking([], { makeUploads: uploadsOf });
    expect(made.store.attach(here(made.store), [photo()])).toBe(1);
    expect(made.store.send(here(made.store), "see")).toBe(true);
    const id = made.store.outbox.value[0]?.id ?? "";
    await vi.waitFor(async () => expect(await fileRows.read(id)).toHaveLength(1));
    const refuse = () => made.store.receiveChannel("general", { type: "error", ...refusal, id });
    return { ...made, id, refuse };
  }

  test("are uploaded again, once, and the message goes with them", async () => {
    const { store, said, refuse } = await withPhoto();
    const [first] = said.flatMap((command) => (command.type === "send" ? (command.attachments ?? []) : []));
    refuse();
    await vi.waitFor(() => expect(said).toHaveLength(2));
    expect(said[1]).toMatchObject({ type: "send", text: "see" });
    expect(said[1]).not.toMatchObject({ attachments: [first] });
    refuse();
    await vi.waitFor(() => expect(store.outbox.value[0]?.failure?.code).toBe("invalid_attachment"));
    expect(said).toHaveLength(2);
  });

  test("are the message's from the moment it is there: no draft has them, whenever the page goes", async () => {
    const draft = draftOwner(ada.id, "epoch-general");
    const { id } = await withPhoto();
    expect(await fileRows.read(id)).toHaveLength(1);
    expect(await fileRows.read(draft)).toEqual([]);
  });

  test("are taken from the draft by a tab that adopts the message, and are not there for the next one", async () => {
    const draft = draftOwner(ada.id, "epoch-general");
    const about = { id: message(9).id, personId: ada.id, epoch: "epoch-general", channelId: "general", tab: "gone" };
    const left = { kind: "send", text: "see", held: { fileNames: ["a.png"] } } as const;
    await fileRows.put(draft, ada.id, [photo()]);
    await createOutboxRows().put({ ...left, ...about, madeAt: 1, order: 1, revision: 1 });
    const { store, said } = await talking([], { makeUploads: uploadsOf });
    await vi.waitFor(() => expect(said).toMatchObject([{ id: about.id, attachments: [expect.any(String)] }]));
    expect(await fileRows.read(draft)).toEqual([]);
    await store.recallFiles(here(store));
    expect(here(store).uploads.value).toBeUndefined();
  });

  test("are kept on this device until the message is confirmed", async () => {
    const { store, id } = await withPhoto();
    store.receiveChannel("general", messages([1, { id, author: ada, text: "see" }]));
    await vi.waitFor(() => expect(store.outbox.value).toEqual([]));
    await vi.waitFor(async () => expect(await fileRows.read(id)).toEqual([]));
  });
});

test("what is tried again without its files says so, and where nothing is left it says that", () => {
  const about = {
    id: "1",
    personId: ada.id,
    epoch: "e",
    channelId: "general",
    madeAt: 1,
    order: 1,
    revision: 1,
    tab: "t",
  };
  const file: Attachment = { id: "f", name: "a.png", type: "image/png", size: 1, url: "/f" };
  for (const code of ["invalid_attachment", "interrupted", "invalid_reply", "invalid_text", "upload"]) {
    for (const text of ["words", ""]) {
      const entry: OutboxEntry = { ...about, kind: "send", text, attachments: [file], failure: { code, detail: "" } };
      const next = withoutRefused(entry);
      const hasFiles = next?.kind === "send" && next.attachments !== undefined;
      expect([code, text, next ? (hasFiles ? "whole" : "words") : "none"]).toEqual([code, text, retryOf(entry)]);
    }
  }
});

test("a failure that may pass is tried again, later each time, before the person hears of it", async () => {
  const entry: OutboxEntry = {
    ...{ id: "1", personId: ada.id, epoch: "e", channelId: "general", madeAt: 1, order: 1, revision: 1, tab: "t" },
    kind: "send",
    text: "words",
  };
  const answers = [
    { ok: false, status: 500, code: "internal", detail: "" },
    { ok: false, status: 408, code: "timeout", detail: "" },
    { ok: false, status: 502, code: "internal", detail: "" },
    { ok: false, status: 503, code: "busy", detail: "", retryAfterMs: 700 },
    { ok: false, status: 422, code: "invalid_text", detail: "Too long." },
  ] as const;
  const left = [...answers];
  const deliveries = createDeliveries({
    api: { ...api, send: async () => left.shift() ?? { ok: true, value: null, status: 201 } },
    sendCommand: () => false,
    confirmed: () => {},
    transportFor: () => "http",
  });
  const came = [];
  for (let tries = 0; tries <= answers.length; tries++) came.push(await deliveries.deliver(entry));
  expect(came).toEqual([
    { kind: "later", waitMs: 2_000 },
    { kind: "later", waitMs: 4_000 },
    { kind: "later", waitMs: 8_000 },
    { kind: "later", waitMs: 700 },
    { kind: "refused", code: "invalid_text", detail: "Too long." },
    { kind: "done" },
  ]);
  left.push(...Array.from({ length: 20 }, () => answers[0]));
  const again = [];
  for (let tries = 0; tries < 9; tries++) again.push((await deliveries.deliver(entry)).kind);
  expect(again).toEqual([...Array.from({ length: 8 }, () => "later"), "refused"]);
});

describe("a rewrite", () => {
  test("of a message that is deleted while it is written becomes part of the draft", async () => {
    const { store } = await talking([message(1, { author: ada })]);
    store.editLast(here(store));
    store.keepEdit(here(store), "better words");
    store.keepDraft(here(store), "begun");
    store.receiveChannel("general", messages([1, { author: ada, rev: 2, text: "", deleted: true }]));
    expect(here(store).editing.value).toBeUndefined();
    expect(store.draft(here(store))).toBe("begun\nbetter words");
    expect(localState.edit(ada.id, "epoch-general")).toBeUndefined();
  });

  test("of a message that has left the window by the next connection becomes part of the draft", async () => {
    const { store } = await talking([message(1, { author: ada })]);
    store.editLast(here(store));
    store.keepEdit(here(store), "better words");
    store.receiveChannel("general", welcome([message(2)]));
    expect(here(store).editing.value).toBeUndefined();
    expect(store.draft(here(store))).toBe("better words");
  });

  test("that changed nothing leaves no draft", async () => {
    const { store } = await talking([message(1, { author: ada })]);
    store.editLast(here(store));
    store.receiveChannel("general", messages([1, { author: ada, rev: 2, text: "", deleted: true }]));
    expect(here(store).editing.value).toBeUndefined();
    expect(store.draft(here(store))).toBe("");
  });

  test("that is not saved stays when another message is to be edited", async () => {
    const { store } = await talking([message(1, { author: ada }), message(2, { author: ada })]);
    expect(store.edit(here(store), message(1).id)).toBe(true);
    expect(store.edit(here(store), message(2).id)).toBe(true); // nothing was changed about the first
    store.keepEdit(here(store), "better words");
    expect(store.edit(here(store), message(1).id)).toBe(false);
    expect(here(store).editing.value).toMatchObject({ id: message(2).id, text: "better words" });
  });

  test("that was saved and finds its message deleted is among the unsent messages", async () => {
    const { store, said } = await talking([message(1, { author: ada })]);
    store.editLast(here(store));
    save(store, "better words");
    store.receiveChannel("general", messages([1, { author: ada, rev: 2, text: "", deleted: true }]));
    expect(said).toMatchObject([{ type: "edit" }]);
    const refused = { code: "not_found", detail: "This message is gone.", command: "edit", id: message(1).id } as const;
    store.receiveChannel("general", { type: "error", ...refused });
    await vi.waitFor(() => expect(store.unsent.value).toMatchObject([{ title: "#general", text: "better words" }]));
    store.unsent.value[0]?.discard();
    expect(store.unsent.value).toEqual([]);
  });

  test("of one channel that is gone is discarded without the draft beside it", async () => {
    localState.keepDraft(ada.id, "epoch-gone", "a draft");
    localState.keepEdit(ada.id, "epoch-gone", { id: "1", text: "a rewrite", from: "" });
    const { store } = await talking();
    localState.keepTitle(ada.id, "epoch-gone", "#design");
    expect(store.unsent.value.map(({ text }) => text).sort()).toEqual(["a draft", "a rewrite"]);
    store.unsent.value.find(({ text }) => text === "a rewrite")?.discard();
    expect(store.unsent.value).toMatchObject([{ title: "#design", text: "a draft" }]);
  });

  test("of a channel that is made again stays with the one before", async () => {
    const { store } = await talking([message(1, { author: ada })]);
    store.editLast(here(store));
    store.keepEdit(here(store), "better words");
    const again = { epoch: "another", channel: { id: "general", epoch: "another", kind: "public" } } as const;
    store.receiveChannel("general", welcome([], again));
    expect(here(store).editing.value).toBeUndefined();
    expect(store.draft(here(store))).toBe("");
    expect(localState.edit(ada.id, "epoch-general")?.text).toBe("better words");
  });
});

test("a page that goes away sends its own deletions, and leaves those of other tabs to them", async () => {
  const first = await talking([message(1, { author: ada }), message(2, { author: ada })]);
  const second = await talking([message(1, { author: ada }), message(2, { author: ada })]);
  first.store.remove(here(first.store), message(1).id);
  second.store.remove(here(second.store), message(2).id);
  await vi.waitFor(() => expect(second.store.outbox.value).toHaveLength(2));
  second.store.leavePage();
  expect(vi.mocked(second.api.remove).mock.calls).toEqual([["general", message(2).id]]);
});
