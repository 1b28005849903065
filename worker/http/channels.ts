/**
 * Channels: the list, and what their creators change.
 */

import type { Hono } from "hono/tiny";
import { problem } from "../platform/problem.ts";
import { NewChannelBody, TopicBody } from "../protocol/commands.ts";
import { TOPIC_MAX_POINTS } from "../protocol/limits.ts";
import { foldChannelName } from "../protocol/names.ts";
import { foldText } from "../protocol/text.ts";
import { type App, channelOf, directory, only, refuse } from "./context.ts";
import { readBody } from "./request-body.ts";

export function addChannelRoutes(app: Hono<App>): void {
  app
    .get("/api/channels", async (c) =>
      c.json({ channels: await directory(c).channels(c.var.checked.sessionIdentity.person.id) }),
    )
    .post(async (c) => {
      const body = await readBody(c, NewChannelBody);
      const folded = foldChannelName(body.name);
      if (!folded.ok) refuse("invalid_name", folded.reason);
      const topic = foldText(body.topic ?? "", TOPIC_MAX_POINTS);
      if (topic === undefined) refuse("invalid_text", `A topic has at most ${TOPIC_MAX_POINTS} characters.`);
      const outcome = await directory(c).createChannel(folded.name, topic, c.var.checked.sessionIdentity.session);
      return outcome.kind === "refused" ? problem(outcome.refusal) : c.json(outcome.channel, 201);
    })
    .all(only("GET", "HEAD", "POST"));

  app
    .patch("/api/channels/:id", async (c) => {
      const { id } = channelOf(c);
      const body = await readBody(c, TopicBody);
      const outcome = await directory(c).setTopic(id, body.topic, c.var.checked.sessionIdentity.session);
      return outcome.kind === "refused" ? problem(outcome.refusal) : c.json(outcome.channel);
    })
    .delete(async (c) => {
      const outcome = await directory(c).deleteChannel(channelOf(c).id, c.var.checked.sessionIdentity.session);
      return outcome.kind === "refused" ? problem(outcome.refusal) : c.body(null, 204);
    })
    .all(only("PATCH", "DELETE"));
}
