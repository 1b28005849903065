/**
 * What a `title` says, in the looks of the page: after half a second under the pointer or with the keyboard's focus, with the key that does
 * the same (`aria-keyshortcuts`). Any key, click or scrolling takes it away; the pointer may go
 * over it (WCAG 1.4.13): its ground reaches to the element.
 */
import styles from "../../styles/tooltips.css?inline";
import { adoptStyles } from "./adopt-styles.ts";
import { COMMAND } from "./keys.ts";

adoptStyles(styles);

const WAIT_MS = 500;
/** Names of keys in `aria-keyshortcuts` that keyboards write otherwise. */
const SIGNS: Readonly<Record<string, string>> = { Control: COMMAND, Meta: COMMAND, Plus: "+" };
/** How far (px) it stands from its element, and stays from the window's edge. */
const GAP_PX = 6;
const EDGE_PX = 8;
/** A pointer that has moved so far (px) since it was pressed does not rest. */
const MOVED_PX = 4;

/** Follows pointer and focus. The answer ends it. */
export function followTooltips(): () => void {
  const outside = new AbortController();
  const { signal } = outside;
  const tip = document.createElement("div");
  tip.className = "tooltip";
  tip.popover = "manual";
  tip.ariaHidden = "true"; // the element itself says it
  document.body.append(tip);
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** What it belongs to, and what that says: taken off it meanwhile, since browsers show it in their own way. */
  let of: { readonly element: Element; readonly words: string } | undefined;

  function leave(): void {
    clearTimeout(timer);
    if (of && !of.element.hasAttribute("title")) of.element.setAttribute("title", of.words);
    of?.element.removeAttribute("aria-description");
    of = undefined;
    if (tip.matches(":popover-open")) tip.hidePopover();
  }

  function come(target: EventTarget | null): void {
    if (!(target instanceof Element) || tip.contains(target) || of?.element.contains(target)) return;
    leave();
    const element = target.closest("[title]");
    const words = element?.getAttribute("title") ?? "";
    if (!element || words === "") return;
    of = { element, words };
    if (words !== element.ariaLabel) element.setAttribute("aria-description", words);
    element.removeAttribute("title");
    timer = setTimeout(() => show(tip, element, words), WAIT_MS);
  }

  /** Where (px) the pointer was pressed last, and on what. An element that appears there shows its tooltip once the pointer moves. */
  let pressed: { x: number; y: number; on: Element | null } = { x: -1, y: -1, on: null };
  document.addEventListener(
    "pointerdown",
    ({ clientX, clientY, target }) => {
      pressed = { x: clientX, y: clientY, on: target instanceof Element ? target : null };
    },
    { signal, capture: true },
  );
  document.addEventListener(
    "pointerover",
    ({ target, pointerType, clientX, clientY }) => {
      if (pointerType !== "touch" && !(clientX === pressed.x && clientY === pressed.y)) come(target);
    },
    { signal },
  );
  document.addEventListener(
    "pointermove",
    ({ target, pointerType, clientX, clientY }) => {
      if (pointerType === "touch" || pressed.x < 0) return;
      if (Math.hypot(clientX - pressed.x, clientY - pressed.y) < MOVED_PX) return;
      const { on } = pressed;
      pressed = { x: -1, y: -1, on: null };
      if (target instanceof Element && on && !target.contains(on) && !on.contains(target)) come(target);
    },
    { signal },
  );
  document.addEventListener(
    "focusin",
    ({ target }) => target instanceof Element && target.matches(":focus-visible") && come(target),
    { signal },
  );
  document.documentElement.addEventListener("pointerleave", leave, { signal });
  for (const kind of ["focusout", "pointerdown", "keydown", "scroll", "toggle"])
    document.addEventListener(kind, ({ target }) => target !== tip && leave(), { signal, capture: true });
  return () => {
    leave();
    outside.abort();
    tip.remove();
  };
}

function show(tip: HTMLElement, element: Element, words: string): void {
  if (!element.isConnected) return;
  const keys = element.getAttribute("aria-keyshortcuts")?.split("+") ?? [];
  tip.replaceChildren(words, ...keys.map((key) => keycap(SIGNS[key] ?? key)));
  tip.showPopover();
  const beside = element.getBoundingClientRect();
  const { width, height } = tip.getBoundingClientRect();
  const isAbove = beside.top - height - GAP_PX >= EDGE_PX;
  const middle = beside.left + (beside.width - width) / 2;
  tip.style.left = `${Math.max(EDGE_PX, Math.min(middle, innerWidth - width - EDGE_PX))}px`;
  tip.style.top = `${isAbove ? beside.top - height - GAP_PX : beside.bottom + GAP_PX}px`;
}

function keycap(key: string): HTMLElement {
  const cap = document.createElement("kbd");
  cap.className = "keycap";
  cap.textContent = key;
  return cap;
}
