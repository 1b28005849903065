/** What a shard could not be told is told later, as far as it is still true. */
import { expect, test, vi } from "vitest";
import type { DirectoryNews } from "../../../worker/directory/rpc.ts";
import { Spread } from "../../../worker/directory/spread.ts";

const person = { id: "ada", name: "Ada" };

/** A site of two shards. Calls to shard 1 fail while `isDown`. */
function site() {
  const news: DirectoryNews[] = [];
  const link = { isDown: true };
  const failed = vi.fn();
  const spread = new Spread(
    {
      shards: () => 2,
      version: () => 1,
      send: async (shard, told) => {
        if (shard === 1 && link.isDown) throw new Error("not reachable");
        if (shard === 1) news.push(told);
      },
      writeActivity: () => {},
      allDelivered: () => {},
      rescheduled: failed,
    },
    true,
  );
  return { spread, news, link, failed };
}

test("presence and activity that a shard missed are sent again, with what came later", async () => {
  const { spread, news, link, failed } = site();
  spread.presence({ shard: 0, count: 0, people: [{ ...person, online: false }] });
  await vi.waitFor(() => expect(failed).toHaveBeenCalled());
  spread.activity({ id: "general", seq: 5, lastAt: 1 }, []);
  await vi.waitFor(() => expect(failed).toHaveBeenCalledTimes(2), 3_000);
  link.isDown = false;
  await spread.job.run(Date.now());
  expect(news).toEqual([
    {
      shards: 2,
      activity: [expect.objectContaining({ id: "general", seq: 5 })],
      presence: [{ shard: 0, count: 0, people: [{ ...person, online: false }], isWhole: false }],
    },
  ]);
});

test("activity of a channel that was deleted since is not sent", async () => {
  const { spread, news, link, failed } = site();
  spread.activity({ id: "general", seq: 5, lastAt: 1 }, []);
  await vi.waitFor(() => expect(failed).toHaveBeenCalled());
  spread.forget("general");
  link.isDown = false;
  await spread.job.run(Date.now());
  expect(news).toEqual([]);
});

test("where more than 5,000 people are online, channels report only every ten seconds", () => {
  const { spread } = site();
  spread.presence({ shard: 0, count: 2_500, people: [] });
  spread.presence({ shard: 1, count: 2_500, people: [] });
  expect(spread.reportEveryMs).toBe(1_000);
  spread.presence({ shard: 1, count: 2_501, people: [] });
  expect(spread.reportEveryMs).toBe(10_000);
  spread.presence({ shard: 0, count: 0, people: [] });
  expect(spread.reportEveryMs).toBe(1_000);
});
