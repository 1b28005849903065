/** The rail: what it shows, and that nothing is drawn again that has not changed, of however many conversations. */
import { render } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { go } from "../../web/state/route.ts";
import type { Store } from "../../web/state/store.ts";
import { RailList } from "../../web/view/rail/RailList.tsx";
import { railRows } from "../../web/view/rail/rail-rows.ts";
import { ada, beginAnew, channel, NOTHING_READ, talking } from "./store-fixture.ts";

const MANY = 1_500;
let store: Store;
let root: HTMLElement;

beforeEach(async () => {
  await beginAnew();
  ({ store } = await talking());
  root = document.body.appendChild(document.createElement("div"));
});

afterEach(() => {
  render(null, root);
  root.remove();
});

function list(channels = ["general", "design", "zebra"].map((id) => channel(id))): void {
  store.receiveDirectory({ type: "directory", version: 2, you: ada, channels, people: [], ...NOTHING_READ });
}

/** The titles of the rows that are other objects than before. */
function changed(rows: ReturnType<typeof railRows>, act: () => void): readonly string[] {
  const before = new Set(rows.value);
  act();
  return rows.value.filter((row) => !before.has(row)).map(({ title }) => title);
}

test("a row is another one only where it says something else", () => {
  list();
  const rows = railRows(store);
  expect(rows.value.map(({ title }) => title)).toEqual(["#design", "#general", "#zebra"]);
  expect(changed(rows, () => list())).toEqual(["#design", "#general", "#zebra"]); // a new list has new channels
  expect(changed(rows, () => go("/c/design"))).toEqual(["#design", "#general"]);
  expect(
    changed(rows, () => store.receiveDirectory({ type: "activity", channels: [{ id: "zebra", seq: 1, lastAt: 9 }] })),
  ).toEqual(["#zebra"]);
  expect(rows.value.find(({ title }) => title === "#zebra")?.count).toBe(1);
});

test("what a person wants no more is taken back", () => {
  list();
  const rows = railRows(store);
  const prefer = (preference: object) =>
    changed(rows, () => store.receiveDirectory({ type: "preferences", channel: "zebra", ...preference }));
  expect(prefer({ favourite: true })).toEqual(["#zebra"]);
  expect(prefer({})).toEqual(["#zebra"]);
  expect(rows.value.at(-1)?.favourite).toBeUndefined();
});

test("many rows are drawn a piece at a time, until all are there; also those that come back", async () => {
  list(Array.from({ length: MANY }, (_, n) => channel(`project-${n}`)));
  const all = railRows(store).value;
  const drawn = () => root.querySelectorAll("a").length;
  const show = (rows: typeof all) =>
    render(<RailList store={store} rows={rows} onLeave={() => {}} onMenu={() => {}} />, root);
  show(all);
  expect(drawn()).toBeLessThan(MANY / 10);
  await vi.waitUntil(() => drawn() === MANY, { timeout: 5_000 });
  show(all.slice(0, 3));
  await vi.waitUntil(() => drawn() === 3);
  await effectsRun();
  show(all);
  expect(drawn()).toBeLessThan(MANY / 10);
  await vi.waitUntil(() => drawn() === MANY, { timeout: 5_000 });
});

/** What a component does after it is painted has been done, and what it set going at once too. */
function effectsRun(): Promise<void> {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => setTimeout(resolve))));
}

test("the list of a thousand is stored a piece at a time, and every one in the end", async () => {
  const channels = Array.from({ length: MANY }, (_, n) => channel(`project-${n}`, { seq: 5 }));
  list(channels);
  const stored = () => Object.keys(localStorage).filter((key) => key.includes(".read.epoch-project-")).length;
  expect(stored()).toBeLessThan(MANY / 10);
  expect(store.unreadOf(channel("project-1499", { seq: 6 })).count).toBe(1);
  await vi.waitUntil(() => stored() === MANY, { timeout: 5_000 });
});

test("of a person who has signed out nothing more is stored", async () => {
  list(Array.from({ length: MANY }, (_, n) => channel(`project-${n}`)));
  await store.signOut();
  const stored = () => Object.keys(localStorage).filter((key) => key.includes(".read.epoch-project-")).length;
  const before = stored();
  await effectsRun();
  await effectsRun();
  expect(stored()).toBe(before);
});
