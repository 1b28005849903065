/** What may be done with a channel, and by whom. Pure. */
import type { Identity } from "../platform/authority.ts";
import { type Refused, refuse } from "../protocol/errors.ts";
import type { ChannelRef } from "./rpc.ts";
import type { About } from "./tables.ts";

/** The channel that is there from the first sign-in on stays. */
const FIRST_CHANNEL = "general";

/** Its creator and owners may change a channel. Nothing of a direct one can be changed. `undefined`: this person may. */
export function permissionError(
  channel: ChannelRef,
  about: About | undefined,
  { person, isOwner }: Identity,
): Refused | undefined {
  if (channel.kind === "direct" || !about)
    return refuse("forbidden", "A direct conversation has no topic and cannot be deleted.");
  if (isOwner || about.createdBy.id === person.id) return undefined;
  return refuse("forbidden", `Only ${about.createdBy.name} can change this channel.`);
}

/** The same for deleting it. */
export function deletionError(channel: ChannelRef, about: About | undefined, identity: Identity): Refused | undefined {
  if (channel.id === FIRST_CHANNEL) return refuse("forbidden", "The first channel cannot be deleted.");
  return permissionError(channel, about, identity);
}
