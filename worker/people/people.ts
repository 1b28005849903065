/**
 * A shard of people: the object that every request and feed of its people asks. It is the only authority on their sessions.
 * The class only receives calls and hands them on; the rules are in the files beside it.
 */
import { DurableObject } from "cloudflare:workers";
import type { ChannelNews } from "../channel/rpc.ts";
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
import { parseFeedCommand } from "../protocol/commands.ts";
import { type Refusal, type Refused, refuse } from "../protocol/errors.ts";
import type { OnlinePerson, Person } from "../protocol/frames.ts";
import { receiveFromChannel, receiveFromDirectory } from "./news.ts";
import { createParts, type Parts } from "./parts.ts";
import { firstMarks } from "./read-marks.ts";
import type {
  Accepted,
  Allowance,
  Authorized,
  ChannelOutcome,
  ChannelPage,
  Check,
  CheckedSession,
  SessionKey,
  SignInOutcome,
} from "./rpc.ts";

export class People extends DurableObject<Env> {
  readonly #parts: Parts;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#parts = createParts(ctx, env);
    void ctx.blockConcurrencyWhile(() => this.#parts.schedule.load());
  }

  /* ---- sessions ---- */

  check(asked: Check): Promise<CheckedSession | undefined> {
    return this.#parts.checks.check(asked);
  }

  authorize(key: SessionKey, target: string, allowance?: Allowance): Refused | Authorized {
    return this.#parts.checks.authorize(key, target, allowance);
  }

  giveBack(personId: string, allowance: Allowance): void {
    this.#parts.checks.giveBack(personId, allowance);
  }

  /** A new person, to whom the directory has granted the name and this id. */
  async createPerson(person: Person, session: string, claimedAt: number): Promise<SignInOutcome> {
    const { list, sessions, schedule } = this.#parts;
    await list.ready();
    const outcome = sessions.create(person, session, claimedAt, JSON.stringify(firstMarks(list.all())));
    schedule.update();
    return outcome;
  }

  rename(key: SessionKey, name: string, claimedAt: number): Promise<SignInOutcome> {
    return this.#parts.sessions.rename(key, name, claimedAt);
  }

  becomeOwner(key: SessionKey): Promise<SignInOutcome> {
    return this.#parts.sessions.becomeOwner(key);
  }

  signOut(key: SessionKey): Promise<void> {
    return this.#parts.sessions.signOut(key);
  }

  /** Ends all sessions of a person of this shard; for owners. */
  async remove(asked: AuthContext, personId: string): Promise<NotAuthorized | { readonly kind: "done" }> {
    const authorized = this.#parts.authority.authorize(asked, Date.now());
    if (authorized.kind !== "authorized") return authorized;
    if (!authorized.auth.isOwner) return refuse("forbidden", "Only an owner of the site may remove people.");
    return (await this.#parts.sessions.remove(personId)) ?? { kind: "done" };
  }

  addLink(key: SessionKey, hash: string): Refused | { readonly kind: "link"; readonly expiresAt: number } {
    return this.#parts.sessions.addLink(key, hash);
  }

  linkOwner(hash: string): string | undefined {
    return this.#parts.sessions.linkOwner(hash);
  }

  redeem(hash: string, personId: string, session: string): SignInOutcome {
    return this.#parts.sessions.redeem(hash, personId, session);
  }

  countDevices(personId: string): number {
    return this.#parts.persons.sessions(personId).length;
  }

  /** The directory asks whether a person's name still has that key. */
  holds(personId: string, key: string, claimedAt: number): { readonly holds: boolean; readonly until: number } {
    return this.#parts.sessions.holds(personId, key, claimedAt);
  }

  /* ---- uploads ---- */

  admitUpload(key: SessionKey, id: string, bytes: number | undefined): Refusal | undefined {
    if (!this.#parts.sessions.find(key)) return SESSION_ENDED.refusal;
    return this.#parts.uploads.admit(key.personId, id, bytes, Date.now());
  }

  noteUpload(key: SessionKey, id: string, bytes: number): Refusal | undefined {
    if (!this.#parts.sessions.find(key)) return SESSION_ENDED.refusal;
    return this.#parts.uploads.note(key.personId, id, bytes, Date.now());
  }

  closeUpload(personId: string, id: string): void {
    this.#parts.uploads.close(personId, id);
  }

  /** Messages have taken these uploads, or they are gone. */
  settleUploads(personId: string, ids: readonly string[]): void {
    this.#parts.persons.forgetUploads(personId, ids);
  }

  /* ---- people ---- */

  peopleById(ids: readonly string[]): readonly Person[] {
    return this.#parts.persons.peopleById(ids);
  }

  /** Those of them who have a session, and whether they are online. */
  found(ids: readonly string[]): readonly OnlinePerson[] {
    const { persons, feed } = this.#parts;
    const living = ids.filter((id) => persons.seenAt(id) !== undefined);
    return persons.peopleById(living).map((person) => ({ ...person, online: feed.online.has(person.id) }));
  }

  profile(id: string): (OnlinePerson & { readonly createdAt: number }) | undefined {
    const facts = this.#parts.persons.person(id);
    if (!facts) return undefined;
    return { ...facts.identity.person, online: this.#parts.feed.online.has(id), createdAt: facts.createdAt };
  }

  /* ---- channels ---- */

  async channels(key: SessionKey, cursor?: string): Promise<Refused | (ChannelPage & { readonly kind: "page" })> {
    await this.#parts.list.ready();
    if (!this.#parts.sessions.find(key)) return SESSION_ENDED;
    return { kind: "page", ...this.#parts.state.page(key.personId, cursor) };
  }

  acceptDirect(asked: AuthContext, personId: string): Promise<NotAuthorized | Accepted> {
    return this.#parts.directs.accept(asked, personId);
  }

  /** Once the peer's shard has accepted. `version` is that of the identity which it has got. */
  openDirect(key: SessionKey, peer: Identity, version: number): Promise<ChannelOutcome> {
    return this.#parts.directs.open(key, peer, version);
  }

  knowsDirect(personId: string, peerId: string): boolean {
    return this.#parts.directs.knows(personId, peerId);
  }

  /* ---- what others tell ---- */

  /** A session of another shard's person has ended: what it asked for a moment ago counts no more. */
  endSession(session: string): void {
    this.#parts.authority.endSession(session, Date.now());
  }

  /** A person of another shard has a new name. */
  update(identity: Identity): void {
    const { authority, tables, directStore, directs } = this.#parts;
    authority.update(identity);
    if (!tables.exist) return;
    tables.transact(() => directStore.notePeer(identity.person, identity.version));
    directs.announce(identity.person);
  }

  receiveFromDirectory(news: DirectoryNews): Promise<void> {
    return receiveFromDirectory(this.#parts, news);
  }

  /** News of a channel. News that concern no person of this shard are ignored: nothing is asked or written. */
  async receiveFromChannel(news: ChannelNews): Promise<void> {
    const { persons, list } = this.#parts;
    const isDirect = news.id.includes("~");
    const people = [...news.mentions, ...news.withdrawn].flatMap((one) => one.people);
    if (isDirect) people.push(...news.id.split("~"));
    if (!people.some((id) => persons.person(id) !== undefined)) return;
    if (!isDirect && list.find(news.id)?.epoch !== news.epoch) await list.refresh();
    receiveFromChannel(this.#parts, news);
  }

  /** Who of this shard is online, for the others. */
  presence(shard: number): ShardPresence {
    return this.#parts.feed.online.summary(shard);
  }

  /* ---- feeds ---- */

  /** An upgrade from the front door. The session is looked up again: it may have ended on the way. */
  override async fetch(request: Request): Promise<Response> {
    const { list, neighbours, sessions, state, feed } = this.#parts;
    const { person, session } = readForwardedIdentity<SessionIdentity>(request);
    await list.ready();
    await neighbours.catchUp(person.id, Date.now());
    const facts = sessions.find({ personId: person.id, session });
    if (!facts) return problem(SESSION_ENDED.refusal);
    return feed.accept({ ...facts.identity, session }, state.firstFrame(person.id, facts.identity.isOwner));
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): void {
    const { feed, commands } = this.#parts;
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
    const { sockets } = this.#parts.feed;
    sockets.guard(socket, () => sockets.finish(socket, code));
  }

  override webSocketError(socket: WebSocket): void {
    const { sockets } = this.#parts.feed;
    sockets.guard(socket, () => sockets.fail(socket));
  }

  override alarm(): Promise<void> {
    return this.#parts.schedule.run();
  }
}
