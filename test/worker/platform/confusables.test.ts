/** Names that look like another's: UTS #39 skeletons, and what they mean for people and channels. */
import fc from "fast-check";
import confusables from "unhomoglyph/data.json";
import { describe, expect, test } from "vitest";
import {
  doChannelNamesConflict,
  isReservedConfusable,
  keysOf,
  prototypeOf,
  skeletonOf,
} from "../../../worker/platform/confusables.ts";
import { arrive, ask, freshName, problemOf } from "../people.ts";

test.each([
  ["Paul", "PauI"],
  ["раураӏ", "paypal"],
  ["general", "ɡeneral"],
  ["Ada", "Аdа"],
  ["O", "0"],
  ["modern", "modem"],
  ["é", "e\u0301"],
])("%s and %s look the same", (a, b) => {
  expect(skeletonOf(a)).toBe(skeletonOf(b));
});

test.each([
  ["Ada", "Bea"],
  ["Ada", "Ada 2"],
  ["José", "Jose"],
  ["Мария", "Мари"],
])("%s and %s do not", (a, b) => {
  expect(skeletonOf(a)).not.toBe(skeletonOf(b));
});

test("a skeleton of a skeleton is itself, whatever the name", () => {
  // But for the few prototypes of the table that have one themselves.
  const name = fc.string({ unit: fc.constantFrom(..."abcdefIl10OmwАВСЕеоαβ漢字かなéñ -_.".split("")), maxLength: 32 });
  fc.assert(fc.property(name, (typed) => skeletonOf(skeletonOf(typed)) === skeletonOf(typed)));
});

test("case hides nothing: keys are compared folded too", () => {
  expect(keysOf("PAUL")[1]).toBe(keysOf("paul")[1]);
  expect(keysOf("ΡΑΥΡΑL")[1]).toBe(keysOf("ραυραl")[1]);
});

test.each(["аdmin", "FIack", "Systern", "ｆｌａｃｋ".normalize("NFKC"), "here", "dеleted"])(
  "%s would pass for the product",
  (name) => {
    expect(isReservedConfusable(name)).toBe(true);
  },
);

test.each(["Adam", "Flackie", "Everyone else"])("%s would not", (name) => {
  expect(isReservedConfusable(name)).toBe(false);
});

test.each([
  ["general", "ɡeneral", true],
  ["room-1", "room-l", false],
  ["same", "same", true],
  ["café", "cafe", false],
])("channels %s and %s conflict: %s", (a, b, conflict) => {
  expect(doChannelNamesConflict(a, b)).toBe(conflict);
  expect(doChannelNamesConflict(b, a)).toBe(conflict);
});

describe("at the door", () => {
  test("somebody's look-alike is taken; a look-alike of one's own name is one's to take", async () => {
    const paul = await arrive("Paul Kl");
    expect(await problemOf(await ask("POST", "/api/session", { body: { name: "PauI KI" } }))).toEqual({
      status: 409,
      code: "name_taken",
    });
    const other = await arrive("Somebody Else");
    expect((await other.ask("POST", "/api/session", { body: { name: "PauI Kl" } })).status).toBe(409);
    expect((await other.ask("GET", "/api/session").then((answer) => answer.json())) as unknown).toEqual({
      person: other.person,
    });
    const renamed = await paul.ask("POST", "/api/session", { body: { name: "PauI KI" } });
    expect(renamed.status).toBe(200);
    expect(await renamed.json()).toEqual({ person: { id: paul.person.id, name: "PauI KI" } });
  });

  test("a name in another script that reads the same is taken", async () => {
    await arrive("scope");
    const answer = await ask("POST", "/api/session", { body: { name: "ѕсоре" } });
    expect(await problemOf(answer)).toEqual({ status: 409, code: "name_taken" });
  });

  test("what would pass for the product is no name", async () => {
    const answer = await ask("POST", "/api/session", { body: { name: "FIack" } });
    expect(await problemOf(answer)).toEqual({ status: 422, code: "invalid_name" });
  });

  test("a channel that looks like another is there already; in plain ASCII both may be", async () => {
    const ada = await arrive("Ada of look-alikes");
    const name = freshName();
    await ada.makeChannel(`${name}-scope`);
    const cyrillic = await ada.ask("POST", "/api/channels", { body: { name: `${name}-scоpe` } });
    expect(cyrillic.status).toBe(422); // two scripts
    const whole = await ada.ask("POST", "/api/channels", { body: { name: "ѕсоре" } });
    expect(whole.status).toBe(201);
    expect(await problemOf(await ada.ask("POST", "/api/channels", { body: { name: "scope" } }))).toEqual({
      status: 409,
      code: "channel_exists",
    });
    await ada.makeChannel("hall-1");
    await ada.makeChannel("hall-l");
  });
});

test("every character looks like what UTS #39 says, and those that its table does not have like themselves", () => {
  const table: Readonly<Record<string, string>> = confusables;
  const wrong: string[] = [];
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCodePoint(code);
    const expected = code === 0x04cf ? "l" : (table[character] ?? character);
    if (prototypeOf(character) !== expected) wrong.push(code.toString(16));
  }
  expect(wrong).toEqual([]);
  expect(Object.keys(table).length).toBeGreaterThan(6_000);
});
