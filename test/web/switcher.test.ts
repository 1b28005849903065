/** What the search offers for what was typed. */
import { afterEach, expect, test } from "vitest";
import { groupsOf } from "../../web/view/dialogs/switcher-options.ts";
import { beginAnew, talking } from "./store-fixture.ts";

afterEach(beginAnew);

test.each([
  ["des", ["design"]],
  ["dsg", []],
  ["e", ["general", "design"]],
  ["sign", ["design"]],
  ["n", ["general", "design"]],
  ["gn", ["design"]],
  ["#gen", ["general"]],
  ["xyz", []],
  // Nothing is left of them when they are folded.
  ["\u0640", []],
  ["\u064e", []],
  ["#\u0301", []],
])("channels for %j are %j", async (typed, names) => {
  const { store } = await talking();
  const found = groupsOf(store, [], typed).find(({ name }) => name === "Channels")?.options ?? [];
  expect(new Set(found.map(({ label }) => label))).toEqual(new Set(names));
});
