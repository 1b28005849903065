/** What scenarios are made of: people who take seats and talk, and what is measured meanwhile. */
import { performance } from "node:perf_hooks";
import { Chance } from "../faults/chance.ts";
import { pause, Seat, Tally } from "./client.ts";
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
export const PATIENCE_MS = 30_000;
/** What is said before anything is measured, until the code is warm. */
const WARM_UP_MS = 2_000;
/** A window full of messages, said by people at the pace they may. */
export const WINDOW = 100;
/** After the last socket has come: presence is told within a second. */
export const SETTLED_MS = 1_500;

type Steady = {
  readonly name: string;
  readonly subjects: readonly SubjectName[];
  readonly channels?: number;
  /** In each channel. */
  readonly sockets: number;
  /** Messages in all. */
  readonly perSecond: number;
  readonly seconds: number;
};

/** So many messages a second, at random moments as people have them: the same moments for every subject. */
export function steady({ name, subjects, channels = 1, sockets, perSecond, seconds }: Steady): Scenario {
  const size = sockets.toLocaleString("en");
  const where = channels === 1 ? `one channel of ${size}` : `${channels} channels of ${size}`;
  const title = `${where}, ${perSecond} messages a second`;
  return {
    name,
    title,
    subjects,
    async run(server) {
      const tally = new Tally();
      const rooms = await seated(server, channels, sockets, tally);
      await pause(SETTLED_MS);
      await warmUp(server, rooms, tally, perSecond, sockets);
      const meter = measure(server);
      const said = await talk(server, rooms, tally, perSecond, seconds * 1_000);
      const lost = await tally.until(said * sockets, PATIENCE_MS);
      return { ...meter(tally, seconds * 1_000), ...told(tally), lost, doubled: tally.doubled };
    },
  };
}

/** Sockets in channels, as a list for each channel; `people` in all are known by then. */
export async function seated(
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
export async function takeSeats(
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

export function say(server: Server, room: readonly Seat[], tally: Tally, person: number): void {
  number++;
  const n = person % room.length;
  tally.sent(number);
  room[n]?.say(server.command(number, n));
}

/** Talks for so long, now in this channel and now in that, people taking turns; how many messages that were. */
export async function talk(
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
export async function warmUp(
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
export async function fill(server: Server, room: readonly Seat[], tally: Tally): Promise<void> {
  tally.start();
  for (let n = 0; n < WINDOW; n++) {
    say(server, room, tally, n);
    const missing = await tally.until((n + 1) * room.length, PATIENCE_MS);
    if (missing !== 0) throw new Error(`${missing} deliveries are missing while the window is filled`);
  }
  tally.stop();
}

/** Begins to measure; the answer ends it, and says what was taken of how long (ms) there was something to do. */
export function measure(server: Server): (tally: Tally, ms: number) => Figures {
  const before = cpuMs(server.pid);
  const own = process.cpuUsage();
  server.onMeasure?.();
  return (tally, ms) => {
    const { user, system } = process.cpuUsage(own);
    const taken = cpuMs(server.pid) - before;
    return {
      cpuPerDelivery: (taken * 1_000) / tally.deliveries,
      serverShare: taken / ms,
      clientShare: (user + system) / 1_000 / ms,
      deliveries: tally.deliveries,
    };
  };
}

export function told({ latencies, frames, bytes, deliveries }: Tally): Figures {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
  return {
    p50: at(0.5),
    p99: at(0.99),
    framesPerDelivery: frames / deliveries,
    bytesPerDelivery: bytes / deliveries,
  };
}
