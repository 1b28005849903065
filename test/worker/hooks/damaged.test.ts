/** What programs send with a field left out, or of another type: it is read for what it still says, and never fails. */
import { expect, test } from "vitest";
import { readDiscord } from "../../../worker/hooks/discord.ts";
import { readGithub } from "../../../worker/hooks/github.ts";
import { type Fields, fieldsOf, type HookMessage } from "../../../worker/hooks/hook-message.ts";
import { readSlack } from "../../../worker/hooks/slack.ts";
import { CASES } from "./producers.ts";

/** What stands in place of a field. `undefined`: it is left out. */
const INSTEAD = [undefined, null, true, 7, "", "words", [], [null], ["a"], [[]], {}, { a: { b: 1 } }];
/** Never in a message: what JavaScript writes for a value that is none, or no text. */
const NO_WORDS = /undefined|\[object|NaN|null/;

function read({ path, headers }: (typeof CASES)[number], body: Fields): HookMessage {
  if (path === "/github") return readGithub(headers?.["X-GitHub-Event"] ?? "", body);
  return path === "/discord" ? readDiscord(body) : readSlack(body);
}

/** Every value with one field of it, however deep, replaced. */
function* damaged(value: unknown): Generator<unknown> {
  yield* INSTEAD;
  if (Array.isArray(value))
    for (const [at, item] of value.entries())
      for (const other of damaged(item)) yield value.map((one, n) => (n === at ? other : one));
  else
    for (const [key, item] of Object.entries(fieldsOf(value)))
      for (const other of damaged(item)) yield { ...fieldsOf(value), [key]: other };
}

test.each(CASES.filter(({ body }) => typeof body === "object"))("$producer", (one) => {
  for (const body of damaged(one.body)) {
    const { text, username = "" } = read(one, fieldsOf(body));
    expect(`${text} ${username}`).not.toMatch(NO_WORDS);
  }
});
