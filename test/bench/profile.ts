/**
 * What a delivery costs by part of the product, in µs of its one thread: a scenario runs while the runtime's profiler looks on.
 * `native` is what the runtime does by itself: sockets, rows, events. What the kernel does in other threads is not seen.
 *
 *   npm run bench:profile -- steady-100       one or more scenarios by name
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildProduct } from "../load/workerd.ts";
import { freePort } from "../site.ts";
import { Inspector } from "./inspector.ts";
import { SCENARIOS } from "./scenarios.ts";
import { startFlack } from "./subjects.ts";

/** How often (µs) the profiler looks. */
const INTERVAL_US = 200;
const SHOWN = 25;
/** Above each module in the bundle stands where it comes from. */
const MODULE = /^\/\/ (\S+\.[jt]s)$/;

type Frame = { readonly functionName: string; readonly lineNumber: number; readonly url: string };
type Profile = {
  readonly nodes: readonly { readonly id: number; readonly callFrame: Frame }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
};

const folder = mkdtempSync(join(tmpdir(), "flack-profile-"));
try {
  const product = buildProduct(folder, { isMinified: false });
  const modules = modulesOf(readFileSync(product.modules[0], "utf8"));
  for (const name of process.argv.slice(2)) {
    const scenario = SCENARIOS.find((one) => one.name === name);
    if (!scenario) throw new Error(`there is no scenario ${name}`);
    const inspectorPort = await freePort();
    const server = await startFlack({ ...product, inspectorPort });
    try {
      const inspector = await Inspector.connect(inspectorPort);
      await inspector.ask("Profiler.enable");
      await inspector.ask("Profiler.setSamplingInterval", { interval: INTERVAL_US });
      const onMeasure = () => void inspector.ask("Profiler.start");
      const figures = await scenario.run({ ...server, onMeasure });
      const { profile } = await inspector.ask<{ profile: Profile }>("Profiler.stop");
      inspector.close();
      const { deliveries = 0, cpuPerDelivery = 0 } = figures;
      console.log(
        `\n${name}: ${scenario.title}; with the profiler the process takes ${cpuPerDelivery.toFixed(1)} µs a delivery`,
      );
      const own = ownTimes(profile, modules);
      tell("By module", own, deliveries, (name) => name.split("  ")[1] ?? name);
      tell("By function", own, deliveries, (name) => name);
    } finally {
      await server.stop();
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.exit();

/** By line of a bundle, the module it is of. */
function modulesOf(bundle: string): readonly string[] {
  let current = "";
  return bundle.split("\n").map((line) => {
    current = MODULE.exec(line)?.[1] ?? current;
    return current;
  });
}

/** How long (ms) each function ran by itself, what it calls in the runtime included. */
function ownTimes({ nodes, samples, timeDeltas }: Profile, modules: readonly string[]): ReadonlyMap<string, number> {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame, modules)]));
  const ms = new Map<string, number>();
  samples.forEach((id, at) => {
    const name = names.get(id) ?? "";
    // The profiler does not look while nothing runs: what is longer than a look was idle.
    ms.set(name, (ms.get(name) ?? 0) + Math.min(timeDeltas[at] ?? 0, 2 * INTERVAL_US) / 1_000);
  });
  ms.delete("(idle)");
  return ms;
}

/** Prints what took the most, in µs a delivery. */
function tell(
  title: string,
  own: ReadonlyMap<string, number>,
  deliveries: number,
  groupOf: (name: string) => string,
): void {
  const groups = new Map<string, number>();
  for (const [name, ms] of own) groups.set(groupOf(name), (groups.get(groupOf(name)) ?? 0) + ms);
  console.log(`  ${title}, µs a delivery`);
  for (const [name, ms] of [...groups].sort(([, a], [, b]) => b - a).slice(0, SHOWN))
    console.log(`    ${((ms * 1_000) / deliveries).toFixed(2).padStart(7)}  ${name}`);
}

function nameOf({ functionName, lineNumber, url }: Frame, modules: readonly string[]): string {
  if (functionName.startsWith("(") && url === "") return functionName;
  return `${functionName || "(anonymous)"}  ${url === "" ? "native" : (modules[lineNumber] ?? url)}`;
}
