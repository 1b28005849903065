/**
 * The benchmark: this product's built Worker on plain workerd, and in the same run, one after the other in turn, what people would
 * use instead. Machines are noisy, so what counts is the ratio within a round, and its median over the rounds.
 *
 *   npm run bench                                  all of it, three rounds; writes docs/benchmark.*
 *   npm run bench -- --scenarios "burst;many"      a part, printed only; with --save it takes the place of the same part there
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { machine, type Results, writeReport } from "./report.ts";
import { SCENARIOS } from "./scenarios.ts";
import type { Figures } from "./steps.ts";

const here = new URL(".", import.meta.url).pathname;
const docs = new URL("../../docs/", import.meta.url).pathname;
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    scenarios: { type: "string" },
    subjects: { type: "string" },
    save: { type: "boolean" },
  },
});
if (values.save && values.subjects) throw new Error("ratios are made within a round: save whole scenarios only");
const isAll = !values.scenarios && !values.subjects;
const wanted = values.scenarios?.split(";") ?? SCENARIOS.map(({ name }) => name);
const unknown = wanted.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
if (unknown.length > 0) throw new Error(`there is no scenario ${unknown.join(", ")}`);

if (!existsSync(join(here, "node_modules"))) {
  execFileSync("npm", ["ci", "--no-fund", "--no-audit", "--prefix", here], { stdio: "inherit" });
}
const { subjects } = await import("./subjects.ts");
const folder = mkdtempSync(join(tmpdir(), "flack-bench-"));
const results: Results = {};
try {
  const starts = subjects(folder);
  for (const { name, title, run, subjects: asked } of SCENARIOS) {
    if (!wanted.includes(name)) continue;
    console.log(`\n${name}: ${title}`);
    for (let round = 1; round <= Number(values.rounds); round++) {
      // Whoever comes first in one round comes last in the next one.
      for (const subject of [...asked.slice(round - 1), ...asked.slice(0, round - 1)]) {
        if (values.subjects && !values.subjects.split(";").includes(subject)) continue;
        const server = await starts[subject]();
        try {
          const figures = await run(server);
          const before = results[name]?.[subject] ?? [];
          results[name] = { ...results[name], [subject]: [...before, figures] };
          console.log(`  ${round} ${subject.padEnd(28)} ${print(figures)}`);
        } finally {
          await server.stop();
        }
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
if (isAll || values.save) {
  const file = join(docs, "benchmark.json");
  const before: Results = isAll ? {} : JSON.parse(readFileSync(file, "utf8")).results;
  writeFileSync(file, `${JSON.stringify({ machine: machine(), results: { ...before, ...results } }, null, 2)}\n`);
  writeReport(docs);
}
process.exit();

function print(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(2)}`)
    .join(" · ");
}
