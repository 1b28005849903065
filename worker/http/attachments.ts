/**
 * Files of a channel: taken in, and served to those who may read them.
 */

import type { Context } from "hono";
import type { Hono } from "hono/tiny";
import type { FileFacts } from "../channel/rpc.ts";
import { keyOf } from "../platform/file-key.ts";
import { channelStub } from "../platform/objects.ts";
import { problem } from "../platform/problem.ts";
import { randomId } from "../platform/random-id.ts";
import { type Refused, refuse } from "../protocol/errors.ts";
import type { Attachment } from "../protocol/things.ts";
import { type App, channelOf, logFailure, only, ownShard, reject, withChannel } from "./context.ts";
import { foldFileName, receive, serve, sizeError } from "./files.ts";

export function addAttachmentRoutes(app: Hono<App>): void {
  app
    .post("/api/channels/:id/attachments", async (c) => {
      channelOf(c);
      const bucket = bucketOf(c);
      const id = randomId(16);
      const declared = readLength(c.req.header("Content-Length"));
      const unfit = declared === undefined ? undefined : sizeError(declared);
      if (unfit) return problem(unfit);
      const limited = await ownShard(c).admitUpload(c.var.session, id, declared);
      if (limited) return problem(limited);
      try {
        await withChannel(c, async (object, auth) => object.beginUpload(auth, id));
        const outcome = await storeUpload(c, id, bucket, declared);
        return outcome.kind === "file" ? c.json(outcome.file, 201) : problem(outcome.refusal);
      } finally {
        if (declared === undefined) await ownShard(c).closeUpload(c.var.session.personId, id).catch(logFailure);
      }
    })
    .all(only("POST"));

  app
    .get("/api/channels/:id/attachments/:attachmentId", async (c) => {
      channelOf(c);
      const bucket = bucketOf(c);
      const { file } = await withChannel(c, async (object, auth) =>
        object.attachment(auth, c.req.param("attachmentId")),
      );
      return serve(c.req.raw, bucket, keyOf(channelOf(c).epoch, file.id), file);
    })
    .all(only("GET", "HEAD"));
}

/** Where files lie; refused where the site takes none. */
export function bucketOf(c: Context<App>): R2Bucket {
  return c.env.FILES ?? reject("files_off", "This site doesn't accept files.");
}

type Stored = Refused | { readonly kind: "file"; readonly file: Attachment };

/** The bytes into the bucket, then word of them to those who keep count. What fails leaves nothing behind. */
async function storeUpload(
  c: Context<App>,
  id: string,
  bucket: R2Bucket,
  declared: number | undefined,
): Promise<Stored> {
  const { epoch } = channelOf(c);
  const key = keyOf(epoch, id);
  let isStored = false;
  try {
    const received = await receive(bucket, key, c.req.raw.body, declared);
    if (received.kind === "refused") return received;
    const { type, size } = received;
    const full = await ownShard(c).noteUpload(c.var.session, id, size);
    if (full) return { kind: "refused", refusal: full };
    const [width, height] = [readLength(c.req.query("width")), readLength(c.req.query("height"))];
    const name = foldFileName(c.req.query("name") ?? "");
    const facts: FileFacts = { name, type, size, ...(width && height && { width, height }) };
    const { file } = await withChannel(c, async (object, auth) => {
      // The channel of the name may be another one by now: this upload belongs to the one it began in.
      if (auth.channel.epoch !== epoch) return refuse("not_found", "This channel doesn't exist.");
      return object.completeUpload(auth, id, facts);
    });
    isStored = true;
    return { kind: "file", file };
  } finally {
    if (!isStored) {
      await channelStub(c.env, epoch).dropUpload(id).catch(logFailure); // the channel forgets it by itself after an hour
      await bucket.delete(key).catch(logFailure); // its channel may be gone, and not remember it
      await ownShard(c).settleUploads(c.var.session.personId, [id]).catch(logFailure);
    }
  }
}

/** A whole number of what can be counted, or nothing. */
function readLength(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
