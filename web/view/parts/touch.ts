/** On touch there is no hover, and focus in a field brings up a keyboard. */
export function isTouch(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}
