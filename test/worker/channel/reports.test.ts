/** What a channel tells to others: how often, and in how many calls. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Reports } from "../../../worker/channel/reports.ts";
import type { ChannelNews, ChannelRef } from "../../../worker/channel/rpc.ts";
import { EMPTY_HISTORY, type History } from "../../../worker/protocol/history.ts";
import type { Message } from "../../../worker/protocol/things.ts";

const CHANNEL: ChannelRef = { id: "general", epoch: "epoch-of-general", kind: "public" };
const author = { id: "0-author-author-author", name: "Ada" };

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A channel whose targets take a call so often (ms). `write` writes its next message. */
function channel(intervalMs: number) {
  const sent: { readonly target: string; readonly news: ChannelNews }[] = [];
  let history: History = EMPTY_HISTORY;
  const reports = new Reports({
    history: () => history,
    channel: () => CHANNEL,
    store: {
      about: undefined,
      traceOf: () => undefined,
      facts: { shards: 1, noteOwedSince: () => {} },
      members: { has: () => false, ids: () => [] },
    },
    send: async (target, news) => {
      sent.push({ target, news });
      return intervalMs;
    },
    reschedule: () => {},
  });
  const write = async (text: string) => {
    const seq = history.seq + 1;
    const message: Message = { id: `message-${seq}`, seq, rev: seq, author, text, sentAt: seq };
    history = { seq, rev: seq, messages: [...history.messages, message] };
    reports.note(CHANNEL, undefined, message, 1);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { sent, write };
}

test.each([1_000, 10_000])(
  "the first message is told at once, later ones as often as the directory asked: %d ms",
  async (ms) => {
    const { sent, write } = channel(ms);
    for (let n = 0; n < 3; n++) await write("hello");
    expect(sent.map(({ news }) => news.activity?.seq)).toEqual([1]);
    await vi.advanceTimersByTimeAsync(ms - 1);
    expect(sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent.map(({ news }) => news.activity?.seq)).toEqual([1, 3]);
  },
);

test("everyone of a shard whom a message mentions is in one call", async () => {
  const { sent, write } = channel(1_000);
  const people = ["bea", "cem", "dan"].map((name) => `0-${name}`.padEnd(21, "x"));
  await write(people.map((id) => `<@${id}>`).join(" "));
  const mentions = sent.filter(({ target }) => target === "people:0").map(({ news }) => news.mentions);
  expect(mentions).toEqual([[expect.objectContaining({ people })]]);
});
