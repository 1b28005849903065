/**
 * The fault run: twenty people talk in four channels while a nemesis kills, freezes and cuts, and a witness looks for
 * anything lost, doubled, reordered or seen again. What was provoked is counted too: a run that was too kind has failed.
 *
 *   npm run test:faults                     four kills, within a minute
 *   npm run test:faults -- --kills 40       the long form
 *   npm run test:faults -- --seed 7         choices from this seed; when each is made is up to the machine
 *   npm run test:faults -- --shard-people 3 --relay-sockets 2     with three people a shard, and two sockets an object of a channel
 *
 * Beside the people who talk there are some who come, rename, write to one another and go, and some who bring one another into private
 * channels and take one another out; and between the objects a nemesis makes calls throw, hang or be refused as overloaded.
 */
import { parseArgs } from "node:util";
import * as v from "valibot";
import { WindowAnswer } from "../../worker/protocol/answers.ts";
import { Site } from "../site.ts";
import { Chance } from "./chance.ts";
import { BadNetwork } from "./network.ts";
import { Resident, type Room } from "./resident.ts";
import { type Channel, Talker } from "./talker.ts";
import { Wanderer } from "./wanderer.ts";
import { ANOMALIES, Witness } from "./witness.ts";

const PEOPLE = 20;
const CHANNELS = 4;
const WANDERERS = 6;
const RESIDENTS = 5;
/** Fewer than there are wanderers and times, so that names are wanted. */
const NAMES = ["Wanda", "Wendell", "Willa", "Wyatt", "Wren", "Wilma", "Walter", "Winnie"];
/** The channel of the wanderers. No one else writes there. */
const CROSSROADS = "crossroads";
/** What could not be told is told by alarms, so much later (ms) at the most, when all is well again. */
const TOLD_MS = 90_000;
const MIB = 1024 * 1024;
/** An object sleeps after ten seconds of quiet. */
const SLEEP_MS = 12_000;
const FREEZE_MS = 5_000;
/** From so many kills on a run has to have provoked enough. */
const LONG_KILLS = 40;
/** What was told to one may reach another so much (ms) later. */
const LATE_MS = 5_000;
/** So long (ms) everything has to be acknowledged after the last fault. */
const SETTLE_MS = 30_000;

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "4" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    folder: { type: "string" },
    "shard-people": { type: "string" },
    "relay-sockets": { type: "string" },
  },
});
const kills = Number(values.kills);
const isLong = kills >= LONG_KILLS;
const chance = new Chance(Number(values.seed));
const witness = new Witness();
const { "shard-people": shardPeople, "relay-sockets": relaySockets } = values;
const variables = [
  "OWNER_CODE:code",
  ...(shardPeople === undefined ? [] : [`SHARD_PEOPLE:${shardPeople}`]),
  ...(relaySockets === undefined ? [] : [`RELAY_SOCKETS:${relaySockets}`]),
];
const site = new Site(variables, values.folder, "test/worker/nemesis.ts");
const network = new BadNetwork(() => site.port);
const provoked = {
  kills: 0,
  "kills with a command in flight": 0,
  "deletions cut off": 0,
  "uploads cut off": 0,
  "wakes from sleep": 0,
  "cuts in mid-frame": 0,
  freezes: 0,
  "channels made again": 0,
  "faults between objects": 0,
  "sign-outs and renames cut off": 0,
  "directs cut off": 0,
  "people removed": 0,
  "membership changes cut off": 0,
  "channels killed alone": 0,
  "relays killed alone": 0,
};
const LEAST: Partial<Record<keyof typeof provoked, number>> = {
  "kills with a command in flight": 0.8 * kills,
  "deletions cut off": 20,
  "uploads cut off": 20,
  "wakes from sleep": 10,
  "cuts in mid-frame": 10,
  "channels made again": 1,
  "faults between objects": 15,
  "sign-outs and renames cut off": 5,
  "directs cut off": 5,
  "people removed": 5,
  "membership changes cut off": 5,
  "channels killed alone": 10,
  "relays killed alone": relaySockets === undefined ? 0 : 20,
};

console.log(`seed ${values.seed}, ${kills} kills`);
const channels = Array.from(
  { length: CHANNELS },
  (_, n): Channel => ({ id: `room-${n}`, epoch: "", early: undefined }),
);
const talkers: Talker[] = [];
const wanderers = Array.from({ length: WANDERERS }, (_, n) => {
  const ways = { names: NAMES, base: () => site.url, chance, witness };
  return new Wanderer("W".repeat(n + 1), ways);
});
const rooms: Room[] = [];
const residents = Array.from({ length: RESIDENTS }, (_, n) => {
  return new Resident(`Resident ${n + 1}`, { rooms, base: () => site.url, chance, witness });
});
let isTalking = false;
let failure: unknown;

try {
  await site.start();
  const base = `http://127.0.0.1:${await network.open()}`;
  for (let n = 0; n < PEOPLE; n++) {
    const channel = channels[n % CHANNELS];
    if (channel) talkers.push(new Talker(`Talker ${n + 1}`, channel, base, chance, witness));
  }
  for (const person of [...talkers, ...residents]) await person.signIn();
  for (const channel of channels) await make(channel);
  const [first] = talkers;
  await first?.ask("POST", "/api/session/owner", JSON.stringify({ code: "code" }), site.url);
  await first?.ask("POST", "/api/channels", JSON.stringify({ name: CROSSROADS }), site.url);
  for (const talker of talkers) talker.connect();
  await until("everybody is live", () => talkers.every(({ isLive }) => isLive), SETTLE_MS);
  isTalking = true;
  for (const talker of talkers) void talk(talker);
  const wanderings = [...wanderers.map(wander), ...residents.map(reside)];

  for (let n = 0; n < kills; n++) {
    await pause(chance.between(3_000, 6_000) / (isLong ? 1 : 2));
    network.doom(3);
    await pause(chance.between(200, 700));
    if (isLong && n % 12 === 3) await sleep();
    if (n % 10 === 1) await freeze();
    if (n % 20 === 2) await makeAgain(channels[0]);
    if (n % 2 === 0) await afflict();
    if (n % 3 === 1) await removeWanderer();
    if (n % 3 === 2) await killAlone("CHANNEL");
    if (n % 3 === 0) await killAlone("RELAY");
    await kill();
  }
  isTalking = false;
  await Promise.all(wanderings);
  await lastWords();
  await until("everything is acknowledged", () => talkers.every(({ isDone }) => isDone), SETTLE_MS);
  await judge();
  await judgeWanderers();
  await judgeRooms();
} catch (error) {
  failure = error;
} finally {
  isTalking = false;
  for (const person of [...talkers, ...residents]) person.leave();
  await network.close();
  await site.clear();
}
report();

/** A person who says and does something now and then. */
async function talk(talker: Talker): Promise<void> {
  while (isTalking) {
    await pause(chance.between(150, 600));
    if (!isTalking || talker.isSilent) continue;
    const what = chance.next();
    if (what < 0.55) talker.say();
    else if (what < 0.6) for (let n = 0; n < 3; n++) talker.say();
    else if (what < 0.72) talker.change("edit");
    else if (what < 0.8) talker.change("delete");
    else if (what < 0.9) talker.change("react");
    else if (what < 0.94) talker.repeat();
    else if (what < 0.97) void talker.upload(Math.round(chance.between(1, 64 * 1024)));
    else talker.drop();
  }
}

/** A person who comes and goes. */
async function wander(wanderer: Wanderer): Promise<void> {
  while (isTalking) {
    await pause(chance.between(50, 400));
    if (isTalking && !talkers[0]?.isSilent) await wanderer.step(wanderers, CROSSROADS);
  }
}

/** A person in private channels. */
async function reside(resident: Resident): Promise<void> {
  while (isTalking) {
    await pause(chance.between(50, 300));
    if (isTalking && !talkers[0]?.isSilent) await resident.step(residents);
  }
}

/** For a while calls to one kind of object fail, in one way. */
async function afflict(): Promise<void> {
  const kind = chance.pick(["CHANNEL", "DIRECTORY", "PEOPLE", ...(relaySockets === undefined ? [] : ["RELAY"])]);
  const mode = chance.pick(["throw", "hang", "overloaded"]);
  await setFault({ kind, mode, share: 0.5 });
  await pause(1_500);
  await setFault(undefined);
  provoked["faults between objects"]++;
}

/** All channels, or all relays, crash in the middle of things; everything else goes on. */
async function killAlone(kind: "CHANNEL" | "RELAY"): Promise<void> {
  for (let n = 0; n < 8; n++) chance.pick(talkers.filter(({ isLive }) => isLive))?.say();
  const answer = await fetch(`${site.url}/api/faults`, { method: "POST", body: JSON.stringify({ kill: kind }) });
  const { killed } = v.parse(v.object({ killed: v.number() }), await answer.json());
  provoked[kind === "CHANNEL" ? "channels killed alone" : "relays killed alone"] += killed;
  await pause(chance.between(500, 1_500));
}

/** The last message of a direct conversation, whose news do not get through at first: no later one makes up for them. */
async function lastWords(): Promise<void> {
  await setFault({ kind: "PEOPLE", mode: "throw", share: 1, method: "receiveFromChannel" });
  for (let n = 0; n < 3; n++) await Promise.all(wanderers.map((one) => one.writeTo(wanderers)));
  await pause(1_500);
  await setFault(undefined);
}

async function setFault(fault: object | undefined): Promise<void> {
  const answer = await fetch(`${site.url}/api/faults`, { method: "POST", body: JSON.stringify({ fault }) });
  if (answer.status !== 204) throw new Error(`no fault: ${answer.status}`);
}

/** An owner removes a wanderer. */
async function removeWanderer(): Promise<void> {
  const victim = chance.pick(wanderers.filter(({ session }) => session));
  const personId = victim?.session?.person.id;
  if (personId === undefined) return;
  const answer = await talkers[0]?.ask("DELETE", `/api/people/${personId}`, null, site.url);
  if (answer?.status !== 204) return;
  victim?.removed(personId);
  provoked["people removed"]++;
}

/** The power goes in the middle of things, and comes back. */
async function kill(): Promise<void> {
  const busy = talkers.filter(({ isLive }) => isLive);
  for (let n = 0; n < 4; n++) chance.pick(busy)?.change("delete");
  for (let n = 0; n < 2; n++) void chance.pick(busy)?.upload(Math.round(chance.between(1 * MIB, 4 * MIB)));
  for (let n = 0; n < 6; n++) chance.pick(busy)?.say();
  await pause(chance.between(0, 25));
  const pending = talkers.flatMap((talker) => [...talker.underWay]);
  provoked.kills++;
  if (pending.length > 0) provoked["kills with a command in flight"]++;
  provoked["deletions cut off"] += pending.filter((key) => key.startsWith("delete")).length;
  provoked["uploads cut off"] += talkers.reduce((sum, talker) => sum + talker.uploadsUnderWay, 0);
  const busyWith = (...what: string[]) =>
    wanderers.reduce((sum, { underWay }) => sum + what.reduce((own, one) => own + (underWay.get(one) ?? 0), 0), 0);
  provoked["sign-outs and renames cut off"] += busyWith("sign out", "rename");
  provoked["membership changes cut off"] += residents.reduce((sum, one) => sum + one.changesUnderWay, 0);
  provoked["directs cut off"] += busyWith("open a direct", "write");
  await site.kill();
  await site.start();
  await until("half of them are back", () => talkers.filter(({ isLive }) => isLive).length >= PEOPLE / 2, SETTLE_MS);
  for (const channel of channels) await readWindow(channel);
}

/** Nobody says anything for so long that the objects go to sleep; then everybody does. */
async function sleep(): Promise<void> {
  for (const talker of talkers) talker.isSilent = true;
  await until("everybody is heard", () => talkers.every(({ isDone }) => isDone), SETTLE_MS);
  await pause(SLEEP_MS);
  for (const talker of talkers) {
    talker.isSilent = false;
    talker.say();
  }
  provoked["wakes from sleep"] += CHANNELS;
  await pause(500);
}

async function freeze(): Promise<void> {
  site.freeze();
  await pause(FREEZE_MS);
  site.resume();
  provoked.freezes++;
  await pause(500);
}

/** A channel is deleted while people talk in it, and made again under its name. */
async function makeAgain(channel: Channel | undefined): Promise<void> {
  const creator = talkers.find((talker) => talker.channel === channel);
  if (!channel || !creator) return;
  const early = new Set<string>();
  channel.early = early;
  const answer = await creator.ask("DELETE", `/api/channels/${channel.id}`, null, site.url);
  if (answer.status !== 204) throw new Error(`not deleted: ${answer.status} ${await answer.text()}`);
  await make(channel);
  channel.early = undefined;
  for (const epoch of early)
    if (epoch !== channel.epoch) witness.note("epoch changed", `${channel.id}: ${epoch} before ${channel.epoch}`);
  provoked["channels made again"]++;
  await pause(1_000);
}

async function make(channel: Channel): Promise<void> {
  const creator = talkers.find((talker) => talker.channel === channel);
  const answer = await creator?.ask("POST", "/api/channels", JSON.stringify({ name: channel.id }), site.url);
  if (answer?.status !== 201) throw new Error(`not made: ${answer?.status} ${await answer?.text()}`);
  const { epoch }: { epoch: string } = JSON.parse(await answer.text());
  channel.epoch = epoch;
}

/** What the server holds of a channel now: everything that anybody was told of it before is in it, or below it. */
async function readWindow(channel: Channel): Promise<WindowAnswer> {
  const reader = talkers.find((talker) => talker.channel === channel);
  const told = witness.toldOf(channel.epoch);
  const answer = await reader?.ask("GET", `/api/channels/${channel.id}/messages`, null, site.url);
  const window = v.parse(WindowAnswer, await answer?.json());
  for (const message of window.messages) witness.saw(window.epoch, message);
  witness.holds(window.epoch, window.messages, window.head.seq);
  witness.settle(window, told);
  return window;
}

/** What the server holds at the end, against all that was told, and against what each reader holds. */
async function judge(): Promise<void> {
  for (const channel of channels) {
    const here = talkers.filter((talker) => talker.channel === channel);
    const window = await readWindow(channel);
    const held = JSON.stringify(window.messages);
    for (const talker of here) {
      if (await comesTrue(() => JSON.stringify(talker.history.messages) === held, LATE_MS)) continue;
      const mine = talker.history.messages;
      const at = window.messages.findIndex((one, n) => JSON.stringify(one) !== JSON.stringify(mine[n]));
      const [theirs, kept] = [JSON.stringify(mine[at]), JSON.stringify(window.messages[at])];
      witness.note("readers disagree", `${talker.name} in ${channel.id} holds ${theirs} for ${kept}`);
    }
    const live = new Set(window.messages.flatMap(({ attachments = [] }) => attachments.map(({ id }) => id)));
    for (const talker of here) {
      const asker = here.find((other) => other !== talker);
      for (const [id, { attachment, bytes }] of talker.files) {
        const served = await asker?.ask("GET", attachment.url, null, site.url);
        const body = new Uint8Array((await served?.arrayBuffer()) ?? new ArrayBuffer(0));
        const isSame = served?.status === 200 && Buffer.compare(body, bytes) === 0;
        if (live.has(id) && !isSame) witness.note("file lost", `${attachment.url}: ${served?.status}`);
        if (!live.has(id) && served?.status !== 404) witness.note("file kept", `${attachment.url}: ${served?.status}`);
      }
    }
  }
}

/** Those who wander, against what the server shows of them at the end. */
async function judgeWanderers(): Promise<void> {
  const asker = talkers[0];
  if (!asker) return;
  const json = async (answer: Response | undefined) =>
    answer?.status === 200 ? JSON.parse(await answer.text()) : undefined;
  const window = await json(await asker.ask("GET", `/api/channels/${CROSSROADS}/messages`, null, site.url));
  for (const message of v.parse(WindowAnswer, window).messages) for (const one of wanderers) one.saw(message);
  const holders = new Map<string, string>();
  /** Those whose session really lives: the answer to a sign-out may have been cut off. */
  const living = new Map<string, string>();
  for (const { session } of wanderers) {
    const me = session && (await json(await fetch(`${site.url}/api/session`, { headers: { cookie: session.cookie } })));
    if (!me) continue;
    living.set(me.person.id, session.cookie);
    const name: string = me.person.name.toLowerCase();
    if (holders.has(name)) witness.note("two holders of a name", `${name}: ${holders.get(name)} and ${me.person.id}`);
    holders.set(name, me.person.id);
  }
  for (const name of holders.keys()) {
    const taken = await fetch(`${site.url}/api/session`, { method: "POST", body: JSON.stringify({ name }) });
    if (taken.status === 201) witness.note("a living person without a name", `${name} of ${holders.get(name)}`);
  }
  for (const id of wanderers.flatMap((one) => one.ended())) {
    const profile = await json(await asker.ask("GET", `/api/people/${id}`, null, site.url));
    if (profile?.online) witness.note("shown though gone", id);
  }
  const end = Date.now() + TOLD_MS;
  for (const wanderer of wanderers) {
    for (const [channel, { seq, peerId }] of wanderer.directs) {
      const cookie = living.get(peerId);
      if (cookie === undefined) continue;
      const isAnnounced = async () => {
        const list = await json(await fetch(`${site.url}/api/channels`, { headers: { cookie } }));
        return list?.channels.some((one: { id: string; seq: number }) => one.id === channel && one.seq >= seq) ?? false;
      };
      while (!(await isAnnounced())) {
        if (Date.now() > end) {
          witness.note("direct message never announced", `${seq} of ${channel}`);
          break;
        }
        await pause(500);
      }
    }
  }
}

/** Private channels: who is in them, whose list they are in, what is pinned there, and what should be gone by its age. */
async function judgeRooms(): Promise<void> {
  for (const room of rooms) {
    const { id, creator, members, deleted } = room;
    const membersOf = async (): Promise<readonly string[]> => {
      const answer = await creator.ask("GET", `/api/channels/${id}/members`);
      const { members: all = [] }: { members?: { id: string }[] } = answer ? JSON.parse(answer.text) : {};
      return all.map((one) => one.id);
    };
    const inside = new Set(await membersOf());
    for (const resident of residents) {
      const known = members.get(resident);
      const isIn = inside.has(resident.personId);
      if (known !== undefined && known !== isIn) witness.note("told but lost", `${resident.name} in ${id}: ${known}`);
      const end = Date.now() + LATE_MS;
      const isListed = async () => (await resident.ask("GET", "/api/channels"))?.text.includes(`"${id}"`) === true;
      while ((await isListed()) !== isIn && Date.now() < end) await pause(200);
      if ((await isListed()) === isIn) continue;
      witness.note(isIn ? "member without list entry" : "list entry without membership", `${resident.name} and ${id}`);
    }
    const pins = await creator.ask("GET", `/api/channels/${id}/pins`);
    for (const messageId of deleted)
      if (pins?.text.includes(messageId)) witness.note("pin of a deleted message", `${messageId} in ${id}`);
    // Until nothing old is left, or was noted.
    while ((await creator.aged(room)) && witness.counts.get("older than its age limit") === 0) await pause(1_000);
  }
}

function report(): void {
  provoked["cuts in mid-frame"] = network.cuts;
  const acknowledged = [...talkers, ...wanderers, ...residents].reduce((sum, one) => sum + one.acknowledged, 0);
  console.log(`acknowledged: ${acknowledged}; messages told of: ${witness.messages}`);
  for (const [what, count] of Object.entries(provoked)) console.log(`provoked: ${what}: ${count}`);
  for (const anomaly of ANOMALIES) console.log(`anomalies: ${anomaly}: ${witness.counts.get(anomaly)}`);
  for (const note of witness.notes) console.log(`  ${note}`);
  const kind = Object.entries(LEAST).filter(
    ([what, least]) => (Object.entries(provoked).find(([name]) => name === what)?.[1] ?? 0) < least,
  );
  if (isLong) for (const [what, least] of kind) console.log(`too kind: ${what}: fewer than ${least}`);
  if (failure) console.error(failure);
  const failed = witness.total + (isLong ? kind.length : 0) + (failure || acknowledged === 0 ? 1 : 0);
  console.log(`${ANOMALIES.length + 1 - Math.min(failed, ANOMALIES.length)} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Whether something holds within `patienceMs`. */
async function comesTrue(holds: () => boolean, patienceMs: number): Promise<boolean> {
  const end = Date.now() + patienceMs;
  while (!holds()) {
    if (Date.now() > end) return false;
    await pause(50);
  }
  return true;
}

async function until(what: string, holds: () => boolean, patienceMs: number): Promise<void> {
  if (await comesTrue(holds, patienceMs)) return;
  const stuck = talkers
    .filter(({ isDone }) => !isDone)
    .map(({ name, isLive, pending }) => `${name} ${isLive} ${[...pending.keys()].join(", ")}`);
  throw new Error(`waited too long until ${what}: ${stuck.join("; ")}`);
}
