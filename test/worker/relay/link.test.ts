/** The way from a channel to a relay, and the relay's copy: what is lost on the way is noticed and sent again, in order. */
import { describe, expect, test, vi } from "vitest";
import { RelayLink } from "../../../worker/channel/relay-link.ts";
import { messagesFrame } from "../../../worker/platform/broadcast.ts";
import type { History } from "../../../worker/protocol/history.ts";
import { since } from "../../../worker/protocol/history.ts";
import type { Message } from "../../../worker/protocol/things.ts";
import type { Delivery, RelayReport, RelayState } from "../../../worker/relay/rpc.ts";
import { RelayWindow } from "../../../worker/relay/window.ts";

const EMPTY: RelayReport = { isWhole: true, sockets: 1, joined: [], left: [], arrived: [] };

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
    rules: {},
    here: { count: 0, people: [], guests: 0 },
    ...about,
  };
}

function changes(from: number, to: number): Delivery {
  return { kind: "messages", from, to, frame: messagesFrame(since(history(to), from)) };
}

describe("a link", () => {
  const typing: Delivery = { kind: "frame", frame: "typing", except: "0-ada" };

  test("makes one call at a time: what comes meanwhile goes together, in order", async () => {
    const calls: (readonly Delivery[])[] = [];
    const answers: (() => void)[] = [];
    const link = new RelayLink(false, {
      deliver: (deliveries) => {
        calls.push(deliveries);
        return new Promise((resolve) => answers.push(() => resolve(1)));
      },
      sync: async () => EMPTY,
      heard: () => {},
    });
    link.add(changes(0, 1));
    link.add(changes(1, 2));
    link.add(typing);
    await vi.waitFor(() => expect(calls).toEqual([[changes(0, 1)]]));
    answers[0]?.();
    await vi.waitFor(() => expect(calls[1]).toEqual([changes(1, 2), typing]));
    answers[1]?.();
    await link.start();
    expect(calls).toHaveLength(2);
  });

  test("sends the whole state after a failure, again until it is heard, and then goes on", async () => {
    const done: string[] = [];
    let failures = 2;
    const link = new RelayLink(false, {
      deliver: async (deliveries) => {
        done.push(`delivered ${deliveries.length}`);
        if (failures-- > 0) throw new Error("out of reach");
        return 1;
      },
      sync: async () => {
        done.push("synced");
        if (failures-- > 0) throw new Error("out of reach");
        return EMPTY;
      },
      heard: () => {},
    });
    link.add(changes(0, 1));
    await link.start();
    link.add(changes(1, 2));
    await link.start();
    expect(done).toEqual(["delivered 1", "synced", "synced", "delivered 1"]);
  });

  test("to a relay that does not answer holds a hundred things at most: the state says more than they do", async () => {
    const calls: number[] = [];
    let answer = (): void => {};
    let synced = 0;
    const link = new RelayLink(false, {
      deliver: (deliveries) => {
        calls.push(deliveries.length);
        return new Promise((resolve) => {
          answer = () => resolve(1);
        });
      },
      sync: async () => {
        synced++;
        return EMPTY;
      },
      heard: () => {},
    });
    link.add(typing);
    await vi.waitFor(() => expect(calls).toEqual([1]));
    for (let n = 0; n < 300; n++) link.add(typing);
    answer();
    await link.start();
    expect({ calls, synced }).toEqual({ calls: [1], synced: 1 });
  });

  test("hears that a relay has lost its sockets, and ends with it", async () => {
    const heard: RelayReport[] = [];
    const link = new RelayLink(false, {
      deliver: async () => 0,
      sync: async () => EMPTY,
      heard: (report) => heard.push(report),
    });
    link.add(typing);
    await link.start();
    expect(heard).toEqual([{ ...EMPTY, sockets: 0 }]);
    link.end();
    link.fallBehind();
    await link.start();
    expect(heard).toHaveLength(1);
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
    const welcome = JSON.parse(window.welcome(identity, new URLSearchParams(), 1));
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
    const welcome = JSON.parse(window.welcome(identity, new URLSearchParams(), 1));
    expect(welcome.oldestSeq).toBe(3);
    expect(welcome.messages.map(({ seq }: Message) => seq)).toEqual([3, 4]);
  });
});
