/** A menu: buttons beside what they are about, and on a phone a sheet. Escape, a click elsewhere and a chosen button close it. */
import type { ComponentChildren, TargetedKeyboardEvent } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import styles from "../../styles/menus.css?inline";
import { adoptStyles } from "../parts/adopt-styles.ts";
import { placeBeside } from "../parts/place-beside.ts";
import { ROOMY } from "../parts/pull-down.ts";
import { Dialog } from "./Dialog.tsx";

adoptStyles(styles);

type Props = {
  readonly label: string;
  readonly beside: DOMRect;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
};

export function Popup(props: Props) {
  const [isRoomy] = useState(() => matchMedia(ROOMY).matches);
  return isRoomy ? <Beside {...props} /> : <Sheet {...props} />;
}

/** Closes a menu that is a sheet at once. The action of its button can then move the focus: while a dialog is open, no element outside it takes the focus. */
export function leaveMenu(): void {
  document.querySelector<HTMLDialogElement>("dialog.over")?.close();
}

function Sheet({ label, onClose, children }: Omit<Props, "beside">) {
  const rows = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => rows.current?.querySelector("button")?.focus(), []);
  return (
    <Dialog title={label} isMenu onClose={onClose}>
      <div ref={rows} class="menu" role="toolbar" aria-label={label} aria-orientation="vertical" onKeyDown={step}>
        {children}
      </div>
    </Dialog>
  );
}

function Beside({ label, beside, onClose, children }: Props) {
  const popup = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const shown = popup.current;
    if (!shown) return undefined;
    shown.showPopover();
    placeBeside(shown, beside, "below");
    shown.querySelector("button")?.focus();
    // A new width moves the anchor. An on-screen keyboard changes the height alone.
    const width = innerWidth;
    const close = () => innerWidth !== width && shown.hidePopover();
    addEventListener("resize", close);
    return () => removeEventListener("resize", close);
  }, []);

  return (
    <div
      ref={popup}
      class="menu popup"
      role="toolbar"
      aria-label={label}
      aria-orientation="vertical"
      tabIndex={-1}
      popover="auto"
      onKeyDown={step}
      onToggle={({ newState }) => newState === "closed" && onClose()}
    >
      {children}
    </div>
  );
}

/** The arrows lead from button to button. */
function step(event: TargetedKeyboardEvent<HTMLElement>): void {
  // What it lies over stays as it is.
  if (event.key === "Escape") event.stopPropagation();
  const buttons = [...event.currentTarget.querySelectorAll("button")];
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by === undefined) return;
  event.preventDefault();
  const at = buttons.findIndex((button) => button.matches(":focus"));
  buttons[(at + by + buttons.length) % buttons.length]?.focus();
}
