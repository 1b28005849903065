/**
 * Files of a channel: taken in, and served to those who may read them.
 */

import type { Context } from "hono";
import type { Hono } from "hono/tiny";
import type { ChannelRef, FileOutcome, Stale } from "../channel/channel.ts";
import { keyOf } from "../platform/file-key.ts";
import { log } from "../platform/log.ts";
import { problem } from "../platform/problem.ts";
import { randomId } from "../platform/random-id.ts";
import { type App, channelOf, directory, objectOf, only, refuse, withAuth } from "./context.ts";
import { type FileFacts, foldFileName, receive, serve, sizeError } from "./files.ts";

export function addAttachmentRoutes(app: Hono<App>): void {
  app
    .post("/api/channels/:id/attachments", async (c) => {
      const channel = channelOf(c);
      const bucket = bucketOf(c);
      const id = randomId(16);
      const declared = readLength(c.req.header("Content-Length"));
      const unfit = declared === undefined ? undefined : sizeError(declared);
      if (unfit) return problem(unfit);
      const limited = await directory(c).admitUpload(c.var.checked.sessionIdentity.session, declared ?? 0);
      if (limited) return problem(limited);
      const begun = await withAuth(c, async (object, auth) => object.beginUpload(auth, id));
      if (begun.kind === "refused") return problem(begun.refusal);
      let outcome: Exclude<FileOutcome, Stale> | undefined;
      try {
        outcome = await storeUpload(c, channel, id, bucket, declared);
      } finally {
        if (outcome?.kind !== "file") {
          await objectOf(c, channel)
            .dropUpload(id)
            .catch((error: unknown) => log.transientError("upload", error)); // the channel forgets it by itself after an hour
          await bucket.delete(keyOf(channel.epoch, id)); // also where nobody remembers it: its channel may be gone
        }
      }
      return outcome.kind === "file" ? c.json(outcome.file, 201) : problem(outcome.refusal);
    })
    .all(only("POST"));

  app
    .get("/api/channels/:id/attachments/:attachmentId", async (c) => {
      const channel = channelOf(c);
      const bucket = bucketOf(c);
      const outcome = await withAuth(c, async (object, auth) => object.attachment(auth, c.req.param("attachmentId")));
      if (outcome.kind === "refused") return problem(outcome.refusal);
      return serve(c.req.raw, bucket, keyOf(channel.epoch, outcome.file.id), outcome.file);
    })
    .all(only("GET", "HEAD"));
}

function bucketOf(c: Context<App>): R2Bucket {
  return c.env.FILES ?? refuse("files_off", "This site takes no files.");
}

/** The bytes into the bucket, then word of them to those who keep count. */
async function storeUpload(
  c: Context<App>,
  channel: ChannelRef,
  id: string,
  bucket: R2Bucket,
  declared: number | undefined,
): Promise<Exclude<FileOutcome, Stale>> {
  const { person, session } = c.var.checked.sessionIdentity;
  const key = keyOf(channel.epoch, id);
  const received = await receive(bucket, key, c.req.raw.body, { declaredBytes: declared, personId: person.id });
  if (received.kind === "refused") return received;
  const full = await directory(c).noteUpload(session, id, received.size);
  if (full) return { kind: "refused", refusal: full };
  const { type, size } = received;
  const [width, height] = [readLength(c.req.query("width")), readLength(c.req.query("height"))];
  const facts: FileFacts = {
    name: foldFileName(c.req.query("name") ?? ""),
    type,
    size,
    ...(width && height && { width, height }),
  };
  return withAuth(c, async (object, auth) => object.completeUpload(auth, id, facts));
}

/** A whole number of what can be counted, or nothing. */
function readLength(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
