import type { ChannelNews, PrivateState } from "../channel/rpc.ts";
import type { DirectoryNews, ShardPresence } from "../directory/rpc.ts";
import {
  type AuthContext,
  type Identity,
  type NotAuthorized,
  SESSION_ENDED,
  type SessionIdentity,
} from "../platform/authority.ts";
import { readForwardedIdentity } from "../platform/forwarded-identity.ts";
import { problem } from "../platform/problem.ts";
import type { Device, VapidKeys } from "../platform/push-service.ts";
import { parseFeedCommand } from "../protocol/commands.ts";
import type { Refused } from "../protocol/errors.ts";
import type { Channel, Person, Preference } from "../protocol/things.ts";
import { receiveFromChannel, receiveFromDirectory } from "./news.ts";
import { PersonObject } from "./person-object.ts";
import type { Accepted, ChannelOutcome, ChannelPage, SessionKey } from "./rpc.ts";

export class People extends PersonObject {
  /* ---- channels ---- */

  async channels(key: SessionKey, cursor?: string): Promise<Refused | (ChannelPage & { readonly kind: "page" })> {
    await this.parts.list.ready();
    if (!this.parts.sessions.find(key)) return SESSION_ENDED;
    return { kind: "page", ...this.parts.state.page(key.personId, cursor) };
  }

  /** The direct conversation as this person sees it, if it is theirs. */
  directOf(personId: string, id: string): Channel | undefined {
    return this.parts.state.directs(personId).find((direct) => direct.id === id);
  }

  /** The private channel, if this person is in it. */
  privateOf(personId: string, id: string): Channel | undefined {
    return this.parts.privateStore.of(personId, id);
  }

  /** Those of these people who live, and whether each takes it from that person to be brought into a conversation. */
  invitable(ids: readonly string[], by: string): readonly (Person & { readonly isBlocking: boolean })[] {
    const { persons, sessions, preferences } = this.parts;
    const living = persons.peopleById(ids.filter((id) => sessions.isThere(id)));
    return living.map((person) => ({ ...person, isBlocking: preferences.hasBlocked(person.id, by) }));
  }

  /** What a person wants of a channel that is there for them. Their other sockets hear of it. */
  setPreference(key: SessionKey, channelId: string, change: Preference): Refused | { readonly kind: "done" } {
    if (!this.parts.sessions.find(key)) return SESSION_ENDED;
    const { state, feed, pushes } = this.parts;
    pushes.forgetAudience();
    const preferred = state.prefer(key.personId, channelId, change);
    if (preferred.kind === "refused") return preferred;
    feed.sendTo(key.personId, { type: "preferences", channel: channelId, ...preferred.preference });
    return { kind: "done" };
  }

  /** A person does not want to hear from another one, or does so again. */
  block(key: SessionKey, other: string, isBlocked: boolean): Refused | { readonly kind: "done" } {
    if (!this.parts.sessions.find(key)) return SESSION_ENDED;
    return this.parts.preferences.block(key.personId, other, isBlocked) ?? { kind: "done" };
  }

  acceptDirect(asked: AuthContext, personId: string): Promise<NotAuthorized | Accepted> {
    return this.parts.directs.accept(asked, personId);
  }

  /** Once the peer's shard has accepted. `version` is that of the identity which it has got. */
  openDirect(key: SessionKey, peer: Identity, version: number): Promise<ChannelOutcome> {
    return this.parts.directs.open(key, peer, version);
  }

  knowsDirect(personId: string, peerId: string): boolean {
    return this.parts.directs.knows(personId, peerId);
  }

  /* ---- what others tell ---- */

  /** A session of another shard's person has ended: what it asked for a moment ago counts no more. */
  endSession(session: string): void {
    this.parts.authority.endSession(session, Date.now());
  }

  /** A person of another shard has a new name. */
  update(identity: Identity): void {
    const { authority, tables, directStore, directs } = this.parts;
    authority.update(identity);
    if (!tables.exist) return;
    tables.transact(() => directStore.notePeer(identity.person, identity.version));
    directs.announce(identity.person);
  }

  receiveFromDirectory(news: DirectoryNews): Promise<void> {
    return receiveFromDirectory(this.parts, news);
  }

  receiveFromChannel(news: ChannelNews): Promise<void> {
    return receiveFromChannel(this.parts, news);
  }

  /** What a private channel says it is, and who of this shard is in it. */
  receivePrivate(state: PrivateState): void {
    this.parts.privates.receive(state);
  }

  /** So many reports are open: the owners of this shard hear of it. */
  tellOwners(count: number): void {
    this.parts.feed.sendToOwners({ type: "report", count });
  }

  /** Who of this shard is online, for the others. */
  presence(shard: number): ShardPresence {
    return this.parts.feed.online.summary(shard);
  }

  /* ---- pushes ---- */

  /** A device takes pushes from now on. The directory has granted it, with the site's keys. */
  subscribe(key: SessionKey, device: Device, keys: VapidKeys): Refused | { readonly kind: "done" } {
    const { sessions, subscriptions, pushes } = this.parts;
    if (!sessions.find(key)) return SESSION_ENDED;
    subscriptions.put({ ...device, person: key.personId, session: key.session }, keys, Date.now());
    pushes.forgetAudience();
    return { kind: "done" };
  }

  unsubscribe(key: SessionKey, endpoint: string): Refused | { readonly kind: "done" } {
    if (!this.parts.sessions.find(key)) return SESSION_ENDED;
    this.dropDevice(key.personId, endpoint);
    return { kind: "done" };
  }

  /** A device is another person's from now on. */
  dropDevice(personId: string, endpoint: string): void {
    this.parts.subscriptions.delete(endpoint, personId);
    this.parts.pushes.forgetAudience();
  }

  async testPush(key: SessionKey): Promise<Refused | { readonly kind: "done" }> {
    if (!this.parts.sessions.find(key)) return SESSION_ENDED;
    return (await this.parts.pushes.test(key.personId, Date.now())) ?? { kind: "done" };
  }

  pausedUntil(personId: string): number {
    return this.parts.subscriptions.pausedUntil(personId);
  }

  /** No push until that time (ms); 0: they come again. */
  pausePush(key: SessionKey, until: number): Refused | { readonly kind: "done" } {
    if (!this.parts.sessions.find(key)) return SESSION_ENDED;
    this.parts.subscriptions.pause(key.personId, until);
    return { kind: "done" };
  }

  /* ---- feeds ---- */

  /** An upgrade from the front door. The session is looked up again: it may have ended on the way. */
  override async fetch(request: Request): Promise<Response> {
    const { list, neighbours, sessions, devices, state, feed, subscriptions } = this.parts;
    const { person, session, address } = readForwardedIdentity<SessionIdentity & { readonly address?: string }>(
      request,
    );
    await list.ready();
    await neighbours.catchUp(person.id, Date.now());
    const facts = sessions.find({ personId: person.id, session });
    if (!facts) return problem(SESSION_ENDED.refusal);
    if (address !== undefined) devices.noteAddress(person.id, session, address);
    const first = {
      ...state.firstFrame(person.id, facts.identity.isOwner),
      push: subscriptions.ofSession(session),
      pausedUntil: subscriptions.pausedUntil(person.id),
    };
    return feed.accept({ ...facts.identity, session }, first);
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    const { feed, commands } = this.parts;
    const work = () => {
      const now = Date.now();
      const frame = feed.sockets.admit(socket, data, now);
      if (frame === undefined) return;
      const parsed = parseFeedCommand(frame);
      const refused = parsed.kind === "refused" ? parsed : commands.execute(socket, parsed.command, now);
      if (refused) feed.sockets.refuse(socket, refused.refusal, frame, now);
    };
    feed.sockets.guard(socket, work, data);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    const { sockets } = this.parts.feed;
    sockets.guard(socket, () => sockets.finish(socket, code));
  }

  override webSocketError(socket: WebSocket): void {
    const { sockets } = this.parts.feed;
    sockets.guard(socket, () => sockets.fail(socket));
  }

  override alarm(): Promise<void> {
    return this.parts.schedule.run();
  }
}
