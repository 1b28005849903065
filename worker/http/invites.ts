/** Invites to the site and to private channels: made, withdrawn, and taken up. */
import type { Context } from "hono";
import type { Hono } from "hono/tiny";
import type { Invite } from "../people/rpc.ts";
import type { AuthContext } from "../platform/authority.ts";
import { hexDigest } from "../platform/digest.ts";
import { channelStub, channelTarget, shardStub } from "../platform/objects.ts";
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

const EXPIRED = "This invite is over. Ask for another one.";

/** An invite of which a place is taken, to be given back where nothing comes of it. */
export type HeldInvite = { readonly invite: Invite; readonly giveBack: () => Promise<void> };

export function addInviteRoutes(app: Hono<App>): void {
  app
    .post("/api/invites", async (c) => {
      const { channel } = await readBody(c, InviteBody);
      if (channel !== undefined && kindOf(channel) === "direct") reject("not_found", "There is no such channel.");
      if (channel !== undefined && kindOf(channel) === "public")
        reject("bad_request", "Everyone on the site is in a public channel.");
      const token = withShard(shardOf(c.var.session.personId) ?? 0, newSecret());
      const made = accepted(await ownShard(c).makeInvite(c.var.session, await hexDigest(token), channel));
      return c.json({ url: `${new URL(c.req.url).origin}/#invite=${token}`, expiresAt: made.expiresAt }, 201);
    })
    .delete(async (c) => {
      const channelId = c.req.query("channel");
      await ownShard(c).withdrawInvites(c.var.session.personId, channelId);
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
      const held = await holdInvite(c, token, c.var.session.personId);
      const channel = await acceptInvite(c, held);
      return c.json(channel ? { channel } : {});
    })
    .all(only("POST"));
}

/** Takes a place of an invite for `user`. An unknown, late or used-up one is refused. */
export async function holdInvite(c: Context<App>, token: string, user: string): Promise<HeldInvite> {
  const number = shardOf(token);
  if (number === undefined) reject("link_expired", EXPIRED);
  const [shard, hash] = [shardStub(c.env, number), await hexDigest(token)];
  const invite = accepted(await shard.useInvite(hash, user));
  return { invite, giveBack: () => shard.giveInviteBack(hash, user) };
}

/** Brings the person who asks into what an invite leads to. Where that cannot be, the place is given back. */
export async function acceptInvite(c: Context<App>, { invite, giveBack }: HeldInvite): Promise<Channel | undefined> {
  const { channel, maker, madeAt } = invite;
  if (!channel) return undefined;
  try {
    const join = async (auth: AuthContext) => channelStub(c.env, channel.epoch).join(auth, { maker, madeAt });
    return (await withAuthority(c, channelTarget(channel.epoch), join)).channel;
  } catch (error) {
    await giveBack().catch(logFailure);
    throw error;
  }
}
