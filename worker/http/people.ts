/**
 * People, and the direct conversations with them.
 */
import type { Context } from "hono";
import type { Hono } from "hono/tiny";
import type { AuthContext } from "../platform/authority.ts";
import { DIRECTORY, shardStub, shardTarget } from "../platform/objects.ts";
import { isPersonOf, shardOf } from "../platform/shard-id.ts";
import { NewDirectBody, RemovalBody } from "../protocol/commands.ts";
import { PEOPLE_ASKED_MAX } from "../protocol/limits.ts";
import type { OnlinePerson, Person } from "../protocol/things.ts";
import { type App, accepted, directory, only, ownShard, reject, withAuthority } from "./context.ts";
import { openGroup } from "./members.ts";
import { fromShards } from "./people-shards.ts";
import { readBody, readOptionalBody } from "./request-body.ts";

export function addPeopleRoutes(app: Hono<App>): void {
  app
    .get("/api/people", async (c) => {
      const ids = c.req.queries("id")?.slice(0, PEOPLE_ASKED_MAX);
      return c.json({ people: ids ? await peopleById(c, ids) : await search(c, c.req.query("q") ?? "") });
    })
    .all(only("GET", "HEAD"));

  app
    .get("/api/people/:id", async (c) => {
      const { id, shard } = personOf(c, c.req.param("id"));
      const profile = await shardStub(c.env, shard).profile(id);
      return c.json(profile ?? reject("not_found", "This person doesn't exist."));
    })
    .delete(async (c) => {
      if (!c.var.checked.auth.isOwner) reject("forbidden", "Only an owner of this site can remove people.");
      const { id, shard } = personOf(c, c.req.param("id"));
      const { banHours } = await readOptionalBody(c, RemovalBody);
      if (banHours !== undefined) await ban(c, { id, shard }, banHours);
      const removing = async (auth: AuthContext) => shardStub(c.env, shard).remove(auth, id);
      await withAuthority(c, shardTarget(shard), removing);
      return c.body(null, 204);
    })
    .all(only("GET", "HEAD", "DELETE"));

  const block = (isBlocked: boolean) => async (c: Context<App>) => {
    const { id } = personOf(c, c.req.param("id") ?? "");
    if (id === c.var.session.personId) reject("invalid_person", "You can't block yourself.");
    if ((await peopleById(c, [id])).length === 0) reject("not_found", "This person doesn't exist.");
    accepted(await ownShard(c).block(c.var.session, id, isBlocked));
    return c.body(null, 204);
  };
  app.put("/api/people/:id/block", block(true)).delete(block(false)).all(only("PUT", "DELETE"));

  app
    .post("/api/directs", async (c) => {
      const body = await readBody(c, NewDirectBody);
      if ("people" in body) {
        const { channel, isNew } = await openGroup(c, body.people);
        return c.json(channel, isNew ? 201 : 200);
      }
      const { session } = c.var;
      if (body.person === session.personId) reject("invalid_person", "A direct conversation is between two people.");
      const { id, shard } = personOf(c, body.person);
      const isKnown = await ownShard(c).knowsDirect(session.personId, id);
      const accept = async (auth: AuthContext) => shardStub(c.env, shard).acceptDirect(auth, id);
      const accepting = await withAuthority(c, shardTarget(shard), accept, isKnown ? undefined : "directs");
      const own = accepted(await ownShard(c).openDirect(session, accepting.peer, accepting.version));
      // Both may open it at once: it is new for the one who brings the first of the two into it.
      const isNew = session.personId < id ? own.isNew : accepting.isNew;
      return c.json(own.channel, isNew ? 201 : 200);
    })
    .all(only("POST"));
}

/** Keeps a person's addresses out, before their sessions end and with them what is known of the addresses. */
async function ban(c: Context<App>, { id, shard }: Placed, hours: number): Promise<void> {
  const asking = async (auth: AuthContext) => shardStub(c.env, shard).addressesOf(auth, id);
  const { name, addresses } = await withAuthority(c, shardTarget(shard), asking);
  const wanted = { id, name, hours, addresses };
  await withAuthority(c, DIRECTORY, async (auth) => directory(c).ban(auth, wanted));
}

type Placed = { readonly id: string; readonly shard: number };

/** A person that there may be, and their shard. */
function personOf(c: Context<App>, id: string): Placed {
  const shard = shardOf(id);
  if (shard === undefined || !isPersonOf(id, c.var.checked.auth.shards))
    reject("not_found", "This person doesn't exist.");
  return { id, shard };
}

/** Those of them there are, in the order asked for. */
async function peopleById(c: Context<App>, ids: readonly string[]): Promise<readonly Person[]> {
  return fromShards(c, ids, (shard, own) => shardStub(c.env, shard).peopleById(own));
}

/** The directory knows names, the shards know who is there. */
async function search(c: Context<App>, typed: string): Promise<readonly OnlinePerson[]> {
  const found = await directory(c).searchPeople(typed);
  return fromShards(
    c,
    found.map(({ id }) => id),
    (shard, own) => shardStub(c.env, shard).found(own),
  );
}
