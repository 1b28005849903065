/** Who a person is, and what can be done: write to them, mention them, block them; owners of the site remove people. */
import { useState } from "preact/hooks";
import { rich, t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import { insertText } from "../composer/TextEntry.tsx";
import { Dialog } from "../dialogs/Dialog.tsx";
import { LateIcon } from "../parts/late-icons.tsx";
import { shownPerson } from "../parts/sheets.ts";
import { Avatar } from "./Avatar.tsx";
import "../details/styles.ts";

/** How long (hours) the addresses of a removed person may be kept out. */
const BAN_HOURS = [0, 24, 168, 720] as const;

export function Profile({ store, onClose }: { readonly store: Store; readonly onClose: () => void }) {
  const [refusal, setRefusal] = useState<string>();
  const [isRemoving, setRemoving] = useState(false);
  const person = shownPerson.value;
  if (!person) return null;
  const name = store.nameOf(person);
  const isYou = person.id === store.person.value?.id;
  const isOnline = store.online.value.has(person.id);
  const isBlocked = store.blocked.value.has(person.id);

  async function write(): Promise<void> {
    const answer = await store.openConversation([person?.id ?? ""]);
    if (answer.ok) onClose();
    else setRefusal(answer.detail);
  }

  function mention(): void {
    onClose();
    const field = document.querySelector<HTMLTextAreaElement>("#composer-text");
    if (field) insertText(field, `@${name} `);
  }

  if (isRemoving) return <Removal store={store} personId={person.id} name={name} onClose={onClose} />;
  return (
    <Dialog title={t("Profile")} card="opener" onClose={onClose}>
      <div class="profile">
        <Avatar person={{ id: person.id, name }} />
        <p class="profile-name">
          <bdi>{name}</bdi>
          <span class={isOnline ? "hint here-now" : "hint"}>{t(isOnline ? "Online" : "Away")}</span>
        </p>
      </div>
      {isBlocked && (
        <p class="hint">
          {t(
            "They can't start a conversation with you, and their mentions don't notify you. You still see their messages in channels.",
          )}
        </p>
      )}
      <p class={refusal ? "hint complaint" : "visually-hidden"} role="status">
        {refusal}
      </p>
      {!isYou && (
        <div class="field-row">
          {!isBlocked && (
            <button type="button" class="button primary" onClick={() => void write()}>
              {t("Message")}
            </button>
          )}
          <button type="button" class="button" onClick={mention}>
            {t("Mention")}
          </button>
        </div>
      )}
      {!isYou && (
        <div class="profile-more">
          <button
            type="button"
            class="action"
            onClick={async () => {
              const answer = await store.block(person.id, !isBlocked);
              if (!answer.ok) setRefusal(answer.detail);
            }}
          >
            <LateIcon name={isBlocked ? "check" : "block"} />
            {t(isBlocked ? "Unblock" : "Block")}
          </button>
          {store.isOwner.value && (
            <button type="button" class="action danger-text" onClick={() => setRemoving(true)}>
              <LateIcon name="remove" />
              {t("Remove")}
            </button>
          )}
        </div>
      )}
    </Dialog>
  );
}

type RemovalProps = {
  readonly store: Store;
  readonly personId: string;
  readonly name: string;
  readonly onClose: () => void;
};

function Removal({ store, personId, name, onClose }: RemovalProps) {
  const [hours, setHours] = useState(0);
  const [refusal, setRefusal] = useState<string>();
  return (
    <Dialog title={t("Remove {name} from the site", { name })} onClose={onClose}>
      <p>
        {rich("{name} will be signed out everywhere, and anyone can take the name. Their messages stay.", {
          name: <bdi>{name}</bdi>,
        })}
      </p>
      <label class="select">
        <span>{t("Also ban their addresses")}</span>
        <select value={hours} onChange={({ currentTarget }) => setHours(Number(currentTarget.value))}>
          {BAN_HOURS.map((choice) => (
            <option key={choice} value={choice}>
              {choice === 0 ? t("No") : t("{n} days", { n: choice / 24 })}
            </option>
          ))}
        </select>
      </label>
      {hours > 0 && <p class="hint">{t("No one can sign in from these addresses, even if others share them.")}</p>}
      {refusal && (
        <p class="hint complaint" role="alert">
          {refusal}
        </p>
      )}
      <div class="dialog-actions">
        <button type="button" class="button" autofocus onClick={onClose}>
          {t("Cancel")}
        </button>
        <button
          type="button"
          class="button danger"
          onClick={async () => {
            const answer = await (await store.requests()).removePerson(personId, hours === 0 ? undefined : hours);
            if (answer.ok) onClose();
            else setRefusal(answer.detail);
          }}
        >
          {t("Remove {name} from the site", { name })}
        </button>
      </div>
    </Dialog>
  );
}
