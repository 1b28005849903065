/**
 * One channel: sockets in, decisions, frames out. The object is named by the channel's epoch.
 * The class only receives calls, checks them and hands them on; the rules are in the files beside it.
 */
import type { AuthContext } from "../platform/authority.ts";
import { messagesFrame } from "../platform/broadcast.ts";
import { PLACED_STATUS, readForwardedIdentity, STALE_STATUS } from "../platform/forwarded-identity.ts";
import { problem } from "../platform/problem.ts";
import { type MessageCommand, parseChannelCommand } from "../protocol/commands.ts";
import { type Refused, refuse } from "../protocol/errors.ts";
import { find } from "../protocol/history.ts";
import type { Person } from "../protocol/things.ts";
import type { PinsOutcome } from "./pins.ts";
import { RelayedObject } from "./relayed-object.ts";
import type {
  ChannelAuth,
  ChannelOutcome,
  CommandOutcome,
  FileFacts,
  FileOutcome,
  HookOutcome,
  HookText,
  InviteRef,
  MembersOutcome,
  NewHook,
  NewPrivate,
  NotAdmitted,
  SettingsChange,
} from "./rpc.ts";

type Done = { readonly kind: "done" };

const DONE: Done = { kind: "done" };

export class Channel extends RelayedObject {
  /** An upgrade from the front door: welcomes a socket with what it has missed, or says on which relay it has a place. */
  override async fetch(request: Request): Promise<Response> {
    const asked = readForwardedIdentity<ChannelAuth & { readonly continent: string }>(request);
    await this.parts.relays.known;
    const authorized = await this.authorize(asked);
    if (authorized.kind === "stale") return new Response(String(authorized.at), { status: STALE_STATUS });
    if (authorized.kind === "gone") return problem({ code: "not_found", detail: "This channel doesn't exist." });
    if (authorized.kind === "refused") return problem(authorized.refusal);
    const { auth } = authorized;
    const placement = this.place(auth, asked.continent);
    if (placement) return Response.json(placement, { status: PLACED_STATUS });
    const query = new URL(request.url).searchParams;
    const first = () => this.parts.messages.welcome(auth, this.parts.attendance.for(auth.person), query);
    return this.parts.sockets.accept(auth, Date.now(), first);
  }

  /** Messages that stand, by their numbers, for people who may read them: what a push shows is asked for here. */
  standing(id: string, asked: readonly { readonly person: string; readonly seq: number }[]) {
    return asked.map(({ person, seq }) =>
      this.isThereFor(id, person) ? this.parts.messages.standing(seq) : undefined,
    );
  }

  /** The whole window, for HTTP: the body of the answer, and which version of the window it is. */
  read(asked: ChannelAuth) {
    return this.admit(asked, ({ channel }) => {
      return {
        kind: "window",
        body: this.parts.messages.window(channel.epoch),
        version: this.parts.messages.version,
      } as const;
    });
  }

  /** The version alone: what a conditional request compares. */
  head(asked: ChannelAuth) {
    return this.admit(asked, () => ({ kind: "head", version: this.parts.messages.version }) as const);
  }

  /** A command that came over HTTP. May be repeated: a message is looked up by its id. */
  command(asked: ChannelAuth, command: MessageCommand): Promise<NotAdmitted | CommandOutcome> {
    return this.admit(asked, (auth) => this.parts.messages.execute(auth, command, Date.now()));
  }

  /** Bytes are about to come: notes their id before the first of them. May be repeated. */
  beginUpload(asked: ChannelAuth, id: string): Promise<NotAdmitted | Done> {
    return this.admit(asked, ({ person, channel }) => {
      this.parts.store.beginUpload(id, person.id, Date.now(), channel);
      this.parts.schedule.update();
      return DONE;
    });
  }

  completeUpload(asked: ChannelAuth, id: string, facts: FileFacts): Promise<FileOutcome> {
    return this.admit(asked, ({ channel }) => this.parts.files.complete(channel.id, id, facts));
  }

  /** Nothing came of an upload. */
  dropUpload(id: string): void {
    this.parts.store.uploads.release([id]);
    void this.parts.files.sweep();
  }

  attachment(asked: ChannelAuth, id: string): Promise<FileOutcome> {
    return this.admit(asked, ({ person }) => this.parts.files.find(person.id, id));
  }

  /** Another topic, name or rule, raw; by a person who may set it. */
  change(asked: ChannelAuth, change: SettingsChange): Promise<NotAdmitted | ChannelOutcome> {
    return this.admit(asked, (auth) => this.parts.settings.change(auth, change));
  }

  /** Makes this the private channel that is asked for. Its people are told of it. */
  create(asked: AuthContext, channel: NewPrivate): Promise<NotAdmitted | ChannelOutcome> {
    return this.actAs(asked, (auth) => this.parts.membership.create(auth, channel));
  }

  /** A person comes in by an invite. */
  join(asked: AuthContext, invite: InviteRef): Promise<NotAdmitted | ChannelOutcome> {
    return this.actAs(asked, (auth) => this.parts.membership.join(auth, invite));
  }

  /** Whether an invite leads in. Asked before there is a person who could come. */
  admitsInvite(invite: InviteRef): Refused | Done {
    return this.parts.membership.inviteError(invite) ?? DONE;
  }

  withdrawInvites(asked: ChannelAuth): Promise<NotAdmitted | Done> {
    return this.admit(asked, (auth) => this.parts.membership.withdrawInvites(auth));
  }

  /** Who is in a private or direct channel. */
  members(asked: ChannelAuth): Promise<NotAdmitted | MembersOutcome> {
    return this.admit(asked, ({ channel }) => {
      const people = channel.kind === "direct" ? channel.id.split("~") : this.parts.store.members.ids();
      return { kind: "members", people, isNew: false };
    });
  }

  addMember(asked: ChannelAuth, person: Person): Promise<NotAdmitted | MembersOutcome> {
    return this.admit(asked, (auth) => this.parts.membership.add(auth, person));
  }

  removeMember(asked: ChannelAuth, personId: string): Promise<NotAdmitted | Done> {
    return this.admit(asked, (auth) => this.parts.membership.remove(auth, personId));
  }

  /** A message that a person in the channel wants to report. */
  reportable(asked: ChannelAuth, messageId: string) {
    return this.admit(asked, () => {
      const message = find(this.parts.messages.history, messageId);
      if (!message || message.deleted) return refuse("not_found", "This message doesn't exist, or is no longer kept.");
      return { kind: "message", message } as const;
    });
  }

  pins(asked: ChannelAuth): Promise<NotAdmitted | PinsOutcome> {
    return this.admit(asked, () => ({ kind: "pins", pins: this.parts.pins.list(), isNew: false }));
  }

  pin(asked: ChannelAuth, messageId: string, isPinned: boolean): Promise<NotAdmitted | PinsOutcome> {
    const { pins } = this.parts;
    return this.admit(asked, (auth) =>
      isPinned ? pins.add(auth, messageId, Date.now()) : pins.remove(auth, messageId, Date.now()),
    );
  }

  hooks(asked: ChannelAuth): Promise<NotAdmitted | { readonly kind: "hooks"; readonly hooks: readonly Person[] }> {
    return this.admit(asked, () => ({ kind: "hooks", hooks: this.parts.hooks.list() }));
  }

  mayAddHook(asked: ChannelAuth): Promise<NotAdmitted | Done> {
    return this.admit(asked, (auth) => this.parts.hooks.additionError(auth) ?? DONE);
  }

  addHook(asked: ChannelAuth, hook: NewHook): Promise<NotAdmitted | Done> {
    return this.admit(asked, (auth) => this.parts.hooks.add(auth, hook));
  }

  removeHook(asked: ChannelAuth, id: string): Promise<NotAdmitted | Done> {
    return this.admit(asked, (auth) => this.parts.hooks.remove(auth, id));
  }

  /** What came to a hook's address. The address is the authority. */
  receiveHook(hash: string, text: HookText): HookOutcome {
    if (this.parts.store.hasEnded) return { kind: "gone" };
    return this.parts.hooks.receive(hash, text, Date.now());
  }

  /** A person is there no more, as their shard says. */
  leave(personId: string): void {
    this.parts.membership.leave(personId);
    this.parts.schedule.update();
    void this.parts.outbox.flush();
  }

  /**
   * Deletes the channel; its creator or an owner may do so. It cannot be read or written any more. Answers when its name is free, or
   * after 5 s. The files leave the bucket by this object's own alarm.
   */
  end(asked: ChannelAuth): Promise<NotAdmitted | Done> {
    return this.admit(asked, async (auth) => {
      const ended = this.parts.settings.end(auth);
      if (ended.kind !== "ended") return ended;
      this.parts.ended();
      await ended.isDelivered;
      return DONE;
    });
  }

  override alarm(): Promise<void> {
    return this.parts.schedule.run();
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    const work = () => {
      const now = Date.now();
      const frame = this.parts.sockets.admit(socket, data, now);
      if (frame === undefined) return;
      const parsed = parseChannelCommand(frame);
      if (parsed.kind === "refused") return this.parts.sockets.refuse(socket, parsed.refusal, frame, now);
      const auth = this.parts.sockets.identity(socket);
      if (parsed.command.type === "typing") return this.parts.attendance.typing(auth.person, now);
      const outcome = this.parts.messages.execute(auth, parsed.command, now);
      if (outcome.kind === "done" && outcome.isChange) return;
      // An answer to one alone comes after what was sent before it, in the state it then has: it may be deleted by then.
      this.parts.broadcast.whenSent(() => {
        if (outcome.kind === "refused") this.parts.sockets.refuse(socket, outcome.refusal, frame, now);
        else this.parts.sockets.send(socket, messagesFrame([this.parts.messages.newest(outcome.message)]));
      });
    };
    this.parts.sockets.guard(socket, work, data);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.parts.sockets.guard(socket, () => this.parts.sockets.finish(socket, code));
  }

  override webSocketError(socket: WebSocket): void {
    this.parts.sockets.guard(socket, () => this.parts.sockets.fail(socket));
  }
}
