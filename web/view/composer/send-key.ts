/**
 * Enter sends, Shift+Enter breaks the line, Ctrl or ⌘ with Enter always sends; on touch, and where the person chose so, Enter
 * breaks the line. Never while composing.
 */
import { enter } from "../../state/preferences.ts";
import { isComposing } from "../parts/keys.ts";
import { isTouch } from "../parts/touch.ts";

export function isSendKey(event: KeyboardEvent): boolean {
  if (event.key !== "Enter" || isComposing(event)) return false;
  if (event.ctrlKey || event.metaKey) return true;
  return enter.chosen.value === "sends" && !(event.shiftKey || event.altKey || isTouch());
}
