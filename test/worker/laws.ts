/** What the property tests share: a printed seed, and steps of a history that rules and objects are both taken through. */
import fc from "fast-check";
import type { Message } from "../../worker/protocol/things.ts";

/** Set VITE_SEED to run a printed seed again. */
const seed = Number(import.meta.env["VITE_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
console.log(`fast-check seed ${seed}`);
fc.configureGlobal({ seed });

/** How many people a history has. */
export const PEOPLE = 3;

export type Step =
  | { readonly kind: "send"; readonly who: number; readonly text: string; readonly times: number }
  /** Of the `nth` newest message of `who`, if there is one. */
  | { readonly kind: "edit"; readonly who: number; readonly nth: number; readonly text: string }
  | { readonly kind: "delete"; readonly who: number; readonly nth: number }
  /** Toggles a reaction on the `nth` newest message of all. */
  | { readonly kind: "react"; readonly who: number; readonly nth: number; readonly emoji: string }
  | { readonly kind: "drop" | "return"; readonly who: number }
  /** What is on its way to somebody arrives: up to `frames` of it. Between objects and sockets this happens by itself. */
  | { readonly kind: "deliver"; readonly who: number; readonly frames: number }
  /** The object loses its memory, and maybe its sockets. */
  | { readonly kind: "evict"; readonly webSockets: "hibernate" | "close" };

const who = fc.nat(PEOPLE - 1);
const text = fc.string({ minLength: 1 }).map(visible);

/** Histories; one `send` stands for up to `timesMax` messages, so that windows overflow. */
export function steps(timesMax: number, maxLength: number): fc.Arbitrary<Step[]> {
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant("send"),
        who,
        text: text,
        times: fc.integer({ min: 1, max: timesMax }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("edit"), who, nth: fc.nat(timesMax), text }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("delete"), who, nth: fc.nat(timesMax) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("react"),
        who,
        nth: fc.nat(timesMax),
        emoji: fc.constantFrom("👍", "🎉", "❤️"),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("drop", "return"), who }) },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant("deliver"), who, frames: fc.integer({ min: 1, max: timesMax }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant("evict"), webSockets: fc.constantFrom("hibernate", "close") }),
    },
  );
  return fc.array(step, { minLength: 1, maxLength });
}

function visible(text: string): string {
  return `${text.replace(/\s/g, "_")}.`;
}

/** The naive model: everything that was ever said, in order. It knows no `rev`, no merge and no window rule but the number 100. */
export class Model {
  readonly said: {
    readonly id: string;
    readonly author: string;
    text: string;
    isDeleted: boolean;
    reactions: Set<string>;
  }[] = [];

  say(id: string, author: string, text: string): void {
    this.said.push({ id, author, text, isDeleted: false, reactions: new Set() });
  }

  /** Whether somebody's reaction is to be put on or taken off the `nth` newest message, and which that is. */
  react(nth: number, who: string, emoji: string): { readonly id: string; readonly on: boolean } | undefined {
    const message = this.kept().at(-1 - nth);
    if (!message || message.isDeleted) return undefined;
    const key = `${emoji} ${who}`;
    const on = !message.reactions.delete(key);
    if (on) message.reactions.add(key);
    return { id: message.id, on };
  }

  delete(id: string): void {
    const message = this.said.find((candidate) => candidate.id === id);
    if (!message) return;
    message.text = "";
    message.isDeleted = true;
    message.reactions.clear();
  }

  /** What was deleted stays deleted. */
  edit(id: string, text: string): void {
    const message = this.said.find((candidate) => candidate.id === id);
    if (message && !message.isDeleted) message.text = text;
  }

  /** The id of somebody's nth newest message that is still kept. */
  nthNewest(author: string, nth: number): string | undefined {
    return this.kept()
      .filter((message) => message.author === author)
      .at(-1 - nth)?.id;
  }

  kept() {
    return this.said.slice(-100);
  }

  /** What everybody has to see. */
  view(): readonly View[] {
    const first = Math.max(0, this.said.length - 100);
    return this.kept().map(({ id, text, isDeleted, reactions }, index) => ({
      id,
      seq: first + index + 1,
      text,
      isDeleted,
      reactions: [...reactions].sort(),
    }));
  }
}

export type View = {
  readonly id: string;
  readonly seq: number;
  readonly text: string;
  readonly isDeleted: boolean;
  readonly reactions: readonly string[];
};

/** The same of messages somebody holds. */
export function viewOf(messages: readonly Message[]): readonly View[] {
  return messages.map(({ id, seq, text, deleted, reactions = [] }) => ({
    id,
    seq,
    text,
    isDeleted: deleted === true,
    reactions: reactions.flatMap(({ emoji, people }) => people.map((person) => `${emoji} ${person.id}`)).sort(),
  }));
}
