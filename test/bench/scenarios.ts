/** What is done to each subject, and what is noted of it. Times in ms, processor time in µs, sizes in bytes. */
import { performance } from "node:perf_hooks";
import { residentBytes } from "../load/workerd.ts";
import { median } from "../pages.ts";
import { pause, Tally } from "./client.ts";
import { CROWD_SCENARIOS } from "./crowds.ts";
import {
  type Figures,
  fill,
  measure,
  PATIENCE_MS,
  type Scenario,
  SETTLED_MS,
  say,
  seated,
  steady,
  takeSeats,
  talk,
  told,
  WINDOW,
  warmUp,
} from "./steps.ts";
import { cpuMs, type Server, type SubjectName } from "./subjects.ts";

/** This product, and what is nearest to a chat that forgets nothing: what ratios are made of. */
const BOTH: readonly SubjectName[] = ["Flack", "raw with SQLite, not packed"];
/** And the servers that people would rent, in memory. */
const RENTED: readonly SubjectName[] = [...BOTH, "Socket.IO", "ws"];
/** And objects that forget, or pack. */
const ALL: readonly SubjectName[] = [...RENTED, "raw, not packed", "raw with SQLite", "raw object", "partyserver"];

export const SCENARIOS: readonly Scenario[] = [
  steady({ name: "steady-100", subjects: RENTED, sockets: 100, perSecond: 10, seconds: 8 }),
  steady({ name: "steady-1000", subjects: BOTH, sockets: 1_000, perSecond: 10, seconds: 8 }),
  { name: "burst", title: "60 messages at once in a channel of 500, six times", subjects: ALL, run: burst },
  steady({ name: "many", subjects: BOTH, channels: 100, sockets: 5, perSecond: 200, seconds: 8 }),
  joins("join-10", 10),
  { name: "idle", title: "1,000 sockets on which nothing is said", subjects: BOTH, run: idle },
  {
    name: "rows",
    title: "one message a second in each of 5 channels, rows counted",
    subjects: ["Flack, rows counted"],
    run: rows,
  },
  ...CROWD_SCENARIOS,
];

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
    subjects: BOTH,
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
  await server.prepare(sockets, 1);
  const tally = new Tally();
  await takeSeats(WINDOW, (n) => server.door(n, 0), tally); // what is there once, whoever comes
  await pause(SETTLED_MS);
  const before = residentBytes(server.pid);
  await takeSeats(sockets - WINDOW, (n) => server.door(WINDOW + n, 0), tally);
  await pause(3_000);
  const awake = residentBytes(server.pid);
  const cpu = cpuMs(server.pid);
  await pause(12_000);
  const asleep = residentBytes(server.pid);
  return {
    bytesPerSocket: (awake - before) / (sockets - WINDOW),
    bytesPerSocketAsleep: (asleep - before) / (sockets - WINDOW),
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
