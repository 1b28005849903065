/**
 * What a shard is asked about its people themselves: their sessions, uploads and names. Every request asks here first.
 * The class only receives calls and hands them on.
 */
import { DurableObject } from "cloudflare:workers";
import { type AuthContext, type NotAuthorized, SESSION_ENDED } from "../platform/authority.ts";
import { type Refusal, type Refused, refuse } from "../protocol/errors.ts";
import type { Device } from "../protocol/occasional-answers.ts";
import type { OnlinePerson, Person } from "../protocol/things.ts";
import { createParts, type Parts } from "./parts.ts";
import type { NewSession } from "./person-store.ts";
import { firstMarks } from "./read-marks.ts";
import type {
  Addresses,
  Allowance,
  Authorized,
  Check,
  CheckedSession,
  Invite,
  SessionKey,
  SignInOutcome,
} from "./rpc.ts";

export abstract class PersonObject extends DurableObject<Env> {
  protected readonly parts: Parts;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.parts = createParts(ctx, env);
    void ctx.blockConcurrencyWhile(() => this.parts.schedule.load());
  }

  /* ---- sessions ---- */

  check(asked: Check): Promise<CheckedSession | undefined> {
    return this.parts.checks.check(asked);
  }

  authorize(key: SessionKey, target: string, allowance?: Allowance): Refused | Authorized {
    return this.parts.checks.authorize(key, target, allowance);
  }

  giveBack(personId: string, allowance: Allowance): void {
    this.parts.checks.giveBack(personId, allowance);
  }

  /** A new person, to whom the directory has granted the name and this id. */
  async createPerson(person: Person, session: NewSession, claimedAt: number): Promise<SignInOutcome> {
    const { list, sessions, schedule } = this.parts;
    await list.ready();
    const outcome = sessions.create(person, session, claimedAt, JSON.stringify(firstMarks(list.all())));
    schedule.update();
    return outcome;
  }

  mayMakeBot(key: SessionKey): Refused | { readonly kind: "done" } {
    return this.parts.bots.mayMake(key);
  }

  /** A new bot of a person, to which the directory has granted the name and this id. */
  async createBot(key: SessionKey, bot: Person, hash: string, claimedAt: number): Promise<SignInOutcome> {
    const { list, bots, schedule } = this.parts;
    await list.ready();
    const outcome = bots.create(key, bot, hash, claimedAt, JSON.stringify(firstMarks(list.all())));
    schedule.update();
    return outcome;
  }

  bots({ personId }: SessionKey): readonly Person[] {
    return this.parts.bots.of(personId);
  }

  changeBotKey(key: SessionKey, botId: string, hash: string): Promise<SignInOutcome> {
    return this.parts.bots.changeKey(key, botId, hash);
  }

  endBot(key: SessionKey, botId: string): Promise<Refused | { readonly kind: "done" }> {
    return this.parts.bots.end(key, botId);
  }

  rename(key: SessionKey, name: string, claimedAt: number): Promise<SignInOutcome> {
    return this.parts.sessions.rename(key, name, claimedAt);
  }

  becomeOwner(key: SessionKey, ownerKey: string): Promise<SignInOutcome> {
    return this.parts.ownership.begin(key, ownerKey);
  }

  async stepDown(key: SessionKey): Promise<void> {
    if (this.parts.sessions.find(key)) await this.parts.ownership.end(key.personId);
  }

  signOut(key: SessionKey): Promise<void> {
    return this.parts.sessions.signOut(key);
  }

  /** Ends all sessions of a person of this shard; for owners. */
  async remove(asked: AuthContext, personId: string): Promise<NotAuthorized | { readonly kind: "done" }> {
    const refused = this.#ownerError(asked);
    return refused ?? (await this.parts.sessions.remove(personId)) ?? { kind: "done" };
  }

  /** How a person is called, and from where they signed in or opened a feed; for owners. */
  addressesOf(asked: AuthContext, personId: string): NotAuthorized | Addresses {
    const refused = this.#ownerError(asked);
    if (refused) return refused;
    const name = this.parts.persons.person(personId)?.identity.person.name;
    if (name === undefined) return refuse("not_found", "This person doesn't exist.");
    return { kind: "addresses", name, addresses: this.parts.devices.addresses(personId) };
  }

  #ownerError(asked: AuthContext): NotAuthorized | undefined {
    const authorized = this.parts.authority.authorize(asked, Date.now());
    if (authorized.kind !== "authorized") return authorized;
    return authorized.auth.isOwner ? undefined : refuse("forbidden", "Only an owner of this site can remove people.");
  }

  addLink(key: SessionKey, hash: string): Refused | { readonly kind: "link"; readonly expiresAt: number } {
    return this.parts.returning.addLink(key, hash);
  }

  linkOwner(hash: string): string | undefined {
    return this.parts.returning.owner(hash);
  }

  redeem(hash: string, personId: string, session: NewSession): SignInOutcome {
    return this.parts.returning.redeem(hash, personId, session);
  }

  setRecovery(key: SessionKey, hash: string | undefined): Refused | { readonly kind: "done" } {
    return this.parts.returning.setRecovery(key, hash);
  }

  makeInvite(key: SessionKey, hash: string, channelId: string | undefined) {
    return this.parts.invites.make(key, hash, channelId, Date.now());
  }

  /** The invites that a person made, to a channel or to the site, are worth nothing any more. */
  withdrawInvites(key: SessionKey, channelId: string | undefined): Refused | { readonly kind: "done" } {
    if (!this.parts.sessions.find(key)) return SESSION_ENDED;
    this.parts.invites.withdraw(key.personId, channelId);
    return { kind: "done" };
  }

  /** Takes a place of an invite for a person, of whatever shard. */
  useInvite(asked: AuthContext, hash: string): NotAuthorized | Invite {
    const now = Date.now();
    const authorized = this.parts.authority.authorize(asked, now);
    if (authorized.kind !== "authorized") return authorized;
    return this.parts.invites.use(hash, authorized.auth.person.id, false, now);
  }

  /** The same for a sign-in under way, known by its nonce. */
  holdInvite(hash: string, nonce: string): Refused | Invite {
    return this.parts.invites.use(hash, nonce, true, Date.now());
  }

  giveInviteBack(hash: string, user: string): void {
    this.parts.invites.giveBack(hash, user);
  }

  /** The devices on which a person is signed in. */
  devices(key: SessionKey): readonly Device[] {
    return this.parts.devices.of(key);
  }

  /** Ends one of them. Answered as a sign-out is. */
  async endDevice(key: SessionKey, deviceId: string): Promise<Refused | { readonly kind: "done" }> {
    return (await this.parts.sessions.endDevice(key, deviceId)) ?? { kind: "done" };
  }

  /** The directory asks whether a person's name still has that key. */
  holds(personId: string, key: string, claimedAt: number): { readonly holds: boolean; readonly until: number } {
    return this.parts.sessions.holds(personId, key, claimedAt);
  }

  /* ---- uploads ---- */

  admitUpload(key: SessionKey, id: string, bytes: number | undefined): Refusal | undefined {
    if (!this.parts.sessions.find(key)) return SESSION_ENDED.refusal;
    return this.parts.uploads.admit(key.personId, id, bytes, Date.now());
  }

  noteUpload(key: SessionKey, id: string, bytes: number): Refusal | undefined {
    if (!this.parts.sessions.find(key)) return SESSION_ENDED.refusal;
    return this.parts.uploads.note(key.personId, id, bytes, Date.now());
  }

  closeUpload(personId: string, id: string): void {
    this.parts.uploads.close(personId, id);
  }

  /** Messages have taken these uploads, or they are gone. */
  settleUploads(personId: string, ids: readonly string[]): void {
    this.parts.uploads.forget(personId, ids);
  }

  /* ---- people ---- */

  peopleById(ids: readonly string[]): readonly Person[] {
    return this.parts.persons.peopleById(ids);
  }

  /** Those of them who live, and whether they are online. */
  found(ids: readonly string[]): readonly OnlinePerson[] {
    const { persons, sessions, feed } = this.parts;
    const living = ids.filter((id) => sessions.isThere(id));
    return persons.peopleById(living).map((person) => ({ ...person, online: feed.online.has(person.id) }));
  }

  profile(id: string): (OnlinePerson & { readonly createdAt: number }) | undefined {
    const facts = this.parts.persons.person(id);
    if (!facts) return undefined;
    return { ...facts.identity.person, online: this.parts.feed.online.has(id), createdAt: facts.createdAt };
  }
}
