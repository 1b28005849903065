/** Finds people by name, those who are online first. The chosen ones stand before the field and can be taken back. */
import { useState } from "preact/hooks";
import type { Person } from "../../../worker/protocol/things.ts";
import { t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import { IconButton } from "../parts/IconButton.tsx";
import { Icon } from "../parts/icons.tsx";
import { usePeople } from "../parts/usePeople.ts";
import { Avatar } from "./Avatar.tsx";

type Props = {
  readonly store: Store;
  readonly chosen: readonly Person[];
  readonly onChoose: (people: readonly Person[]) => void;
  /** Whether someone is not to be found, beside oneself and the chosen ones. */
  readonly isLeftOut?: (person: Person) => boolean;
  /** What a tap on a person does while no one is chosen; otherwise they are chosen. */
  readonly onPick?: (person: Person) => void;
};

export function PeoplePicker({ store, chosen, onChoose, isLeftOut, onPick }: Props) {
  const [typed, setTyped] = useState("");
  const { people, isKnown, refusal } = usePeople(store, typed);
  const options = people.filter(
    (person) => person.id !== store.person.value?.id && !isChosen(person) && !isLeftOut?.(person),
  );

  function isChosen({ id }: Person): boolean {
    return chosen.some((other) => other.id === id);
  }

  function choose({ id, name }: Person): void {
    onChoose([...chosen, { id, name }]);
    setTyped("");
    document.getElementById("find-people")?.focus();
  }

  function take(person: Person): void {
    if (onPick && chosen.length === 0) onPick(person);
    else choose(person);
  }

  return (
    <>
      <label for="find-people">{t("Find people")}</label>
      {chosen.length > 0 && (
        <ul class="chosen">
          {chosen.map((person) => (
            <li key={person.id}>
              <button
                type="button"
                class="button"
                aria-label={t("Remove {name}", { name: person.name })}
                onClick={() => onChoose(chosen.filter(({ id }) => id !== person.id))}
              >
                <bdi>{person.name}</bdi>
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <input
        id="find-people"
        aria-describedby="find-people-hint"
        placeholder={t("A name")}
        autocomplete="off"
        spellcheck={false}
        dir="auto"
        autofocus
        value={typed}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        onKeyDown={(event) => {
          const [first] = options;
          if (event.key !== "Enter" || event.isComposing || typed.trim() === "" || !first) return;
          event.preventDefault();
          take(first);
        }}
      />
      <p id="find-people-hint" class={refusal ? "hint complaint" : "visually-hidden"} role="status">
        {refusal ?? (isKnown ? t("{n} results", { n: options.length }) : "")}
      </p>
      <ul class="people">
        {options.map((person) => (
          <li key={person.id} class="person-row">
            <button type="button" class="person" onClick={() => take(person)}>
              <Avatar person={person} />
              <bdi>{person.name}</bdi>
              {person.online && <span class="person-online" role="img" aria-label={t("Online")} />}
            </button>
            {onPick && chosen.length === 0 && (
              <IconButton name={t("Add {name} to a group", { name: person.name })} onClick={() => choose(person)}>
                <Icon name="plus" />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
      {isKnown && options.length === 0 && (
        <p class="hint">
          {typed.trim() !== ""
            ? t("No one here has that name.")
            : chosen.length > 0
              ? t("Everyone is selected.")
              : t("No one else is here yet. Share this site's address.")}
        </p>
      )}
    </>
  );
}
