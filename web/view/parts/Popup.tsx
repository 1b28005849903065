/** Buttons beside what they are about: opened over the page, closed by Escape, a click elsewhere, or what was chosen. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** How far (px) it stays from the window's edge. */
const EDGE_PX = 8;

type Props = {
  readonly label: string;
  readonly beside: DOMRect;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
};

export function Popup({ label, beside, onClose, children }: Props) {
  const popup = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const shown = popup.current;
    if (!shown) return;
    shown.showPopover();
    const { width, height } = shown.getBoundingClientRect();
    const within = (wanted: number, room: number) => `${Math.max(EDGE_PX, Math.min(wanted, room - EDGE_PX))}px`;
    shown.style.left = within(beside.right - width, innerWidth - width);
    shown.style.top = within(beside.bottom + 4, innerHeight - height);
    shown.querySelector("button")?.focus();
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
      class="menu popup"
      role="toolbar"
      aria-label={label}
      aria-orientation="vertical"
      tabIndex={-1}
      popover="auto"
      onKeyDown={onKeyDown}
      onToggle={({ newState }) => newState === "closed" && onClose()}
    >
      {children}
    </div>
  );
}
