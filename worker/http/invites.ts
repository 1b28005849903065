/** Invites to the site and to private channels: made, withdrawn, and taken up. */
import type { Context } from "hono";
import type { Hono } from "hono/tiny";
import type { Invite } from "../people/rpc.ts";
import type { AuthContext } from "../platform/authority.ts";
import { hexDigest } from "../platform/digest.ts";
import { channelStub, channelTarget, shardStub, shardTarget } from "../platform/objects.ts";
import { shardOf, withShard } from "../platform/shard-id.ts";
import { InviteBody, RedeemBody } from "../protocol/commands.ts";
import { kindOf } from "../protocol/text.ts";
import type { Channel } from "../protocol/things.ts";
import {
  type App,
  accepted,
  channelOf,
  check,
  logFailure,
  only,
  ownShard,
  reject,
  withAuthority,
  withChannel,
} from "./context.ts";
import { readBody } from "./request-body.ts";
import { newSecret } from "./session-cookie.ts";

const EXPIRED = "This invite has expired. Ask for a new one.";

/** An invite of which a place is taken, to be given back where nothing comes of it. */
export type HeldInvite = { readonly invite: Invite; readonly giveBack: () => Promise<void> };

export function addInviteRoutes(app: Hono<App>): void {
  app
    .post("/api/invites", async (c) => {
      const { channel } = await readBody(c, InviteBody);
      if (channel !== undefined && kindOf(channel) === "direct") reject("not_found", "This channel doesn't exist.");
      if (channel !== undefined && kindOf(channel) === "public")
        reject("bad_request", "Everyone on the site is in a public channel.");
      const token = withShard(shardOf(c.var.session.personId) ?? 0, newSecret());
      const made = accepted(await ownShard(c).makeInvite(c.var.session, await hexDigest(token), channel));
      return c.json({ url: `${new URL(c.req.url).origin}/#invite=${token}`, expiresAt: made.expiresAt }, 201);
    })
    .delete(async (c) => {
      const channelId = c.req.query("channel");
      accepted(await ownShard(c).withdrawInvites(c.var.session, channelId));
      if (channelId === undefined) return c.body(null, 204);
      await check(c, { channelId });
      channelOf(c);
      await withChannel(c, async (object, auth) => object.withdrawInvites(auth));
      return c.body(null, 204);
    })
    .all(only("POST", "DELETE"));

  app
    .post("/api/invites/accept", async (c) => {
      const { token } = await readBody(c, RedeemBody);
      const channel = await acceptInvite(c, token);
      return c.json(channel ? { channel } : {});
    })
    .all(only("POST"));
}

/** Takes a place of an invite for a sign-in under way. One that is unknown, late, used up or withdrawn, or that leads nowhere, is refused. */
export async function holdInvite(c: Context<App>, token: string, nonce: string): Promise<HeldInvite> {
  const { shard, hash } = await placeOf(c, token);
  const invite = accepted(await shard.holdInvite(hash, nonce));
  const giveBack = () => shard.giveInviteBack(hash, nonce);
  try {
    if (invite.channel) accepted(await channelStub(c.env, invite.channel.epoch).admitsInvite(invite));
  } catch (error) {
    await giveBack().catch(logFailure);
    throw error;
  }
  return { invite, giveBack };
}

/** Brings a person into the channel that an invite leads to; one to the site leads nowhere for them. What is refused takes no place. */
export async function acceptInvite(c: Context<App>, token: string): Promise<Channel | undefined> {
  const { target, shard, hash } = await placeOf(c, token);
  const invite = await withAuthority(c, target, async (auth) => shard.useInvite(auth, hash));
  try {
    return await joinInvited(c, invite);
  } catch (error) {
    if (invite.isNew) await shard.giveInviteBack(hash, c.var.session.personId).catch(logFailure);
    throw error;
  }
}

/** Makes the person who asks a member of the channel that an invite leads to, if it leads to one. */
export async function joinInvited(
  c: Context<App>,
  { channel, maker, madeAt }: Pick<Invite, "channel" | "maker" | "madeAt">,
): Promise<Channel | undefined> {
  if (!channel) return undefined;
  const join = async (auth: AuthContext) => channelStub(c.env, channel.epoch).join(auth, { maker, madeAt });
  return (await withAuthority(c, channelTarget(channel.epoch), join)).channel;
}

/** Where an invite is kept, and as what. */
async function placeOf(c: Context<App>, token: string) {
  const number = shardOf(token);
  if (number === undefined) reject("link_expired", EXPIRED);
  return { target: shardTarget(number), shard: shardStub(c.env, number), hash: await hexDigest(token) };
}
