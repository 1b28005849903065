/** After the first message: how to come back as oneself when this device is lost. A device offers it once. */
import { useEffect, useState } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";
import { recoveryOffer } from "../../state/preferences.ts";
import type { Store } from "../../state/store.ts";
import { IconButton } from "../parts/IconButton.tsx";
import { Icon } from "../parts/icons.tsx";
import { sheet } from "../parts/sheets.ts";

export function RecoveryOffer({ store }: { readonly store: Store }) {
  const [hasWritten, setWritten] = useState(false);
  useEffect(() => {
    return store.onIncoming(({ messages }) => {
      const you = store.person.peek()?.id;
      if (messages.some(({ author, deleted }) => author.id === you && !deleted)) setWritten(true);
    });
  }, []);
  // It does not come between a person and the message that is edited.
  const isEditing = store.open.value?.editing.value !== undefined;
  if (!hasWritten || isEditing || recoveryOffer.chosen.value === "made") return null;
  return (
    <div class="offer" role="note">
      <span>{t("Keep a recovery code in case you lose this device.")}</span>
      <button
        type="button"
        class="link-button"
        onClick={() => {
          recoveryOffer.choose("made");
          sheet.value = "settings";
        }}
      >
        {t("Make a recovery code")}
      </button>
      <IconButton name={t("Not now")} onClick={() => recoveryOffer.choose("made")}>
        <Icon name="close" />
      </IconButton>
    </div>
  );
}
