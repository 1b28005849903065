/**
 * What is measured: this product, and what people would use instead. Each is a process of its own, asked for the same things:
 * channels, people in them, messages. The peers check nothing and keep nothing but the last 100 messages.
 */
import { execFileSync, spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { buildProduct, type Program, untilUp, Workerd } from "../load/workerd.ts";
import { freePort } from "../site.ts";
import { type Door, textOf } from "./client.ts";

export type Server = {
  readonly pid: number;
  /** Makes so many people and channels, where there is such a thing. */
  readonly prepare: (people: number, channels: number) => Promise<void>;
  /** Where a person enters a channel. */
  readonly door: (person: number, channel: number) => Door;
  /** Straight to the channel's object, where there is another way. */
  readonly sideDoor?: (person: number, channel: number) => Door;
  /** The second socket a client of this product holds. */
  readonly directoryDoor?: (person: number) => Door;
  /** Rows written so far by the object of a channel, and by the directory. */
  readonly rows?: (channel: number) => Promise<{ readonly channel: number; readonly directory: number }>;
  /** Asks a route of this product as a person. */
  readonly ask?: (person: number, method: string, path: string, body?: object) => Promise<Response>;
  /** What a person sends to say message `number`. */
  readonly command: (number: number, person: number) => string;
  readonly stop: () => Promise<void>;
  /** Called when what is measured begins. */
  readonly onMeasure?: () => void;
};

export type SubjectName =
  | "Flack"
  | "Flack, rows counted"
  | "Flack, relays of 250"
  | "Flack, one object"
  | "raw object"
  | "raw, not packed"
  | "raw with SQLite"
  | "raw with SQLite, not packed"
  | "partyserver"
  | "Socket.IO"
  | "ws";

const here = new URL(".", import.meta.url).pathname;
const servers = join(here, "servers");
/** People who sign in at the same time while a run is prepared. */
const AT_ONCE = 8;
const CHANNELS_EACH = 10;

/**
 * How each is started; `folder` is for what is built. A raw object as it comes lets the platform pack every frame for every socket
 * that offers it, as browsers do; `not packed` it has the flag this product sets (wrangler.toml).
 */
export function subjects(folder: string): Readonly<Record<SubjectName, () => Promise<Server>>> {
  const product = buildProduct(folder);
  const flack: Program = { ...product, modules: [join(servers, "door.js"), ...product.modules] };
  const raw: Program = { modules: [join(servers, "raw.js")], objects: ["Raw", "RawWithRows"] };
  const unpacked: Program = { ...raw, ...(product.flags && { flags: product.flags }) };
  const party = bundleParty(folder);
  return {
    Flack: () => startFlack(flack),
    "Flack, rows counted": () => startFlack({ ...flack, variables: { COUNT: "yes" } }),
    "Flack, relays of 250": () => startFlack({ ...flack, variables: { RELAY_SOCKETS: "250" } }),
    "Flack, one object": () => startFlack({ ...flack, variables: { RELAY_SOCKETS: "100000" } }),
    "raw object": () => startRaw(raw, "memory"),
    "raw, not packed": () => startRaw(unpacked, "memory"),
    "raw with SQLite": () => startRaw(raw, "rows"),
    "raw with SQLite, not packed": () => startRaw(unpacked, "rows"),
    partyserver: () => startParty(party),
    "Socket.IO": () => startNode("socketio.js", socketIoDoor, socketIoCommand),
    ws: () => startNode("ws.js", plainDoor, plainCommand),
  };
}

export async function startFlack(program: Program): Promise<Server> {
  const server = new Workerd(program);
  await server.start();
  const cookies: string[] = [];
  const epochs: string[] = [];
  const seats = new URL(server.url);
  return {
    pid: server.pid,
    async prepare(people, channels) {
      await each(people, async (person) => {
        cookies[person] = await signIn(server.url, person);
      });
      await each(channels, async (channel) => {
        epochs[channel] = await makeChannel(server.url, cookies[Math.floor(channel / CHANNELS_EACH)] ?? "", channel);
      });
    },
    door: (person, channel) => ({
      url: new URL(`/api/channels/${nameOf(channel)}/socket`, seats),
      headers: { Cookie: cookies[person] ?? "" },
    }),
    sideDoor: (person, channel) => ({
      url: new URL(`/bench/join/${epochs[channel]}/${nameOf(channel)}/person-${person}`, seats),
    }),
    directoryDoor: (person) => ({
      url: new URL("/api/directory/socket", seats),
      headers: { Cookie: cookies[person] ?? "" },
    }),
    async rows(channel) {
      const rowsOf = async (name: string | undefined) =>
        Number(await (await fetch(`${server.url}/bench/rows/${name}`)).json());
      return { channel: await rowsOf(epochs[channel]), directory: await rowsOf("directory") };
    },
    ask: (person, method, path, body) =>
      fetch(server.url + path, {
        method,
        headers: { Cookie: cookies[person] ?? "" },
        ...(body && { body: JSON.stringify(body) }),
      }),
    command: (number) => JSON.stringify({ type: "send", id: randomUUID(), text: textOf(number) }),
    stop: () => server.stop(),
  };
}

async function startRaw(program: Program, kind: "memory" | "rows"): Promise<Server> {
  const server = new Workerd(program);
  await server.start();
  return {
    pid: server.pid,
    prepare: async () => {},
    door: (_person, channel) => ({ url: new URL(`/${kind}/${nameOf(channel)}`, server.url) }),
    command: plainCommand,
    stop: () => server.stop(),
  };
}

async function startParty(program: Program): Promise<Server> {
  const server = new Workerd(program);
  await server.start();
  return {
    pid: server.pid,
    prepare: async () => {},
    door: (_person, channel) => ({ url: new URL(`/parties/party/${nameOf(channel)}`, server.url) }),
    command: plainCommand,
    stop: () => server.stop(),
  };
}

async function startNode(
  file: string,
  door: (url: string, channel: number) => Door,
  command: (number: number, person: number) => string,
): Promise<Server> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [join(servers, file), String(port)], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  await untilUp(url, child);
  return {
    pid: child.pid ?? 0,
    prepare: async () => {},
    door: (_person, channel) => door(url, channel),
    command,
    async stop() {
      const ended = once(child, "exit");
      child.kill("SIGINT");
      await ended;
    },
  };
}

function plainDoor(url: string, channel: number): Door {
  return { url: new URL(`/${nameOf(channel)}`, url) };
}

function plainCommand(number: number, person: number): string {
  return JSON.stringify(saying(number, person));
}

/** Engine.IO 4 over WebSocket: `0` opens, `40` connects, `2` is a ping, `42` an event. */
function socketIoDoor(url: string, channel: number): Door {
  return {
    url: new URL(`/socket.io/?EIO=4&transport=websocket&channel=${nameOf(channel)}`, url),
    greet(payload, seat) {
      if (payload[0] === 0x30) seat.say("40");
      return payload.toString("latin1", 0, 2) === "42";
    },
  };
}

function socketIoCommand(number: number, person: number): string {
  return `42${JSON.stringify(["send", saying(number, person)])}`;
}

/** The peers know nobody: whoever speaks says who it is, in ids like this product's, since what packs well costs less. */
function saying(number: number, person: number) {
  const id = createHash("sha256").update(`person ${person}`).digest("base64url").slice(0, 22);
  return { type: "send", id: randomUUID(), text: textOf(number), author: { id, name: `Person ${person}` } };
}

function nameOf(channel: number): string {
  return `channel-${channel}`;
}

/** partyserver comes as modules that name each other; workerd takes one. */
function bundleParty(folder: string): Program {
  const out = join(folder, "party.js");
  const options = ["--bundle", "--format=esm", "--external:cloudflare:*", "--external:node:*", `--outfile=${out}`];
  execFileSync(join(here, "node_modules/.bin/esbuild"), [join(servers, "party.js"), ...options], { stdio: "ignore" });
  return { modules: [out], objects: ["Party"] };
}

async function signIn(base: string, person: number): Promise<string> {
  const headers = { "CF-Connecting-IP": `10.0.${person >> 8}.${person & 255}` };
  const answer = await fetch(`${base}/api/session`, {
    method: "POST",
    headers,
    body: JSON.stringify({ name: `Person ${person}` }),
  });
  if (answer.status !== 201) throw new Error(await answer.text());
  await answer.text();
  return answer.headers.get("set-cookie")?.split(";")[0] ?? "";
}

/** Says the epoch of a new channel. */
async function makeChannel(base: string, cookie: string, channel: number): Promise<string> {
  const body = JSON.stringify({ name: nameOf(channel) });
  const answer = await fetch(`${base}/api/channels`, { method: "POST", headers: { cookie }, body });
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(text);
  const made: { epoch: string } = JSON.parse(text);
  return made.epoch;
}

/** Runs `work` for 0 to `count` - 1, some at a time. */
export async function each(count: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < count) await work(next++);
    }),
  );
}

/**
 * Processor time (ms, user and system) that a process has taken: of all its threads, to the microsecond, where the kernel tells;
 * otherwise in its steps of 10 ms.
 */
export function cpuMs(pid: number): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`).map((thread) => {
      const told = readFileSync(`/proc/${pid}/task/${thread}/sched`, "utf8");
      return Number(/^se\.sum_exec_runtime\s*:\s*([\d.]+)/m.exec(told)?.[1]);
    });
    const sum = threads.reduce((total, ms) => total + ms, 0);
    if (Number.isFinite(sum)) return sum;
  } catch {
    // a kernel without CONFIG_SCHED_DEBUG
  }
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
