/** What a shard of people is asked. Types only. */
import type { ChannelRef } from "../channel/rpc.ts";
import type { AuthContext, Identity } from "../platform/authority.ts";
import type { Refused } from "../protocol/errors.ts";
import type { Channel, Person, Preference } from "../protocol/things.ts";

/** A session to be checked, by the hash of its cookie. */
export type SessionKey = { readonly personId: string; readonly session: string };

export type Check = SessionKey & {
  /** The digest of the owner's code as it is now, '' where the site has none. */
  readonly ownerKey: string;
  /** The answer can carry a renewed cookie. */
  readonly mayRenew: boolean;
  /** The channel of the path, by its id. */
  readonly channelId?: string;
  /** The channel said that it has ended: the list is asked for anew. */
  readonly isGone?: boolean;
  /** A socket is to be opened in the channel. */
  readonly isVisit?: boolean;
};

/** A session that is alive, with the channel asked for if it is there for this person. */
export type CheckedSession = {
  readonly auth: AuthContext;
  readonly renew: boolean;
  readonly channel?: ChannelRef;
};

export type Authorized = { readonly kind: "authorized"; readonly auth: AuthContext };

/** How a person is called, and from where their sessions signed in or last opened a feed. */
export type Addresses = { readonly kind: "addresses"; readonly name: string; readonly addresses: readonly string[] };

/** An invite that works: who made it when (ms), and the private channel it leads into. `isNew`: a place of it was taken now. */
export type Invite = {
  readonly kind: "usable";
  readonly isNew: boolean;
  readonly maker: string;
  readonly madeAt: number;
  readonly channel?: { readonly id: string; readonly epoch: string };
};

/** What a person may make only so often. */
export type Allowance = "channels" | "directs" | "reports";

export type SignedIn = { readonly kind: "signed in"; readonly person: Person; readonly isOwner: boolean };
export type SignInOutcome = Refused | SignedIn;

/** The peer's shard has accepted a direct conversation. `version` is that of the asker's identity which it has got. */
export type Accepted = {
  readonly kind: "accepted";
  readonly peer: Identity;
  readonly version: number;
  readonly isNew: boolean;
};

export type ChannelOutcome = Refused | { readonly kind: "channel"; readonly channel: Channel; readonly isNew: boolean };

/** A page of the channels a person may see. */
export type ChannelPage = {
  readonly channels: readonly Channel[];
  readonly cursor?: string;
  readonly reads: Readonly<Record<string, number>>;
  readonly preferences: Readonly<Record<string, Preference>>;
};

/** What an object hears through a shard's outbox. */
export type Notice =
  | { readonly kind: "session ended"; readonly session: string }
  | { readonly kind: "identity"; readonly identity: Identity }
  /** A person is there no more: a private channel lets them go. */
  | { readonly kind: "left"; readonly personId: string }
  | { readonly kind: "name released"; readonly personId: string; readonly name: string; readonly upTo: number };
