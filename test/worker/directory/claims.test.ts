/**
 * Names, whatever happens: claims that are cut off, renames, sign-outs, ninety days, crashes, objects out of reach, over any number
 * of shards. No name has two holders, no living person is without a name, no name is refused for ever that nobody holds.
 */
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Directory } from "../../../worker/directory/directory.ts";
import { People } from "../../../worker/people/people.ts";
import { keysOf } from "../../../worker/platform/confusables.ts";
import { nameKey } from "../../../worker/protocol/names.ts";
import { letTimePass } from "../alarms.ts";
import { arrive, ask, cookieOf, freshName, problemOf, Somebody } from "../people.ts";
import "../laws.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;

/** It only goes on, from test to test: the directory's stamps never go back. */
let now = Date.now();

beforeEach(() => {
  travel(1);
});

afterEach(() => {
  vi.restoreAllMocks();
});

function travel(ms: number): void {
  now = Math.max(now, Date.now()) + ms;
  vi.useFakeTimers({ toFake: ["Date"], now });
}

const directory = () => env.DIRECTORY.getByName("directory");

async function signIn(name: string): Promise<Somebody | undefined> {
  const response = await ask("POST", "/api/session", { body: { name } });
  return response.status === 201 ? somebodyOf(response) : undefined;
}

async function somebodyOf(response: Response): Promise<Somebody> {
  const { person } = await response.json<{ person: Somebody["person"] }>();
  return new Somebody(person, cookieOf(response));
}

/** A sign-in that ends after the directory has granted the name. */
function claim(name: string) {
  return directory().claimName({ name, claimant: { nonce: crypto.randomUUID().slice(0, 22) }, isAdmitted: true });
}

describe("a claim", () => {
  test("that was cut off blocks the name for ten seconds, and not longer", async () => {
    const name = `Cut ${freshName()}`;
    expect((await claim(name)).kind).toBe("claimed");
    expect(await signIn(name)).toBeUndefined();
    travel(10_100);
    expect(await signIn(name)).toBeDefined();
  });

  test("that is used too late makes nobody, also when nobody else wanted the name", async () => {
    const name = `Late ${freshName()}`;
    const granted = await claim(name);
    if (granted.kind !== "claimed") throw new Error("not granted");
    const shard = env.PEOPLE.getByName(String(Number.parseInt(granted.personId, 36)));
    travel(10_100);
    const outcome = await shard.createPerson(
      { id: granted.personId, name },
      { session: "a-session", label: "" },
      granted.claimedAt,
    );
    expect(outcome).toMatchObject({ kind: "refused", refusal: { code: "busy" } });
  });

  test("in other letters does not loosen the name that its maker has", async () => {
    const round = freshName();
    const ada = await arrive(`Ada ${round}`);
    const own = { name: `ADA ${round}`, claimant: { personId: ada.person.id }, isAdmitted: true };
    expect((await directory().claimName(own)).kind).toBe("claimed"); // and is never used
    travel(10_100);
    expect(await signIn(`adA ${round}`)).toBeUndefined();
  });

  test("of two of one person, both used, is free when the person is gone", async () => {
    const round = freshName();
    const ada = await arrive(`Ada ${round}`);
    const renames = [1, 2].map(() => ada.ask("POST", "/api/session", { body: { name: `Bea ${round}` } }));
    for (const answer of await Promise.all(renames)) expect(answer.status).toBe(200);
    travel(10_100);
    expect(await signIn(`Bea ${round}`)).toBeUndefined(); // surely hers, from now on
    await ada.ask("DELETE", "/api/session");
    expect(await signIn(`Bea ${round}`)).toBeDefined();
  });

  test("that is made again, since its answer was lost, is the same claim", async () => {
    const name = `Again ${freshName()}`;
    const asked = { name, claimant: { nonce: "n".repeat(22) }, isAdmitted: true };
    const [first, second] = [await directory().claimName(asked), await directory().claimName(asked)];
    expect(second).toMatchObject({ kind: "claimed", personId: first.kind === "claimed" && first.personId });
  });

  test("that another person has taken over makes nobody, however fast it comes", async () => {
    const name = `Taken over ${freshName()}`;
    const granted = await claim(name);
    if (granted.kind !== "claimed") throw new Error("not granted");
    const shard = env.PEOPLE.getByName(String(Number.parseInt(granted.personId, 36)));
    expect(await shard.holds(granted.personId, keysOf(name)[1], granted.claimedAt)).toEqual({ holds: false, until: 0 });
    const outcome = await shard.createPerson(
      { id: granted.personId, name },
      { session: "a-session", label: "" },
      granted.claimedAt,
    );
    expect(outcome).toMatchObject({ kind: "refused", refusal: { code: "busy" } });
  });

  test("of a name whose holder cannot be asked is refused, and granted once it is known that nobody holds it", async () => {
    const name = `Unreachable ${freshName()}`;
    await claim(name);
    travel(10_100);
    const holds = vi.spyOn(People.prototype, "holds").mockRejectedValue(new Error("out of reach"));
    expect(await problemOf(await ask("POST", "/api/session", { body: { name } }))).toEqual({
      status: 409,
      code: "name_taken",
    });
    holds.mockRestore();
    expect(await signIn(name)).toBeDefined();
  });

  test("asks the holder's shard once, and then not for as long as the name is surely theirs", async () => {
    const name = `Asked ${freshName()}`;
    await arrive(name);
    travel(11_000);
    const holds = vi.spyOn(People.prototype, "holds");
    for (let n = 0; n < 3; n++) expect(await signIn(name)).toBeUndefined();
    expect(holds).toHaveBeenCalledTimes(1);
  });

  test("of two at once after the holder is gone has one winner", async () => {
    const name = `Two want ${freshName()}`;
    await claim(name);
    travel(10_100);
    const both = await Promise.all([signIn(name), signIn(name)]);
    expect(both.filter(Boolean)).toHaveLength(1);
  });
});

type Step =
  | { readonly kind: "sign in" | "cut off"; readonly name: number }
  | { readonly kind: "rename"; readonly who: number; readonly name: number }
  | { readonly kind: "sign out"; readonly who: number }
  | { readonly kind: "travel"; readonly ms: number }
  | { readonly kind: "crash"; readonly what: "directory" | "shards" }
  | { readonly kind: "fail"; readonly what: "holds" | "releaseName" };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("sign in" as const), name: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("cut off" as const), name: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("rename" as const), who: fc.nat(4), name: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("sign out" as const), who: fc.nat(4) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("travel" as const), ms: fc.constantFrom(11_000, 91 * DAY_MS) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("crash" as const),
      what: fc.constantFrom("directory" as const, "shards" as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("fail" as const),
      what: fc.constantFrom("holds" as const, "releaseName" as const),
    }),
  },
);

/** Everyone whose session lives, under the name the server says. */
async function living(people: readonly Somebody[]): Promise<{ somebody: Somebody; name: string }[]> {
  const answers = await Promise.all(people.map((one) => one.ask("GET", "/api/session")));
  const bodies = await Promise.all(
    answers.map(async (answer, n) => {
      const somebody = people[n];
      if (answer.status !== 200 || !somebody) return [];
      return [{ somebody, name: (await answer.json<{ person: { name: string } }>()).person.name }];
    }),
  );
  return bodies.flat();
}

function shardNumbers(people: readonly Somebody[]): number[] {
  return [...new Set(people.map(({ person }) => Number.parseInt(person.id, 36)))];
}

test("whatever happens to names, each has one holder at most, and is free when nobody holds it", async () => {
  await arrive(`First ${freshName()}`);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const round = freshName();
      const nameOf = (n: number) => `Name ${"abcd"[n]} ${round}`;
      const people: Somebody[] = [];
      for (const one of steps) {
        const who = "who" in one ? people[one.who % Math.max(1, people.length)] : undefined;
        if (one.kind === "sign in") {
          const somebody = await signIn(nameOf(one.name));
          if (somebody) people.push(somebody);
        } else if (one.kind === "cut off") await claim(nameOf(one.name));
        else if (one.kind === "rename") {
          const answer = await who?.ask("POST", "/api/session", { body: { name: nameOf(one.name) } });
          if (answer?.status === 201) people.push(await somebodyOf(answer)); // with a session that ended it is a sign-in
        } else if (one.kind === "sign out") await who?.ask("DELETE", "/api/session");
        else if (one.kind === "travel") travel(one.ms);
        else if (one.kind === "crash") {
          const shards = shardNumbers(people).map((n) => env.PEOPLE.getByName(String(n)));
          const objects = one.what === "directory" ? [directory()] : shards;
          await Promise.all(objects.map((object) => evictDurableObject(object).catch(() => {})));
          travel(6_000); // what a session was checked with before the crash counts no more
        } else {
          const failing =
            "what" in one && one.what === "holds"
              ? vi.spyOn(People.prototype, "holds")
              : vi.spyOn(Directory.prototype, "releaseName");
          failing.mockRejectedValueOnce(new Error("out of reach") as never);
        }
        const names = (await living(people)).map(({ name }) => nameKey(name));
        expect(new Set(names).size, `two holders after ${JSON.stringify(one)}`).toBe(names.length);
      }
      vi.restoreAllMocks();
      for (const n of shardNumbers(people))
        await letTimePass(env.PEOPLE.getByName(String(n)), Date.now() + 15 * 60_000);
      travel(11_000);
      const held = await living(people);
      for (const { somebody, name } of held) {
        expect(name).toMatch(/^Name /);
        expect(await signIn(name), `${name} of ${somebody.person.id}`).toBeUndefined();
      }
      for (let n = 0; n < 4; n++) {
        if (held.some(({ name }) => name === nameOf(n))) continue;
        expect(await signIn(nameOf(n)), `${nameOf(n)} is nobody's`).toBeDefined();
      }
    }),
    { numRuns: 12 },
  );
}, 120_000);
