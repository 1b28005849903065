/**
 * One channel: sockets in, decisions, frames out. The object is named by the channel's epoch.
 * The class only receives calls, checks them and hands them on; the rules are in the files beside it.
 */
import { DurableObject } from "cloudflare:workers";
import { Authority, type Identity } from "../platform/authority.ts";
import { Broadcast, messagesFrame } from "../platform/broadcast.ts";
import { readForwardedIdentity, STALE_STATUS } from "../platform/forwarded-identity.ts";
import { directoryOf, shardStub } from "../platform/objects.ts";
import { Outbox } from "../platform/outbox.ts";
import { problem } from "../platform/problem.ts";
import { Schedule } from "../platform/schedule.ts";
import { shardOf } from "../platform/shard-id.ts";
import { Sockets } from "../platform/sockets.ts";
import { type MessageCommand, parseChannelCommand } from "../protocol/commands.ts";
import { isFor } from "../protocol/text.ts";
import { Allowances } from "./allowances.ts";
import { Attendance } from "./attendance.ts";
import { ChannelStore } from "./channel-store.ts";
import { ChannelFiles } from "./files.ts";
import { Messages } from "./messages.ts";
import { Reports, sendReport } from "./reports.ts";
import type { ChannelAuth, CommandOutcome, FileFacts, FileOutcome, Gone, NotAdmitted, TopicOutcome } from "./rpc.ts";
import { deliverToDirectory, Settings } from "./settings.ts";
import { refOf } from "./tables.ts";

type Authorized = { readonly kind: "authorized"; readonly auth: ChannelAuth };

const GONE: Gone = { kind: "gone" };
export class Channel extends DurableObject<Env> {
  readonly #store: ChannelStore;
  readonly #sockets: Sockets<ChannelAuth>;
  readonly #attendance: Attendance;
  readonly #broadcast: Broadcast;
  readonly #files: ChannelFiles;
  readonly #reports: Reports;
  readonly #outbox: Outbox;
  readonly #schedule: Schedule;
  readonly #authority = new Authority();
  readonly #messages: Messages;
  readonly #settings: Settings;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { storage } = ctx;
    this.#store = new ChannelStore(storage);
    this.#sockets = new Sockets(ctx, {
      entered: (socket, { person }) => this.#attendance.enter(socket, person),
      left: (socket) => this.#attendance.leave(socket),
    });
    this.#attendance = new Attendance(this.#sockets);
    this.#broadcast = new Broadcast((frame) => this.#sockets.broadcast(frame));
    const reschedule = () => this.#schedule.update();
    this.#files = new ChannelFiles(this.#store, {
      bucket: env.FILES,
      settle: async (personId, ids) => shardStub(env, shardOf(personId) ?? 0).settleUploads(personId, ids),
      reschedule,
      isEndDelivered: () => this.#outbox.isEmpty,
      forget: () => this.#store.deleteAll(),
    });
    this.#reports = new Reports({
      history: () => this.#messages.history,
      channel: () => refOf(this.#store.about),
      store: this.#store,
      send: (target, news) => sendReport(env, target, news),
      reschedule,
    });
    this.#outbox = new Outbox(
      storage.sql,
      () => this.#store.tables.exist,
      (_, row) => deliverToDirectory(env, this.#store, row),
      reschedule,
    );
    const [store, outbox, allowances] = [this.#store, this.#outbox, new Allowances()];
    this.#messages = new Messages({
      store,
      broadcast: this.#broadcast,
      files: this.#files,
      reports: this.#reports,
      allowances,
      takesFiles: env.FILES !== undefined,
    });
    this.#settings = new Settings({ store, outbox, allowances, messages: this.#messages, reschedule });
    this.#schedule = new Schedule(storage, [this.#files.job, this.#reports.job, this.#outbox.job]);
    void ctx.blockConcurrencyWhile(() => this.#schedule.load());
  }

  /** An upgrade from the front door: welcomes a socket with what it has missed. */
  override async fetch(request: Request): Promise<Response> {
    const authorized = await this.#authorize(readForwardedIdentity<ChannelAuth>(request));
    if (authorized.kind === "stale") return new Response(String(authorized.at), { status: STALE_STATUS });
    if (authorized.kind === "gone") return problem({ code: "not_found", detail: "There is no such channel." });
    if (authorized.kind === "refused") return problem(authorized.refusal);
    const { auth } = authorized;
    const query = new URL(request.url).searchParams;
    const first = () => this.#messages.welcome(auth, this.#attendance.for(auth.person), query);
    return this.#sockets.accept(auth, Date.now(), first);
  }

  /** The whole window, for HTTP: the body of the answer, and the `rev` it is of. */
  async read(
    asked: ChannelAuth,
  ): Promise<NotAdmitted | { readonly kind: "window"; readonly body: string; readonly rev: number }> {
    const authorized = await this.#authorize(asked);
    if (authorized.kind !== "authorized") return authorized;
    const { rev } = this.#messages.history;
    return { kind: "window", body: this.#messages.window(asked.channel.epoch), rev };
  }

  /** The cursor alone: what a conditional request compares. */
  async head(asked: ChannelAuth): Promise<NotAdmitted | { readonly kind: "head"; readonly rev: number }> {
    const authorized = await this.#authorize(asked);
    return authorized.kind === "authorized" ? { kind: "head", rev: this.#messages.history.rev } : authorized;
  }

  /** A command that came over HTTP. May be repeated: a message is looked up by its id. */
  async command(asked: ChannelAuth, command: MessageCommand): Promise<NotAdmitted | CommandOutcome> {
    const authorized = await this.#authorize(asked);
    return authorized.kind === "authorized" ? this.#messages.execute(authorized.auth, command, Date.now()) : authorized;
  }

  /** Bytes are about to come: notes their id before the first of them. May be repeated. */
  async beginUpload(asked: ChannelAuth, id: string): Promise<NotAdmitted | { readonly kind: "done" }> {
    const authorized = await this.#authorize(asked);
    if (authorized.kind !== "authorized") return authorized;
    this.#store.beginUpload(id, asked.person.id, Date.now(), asked.channel);
    this.#schedule.update();
    return { kind: "done" };
  }

  async completeUpload(asked: ChannelAuth, id: string, facts: FileFacts): Promise<FileOutcome> {
    const authorized = await this.#authorize(asked);
    return authorized.kind === "authorized" ? this.#files.complete(asked.channel.id, id, facts) : authorized;
  }

  /** Nothing came of an upload. */
  dropUpload(id: string): void {
    this.#store.uploads.release([id]);
    void this.#files.sweep();
  }

  async attachment(asked: ChannelAuth, id: string): Promise<FileOutcome> {
    const authorized = await this.#authorize(asked);
    return authorized.kind === "authorized" ? this.#files.find(asked.person.id, id) : authorized;
  }

  /** A new topic, raw; its creator's or an owner's to set. Answered when the list has it, or after 5 s. */
  async setTopic(asked: ChannelAuth, raw: string): Promise<NotAdmitted | TopicOutcome> {
    const authorized = await this.#authorize(asked);
    return authorized.kind === "authorized" ? this.#settings.setTopic(authorized.auth, raw) : authorized;
  }

  /**
   * Deletes the channel; its creator or an owner may do so. It cannot be read or written any more. Answers when its name is free, or
   * after 5 s. The files leave the bucket by this object's own alarm.
   */
  async end(asked: ChannelAuth): Promise<NotAdmitted | { readonly kind: "done" }> {
    const authorized = await this.#authorize(asked);
    if (authorized.kind !== "authorized") return authorized;
    const ended = this.#settings.end(authorized.auth);
    if (ended.kind !== "ended") return ended;
    this.#messages.clear();
    this.#sockets.endAll();
    void this.#files.sweep();
    await ended.isDelivered;
    return { kind: "done" };
  }

  /** A session has ended: its sockets close at once, and calls under way are refused. */
  endSession(session: string): void {
    this.#authority.endSession(session, Date.now());
    this.#sockets.endSession(session);
  }

  /** A person has a new name, or is an owner, from now on: on open sockets and for calls under way. */
  update(identity: Identity): void {
    if (!this.#authority.update(identity)) return;
    this.#sockets.update(identity);
    this.#attendance.rename(identity.person);
  }

  override alarm(): Promise<void> {
    return this.#schedule.run();
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    const work = () => {
      const now = Date.now();
      const frame = this.#sockets.admit(socket, data, now);
      if (frame === undefined) return;
      const parsed = parseChannelCommand(frame);
      if (parsed.kind === "refused") return this.#sockets.refuse(socket, parsed.refusal, frame, now);
      const auth = this.#sockets.identity(socket);
      if (parsed.command.type === "typing") return this.#attendance.typing(auth.person, now);
      const outcome = this.#messages.execute(auth, parsed.command, now);
      if (outcome.kind === "done" && outcome.isChange) return;
      // An answer to one alone comes after what was sent before it, in the state it then has: it may be deleted by then.
      this.#broadcast.whenSent(() => {
        if (outcome.kind === "refused") this.#sockets.refuse(socket, outcome.refusal, frame, now);
        else this.#sockets.send(socket, messagesFrame([this.#messages.newest(outcome.message)]));
      });
    };
    this.#sockets.guard(socket, work, data);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#sockets.guard(socket, () => this.#sockets.finish(socket, code));
  }

  override webSocketError(socket: WebSocket): void {
    this.#sockets.guard(socket, () => this.#sockets.fail(socket));
  }

  /**
   * What a shard confirmed a moment ago, as it is now. A public channel that does not know yet what it is asks the directory,
   * once; where the directory knows nothing of it, nothing is written.
   */
  async #authorize(auth: ChannelAuth): Promise<NotAdmitted | Authorized> {
    const { id, epoch, kind } = auth.channel;
    if (kind === "public" && !this.#store.about) {
      const channel = await directoryOf(this.env).about(epoch);
      if (channel && !this.#store.about) this.#store.setAbout(channel);
    }
    const { about, hasEnded } = this.#store;
    const isOther = kind === "public" ? about?.id !== id : (about?.id ?? id) !== id;
    if (hasEnded || isOther || !isFor(id, auth.person.id)) return GONE;
    return this.#authority.authorize(auth, Date.now());
  }
}
