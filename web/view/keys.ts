/** How people type and point here. */

/** On touch there is no hover, and focus in a field brings up a keyboard. */
export function isTouch(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}

/** Enter sends, Shift+Enter breaks the line, Ctrl or ⌘ with Enter always sends; on touch the button does. Never while composing. */
export function isSendKey(event: KeyboardEvent): boolean {
  if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return false;
  return event.ctrlKey || event.metaKey || !(event.shiftKey || event.altKey || isTouch());
}
