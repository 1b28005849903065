/** The colours of people: the least used one for each, the same at every look, and forgotten with the person who met them. */
import { expect, test, vi } from "vitest";
import { forgetHues, hueOf } from "../../web/state/hues.ts";
import { localState } from "../../web/storage/local-state.ts";

const ids = (count: number) => Array.from({ length: count }, (_, n) => `person-${n}`);

test("sixteen people have sixteen hues, thirty-two have each of them twice, and everyone keeps theirs", () => {
  forgetHues();
  const first = ids(16).map(hueOf);
  expect(new Set(first).size).toBe(16);
  const all = ids(32).map(hueOf);
  expect(all.slice(0, 16)).toEqual(first);
  for (let hue = 0; hue < 16; hue++) expect(all.filter((one) => one === hue)).toHaveLength(2);
});

test("they are stored once for a crowd, beside those of other tabs, and nothing comes back after a sign-out", async () => {
  forgetHues();
  localState.keepHues(new Map([["met-elsewhere", 3]]));
  for (const id of ids(20)) hueOf(id);
  await vi.waitFor(() => expect(localState.hues()).toHaveLength(21));
  hueOf("one-more");
  forgetHues();
  localState.wipe("ada");
  hueOf("met-after");
  await vi.waitFor(() => expect(localState.hues().map(([id]) => id)).toEqual(["met-after"]));
});
