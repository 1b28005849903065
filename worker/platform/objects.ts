/** The objects of a site by their names, and the names by which outboxes know them. */
import type { Channel } from "../channel/channel.ts";
import type { Directory } from "../directory/directory.ts";
import type { People } from "../people/people.ts";
import type { Relay } from "../relay/relay.ts";
import type { RelayRef } from "../relay/rpc.ts";

export const DIRECTORY = "directory";

export function directoryOf(env: Env): DurableObjectStub<Directory> {
  return env.DIRECTORY.getByName(DIRECTORY);
}

/** A shard of people. `continent`, two letters, is where the object is made if it is new. */
export function shardStub(env: Env, shard: number, continent?: string): DurableObjectStub<People> {
  const locationHint = LOCATIONS[continent ?? ""];
  return env.PEOPLE.getByName(String(shard), locationHint && { locationHint });
}

export function channelStub(env: Env, epoch: string): DurableObjectStub<Channel> {
  return env.CHANNEL.getByName(epoch);
}

/** A relay of a channel, made on that continent if it is new. */
export function relayStub(env: Env, { epoch, relay }: RelayRef, continent: string): DurableObjectStub<Relay> {
  const locationHint = LOCATIONS[continent];
  return env.RELAY.getByName(`${epoch} ${relay}`, locationHint && { locationHint });
}

/** How an outbox names a channel and a shard. */
export function channelTarget(epoch: string): string {
  return `channel:${epoch}`;
}

export function shardTarget(shard: number): string {
  return `people:${shard}`;
}

/** Which object a target is. */
export function parseTarget(
  target: string,
):
  | { readonly kind: "directory" }
  | { readonly kind: "channel"; readonly epoch: string }
  | { readonly kind: "people"; readonly shard: number } {
  const [kind, name = ""] = target.split(":");
  if (kind === "channel") return { kind, epoch: name };
  return kind === "people" ? { kind, shard: Number(name) } : { kind: "directory" };
}

const LOCATIONS: Readonly<Record<string, DurableObjectLocationHint>> = {
  AF: "afr",
  AS: "apac",
  EU: "weur",
  NA: "enam",
  OC: "oc",
  SA: "sam",
};
