/**
 * The keys that work everywhere. Loaded after the first messages. A letter that is typed nowhere in particular goes to the composer.
 */
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { go } from "../../state/route.ts";
import type { ShownList } from "../messages/message-commands.ts";
import { runLetter } from "../messages/message-letters.ts";
import { isCommand as isCommandKey, isComposing, letterOf } from "../parts/keys.ts";
import { attaching, detailsTab, isDrawerOpen, sheet } from "../parts/sheets.ts";

/** Where F6 leads, in this order: the part of the screen, and the place in it that takes the focus. */
const REGIONS: readonly (readonly [part: string, place: string])[] = [
  [".rail", ".rail a[aria-current], .rail:not(:has([aria-current])) a"],
  [".log", ".log li[tabindex='0']"],
  ["#composer", "#composer-text"],
  [".details-pane", ".details-pane button"],
  [".notice", ".notice button"],
];
/** Follows the keys for as long as it is there. */
export function Keys({ shown }: { readonly shown: RefObject<ShownList> }): null {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      if (isComposing(event)) return write(event);
      if (runLetter(event, shown.current) || act(event, shown.current)) event.preventDefault();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
  // A sheet that was opened from another one has nothing to give the focus back to.
  const isOpen = sheet.value !== undefined;
  useEffect(() => {
    if (isOpen) return;
    const timer = setTimeout(() => {
      if (document.activeElement === document.body) document.getElementById("composer-text")?.focus();
    });
    return () => clearTimeout(timer);
  }, [isOpen]);
  return null;
}

/** Whether the key meant something here. */
function act(event: KeyboardEvent, shown: ShownList): boolean {
  const { key, altKey, shiftKey } = event;
  const letter = letterOf(event);
  const isCommand = isCommandKey(event);
  const hasModifier = event.ctrlKey || event.metaKey;
  const target = event.target instanceof HTMLElement ? event.target : document.body;
  if (isCommand && !altKey && !shiftKey && letter === "k") {
    sheet.value = sheet.value === "switcher" ? undefined : "switcher";
    return true;
  }
  if (document.querySelector("dialog[open]")) return false;
  if (isCommand && letter === "/") return open("shortcuts");
  if (isCommand && !shiftKey && letter === "u") {
    attaching.choose?.();
    return attaching.choose !== undefined;
  }
  if (key === "Escape" && isDrawerOpen.value) {
    isDrawerOpen.value = false;
    return true;
  }
  if (key === "Escape" && shown && !document.querySelector(":popover-open.menu")) return stepBack(target, shown);
  if (key === "F6") return toRegion(target, shiftKey ? -1 : 1);
  if (altKey && !hasModifier && (key === "ArrowUp" || key === "ArrowDown")) {
    return toConversation(key === "ArrowUp" ? -1 : 1, shiftKey);
  }
  if (hasModifier || altKey || target.matches("input, textarea, select, [contenteditable]")) return false;
  if (key === "?") return open("shortcuts");
  if ([...key].length === 1 && key !== " ") write(event);
  return false;
}

/**
 * Escape: the details close, else an edit ends, else nothing is new any more; then the composer has the focus. Answers whether
 * anything was done.
 */
function stepBack(from: Element, { commands }: NonNullable<ShownList>): boolean {
  const isInPane = from.closest(".details-pane") !== null;
  // What is typed there would be lost.
  if (isInPane && from instanceof HTMLInputElement && from.type === "text" && from.value !== "") return false;
  if (detailsTab.value !== undefined) {
    detailsTab.value = undefined;
    if (isInPane) document.getElementById("open-details")?.focus();
    return true;
  }
  if (!commands.leaveEdit()) commands.dismissNew();
  document.getElementById("composer-text")?.focus();
  return true;
}

function open(name: "shortcuts"): boolean {
  sheet.value = name;
  return true;
}

/** A letter typed nowhere in particular is the first of a message: the field has the focus before the browser, or an input method, writes it. */
function write({ target }: KeyboardEvent): void {
  const isElsewhere =
    target instanceof Element && target.closest("input, textarea, select, dialog, [popover], [role=tablist]");
  if (!isElsewhere) document.getElementById("composer-text")?.focus();
}

function toRegion(from: Element, step: 1 | -1): boolean {
  const at = REGIONS.findIndex(([part]) => from.closest(part) !== null);
  for (let tried = 1; tried <= REGIONS.length; tried++) {
    const [, selector = ""] = REGIONS[(at + step * tried + REGIONS.length * 2) % REGIONS.length] ?? [];
    const place = document.querySelector<HTMLElement>(selector);
    place?.focus();
    if (place && document.activeElement === place) return true; // a drawer that is closed takes no focus
  }
  return false;
}

/** The conversation above or below, as the rail shows them; `isUnread`: of those with something new. */
function toConversation(step: 1 | -1, isUnread: boolean): boolean {
  const links = [...document.querySelectorAll<HTMLAnchorElement>("a.rail-link")];
  const at = links.findIndex((link) => link.getAttribute("aria-current") === "page");
  const others = [...links.keys()].map((n) => (at + step * (n + 1) + links.length * 2) % links.length);
  const next = others.map((n) => links[n]).find((link) => link && (!isUnread || link.classList.contains("unread")));
  if (!next || next === links[at]) return false;
  go(new URL(next.href).pathname);
  return true;
}
