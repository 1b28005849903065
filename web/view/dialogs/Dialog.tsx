/** A modal dialog: the platform's own, with its focus trap and Esc. */
import type { ComponentChildren, TargetedMouseEvent, TargetedPointerEvent } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";
import styles from "../../styles/dialogs.css?inline";
import { adoptStyles } from "../parts/adopt-styles.ts";
import { IconButton } from "../parts/IconButton.tsx";
import { Icon } from "../parts/icons.tsx";
import { placeBeside } from "../parts/place-beside.ts";
import { followPull, ROOMY } from "../parts/pull-down.ts";
import { useModal } from "../parts/useModal.ts";

adoptStyles(styles);

type Props = {
  readonly title: string;
  /** What stands before the title. */
  readonly sign?: ComponentChildren;
  /** Without it the dialog stays until what it asks for is done. */
  readonly onClose?: () => void;
  /** With a list at the side. */
  readonly isWide?: boolean;
  /** A card stands beside the button that opened it, or below an element. On a phone it comes from below. A click elsewhere closes it. */
  readonly card?: "opener" | Element;
  /** The buttons of a menu, on a phone. A click elsewhere closes it. */
  readonly isMenu?: boolean;
  /** A pane stands at the end of a tablet's screen. On a phone it comes from below. */
  readonly isPane?: boolean;
  readonly children: ComponentChildren;
};

/** What a dialog is opened from: the button that has the focus, or else what is under the pointer. */
function openerNow(): Element | undefined {
  return document.activeElement?.closest("button, a") ?? [...document.querySelectorAll(":hover")].at(-1);
}

/** Whether a pointer is on the ground around a dialog. */
function isOutside({ target, currentTarget, clientX, clientY }: TargetedMouseEvent<HTMLDialogElement>): boolean {
  if (target !== currentTarget) return false;
  const { left, right, top, bottom } = currentTarget.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}

/** Calls back for a click on the ground around a dialog. A selection that starts inside the dialog and ends outside does not count. */
export function useGround(act: () => void) {
  const isBegun = useRef(false);
  return {
    onPointerDown: (event: TargetedPointerEvent<HTMLDialogElement>) => {
      isBegun.current = isOutside(event);
    },
    onClick: (event: TargetedMouseEvent<HTMLDialogElement>) => isBegun.current && isOutside(event) && act(),
  };
}

export function Dialog({
  title,
  sign,
  onClose,
  isWide = false,
  card,
  isMenu = false,
  isPane = false,
  children,
}: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const head = useRef<HTMLElement>(null);
  const titleId = useId();
  const [opener] = useState(() => (card === "opener" ? openerNow() : card));
  const ground = useGround(() => (card || isPane || isMenu) && onClose?.());
  useModal(dialog);
  useLayoutEffect(() => {
    const shown = dialog.current;
    if (!shown || !opener) return undefined;
    let anchor = opener.getBoundingClientRect();
    const roomy = matchMedia(ROOMY);
    const place = () => {
      // A keyboard that closes moves what the card belongs to.
      if (opener.isConnected) anchor = opener.getBoundingClientRect();
      if (roomy.matches) placeBeside(shown, anchor, card === "opener" ? "beside" : "below");
      else shown.removeAttribute("style");
    };
    place();
    const sizes = new ResizeObserver(place);
    sizes.observe(shown);
    addEventListener("resize", place);
    return () => {
      sizes.disconnect();
      removeEventListener("resize", place);
    };
  }, []);
  useEffect(() => {
    const shown = dialog.current;
    return onClose && shown && head.current ? followPull(shown, head.current, () => shown.close()) : undefined;
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`dialog ${isWide ? "wide" : card ? "card" : isPane ? "pane" : isMenu ? "over" : ""}`}
      aria-labelledby={titleId}
      tabIndex={-1}
      // A browser lets only the first Esc be prevented; the second closes all the same.
      onClose={({ currentTarget }) => {
        if (!currentTarget.isConnected) return; // taken away, not closed
        if (onClose) onClose();
        else currentTarget.showModal();
      }}
      {...ground}
    >
      <header ref={head} class={onClose ? "dialog-head pull" : "dialog-head"}>
        <h2 id={titleId} class={card ? "visually-hidden" : ""}>
          {sign}
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
