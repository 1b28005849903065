/**
 * Messages of a channel over HTTP.
 */

import type { Context } from "hono";
import type { Hono } from "hono/tiny";
import * as v from "valibot";
import type { ChannelRef } from "../channel/rpc.ts";
import type { WindowAnswer } from "../protocol/answers.ts";
import { EditBody, type MessageCommand, NewMessageBody, ReactBody } from "../protocol/commands.ts";
import type { Message } from "../protocol/things.ts";
import { MessageId } from "../protocol/wire.ts";
import { type App, channelOf, only, reject, withChannel } from "./context.ts";
import { isKnown } from "./files.ts";
import { readBody, readTextOr } from "./request-body.ts";

export function addMessageRoutes(app: Hono<App>): void {
  app
    .get("/api/channels/:id/messages", async (c) => {
      channelOf(c);
      const asked = c.req.header("If-None-Match");
      if (asked !== undefined) {
        const { version } = await withChannel(c, async (object, auth) => object.head(auth));
        if (isKnown(asked, entityTag(channelOf(c), version))) return windowAnswer(c, channelOf(c), version, null);
      }
      const { version, body } = await withChannel(c, async (object, auth) => object.read(auth));
      return windowAnswer(c, channelOf(c), version, body);
    })
    .post(async (c) => {
      channelOf(c);
      const body = await readTextOr(c, NewMessageBody);
      // Text has no place for an id: sent again, it is another message.
      const message = typeof body === "string" ? { id: crypto.randomUUID(), text: body } : body;
      const { message: sent, isChange } = await execute(c, { type: "send", ...message });
      return c.json(sent, isChange ? 201 : 200);
    })
    .all(only("GET", "HEAD", "POST"));

  app
    .get("/api/channels/:id/messages.txt", async (c) => {
      channelOf(c);
      const { body } = await withChannel(c, async (object, auth) => object.read(auth));
      const { messages }: WindowAnswer = JSON.parse(body);
      return c.text(
        messages
          .filter(({ deleted }) => !deleted)
          .map(lineOf)
          .join(""),
      );
    })
    .all(only("GET", "HEAD"));

  app
    .patch("/api/channels/:id/messages/:messageId", async (c) => {
      channelOf(c);
      const id = messageIdOf(c.req.param("messageId"));
      const { message } = await execute(c, { type: "edit", id, ...(await readBody(c, EditBody)) });
      return c.json(message);
    })
    .delete(async (c) => {
      channelOf(c);
      await execute(c, { type: "delete", id: messageIdOf(c.req.param("messageId")) });
      return c.body(null, 204);
    })
    .all(only("PATCH", "DELETE"));

  app
    .post("/api/channels/:id/messages/:messageId/reactions", async (c) => {
      channelOf(c);
      const id = messageIdOf(c.req.param("messageId"));
      const { message } = await execute(c, { type: "react", id, ...(await readBody(c, ReactBody)) });
      return c.json(message);
    })
    .all(only("POST"));
}

export function messageIdOf(segment: string): string {
  return v.is(MessageId, segment) ? segment : reject("bad_request", "A message's id must be a lowercase UUID.");
}

/** When, who, what: a message in one line. */
function lineOf({ sentAt, author, text, attachments = [] }: Message): string {
  const what = [text, ...attachments.map(({ name }) => name)].filter((part) => part !== "").join(" ");
  return `${new Date(sentAt).toISOString()} ${author.name}: ${what.replaceAll("\n", " ")}\n`;
}

function execute(c: Context<App>, command: MessageCommand) {
  return withChannel(c, async (object, auth) => object.command(auth, command));
}

function entityTag(channel: ChannelRef, version: string): string {
  return `W/"${channel.epoch}.${version}"`;
}

/** The window, or 304 when `body` is null. */
function windowAnswer(c: Context<App>, channel: ChannelRef, version: string, body: string | null): Response {
  c.header("ETag", entityTag(channel, version));
  c.header("Cache-Control", "private, no-cache");
  if (body === null) return c.body(null, 304);
  return c.body(body, 200, { "Content-Type": "application/json" });
}
