/** What a new message costs the page: itself. */
import { signal } from "@preact/signals";
import { act, render, waitFor } from "@testing-library/preact";
import { createRef } from "preact";
import { expect, test, vi } from "vitest";
import type { OutboxEntry } from "../../web/state/outbox-entry.ts";
import type { Conversation, Store } from "../../web/state/store.ts";
import { MessageList } from "../../web/view/messages/MessageList.tsx";
import { EMPTY_HISTORY, type History, merge } from "../../worker/protocol/history.ts";
import type { Message, Person } from "../../worker/protocol/things.ts";

const ada: Person = { id: "ada-0123456789abcdef", name: "Ada" };
const shown: string[] = [];
vi.mock("../../web/view/messages/Text.tsx", () => ({
  Text({ text }: { readonly text: string }) {
    shown.push(text);
    return null;
  },
}));

function message(seq: number, about: Partial<Message> = {}): Message {
  return { id: `m${seq}`, seq, rev: seq, author: ada, sentAt: seq, text: `${seq}`, ...about };
}

test("a message that comes is shown, an edit is shown anew, and the other rows are left alone", async () => {
  const history = signal<History>(
    merge(
      EMPTY_HISTORY,
      Array.from({ length: 90 }, (_, n) => message(n + 1)),
    ),
  );
  const conversation = {
    channelId: "general",
    epoch: signal("e"),
    history,
    newAfter: signal(undefined),
    editing: signal(undefined),
  } as unknown as Conversation;
  const store = {
    now: Date.now,
    titleOf: () => "#general",
    nameOf: ({ name }: Person) => name,
    outbox: signal<readonly OutboxEntry[]>([]),
    openEpoch: signal("e"),
    person: signal(ada),
    people: signal(new Map([[ada.id, ada]])),
    isConnected: signal(true),
    isOwner: signal(false),
    noteNew: () => {},
    markRead: () => {},
  } as unknown as Store;
  render(<MessageList store={store} conversation={conversation} you={ada} shown={createRef()} />);
  expect(shown, "first about as many as the window shows").toHaveLength(Math.trunc(innerHeight / 30));
  await waitFor(() => expect(document.querySelectorAll("li.message")).toHaveLength(90));

  shown.length = 0;
  await act(() => {
    history.value = merge(history.value, [message(91)]);
  });
  // The one before it is no longer the one that Tab reaches.
  expect([...new Set(shown)].sort()).toEqual(["90", "91"]);

  shown.length = 0;
  await act(() => {
    history.value = merge(history.value, [message(40, { rev: 92, text: "forty" })]);
  });
  expect(new Set(shown)).toEqual(new Set(["forty"]));
});
