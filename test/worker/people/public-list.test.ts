/** A shard's copy of the channel list never stays behind a change that it has acknowledged. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { LIST_TABLE, PublicList } from "../../../worker/people/public-list.ts";
import { Tables } from "../../../worker/platform/migrations.ts";
import { freshName } from "../people.ts";

const NOTHING = { shards: 1, channels: [] };

/** A list in the storage of an object of its own, whose questions are answered with these versions, one after the other. */
function withList(versions: readonly number[], work: (list: PublicList) => Promise<void>): Promise<void> {
  return runInDurableObject(env.CHANNEL.getByName(freshName()), async (_, { storage }) => {
    const left = [...versions];
    const ask = async () => ({ version: left.shift() ?? 0, ...NOTHING });
    await work(new PublicList(storage.sql, new Tables(storage, [[LIST_TABLE]]), { ask, changed: () => {} }));
  });
}

test("a change that overtakes the answer to an earlier question is asked for once more", async () => {
  await withList([1, 2], async (list) => {
    const ready = list.ready();
    await list.apply({ since: 1, version: 2, changed: [], deleted: [] }, 1);
    await ready;
    expect(list.version).toBe(2);
  });
});

test("a change that could not be caught up with is not acknowledged", async () => {
  await withList([1, 1], async (list) => {
    await expect(list.apply({ since: 2, version: 3, changed: [], deleted: [] }, 1)).rejects.toThrow();
  });
});
