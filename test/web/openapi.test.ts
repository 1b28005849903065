/** The API document by the rules of others: a linter's. */
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { expect, test } from "vitest";
import { openApi } from "../../worker/openapi/document.ts";

/** What does not concern a site that is set up by the person who runs it, or what is said elsewhere. */
const WITHOUT = {
  "operation-2xx-response": "off", // a WebSocket answers 101
  "info-license": "off",
  "no-server-example.com": "off",
  "operation-4xx-response": "off",
} as const;

test("the API document has no fault that a linter finds", async () => {
  const config = await createConfig({ extends: ["recommended"], rules: WITHOUT });
  const problems = await lintFromString({ source: JSON.stringify(openApi("0.2.0")), config });
  expect(problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`)).toEqual([]);
});
