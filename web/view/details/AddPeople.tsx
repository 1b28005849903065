/** Adds people to a private channel, one after the other. */
import { useState } from "preact/hooks";
import type { Person } from "../../../worker/protocol/things.ts";
import { t } from "../../i18n/i18n.ts";
import { Dialog } from "../dialogs/Dialog.tsx";
import { PeoplePicker } from "../people/PeoplePicker.tsx";
import type { TabProps } from "./Details.tsx";

type AddProps = Pick<TabProps, "store" | "channel"> & {
  readonly members: readonly Person[];
  readonly onClose: () => void;
};

export function AddPeople({ store, channel, members, onClose }: AddProps) {
  const [chosen, setChosen] = useState<readonly Person[]>([]);
  const [refusal, setRefusal] = useState<string>();

  async function add(): Promise<void> {
    const requests = await store.requests();
    for (const person of chosen) {
      const answer = await requests.addMember(channel.id, person.id);
      if (!answer.ok) return setRefusal(answer.detail);
    }
    onClose();
  }

  return (
    <Dialog title={t("Add people")} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void add();
        }}
      >
        <PeoplePicker
          store={store}
          chosen={chosen}
          onChoose={setChosen}
          isLeftOut={({ id }) => members.some((member) => member.id === id)}
        />
        {refusal && (
          <p class="hint complaint" role="alert">
            {refusal}
          </p>
        )}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            {t("Cancel")}
          </button>
          <button type="submit" class="button primary" disabled={chosen.length === 0}>
            {t("Add")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
