/** What the relays of a channel ask of it and tell it, and what it tells them of people. */
import type { Identity } from "../platform/authority.ts";
import { isForGuests } from "../platform/relay-name.ts";
import type { MessageCommand } from "../protocol/commands.ts";
import type { Person } from "../protocol/things.ts";
import type { Placement, RelayRef, RelayReport, RelayState } from "../relay/rpc.ts";
import { GuardedObject } from "./guarded-object.ts";
import type { ChannelAuth, CommandOutcome, Gone, NotAdmitted } from "./rpc.ts";
import { refOf } from "./tables.ts";

/** `rev`: everyone who is told up to there has been told what came before the outcome. */
type Relayed = {
  readonly outcome: NotAdmitted | CommandOutcome;
  readonly rev: number;
};

const GONE: Gone = { kind: "gone" };

export abstract class RelayedObject extends GuardedObject {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.parts.relays.start();
    this.parts.guestRelays.start();
  }

  /** The relay that is to take one more socket of a person; `undefined`: this object takes it. */
  protected place({ person, channel }: ChannelAuth, continent: string): Placement | undefined {
    const { sockets, attendance, relays } = this.parts;
    if (sockets.of(person.id).some(({ readyState }) => readyState === WebSocket.OPEN)) return undefined;
    return relays.place(channel.epoch, person, continent, attendance.ownSockets);
  }

  /** A command of a socket on a relay, which says when its socket was open. */
  async relayed(identity: ChannelAuth, command: MessageCommand): Promise<Relayed> {
    const authorized = await this.authorize(identity);
    const { messages } = this.parts;
    if (authorized.kind !== "authorized") return { outcome: authorized, rev: messages.history.rev };
    const outcome = messages.execute(authorized.auth, command, Date.now());
    return { outcome, rev: messages.history.rev };
  }

  relayTyping(person: Person): void {
    this.parts.attendance.typing(person, Date.now());
  }

  /** Everything a relay has of this channel. */
  relayState(relay: string): RelayState {
    return isForGuests(relay) ? this.parts.guestState() : this.parts.relayState();
  }

  /** A relay says who is there. */
  takeReport(ref: RelayRef, report: RelayReport): void {
    const { relays, guestRelays } = this.parts;
    (isForGuests(ref.relay) ? guestRelays : relays).takeReport({ ...ref, continent: "" }, report);
  }

  /** The link by which anyone may watch this channel; `token` is that of a new one. */
  openGuestLink(asked: ChannelAuth, token: string) {
    return this.admit(asked, (auth) => this.parts.guests.open(auth, token));
  }

  withdrawGuestLink(asked: ChannelAuth) {
    return this.admit(asked, (auth) => this.parts.guests.withdraw(auth));
  }

  /** What a guest may see of this channel, who shows the token of its link. */
  watch(token: string) {
    const { about } = this.parts.store;
    if (!about || this.parts.guests.token !== token) return GONE;
    return { kind: "watched", channel: { id: about.id, name: about.id, topic: about.topic } } as const;
  }

  /** The window, for a guest. */
  readAsGuest(token: string) {
    const { about } = this.parts.store;
    if (!about || this.parts.guests.token !== token) return GONE;
    const { messages } = this.parts;
    return { kind: "window", body: messages.window(about.epoch), version: messages.version } as const;
  }

  /** A file of a message, for a guest. */
  attachmentAsGuest(token: string, id: string) {
    return this.parts.guests.token === token ? this.parts.files.find("", id) : GONE;
  }

  /** Where the socket of a guest goes. */
  async placeGuest(token: string, guest: Person, continent: string) {
    const { guestRelays, guests, store } = this.parts;
    await guestRelays.known;
    const placed = guests.place(token, guest, continent);
    const channel = refOf(store.about);
    if (placed.kind !== "placed") return placed;
    return channel ? ({ ...placed, channel } as const) : GONE;
  }

  /** A session has ended: its sockets close at once, and calls under way are refused. Returns when all relays have acknowledged it. */
  async endSession(session: string): Promise<void> {
    this.parts.authority.endSession(session, Date.now());
    this.parts.sockets.endSession(session);
    await this.parts.relays.endSession(session);
  }

  /** A person has a new name, or is an owner, from now on: on open sockets, for calls under way, and on all relays. */
  async update(identity: Identity): Promise<void> {
    if (this.parts.authority.update(identity)) {
      this.parts.sockets.update(identity);
      this.parts.attendance.rename(identity.person);
      this.parts.membership.rename(identity.person);
    }
    await this.parts.relays.update(identity);
  }
}
