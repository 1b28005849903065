/**
 * A person who is in private channels: makes them, brings others in, takes them out, writes, pins and deletes there. What was answered is
 * remembered, to be held against what the server shows later.
 */
import type { WindowAnswer } from "../../worker/protocol/answers.ts";
import { parseChannelFrame } from "../../worker/protocol/frames.ts";
import type { Channel, Message, Person } from "../../worker/protocol/things.ts";
import type { Chance } from "./chance.ts";
import type { Witness } from "./witness.ts";

const PATIENCE_MS = 20_000;
/** Clocks of one machine agree so far (ms). */
const CLOCK_MS = 100;
const ROOMS = 5;
/** A change that was not answered has taken effect after this time (ms), or never does: a call that hangs ends before. */
const SETTLED_MS = 4_000;
/** What the rooms with an age limit are told to keep (ms), and how long that is here: a thousandth. Every second room has one. */
const KEEP_MS = 3_600_000;
const KEPT_MS = KEEP_MS / 1_000;
/** What is older than its age limit goes so soon (ms): a minute by the contract. */
const GOES_MS = 60_000;

/** A private channel, as far as was answered. */
export type Room = {
  readonly id: string;
  readonly creator: Resident;
  /** Who is in it; `undefined` while a change is under way, or was not answered. */
  readonly members: Map<Resident, boolean | undefined>;
  /** By person: when (ms) a change of theirs was not answered. */
  readonly unanswered: Map<Resident, number>;
  readonly messages: string[];
  /** Since when (ms) it has an age limit, as far as was answered. */
  agesFrom: number | undefined;
  /** Messages whose deletion was answered. */
  readonly deleted: Set<string>;
};

type Ways = {
  readonly rooms: Room[];
  readonly base: () => string;
  readonly chance: Chance;
  readonly witness: Witness;
};

export class Resident {
  readonly name: string;
  acknowledged = 0;
  /** Changes of membership under way. */
  changesUnderWay = 0;
  readonly #ways: Ways;
  #cookie = "";
  #person: Person | undefined;
  /** By room: the open socket, and since when (ms) it may tell nothing more. */
  readonly #sockets = new Map<Room, { readonly socket: WebSocket; endedAt: number }>();

  constructor(name: string, ways: Ways) {
    this.name = name;
    this.#ways = ways;
  }

  get personId(): string {
    return this.#person?.id ?? "";
  }

  async signIn(): Promise<void> {
    const answer = await fetch(`${this.#ways.base()}/api/session`, {
      method: "POST",
      body: JSON.stringify({ name: this.name }),
    });
    if (answer.status !== 201) throw new Error(`${this.name} could not sign in: ${await answer.text()}`);
    this.#cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
    this.#person = JSON.parse(await answer.text()).person;
  }

  /** One thing that one does. What fails is not answered, and nothing is known. */
  async step(others: readonly Resident[]): Promise<void> {
    const { chance, rooms } = this.#ways;
    const room = chance.pick(rooms.filter(({ members }) => members.get(this) === true));
    if (!room) return rooms.length < ROOMS ? this.#make(others) : undefined;
    await this.#lookAgain(room);
    const what = chance.next();
    if (what < 0.05 && rooms.length < ROOMS) return this.#make(others);
    if (what < 0.3) return this.#write(room);
    if (what < 0.45) return this.#bringIn(room, others);
    if (what < 0.65) return this.#takeOut(room, others);
    if (what < 0.8) return this.#pin(room);
    if (what < 0.9) return this.#delete(room);
    if (what < 0.95) return void (await this.aged(room));
    return this.#listen(room);
  }

  /** Asks as this person; `undefined`: there was no answer, or not all of it. */
  async ask(method: string, path: string, body?: unknown): Promise<{ status: number; text: string } | undefined> {
    try {
      const answer = await fetch(this.#ways.base() + path, {
        method,
        headers: { cookie: this.#cookie },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      return { status: answer.status, text: await answer.text() };
    } catch {
      return undefined; // the server died, or the network
    }
  }

  /** Looks for messages that a room's age limit should have taken by now. Answers whether any that are older are left at all. */
  async aged({ id, agesFrom }: Room): Promise<boolean> {
    if (agesFrom === undefined) return false;
    const askedAt = Date.now();
    const answer = await this.ask("GET", `/api/channels/${id}/messages`);
    if (answer?.status !== 200) return false;
    const { messages }: WindowAnswer = JSON.parse(answer.text);
    const agedAt = (sentAt: number) => Math.max(sentAt + KEPT_MS, agesFrom);
    for (const one of messages)
      if (agedAt(one.sentAt) + GOES_MS < askedAt)
        this.#ways.witness.note("older than its age limit", `${one.id} in ${id}`);
    return messages.some(({ sentAt }) => agedAt(sentAt) < askedAt);
  }

  leave(): void {
    for (const { socket } of this.#sockets.values()) socket.close();
  }

  async #make(others: readonly Resident[]): Promise<void> {
    const { chance, rooms } = this.#ways;
    const other = chance.pick(others.filter((one) => one !== this));
    const members = other ? [other.personId] : [];
    const answer = await this.ask("POST", "/api/channels", { name: `rooms-${rooms.length}`, private: true, members });
    if (answer?.status !== 201) return;
    const { id }: Channel = JSON.parse(answer.text);
    const inIt = new Map(others.map((one) => [one, one === this || one === other] as const));
    const room: Room = {
      id,
      creator: this,
      members: inIt,
      unanswered: new Map(),
      messages: [],
      agesFrom: undefined,
      deleted: new Set(),
    };
    const isAgeing = rooms.push(room) % 2 === 1;
    this.acknowledged++;
    const ruled = isAgeing ? await this.ask("PATCH", `/api/channels/${id}`, { keepMs: KEEP_MS }) : undefined;
    if (ruled?.status !== 200) return;
    room.agesFrom = Date.now();
    this.acknowledged++;
  }

  async #write({ id, messages }: Room): Promise<void> {
    const message = crypto.randomUUID();
    const answer = await this.ask("POST", `/api/channels/${id}/messages`, { id: message, text: "among us" });
    if (answer?.status !== 201) return;
    messages.push(message);
    this.acknowledged++;
  }

  async #bringIn(room: Room, others: readonly Resident[]): Promise<void> {
    const other = this.#ways.chance.pick(others.filter((one) => room.members.get(one) === false));
    if (!other) return;
    await this.#change(room, other, async () => {
      const path = `/api/channels/${room.id}/members`;
      const answer = await this.ask("POST", path, { person: other.personId });
      if (answer === undefined || answer.status >= 500) return undefined;
      return answer.status < 300;
    });
  }

  /** The creator takes someone out; anyone else leaves. */
  async #takeOut(room: Room, others: readonly Resident[]): Promise<void> {
    const isIn = (one: Resident) => one !== room.creator && room.members.get(one) === true;
    const other = this === room.creator ? this.#ways.chance.pick(others.filter(isIn)) : this;
    if (!other) return;
    const isOut = await this.#change(room, other, async () => {
      const answer = await this.ask("DELETE", `/api/channels/${room.id}/members/${other.personId}`);
      if (answer === undefined || answer.status >= 500) return undefined;
      return answer.status !== 204 && answer.status !== 404;
    });
    if (isOut === false) await other.#isOut(room);
  }

  /** Changes who is in, one at a time for each person, and remembers the outcome. */
  async #change(
    { members, unanswered }: Room,
    who: Resident,
    change: () => Promise<boolean | undefined>,
  ): Promise<boolean | undefined> {
    members.set(who, undefined);
    this.changesUnderWay++;
    const isIn = await change();
    this.changesUnderWay--;
    members.set(who, isIn);
    if (isIn === undefined) unanswered.set(who, Date.now());
    else this.acknowledged++;
    return isIn;
  }

  /** Whether those are in it whose change was not answered: as the server shows it. */
  async #lookAgain({ id, members, unanswered }: Room): Promise<void> {
    const settled = [...unanswered].filter(([, at]) => Date.now() > at + SETTLED_MS).map(([who]) => who);
    if (settled.length === 0) return;
    const answer = await this.ask("GET", `/api/channels/${id}/members`);
    if (answer?.status !== 200) return;
    for (const who of settled) {
      members.set(who, answer.text.includes(`"${who.personId}"`));
      unanswered.delete(who);
    }
  }

  /** From the answer on nothing of the room is for this person. */
  async #isOut(room: Room): Promise<void> {
    const listening = this.#sockets.get(room);
    if (listening) listening.endedAt = Date.now();
    this.#sockets.delete(room);
    const path = `/api/channels/${room.id}/messages`;
    const asked = [
      await this.ask("GET", path),
      await this.ask("POST", path, { id: crypto.randomUUID(), text: "from outside" }),
    ];
    if (room.members.get(this) !== false) return; // someone has brought this one in again meanwhile
    for (const answer of asked)
      if (answer && answer.status < 300)
        this.#ways.witness.note("seen by a non-member", `${this.name} in ${room.id}: ${answer.text.slice(0, 80)}`);
  }

  async #pin({ id, messages }: Room): Promise<void> {
    const messageId = this.#ways.chance.pick(messages);
    if (messageId === undefined) return;
    const answer = await this.ask("POST", `/api/channels/${id}/pins`, { messageId });
    if (answer && answer.status < 300) this.acknowledged++;
    if (answer?.status === 422) await this.ask("DELETE", `/api/channels/${id}/pins/${messages[0]}`);
  }

  async #delete({ id, messages, deleted }: Room): Promise<void> {
    const messageId = this.#ways.chance.pick(messages);
    if (messageId === undefined) return;
    const answer = await this.ask("DELETE", `/api/channels/${id}/messages/${messageId}`);
    if (answer?.status !== 204) return; // someone else's, or no answer
    deleted.add(messageId);
    this.acknowledged++;
  }

  /** Has the room open, for as long as the connection lasts. */
  #listen(room: Room): void {
    if (this.#sockets.has(room)) return;
    const url = `${this.#ways.base().replace("http", "ws")}/api/channels/${room.id}/socket`;
    const listening = {
      socket: new WebSocket(url, { headers: { cookie: this.#cookie } }),
      endedAt: Number.POSITIVE_INFINITY,
    };
    this.#sockets.set(room, listening);
    listening.socket.onmessage = ({ data }) => {
      const frame = typeof data === "string" ? parseChannelFrame(data) : undefined;
      const messages: readonly Message[] = frame?.type === "messages" ? frame.messages : [];
      const late = messages.find(({ sentAt }) => sentAt > listening.endedAt + CLOCK_MS);
      if (late) this.#ways.witness.note("seen by a non-member", `${late.id} on a socket of ${this.name}`);
    };
    const forget = () => {
      if (this.#sockets.get(room) === listening) this.#sockets.delete(room);
    };
    listening.socket.onclose = forget;
    listening.socket.onerror = forget;
  }
}
