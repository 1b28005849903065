/** An invite did not work, and why. */
import { t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import { Dialog } from "../dialogs/Dialog.tsx";

export function InviteOver({ store }: { readonly store: Store }) {
  const close = () => {
    store.inviteProblem.value = undefined;
  };
  return (
    <Dialog title={t("This invite didn't work")} onClose={close}>
      <p>{store.inviteProblem.value}</p>
      <div class="dialog-actions">
        <button type="button" class="button primary" onClick={close}>
          {t("Close")}
        </button>
      </div>
    </Dialog>
  );
}
