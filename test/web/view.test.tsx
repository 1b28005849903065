/** What people see of a conversation: grouping, days, true states; and what the composer does with keys. */
import { signal } from "@preact/signals";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import { describe, expect, test, vi } from "vitest";
import type { Intent, OutboxEntry } from "../../web/state/outbox-entry.ts";
import { enter } from "../../web/state/preferences.ts";
import type { Conversation, Store } from "../../web/state/store.ts";
import { Composer } from "../../web/view/composer/Composer.tsx";
import { layOut } from "../../web/view/messages/timeline.ts";
import { dayName } from "../../web/view/parts/formats.ts";
import { lazy } from "../../web/view/parts/lazy.tsx";
import { EMPTY_HISTORY } from "../../worker/protocol/history.ts";
import type { Message, Person } from "../../worker/protocol/things.ts";

const ada: Person = { id: "ada-0123456789abcdef", name: "Ada" };
const bea: Person = { id: "bea-0123456789abcdef", name: "Bea" };
const NOON = new Date(2026, 10, 22, 12).getTime();
const MINUTE_MS = 60_000;

type Circumstances = Partial<Pick<OutboxEntry, "madeAt" | "failure">>;

function message(seq: number, about: Partial<Message> = {}): Message {
  return { id: `m${seq}`, seq, rev: seq, author: ada, sentAt: NOON, text: `${seq}`, ...about };
}

/** Ada, a day after the messages. */
const asAda = { you: ada, now: NOON + 24 * 60 * MINUTE_MS };

function pending(id: string, intent: Intent = { kind: "send", text: id }, about: Circumstances = {}): OutboxEntry {
  return {
    ...intent,
    id,
    personId: ada.id,
    epoch: "e",
    channelId: "c",
    madeAt: NOON,
    order: 1,
    revision: 1,
    tab: "t",
    ...about,
  };
}

describe("the timeline", () => {
  test("what waits is never in the future: on a device whose clock is a day ahead it stands with the messages of today", () => {
    const [day, ...others] = layOut([message(1)], [pending("x", undefined, { madeAt: NOON + 24 * 60 * MINUTE_MS })], {
      you: ada,
      now: NOON + MINUTE_MS,
    });
    expect(others).toEqual([]);
    expect(day?.rows.map(({ sentAt }) => sentAt)).toEqual([NOON, NOON + MINUTE_MS]);
  });

  test("groups one author's messages within five minutes", () => {
    const [day] = layOut(
      [
        message(1),
        message(2, { sentAt: NOON + 4 * MINUTE_MS }),
        message(3, { sentAt: NOON + 9 * MINUTE_MS }),
        message(4, { sentAt: NOON + 9 * MINUTE_MS, author: bea }),
        message(5, { sentAt: NOON + 9 * MINUTE_MS, author: { ...bea, name: "Beatrix" } }),
      ],
      [],
      asAda,
    );
    // A person has one name at a time, whatever they were called when they wrote.
    expect(day?.rows.map(({ isFirst }) => isFirst)).toEqual([true, false, true, true, false]);
    expect(day?.rows.map(({ isOwn }) => isOwn)).toEqual([true, true, true, false, false]);
  });

  test("says again who writes where a message quotes another one", () => {
    const [day] = layOut([message(1), message(2, { replyTo: message(1).id }), message(3)], [], asAda);
    expect(day?.rows.map(({ isFirst }) => isFirst)).toEqual([true, true, false]);
  });

  test("parts what a hook says under one name from what it says under another", () => {
    const hook = { id: "hook_0123456789abcdef", name: "CI · Grafana" };
    const [day] = layOut(
      [
        message(1, { author: hook }),
        message(2, { author: hook }),
        message(3, { author: { ...hook, name: "CI · Uptime Kuma" } }),
      ],
      [],
      asAda,
    );
    expect(day?.rows.map(({ isFirst }) => isFirst)).toEqual([true, false, true]);
  });

  test("gives back the same row for what has not changed, so that only what changed is shown anew", () => {
    const messages = [message(1), message(2), message(3, { reactions: [{ emoji: "🎉", people: [bea] }] })];
    const before = layOut(messages, [pending("x")], asAda);
    const after = layOut(
      [...messages.slice(0, 1), { ...message(2), text: "edited", rev: 9 }, ...messages.slice(2), message(4)],
      [pending("x")],
      asAda,
      before,
    );
    const [was, is] = [before, after].map((days) => days.flatMap(({ rows }) => rows));
    expect(is?.map((row) => was?.includes(row))).toEqual([true, false, true, false, true]);
  });

  test("parts days, and a new day starts a new group", () => {
    const beforeMidnight = new Date(2026, 10, 21, 23, 59).getTime();
    const days = layOut(
      [message(1, { sentAt: beforeMidnight }), message(2, { sentAt: beforeMidnight + 2 * MINUTE_MS })],
      [],
      asAda,
    );
    expect(days.map(({ rows }) => rows.length)).toEqual([1, 1]);
    expect(days[1]?.rows[0]?.isFirst).toBe(true);
  });

  test("puts what is under way last, and leaves out what has come back", () => {
    const [day] = layOut(
      [message(1), message(2)],
      [
        pending("m2"),
        pending("x", undefined, { madeAt: NOON - MINUTE_MS }),
        pending("y", undefined, { failure: { code: "busy", detail: "No." } }),
      ],
      asAda,
    );
    expect(day?.rows.map(({ id, state }) => [id, state.kind])).toEqual([
      ["m1", "sent"],
      ["m2", "sent"],
      ["x", "sending"],
      ["y", "failed"],
    ]);
  });

  test("shows an edit under way with its new text, and one that was refused", () => {
    const edit = pending("m1", { kind: "edit", text: "other words" });
    expect(layOut([message(1)], [edit], asAda)[0]?.rows[0]).toMatchObject({
      text: "other words",
      state: { kind: "sending" },
    });
    const refused = { ...edit, failure: { code: "not_found", detail: "Gone." } };
    expect(layOut([message(1)], [refused], asAda)[0]?.rows[0]?.state).toEqual({
      kind: "failed",
      command: "edit",
      code: "not_found",
      detail: "Gone.",
      retry: "whole",
    });
    const [row] = layOut([message(1, { text: "", deleted: true })], [edit], asAda)[0]?.rows ?? [];
    expect(row).toMatchObject({ text: "", isTombstone: true });
  });

  test("shows a deletion under way, and the tombstone once it is there", () => {
    const entry = pending("m1", { kind: "delete", isUndoable: true });
    expect(layOut([message(1)], [entry], asAda)[0]?.rows[0]?.state).toEqual({ kind: "deleting", isUndoable: true });
    const [row] = layOut([message(1, { text: "", deleted: true })], [entry], asAda)[0]?.rows ?? [];
    expect(row).toMatchObject({ isTombstone: true, state: { kind: "sent" } });
  });

  test("shows one's own reaction at once, and takes it back at once", () => {
    const held = message(1, { reactions: [{ emoji: "👍", people: [ada, bea] }] });
    const counts = (...entries: OutboxEntry[]) =>
      layOut([held], entries, asAda)[0]?.rows[0]?.reactions.map(({ emoji, people }) => `${emoji} ${people.length}`);
    expect(counts(pending("m1", { kind: "react", emoji: "🎉", on: true }))).toEqual(["👍 2", "🎉 1"]);
    expect(counts(pending("m1", { kind: "react", emoji: "👍", on: true }))).toEqual(["👍 2"]);
    expect(counts(pending("m1", { kind: "react", emoji: "👍", on: false }))).toEqual(["👍 1"]);
  });

  test.each([
    [new Date(2026, 10, 22), "Today"],
    [new Date(2026, 10, 21), "Yesterday"],
  ])("%s is %s", (day, name) => {
    expect(dayName(day.getTime(), NOON)).toBe(name);
  });

  test("older days are dates, with the year when it is another one", () => {
    expect(dayName(new Date(2026, 10, 9).getTime(), NOON)).not.toContain("2026");
    expect(dayName(new Date(2025, 10, 9).getTime(), NOON)).toContain("2025");
  });
});

describe("the composer", () => {
  function compose(draft = "", openEpoch = signal<string | undefined>("e")) {
    const send = vi.fn((_: Conversation, text: string) => text.trim() !== "");
    const keepDraft = vi.fn();
    const noteTyping = vi.fn();
    const store = {
      noteTyping,
      send,
      keepDraft,
      draft: () => (openEpoch.value ? draft : ""),
      openEpoch,
      changedElsewhere: signal(undefined),
      replacedDraft: signal(undefined),
      titleOf: (id: string) => `#${id}`,
      channels: signal(new Map([["general", { slowMs: 30_000 }]])),
      open: signal(undefined),
      people: signal(new Map()),
      textToSend: (text: string) => text,
      site: signal({ name: "Flack", accessCode: false, files: false }),
    };
    const conversation = {
      channelId: "general",
      replyTo: signal(undefined),
      uploads: signal(undefined),
      history: signal(EMPTY_HISTORY),
    };
    render(<Composer store={store as unknown as Store} conversation={conversation as unknown as Conversation} />);
    const box = screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message #general" });
    return { send, keepDraft, noteTyping, box };
  }

  test("brings the draft back and keeps what is typed", () => {
    const { box, keepDraft, noteTyping } = compose("half a thought");
    expect(box.value).toBe("half a thought");
    fireEvent.input(box, { target: { value: " " } });
    expect(noteTyping).not.toHaveBeenCalled();
    fireEvent.input(box, { target: { value: "a whole one" } });
    expect(noteTyping).toHaveBeenCalled();
    expect(keepDraft).toHaveBeenLastCalledWith(expect.anything(), "a whole one");
  });

  test("a draft that becomes known late is brought back, unless something was typed until then", async () => {
    const late = signal<string | undefined>(undefined);
    const { box } = compose("half a thought", late);
    expect(box.value).toBe("");
    late.value = "e";
    await waitFor(() => expect(box.value).toBe("half a thought"));
    cleanup();
    const again = signal<string | undefined>(undefined);
    const { box: other, keepDraft } = compose("half a thought", again);
    fireEvent.input(other, { target: { value: "typed early" } });
    again.value = "e";
    await waitFor(() => expect(keepDraft).toHaveBeenLastCalledWith(expect.anything(), "typed early"));
    expect(other.value).toBe("typed early");
  });

  test.each([
    ["Enter", { key: "Enter" }, true],
    ["Ctrl+Enter", { key: "Enter", ctrlKey: true }, true],
    ["⌘Enter", { key: "Enter", metaKey: true }, true],
    ["Shift+Enter", { key: "Enter", shiftKey: true }, false],
    ["Enter while composing", { key: "Enter", isComposing: true }, false],
    ["Enter that ends composing in Safari", { key: "Enter", keyCode: 229 }, false],
    ["a letter", { key: "a" }, false],
  ])("%s: sends is %o", (_, key, isSent) => {
    const { box, send, keepDraft } = compose("hello");
    fireEvent.keyDown(box, key);
    expect(send).toHaveBeenCalledTimes(isSent ? 1 : 0);
    if (isSent) expect(keepDraft).toHaveBeenLastCalledWith(expect.anything(), "");
    expect(box.value).toBe(isSent ? "" : "hello");
  });

  test("where Enter breaks the line, Ctrl+Enter sends", () => {
    enter.choose("breaks");
    const { box, send } = compose("hello");
    fireEvent.keyDown(box, { key: "Enter" });
    expect(send).not.toHaveBeenCalled();
    fireEvent.keyDown(box, { key: "Enter", ctrlKey: true });
    expect(send).toHaveBeenCalledOnce();
    enter.choose("sends");
  });

  test("says how often one may write before anything is sent", () => {
    compose();
    screen.getByText("One message every 30 seconds.");
  });

  test("a tool begins a mention, apart from the word before it", () => {
    const { box } = compose("hello");
    box.setSelectionRange(5, 5);
    fireEvent.click(screen.getByRole("button", { name: "Mention someone" }));
    expect(box.value).toBe("hello @");
  });

  test("formatting stands behind one button", () => {
    const { box } = compose("hello");
    expect(screen.queryByRole("button", { name: "Bold" })).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Formatting" }));
    box.setSelectionRange(0, 5);
    fireEvent.click(screen.getByRole("button", { name: "Bold" }));
    expect(box.value).toBe("**hello**");
  });

  test("counts from nine tenths on, and cannot send too much", () => {
    const { box } = compose();
    const button = screen.getByRole<HTMLButtonElement>("button", { name: "Send" });
    expect(button.disabled).toBe(true);
    fireEvent.input(box, { target: { value: "x".repeat(3_600) } });
    expect(screen.queryByText("400")).toBeNull();
    fireEvent.input(box, { target: { value: "x".repeat(3_601) } });
    screen.getByText("399");
    expect(button.disabled).toBe(false);
    fireEvent.input(box, { target: { value: "x".repeat(4_001) } });
    screen.getByText("1 character too many");
    expect(button.disabled).toBe(true);
  });
});

describe("what is fetched when it is shown", () => {
  test("says the plain thing where it cannot be fetched, and is fetched when it is shown anew", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const load = vi
      .fn<() => Promise<() => string>>()
      .mockRejectedValueOnce(new Error("there is no network"))
      .mockResolvedValue(() => "in full");
    const Part = lazy(load, { missing: () => "in plain" });
    const { unmount } = render(<Part />);
    await screen.findByText("in plain");
    unmount();
    render(<Part />);
    await screen.findByText("in full");
  });
});
