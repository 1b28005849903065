/** A device link was opened where someone is signed in: they decide who this device belongs to. */
import { useState } from "preact/hooks";
import { rich, t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import { Dialog } from "../dialogs/Dialog.tsx";

export function Linked({ store }: { readonly store: Store }) {
  const [refusal, setRefusal] = useState<string>();
  const name = store.person.value?.name;

  async function take(): Promise<void> {
    const answer = await store.decideLink(true);
    if (answer && !answer.ok) setRefusal(answer.detail);
  }

  return (
    <Dialog title={t("Use this link here?")}>
      <p>{rich("This signs someone else in on this device and signs {name} out.", { name: <bdi>{name}</bdi> })}</p>
      <p class={refusal ? "hint complaint" : "hint"} role="status">
        {refusal ??
          rich("If this is your only device, you'll lose the name {name}, your direct messages and your drafts.", {
            name: <bdi>{name}</bdi>,
          })}
      </p>
      <div class="dialog-actions">
        <button type="button" class="button" autofocus onClick={() => void store.decideLink(false)}>
          {t("Cancel")}
        </button>
        <button type="button" class="button danger" onClick={take}>
          {t("Use the link")}
        </button>
      </div>
    </Dialog>
  );
}
