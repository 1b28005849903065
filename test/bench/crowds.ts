/** More people than one object takes, and what is not a person: relays, a crowd that comes back, feeds, event streams, hooks. */
import { get } from "node:http";
import { performance } from "node:perf_hooks";
import { pause, Seat, Tally, textOf } from "./client.ts";
import {
  type Figures,
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
  warmUp,
} from "./steps.ts";
import { cpuMs, each, type Server } from "./subjects.ts";

const CROWD = 3_500;
/** People who talk and hear while the crowd is away. */
const WITNESSES = 20;
/** A message every so many ms meanwhile. */
const TALK_EVERY_MS = 250;
/** Clients come back at random within 2 ms a person, later with each try (web/network/connection-state.ts). */
const SPREAD_MS_EACH = 2;
const STORM_PATIENCE_MS = 60_000;
/** So long a client waits for a welcome before it tries again. */
const TRY_MS = 10_000;

export const CROWD_SCENARIOS: readonly Scenario[] = [
  steady({
    name: "hop",
    subjects: ["Flack", "Flack, relays of 250"],
    sockets: 1_000,
    perSecond: 10,
    seconds: 8,
  }),
  steady({
    name: "crowd",
    subjects: ["Flack", "Flack, one object", "Socket.IO", "ws"],
    sockets: CROWD,
    perSecond: 2,
    seconds: 10,
  }),
  {
    name: "storm",
    title: `${CROWD.toLocaleString("en")} people lose their connections at once and come back, beside ${WITNESSES} who talk`,
    subjects: ["Flack"],
    run: storm,
  },
  {
    name: "feeds",
    title: "100 feeds while 100 channels have one message a second each",
    subjects: ["Flack"],
    run: feeds,
  },
  {
    name: "streams",
    title: "100 event streams of one channel, 4 messages a second",
    subjects: ["Flack"],
    run: streams,
  },
  { name: "hooks", title: "100 messages by 5 hooks into a channel of 5", subjects: ["Flack"], run: hooks },
];

async function storm(server: Server): Promise<Figures> {
  const tally = new Tally();
  const hush = new Tally(); // the crowd is not counted, only seated
  await server.prepare(CROWD + WITNESSES, 1);
  const witnesses = await takeSeats(WITNESSES, (n) => server.door(CROWD + n, 0), tally);
  const crowd = await takeSeats(CROWD, (n) => server.door(n, 0), hush);
  await pause(SETTLED_MS);
  await warmUp(server, [witnesses], tally, 1_000 / TALK_EVERY_MS, WITNESSES);

  for (const seat of crowd) seat.drop();
  const begun = performance.now();
  const back: number[] = [];
  let refusals = 0;
  const returning = crowd.map(async (_, n) => {
    for (let tries = 0; performance.now() - begun < STORM_PATIENCE_MS; tries++) {
      await pause(Math.random() * Math.max(500 * 2 ** tries, CROWD * SPREAD_MS_EACH));
      try {
        const seat = new Seat(server.door(n, 0), hush.hear);
        const isBack = await Promise.race([seat.welcomed.then(() => true), pause(TRY_MS).then(() => false)]);
        if (!isBack) {
          seat.drop();
          throw new Error("no welcome came");
        }
        back.push(performance.now() - begun);
        return;
      } catch {
        refusals++; // it comes again
      }
    }
  });
  let said = 0;
  let isOver = false;
  const talking = (async () => {
    while (!isOver) {
      say(server, witnesses, tally, said++);
      await pause(TALK_EVERY_MS);
    }
  })();
  await Promise.all(returning);
  isOver = true;
  await talking;
  const lost = await tally.until(said * WITNESSES, PATIENCE_MS);
  const { p50 = Number.NaN, p99 = Number.NaN } = told(tally);
  return { p50, p99, lost, backMs: Math.max(...back), notBack: CROWD - back.length, refusals };
}

/** What telling feeds of activity costs, a feed and second: with them less without them. */
async function feeds(server: Server): Promise<Figures> {
  const [channels, people, seconds] = [100, 100, 8];
  const tally = new Tally();
  const rooms = await seated(server, channels, 1, tally);
  await pause(SETTLED_MS);
  await warmUp(server, rooms, tally, channels, 1);
  const cost = async () => {
    const before = cpuMs(server.pid);
    await talk(server, rooms, tally, channels, seconds * 1_000);
    return (cpuMs(server.pid) - before) * 1_000;
  };
  // Before and after, so that a machine that becomes slower or faster meanwhile does not count.
  const before = await cost();
  const heard = new Tally();
  const open = await takeSeats(people, (n) => server.directoryDoor?.(n), heard);
  await pause(SETTLED_MS);
  heard.start();
  const withThem = (await cost()) + (await cost());
  heard.stop();
  await Promise.all(open.map((seat) => seat.leave()));
  await pause(SETTLED_MS);
  const after = await cost();
  return {
    cpuPerFeedSecond: (withThem - before - after) / 2 / people / seconds,
    framesPerFeedSecond: heard.frames / 2 / people / seconds,
    bytesPerFrame: heard.bytes / heard.frames,
  };
}

async function streams(server: Server): Promise<Figures> {
  const [readers, seconds] = [100, 8];
  const tally = new Tally();
  await server.prepare(readers + 1, 1);
  const speakers = await takeSeats(1, () => server.door(readers, 0), new Tally());
  const open = Array.from({ length: readers }, async (_, n) => {
    const { url, headers = {} } = server.door(n, 0);
    const address = new URL(url.pathname.replace(/socket$/, "events"), url);
    return new Promise<() => void>((resolve, reject) => {
      const request = get(address, { agent: false, headers: { ...headers, Accept: "text/event-stream" } });
      request.on("error", reject);
      request.on("response", (answer) => {
        if (answer.statusCode !== 200) return reject(new Error(`a stream was refused: ${answer.statusCode}`));
        const seat = {};
        answer.on("data", (payload: Buffer) => {
          tally.hear({ seat, payload, size: payload.length, at: performance.now() });
          resolve(() => request.destroy());
        });
        answer.on("error", () => {}); // it was ended
      });
    });
  });
  const ends = await Promise.all(open);
  await pause(SETTLED_MS);
  await warmUp(server, [speakers], tally, 4, readers);
  const meter = measure(server);
  const said = await talk(server, [speakers], tally, 4, seconds * 1_000);
  const lost = await tally.until(said * readers, PATIENCE_MS);
  const figures = { ...meter(tally, seconds * 1_000), ...told(tally), lost, doubled: tally.doubled };
  for (const end of ends) end();
  return figures;
}

async function hooks(server: Server): Promise<Figures> {
  const [count, burst, sockets] = [5, 20, 5]; // as many as may be made, and written, at once
  const tally = new Tally();
  const [room = []] = await seated(server, 1, sockets, tally);
  const { ask } = server;
  if (!ask) throw new Error("there are no hooks to measure");
  const addresses: string[] = [];
  for (let n = 0; n < count; n++) {
    const answer = await ask(0, "POST", "/api/channels/channel-0/hooks", { name: `Hook ${n}` });
    if (answer.status !== 201) throw new Error(`a hook was refused: ${answer.status}`);
    const made: { url: string } = JSON.parse(await answer.text());
    addresses.push(new URL(made.url).pathname);
  }
  await warmUp(server, [room], tally, 10, sockets);
  const meter = measure(server);
  const begun = performance.now();
  await each(count * burst, async (n) => {
    tally.sent(1_000_000 + n);
    await ask(0, "POST", addresses[n % count] ?? "", { text: textOf(1_000_000 + n) });
  });
  const lost = await tally.until(count * burst * sockets, PATIENCE_MS);
  const { cpuPerDelivery = Number.NaN } = meter(tally, performance.now() - begun);
  return { cpuPerHookMessage: cpuPerDelivery * sockets, ...told(tally), lost };
}
