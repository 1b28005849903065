/** What shards of people do for each other: presence through the directory, names and conversations from one to another. */
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import type { ShardPresence } from "../../../worker/directory/rpc.ts";
import type { Feed } from "../../../worker/people/feed.ts";
import { Neighbours } from "../../../worker/people/neighbours.ts";
import type { Identity } from "../../../worker/platform/authority.ts";
import { log } from "../../../worker/platform/log.ts";
import { withShard } from "../../../worker/platform/shard-id.ts";
import { PRESENCE_ASKED_MS } from "../../../worker/protocol/limits.ts";
import { freshName } from "../people.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const shard = (number: number) => env.PEOPLE.getByName(String(number));

/** Somebody of that shard, with a session called `a-session`. */
async function settle(number: number, name: string) {
  const id = withShard(number, crypto.randomUUID().replaceAll("-", "").slice(0, 16));
  const key = { personId: id, session: "a-session" };
  const outcome = await shard(number).createPerson({ id, name }, { session: key.session, label: "" }, Date.now());
  expect(outcome.kind).toBe("signed in");
  const identity: Identity = { person: { id, name }, isOwner: false, version: 0 };
  return { key, identity, auth: { ...identity, session: key.session, checkedAt: Date.now(), shards: 999 } };
}

async function peerNames(number: number, key: Awaited<ReturnType<typeof settle>>["key"]): Promise<unknown[]> {
  const page = await shard(number).channels(key);
  if (page.kind !== "page") throw new Error("no session");
  return page.channels.filter(({ kind }) => kind === "direct").map(({ peer }) => peer?.name);
}

test("a peer in another shard sees the new name of a person who was renamed while their conversation was opened", async () => {
  const label = freshName();
  const bea = await settle(802, `Bea ${label}`);
  const ada = await settle(801, `Ada ${label}`);
  const accepted = await shard(802).acceptDirect(ada.auth, bea.key.personId);
  if (accepted.kind !== "accepted") throw new Error(accepted.kind);
  expect(await peerNames(802, bea.key)).toEqual([`Ada ${label}`]);
  await shard(801).rename(ada.key, `Ida ${label}`, Date.now());
  expect(await peerNames(802, bea.key)).toEqual([`Ada ${label}`]);
  const opened = await shard(801).openDirect(ada.key, accepted.peer, accepted.version);
  expect(opened).toMatchObject({ kind: "channel", isNew: true, channel: { peer: bea.identity.person } });
  await vi.waitFor(async () => expect(await peerNames(802, bea.key)).toEqual([`Ida ${label}`]));
  await shard(801).rename(ada.key, `Ada ${label}`, Date.now());
  expect(await peerNames(802, bea.key)).toEqual([`Ada ${label}`]);
});

test("an older name that arrives after a newer one changes nothing", async () => {
  const label = freshName();
  const bea = await settle(802, `Bea ${label}`);
  const ada = await settle(801, `Ada ${label}`);
  await shard(802).acceptDirect(ada.auth, bea.key.personId);
  const named = (name: string, version: number) => ({
    ...ada.identity,
    person: { ...ada.identity.person, name },
    version,
  });
  await shard(802).update(named("Newest", 9));
  await shard(802).update(named("Older", 8));
  expect(await peerNames(802, bea.key)).toEqual(["Newest"]);
});

test("a session that ended while a conversation was opened opens nothing", async () => {
  const label = freshName();
  const bea = await settle(802, `Bea ${label}`);
  const ada = await settle(801, `Ada ${label}`);
  await shard(801).signOut(ada.key);
  expect(await shard(801).openDirect(ada.key, bea.identity, 0)).toMatchObject({ kind: "refused" });
  expect(await shard(801).channels(ada.key)).toMatchObject({ kind: "refused" });
  expect(await shard(801).becomeOwner(ada.key, "digest")).toMatchObject({ kind: "refused" });
  expect(await shard(801).addLink(ada.key, "hash")).toMatchObject({ kind: "refused" });
  expect(await shard(801).admitUpload(ada.key, "id", 1)).toMatchObject({ code: "unauthorized" });
  expect(await shard(801).noteUpload(ada.key, "id", 1)).toMatchObject({ code: "unauthorized" });
});

/** A shard of two, with one person online. Calls to the directory fail while `isDown`. */
function neighbours() {
  const [you, other]: ShardPresence[] = [
    { shard: 0, count: 1, people: [{ id: "0-ada", name: "Ada", online: true }], isWhole: true },
    { shard: 1, count: 1, people: [{ id: "1-bea", name: "Bea", online: true }], isWhole: true },
  ];
  const [link, reported, noted] = [{ isDown: false, asked: 0 }, [] as unknown[], [] as unknown[]];
  const feed = { online: { summary: () => you }, notePresence: (presence: unknown) => noted.push(presence) };
  const call = <T>(answer: T): Promise<T> =>
    link.isDown ? Promise.reject(new Error("not reachable")) : Promise.resolve(answer);
  const made = new Neighbours(() => feed as unknown as Feed, {
    shards: () => 2,
    report: (presence) => call(undefined).then(() => void reported.push(presence)),
    ask: () => {
      link.asked++;
      return call([you, other] as ShardPresence[]);
    },
  });
  return { made, link, reported, noted, you, other };
}

test("the first report is of everyone, later ones of changes, and one after a failure is of everyone again", async () => {
  const failed = vi.spyOn(log, "transientError").mockImplementation(() => {});
  const { made, link, reported, you } = neighbours();
  const change = { id: "0-cem", name: "Cem", online: false };
  made.report([change]);
  made.report([change]);
  await vi.waitFor(() => expect(reported).toEqual([you, { shard: 0, count: 1, people: [change] }]));
  link.isDown = true;
  made.report([change]);
  await vi.waitFor(() => expect(failed).toHaveBeenCalled());
  link.isDown = false;
  made.report([change]);
  await vi.waitFor(() => expect(reported.slice(2)).toEqual([you]));
});

test("who is online elsewhere is asked before a feed opens, not again for a while, and again after a failure", async () => {
  vi.spyOn(log, "transientError").mockImplementation(() => {});
  const { made, link, noted, other } = neighbours();
  link.isDown = true;
  await made.catchUp("0-ada", 1_000);
  link.isDown = false;
  await made.catchUp("0-ada", 1_001);
  expect(noted).toEqual([other]);
  await made.catchUp("0-ada", 1_001 + PRESENCE_ASKED_MS - 1);
  expect(link.asked).toBe(2);
  await made.catchUp("0-ada", 1_001 + PRESENCE_ASKED_MS);
  expect(link.asked).toBe(3);
});
