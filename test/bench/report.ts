/** What the benchmark has measured, as tables in its page and as a chart: made anew from docs/benchmark.json. */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { join } from "node:path";
import { figure, fillIn, median, table } from "../pages.ts";
import { type Bars, chart } from "./chart.ts";
import { SCENARIOS } from "./scenarios.ts";
import type { Figures } from "./steps.ts";
import type { SubjectName } from "./subjects.ts";

/** By scenario, subject and round. */
export type Results = Record<string, Partial<Record<SubjectName, readonly Figures[]>>>;

type Machine = { readonly date: string; readonly processor: string; readonly kernel: string; readonly node: string };
type Held = { readonly machine: Machine; readonly results: Results };

/** The name of a figure as the scenarios note it, and as people read it. */
const COLUMNS: readonly (readonly [name: string, title: string])[] = [
  ["cpuPerDelivery", "CPU, µs a delivery"],
  ["deliveriesPerSecond", "deliveries a second"],
  ["p50", "p50, ms"],
  ["p99", "p99, ms"],
  ["framesPerDelivery", "frames a delivery"],
  ["bytesPerDelivery", "bytes a delivery"],
  ["cpuPerJoin", "CPU, µs a join"],
  ["cpuPerJoinTold", "… with telling the others"],
  ["cpuPerJoinWholeWay", "the whole way"],
  ["cpuPerJoinWholeWayTold", "… with telling the others"],
  ["bytesPerSocket", "bytes a socket"],
  ["bytesPerSocketAsleep", "… asleep"],
  ["channelRowsPerMessage", "rows a message, channel"],
  ["directoryRowsPerMessage", "rows a message, directory"],
  ["backMs", "the last is back, ms"],
  ["notBack", "not back"],
  ["refusals", "tries refused"],
  ["cpuPerFeedSecond", "CPU, µs a feed and second"],
  ["framesPerFeedSecond", "frames a feed and second"],
  ["bytesPerFrame", "bytes a frame"],
  ["cpuPerHookMessage", "CPU, µs a message"],
  ["cpuOfTwelveSeconds", "CPU, µs, of twelve seconds"],
  ["lost", "lost"],
  ["doubled", "doubled"],
  ["serverShare", "server's cores"],
  ["clientShare", "client's cores"],
];

type Limit = { readonly atMost?: number; readonly atLeast?: number };

type Goal = Limit & {
  readonly what: string;
  readonly scenario: string;
  readonly figure: string;
  /** Whose figure it is; this product's as it comes, without it. */
  readonly of?: SubjectName;
  /** What it is divided by; without it the figure itself counts. */
  readonly against?: SubjectName;
  /** Every round counts, not the one in the middle. */
  readonly isAlways?: true;
  /** The other figure is taken away instead. */
  readonly isDifference?: true;
};

/** An object that keeps what is said and does no more than it must, with the flag that this product sets. */
const BASE: SubjectName = "raw with SQLite, not packed";

const GOALS: readonly Goal[] = [
  {
    what: "CPU a delivery, channel of 100",
    scenario: "steady-100",
    figure: "cpuPerDelivery",
    against: BASE,
    atMost: 1.1,
  },
  {
    what: "CPU a delivery, channel of 1,000",
    scenario: "steady-1000",
    figure: "cpuPerDelivery",
    against: BASE,
    atMost: 0.95,
  },
  { what: "CPU a delivery, 100 channels of 5", scenario: "many", figure: "cpuPerDelivery", against: BASE, atMost: 1.1 },
  { what: "a join, the object's part", scenario: "join-10", figure: "cpuPerJoin", against: BASE, atMost: 1.15 },
  { what: "memory of an idle socket", scenario: "idle", figure: "bytesPerSocket", against: BASE, atMost: 1.15 },
  {
    what: "burst 60 × 500: deliveries a second",
    scenario: "burst",
    figure: "deliveriesPerSecond",
    against: BASE,
    atLeast: 6,
  },
  { what: "burst 60 × 500: p99", scenario: "burst", figure: "p99", against: BASE, atMost: 0.15 },
  {
    what: "a relay's hop: CPU a delivery, to a plain channel",
    scenario: "hop",
    figure: "cpuPerDelivery",
    of: "Flack, relays of 250",
    against: "Flack",
    atMost: 1.1,
  },
  {
    what: "a relay's hop: ms added at p50",
    scenario: "hop",
    figure: "p50",
    of: "Flack, relays of 250",
    against: "Flack",
    isDifference: true,
    atMost: 10,
  },
  {
    what: "rows written a message in the channel",
    scenario: "rows",
    figure: "channelRowsPerMessage",
    of: "Flack, rows counted",
    atMost: 1,
  },
  { what: "3,500 in one channel: lost", scenario: "crowd", figure: "lost", isAlways: true, atMost: 0 },
  { what: "3,500 come back: the last after, ms", scenario: "storm", figure: "backMs", atMost: 20_000 },
  { what: "3,500 come back: not back", scenario: "storm", figure: "notBack", isAlways: true, atMost: 0 },
  { what: "3,500 come back: p99 of messages meanwhile, ms", scenario: "storm", figure: "p99", atMost: 2_000 },
];

export function machine(): Machine {
  const all = cpus();
  const processor = `${all.length} × ${all[0]?.model.trim() ?? "unknown"}`;
  return {
    date: new Date().toISOString().slice(0, 10),
    processor,
    kernel: release().split("-")[0] ?? "",
    node: process.version,
  };
}

/** Fills docs/benchmark.md and draws docs/benchmark.svg. */
export function writeReport(docs: string): void {
  const { machine: where, results }: Held = JSON.parse(readFileSync(join(docs, "benchmark.json"), "utf8"));
  const page = join(docs, "benchmark.md");
  fillIn(page, "machine", `Measured on ${where.date}: ${where.processor}, Linux ${where.kernel}, Node ${where.node}.`);
  fillIn(page, "goals", goals(results));
  fillIn(page, "figures", SCENARIOS.flatMap(({ name, title }) => scenario(title, results[name]) ?? []).join("\n\n"));
  writeFileSync(join(docs, "benchmark.svg"), chart(bars(results)));
}

function goals(results: Results): string {
  const rows = GOALS.map((goal) => {
    const values = valuesOf(results, goal);
    return [
      goal.what,
      goal.against ?? "–",
      goalText(goal),
      withSpread(values),
      verdict(goal, goal.isAlways ? Math.max(...values) : median(values)),
    ];
  });
  return table(["", "beside", "goal", "measured", "kept"], rows);
}

/** Of each round. */
function valuesOf(results: Results, { scenario: name, figure: of, of: whose = "Flack", against, isDifference }: Goal) {
  const figures = (subject: SubjectName) => (results[name]?.[subject] ?? []).map((one) => one[of] ?? Number.NaN);
  const own = figures(whose);
  if (!against) return own;
  const others = figures(against);
  return own.map((value, round) => {
    const other = others[round] ?? Number.NaN;
    return isDifference ? value - other : value / other;
  });
}

function goalText({ atMost, atLeast }: Limit): string {
  return atMost === undefined ? `≥ ${atLeast}` : `≤ ${figure(atMost)}`;
}

/** Within ten percent counts, since machines are noisy. */
function verdict({ atMost, atLeast }: Limit, value: number): string {
  if (!Number.isFinite(value)) return "not measured";
  if (atMost !== undefined) return value <= atMost ? "yes" : value <= atMost * 1.1 ? "within 10 %" : "no";
  const least = atLeast ?? 0;
  return value >= least ? "yes" : value >= least * 0.9 ? "within 10 %" : "no";
}

function withSpread(values: readonly number[]): string {
  if (values.length === 0) return "–";
  return `**${figure(median(values))}** (${figure(Math.min(...values))}–${figure(Math.max(...values))})`;
}

function scenario(title: string, bySubject: Results[string] | undefined): string | undefined {
  if (!bySubject) return undefined;
  const subjects = Object.entries(bySubject);
  const columns = COLUMNS.filter(([name]) => subjects.some(([, rounds]) => rounds?.some((figures) => name in figures)));
  const rows = subjects.map(([subject, rounds = []]) => [
    subject,
    ...columns.map(([name]) => {
      const values = rounds.flatMap((figures) => figures[name] ?? []);
      if (values.length === 0) return "–";
      const spread = `${figure(Math.min(...values))}–${figure(Math.max(...values))}`;
      return name === "lost" || name === "doubled"
        ? figure(values.reduce((sum, value) => sum + value, 0))
        : `${figure(median(values))} (${spread})`;
    }),
  ]);
  return `### ${title[0]?.toUpperCase()}${title.slice(1)}\n\n${table(["", ...columns.map(([, head]) => head)], rows)}`;
}

function bars(results: Results): readonly Bars[] {
  const of = (title: string, name: string, what: string): Bars => ({
    title,
    bars: Object.entries(results[name] ?? {}).map(([subject, rounds = []]) => {
      const values = rounds.flatMap((figures) => figures[what] ?? []);
      return { label: subject, value: median(values), least: Math.min(...values), most: Math.max(...values) };
    }),
  });
  return [
    of("60 messages at once to 500: deliveries a second (more is better)", "burst", "deliveriesPerSecond"),
    of("… until 99 of 100 are there: ms (less is better, as below)", "burst", "p99"),
    of("… processor time a delivery: µs", "burst", "cpuPerDelivery"),
    of("Ten messages a second to 1,000: processor time a delivery, µs", "steady-1000", "cpuPerDelivery"),
    of("Two messages a second to 3,500: processor time a delivery, µs", "crowd", "cpuPerDelivery"),
  ];
}
