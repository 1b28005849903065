/** The way from a channel to a relay, and the relay's copy: what is lost on the way is noticed and sent again, in order. */

import { describe, expect, test, vi } from "vitest";
import { HeldRelay } from "../../../worker/channel/held-relay.ts";
import { gathered, type Queued, RelayLink } from "../../../worker/channel/relay-link.ts";
import { messagesFrame } from "../../../worker/platform/broadcast.ts";
import type { History } from "../../../worker/protocol/history.ts";
import { since } from "../../../worker/protocol/history.ts";
import type { Message } from "../../../worker/protocol/things.ts";
import type { Delivery, RelayReport, RelayState } from "../../../worker/relay/rpc.ts";
import { RelayWindow } from "../../../worker/relay/window.ts";

type Calls = ConstructorParameters<typeof RelayLink>[0];

const REPORT: RelayReport = { number: 1, isWhole: true, sockets: 1, joined: [], left: [], arrived: [] };

function message(seq: number, rev = seq): Message {
  const id = `00000000-0000-4000-8000-${String(seq).padStart(12, "0")}`;
  return { id, seq, rev, author: { id: "0-ada", name: "Ada" }, sentAt: seq, text: `message ${seq}` };
}

function history(upTo: number): History {
  return { seq: upTo, rev: upTo, messages: Array.from({ length: upTo }, (_, at) => message(at + 1)) };
}

function state(upTo: number, about: Partial<RelayState> = {}): RelayState {
  return {
    hasEnded: false,
    history: history(upTo),
    pins: [],

    here: { count: 0, people: [], guests: 0 },
    ...about,
  };
}

function changes(from: number, to: number): Extract<Delivery, { kind: "messages" }> {
  return { kind: "messages", from, to, frame: messagesFrame(since(history(to), from)) };
}

const queued = (from: number, to: number): Queued => ({ ...changes(from, to), messages: since(history(to), from) });

describe("a link", () => {
  const typing: Queued = { kind: "frame", frame: "typing", except: "0-ada" };

  /** A link that has sent its state, and what it does from then on. */
  async function linked({ deliver = async () => 1, sync = async () => REPORT }: Partial<Calls> = {}) {
    const calls: Calls = { deliver: vi.fn(deliver), sync: vi.fn(sync), reported: vi.fn(), emptied: vi.fn() };
    const link = new RelayLink(calls);
    await link.drain();
    expect(calls.sync).toHaveBeenCalledTimes(1);
    return { link, calls };
  }

  test("begins with the whole state, whatever was added before, and says what the relay answers", async () => {
    const { calls } = await linked();
    expect(calls.reported).toHaveBeenCalledExactlyOnceWith(REPORT);
    expect(calls.deliver).not.toHaveBeenCalled();
  });

  test("makes one call at a time: what comes meanwhile goes together, in order", async () => {
    const answers: (() => void)[] = [];
    const { link, calls } = await linked({
      deliver: () => new Promise((resolve) => answers.push(() => resolve(1))),
    });
    link.add(queued(0, 1));
    link.add(queued(1, 2));
    link.add(typing);
    await vi.waitFor(() => expect(vi.mocked(calls.deliver).mock.calls).toEqual([[[changes(0, 1)]]]));
    answers[0]?.();
    await vi.waitFor(() => expect(vi.mocked(calls.deliver).mock.calls[1]).toEqual([[changes(1, 2), typing]]));
    answers[1]?.();
    await link.drain();
    expect(calls.deliver).toHaveBeenCalledTimes(2);
  });

  test("sends the whole state after a failure, again until it is heard, and then goes on", async () => {
    let failures = 0;
    const mayFail = <T>(answer: T) => {
      if (failures-- > 0) throw new Error("out of reach");
      return answer;
    };
    const { link, calls } = await linked({ deliver: async () => mayFail(1), sync: async () => mayFail(REPORT) });
    failures = 2;
    link.add(queued(0, 1));
    await link.drain();
    expect(calls.sync).toHaveBeenCalledTimes(3);
    link.add(queued(1, 2));
    await link.drain();
    expect(vi.mocked(calls.deliver).mock.calls).toEqual([[[changes(0, 1)]], [[changes(1, 2)]]]);
  });

  test("to a relay that does not answer holds a hundred things at most: the state says more than they do", async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const { link, calls } = await linked({ deliver: () => promise });
    link.add(typing);
    await vi.waitFor(() => expect(calls.deliver).toHaveBeenCalledTimes(1));
    for (let n = 0; n < 300; n++) link.add(typing);
    resolve(1);
    await link.drain();
    expect(calls.deliver).toHaveBeenCalledTimes(1);
    expect(calls.sync).toHaveBeenCalledTimes(2);
  });

  test("hears that a relay has lost its sockets, and sends nothing once it was given up", async () => {
    const { link, calls } = await linked({ deliver: async () => 0 });
    link.add(typing);
    await link.drain();
    expect(calls.emptied).toHaveBeenCalledTimes(1);
    link.giveUp();
    link.add(typing);
    await link.resync();
    expect(calls.deliver).toHaveBeenCalledTimes(1);
    expect(calls.sync).toHaveBeenCalledTimes(1);
  });

  test("of a message that changed while it waited only the newest state goes out, in one frame, by rev", () => {
    const deleted: Message = { ...message(1), rev: 3, text: "", deleted: true };
    const queue: Queued[] = [
      queued(0, 2),
      { kind: "messages", from: 2, to: 3, frame: messagesFrame([deleted]), messages: [deleted] },
      typing,
      queued(3, 4),
    ];
    expect(gathered(queue)).toEqual([
      { kind: "messages", from: 0, to: 3, frame: messagesFrame([message(2), deleted]) },
      typing,
      changes(3, 4),
    ]);
  });
});

describe("a relay as its channel knows it", () => {
  const ada = { id: "0-ada", name: "Ada" };
  const bea = { id: "0-bea", name: "Bea" };

  function held() {
    const here = new Map<object, string>();
    const relay = new HeldRelay({ relay: "1", epoch: "e", continent: "" }, 0, {
      entered: (key, person) => here.set(key, person.name),
      left: (key) => here.delete(key),
    });
    return { relay, here: () => [...here.values()].sort() };
  }

  test("counts those who were sent there until they arrive, or until it is too late", () => {
    const { relay, here } = held();
    relay.place(ada, 0);
    relay.place(bea, 1_000);
    expect(here()).toEqual(["Ada", "Bea"]);
    expect(relay.hasRoom(2)).toBe(false);
    relay.take({ ...REPORT, joined: [ada], arrived: [ada.id] });
    expect(here()).toEqual(["Ada", "Bea"]);
    expect(relay.forgetLate(10_000)).toBe(false);
    expect(relay.forgetLate(11_000)).toBe(true);
    relay.take({ ...REPORT, number: 2, joined: [ada] });
    expect(here()).toEqual(["Ada"]);
  });

  test("is not given up while a second window of someone who left can be on its way", () => {
    const { relay } = held();
    relay.place(ada, 0);
    relay.place(ada, 5_000);
    relay.take({ ...REPORT, sockets: 0, arrived: [ada.id] });
    expect(relay.isIdle(10_000)).toBe(false);
    expect(relay.isIdle(15_000)).toBe(true);
  });

  test("takes reports in their order: one that was overtaken changes nothing, one that is missing is noticed", () => {
    const { relay, here } = held();
    relay.take({ ...REPORT, number: 5, joined: [ada] });
    const changed = { ...REPORT, isWhole: false };
    expect(relay.take({ ...changed, number: 4, joined: [bea] })).toBe("taken");
    expect(here()).toEqual(["Ada"]);
    expect(relay.take({ ...changed, number: 7, joined: [bea] })).toBe("behind");
    expect(here()).toEqual(["Ada"]);
    expect(relay.take({ ...changed, number: 6, joined: [bea], left: [ada.id] })).toBe("taken");
    expect(here()).toEqual(["Bea"]);
  });

  test("that is started anew or given up has no one, and a new name is one person", () => {
    const { relay, here } = held();
    relay.take({ ...REPORT, joined: [ada, bea] });
    relay.take({ ...REPORT, number: 2, isWhole: false, joined: [{ ...ada, name: "Ada L." }] });
    expect(here()).toEqual(["Ada L.", "Bea"]);
    relay.empty();
    expect(here()).toEqual([]);
    relay.take({ ...REPORT, number: 1, joined: [ada] });
    relay.clear();
    expect(here()).toEqual([]);
  });
});

describe("a copy", () => {
  function copy(position: number, pull: () => Promise<RelayState> = async () => state(0)) {
    const sent: string[] = [];
    const positions: number[] = [];
    const window = new RelayWindow(position, {
      pull,
      send: (frame, except) => sent.push(except === undefined ? frame : `${frame} but ${except}`),
      keepOnly: (isIn) => sent.push(`keeps ada: ${isIn("0-ada")}, bea: ${isIn("0-bea")}`),
      keepPosition: (rev) => positions.push(rev),
    });
    const revs = () =>
      sent.flatMap((frame): number[] => {
        const parsed: { type?: string; messages?: Message[] } = frame.startsWith("{") ? JSON.parse(frame) : {};
        return parsed.messages?.map(({ rev }) => rev) ?? [];
      });
    return { window, sent, positions, revs };
  }

  test("hands on what follows, skips what it has, and keeps how far it is", async () => {
    const { window, revs, positions } = copy(2);
    await window.deliver([changes(0, 2), changes(2, 3), changes(3, 5), changes(3, 5)]);
    expect(revs()).toEqual([3, 4, 5]);
    expect(positions).toEqual([3, 5]);
    expect(window.position).toBe(5);
  });

  test("asks for what is missing before it hands on, in the order of the changes", async () => {
    const { window, revs } = copy(2, async () => state(6));
    await window.deliver([changes(4, 6), changes(6, 7)]);
    expect(revs()).toEqual([3, 4, 5, 6, 7]);
  });

  test("asks once more where an answer is older than what is missing", async () => {
    const answers = [state(3), state(6)];
    const { window, revs } = copy(2, async () => answers.shift() ?? state(6));
    await window.deliver([changes(5, 6)]);
    expect(revs()).toEqual([3, 4, 5, 6]);
  });

  test("an answer that was asked for before the channel sent its state is older, and counts no more", async () => {
    const { promise, resolve } = Promise.withResolvers<RelayState>();
    const { window } = copy(2, () => promise);
    const ready = window.ready(2);
    window.sync(state(2, { hasEnded: true }));
    resolve(state(2));
    await ready;
    expect(window.admits("0-ada")).toBe(false);
  });

  test("without a word of who is here keeps what it knows, and names no one as gone who may be among the unnamed", () => {
    const crowd = Array.from({ length: 100 }, (_, n) => ({ id: `0-${n}`, name: `Person ${n}` }));
    const { window, sent } = copy(1);
    window.sync(state(1, { here: { count: 150, people: crowd, guests: 0 } }));
    sent.length = 0;
    const { here: _, ...silent } = state(1);
    window.sync(silent);
    expect(sent).toEqual([]);
    window.sync(state(1, { here: { count: 149, people: crowd.slice(50), guests: 0 } }));
    expect(sent).toEqual([JSON.stringify({ type: "here", count: 149, joined: [], left: [] })]);
  });

  test("after sleep learns how far everyone was told from a socket that closes", async () => {
    const { window, revs } = copy(0, async () => state(5));
    window.raise(4);
    await window.deliver([changes(4, 5)]);
    expect(revs()).toEqual([5]);
  });

  test("asks once at a time, and what was delivered meanwhile is not undone by an older answer", async () => {
    const { promise, resolve: answer } = Promise.withResolvers<RelayState>();
    const pull = vi.fn(() => promise);
    const { window, revs } = copy(2, pull);
    const ready = Promise.all([window.ready(2), window.ready(2)]);
    await window.deliver([changes(2, 3), { kind: "frame", frame: JSON.stringify({ type: "pins", pins: [] }) }]);
    answer(state(2, { pins: [{ messageId: "x" } as never] }));
    await ready;
    expect(pull).toHaveBeenCalledTimes(1);
    expect(revs()).toEqual([3]);
    const identity = {
      person: { id: "0-ada", name: "Ada" },
      channel: { id: "c", epoch: "e", kind: "public" },
      relay: "1",
    } as never;
    const welcome = JSON.parse(window.welcome(identity, { count: 1, rules: {} }, new URLSearchParams()));
    expect(welcome.head).toEqual({ seq: 3, rev: 3 });
    expect(welcome.pins).toBeUndefined();
  });

  test("an answer to one alone waits until everyone was told what came before it", async () => {
    const { window } = copy(2);
    const done: number[] = [];
    window.whenReached(2, () => done.push(2));
    window.whenReached(4, () => done.push(4));
    window.whenReached(3, () => done.push(3));
    expect(done).toEqual([2]);
    await window.deliver([changes(2, 3)]);
    expect(done).toEqual([2, 3]);
    await window.deliver([changes(3, 4)]);
    expect(done).toEqual([2, 3, 4]);
  });

  test("a whole state sends what the sockets have not, who came and who went, and closes those who are out", () => {
    const bea = { id: "0-bea", name: "Bea" };
    const cem = { id: "0-cem", name: "Cem" };
    const { window, sent, revs } = copy(1);
    window.sync(state(1, { here: { count: 1, people: [bea], guests: 0 } }));
    sent.length = 0;
    window.sync(state(3, { here: { count: 1, people: [cem], guests: 0 }, members: ["0-ada"] }));
    expect(revs()).toEqual([2, 3]);
    expect(sent).toContain("keeps ada: true, bea: false");
    expect(sent).toContain(JSON.stringify({ type: "here", count: 1, joined: [cem], left: [bea] }));
    expect(window.admits("0-ada")).toBe(true);
    window.sync(state(3, { hasEnded: true }));
    expect(sent).toContain("keeps ada: false, bea: false");
    expect(window.admits("0-ada")).toBe(false);
  });

  test("a person who has left is not admitted any more, before the next state says so", async () => {
    const { window, sent } = copy(0, async () => state(0, { members: ["0-ada", "0-bea"] }));
    await window.ready(0);
    await window.deliver([{ kind: "left", personId: "0-bea" }]);
    expect(window.admits("0-bea")).toBe(false);
    expect(sent.at(-1)).toBe("keeps ada: true, bea: false");
  });

  test("messages that grew too old leave it", async () => {
    const { window } = copy(0, async () => state(4));
    await window.ready(4);
    const frame = JSON.stringify({ type: "messages", messages: [], oldestSeq: 3 });
    await window.deliver([{ kind: "frame", frame }]);
    const identity = {
      person: { id: "0-ada", name: "Ada" },
      channel: { id: "c", epoch: "e", kind: "public" },
      relay: "1",
    } as never;
    const welcome = JSON.parse(window.welcome(identity, { count: 1, rules: {} }, new URLSearchParams()));
    expect(welcome.oldestSeq).toBe(3);
    expect(welcome.messages.map(({ seq }: Message) => seq)).toEqual([3, 4]);
  });
});
