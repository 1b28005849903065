/** What is done to each subject, and what is noted of it. Times in ms, processor time in µs, sizes in bytes. */
import { performance } from "node:perf_hooks";
import { Chance } from "../faults/chance.ts";
import { residentBytes } from "../load/workerd.ts";
import { pause, Seat, Tally } from "./client.ts";
import { median } from "./pages.ts";
import { cpuMs, each, type Server, type SubjectName } from "./subjects.ts";

/** By name; what a scenario cannot tell of a subject is absent. */
export type Figures = Readonly<Record<string, number>>;

export type Scenario = {
  readonly name: string;
  readonly title: string;
  readonly subjects: readonly SubjectName[];
  readonly run: (server: Server) => Promise<Figures>;
};

const SEED = 20_261_023;
const PATIENCE_MS = 30_000;
/** What is said before anything is measured, until the code is warm. */
const WARM_UP_MS = 2_000;
/** A window full of messages, said by people at the pace they may. */
const WINDOW = 100;
/** After the last socket has come: presence is told within a second. */
const SETTLED_MS = 1_500;

/** Where rows, packing or an object's own part make no difference, fewer are asked. */
const MOST: readonly SubjectName[] = ["Flack", "raw object", "raw, not packed", "partyserver", "Socket.IO", "ws"];
const ALSO_WITH_ROWS: readonly SubjectName[] = [...MOST, "raw with SQLite"];

export const SCENARIOS: readonly Scenario[] = [
  steady({ name: "steady-100", subjects: ALSO_WITH_ROWS, sockets: 100, perSecond: 10, seconds: 10 }),
  steady({
    name: "steady-500",
    subjects: MOST.filter((name) => name !== "partyserver" && name !== "ws"),
    sockets: 500,
    perSecond: 10,
    seconds: 8,
  }),
  steady({ name: "steady-1000", subjects: MOST, sockets: 1_000, perSecond: 10, seconds: 8 }),
  {
    name: "burst",
    title: "60 messages at once in a channel of 500, six times",
    subjects: ALSO_WITH_ROWS,
    run: burst,
  },
  steady({ name: "busy", subjects: MOST, sockets: 200, perSecond: 75, seconds: 8 }),
  steady({
    name: "many",
    subjects: [...ALSO_WITH_ROWS, "raw with SQLite, not packed"],
    channels: 100,
    sockets: 5,
    perSecond: 200,
    seconds: 8,
  }),
  joins("join-10", 10),
  joins("join-1000", 1_000),
  { name: "idle", title: "1,000 sockets on which nothing is said", subjects: MOST, run: idle },
  {
    name: "rows",
    title: "one message a second in each of 5 channels, rows counted",
    subjects: ["Flack, rows counted"],
    run: rows,
  },
  steady({
    name: "steady-100-both",
    subjects: ["Flack"],
    sockets: 100,
    perSecond: 10,
    seconds: 10,
    isWithDirectory: true,
  }),
];

type Steady = {
  readonly name: string;
  readonly subjects: readonly SubjectName[];
  readonly channels?: number;
  /** In each channel. */
  readonly sockets: number;
  /** Messages in all. */
  readonly perSecond: number;
  readonly seconds: number;
  /** With the second socket that a client holds. */
  readonly isWithDirectory?: boolean;
};

/** So many messages a second, at random moments as people have them: the same moments for every subject. */
function steady({
  name,
  subjects,
  channels = 1,
  sockets,
  perSecond,
  seconds,
  isWithDirectory = false,
}: Steady): Scenario {
  const where = channels === 1 ? `one channel of ${sockets}` : `${channels} channels of ${sockets}`;
  const title = `${where}, ${perSecond} messages a second${isWithDirectory ? ", directory sockets open" : ""}`;
  return {
    name,
    title,
    subjects,
    async run(server) {
      const tally = new Tally();
      const rooms = await seated(server, channels, sockets, tally);
      if (isWithDirectory) await takeSeats(sockets, (n) => server.directoryDoor?.(n), tally);
      await pause(SETTLED_MS);
      await warmUp(server, rooms, tally, perSecond, sockets);
      const meter = measure(server);
      const said = await talk(server, rooms, tally, perSecond, seconds * 1_000);
      const lost = await tally.until(said * sockets, PATIENCE_MS);
      return { ...meter(tally, seconds * 1_000), ...told(tally), lost, doubled: tally.doubled };
    },
  };
}

/** Everybody at once, as when a lecture ends. */
async function burst(server: Server): Promise<Figures> {
  const [sockets, messages, times] = [500, 60, 6];
  const tally = new Tally();
  const [room = []] = await seated(server, 1, sockets, tally);
  await pause(SETTLED_MS);
  await warmUp(server, [room], tally, 10, sockets);
  const meter = measure(server);
  let busyMs = 0;
  let lost = 0;
  for (let time = 0; time < times; time++) {
    const begun = performance.now();
    for (let n = 0; n < messages; n++) say(server, room, tally, (time * messages + n) * 7);
    lost = await tally.until((time + 1) * messages * sockets, PATIENCE_MS);
    busyMs += tally.lastAt - begun;
    await pause(500);
  }
  const deliveriesPerSecond = (tally.deliveries * 1_000) / busyMs;
  return { ...meter(tally, busyMs), ...told(tally), lost, doubled: tally.doubled, deliveriesPerSecond };
}

/** People who come into a channel of 100 messages and leave again, some at a time: by its object alone, and the whole way. */
function joins(name: string, there: number): Scenario {
  return {
    name,
    title: `people join a channel of 100 messages where ${there.toLocaleString("en")} are`,
    subjects: MOST,
    async run(server) {
      const [lot, lots] = [20, 24];
      const tally = new Tally();
      const [room = []] = await seated(server, 1, there, tally, there + lot);
      await fill(server, room, tally);
      const figures: Record<string, number> = {};
      const ways = server.sideDoor
        ? { cpuPerJoin: server.sideDoor, cpuPerJoinWholeWay: server.door }
        : { cpuPerJoin: server.door };
      for (const [figure, door] of Object.entries(ways)) {
        const costs: number[] = [];
        const told: number[] = [];
        for (let n = 0; n < lots; n++) {
          await pause(SETTLED_MS / 5); // the leaving of the last ones is told
          const before = cpuMs(server.pid);
          const guests = await takeSeats(lot, (guest) => door(there + guest, 0), tally);
          costs.push(((cpuMs(server.pid) - before) * 1_000) / lot);
          if (n % 6 === 0) {
            await pause(SETTLED_MS);
            told.push(((cpuMs(server.pid) - before) * 1_000) / lot);
          }
          await Promise.all(guests.map((guest) => guest.leave()));
        }
        // The first ones warm the code.
        figures[figure] = median(costs.slice(lots / 2));
        figures[`${figure}Told`] = median(told.slice(1));
      }
      return figures;
    },
  };
}

/** What a socket takes in memory on which nothing is said, and what it costs to keep it. */
async function idle(server: Server): Promise<Figures> {
  const sockets = 1_000;
  await server.prepare(sockets + WINDOW, 1);
  const tally = new Tally();
  await takeSeats(WINDOW, (n) => server.door(sockets + n, 0), tally); // what is there once, whoever comes
  await pause(SETTLED_MS);
  const before = residentBytes(server.pid);
  await takeSeats(sockets, (n) => server.door(n, 0), tally);
  await pause(3_000);
  const awake = residentBytes(server.pid);
  const cpu = cpuMs(server.pid);
  await pause(12_000);
  const asleep = residentBytes(server.pid);
  return {
    bytesPerSocket: (awake - before) / sockets,
    bytesPerSocketAsleep: (asleep - before) / sockets,
    cpuOfTwelveSeconds: (cpuMs(server.pid) - cpu) * 1_000,
  };
}

async function rows(server: Server): Promise<Figures> {
  const [channels, seconds] = [5, 20];
  const tally = new Tally();
  const rooms = await seated(server, channels, 2, tally);
  await talk(server, rooms, tally, channels, 3_000); // the first message of a channel makes its tables
  await pause(SETTLED_MS);
  const count = async () => {
    const all = await Promise.all(rooms.map((_, channel) => server.rows?.(channel)));
    return { channel: all.reduce((sum, one) => sum + (one?.channel ?? 0), 0), directory: all[0]?.directory ?? 0 };
  };
  const before = await count();
  const said = await talk(server, rooms, tally, channels, seconds * 1_000);
  await pause(2_500);
  const after = await count();
  return {
    channelRowsPerMessage: (after.channel - before.channel) / said,
    directoryRowsPerMessage: (after.directory - before.directory) / said,
  };
}

/* ---- what scenarios are made of ---- */

/** Sockets in channels, as a list for each channel; `people` in all are known by then. */
async function seated(
  server: Server,
  channels: number,
  sockets: number,
  tally: Tally,
  people = channels * sockets,
): Promise<Seat[][]> {
  await server.prepare(people, channels);
  const seats = await takeSeats(channels * sockets, (n) => server.door(n, Math.floor(n / sockets)), tally);
  return Array.from({ length: channels }, (_, channel) => seats.slice(channel * sockets, (channel + 1) * sockets));
}

/** Opens so many sockets, each where it is told; some at a time. */
async function takeSeats(
  count: number,
  door: (n: number) => ReturnType<Server["door"]> | undefined,
  tally: Tally,
): Promise<Seat[]> {
  const seats: Seat[] = [];
  await each(count, async (n) => {
    const at = door(n);
    if (!at) return;
    const seat = new Seat(at, tally.hear);
    seats[n] = seat;
    await seat.welcomed;
  });
  return seats;
}

let number = 0;

function say(server: Server, room: readonly Seat[], tally: Tally, person: number): void {
  number++;
  const n = person % room.length;
  tally.sent(number);
  room[n]?.say(server.command(number, n));
}

/** Talks for so long, now in this channel and now in that, people taking turns; how many messages that were. */
async function talk(
  server: Server,
  rooms: readonly Seat[][],
  tally: Tally,
  perSecond: number,
  ms: number,
): Promise<number> {
  const chance = new Chance(SEED);
  const begun = performance.now();
  let dueAt = 0;
  let said = 0;
  while (dueAt < ms) {
    const restMs = begun + dueAt - performance.now();
    if (restMs > 0) await pause(restMs);
    const room = rooms[said % rooms.length] ?? [];
    say(server, room, tally, Math.floor(said / rooms.length) * 7);
    said++;
    dueAt += (-Math.log(1 - chance.next()) * 1_000) / perSecond;
  }
  return said;
}

/** Talks until the code is warm, and begins to count once everybody has heard it. */
async function warmUp(
  server: Server,
  rooms: readonly Seat[][],
  tally: Tally,
  perSecond: number,
  sockets: number,
): Promise<void> {
  tally.start();
  const missing = await tally.until((await talk(server, rooms, tally, perSecond, WARM_UP_MS)) * sockets, PATIENCE_MS);
  if (missing !== 0) throw new Error(`${missing} deliveries are missing before anything was measured`);
  tally.start();
}

/** Fills a channel's window. */
async function fill(server: Server, room: readonly Seat[], tally: Tally): Promise<void> {
  tally.start();
  for (let n = 0; n < WINDOW; n++) {
    say(server, room, tally, n);
    const missing = await tally.until((n + 1) * room.length, PATIENCE_MS);
    if (missing !== 0) throw new Error(`${missing} deliveries are missing while the window is filled`);
  }
  tally.stop();
}

/** Begins to measure; the answer ends it, and says what was taken of how long (ms) there was something to do. */
function measure(server: Server): (tally: Tally, ms: number) => Figures {
  const before = cpuMs(server.pid);
  const own = process.cpuUsage();
  return (tally, ms) => {
    const { user, system } = process.cpuUsage(own);
    const taken = cpuMs(server.pid) - before;
    return {
      cpuPerDelivery: (taken * 1_000) / tally.deliveries,
      serverShare: taken / ms,
      clientShare: (user + system) / 1_000 / ms,
    };
  };
}

function told({ latencies, frames, bytes, deliveries }: Tally): Figures {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
  return {
    p50: at(0.5),
    p99: at(0.99),
    framesPerDelivery: frames / deliveries,
    bytesPerDelivery: bytes / deliveries,
  };
}
