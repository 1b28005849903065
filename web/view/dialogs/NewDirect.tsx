/** Finds a person by name, those who are online first, and opens the conversation of the two. */
import { useEffect, useState } from "preact/hooks";
import type { OnlinePerson } from "../../../worker/protocol/frames.ts";
import { foldApostrophes } from "../../../worker/protocol/text.ts";
import { t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import { Avatar } from "../people/Avatar.tsx";
import { Dialog } from "./Dialog.tsx";

/** So long (ms) nothing has to be typed before people are looked for. */
const PAUSE_MS = 150;

export function NewDirect({ store, onClose }: { readonly store: Store; readonly onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const [found, setFound] = useState<readonly OnlinePerson[]>();
  const [refusal, setRefusal] = useState<string>();
  // Of people who are online this tab knows more than the first twenty of an answer.
  const online = [...store.people.value.values()].filter(
    ({ id, name }) =>
      store.online.value.has(id) && name.toLowerCase().includes(foldApostrophes(typed.trim()).toLowerCase()),
  );
  const all = new Map([
    ...(found ?? []).map((person) => [person.id, person] as const),
    ...online.map((person) => [person.id, { ...person, online: true }] as const),
  ]);
  const people = [...all.values()]
    .filter(({ id }) => id !== store.person.value?.id)
    .sort((a, b) => Number(b.online) - Number(a.online)); // stable: by name among those alike

  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(
      async () => {
        const answer = await store.searchPeople(typed);
        if (!isCurrent) return;
        if (answer.ok) setFound(answer.value.people);
        else setRefusal(answer.detail);
      },
      typed === "" ? 0 : PAUSE_MS,
    );
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [typed]);

  async function open(personId: string): Promise<void> {
    const answer = await store.openDirect(personId);
    if (answer.ok) onClose();
    else setRefusal(answer.detail);
  }

  return (
    <Dialog title={t("New direct message")} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const [first] = people;
          if (first) void open(first.id);
        }}
      >
        <label for="direct-to">{t("To")}</label>
        <input
          id="direct-to"
          aria-label={t("Find people")}
          aria-describedby="direct-hint"
          placeholder={t("A name")}
          autocomplete="off"
          spellcheck={false}
          dir="auto"
          autofocus
          value={typed}
          onInput={({ currentTarget }) => {
            setTyped(currentTarget.value);
            setRefusal(undefined);
          }}
        />
        <p id="direct-hint" class={refusal ? "hint complaint" : "visually-hidden"} role="status">
          {refusal ?? (found ? t("{n} found", { n: people.length }) : "")}
        </p>
      </form>
      <ul class="people">
        {people.map((person) => (
          <li key={person.id}>
            <button type="button" class="person" onClick={() => void open(person.id)}>
              <Avatar person={person} />
              <bdi>{person.name}</bdi>
              {person.online && <span class="person-online">{t("Online")}</span>}
            </button>
          </li>
        ))}
      </ul>
      {found && people.length === 0 && (
        <p class="hint">
          {t(typed.trim() === "" ? "Nobody else is here yet. Pass the address on." : "Nobody here has such a name.")}
        </p>
      )}
    </Dialog>
  );
}
