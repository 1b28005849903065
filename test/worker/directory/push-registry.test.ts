/** Whose a device is, at one place for all shards. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { PUSH_TABLES, PushRegistry } from "../../../worker/directory/push-registry.ts";
import { Tables } from "../../../worker/platform/migrations.ts";
import { freshName } from "../people.ts";

function withRegistry(work: (registry: PushRegistry) => void | Promise<void>) {
  return runInDurableObject(env.CHANNEL.getByName(freshName()), async (_, { storage }) => {
    await work(new PushRegistry(storage.sql, new Tables(storage, [PUSH_TABLES])));
  });
}

test("everyone who had a device before is told of, until they have let it go", () =>
  withRegistry((registry) => {
    expect(registry.claim("device", "ada")).toEqual([]);
    expect(registry.claim("device", "ada")).toEqual([]);
    expect(registry.claim("device", "bea")).toEqual(["ada"]);
    expect(registry.claim("device", "bea")).toEqual(["ada"]);
    expect(registry.claim("device", "cem")).toEqual(["ada", "bea"]);
    expect(registry.claim("device", "ada")).toEqual(["bea", "cem"]);
    registry.released("device");
    expect(registry.claim("device", "ada")).toEqual([]);
  }));

test("only its person gives a device back", () =>
  withRegistry((registry) => {
    registry.release("device", "ada");
    registry.claim("device", "ada");
    registry.release("device", "bea");
    expect(registry.claim("device", "bea")).toEqual(["ada"]);
    registry.release("device", "bea");
    expect(registry.claim("device", "cem")).toEqual([]);
  }));

test("there is one key, however many ask at once", () =>
  withRegistry(async (registry) => {
    const keys = await Promise.all([registry.keys(), registry.keys(), registry.keys()]);
    expect(new Set(keys.map(({ publicKey }) => publicKey)).size).toBe(1);
    expect(await registry.keys()).toEqual(keys[0]);
  }));
