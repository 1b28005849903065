/**
 * Somebody without a browser who talks in one channel as the contract says: what is not acknowledged goes out again under
 * its id, what was missed comes with the next welcome. Everything that is told goes to the witness.
 */

import { parseChannelFrame } from "../../worker/protocol/frames.ts";
import { EMPTY_HISTORY, type History, merge } from "../../worker/protocol/history.ts";
import type { Attachment, Message } from "../../worker/protocol/things.ts";
import type { Chance } from "./chance.ts";
import { SAID_TWICE, type Witness } from "./witness.ts";

/** What somebody has said and has not been told of yet. */
type Pending =
  | { readonly kind: "send"; readonly id: string; readonly text: string; readonly attachments: readonly string[] }
  | { readonly kind: "edit"; readonly id: string; readonly text: string }
  | { readonly kind: "delete"; readonly id: string }
  | { readonly kind: "react"; readonly id: string; readonly emoji: string; readonly on: boolean };

/** A channel by its id and the epoch that the run knows. `early`, while it is made again: epochs of welcomes that came before the answer. */
export type Channel = { readonly id: string; epoch: string; early: Set<string> | undefined };

/** An upload that the server has confirmed: what was sent, to be compared with what is served. */
export type SentFile = { readonly attachment: Attachment; readonly bytes: Uint8Array };

const RETRY_MS = 300;
const PATIENCE_MS = 20_000;
const EMOJI = ["👍", "🎉", "👀"];

export class Talker {
  readonly name: string;
  readonly channel: Channel;
  history: History = EMPTY_HISTORY;
  epoch: string | undefined;
  readonly pending = new Map<string, Pending>();
  /** Of those, the ones that the server has got on the socket of now and has not answered. */
  readonly underWay = new Set<string>();
  /** Confirmed files by id; and uploads whose answer never came. */
  readonly files = new Map<string, SentFile>();
  uploadsUnderWay = 0;
  acknowledged = 0;
  isSilent = false;
  readonly #base: string;
  readonly #chance: Chance;
  readonly #witness: Witness;
  #cookie = "";
  personId = "";
  #socket: WebSocket | undefined;
  /** What was said before goes out first, once the welcome is there. */
  #isWelcomed = false;
  #isOver = false;
  /** Ids first sent on the socket of now, in order; a refusal takes one out. */
  #order: string[] = [];
  #gone: ReadonlySet<string> = new Set();

  constructor(name: string, channel: Channel, base: string, chance: Chance, witness: Witness) {
    this.name = name;
    this.channel = channel;
    this.#base = base;
    this.#chance = chance;
    this.#witness = witness;
  }

  get isLive(): boolean {
    return this.#isWelcomed && this.#socket?.readyState === WebSocket.OPEN && this.epoch === this.channel.epoch;
  }

  async signIn(): Promise<void> {
    const answer = await this.ask("POST", "/api/session", JSON.stringify({ name: this.name }));
    if (answer.status !== 201) throw new Error(`${this.name} could not sign in: ${await answer.text()}`);
    this.#cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
    const { person }: { person: { id: string } } = JSON.parse(await answer.text());
    this.personId = person.id;
  }

  /** A request over the bad network, unless another way is named. */
  ask(
    method: string,
    path: string,
    body: string | Uint8Array<ArrayBuffer> | null = null,
    base = this.#base,
  ): Promise<Response> {
    const headers = { cookie: this.#cookie };
    return fetch(base + path, { method, body, headers, signal: AbortSignal.timeout(PATIENCE_MS) });
  }

  /** Connects, and comes back for as long as the run lasts. */
  connect(): void {
    if (this.#isOver || this.#socket) return;
    const cursor = this.epoch === undefined ? "" : `?epoch=${this.epoch}&since=${this.history.rev}`;
    const url = `${this.#base.replace("http", "ws")}${this.#path}/socket${cursor}`;
    const socket = new WebSocket(url, { headers: { cookie: this.#cookie } });
    this.#socket = socket;
    this.#isWelcomed = false;
    this.#gone = this.#witness.gone();
    socket.onmessage = ({ data }) => typeof data === "string" && this.#hear(data);
    socket.onclose = () => this.#part(socket);
    socket.onerror = () => this.#part(socket);
  }

  /** Lets the connection go, as a phone in a tunnel. */
  drop(): void {
    this.#socket?.close();
  }

  leave(): void {
    this.#isOver = true;
    this.#socket?.close();
  }

  say(attachments: readonly string[] = []): void {
    const id = crypto.randomUUID();
    this.#order.push(id);
    this.#begin({ kind: "send", id, text: `${this.name} ${id.slice(0, 8)}`, attachments });
  }

  /** Something about a message that is there: of one's own an edit or a deletion, of anybody's a reaction. */
  change(kind: "edit" | "delete" | "react"): void {
    const isFree = ({ id, deleted }: Message) => !deleted && ![...this.pending.values()].some((one) => one.id === id);
    const mine = this.history.messages.filter((message) => isFree(message) && message.author.id === this.personId);
    const any = this.history.messages.filter(isFree);
    const message = this.#chance.pick(kind === "react" ? any : mine);
    if (!message) return;
    const { id } = message;
    if (kind === "edit")
      this.#begin({ kind, id, text: `${message.text.slice(0, 60)} again ${this.#chance.between(0, 1_000) | 0}` });
    else if (kind === "delete") this.#begin({ kind, id });
    else this.#begin({ kind, id, emoji: this.#chance.pick(EMOJI) ?? "👍", on: true });
  }

  /** Sends an id that was sent before, with other words: it must come to nothing. */
  repeat(): void {
    const mine = this.history.messages.filter(({ author }) => author.id === this.personId);
    const message = this.#chance.pick(mine);
    if (message && this.isLive) this.#socket?.send(JSON.stringify({ type: "send", id: message.id, text: SAID_TWICE }));
  }

  /** Uploads a file and sends it with a message. */
  async upload(bytes: number): Promise<void> {
    const { epoch } = this.channel;
    const body = crypto.getRandomValues(new Uint8Array(Math.min(bytes, 65_536)));
    const file = new Uint8Array(bytes);
    for (let at = 0; at < bytes; at += body.length) file.set(body.subarray(0, Math.min(body.length, bytes - at)), at);
    this.uploadsUnderWay++;
    try {
      const answer = await this.ask("POST", `${this.#path}/attachments?name=file.bin`, file);
      if (answer.status !== 201) return;
      const attachment: Attachment = JSON.parse(await answer.text());
      this.files.set(attachment.id, { attachment, bytes: file });
      if (epoch === this.channel.epoch) this.say([attachment.id]);
    } catch {
      // cut off: the sweep's to clear up
    } finally {
      this.uploadsUnderWay--;
    }
  }

  /** Whether everything that was said is acknowledged or can no longer be. */
  get isDone(): boolean {
    return this.pending.size === 0 && this.uploadsUnderWay === 0 && this.isLive;
  }

  get #path(): string {
    return `/api/channels/${this.channel.id}`;
  }

  #begin(pending: Pending): void {
    this.pending.set(`${pending.kind} ${pending.id}`, pending);
    this.#send(pending);
  }

  #send({ kind, ...about }: Pending): void {
    if (!this.isLive) return;
    this.underWay.add(`${kind} ${about.id}`);
    this.#socket?.send(JSON.stringify({ type: kind, ...about }));
  }

  #hear(data: string): void {
    const frame = parseChannelFrame(data);
    if (!frame) return;
    if (frame.type === "error")
      return this.#refused(frame.command ?? "", frame.id ?? "", frame.code, frame.retryAfterMs);
    if (frame.type === "welcome") {
      const { id, epoch, early } = this.channel;
      if (frame.epoch !== epoch && early) early.add(frame.epoch);
      else if (frame.epoch !== epoch) this.#witness.note("epoch changed", `${id}: ${frame.epoch} for ${epoch}`);
      if (frame.reset && this.epoch === frame.epoch && this.history.rev > frame.head.rev) {
        this.#witness.note(
          "told but lost",
          `${this.channel.id}: ${this.history.rev} was told, ${frame.head.rev} is left`,
        );
      }
      if (this.epoch !== frame.epoch) this.#forget();
      this.#witness.fresh(frame.messages, this.#gone);
      const held = frame.reset ? [] : this.history.messages;
      this.epoch = frame.epoch;
      this.history = merge({ ...frame.head, messages: held }, frame.messages);
    } else if (frame.type === "messages") {
      this.#witness.inOrder(frame.messages, this.history);
      this.history = merge(this.history, frame.messages);
    } else {
      return;
    }
    const epoch = this.epoch ?? "";
    for (const message of frame.messages) this.#witness.saw(epoch, message);
    this.#witness.holds(epoch, this.history.messages, this.history.seq);
    this.#settle();
    if (frame.type !== "welcome") return;
    this.#isWelcomed = true;
    for (const pending of this.pending.values()) this.#send(pending);
  }

  /** What the history shows to be done. */
  #settle(): void {
    const byId = new Map(this.history.messages.map((message) => [message.id, message]));
    for (const [key, pending] of this.pending) {
      const message = byId.get(pending.id);
      if (!message && pending.kind !== "send")
        this.#drop(key); // it has left the window: nobody can tell
      else if (message?.deleted && pending.kind !== "delete" && pending.kind !== "send") this.#drop(key);
      else if (message && this.#isShown(pending, message)) this.#done(key, pending);
    }
  }

  #isShown(pending: Pending, message: Message): boolean {
    if (pending.kind === "send" || message.deleted) return true;
    if (pending.kind === "edit") return message.text === pending.text;
    if (pending.kind === "delete") return false;
    const same = message.reactions?.find(({ emoji }) => emoji === pending.emoji);
    return same?.people.some(({ id }) => id === this.personId) === pending.on;
  }

  #drop(key: string): void {
    this.pending.delete(key);
    this.underWay.delete(key);
  }

  #done(key: string, { kind, id }: Pending): void {
    this.#drop(key);
    this.acknowledged++;
    if (kind === "delete") this.#witness.sawGone(id, id);
  }

  #refused(command: string, id: string, code: string, retryAfterMs = RETRY_MS): void {
    const key = `${command} ${id}`;
    const pending = this.pending.get(key);
    this.underWay.delete(key);
    this.#order = this.#order.filter((sent) => sent !== id);
    if (!pending) return;
    if (code === "rate_limited" || code === "busy")
      return void setTimeout(() => this.pending.has(key) && this.#send(pending), retryAfterMs);
    this.pending.delete(key); // already_sent, not_found of what left the window, a file that was swept
  }

  #part(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    this.underWay.clear();
    this.#witness.order(this.epoch ?? "", this.#order);
    this.#order = [];
    if (!this.#isOver) setTimeout(() => this.connect(), this.#chance.between(50, RETRY_MS * 2));
  }

  #forget(): void {
    this.pending.clear();
    this.files.clear();
    this.history = EMPTY_HISTORY;
  }
}
