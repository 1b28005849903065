/** What somebody hears who does not see the screen: news of others, never history, never their own, and a crowd as a number. */
import { signal } from "@preact/signals";
import { act, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ConnectionState } from "../../web/network/connection-state.ts";
import type { Conversation, Store } from "../../web/state/store.ts";
import { Announcer } from "../../web/view/app/Announcer.tsx";
import { EMPTY_HISTORY, type History, merge } from "../../worker/protocol/history.ts";
import type { Message, Person } from "../../worker/protocol/things.ts";

const ada: Person = { id: "ada-0123456789abcdef", name: "Ada" };
const bea: Person = { id: "bea-0123456789abcdef", name: "Bea" };
const GATHERED_MS = 1_000;

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function message(seq: number, author = bea, about: Partial<Message> = {}): Message {
  return { id: `m${seq}`, seq, rev: seq, author, sentAt: 0, text: `message ${seq}`, ...about };
}

/** Everything the live region ever said. */
function listen(messages: readonly Message[]) {
  const history = signal<History>(merge(EMPTY_HISTORY, messages));
  const link = signal<ConnectionState>({ kind: "live" });
  const epoch = signal<string | undefined>("e");
  const conversation = { epoch, history } as unknown as Conversation;
  const store = {
    person: signal(ada),
    channelLink: link,
    plainText: (text: string) => text,
    nameOf: ({ name }: { readonly name: string }) => name,
  } as unknown as Store;
  render(<Announcer store={store} conversation={conversation} />);
  const region = screen.getByRole("status", { name: "New messages" });
  const said: string[] = [];
  async function say(...more: readonly Message[]): Promise<string[]> {
    await act(() => {
      history.value = merge(history.value, more);
    });
    await act(() => void vi.advanceTimersByTime(GATHERED_MS));
    said.push(...[...region.querySelectorAll("p")].map((line) => line.textContent ?? ""));
    return said.splice(0);
  }
  return { say, link, region };
}

test("history is not read out", async () => {
  const { region, say } = listen(Array.from({ length: 100 }, (_, n) => message(n + 1)));
  await act(() => void vi.advanceTimersByTime(GATHERED_MS));
  expect(region.textContent).toBe("");
  expect(await say()).toEqual([]);
});

test("one's own message is not announced", async () => {
  const { say } = listen([message(1)]);
  expect(await say(message(2, ada))).toEqual([]);
});

test("one message is read with its author", async () => {
  const { say } = listen([message(1)]);
  expect(await say(message(2))).toEqual(["Bea: message 2"]);
});

test("up to five that come together are read one by one", async () => {
  const { say } = listen([message(1)]);
  expect(await say(...[2, 3, 4, 5, 6].map((seq) => message(seq)))).toHaveLength(5);
});

test("eight are a number, and so are twenty", async () => {
  const { say } = listen([message(1)]);
  expect(await say(...Array.from({ length: 8 }, (_, n) => message(n + 2)))).toEqual(["8 new messages"]);
  expect(await say(...Array.from({ length: 20 }, (_, n) => message(n + 10)))).toEqual(["20 new messages"]);
});

test("what was said is not said again with the next message, and the same words are", async () => {
  const { say, region } = listen([message(1)]);
  await say(message(2));
  const before = region.querySelector("p");
  await say(message(3, ada));
  expect(region.querySelector("p")).toBe(before);
  await say(message(4, bea, { text: "message 2" }));
  expect(region.textContent).toBe("Bea: message 2");
  expect(region.querySelector("p")).not.toBe(before);
});

test("an edit, a reaction and a deletion are no news", async () => {
  const { say } = listen([message(1), message(2)]);
  expect(await say(message(2, bea, { rev: 3, text: "changed" }))).toEqual([]);
  expect(await say(message(1, bea, { rev: 4, text: "", deleted: true }))).toEqual([]);
});

test("what was missed while the connection was down is told when it is back", async () => {
  const { say, link } = listen([message(1)]);
  await act(() => {
    link.value = { kind: "waiting", tries: 1 };
  });
  // The welcome brings it, and only then the connection is live.
  expect(await say(message(2))).toEqual([]);
  await act(() => {
    link.value = { kind: "live" };
  });
  expect(await say()).toEqual(["Bea: message 2"]);
});
