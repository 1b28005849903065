/** Rules, objects and components in one run; real browsers are a project of their own. */
import { availableParallelism } from "node:os";
import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import preact from "@preact/preset-vite";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";

/** `SHARD_PEOPLE=3 RELAY_SOCKETS=2 npm test` runs everything with three people a shard, and two sockets an object of a channel. */
const SMALL = Object.fromEntries(
  ["SHARD_PEOPLE", "RELAY_SOCKETS"].flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
);

/** What is counted for one shard and one object is another number for many. */
const isSmall = Object.keys(SMALL).length > 0;

const root = new URL("..", import.meta.url).pathname;

/** Tests that run in the Workers runtime. `variables` are the site's. */
function workers(
  name: string,
  variables: Record<string, string | undefined>,
  exclude: string[],
  include = ["test/worker/**/*.test.ts"],
): TestProjectConfiguration {
  return {
    root,
    plugins: [
      cloudflareTest({
        wrangler: { configPath: "./wrangler.toml" },
        // A command is its own address, a site with a code its own file: nothing here is shared between files.
        miniflare: {
          bindings: { ALLOWED_ORIGINS: "https://friend.example, https://other.example", ...variables },
        },
      }),
    ],
    test: { name, include, exclude, setupFiles: ["test/worker/bucket.ts"], testTimeout: 20_000 },
  };
}

export default defineConfig({
  root,
  test: {
    // Tests of objects mostly wait: for timers, for alarms, for each other's frames. Three files at once keep two cores busy.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    coverage: {
      provider: "istanbul",
      include: ["worker/**/*.ts"],
      reportsDirectory: "test-results/coverage",
      reporter: ["text", "json-summary"],
      thresholds: {
        lines: 98,
        // Many branches are for what only a crash or a fault between objects brings about: the fault run provokes these.
        branches: 89.5,
        // The pure rules: all of it, but for what cannot happen: the end of an exhaustive switch (history), an engine that does not
        // know a script yet (names), and a group that a pattern always has (protocol).
        "worker/platform/{confusables,rate-limit,presence,encoding}.ts": { lines: 100, branches: 100 },
        "worker/{protocol/*,channel/decide}.ts": { lines: 97, branches: 95 },
      },
    },
    projects: [
      workers("worker", SMALL, ["test/worker/relay/**", ...(isSmall ? ["test/worker/costs.test.ts"] : [])]),
      workers("relays", { ...SMALL, RELAY_SOCKETS: "2" }, [], ["test/worker/relay/**/*.test.ts"]),
      {
        root,
        plugins: [preact()],
        test: {
          name: "web",
          environment: "happy-dom",
          include: ["test/web/**/*.test.{ts,tsx}"],
          setupFiles: ["test/web/setup.ts"],
        },
      },
      {
        root,
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          // Minutes of chaos, and another browser, are asked for by name.
          exclude: ["chaos", "firefox"]
            .filter((name) => !process.argv.some((argument) => argument.includes(name)))
            .map((name) => `**/${name}.test.ts`),
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
