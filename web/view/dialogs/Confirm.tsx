/** Asks before something is done that cannot be undone. The focus is on the way back. */
import type { ComponentChildren } from "preact";
import { t } from "../../i18n/i18n.ts";
import { Dialog } from "./Dialog.tsx";

type Props = {
  /** What follows. */
  readonly text: ComponentChildren;
  /** What is done: the title, and the words of the button. */
  readonly action: string;
  readonly onCancel: () => void;
  readonly onConfirm: () => void;
};

export function Confirm({ text, action, onCancel, onConfirm }: Props) {
  return (
    <Dialog title={action} onClose={onCancel}>
      <p>{text}</p>
      <div class="dialog-actions">
        <button type="button" class="button" autofocus onClick={onCancel}>
          {t("Cancel")}
        </button>
        <button type="button" class="button danger" onClick={onConfirm}>
          {action}
        </button>
      </div>
    </Dialog>
  );
}
