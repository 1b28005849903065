/**
 * Channels: the list, and what their creators change.
 */
import type { Hono } from "hono/tiny";
import type { AuthContext } from "../platform/authority.ts";
import { DIRECTORY } from "../platform/objects.ts";
import { randomId } from "../platform/random-id.ts";
import { NewChannelBody, PreferencesBody, SettingsBody } from "../protocol/commands.ts";
import { foldChannelName } from "../protocol/names.ts";
import { foldTopic } from "../protocol/text.ts";
import {
  type App,
  accepted,
  channelOf,
  directory,
  only,
  ownShard,
  reject,
  withAuthority,
  withChannel,
} from "./context.ts";
import { createPrivate } from "./members.ts";
import { readBody } from "./request-body.ts";

export function addChannelRoutes(app: Hono<App>): void {
  app
    .get("/api/channels", async (c) => {
      const { kind: _, ...page } = accepted(await ownShard(c).channels(c.var.session, c.req.query("cursor")));
      return c.json(page);
    })
    .post(async (c) => {
      const body = await readBody(c, NewChannelBody);
      const folded = foldChannelName(body.name);
      if (!folded.ok) reject("invalid_name", folded.reason);
      const { topic } = accepted(foldTopic(body.topic ?? ""));
      if (body.private)
        return c.json(await createPrivate(c, { name: folded.name, topic, members: body.members ?? [] }), 201);
      if (body.members) reject("bad_request", "Everyone is in a public channel.");
      const epoch = randomId(16);
      const create = async (auth: AuthContext) => directory(c).createChannel(auth, folded.name, topic, epoch);
      const { channel } = await withAuthority(c, DIRECTORY, create, "channels");
      return c.json(channel, 201);
    })
    .all(only("GET", "HEAD", "POST"));

  app
    .put("/api/channels/:id/preferences", async (c) => {
      const { id } = channelOf(c);
      const change = await readBody(c, PreferencesBody);
      accepted(await ownShard(c).setPreference(c.var.session, id, change));
      return c.body(null, 204);
    })
    .all(only("PUT"));

  app
    .patch("/api/channels/:id", async (c) => {
      channelOf(c);
      const change = await readBody(c, SettingsBody);
      const { channel: changed } = await withChannel(c, async (object, auth) => object.change(auth, change));
      // What a direct conversation is to the person who asks, their shard knows.
      const own =
        changed.kind === "direct" ? await ownShard(c).directOf(c.var.session.personId, changed.id) : undefined;
      const { keepMs: _, ...before } = own ?? changed;
      const channel = own ? { ...before, ...(changed.keepMs !== undefined && { keepMs: changed.keepMs }) } : changed;
      return c.json(channel);
    })
    .delete(async (c) => {
      await withChannel(c, async (object, auth) => object.end(auth));
      return c.body(null, 204);
    })
    .all(only("PATCH", "DELETE"));
}
