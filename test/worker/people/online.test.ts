/** Who is online, as a shard knows it of others, and what its feeds are told. */
import { expect, test } from "vitest";
import { Online } from "../../../worker/people/online.ts";
import { Presence } from "../../../worker/platform/presence.ts";

const ada = { id: "ada", name: "Ada" };
const bea = { id: "bea", name: "Bea" };

function online(): Online {
  return new Online(new Presence([]));
}

test("who left another shard is told to the feeds, also when this object has slept since it told that they came", () => {
  const awake = online();
  awake.note({ shard: 1, count: 1, people: [{ ...ada, online: true }] }, true);
  expect(awake.takeChanges(10)).toEqual([{ ...ada, online: true }]);
  awake.note({ shard: 1, count: 0, people: [{ ...ada, online: false }] }, true);
  expect(awake.takeChanges(10)).toEqual([{ ...ada, online: false }]);
  const woken = online();
  woken.note({ shard: 1, count: 0, people: [{ ...ada, online: false }] }, true);
  expect(woken.takeChanges(10)).toEqual([{ ...ada, online: false }]);
});

test("a whole report tells only differences, and whoever is missing from it has left", () => {
  const shard = online();
  const both = [ada, bea].map((person) => ({ ...person, online: true }));
  shard.note({ shard: 1, count: 2, people: both, isWhole: true }, true);
  expect(shard.takeChanges(10)).toHaveLength(2);
  shard.note({ shard: 1, count: 1, people: [{ ...bea, online: true }], isWhole: true }, true);
  expect(shard.takeChanges(10)).toEqual([{ ...ada, online: false }]);
  expect([shard.count, shard.has(ada.id), shard.has(bea.id)]).toEqual([1, false, true]);
});
