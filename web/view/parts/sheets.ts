/** Which sheet lies over the screen, one at a time: opened by buttons, keys and the switcher alike. */
import { signal } from "@preact/signals";
import type { Channel, Person } from "../../../worker/protocol/things.ts";

export type SheetName =
  | "newChannel"
  | "newDirect"
  | "settings"
  | "switcher"
  | "shortcuts"
  | "unsent"
  | "browse"
  | "invite"
  | "profile";

/** The parts of a conversation's details. */
export type TabName = "About" | "People" | "Pins" | "Files" | "Integrations";

/** The part that is shown, beside the conversation or over it. */
export const detailsTab = signal<TabName | undefined>(undefined);

export const sheet = signal<SheetName | undefined>(undefined);

/** Whether the rail lies over the conversation, where it has no place beside it. */
export const isDrawerOpen = signal(false);

/** What the search begins with. */
export const searchFor = signal("");

/** The channel that people are invited to; `undefined`: to the site. */
export const invitedTo = signal<Channel | undefined>(undefined);

/** Lets the person invite others to the site, or to a channel. */
export function openInvite(channel?: Channel): void {
  invitedTo.value = channel;
  sheet.value = "invite";
}

/** The person whose profile is shown by the sheet of that name. */
export const shownPerson = signal<Person | undefined>(undefined);

/** Shows who a person is, and what can be done. */
export function openProfile(person: Person): void {
  shownPerson.value = person;
  sheet.value = "profile";
}

/** Opens the browser's dialog for files, while there is a composer that takes them. */
export const attaching: { choose: (() => void) | undefined } = { choose: undefined };
