/**
 * A channel's files: taken in before their bytes come, served while a message holds them, and out of the bucket when they are gone.
 * The rows decide at once; the bytes follow, by this object's alarm if need be.
 */
import { keyOf } from "../platform/file-key.ts";
import { log } from "../platform/log.ts";
import { backoffMs } from "../platform/retry.ts";
import type { Job } from "../platform/schedule.ts";
import { refuse } from "../protocol/errors.ts";
import { BUCKET_KEYS_MAX, ENDED_KEPT_MS, SWEEP_MS } from "../protocol/limits.ts";
import type { ChannelStore } from "./channel-store.ts";
import type { FileFacts, FileOutcome } from "./rpc.ts";

type Dependencies = {
  readonly bucket: R2Bucket | undefined;
  /** These uploads are settled: the person's shard stops counting them. */
  readonly settle: (personId: string, ids: readonly string[]) => Promise<void>;
  readonly reschedule: () => void;
  /** Whether everyone who must hear of the channel's end has. */
  readonly isEndDelivered: () => boolean;
  /** Forgets everything: the last thing that a deleted channel does. */
  readonly forget: () => Promise<void>;
};

const NO_SUCH_FILE = refuse("not_found", "This file doesn't exist.");

export class ChannelFiles {
  readonly #store: ChannelStore;
  readonly #dependencies: Dependencies;
  /** When (ms) what is gone has to be swept, if it is not by then. */
  #sweepAt: number | undefined;
  #failures = 0;
  /** When (ms) the end may be tried again. */
  #retryAt = 0;

  constructor(store: ChannelStore, dependencies: Dependencies) {
    this.#store = store;
    this.#dependencies = dependencies;
    this.#sweepAt = store.uploads.hasGone ? 0 : undefined;
  }

  /** For the schedule: what waited too long or is gone, and the end of a deleted channel. */
  get job(): Job {
    return { dueAt: () => this.#dueAt(), run: (now) => this.#finish(now) };
  }

  /** The bytes are there: a message may take them. Refused when the channel ended or the upload was swept meanwhile. */
  complete(channelId: string, id: string, facts: FileFacts): FileOutcome {
    const file = { id, ...facts, url: `/api/channels/${encodeURIComponent(channelId)}/attachments/${id}` };
    return this.#store.uploads.complete(file) ? { kind: "file", file } : NO_SUCH_FILE;
  }

  /** A file, for those who may read it: everyone in the channel while a message holds it, its uploader before. */
  find(personId: string, id: string): FileOutcome {
    const upload = this.#store.uploads.find([id]).get(id);
    const isReadable = upload?.isTaken || upload?.uploader === personId;
    return upload?.file && isReadable ? { kind: "file", file: upload.file } : NO_SUCH_FILE;
  }

  /** Messages of a person have taken these files. */
  taken(personId: string, ids: readonly string[]): void {
    void this.#settle(personId, ids);
  }

  /** Takes out of the bucket what is gone. The alarm stands for what is cut off here. Never throws. */
  async sweep(): Promise<void> {
    this.#sweepAt ??= Date.now() + SWEEP_MS;
    this.#dependencies.reschedule();
    try {
      await this.#sweepOnce(Date.now());
    } catch (error) {
      log.transientError("sweep", error);
    }
    this.#dependencies.reschedule();
  }

  /** As many keys at a time as R2 takes. Doing it twice does no harm. */
  async #sweepOnce(now: number): Promise<void> {
    const gone = this.#store.uploads.sweep(now);
    const epoch = this.#store.about?.epoch ?? "";
    for (let at = 0; at < gone.length; at += BUCKET_KEYS_MAX) {
      const slice = gone.slice(at, at + BUCKET_KEYS_MAX);
      await this.#dependencies.bucket?.delete(slice.map(({ id }) => keyOf(epoch, id)));
      this.#store.uploads.forget(slice.map(({ id }) => id));
      const uploaders = Map.groupBy(slice, ({ uploader }) => uploader);
      for (const [uploader, files] of uploaders)
        void this.#settle(
          uploader,
          files.map(({ id }) => id),
        );
    }
    if (!this.#store.uploads.hasGone) this.#sweepAt = undefined;
  }

  async #settle(personId: string, ids: readonly string[]): Promise<void> {
    try {
      await this.#dependencies.settle(personId, ids);
    } catch (error) {
      log.transientError("uploads", error); // the shard forgets them by itself when their hour is over
    }
  }

  #dueAt(): number | undefined {
    const { about, uploads } = this.#store;
    if (!about || about.ended === 0) return earliest(this.#sweepAt, uploads.expiresAt());
    // The first alarm after the end empties the bucket; a last one, when no request can be under way, forgets the channel.
    const endAt = about.ended === 1 ? about.endedAt + backoffMs(0) : about.endedAt + ENDED_KEPT_MS;
    return Math.max(endAt, this.#retryAt);
  }

  async #finish(now: number): Promise<void> {
    try {
      await this.#sweepOnce(now);
      if (this.#store.hasEnded) await this.#finishEnd();
      this.#failures = 0;
    } catch (error) {
      this.#failures++;
      this.#retryAt = Date.now() + backoffMs(this.#failures);
      this.#sweepAt = this.#retryAt;
      log.transientError("files", error);
    }
  }

  async #finishEnd(): Promise<void> {
    const { about } = this.#store;
    if (!about) return;
    await this.#empty(about.epoch);
    if (about.ended === 1) return this.#store.facts.noteEmptied();
    if (this.#dependencies.isEndDelivered()) await this.#dependencies.forget();
    else this.#retryAt = Date.now() + ENDED_KEPT_MS; // the outbox goes on by itself
  }

  /** Everything under the epoch: also bytes that came in after the end. */
  async #empty(epoch: string): Promise<void> {
    const { bucket } = this.#dependencies;
    if (!bucket) return;
    for (;;) {
      const { objects } = await bucket.list({ prefix: keyOf(epoch, "") });
      if (objects.length === 0) return;
      await bucket.delete(objects.map(({ key }) => key));
    }
  }
}

function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
