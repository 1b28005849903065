/** Which sheet lies over the screen, one at a time: opened by buttons, keys and the switcher alike. */
import { signal } from "@preact/signals";

export type SheetName = "newChannel" | "newDirect" | "settings" | "switcher" | "shortcuts" | "unsent";

export const sheet = signal<SheetName | undefined>(undefined);

/** Opens the browser's dialog for files, while there is a composer that takes them. */
export const attaching: { choose: (() => void) | undefined } = { choose: undefined };
