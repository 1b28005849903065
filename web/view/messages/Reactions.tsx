/** Who thinks what: a tap joins in or takes it back. */
import { useState } from "preact/hooks";
import type { Reaction } from "../../../worker/protocol/things.ts";
import { t } from "../../i18n/i18n.ts";
import type { Conversation, Store } from "../../state/store.ts";
import { lazy } from "../parts/lazy.tsx";
import type { MessageCommands } from "./message-commands.ts";

type Props = {
  readonly store: Store;
  readonly conversation: Conversation;
  readonly id: string;
  readonly reactions: readonly Reaction[];
  readonly you: string;
  /** Whether the message is the one that Tab reaches. */
  readonly tabIndex: number;
  readonly commands: MessageCommands;
};

const ReactionTools = lazy(async () => (await import("./MessageActions.tsx")).ReactionTools);

/** More names than this are not read in passing. */
const NAMES_MAX = 10;
/** More emoji than this are shown when they are asked for. */
const EMOJI_MAX = 12;

export function Reactions({ store, conversation, id, reactions, you, tabIndex, commands }: Props) {
  const [isWhole, setWhole] = useState(false);
  if (reactions.length === 0) return null;
  // One more would take the place of the button that shows it.
  const shown = isWhole || reactions.length <= EMOJI_MAX + 1 ? reactions : reactions.slice(0, EMOJI_MAX);
  const more = reactions.length - shown.length;
  return (
    <div class="reactions">
      {shown.map(({ emoji, people }) => {
        const isOwn = people.some((person) => person.id === you);
        return (
          <button
            key={emoji}
            type="button"
            class={isOwn ? "reaction own" : "reaction"}
            aria-pressed={isOwn}
            aria-label={`${emoji} ${people.length}`}
            title={names(people.map((person) => store.nameOf(person)))}
            tabIndex={tabIndex}
            onClick={() => store.react(conversation, id, emoji, !isOwn)}
          >
            <span>{emoji}</span> {people.length}
          </button>
        );
      })}
      <ReactionTools
        more={more}
        tabIndex={tabIndex}
        onMore={() => setWhole(true)}
        onAdd={(beside) => commands.pickReaction(id, beside)}
      />
    </div>
  );
}

function names(people: readonly string[]): string {
  const first = people.slice(0, NAMES_MAX);
  const more = people.length - first.length;
  const listed = first.join(", ");
  return more > 0 ? t("{names} and {n} more", { names: listed, n: more }) : listed;
}
