/** What a channel owes to a shard: of a mention and its withdrawal the later one counts, also around a call that fails. */
import { expect, test } from "vitest";
import { Owed } from "../../../worker/channel/owed.ts";
import { EMPTY_HISTORY, type History, merge } from "../../../worker/protocol/history.ts";
import { ACTIVITY_DELETED_MAX } from "../../../worker/protocol/limits.ts";
import type { Message } from "../../../worker/protocol/things.ts";

const CHANNEL = { id: "general", epoch: "e", kind: "public" } as const;

function message(seq: number): Message {
  return {
    id: `m${seq}`,
    seq,
    rev: seq,
    author: { id: "ada", name: "Ada" },
    sentAt: seq,
    text: `words ${seq}`,
    reactions: [],
  };
}

const history = (...messages: readonly Message[]): History => merge(EMPTY_HISTORY, messages);

/** Whom the news tells of mentions, and of mentions that are no more. */
function told(owed: Owed, held: History) {
  const news = owed.newsOf(CHANNEL, held);
  return {
    mentions: news.mentions.map(({ message: { id }, people }) => [id, ...people]),
    withdrawn: news.withdrawn.map(({ messageId, people }) => [messageId, ...people]),
  };
}

test("a mention that is withdrawn before it was told is told as withdrawn only, and the other way round", () => {
  const one = message(1);
  const owed = new Owed();
  owed.addMention(one, "bea");
  owed.addMention(one, "cem");
  owed.addWithdrawal(one, "bea");
  expect(told(owed, history(one))).toEqual({ mentions: [["m1", "cem"]], withdrawn: [["m1", "bea"]] });
  owed.addWithdrawal(one, "cem");
  expect(told(owed, history(one))).toEqual({ mentions: [], withdrawn: [["m1", "bea", "cem"]] });
  owed.addMention(one, "bea");
  owed.addMention(one, "cem");
  expect(told(owed, history(one))).toEqual({ mentions: [["m1", "bea", "cem"]], withdrawn: [] });
});

test("what could not be told is owed again, unless the opposite has come meanwhile", () => {
  const [one, two] = [message(1), message(2)];
  const owed = new Owed();
  owed.addMention(one, "bea");
  owed.addWithdrawal(two, "cem");
  const taken = owed.take();
  expect(owed.isNothing).toBe(true);
  owed.addWithdrawal(one, "bea");
  owed.addMention(two, "cem");
  owed.restore(taken, history(one, two));
  expect(told(owed, history(one, two))).toEqual({ mentions: [["m2", "cem"]], withdrawn: [["m1", "bea"]] });
});

test("what could not be told and has left the window is owed no more", () => {
  const owed = new Owed();
  owed.addMention(message(1), "bea");
  owed.addWithdrawal(message(2), "cem");
  const taken = owed.take();
  owed.restore(taken, history(message(101), message(102)));
  expect(owed.isNothing).toBe(true);
});

test("activity is the state of the moment when it is told; of deletions the newest are in it", () => {
  const owed = new Owed();
  expect(owed.newsOf(CHANNEL, EMPTY_HISTORY)).not.toHaveProperty("activity");
  const numbers = Array.from({ length: ACTIVITY_DELETED_MAX + 5 }, (_, n) => n + 1);
  owed.addActivity(numbers);
  const taken = owed.take();
  owed.addActivity([ACTIVITY_DELETED_MAX + 6]);
  owed.restore(taken, EMPTY_HISTORY);
  const { activity } = owed.newsOf(CHANNEL, history(message(7)));
  expect(activity).toMatchObject({ seq: 7, lastAt: 7 });
  expect(activity).not.toHaveProperty("latest");
  expect(activity?.deleted).toHaveLength(ACTIVITY_DELETED_MAX);
  expect(activity?.deleted).toContain(ACTIVITY_DELETED_MAX + 6);
  expect(owed.newsOf({ ...CHANNEL, kind: "direct" }, history(message(7))).activity?.latest?.id).toBe("m7");
});
