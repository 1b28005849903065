/**
 * What one may mean. Tab takes the first one or the chosen one; Enter takes one only after an arrow has chosen it: what was typed is
 * never changed unasked. Focus stays in the field.
 */
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import type { Started } from "../../text/completion.ts";
import type { Emoji } from "../../text/emoji.ts";
import { fold } from "../../text/fold.ts";
import { isComposing } from "../parts/keys.ts";
import { useEmoji } from "./useEmoji.ts";
import "../parts/options.ts";

export type CompletionProps = {
  readonly store: Store;
  readonly started: Started;
  /** How far (px) from the side of the composer it opens. */
  readonly inlineStart: number;
  /** The text that takes the place of what was started. */
  readonly onTake: (text: string) => void;
  readonly onLeave: () => void;
  /** Where the field finds who answers its keys; the answer is whether the key was used. */
  readonly keys: { current: ((event: KeyboardEvent) => boolean) | null };
  /** The id of the option that is chosen now, for the field to point to. */
  readonly onActive: (optionId: string | undefined) => void;
};

type Option = { readonly key: string; readonly insert: string; readonly sign: string; readonly label: string };

const OPTIONS_MAX = 8;
/** The server is asked for people after a pause (ms) in typing. */
const SEARCH_AFTER_MS = 150;
const COLLATOR = new Intl.Collator();

export function Completion({ store, started, inlineStart, onTake, onLeave, keys, onActive }: CompletionProps) {
  const { sign, word } = started;
  /** The option that an arrow has chosen. */
  const [active, setActive] = useState<number>();
  // People and channels do not wait for the table of emoji.
  const { table, spoken } = useEmoji(sign === ":");
  const options =
    sign === ":" ? (table?.findEmoji(word, OPTIONS_MAX, spoken) ?? []).map(optionOf) : optionsOf(store, sign, word);
  const at = active === undefined ? undefined : Math.min(active, options.length - 1);
  const chosen = at === undefined ? undefined : options[at];
  const activeId = chosen && optionId(chosen);

  // With the letter itself: later it would take back what an arrow has chosen meanwhile.
  useLayoutEffect(() => setActive(undefined), [sign, word]);
  // People this tab has not heard of are asked for; the list grows when they are there.
  useEffect(() => {
    if (sign !== "@" || word === "") return undefined;
    const timer = setTimeout(() => void store.searchPeople(word), SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [sign, word]);
  useEffect(() => {
    onActive(activeId);
    document.getElementById(activeId ?? "")?.scrollIntoView({ block: "nearest" });
    return () => onActive(undefined);
  }, [activeId]);

  // Laid out and taken away with the list itself: a key that is typed next must not meet a list that is gone.
  useLayoutEffect(() => {
    keys.current = answer;
    return () => {
      keys.current = null;
    };
  });

  function answer(event: KeyboardEvent): boolean {
    const [first] = options;
    const hasModifier = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
    if (!first || hasModifier || isComposing(event)) return false;
    switch (event.key) {
      case "ArrowDown":
        setActive(((at ?? -1) + 1) % options.length);
        return true;
      case "ArrowUp":
        setActive(((at ?? 0) + options.length - 1) % options.length);
        return true;
      case "Tab":
        onTake((chosen ?? first).insert);
        return true;
      case "Enter":
        if (chosen) onTake(chosen.insert);
        return chosen !== undefined;
      case "Escape":
        onLeave();
        return true;
      default:
        return false;
    }
  }

  if (options.length === 0) return null;
  return (
    <div
      id="completion"
      class="completion"
      style={{ "--caret": `${inlineStart}px` }}
      role="listbox"
      aria-label={t("Suggestions")}
    >
      {options.map((option, n) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field answers the keys
        <div
          key={option.key}
          id={optionId(option)}
          class="option"
          role="option"
          tabIndex={-1}
          aria-selected={n === at}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onTake(option.insert)}
        >
          <span class="option-sign">{option.sign}</span>
          <bdi>{option.label}</bdi>
        </div>
      ))}
    </div>
  );
}

function optionId({ key }: Option): string {
  return `option-${key}`;
}

function optionOf({ emoji, code }: Emoji): Option {
  return { key: code, insert: `${emoji} `, sign: emoji, label: code };
}

function optionsOf(store: Store, sign: "@" | "#", word: string): readonly Option[] {
  const typed = fold(word);
  switch (sign) {
    case "@": {
      const viewing = new Set(store.open.value?.here.value.people.map(({ id }) => id));
      const rank = (id: string) => (viewing.has(id) ? 0 : store.online.value.has(id) ? 1 : 2);
      const people = [...store.people.value.values()]
        .filter(({ id, name }) => id !== store.person.value?.id && fold(name).includes(typed))
        .sort((a, b) => rank(a.id) - rank(b.id) || COLLATOR.compare(a.name, b.name))
        .map(({ id, name }) => ({ key: id, insert: `@${name} `, sign: "@", label: name }));
      const here = { key: "here", insert: "@here ", sign: "@", label: t("here: everyone who has this open") };
      return "here".startsWith(typed) ? [...people.slice(0, OPTIONS_MAX - 1), here] : people.slice(0, OPTIONS_MAX);
    }
    case "#":
      return [...store.channels.value.values()]
        .filter(({ kind, id }) => kind === "public" && fold(id).includes(typed))
        .sort(
          (a, b) =>
            Number(fold(b.id).startsWith(typed)) - Number(fold(a.id).startsWith(typed)) || a.id.localeCompare(b.id),
        )
        .slice(0, OPTIONS_MAX)
        .map(({ id, epoch }) => ({ key: epoch, insert: `#${id} `, sign: "#", label: id }));
    default:
      return sign satisfies never;
  }
}
