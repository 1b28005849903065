/** Who may know what: random histories of private channels and groups, checked against a naive model of who was told. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Channel } from "../../../worker/protocol/things.ts";
import "../laws.ts";
import { arrive, ask, freshName, path, type Seat, type Somebody } from "../people.ts";

const HISTORIES = 1_000;
/** Histories of the same four people: each of them may make ten channels in an hour. */
const HISTORIES_OF_FOUR = 10;
const FOUR = [0, 1, 2, 3] as const;
/** Of the four, the one who is an owner of the site. */
const OWNER = 3;
const SITE = { OWNER_CODE: "the code" };

type Action = {
  readonly kind: (typeof KINDS)[number];
  readonly who: number;
  readonly whom: number;
  readonly nth: number;
};

const KINDS = [
  "send",
  "send",
  "edit",
  "delete",
  "add",
  "remove",
  "topic",
  "pin",
  "sit",
  "probe",
  "invite",
  "report",
] as const;
/** What is tried by whom it may not concern; `{id}` is a message. */
const PROBES = ["", "/messages", "/messages?newest", "/members", "/pins"];

const history = fc.record({
  isGroup: fc.boolean(),
  members: fc.uniqueArray(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }),
  actions: fc.array(
    fc.record({
      kind: fc.constantFrom(...KINDS),
      who: fc.nat(3),
      whom: fc.nat(3),
      nth: fc.nat(5),
    }),
    { minLength: 3, maxLength: 10 },
  ),
});

type Told = { readonly words: string; readonly people: Set<number> };

/** What the people of one private channel may know, as they may know it. */
class Room {
  readonly id: string;
  /** An id is as secret as what is said there. */
  readonly identity: Told;
  readonly isGroup: boolean;
  /** In the order in which they came: when the creator goes, the first of them is the next one. */
  members: number[];
  topic: Told;
  readonly messages = new Map<string, { readonly author: number; told: Told }>();

  constructor(identity: Told, isGroup: boolean, members: number[], topic: Told) {
    this.id = identity.words;
    this.identity = identity;
    this.isGroup = isGroup;
    this.members = members;
    this.topic = topic;
  }

  /** What a person who comes in now is shown. */
  shown(): readonly Told[] {
    return [this.identity, this.topic, ...[...this.messages.values()].map(({ told }) => told)];
  }
}

/** Four people with open feeds, all that they ever received, and all that was ever said by whom to whom. */
class World {
  readonly people: readonly Somebody[];
  readonly feeds: readonly Seat<{ type: string }>[];
  readonly seats: { readonly who: number; readonly seat: Seat<{ type: string }> }[] = [];
  readonly answers: string[][] = FOUR.map(() => []);
  readonly secrets: Told[] = [];
  #count = 0;

  private constructor(people: readonly Somebody[], feeds: readonly Seat<{ type: string }>[]) {
    this.people = people;
    this.feeds = feeds;
  }

  static async open(): Promise<World> {
    const label = freshName();
    const headers = { "CF-Connecting-IP": `203.0.113.${Math.floor(Math.random() * 250)}` };
    const people = await Promise.all(FOUR.map((n) => arrive(`P${n} ${label}`, headers)));
    await people[OWNER]?.ask("POST", "/api/session/owner", { body: { code: SITE.OWNER_CODE } }, SITE);
    return new World(people, await Promise.all(people.map((one) => one.watch())));
  }

  secret(people: readonly number[]): Told {
    this.#count++;
    const told = { words: `secret${this.#count}x${crypto.randomUUID().slice(0, 8)}`, people: new Set(people) };
    this.secrets.push(told);
    return told;
  }

  /** Asks as a person, and notes what the answer tells them. */
  async ask(who: number, method: string, route: string, body?: unknown): Promise<{ status: number; text: string }> {
    const response = await this.#person(who).ask(method, route, body === undefined ? {} : { body });
    const text = await response.text();
    this.answers[who]?.push(text);
    return { status: response.status, text };
  }

  async sit(who: number, id: string): Promise<boolean> {
    try {
      this.seats.push({ who, seat: await this.#person(who).join(id) });
      return true;
    } catch {
      return false;
    }
  }

  idOf(who: number): string {
    return this.#person(who).person.id;
  }

  /** What someone received that nobody ever told them. */
  leaks(): string[] {
    return FOUR.flatMap((who) => {
      const seats = this.seats.filter((one) => one.who === who).map(({ seat }) => seat);
      const frames = [this.feeds[who], ...seats].map((seat) => JSON.stringify(seat?.frames));
      const received = [...frames, ...(this.answers[who] ?? [])].join("\n");
      return this.secrets
        .filter(({ words, people }) => !people.has(who) && received.includes(words))
        .map(({ words }) => `person ${who} knows ${words}`);
    });
  }

  #person(who: number): Somebody {
    const person = this.people[who];
    if (!person) throw new Error(`there is no person ${who}`);
    return person;
  }
}

async function begin(world: World, isGroup: boolean, others: readonly number[]): Promise<Room> {
  const members = isGroup ? [0, 1, 2] : [0, ...others];
  const topic = world.secret(members);
  const ids = members.slice(1).map((who) => world.idOf(who));
  const body = { name: freshName(), topic: topic.words, private: true, members: ids };
  const { text } = isGroup
    ? await world.ask(0, "POST", "/api/directs", { people: ids })
    : await world.ask(0, "POST", "/api/channels", body);
  const { id }: Channel = JSON.parse(text);
  const identity = { words: id, people: new Set(members) };
  world.secrets.push(identity);
  return new Room(identity, isGroup, members, topic);
}

/** Does it, and holds the answer against who may do it. */
async function act(world: World, room: Room, { kind, who, whom, nth }: Action): Promise<void> {
  const isMember = room.members.includes(who);
  const [id, message] = [...room.messages][nth] ?? [];
  const isHis = message?.author === who;
  const route = path(room.id);
  const answers = async (asked: Promise<{ status: number }>, mayBe: boolean, otherwise = 404) => {
    const { status } = await asked;
    if (!isMember) expect(status).toBe(404);
    else if (mayBe) expect(status).toBeLessThan(300);
    else expect(status).toBe(otherwise);
  };
  switch (kind) {
    case "send": {
      const told = world.secret(isMember ? room.members : []);
      const sent = crypto.randomUUID();
      const text = `${told.words} <@${world.idOf(whom)}>`;
      await answers(world.ask(who, "POST", `${route}/messages`, { id: sent, text }), true);
      if (isMember) room.messages.set(sent, { author: who, told });
      return;
    }
    case "edit": {
      if (!id || !message) return;
      const told = world.secret(isMember && isHis ? room.members : []);
      await answers(world.ask(who, "PATCH", `${route}/messages/${id}`, { text: told.words }), isHis, 403);
      if (isMember && isHis) message.told = told;
      return;
    }
    case "delete": {
      if (!id) return;
      await answers(world.ask(who, "DELETE", `${route}/messages/${id}`), isHis, 403);
      if (isMember && isHis) room.messages.delete(id);
      return;
    }
    case "add": {
      const isIn = room.members.includes(whom);
      const asked = world.ask(who, "POST", `${route}/members`, { person: world.idOf(whom) });
      if (room.isGroup) return void (await answers(asked, false, isMember ? (await asked).status : 404));
      await answers(asked, true);
      if (isMember && !isIn) enter(room, whom);
      return;
    }
    case "remove": {
      const isIn = room.members.includes(whom);
      // The last one out deletes the channel; a history goes on while there is one.
      if (room.isGroup || room.members.length === 1) return;
      const mayRemove = isIn && (who === whom || room.members[0] === who);
      await answers(
        world.ask(who, "DELETE", `${route}/members/${world.idOf(whom)}`),
        mayRemove,
        room.members[0] === who ? 404 : 403,
      );
      if (isMember && mayRemove) room.members = room.members.filter((one) => one !== whom);
      return;
    }
    case "topic": {
      if (room.isGroup) return;
      const mayChange = isMember && room.members[0] === who;
      const told = world.secret(mayChange ? room.members : []);
      const { status } = await world.ask(who, "PATCH", route, { topic: told.words });
      if (!isMember) expect(status).toBe(404);
      else if (!mayChange) expect(status).toBe(403);
      if (status === 200) room.topic = told;
      return;
    }
    case "pin":
      if (id) await answers(world.ask(who, "POST", `${route}/pins`, { messageId: id }), true);
      return;
    case "sit":
      expect(await world.sit(who, room.id)).toBe(isMember);
      return;
    case "probe": {
      for (const probe of PROBES) await world.ask(who, "GET", route + probe);
      const { text } = await world.ask(who, "GET", "/api/channels");
      if (isMember) expect(text).toContain(room.id);
      const window = await world.ask(who, "GET", `${route}/messages`);
      for (const { told } of room.messages.values()) expect(window.text.includes(told.words)).toBe(isMember);
      return;
    }
    case "invite": {
      if (room.isGroup || room.members.includes(whom)) return;
      const asked = world.ask(who, "POST", "/api/invites", { channel: room.id });
      await answers(asked, true);
      if (!isMember) return;
      const { url }: { url: string } = JSON.parse((await asked).text);
      const token = /#invite=(.+)$/.exec(url)?.[1] ?? "";
      // Whoever has an invite may come in: from now on the channel is no secret to them.
      enter(room, whom);
      expect((await world.ask(whom, "POST", "/api/invites/accept", { token })).status).toBeLessThan(300);
      return;
    }
    case "report": {
      if (!id || !message) return;
      // What is reported, and where it is, is known to the owners of the site.
      if (isMember) for (const told of [room.identity, message.told]) told.people.add(OWNER);
      await answers(world.ask(who, "POST", `${route}/messages/${id}/report`, { reason: "" }), true);
      return;
    }
    default:
      kind satisfies never;
  }
}

/** Who comes in is shown what there is. */
function enter(room: Room, who: number): void {
  room.members = [...room.members, who];
  for (const { people } of room.shown()) people.add(who);
}

test("nobody ever receives what nobody told them, in a thousand histories", { timeout: 300_000 }, async () => {
  expect((await ask("GET", "/api/session")).status).toBe(401);
  let world = await World.open();
  let histories = 0;
  await fc.assert(
    fc.asyncProperty(history, async ({ isGroup, members, actions }) => {
      if (histories++ % HISTORIES_OF_FOUR === 0) world = await World.open();
      const room = await begin(world, isGroup, members);
      for (const action of actions) await act(world, room, action);
      expect(world.leaks()).toEqual([]);
    }),
    { numRuns: HISTORIES },
  );
});
