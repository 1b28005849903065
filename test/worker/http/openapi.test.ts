/** The API document says what the routes do. */
import { expect, test } from "vitest";
import { app } from "../../../worker/http/app.ts";
import { openApi } from "../../../worker/openapi/document.ts";
import { COMMON_CODES, ROUTES } from "../../../worker/openapi/routes.ts";
import { CODES, type Code } from "../../../worker/protocol/errors.ts";

const sources: Record<string, string> = import.meta.glob("../../../worker/http/*.ts", {
  query: "?raw",
  import: "default",
  eager: true,
});

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const keyOf = (method: string, path: string) => `${method.toUpperCase()} ${path.replaceAll(/:(\w+)/g, "{$1}")}`;

test("every route of the Worker is in it, and no other", () => {
  const served = app.routes
    .filter(({ method, path }) => METHODS.includes(method) && path.startsWith("/api/"))
    .map(({ method, path }) => keyOf(method, path));
  const documented = ROUTES.map(({ method, path }) => keyOf(method, path));
  expect(new Set(documented)).toEqual(new Set(served));
  expect(documented.length).toBe(new Set(documented).size);
});

test("every code that the front door names is at a route, or at all of them", () => {
  const named = Object.values(sources).flatMap((source) =>
    [...source.matchAll(/reject\("(\w+)"/g)].map(([, code]) => code),
  );
  const known = new Set<string>([...COMMON_CODES, ...ROUTES.flatMap(({ codes = [] }) => codes)]);
  expect(named.length).toBeGreaterThan(20);
  for (const code of named) expect(known, `${code} is at no route`).toContain(code);
});

test("every code of the contract that answers a request is somewhere in it", () => {
  const known = new Set<Code>([...COMMON_CODES, ...ROUTES.flatMap(({ codes = [] }) => codes)]);
  const socketsOnly: readonly Code[] = ["bad_frame", "method_not_allowed"];
  const all: readonly string[] = Object.keys(CODES);
  expect(all.filter((code) => ![...known, ...socketsOnly].some((one) => one === code))).toEqual([]);
});

test("every body that a route reads has its schema there, with every field", () => {
  const document = JSON.stringify(openApi("0"));
  const bodies = Object.values(sources).flatMap((source) =>
    [...source.matchAll(/read(?:Optional)?Body\(c, (\w+)\)/g)].map(([, name]) => name),
  );
  expect(bodies.length).toBeGreaterThan(15);
  for (const field of ["banHours", "accessCode", "replyTo", "attachments", "keepMs", "slowMs", "p256dh", "messageId"])
    expect(document).toContain(`"${field}"`);
});
