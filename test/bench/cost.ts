/**
 * What it costs: the platform's published prices, applied to the rows and the processor time that the benchmark has measured.
 *
 *   npm run cost                          fills docs/cost.md
 *   npm run cost -- --prices other.json   with other prices, printed only
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { figure, fillIn, median, table } from "../pages.ts";
import type { Results } from "./report.ts";

/** US dollars; what is included is included in the plan, a month. */
type Prices = {
  /** The day they were read. */
  readonly read: string;
  readonly sources: readonly string[];
  readonly planPerMonth: number;
  readonly objectRequestsPerMillion: number;
  readonly objectRequestsIncluded: number;
  /** Frames from clients that count as one request. */
  readonly socketMessagesPerRequest: number;
  readonly gigabyteSecondsPerMillion: number;
  readonly gigabyteSecondsIncluded: number;
  /** What an awake object is billed for, whatever it takes. */
  readonly objectGigabytes: number;
  readonly rowsWrittenPerMillion: number;
  readonly rowsWrittenIncluded: number;
  readonly rowsReadPerMillion: number;
  readonly rowsReadIncluded: number;
  readonly storedGigabyteMonth: number;
  readonly storedGigabytesIncluded: number;
  readonly workerRequestsPerMillion: number;
  readonly workerRequestsIncluded: number;
  readonly workerMillisecondsPerMillion: number;
  readonly workerMillisecondsIncluded: number;
};

/** What is billed, in its own units. */
type Use = {
  readonly objectRequests: number;
  readonly awakeSeconds: number;
  readonly rowsWritten: number;
  readonly rowsRead: number;
  readonly workerRequests: number;
  readonly workerMilliseconds: number;
};

const NOTHING: Use = {
  objectRequests: 0,
  awakeSeconds: 0,
  rowsWritten: 0,
  rowsRead: 0,
  workerRequests: 0,
  workerMilliseconds: 0,
};
const MILLION = 1_000_000;
const DAYS_A_MONTH = 22;
/** Hours of a day in which people talk. */
const HOURS_A_DAY = 8;
/** So long (s), assumed, an object waits for another one's answer: awake, though it does nothing. */
const ANSWER_S = 0.01;
/** So long (s) after somebody came or went the others are told of it; a timer keeps the object awake until then. */
const TELLING_S = 1;
/** Bytes of a full channel on disk: 100 rows, each a message and the ids that stood in its slot before. */
const CHANNEL_BYTES = 100 * 1_200;

/** A thousand people at work, at a guess; change it as you like. */
const TEAM = {
  people: 1_000,
  channels: 100,
  /** Messages a person says on a working day, and sockets that hear each. */
  messages: 40,
  hearers: 25,
  /** Of the messages, how many follow another one in the same channel within a second. */
  hurriedShare: 0.1,
  /** Times a day a person opens the app or comes back to it, each with two sockets and four requests for what is not kept. */
  visits: 8,
  /** Changes of the channel a day, each a socket. */
  switches: 40,
};

const docs = new URL("../../docs/", import.meta.url).pathname;
const { values } = parseArgs({ options: { prices: { type: "string" } } });
const prices: Prices = JSON.parse(
  readFileSync(values.prices ?? new URL("prices.json", import.meta.url).pathname, "utf8"),
);
const { results }: { results: Results } = JSON.parse(readFileSync(join(docs, "benchmark.json"), "utf8"));

/** Seconds of processor time: of a message but for its deliveries, of a delivery, of a join's two halves. */
const measured = fit();
const text = [
  `Prices of ${prices.read}, read at ${prices.sources.map((source) => `<${source}>`).join(" and ")}.`,
  "### A million messages",
  messagesTable(),
  "### A channel nobody talks in",
  idleText(),
  "### A thousand people a month",
  teamTable(),
].join("\n\n");
if (values.prices) console.log(text);
else fillIn(join(docs, "cost.md"), "costs", text);

function fit() {
  const of = (scenario: string, name: string) =>
    median((results[scenario]?.Flack ?? []).map((figures) => figures[name] ?? Number.NaN)) / MILLION;
  const few = of("many", "cpuPerDelivery") * 5;
  const delivery = (of("steady-100", "cpuPerDelivery") * 100 - few) / 95;
  const [counted] = results["rows"]?.["Flack, rows counted"] ?? [];
  return {
    delivery,
    message: few - 5 * delivery,
    joinObject: of("join-10", "cpuPerJoin"),
    joinDirectory: of("join-10", "cpuPerJoinWholeWay") - of("join-10", "cpuPerJoin"),
    channelRows: counted?.["channelRowsPerMessage"] ?? Number.NaN,
    directoryRows: counted?.["directoryRowsPerMessage"] ?? Number.NaN,
  };
}

/** A message alone in its second: it is reported by itself, and nothing keeps an object awake beyond its work. */
function aMessage(hearers: number): Use {
  return {
    ...NOTHING,
    objectRequests: 1 / prices.socketMessagesPerRequest + 1,
    awakeSeconds: measured.message + hearers * measured.delivery + ANSWER_S,
    rowsWritten: measured.channelRows + measured.directoryRows,
    rowsRead: 2,
  };
}

/** One that follows another within a second: a timer keeps two objects awake, and its report is shared. */
function aHurriedMessage(hearers: number, perSecond: number): Use {
  return {
    ...aMessage(hearers),
    objectRequests: 1 / prices.socketMessagesPerRequest + 1 / perSecond,
    awakeSeconds: Math.max(2 / perSecond, measured.message + hearers * measured.delivery),
    rowsWritten: measured.channelRows + 1 / perSecond,
  };
}

/** Coming, and going again. */
function aJoin(): Use {
  return {
    ...NOTHING,
    objectRequests: 2,
    awakeSeconds: measured.joinObject + measured.joinDirectory + 2 * TELLING_S,
    rowsRead: 3,
    workerRequests: 1,
    workerMilliseconds: 1,
  };
}

function messagesTable(): string {
  const rows = [5, 100, 1_000].flatMap((hearers) => [
    priced(`to ${figure(hearers)}, each alone in its second`, times(aMessage(hearers), MILLION), hearers * MILLION),
    priced(`to ${figure(hearers)}, five a second`, times(aHurriedMessage(hearers, 5), MILLION), hearers * MILLION),
  ]);
  return table(["a million messages", "rows", "requests", "time awake", "sum", "a million deliveries"], rows);
}

function priced(what: string, use: Use, deliveries: number): string[] {
  const { rows, requests, awake, sum } = bill(use);
  return [
    what,
    dollars(rows),
    dollars(requests),
    dollars(awake),
    `**${dollars(sum)}**`,
    dollars((sum * MILLION) / deliveries),
  ];
}

function idleText(): string {
  const stored = (CHANNEL_BYTES / 1e9) * prices.storedGigabyteMonth;
  return `It sleeps, with its sockets open: no request, no time awake, no row. A full one keeps ${figure(CHANNEL_BYTES / 1_000)} KB on disk: ${dollars(stored)} a month, and the plan includes ${figure(prices.storedGigabytesIncluded / (CHANNEL_BYTES / 1e9))} of them.`;
}

function teamTable(): string {
  const { people, channels, messages, hearers, hurriedShare, visits, switches } = TEAM;
  const days = people * DAYS_A_MONTH;
  const said = plus(
    times(aMessage(hearers), days * messages * (1 - hurriedShare)),
    times(aHurriedMessage(hearers, 2), days * messages * hurriedShare),
  );
  const joins = times(aJoin(), days * (2 * visits + switches));
  const asked = times(
    { ...NOTHING, objectRequests: 2, workerRequests: 1, workerMilliseconds: 1, rowsRead: 3 },
    days * visits * 4,
  );
  // A row the first time in a channel, one a day that somebody was seen, one a day that a cookie was renewed.
  const noted: Use = { ...NOTHING, rowsWritten: people * channels * 0.2 + 2 * days };
  // To the directory few messages are alone: another one comes within the second, from whichever channel.
  const perSecond = (people * messages) / (HOURS_A_DAY * 3_600);
  const directory: Use = {
    ...NOTHING,
    awakeSeconds: DAYS_A_MONTH * HOURS_A_DAY * 3_600 * (1 - Math.exp(-perSecond)),
  };
  const all = [said, joins, asked, noted, directory].reduce(plus);
  const lines: readonly (readonly [string, number, number, number, string])[] = [
    ["rows written", all.rowsWritten, prices.rowsWrittenPerMillion, prices.rowsWrittenIncluded, "rows"],
    ["rows read", all.rowsRead, prices.rowsReadPerMillion, prices.rowsReadIncluded, "rows"],
    ["requests to objects", all.objectRequests, prices.objectRequestsPerMillion, prices.objectRequestsIncluded, ""],
    [
      "time awake",
      all.awakeSeconds * prices.objectGigabytes,
      prices.gigabyteSecondsPerMillion,
      prices.gigabyteSecondsIncluded,
      "GB-s",
    ],
    ["requests to the Worker", all.workerRequests, prices.workerRequestsPerMillion, prices.workerRequestsIncluded, ""],
    [
      "the Worker's processor time",
      all.workerMilliseconds,
      prices.workerMillisecondsPerMillion,
      prices.workerMillisecondsIncluded,
      "ms",
    ],
  ];
  const over = lines.map(([, use, price, included]) => (Math.max(0, use - included) * price) / MILLION);
  const rows = lines.map(([what, use, price, included, unit], n) => [
    what,
    `${figure(use)} ${unit}`.trim(),
    figure(included),
    dollars((use * price) / MILLION),
    dollars(over[n] ?? 0),
  ]);
  const beyond = over.reduce((sum, part) => sum + part, 0);
  rows.push(["the plan", "", "", "", dollars(prices.planPerMonth)]);
  rows.push(["**sum**", "", "", "", `**${dollars(prices.planPerMonth + beyond)}**`]);
  const about = `${figure(people)} people, ${DAYS_A_MONTH} days a month; a day each ${messages} messages to ${hearers} sockets (${hurriedShare * 100} % of them in the same second as another), ${visits} visits, ${switches} changes of the channel; ${channels} channels.`;
  return `${about}\n\n${table(["", "used", "included", "without what is included", "to pay"], rows)}`;
}

/** In dollars, as if nothing were included. */
function bill(use: Use) {
  const rows = (use.rowsWritten * prices.rowsWrittenPerMillion + use.rowsRead * prices.rowsReadPerMillion) / MILLION;
  const requests =
    (use.objectRequests * prices.objectRequestsPerMillion + use.workerRequests * prices.workerRequestsPerMillion) /
    MILLION;
  const awake =
    (use.awakeSeconds * prices.objectGigabytes * prices.gigabyteSecondsPerMillion +
      use.workerMilliseconds * prices.workerMillisecondsPerMillion) /
    MILLION;
  return { rows, requests, awake, sum: rows + requests + awake };
}

function times(use: Use, count: number): Use {
  return plus(NOTHING, use, count);
}

function plus(a: Use, b: Use, count = 1): Use {
  return {
    objectRequests: a.objectRequests + b.objectRequests * count,
    awakeSeconds: a.awakeSeconds + b.awakeSeconds * count,
    rowsWritten: a.rowsWritten + b.rowsWritten * count,
    rowsRead: a.rowsRead + b.rowsRead * count,
    workerRequests: a.workerRequests + b.workerRequests * count,
    workerMilliseconds: a.workerMilliseconds + b.workerMilliseconds * count,
  };
}

function dollars(value: number): string {
  if (value === 0) return "$0";
  return value < 0.01
    ? `$${value.toPrecision(1)}`
    : `$${value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}
