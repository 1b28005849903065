/**
 * What keys mean on this keyboard. Every handler of keys asks here: a key that belongs to an input method is none of the page's.
 */

/** On a Mac ⌘ gives commands; Ctrl there moves the caret, as in every text field of the system. */
const isMac = /mac|iphone|ipad/i.test(
  String(Reflect.get(Reflect.get(navigator, "userAgentData") ?? {}, "platform") || navigator.platform),
);

/** The modifier that gives commands, as it stands on this keyboard. */
export const COMMAND = isMac ? "⌘" : "Ctrl";

/** What `aria-keyshortcuts` calls it, with the key that it goes with. */
export function commandWith(key: string): string {
  return `${isMac ? "Meta" : "Control"}+${key}`;
}

/**
 * The Latin letter or sign that a key gives, in lower case. Where the layout has other letters it is the one in the same place on an
 * English keyboard (W3C UI Events, `code`), so that shortcuts stay where they are.
 */
export function letterOf({ key, code }: KeyboardEvent): string {
  if (key.length !== 1 || /^[\x20-\x7e]$/.test(key)) return key.length === 1 ? key.toLowerCase() : key;
  const letter = /^Key([A-Z])$/.exec(code)?.[1];
  return letter?.toLowerCase() ?? PLACES[code] ?? key;
}

const PLACES: Readonly<Record<string, string>> = { Slash: "/", Equal: "+" };

/** Whether an input method is composing: Enter, Esc and arrows choose among its suggestions then. Safari tells by 229 (W3C UI Events §5). */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

/** Whether the key comes with the modifier that gives commands, and without the other one. */
export function isCommand(event: KeyboardEvent): boolean {
  return isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
}
