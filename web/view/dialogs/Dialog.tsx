/** A modal dialog: the platform's own, with its focus trap and Esc. */
import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";
import { IconButton } from "../parts/IconButton.tsx";
import { Icon } from "../parts/icons.tsx";
import { useModal } from "../parts/useModal.ts";

type Props = {
  readonly title: string;
  /** Without it the dialog stays until what it asks for is done. */
  readonly onClose?: () => void;
  /** With a list at the side. */
  readonly isWide?: boolean;
  readonly children: ComponentChildren;
};

export function Dialog({ title, onClose, isWide = false, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useModal(dialog);
  return (
    <dialog
      ref={dialog}
      class={isWide ? "dialog wide" : "dialog"}
      aria-labelledby={titleId}
      // A browser lets only the first Esc be prevented; the second closes all the same.
      onClose={({ currentTarget }) => {
        if (!currentTarget.isConnected) return; // taken away, not closed
        if (onClose) onClose();
        else currentTarget.showModal();
      }}
    >
      <header class="dialog-head">
        <h2 id={titleId}>
          <bdi>{title}</bdi>
        </h2>
        {onClose && (
          <IconButton name={t("Close")} onClick={onClose}>
            <Icon name="close" />
          </IconButton>
        )}
      </header>
      {children}
    </dialog>
  );
}
