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
/** So long (s), assumed, an object waits for another one's answer: awake, though it does nothing. */
const ANSWER_S = 0.01;
/** So long (s) after somebody came or went the others are told of it; a timer keeps the object awake until then. */
const TELLING_S = 1;
/** Bytes of a full channel on disk: 100 rows, each a message and the ids that stood in its slot before. */
const CHANNEL_BYTES = 100 * 1_200;

/** People of one shard, and sockets of one relay, as the product has them. */
const SHARD_PEOPLE = 500;
const RELAY_SOCKETS = 1_000;
/** A push asks the channel and waits for its service: so long (s) its shard is awake for it, assumed. */
const PUSH_S = 0.3;

/** Who lives on a site, at a guess; change it as you like. */
type Place = {
  readonly what: string;
  readonly people: number;
  readonly channels: number;
  readonly days: number;
  /** Hours of a day in which people talk. */
  readonly hours: number;
  /** Messages in all on a day, and sockets that hear each. */
  readonly messages: number;
  readonly hearers: number;
  /** Of the messages, how many follow another one in the same channel within a second. */
  readonly hurriedShare: number;
  /** Of the messages, how many come by hooks. */
  readonly hookShare: number;
  /** Times a day a person opens the app or comes back to it, each with two sockets and four requests for what is not kept. */
  readonly visits: number;
  /** Changes of the channel a day, each a socket. */
  readonly switches: number;
  /** Pushes a person is sent on a day. */
  readonly pushes: number;
};

const PLACES: readonly Place[] = [
  {
    what: "A team of 20, a month",
    people: 20,
    channels: 15,
    days: 22,
    hours: 8,
    messages: 20 * 40,
    hearers: 10,
    hurriedShare: 0.05,
    hookShare: 0.1,
    visits: 8,
    switches: 40,
    pushes: 10,
  },
  {
    what: "A school of 1,000, a month",
    people: 1_000,
    channels: 100,
    days: 22,
    hours: 8,
    messages: 1_000 * 40,
    hearers: 25,
    hurriedShare: 0.1,
    hookShare: 0.01,
    visits: 8,
    switches: 40,
    pushes: 5,
  },
  {
    what: "An event of 100,000 for three hours",
    people: 100_000,
    channels: 1,
    days: 1,
    hours: 3,
    messages: 5 * 3 * 3_600,
    hearers: 100_000,
    hurriedShare: 1,
    hookShare: 0,
    visits: 1.2,
    switches: 0,
    pushes: 0,
  },
];

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
  ...PLACES.flatMap((place) => [`### ${place.what}`, placeTable(place)]),
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

function placeTable(place: Place): string {
  const { people, channels, days, hours, messages, hearers, hurriedShare, hookShare, visits, switches, pushes } = place;
  const shards = Math.ceil(people / SHARD_PEOPLE);
  const relays = hearers > RELAY_SOCKETS ? Math.ceil(hearers / RELAY_SOCKETS) : 0;
  const seconds = days * hours * 3_600;
  const perSecond = (days * messages) / seconds;
  // A channel with relays tells them instead of people; they are awake as long as it lasts.
  const heard = relays || hearers;
  const said = plus(
    times(aMessage(heard), days * messages * (1 - hurriedShare)),
    times(aHurriedMessage(heard, Math.max(2, perSecond / channels)), days * messages * hurriedShare),
  );
  const byHooks: Use = { ...NOTHING, objectRequests: 1, workerRequests: 1, workerMilliseconds: 1 };
  const hooks = times(byHooks, days * messages * hookShare);
  // A call for each frame, and a report a second of who is there.
  const relayed: Use = {
    ...NOTHING,
    awakeSeconds: relays * seconds,
    objectRequests: relays * days * messages + relays * seconds,
  };
  // Where one sits is asked for first.
  const joins = times(aJoin(), people * days * (2 * visits + switches));
  const placed: Use = { ...NOTHING, objectRequests: relays > 0 ? people * days * visits : 0 };
  const asked = times(
    { ...NOTHING, objectRequests: 2, workerRequests: 1, workerMilliseconds: 1, rowsRead: 3 },
    people * days * visits * 4,
  );
  const pushed = times({ ...NOTHING, objectRequests: 1, awakeSeconds: PUSH_S }, people * days * pushes);
  // Six rows for coming the first time; then one the first time in a channel, one a day that somebody was seen, one that a cookie was renewed.
  const noted: Use = { ...NOTHING, rowsWritten: people * (6 + channels * 0.2 + 2 * days) };
  // The directory and each shard are awake in the seconds in which something is said anywhere, and it tells each shard.
  const busySeconds = seconds * (1 - Math.exp(-perSecond));
  const told: Use = { ...NOTHING, awakeSeconds: (1 + shards) * busySeconds, objectRequests: shards * busySeconds };
  const all = [said, hooks, relayed, joins, placed, asked, pushed, noted, told].reduce((sum, use) => plus(sum, use));
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
  const about = `${figure(people)} people in ${figure(shards)} ${shards === 1 ? "shard" : "shards"}${relays > 0 ? `, ${relays} relays` : ""}; ${days} ${days === 1 ? "day" : "days"} of ${hours} hours; a day ${figure(messages)} messages to ${figure(hearers)} sockets each (${figure(hurriedShare * 100)} % in the same second as another, ${figure(hookShare * 100)} % by hooks), and of each person ${visits} visits, ${switches} changes of the channel, ${pushes} pushes; ${channels} ${channels === 1 ? "channel" : "channels"}.`;
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
