/** What a channel and its relays tell each other. Types only. */
import type { ChannelAuth } from "../channel/rpc.ts";
import type { History } from "../protocol/history.ts";
import type { Person, Pin, Rules } from "../protocol/things.ts";

/** A relay of a channel: the object is named by both. */
export type RelayRef = { readonly epoch: string; readonly relay: string };

/**
 * Where the channel sends a socket that it does not hold itself. `rev` is what the relay must have before it welcomes. `count`, how many
 * people are in the channel, and its `rules` are for the first frame.
 */
export type Placement = {
  readonly relay: string;
  readonly continent: string;
  readonly rev: number;
  readonly count: number;
  readonly rules: Rules;
};

/** What an upgrade to a relay carries. */
export type RelayAuth = ChannelAuth & Placement;

/** What a relay keeps with a socket. */
export type RelayIdentity = ChannelAuth & Pick<Placement, "relay">;

/** What a channel tells its relays, in this order. */
export type Delivery =
  /** The changes after `from` up to `to`, as a frame for every socket. */
  | { readonly kind: "messages"; readonly frame: string; readonly from: number; readonly to: number }
  /** Another frame for every socket, but for those of one person. */
  | { readonly kind: "frame"; readonly frame: string; readonly except?: string }
  /** A person is in the channel no more. */
  | { readonly kind: "left"; readonly personId: string };

/** Who is in a channel, as its frames say: at most 100 people, and how many there are. */
export type Here = { readonly count: number; readonly people: readonly Person[]; readonly guests: number };

/**
 * Everything that a relay has of its channel. `members`: of a private channel, who is in it. Without `here` the channel has just started
 * and does not know yet who is on its relays.
 */
export type RelayState = {
  readonly hasEnded: boolean;
  readonly history: History;
  readonly pins: readonly Pin[];
  readonly here?: Here;
  readonly members?: readonly string[];
};

/**
 * Who is on a relay: everyone where `isWhole`, otherwise who came and who went since the report with the number before. `arrived` are the
 * people whose sockets came, also of those who were there already: they are on their way no more.
 */
export type RelayReport = {
  readonly number: number;
  readonly isWhole: boolean;
  readonly sockets: number;
  readonly joined: readonly Person[];
  readonly left: readonly string[];
  readonly arrived: readonly string[];
};
