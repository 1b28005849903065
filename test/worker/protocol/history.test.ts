/** The rules of the window: tables with a fixed clock, then laws. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Decision, decide } from "../../../worker/channel/decide.ts";
import type { MessageCommand } from "../../../worker/protocol/commands.ts";
import { EMPTY_HISTORY, find, type History, merge, since } from "../../../worker/protocol/history.ts";
import type { Message, Person } from "../../../worker/protocol/things.ts";
import { Model, PEOPLE, steps, viewOf } from "../laws.ts";

const ada: Person = { id: "ada-0123456789abcdef", name: "Ada" };
const bea: Person = { id: "bea-0123456789abcdef", name: "Bea" };
const NOBODY: ReadonlyMap<string, string> = new Map();

function uuid(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;
}

function send(n: number, text = `message ${n}`): MessageCommand {
  return { type: "send", id: uuid(n), text };
}

function run(history: History, command: MessageCommand, who = ada, now = 1_000, evictedIds = NOBODY): Decision {
  return decide({ history, evictedIds }, command, who, now);
}

function applied(history: History, command: MessageCommand, who = ada, now = 1_000): History {
  const decision = run(history, command, who, now);
  if (decision.kind !== "changed") throw new Error(`not applied: ${JSON.stringify(decision)}`);
  return merge(history, [decision.message]);
}

function filled(count: number): History {
  let history = EMPTY_HISTORY;
  for (let n = 1; n <= count; n++) history = applied(history, send(n));
  return history;
}

function codeOf(decision: Decision): string {
  return decision.kind === "refused" ? decision.refusal.code : decision.kind;
}

describe("sending", () => {
  test("numbers messages from 1, stamps author and time, and takes the next rev", () => {
    const history = applied(applied(EMPTY_HISTORY, send(1)), send(2), bea, 2_000);
    expect(history.messages).toEqual([
      { id: uuid(1), seq: 1, rev: 1, author: ada, sentAt: 1_000, text: "message 1" },
      { id: uuid(2), seq: 2, rev: 2, author: bea, sentAt: 2_000, text: "message 2" },
    ]);
  });

  test("never lets time go back as numbers grow", () => {
    const history = applied(applied(EMPTY_HISTORY, send(1), ada, 5_000), send(2), ada, 3_000);
    expect(history.messages.map(({ sentAt }) => sentAt)).toEqual([5_000, 5_000]);
  });

  test.each([
    ["NFC", "e\u0301", "\u00e9"],
    ["NFC across what is removed", "e\u0000\u0301", "\u00e9"],
    ["line ends", "a\r\nb\rc", "a\nbc"],
    ["controls", "a\u0000b\u0007\tc\u0085", "ab\tc"],
    ["the end", "a \n\n ", "a"],
    ["the beginning is kept", "  a", "  a"],
    ["half a pair", "a\ud800", "a\ufffd"],
    ["the longest there is", "😀".repeat(4_000), "😀".repeat(4_000)],
  ])("brings text into its one form: %s", (_, raw, text) => {
    expect(applied(EMPTY_HISTORY, send(1, raw)).messages[0]?.text).toBe(text);
  });

  test.each([
    ["nothing", "", "invalid_text"],
    ["only blanks", " \n\t ", "invalid_text"],
    ["only what cannot be seen", "\u200b\u2060 \ufeff", "invalid_text"],
    ["only controls", "\u0000\u0001", "invalid_text"],
    ["one character too many", "😀".repeat(4_001), "invalid_text"],
  ])("refuses %s", (_, text, code) => {
    expect(codeOf(run(EMPTY_HISTORY, send(1, text)))).toBe(code);
  });

  test("an id this author already used brings the message as it is, whatever the content", () => {
    const history = filled(1);
    for (const text of ["message 1", "something else", "", "x".repeat(5_000)]) {
      expect(run(history, send(1, text))).toEqual({ kind: "unchanged", message: history.messages[0] });
    }
  });

  test("an id that another author used is a conflict, in the window and after it", () => {
    expect(codeOf(run(filled(1), send(1), bea))).toBe("id_conflict");
    expect(codeOf(run(filled(1), send(9), bea, 0, new Map([[uuid(9), ada.id]])))).toBe("id_conflict");
  });

  test("an id of one's own that has left the window was already sent", () => {
    expect(codeOf(run(filled(1), send(9), ada, 0, new Map([[uuid(9), ada.id]])))).toBe("already_sent");
  });

  test("a reply names a message that is kept, and no tombstone", () => {
    const history = applied(filled(2), { type: "delete", id: uuid(2) });
    const reply = (to: number): MessageCommand => ({ type: "send", id: uuid(3), text: "yes", replyTo: uuid(to) });
    expect(applied(history, reply(1)).messages.at(-1)?.replyTo).toBe(uuid(1));
    expect(codeOf(run(history, reply(2)))).toBe("invalid_reply");
    expect(codeOf(run(history, reply(7)))).toBe("invalid_reply");
  });

  test("files are refused where there are none", () => {
    const command: MessageCommand = { type: "send", id: uuid(1), text: "look", attachments: ["a"] };
    expect(codeOf(run(EMPTY_HISTORY, command))).toBe("files_off");
    expect(codeOf(run(EMPTY_HISTORY, { ...command, attachments: [] }))).toBe("changed");
  });
});

describe("editing", () => {
  const edit = (text: string, n = 1): MessageCommand => ({ type: "edit", id: uuid(n), text });

  test("changes the text and says when, and nothing else", () => {
    const history = merge(filled(2), []);
    const edited = find(applied(history, edit(" other\r\nwords \n"), ada, 9_000), uuid(1));
    expect(edited).toEqual({ ...history.messages[0], rev: 3, text: " other\nwords", editedAt: 9_000 });
  });

  test("to the same text changes nothing", () => {
    const history = filled(1);
    expect(run(history, edit("message 1 "))).toEqual({ kind: "unchanged", message: history.messages[0] });
  });

  test("is the author's alone", () => {
    expect(codeOf(run(filled(1), edit("mine"), ada))).toBe("changed");
    expect(codeOf(run(filled(1), edit("mine"), bea))).toBe("forbidden");
  });

  test("of a tombstone, or of what is not kept, finds nothing", () => {
    const buried = applied(filled(1), { type: "delete", id: uuid(1) });
    expect(codeOf(run(buried, edit("alive")))).toBe("not_found");
    expect(codeOf(run(filled(1), edit("where", 7)))).toBe("not_found");
  });

  test.each([
    ["nothing", ""],
    ["blanks", " \n"],
    ["too much", "x".repeat(4_001)],
  ])("to %s is refused", (_, text) => {
    expect(codeOf(run(filled(1), edit(text)))).toBe("invalid_text");
  });

  test("deleted afterwards, leaves no trace of having been edited", () => {
    const history = applied(applied(filled(1), edit("other words")), { type: "delete", id: uuid(1) });
    expect(JSON.stringify(history)).not.toMatch(/other words|editedAt/);
  });
});

describe("deleting", () => {
  test("leaves a tombstone with the number, author and time, and nothing of the text", () => {
    const history = applied(filled(2), { type: "delete", id: uuid(1) });
    expect(find(history, uuid(1))).toEqual({
      id: uuid(1),
      seq: 1,
      rev: 3,
      author: ada,
      sentAt: 1_000,
      text: "",
      deleted: true,
    });
    expect(JSON.stringify(history)).not.toContain("message 1");
  });

  test("is the author's alone, also of a tombstone", () => {
    const history = filled(1);
    expect(codeOf(run(history, { type: "delete", id: uuid(1) }, ada))).toBe("changed");
    expect(codeOf(run(history, { type: "delete", id: uuid(1) }, bea))).toBe("forbidden");
    const buried = applied(history, { type: "delete", id: uuid(1) });
    expect(codeOf(run(buried, { type: "delete", id: uuid(1) }, bea))).toBe("forbidden");
  });

  test("twice changes nothing the second time", () => {
    const history = applied(filled(1), { type: "delete", id: uuid(1) });
    expect(run(history, { type: "delete", id: uuid(1) })).toEqual({ kind: "unchanged", message: history.messages[0] });
  });

  test("of what is not kept finds nothing", () => {
    expect(codeOf(run(filled(101), { type: "delete", id: uuid(1) }))).toBe("not_found");
  });
});

describe("reacting", () => {
  const one = filled(1);
  const like = (emoji = "👍", on = true): MessageCommand => ({ type: "react", id: uuid(1), emoji, on });

  test("adds a kind where it was first added, and takes it away with its last person", () => {
    const both = applied(applied(applied(one, like("🎉")), like(), bea), like("🎉"), bea);
    expect(both.messages[0]?.reactions).toEqual([
      { emoji: "🎉", people: [ada, bea] },
      { emoji: "👍", people: [bea] },
    ]);
    const less = applied(applied(both, like("🎉", false)), like("👍", false), bea);
    expect(less.messages[0]?.reactions).toEqual([{ emoji: "🎉", people: [bea] }]);
    expect(applied(less, like("🎉", false), bea).messages[0]).toEqual({ ...one.messages[0], rev: 7 });
  });

  test("twice, or taking back what is not there, changes nothing", () => {
    const liked = applied(one, like());
    expect(run(liked, like())).toEqual({ kind: "unchanged", message: liked.messages[0] });
    expect(run(one, like("👍", false))).toEqual({ kind: "unchanged", message: one.messages[0] });
  });

  test.each(["👍", "❤️", "👩🏽‍🚀", "🏳️‍🌈", "🇪🇺", "1️⃣", "👨‍👩‍👧‍👦"])("%s is one emoji", (emoji) => {
    expect(applied(one, like(emoji)).messages[0]?.reactions?.[0]?.emoji).toBe(emoji);
  });

  test("an emoji is one kind with and without the selector that asks for colour", () => {
    const loved = applied(one, like("❤"));
    expect(loved.messages[0]?.reactions?.[0]?.emoji).toBe("❤️");
    expect(run(loved, like("❤️")).kind).toBe("unchanged");
  });

  test.each(["", "a", "1", "👍👍", "👍 ", ":+1:", "<b>", "\u200d", "👍\u0301"])("%j is no emoji", (emoji) => {
    expect(codeOf(run(one, like(emoji)))).toBe("invalid_emoji");
    expect(codeOf(run(one, like(emoji, false)))).toBe("invalid_emoji");
  });

  test("ends at twenty kinds; another of a kind that is there still fits", () => {
    const kinds = Array.from({ length: 20 }, (_, n) => String.fromCodePoint(0x1f600 + n));
    const full = kinds.reduce((history, emoji) => applied(history, like(emoji)), one);
    expect(codeOf(run(full, like("👍")))).toBe("invalid_emoji");
    expect(codeOf(run(full, like(kinds[0]), bea))).toBe("changed");
    expect(codeOf(run(applied(full, like(kinds[0], false)), like("👍")))).toBe("changed");
  });

  test("ends at two hundred in all", () => {
    let crowded = one;
    for (let n = 0; n < 200; n++) {
      crowded = applied(crowded, like(n % 2 ? "👍" : "🎉"), { id: `person-${n}`.padEnd(16, "x"), name: "Somebody" });
    }
    expect(codeOf(run(crowded, like()))).toBe("invalid_emoji");
    expect(codeOf(run(crowded, like("👍", false)))).toBe("unchanged");
  });

  test("of a tombstone, or of what is not kept, finds nothing; a deletion takes reactions away, an edit keeps them", () => {
    expect(codeOf(run(EMPTY_HISTORY, like()))).toBe("not_found");
    const liked = applied(one, like());
    expect(applied(liked, { type: "edit", id: uuid(1), text: "other" }).messages[0]?.reactions).toHaveLength(1);
    const gone = applied(liked, { type: "delete", id: uuid(1) });
    expect(gone.messages[0]).not.toHaveProperty("reactions");
    expect(codeOf(run(gone, like()))).toBe("not_found");
  });
});

describe("the window", () => {
  test.each([
    [99, 1, 99],
    [100, 1, 100],
    [101, 2, 100],
    [250, 151, 100],
  ])("of %i messages keeps those from %i on, %i in all", (count, first, kept) => {
    const history = filled(count);
    expect(history.messages[0]?.seq).toBe(first);
    expect(history.messages).toHaveLength(kept);
    expect(history).toMatchObject({ seq: count, rev: count });
  });

  test("counts tombstones", () => {
    const history = applied(applied(filled(100), { type: "delete", id: uuid(50) }), send(101));
    expect(history.messages).toHaveLength(100);
    expect(history.messages[0]?.seq).toBe(2);
  });

  test("since a rev is what changed after it", () => {
    const history = applied(filled(3), { type: "delete", id: uuid(1) });
    expect(since(history, 2).map(({ seq }) => seq)).toEqual([1, 3]);
    expect(since(history, 4)).toEqual([]);
    expect(since(history, 0)).toHaveLength(3);
  });

  test("a message that did not change stays the same object", () => {
    const history = filled(2);
    expect(merge(history, [...history.messages]).messages[0]).toBe(history.messages[0]);
  });
});

describe("laws", () => {
  test("for any interleaving of sends, deletions, drop-outs and returns, every client comes to what the model says", () => {
    fc.assert(
      fc.property(steps(40, 60), (history) => {
        const world = new World();
        for (const step of history) world.take(step);
        world.everybodyReturns();
        for (const client of world.clients) {
          expect(client.history.messages.length).toBeLessThanOrEqual(100);
          expect(viewOf(client.history.messages)).toEqual(world.model.view());
        }
      }),
      { numRuns: 150 },
    );
  });

  test("merging is indifferent to order, repetition and batches", () => {
    const changes = fc
      .array(fc.record({ delete: fc.boolean(), nth: fc.nat(150) }), { minLength: 1, maxLength: 150 })
      .map((draws) => {
        let history = EMPTY_HISTORY;
        const told: Message[] = [];
        for (const [n, draw] of draws.entries()) {
          const target = history.messages[draw.nth % Math.max(1, history.messages.length)];
          const command: MessageCommand =
            draw.delete && target && !target.deleted ? { type: "delete", id: target.id } : send(n + 1);
          const decision = run(history, command);
          if (decision.kind !== "changed") continue;
          told.push(decision.message);
          history = merge(history, [decision.message]);
        }
        return { told, history };
      });
    const shuffled = changes.chain(({ told, history }) =>
      fc.record({
        history: fc.constant(history),
        told: fc.shuffledSubarray([...told, ...told], { minLength: told.length * 2, maxLength: told.length * 2 }),
        cut: fc.nat(told.length),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ history, told, cut }) => {
        expect(merge(merge(EMPTY_HISTORY, told.slice(0, cut)), told.slice(cut))).toEqual(history);
      }),
      { numRuns: 100 },
    );
  });
});

/** A channel and its clients without sockets: frames wait in queues until they are delivered or lost. */
class World {
  readonly model = new Model();
  readonly clients = Array.from({ length: PEOPLE }, () => ({
    history: EMPTY_HISTORY,
    isOnline: true,
    queue: [] as Message[],
  }));
  #history = EMPTY_HISTORY;
  #sent = 0;

  take(step: import("../laws.ts").Step): void {
    switch (step.kind) {
      case "send":
        for (let n = 0; n < step.times; n++) this.#send(step.who, step.text);
        return;
      case "delete": {
        const id = this.model.nthNewest(personOf(step.who).id, step.nth);
        if (id === undefined) return;
        this.model.delete(id);
        return this.#command({ type: "delete", id }, step.who);
      }
      case "edit": {
        const id = this.model.nthNewest(personOf(step.who).id, step.nth);
        if (id === undefined) return;
        this.model.edit(id, step.text);
        return this.#command({ type: "edit", id, text: step.text }, step.who);
      }
      case "react": {
        const { emoji } = step;
        const wanted = this.model.react(step.nth, personOf(step.who).id, emoji);
        return wanted && this.#command({ type: "react", emoji, ...wanted }, step.who);
      }
      case "drop":
        return this.#drop(step.who);
      case "return":
        return this.#return(step.who);
      case "deliver": {
        const client = this.clients[step.who];
        if (client) client.history = merge(client.history, client.queue.splice(0, step.frames));
        return;
      }
      case "evict":
        if (step.webSockets === "close") for (const who of this.clients.keys()) this.#drop(who);
        return;
      default:
        return step satisfies never;
    }
  }

  everybodyReturns(): void {
    for (const who of this.clients.keys()) {
      this.#drop(who);
      this.#return(who);
    }
  }

  #send(who: number, text: string): void {
    this.#sent++;
    const id = uuid(this.#sent);
    this.model.say(id, personOf(who).id, text);
    this.#command({ type: "send", id, text }, who);
  }

  #command(command: MessageCommand, who: number): void {
    const decision = run(this.#history, command, personOf(who));
    if (decision.kind !== "changed") return;
    this.#history = merge(this.#history, [decision.message]);
    for (const client of this.clients) if (client.isOnline) client.queue.push(decision.message);
  }

  #drop(who: number): void {
    const client = this.clients[who];
    if (!client) return;
    client.isOnline = false;
    client.queue = [];
  }

  #return(who: number): void {
    const client = this.clients[who];
    if (!client || client.isOnline) return;
    client.isOnline = true;
    const { seq, rev } = this.#history;
    const missed = since(this.#history, client.history.rev);
    client.history = merge({ seq, rev, messages: client.history.messages }, missed);
  }
}

function personOf(who: number): Person {
  return { id: `person-${who}-0123456789`, name: `Person ${who}` };
}
