/** Pinned messages of a channel. */
import type { Hono } from "hono/tiny";
import { PinBody } from "../protocol/commands.ts";
import { type App, channelOf, only, withChannel } from "./context.ts";
import { messageIdOf } from "./messages.ts";
import { readBody } from "./request-body.ts";

export function addPinRoutes(app: Hono<App>): void {
  app
    .get("/api/channels/:id/pins", async (c) => {
      const { pins } = await withChannel(c, async (object, auth) => object.pins(auth));
      return c.json({ pins });
    })
    .post(async (c) => {
      channelOf(c);
      const { messageId } = await readBody(c, PinBody);
      const { pins, isNew } = await withChannel(c, async (object, auth) => object.pin(auth, messageId, true));
      return c.json({ pins }, isNew ? 201 : 200);
    })
    .all(only("GET", "HEAD", "POST"));

  app
    .delete("/api/channels/:id/pins/:messageId", async (c) => {
      channelOf(c);
      const messageId = messageIdOf(c.req.param("messageId"));
      await withChannel(c, async (object, auth) => object.pin(auth, messageId, false));
      return c.body(null, 204);
    })
    .all(only("DELETE"));
}
