/** Private channels and groups: how they begin, and who is in them. */
import type { Context } from "hono";
import type { Hono } from "hono/tiny";
import type { AuthContext } from "../platform/authority.ts";
import { directEpoch, groupId } from "../platform/digest.ts";
import { channelStub, channelTarget, shardStub } from "../platform/objects.ts";
import { randomChannelId, randomId } from "../platform/random-id.ts";
import { isPersonOf } from "../platform/shard-id.ts";
import { MemberBody } from "../protocol/commands.ts";
import { GROUP_OTHERS_MAX, GROUP_OTHERS_MIN, MEMBERS_MAX } from "../protocol/limits.ts";
import type { Channel, OnlinePerson, Person } from "../protocol/things.ts";
import { type App, channelOf, only, ownShard, reject, withAuthority, withChannel } from "./context.ts";
import { fromShards } from "./people-shards.ts";
import { readBody } from "./request-body.ts";

export function addMemberRoutes(app: Hono<App>): void {
  app
    .get("/api/channels/:id/members", async (c) => {
      if (channelOf(c).kind === "public")
        reject("not_found", "A public channel has no member list. Everyone is in it.");
      const { people } = await withChannel(c, async (object, auth) => object.members(auth));
      return c.json({ members: await membersOf(c, people) });
    })
    .post(async (c) => {
      const { kind } = channelOf(c);
      const body = await readBody(c, MemberBody);
      if (kind !== "private") reject("forbidden", "You can add people only to private channels.");
      const [person] = await invited(c, [body.person]);
      if (!person) reject("invalid_person", "This person doesn't exist.");
      const { people, isNew } = await withChannel(c, async (object, auth) => object.addMember(auth, person));
      return c.json({ members: await membersOf(c, people) }, isNew ? 201 : 200);
    })
    .all(only("GET", "HEAD", "POST"));

  app
    .delete("/api/channels/:id/members/:personId", async (c) => {
      if (channelOf(c).kind !== "private") reject("forbidden", "You can leave only private channels.");
      const personId = c.req.param("personId");
      await withChannel(c, async (object, auth) => object.removeMember(auth, personId));
      return c.body(null, 204);
    })
    .all(only("DELETE"));
}

/** A new private channel of the person who asks and others. */
export async function createPrivate(
  c: Context<App>,
  asked: { readonly name: string; readonly topic: string; readonly members: readonly string[] },
): Promise<Channel> {
  const { name, topic } = asked;
  const others = asked.members.filter((id) => id !== c.var.session.personId);
  if (new Set(others).size >= MEMBERS_MAX)
    reject("too_many", `A private channel can have up to ${MEMBERS_MAX} people.`);
  const people = await invited(c, others);
  const epoch = randomId(16);
  const spec = { id: randomChannelId(), epoch, name, topic, people };
  const create = async (auth: AuthContext) => channelStub(c.env, epoch).create(auth, spec);
  return (await withAuthority(c, channelTarget(epoch), create, "channels")).channel;
}

/** The group conversation of exactly these people and the one who asks. */
export async function openGroup(
  c: Context<App>,
  asked: readonly string[],
): Promise<{ readonly channel: Channel; readonly isNew: boolean }> {
  const { personId } = c.var.session;
  const others = [...new Set(asked)].filter((id) => id !== personId);
  if (others.length < GROUP_OTHERS_MIN || others.length > GROUP_OTHERS_MAX)
    reject("invalid_person", `A group is you and ${GROUP_OTHERS_MIN} to ${GROUP_OTHERS_MAX} others.`);
  const id = await groupId([personId, ...others]);
  const known = await ownShard(c).privateOf(personId, id);
  if (known) return { channel: known, isNew: false };
  const people = await invited(c, others);
  const epoch = await directEpoch(id);
  const spec = { id, epoch, name: "", topic: "", people };
  const create = async (auth: AuthContext) => channelStub(c.env, epoch).create(auth, spec);
  const { channel, isNew } = await withAuthority(c, channelTarget(epoch), create, "directs");
  return { channel, isNew };
}

/** Those people, who all have to be there and take it from the person who asks. */
async function invited(c: Context<App>, ids: readonly string[]): Promise<readonly Person[]> {
  const wanted = [...new Set(ids)];
  const { shards } = c.var.checked.auth;
  const { personId } = c.var.session;
  const found = wanted.every((id) => isPersonOf(id, shards))
    ? await fromShards(c, wanted, (shard, own) => shardStub(c.env, shard).invitable(own, personId))
    : [];
  if (found.length < wanted.length) reject("invalid_person", "This person doesn't exist.");
  const blocking = found.find(({ isBlocking }) => isBlocking);
  if (blocking) reject("blocked", `${blocking.name} doesn't accept invitations from you.`);
  return found.map(({ id, name }) => ({ id, name }));
}

/** The people of a channel as they are now, in the order they came. */
function membersOf(c: Context<App>, ids: readonly string[]): Promise<readonly OnlinePerson[]> {
  return fromShards(c, ids, (shard, own) => shardStub(c.env, shard).found(own));
}
