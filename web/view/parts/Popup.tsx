/**
 * Buttons beside what they are about, and on a phone a sheet from below: opened over the page, closed by Escape, a click elsewhere, or
 * what was chosen.
 */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import styles from "../../styles/menus.css?inline";
import { adoptStyles } from "./adopt-styles.ts";
import { placeBeside } from "./place-beside.ts";
import { followPull } from "./pull-down.ts";

adoptStyles(styles);

/** Where a menu does not come from below (menus.css). */
const ROOMY = "(min-width: 720px)";

type Props = {
  readonly label: string;
  readonly beside: DOMRect;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
};

export function Popup({ label, beside, onClose, children }: Props) {
  const popup = useRef<HTMLDivElement>(null);
  const handle = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const shown = popup.current;
    if (!shown) return undefined;
    shown.showPopover();
    if (matchMedia(ROOMY).matches) placeBeside(shown, beside, "below");
    shown.querySelector("button")?.focus();
    // A new width moves the anchor. An on-screen keyboard changes the height alone.
    const width = innerWidth;
    const close = () => innerWidth !== width && shown.hidePopover();
    addEventListener("resize", close);
    const unfollow = handle.current && followPull(shown, handle.current, () => shown.hidePopover());
    return () => {
      unfollow?.();
      removeEventListener("resize", close);
    };
  }, []);

  function onKeyDown(event: KeyboardEvent): void {
    // What it lies over stays as it is.
    if (event.key === "Escape") event.stopPropagation();
    const buttons = [...(popup.current?.querySelectorAll("button") ?? [])];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = buttons.findIndex((button) => button.matches(":focus"));
    buttons[(at + step + buttons.length) % buttons.length]?.focus();
  }

  return (
    <div
      ref={popup}
      class="menu"
      role="toolbar"
      aria-label={label}
      aria-orientation="vertical"
      tabIndex={-1}
      popover="auto"
      onKeyDown={onKeyDown}
      onToggle={({ newState }) => newState === "closed" && onClose()}
    >
      <div ref={handle} class="pull" />
      {children}
    </div>
  );
}
