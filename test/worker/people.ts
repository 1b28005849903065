/** People for the tests: each has a cookie, asks over HTTP and sits on sockets of the real objects. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { onTestFinished } from "vitest";
import worker from "../../worker/index.ts";
import {
  type ChannelFrame,
  type DirectoryFrame,
  parseChannelFrame,
  parseDirectoryFrame,
  type WelcomeFrame,
} from "../../worker/protocol/frames.ts";
import type { Channel, Message, Person } from "../../worker/protocol/things.ts";

const ORIGIN = "https://flack.test";
/** How long a wait may last before the test says what it waited for (ms). */
const PATIENCE_MS = 10_000;

export type Ask = {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Two letters: where the request comes from, as the network says. */
  readonly continent?: string;
};

/** A request as it is, without anybody's cookie. `variables` are those of a site set up otherwise. */
export function ask(
  method: string,
  path: string,
  { body, headers, continent }: Ask = {},
  variables: Partial<Env> = {},
): Promise<Response> {
  const site = { ...env, CHANNEL: env.CHANNEL, DIRECTORY: env.DIRECTORY, PEOPLE: env.PEOPLE, ...variables };
  const init: RequestInit = { method, redirect: "manual", headers: { ...headers } };
  if (continent !== undefined) init.cf = { continent };
  if (body !== undefined)
    init.body =
      typeof body === "string" || body instanceof Uint8Array || body instanceof ReadableStream
        ? body
        : JSON.stringify(body);
  return Promise.resolve(worker.fetch(new Request(ORIGIN + path, init), site, createExecutionContext()));
}

/** The problem document of a refusal: its status and code. */
export async function problemOf(response: Response): Promise<{ status: number; code: unknown }> {
  const text = await response.text();
  const body: Record<string, unknown> = text === "" ? {} : JSON.parse(text);
  return { status: response.status, code: body["code"] };
}

/** Somebody with a session of their own. */
export class Somebody {
  readonly person: Person;
  readonly cookie: string;
  readonly #credentials: Record<string, string>;
  /** How the site is set up for this person. */
  #site: Partial<Env> = {};

  /** `key`: of a bot, which shows it instead of a cookie. */
  constructor(person: Person, cookie: string, key?: string) {
    this.person = person;
    this.cookie = cookie;
    this.#credentials = key === undefined ? { Cookie: cookie } : { Authorization: `Bearer ${key}` };
  }

  ask(method: string, path: string, { body, headers }: Ask = {}, variables: Partial<Env> = {}): Promise<Response> {
    // An owner stays one as long as the site has that code.
    if (path === "/api/session/owner" && variables.OWNER_CODE) this.#site = { OWNER_CODE: variables.OWNER_CODE };
    const site = { ...this.#site, ...variables };
    return ask(method, path, { body, headers: { ...this.#credentials, ...headers } }, site);
  }

  async makeChannel(name: string): Promise<Channel> {
    const response = await this.ask("POST", "/api/channels", { body: { name } });
    if (response.status !== 201) throw new Error(`no channel ${name}: ${await response.text()}`);
    return response.json();
  }

  async post(channel: string, text: string, id: string = crypto.randomUUID()): Promise<Message> {
    const response = await this.ask("POST", `${path(channel)}/messages`, { body: { id, text } });
    if (!response.ok) throw new Error(`not posted: ${await response.text()}`);
    return response.json();
  }

  /** Sits down in a channel; `cursor` is what this person holds from before. */
  join(
    channel: string,
    cursor?: { epoch: string; since: number | string },
    headers: Record<string, string> = {},
  ): Promise<Seat<ChannelFrame>> {
    const query = cursor ? `?epoch=${cursor.epoch}&since=${cursor.since}` : "";
    return this.#sit(`${path(channel)}/socket${query}`, parseChannelFrame, headers);
  }

  watch(headers: Record<string, string> = {}): Promise<Seat<DirectoryFrame>> {
    return this.#sit("/api/directory/socket", parseDirectoryFrame, headers);
  }

  async #sit<F extends { type: string }>(
    socketPath: string,
    parse: (data: string) => F | undefined,
    headers: Record<string, string>,
  ): Promise<Seat<F>> {
    const response = await this.ask("GET", socketPath, { headers: { ...headers, Upgrade: "websocket" } });
    const socket = response.webSocket;
    if (!socket) throw new Error(`no socket: ${response.status} ${await response.text()}`);
    const seat = new Seat(socket, parse);
    onTestFinished(() => seat.close());
    return seat;
  }
}

/** Signs somebody in; the name is made unique unless it is given whole. */
export async function arrive(name: string, headers: Record<string, string> = {}): Promise<Somebody> {
  const response = await ask("POST", "/api/session", { body: { name }, headers });
  if (response.status !== 201) throw new Error(`${name} could not sign in: ${await response.text()}`);
  const { person }: { person: Person } = await response.json();
  return new Somebody(person, cookieOf(response));
}

export function cookieOf(response: Response): string {
  return (response.headers.get("Set-Cookie") ?? "").split(";")[0] ?? "";
}

export function path(channel: string): string {
  return `/api/channels/${encodeURIComponent(channel)}`;
}

/** A bot that a person makes, and its key. */
export async function makeBot(
  maker: Somebody,
  name = `Bot ${freshName()}`,
): Promise<{ readonly bot: Somebody; readonly key: string }> {
  const answer = await maker.ask("POST", "/api/bots", { body: { name } });
  if (answer.status !== 201) throw new Error(`no bot ${name}: ${await answer.text()}`);
  const { person, key }: { person: Person; key: string } = await answer.json();
  return { bot: new Somebody(person, "", key), key };
}

let channels = 0;
/** A channel's name that no other test has. */
export function freshName(): string {
  channels++;
  return `room-${channels}`;
}

/** Two people and a channel that the first of them made, all three with names of their own. */
export async function twoInAChannel(): Promise<{ ada: Somebody; bea: Somebody; channel: Channel }> {
  const name = freshName();
  const ada = await arrive(`Ada ${name}`);
  const bea = await arrive(`Bea ${name}`);
  return { ada, bea, channel: await ada.makeChannel(name) };
}

/** One end of a socket: every frame is kept, and waiting says what was waited for. */
export class Seat<F extends { type: string }> {
  readonly frames: F[] = [];
  readonly pongs: string[] = [];
  closed: { code: number; reason: string } | undefined;
  readonly #socket: WebSocket;
  #notice: (() => void)[] = [];

  constructor(socket: WebSocket, parse: (data: string) => F | undefined) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const frame = typeof data === "string" ? parse(data) : undefined;
      if (frame) this.frames.push(frame);
      else this.pongs.push(String(data));
      this.#wake();
    });
    socket.addEventListener("close", ({ code, reason }) => {
      this.closed = { code, reason };
      this.#wake();
    });
    socket.accept();
  }

  send(frame: unknown): void {
    this.#socket.send(typeof frame === "string" || frame instanceof ArrayBuffer ? frame : JSON.stringify(frame));
  }

  close(code = 1000): void {
    if (!this.closed) this.#socket.close(code);
  }

  /** The first frame of that type that fits, from now or before. */
  async next<T extends F["type"]>(
    type: T,
    fits: (frame: Extract<F, { type: T }>) => boolean = () => true,
  ): Promise<Extract<F, { type: T }>> {
    const isFit = (frame: F): frame is Extract<F, { type: T }> =>
      frame.type === type && fits(frame as Extract<F, { type: T }>);
    let found: Extract<F, { type: T }> | undefined;
    await this.until(`a ${type} frame`, () => {
      found = this.frames.find(isFit);
      return found !== undefined;
    });
    if (!found) throw new Error("unreachable");
    return found;
  }

  /** Waits until something holds, looking again at every frame. */
  until(what: string, holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => {
        const seen = JSON.stringify(this.frames.slice(-5)).slice(0, 2_000);
        reject(new Error(`waited for ${what}; closed: ${JSON.stringify(this.closed)}; last frames: ${seen}`));
      }, PATIENCE_MS);
      const look = () => {
        if (!holds()) return void this.#notice.push(look);
        clearTimeout(timeout);
        resolve();
      };
      this.#notice.push(look);
    });
  }

  async closing(): Promise<number> {
    await this.until("the socket to close", () => this.closed !== undefined);
    return this.closed?.code ?? 0;
  }

  #wake(): void {
    const notice = this.#notice;
    this.#notice = [];
    for (const look of notice) look();
  }
}

/** The messages a seat has been told of, newest state each, by `seq`: what a naive reader would write down. */
export function heard(seat: Seat<ChannelFrame>): Message[] {
  const notes = new Map<number, Message>();
  for (const frame of seat.frames) {
    if (frame.type === "welcome" && frame.reset) notes.clear();
    if (frame.type !== "welcome" && frame.type !== "messages") continue;
    for (const message of frame.messages) notes.set(message.seq, message);
  }
  return [...notes.values()].sort((a, b) => a.seq - b.seq);
}

export async function welcomed(seat: Seat<ChannelFrame>): Promise<WelcomeFrame> {
  return await seat.next("welcome");
}
