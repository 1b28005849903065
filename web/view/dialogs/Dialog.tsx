/** A modal dialog: the platform's own, with its focus trap and Esc. */
import type { ComponentChildren, TargetedMouseEvent } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";
import { IconButton } from "../parts/IconButton.tsx";
import { Icon } from "../parts/icons.tsx";
import { placeBeside } from "../parts/place-beside.ts";
import { useModal } from "../parts/useModal.ts";

type Props = {
  readonly title: string;
  /** Without it the dialog stays until what it asks for is done. */
  readonly onClose?: () => void;
  /** With a list at the side. */
  readonly isWide?: boolean;
  /** Beside what it was opened from, where there is room; a click elsewhere closes it. */
  readonly isCard?: boolean;
  readonly children: ComponentChildren;
};

/** Where a dialog does not come from below (narrow.css). */
const ROOMY = "(min-width: 720px)";

/** What a dialog is opened from: the button that has the focus, or else what is under the pointer. */
function openerNow(): Element | undefined {
  return document.activeElement?.closest("button, a") ?? [...document.querySelectorAll(":hover")].at(-1);
}

/** Whether a click is on the ground around a dialog. */
function isOutside({ target, currentTarget, clientX, clientY }: TargetedMouseEvent<HTMLDialogElement>): boolean {
  if (target !== currentTarget) return false;
  const { left, right, top, bottom } = currentTarget.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}

export function Dialog({ title, onClose, isWide = false, isCard = false, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const opener = useRef(isCard ? openerNow() : undefined);
  useModal(dialog);
  useLayoutEffect(() => {
    const beside = opener.current?.getBoundingClientRect();
    if (dialog.current && beside && matchMedia(ROOMY).matches) placeBeside(dialog.current, beside, "end");
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc does the same
    <dialog
      ref={dialog}
      class={`dialog ${isWide ? "wide" : isCard ? "card" : ""}`}
      aria-labelledby={titleId}
      // A browser lets only the first Esc be prevented; the second closes all the same.
      onClose={({ currentTarget }) => {
        if (!currentTarget.isConnected) return; // taken away, not closed
        if (onClose) onClose();
        else currentTarget.showModal();
      }}
      onClick={(event) => isCard && isOutside(event) && onClose?.()}
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
