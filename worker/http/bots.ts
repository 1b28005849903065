/** Bots: people that a program is, made by a person here, who holds their keys. */
import type { Hono } from "hono/tiny";
import { randomId } from "../platform/random-id.ts";
import { shardOf, withShard } from "../platform/shard-id.ts";
import { BotBody } from "../protocol/commands.ts";
import { foldDisplayName } from "../protocol/names.ts";
import { type App, accepted, addressOf, directory, logFailure, only, ownShard, reject } from "./context.ts";
import { botKeyDigest, hasBotKey, newBotKey } from "./credentials.ts";
import { readBody } from "./request-body.ts";

/** What a bot may not ask for: it would be about the people behind it, or make others. `GET /api/session` says who it is. */
const NOT_FOR_BOTS = /^\/api\/(?:session\/.|bots(?:\/|$)|push(?:\/|$))/;

export function addBotRoutes(app: Hono<App>): void {
  app
    .get("/api/bots", async (c) => c.json({ bots: await ownShard(c).bots(c.var.session) }))
    .post(async (c) => {
      const body = await readBody(c, BotBody);
      const folded = foldDisplayName(body.name);
      if (!folded.ok) reject("invalid_name", folded.reason);
      accepted(await ownShard(c).mayMakeBot(c.var.session));
      const address = addressOf(c);
      // It lives in the shard of its maker, with whom it ends.
      const personId = withShard(shardOf(c.var.session.personId) ?? 0, randomId(16));
      const claim = { name: folded.name, claimant: { personId }, isAdmitted: true, ...(address && { address }) };
      const { claimedAt } = accepted(await directory(c).claimName(claim));
      const key = newBotKey(personId);
      try {
        const bot = { id: personId, name: folded.name };
        const made = await ownShard(c).createBot(c.var.session, bot, await botKeyDigest(key), claimedAt);
        return c.json({ person: accepted(made).person, key }, 201);
      } catch (error) {
        await directory(c).releaseName(personId, folded.name, claimedAt).catch(logFailure);
        throw error;
      }
    })
    .all(only("GET", "HEAD", "POST"));

  app
    .post("/api/bots/:id/key", async (c) => {
      const id = c.req.param("id");
      const key = newBotKey(id);
      const { person } = accepted(await ownShard(c).changeBotKey(c.var.session, id, await botKeyDigest(key)));
      return c.json({ person, key }, 201);
    })
    .all(only("POST"));

  app
    .delete("/api/bots/:id", async (c) => {
      accepted(await ownShard(c).endBot(c.var.session, c.req.param("id")));
      return c.body(null, 204);
    })
    .all(only("DELETE"));
}

/** Refuses what a bot may not ask for, before anything is looked up. */
export function keepBotsOut(app: Hono<App>): void {
  app.use("/api/*", async (c, next) => {
    const isSignIn = c.req.path === "/api/session" && !["GET", "HEAD"].includes(c.req.method);
    if (hasBotKey(c) && (isSignIn || NOT_FOR_BOTS.test(c.req.path)))
      reject("forbidden", "A bot can't do this. The person who made it can.");
    await next();
  });
}
