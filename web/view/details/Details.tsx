/** Who is in the channel now: beside the conversation where there is room, else over it. */
import { useEffect, useState } from "preact/hooks";
import type { Person } from "../../../worker/protocol/frames.ts";
import { rich, t } from "../../i18n/i18n.ts";
import type { Conversation, Store } from "../../state/store.ts";
import { Dialog } from "../dialogs/Dialog.tsx";
import { Icon } from "../parts/icons.tsx";
import { Avatar } from "./Avatar.tsx";

type Props = { readonly store: Store; readonly conversation: Conversation; readonly onClose: () => void };

/** Where there is room for a third pane. */
const ROOMY = "(min-width: 1100px)";

export function People(props: Props) {
  const [isRoomy, setRoomy] = useState(() => matchMedia(ROOMY).matches);
  useEffect(() => {
    const room = matchMedia(ROOMY);
    // What stood beside the conversation does not come over it by itself.
    const look = () => (room.matches ? setRoomy(true) : props.onClose());
    room.addEventListener("change", look);
    return () => room.removeEventListener("change", look);
  }, []);
  if (!isRoomy) {
    return (
      <Dialog title={t("People here")} onClose={props.onClose}>
        <PeopleList {...props} onLeave={props.onClose} />
      </Dialog>
    );
  }
  return (
    <aside class="people-pane" aria-label={t("People here")}>
      <header class="dialog-head">
        <h2>{t("People here")}</h2>
        <button
          type="button"
          class="icon-button"
          aria-label={t("Close")}
          onClick={() => {
            props.onClose();
            document.querySelector<HTMLElement>("button.here")?.focus();
          }}
        >
          <Icon name="close" />
        </button>
      </header>
      <PeopleList {...props} onLeave={() => {}} />
    </aside>
  );
}

/** Each to be written to, and by an owner of the site to be removed. `onLeave`: one goes to another conversation. */
function PeopleList({ store, conversation, onLeave }: Props & { readonly onLeave: () => void }) {
  const [leaving, setLeaving] = useState<Person>();
  const [refusal, setRefusal] = useState<string>();
  const { count, people } = conversation.here.value;
  const you = store.person.value?.id;
  const sorted = [...people].sort(
    (a, b) => Number(b.id === you) - Number(a.id === you) || a.name.localeCompare(b.name),
  );

  async function write({ id }: Person): Promise<void> {
    const answer = await store.openDirect(id);
    if (answer.ok) onLeave();
    else setRefusal(answer.detail);
  }

  async function remove({ id }: Person): Promise<void> {
    const answer = await store.removePerson(id);
    setLeaving(undefined);
    if (!answer.ok) setRefusal(answer.detail);
  }

  return (
    <>
      <ul class="people">
        {sorted.map((person) => (
          <li key={person.id} class="person">
            <Avatar person={person} />
            <bdi>{person.name}</bdi>
            {person.id === you ? (
              <span class="person-online">{t("You")}</span>
            ) : (
              <>
                <button type="button" class="button quiet" onClick={() => void write(person)}>
                  {t("Message")}
                </button>
                {store.isOwner.value && (
                  <button type="button" class="button quiet danger-text" onClick={() => setLeaving(person)}>
                    {t("Remove")}
                  </button>
                )}
              </>
            )}
          </li>
        ))}
      </ul>
      {count > people.length && <p class="hint">{t("And {n} more.", { n: count - people.length })}</p>}
      <p class={refusal ? "hint complaint" : "visually-hidden"} role="status">
        {refusal}
      </p>
      {leaving && (
        <div class="confirm">
          <p>
            {rich("{name} is signed out everywhere, and the name is free for others. What they wrote stays.", {
              name: <bdi>{leaving.name}</bdi>,
            })}
          </p>
          <div class="dialog-actions">
            <button type="button" class="button quiet" onClick={() => setLeaving(undefined)}>
              {t("Cancel")}
            </button>
            <button type="button" class="button danger" onClick={() => void remove(leaving)}>
              {t("Remove {name}", { name: leaving.name })}
            </button>
          </div>
        </div>
      )}
    </>
  );
}
