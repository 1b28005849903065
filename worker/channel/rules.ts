/** What may be done with a channel, and by whom. Pure. */
import type { Identity } from "../platform/authority.ts";
import { type Refused, refuse } from "../protocol/errors.ts";
import type { History } from "../protocol/history.ts";
import { FIRST_CHANNEL } from "../protocol/names.ts";
import { isHook } from "../protocol/text.ts";
import type { About } from "./tables.ts";

/** A private channel of certain people, without a name. */
export function isGroup({ kind, name }: Pick<About, "kind" | "name">): boolean {
  return kind === "private" && name === "";
}

/** Its creator may change a channel, and an owner of the site a public one. `undefined`: this person may. */
export function permissionError(about: About, { person, isOwner }: Identity): Refused | undefined {
  if (about.kind === "direct") return refuse("forbidden", "This can't be done in a direct conversation.");
  if (about.createdBy.id === person.id || (isOwner && about.kind === "public")) return undefined;
  return refuse("forbidden", `Only ${about.createdBy.name} can change this channel.`);
}

/** Whether no rule of a channel holds for what a person sends: its creator, and owners of the site in a public one. */
export function mayAlwaysPost(about: About, { person, isOwner }: Identity): boolean {
  return about.createdBy.id === person.id || (isOwner && about.kind === "public");
}

/** Why a person may not send a new message at `now` (ms), by the rules of the channel. `undefined`: they may. */
export function postingError(about: About, identity: Identity, history: History, now: number): Refused | undefined {
  const { posting, slowMs } = about.rules;
  if ((!posting && !slowMs) || mayAlwaysPost(about, identity) || isHook(identity.person)) return undefined;
  const isCreatorsBot = identity.maker === about.createdBy.id;
  if (posting === "creator" && !isCreatorsBot)
    return refuse("read_only", `Only ${about.createdBy.name} can write here.`);
  if (identity.person.bot) return undefined;
  const last = history.messages.findLast(({ author }) => author.id === identity.person.id);
  const restMs = last && slowMs ? last.sentAt + slowMs - now : 0;
  return restMs > 0 ? refuse("slow_mode", "Slow mode is on. Wait a moment.", restMs) : undefined;
}

/** The same for deleting it. */
export function deletionError(about: About, identity: Identity): Refused | undefined {
  if (about.id === FIRST_CHANNEL) return refuse("forbidden", "#general can't be deleted.");
  if (isGroup(about)) return refuse("forbidden", "A group conversation can't be deleted. You can hide it.");
  return permissionError(about, identity);
}

/** The same for adding people, or for taking one out: anyone adds, people leave, the creator takes out. */
export function membershipError(about: About, identity: Identity, removed?: string): Refused | undefined {
  if (isGroup(about)) return refuse("forbidden", "The people in a group conversation can't change.");
  if (removed === undefined || removed === identity.person.id) return undefined;
  return permissionError(about, identity);
}
