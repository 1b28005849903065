/** What the benchmark has measured, as tables in its page and as a chart: made anew from docs/benchmark.json. */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { join } from "node:path";
import { type Bars, chart } from "./chart.ts";
import { figure, fillIn, median, table } from "./pages.ts";
import { type Figures, SCENARIOS } from "./scenarios.ts";
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
  /** The raw object, where nobody else is named. */
  readonly against?: SubjectName;
  readonly unpacked?: SubjectName;
};

const GOALS: readonly Goal[] = [
  { what: "CPU a delivery, channel of 100", scenario: "steady-100", figure: "cpuPerDelivery", atMost: 1.1 },
  { what: "CPU a delivery, channel of 1,000", scenario: "steady-1000", figure: "cpuPerDelivery", atMost: 1 },
  { what: "burst 60 × 500: CPU", scenario: "burst", figure: "cpuPerDelivery", atMost: 0.05 },
  { what: "burst 60 × 500: deliveries a second", scenario: "burst", figure: "deliveriesPerSecond", atLeast: 15 },
  { what: "burst 60 × 500: p99", scenario: "burst", figure: "p99", atMost: 0.08 },
  {
    what: "burst 60 × 500: deliveries a second, to Socket.IO",
    scenario: "burst",
    figure: "deliveriesPerSecond",
    atLeast: 8,
    against: "Socket.IO",
  },
  { what: "busy, 15,000 deliveries a second: CPU", scenario: "busy", figure: "cpuPerDelivery", atMost: 0.6 },
  { what: "busy, 15,000 deliveries a second: p99", scenario: "busy", figure: "p99", atMost: 1.2 },
  {
    what: "100 channels of 5: CPU, to the raw object with SQLite",
    scenario: "many",
    figure: "cpuPerDelivery",
    atMost: 1.1,
    against: "raw with SQLite",
    unpacked: "raw with SQLite, not packed",
  },
  { what: "join with 100 messages, the object's part", scenario: "join-10", figure: "cpuPerJoin", atMost: 1.2 },
  { what: "memory of an idle socket", scenario: "idle", figure: "bytesPerSocket", atMost: 1.1 },
];

export function machine(): Machine {
  const all = cpus();
  const processor = `${all.length} × ${all[0]?.model.trim() ?? "unknown"}`;
  return { date: new Date().toISOString().slice(0, 10), processor, kernel: release(), node: process.version };
}

/** Fills docs/benchmark.md and draws docs/benchmark.svg. */
export function writeReport(docs: string): void {
  const { machine: where, results }: Held = JSON.parse(readFileSync(join(docs, "benchmark.json"), "utf8"));
  const page = join(docs, "benchmark.md");
  fillIn(page, "machine", `Measured on ${where.date}: ${where.processor}, Linux ${where.kernel}, Node ${where.node}.`);
  fillIn(page, "goals", goals(results));
  fillIn(page, "figures", SCENARIOS.map(({ name, title }) => scenario(title, results[name] ?? {})).join("\n\n"));
  writeFileSync(join(docs, "benchmark.svg"), chart(bars(results)));
}

function goals(results: Results): string {
  const rows = GOALS.filter(({ against }) => against !== "Socket.IO").map((goal) => {
    const { what, scenario: name, figure: of, against = "raw object", unpacked = "raw, not packed" } = goal;
    const values = [against, unpacked].map((subject) => ratios(results, name, of, subject));
    return [what, goalText(goal), ...values.flatMap((ratio) => [withSpread(ratio), verdict(goal, median(ratio))])];
  });
  const head = ["", "goal", "to a raw object as it comes", "kept", "to one that packs no frames either", "kept"];
  return `${table(head, rows)}\n\n${table(["", "goal", "measured", "kept"], ofItsOwn(results))}`;
}

/** Goals that are not about the raw object. */
function ofItsOwn(results: Results): string[][] {
  const own = (name: string, of: string) => (results[name]?.Flack ?? []).map((figures) => figures[of] ?? Number.NaN);
  const grown = (to: string, from: string, of: string) => {
    const before = own(from, of);
    return own(to, of).map((value, round) => value / (before[round] ?? Number.NaN));
  };
  const rowsWritten = (results["rows"]?.["Flack, rows counted"] ?? []).map((one) => one["channelRowsPerMessage"] ?? 0);
  const line = (goal: Limit & { readonly what: string }, values: readonly number[]) => [
    goal.what,
    goalText(goal),
    withSpread(values),
    verdict(goal, median(values)),
  ];
  return [
    line(
      { what: "CPU a delivery, 1,000 sockets to 100", atMost: 1.05 },
      grown("steady-1000", "steady-100", "cpuPerDelivery"),
    ),
    line(
      { what: "a join, the object's part, 1,000 there to 10", atMost: 1.1 },
      grown("join-1000", "join-10", "cpuPerJoin"),
    ),
    line({ what: "rows written a message in the channel's object", atMost: 1 }, rowsWritten),
    ...GOALS.filter(({ against }) => against === "Socket.IO").map((goal) =>
      line(goal, ratios(results, goal.scenario, goal.figure, "Socket.IO")),
    ),
  ];
}

function goalText({ atMost, atLeast }: Limit): string {
  return atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;
}

function ratios(results: Results, name: string, of: string, against: SubjectName): readonly number[] {
  const others = results[name]?.[against] ?? [];
  return (results[name]?.Flack ?? []).map(
    (own, round) => (own[of] ?? Number.NaN) / (others[round]?.[of] ?? Number.NaN),
  );
}

/** Within ten percent counts, since machines are noisy. */
function verdict({ atMost, atLeast }: Limit, value: number): string {
  if (atMost !== undefined) return value <= atMost ? "yes" : value <= atMost * 1.1 ? "within 10 %" : "no";
  const least = atLeast ?? 0;
  return value >= least ? "yes" : value >= least * 0.9 ? "within 10 %" : "no";
}

function withSpread(values: readonly number[]): string {
  if (values.length === 0) return "–";
  return `**${figure(median(values))}** (${figure(Math.min(...values))}–${figure(Math.max(...values))})`;
}

function scenario(title: string, bySubject: Results[string]): string {
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
    of("75 messages a second to 200: processor time a delivery, µs", "busy", "cpuPerDelivery"),
  ];
}
