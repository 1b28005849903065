/** Names of a channel's relays: a number, with a `g` before it where the sockets are those of guests. Pure. */

const GUESTS = "g";

/** The name of the relay of that number. */
export function relayName(number: number, isForGuests: boolean): string {
  return `${isForGuests ? GUESTS : ""}${number}`;
}

export function isForGuests(relay: string): boolean {
  return relay.startsWith(GUESTS);
}
