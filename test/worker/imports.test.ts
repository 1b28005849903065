/** Imports point down only: the pure files know no platform, the browser comes in by its doors, nothing goes in circles. */
import { expect, test } from "vitest";

const sources: Record<string, string> = import.meta.glob("../../{worker,web}/**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** What each file of a room imports, types included unless asked otherwise; `worker/pace.ts` → `["worker/protocol.ts"]`. */
function importsOf(file: string, withTypes = true): string[] {
  const source = sources[`../../${file}`] ?? "";
  const pattern = /^(?:import|export)\s(type\s)?[^"';]*?from\s"([^"]+)"|import\("([^"]+)"\)/gm;
  return [...source.matchAll(pattern)]
    .filter(([, type]) => withTypes || !type)
    .map(([, , from, lazy]) => from ?? lazy ?? "")
    .map((to) => (to.startsWith(".") ? new URL(to, `https://x/${file}`).pathname.slice(1) : to));
}

const files = Object.keys(sources).map((key) => key.replace("../../", ""));
const inFolder = (folder: string) => files.filter((file) => file.startsWith(`worker/${folder}/`));
const PROTOCOL = inFolder("protocol");
/** What runs when the site is built, and is in neither bundle. */
const isBuildTime = (file: string) => file.startsWith("worker/openapi/") || file === "web/vite.config.ts";
/** Pure beside the protocol: rules and bookkeeping that know no platform. */
const PURE = [
  "worker/channel/decide.ts",
  "worker/channel/rules.ts",
  "worker/channel/owed.ts",
  "worker/directory/search.ts",
  "worker/people/read-marks.ts",
  "worker/http/address.ts",
  "worker/platform/confusables.ts",
  "worker/platform/confusables-table.ts",
  "worker/platform/packed-confusables.ts",
  "worker/platform/rate-limit.ts",
  "worker/platform/retry.ts",
  "worker/platform/presence.ts",
  "worker/platform/encoding.ts",
  "worker/platform/shard-id.ts",
];
const OBJECTS = ["directory", "people", "channel", "relay"];
/** Each folder, and those below it. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  hooks: ["protocol"],
  platform: ["protocol"],
  directory: ["protocol", "platform"],
  people: ["protocol", "platform"],
  channel: ["protocol", "platform"],
  relay: ["protocol", "platform"],
  http: ["protocol", "platform", "hooks"],
};

test("the files are really read", () => {
  expect(files.length).toBeGreaterThan(25);
  expect(importsOf("worker/channel/parts.ts")).toContain("worker/channel/messages.ts");
});

test.each(PROTOCOL)("%s, shared by both worlds, imports the protocol and the validator only", (file) => {
  for (const to of importsOf(file)) expect([...PROTOCOL, "valibot"]).toContain(to);
});

test.each(PURE)("%s imports only what is pure", (file) => {
  expect(files).toContain(file);
  for (const to of importsOf(file, false)) expect([...PROTOCOL, ...PURE, "valibot"]).toContain(to);
});

test.each(Object.keys(BELOW))("worker/%s imports itself and what is below it", (folder) => {
  for (const file of inFolder(folder)) {
    const allowed = [folder, ...(BELOW[folder] ?? [])].map((name) => `worker/${name}/`);
    for (const to of importsOf(file, false).filter((name) => name.startsWith("worker/"))) {
      expect(
        allowed.some((start) => to.startsWith(start)),
        `${file} imports ${to}`,
      ).toBe(true);
    }
  }
});

test("an object is known to others by the types of its calls only, save where stubs are made", () => {
  for (const file of files.filter((name) => name.startsWith("worker/") && !/index\.ts|env\.d\.ts/.test(name))) {
    if (file === "worker/platform/objects.ts" || file === "worker/http/context.ts") continue;
    const own = file.split("/")[1];
    for (const to of importsOf(file)) {
      const object = OBJECTS.find((name) => to.startsWith(`worker/${name}/`));
      if (object !== undefined && object !== own) expect(to, file).toBe(`worker/${object}/rpc.ts`);
    }
  }
});

test("nothing is longer than 250 lines, but for data and languages", () => {
  const data = ["worker/openapi/routes.ts", "worker/protocol/limits.ts"];
  const isData = (name: string) => name.startsWith("web/i18n/") || data.includes(name);
  for (const file of files.filter((name) => !isData(name))) {
    expect((sources[`../../${file}`] ?? "").split("\n").length, file).toBeLessThanOrEqual(251);
  }
});

test("the browser comes into worker/ through the protocol only", () => {
  for (const file of files.filter((name) => name.startsWith("web/") && !isBuildTime(name))) {
    for (const to of importsOf(file).filter((name) => name.startsWith("worker/"))) expect(PROTOCOL, file).toContain(to);
  }
});

test("worker/ knows nothing of web/, and takes only types from the frames", () => {
  for (const file of files.filter((name) => name.startsWith("worker/") && !name.endsWith(".d.ts"))) {
    expect(
      importsOf(file).filter((to) => to.startsWith("web/")),
      file,
    ).toEqual([]);
    for (const schemas of ["things", "frames", "answers", "occasional-answers"].map(
      (name) => `worker/protocol/${name}.ts`,
    ))
      if (!PROTOCOL.includes(file) && !isBuildTime(file)) expect(importsOf(file, false), file).not.toContain(schemas);
  }
});

/** Each folder of the browser's side, and what it may import at run time beside itself and the protocol. */
const WEB_BELOW: Readonly<Record<string, readonly string[]>> = {
  text: [],
  i18n: ["network/load-part.ts"],
  storage: ["state/outbox-entry.ts", "network/load-part.ts"],
  network: ["i18n", "text", "storage", "state/ids.ts"],
  state: ["i18n", "text", "storage", "network"],
  pwa: ["i18n", "text", "storage", "state"],
  view: ["styles", "i18n", "text", "state", "pwa/notifications.ts", "pwa/push.ts", "network/load-part.ts"],
};

test.each(Object.entries(WEB_BELOW))("web/%s imports only what is below it", (folder, below) => {
  const allowed = [folder, ...below].map((one) => `web/${one}`);
  for (const file of files.filter((name) => name.startsWith(`web/${folder}/`))) {
    for (const to of importsOf(file, false).filter((name) => name.startsWith("web/")))
      expect(
        allowed.some((one) => to === one || to.startsWith(`${one}/`)),
        `${file} imports ${to}`,
      ).toBe(true);
  }
});

test("the connection knows no store, and only main.tsx wires", () => {
  expect(importsOf("web/network/connection.ts").filter((to) => to.startsWith("web/"))).toEqual([
    "web/network/connection-state.ts",
  ]);
  for (const file of files) expect(importsOf(file), file).not.toContain("web/main.tsx");
});

test("nothing is imported in circles at run time", () => {
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    expect(way, `${[...way, file].join(" → ")}`).not.toContain(file);
    if (done.has(file)) return;
    for (const to of importsOf(file, false)) if (files.includes(to)) visit(to, [...way, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
});
