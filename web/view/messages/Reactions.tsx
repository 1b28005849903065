/** Who thinks what: a tap joins in or takes it back. */
import type { Person, Reaction } from "../../../worker/protocol/things.ts";
import type { Conversation, Store } from "../../state/store.ts";

type Props = {
  readonly store: Store;
  readonly conversation: Conversation;
  readonly id: string;
  readonly reactions: readonly Reaction[];
  readonly you: string;
  /** Whether the message is the one that Tab reaches. */
  readonly tabIndex: number;
};

/** More names than this are not read in passing. */
const NAMES_MAX = 10;

export function Reactions({ store, conversation, id, reactions, you, tabIndex }: Props) {
  if (reactions.length === 0) return null;
  return (
    <div class="reactions">
      {reactions.map(({ emoji, people }) => {
        const isOwn = people.some((person) => person.id === you);
        return (
          <button
            key={emoji}
            type="button"
            class={isOwn ? "reaction own" : "reaction"}
            aria-pressed={isOwn}
            aria-label={`${emoji} ${people.length}`}
            title={names(people)}
            tabIndex={tabIndex}
            onClick={() => store.react(conversation, id, emoji, !isOwn)}
          >
            <span>{emoji}</span> {people.length}
          </button>
        );
      })}
    </div>
  );
}

function names(people: readonly Person[]): string {
  const first = people.slice(0, NAMES_MAX).map(({ name }) => name);
  return first.join(", ") + (people.length > NAMES_MAX ? " …" : "");
}
