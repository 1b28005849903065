/** Order on the site: reports, bans, the owners and their overview. */
import type { Context } from "hono";
import type { Hono } from "hono/tiny";
import { hexDigest } from "../platform/digest.ts";
import { DIRECTORY } from "../platform/objects.ts";
import { ReportBody } from "../protocol/commands.ts";
import { REASON_MAX_POINTS } from "../protocol/limits.ts";
import { countPoints, foldText } from "../protocol/text.ts";
import { type App, channelOf, directory, only, ownShard, reject, withAuthority, withChannel } from "./context.ts";
import { messageIdOf } from "./messages.ts";
import { readBody } from "./request-body.ts";

/** The version of the product, as owners see it. */
export const VERSION = "0.2.0";

export function addModerationRoutes(app: Hono<App>): void {
  app
    .post("/api/channels/:id/messages/:messageId/report", async (c) => {
      const { id: channel, epoch } = channelOf(c);
      const messageId = messageIdOf(c.req.param("messageId"));
      const { reason: raw = "" } = await readBody(c, ReportBody);
      const reason = raw === "" ? "" : (foldText(raw, REASON_MAX_POINTS) ?? reject("invalid_text", TOO_LONG));
      if (countPoints(reason) > REASON_MAX_POINTS) reject("invalid_text", TOO_LONG);
      const { message } = await withChannel(c, async (object, auth) => object.reportable(auth, messageId));
      const id = (await hexDigest(`${epoch} ${messageId} ${c.var.session.personId}`)).slice(0, 32);
      const report = { id, channel, message, reason, at: Date.now() };
      await withAuthority(c, DIRECTORY, async (auth) => directory(c).addReport(auth, report), "reports");
      return c.body(null, 204);
    })
    .all(only("POST"));

  app
    .get("/api/reports", async (c) => {
      owner(c);
      const { reports } = await withAuthority(c, DIRECTORY, async (auth) => directory(c).reports(auth));
      return c.json({ reports });
    })
    .all(only("GET", "HEAD"));
  app
    .delete("/api/reports/:id", async (c) => {
      owner(c);
      await withAuthority(c, DIRECTORY, async (auth) => directory(c).closeReport(auth, c.req.param("id")));
      return c.body(null, 204);
    })
    .all(only("DELETE"));

  app
    .get("/api/bans", async (c) => {
      owner(c);
      const { bans } = await withAuthority(c, DIRECTORY, async (auth) => directory(c).bans(auth));
      return c.json({ bans });
    })
    .all(only("GET", "HEAD"));
  app
    .delete("/api/bans/:id", async (c) => {
      owner(c);
      await withAuthority(c, DIRECTORY, async (auth) => directory(c).liftBan(auth, c.req.param("id")));
      return c.body(null, 204);
    })
    .all(only("DELETE"));

  app
    .get("/api/admin", async (c) => {
      owner(c);
      const { kind: _, ...overview } = await withAuthority(c, DIRECTORY, async (auth) => directory(c).overview(auth));
      return c.json({ ...overview, version: VERSION });
    })
    .all(only("GET", "HEAD"));

  app
    .delete("/api/session/owner", async (c) => {
      await ownShard(c).stepDown(c.var.session);
      return c.body(null, 204);
    })
    .all(only("POST", "DELETE"));
}

const TOO_LONG = `A reason can have up to ${REASON_MAX_POINTS} characters.`;

function owner(c: Context<App>): void {
  if (!c.var.checked.auth.isOwner) reject("forbidden", "Only an owner of this site can do this.");
}
