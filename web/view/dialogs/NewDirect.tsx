/** Opens the conversation with one person, or of a group. */
import { useState } from "preact/hooks";
import { GROUP_OTHERS_MAX } from "../../../worker/protocol/limits.ts";
import type { Person } from "../../../worker/protocol/things.ts";
import { t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import { PeoplePicker } from "../people/PeoplePicker.tsx";
import { Dialog } from "./Dialog.tsx";

export function NewDirect({ store, onClose }: { readonly store: Store; readonly onClose: () => void }) {
  const [chosen, setChosen] = useState<readonly Person[]>([]);
  const [refusal, setRefusal] = useState<string>();

  async function open(people: readonly Person[]): Promise<void> {
    const answer = await store.openConversation(people.map(({ id }) => id));
    if (answer.ok) onClose();
    else setRefusal(answer.detail);
  }

  return (
    <Dialog title={t("New direct message")} onClose={onClose}>
      <p class="hint">{t("Choose a person to message, or + to add several.")}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen.length > 0) void open(chosen);
        }}
      >
        <PeoplePicker
          store={store}
          chosen={chosen}
          onChoose={(people) => {
            setChosen(people.slice(0, GROUP_OTHERS_MAX));
            setRefusal(undefined);
          }}
          onPick={(person) => void open([person])}
        />
        {refusal && (
          <p class="hint complaint" role="alert">
            {refusal}
          </p>
        )}
        {chosen.length > 0 && (
          <div class="dialog-actions">
            <button type="submit" class="button primary">
              {t("Message")}
            </button>
          </div>
        )}
      </form>
    </Dialog>
  );
}
