/**
 * Who comes into a private channel and who leaves it. A change is written with what the shards of its people must hear; from then on
 * this object admits by it, whatever a shard still believes.
 */
import type { AuthContext } from "../platform/authority.ts";
import { type Refused, refuse } from "../protocol/errors.ts";
import { MEMBERS_MAX } from "../protocol/limits.ts";
import type { Person } from "../protocol/things.ts";
import type { Allowances } from "./allowances.ts";
import { type Announcements, entryOf } from "./announcements.ts";
import type { ChannelStore } from "./channel-store.ts";
import type { Messages } from "./messages.ts";
import type { ChannelAuth, ChannelOutcome, Gone, InviteRef, MembersOutcome, NewPrivate } from "./rpc.ts";
import { isGroup, membershipError } from "./rules.ts";
import type { Settings } from "./settings.ts";
import { newAbout } from "./tables.ts";

type Parts = {
  readonly store: ChannelStore;
  readonly announcements: Announcements;
  readonly allowances: Allowances;
  readonly messages: Messages;
  readonly settings: Settings;
  /** A person is in the channel no more: their sockets close. */
  readonly left: (personId: string) => void;
  /** The channel has ended, since its last member has left. */
  readonly ended: () => void;
};

const GONE: Gone = { kind: "gone" };
const TOO_MANY = refuse("too_many", `A private channel can have up to ${MEMBERS_MAX} people.`);

export class Membership {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A new private channel of the person who makes it and others. Asked once more, since an answer was lost, it answers the same. */
  async create(auth: AuthContext, asked: NewPrivate): Promise<Gone | ChannelOutcome> {
    const { store, announcements, messages } = this.#parts;
    const { name, topic, people, ...ref } = asked;
    const held = store.about;
    if (held && (store.hasEnded || !store.members.has(auth.person.id))) return GONE;
    if (held)
      return { kind: "channel", channel: entryOf(held, store.members.people(), messages.history), isNew: false };
    const members = unique([auth.person, ...people]);
    const about = newAbout({ ...ref, kind: "private" }, { name, topic, createdBy: auth.person, createdAt: Date.now() });
    const channel = entryOf(about, members, messages.history);
    store.facts.noteShards(auth.shards);
    store.facts.begin({ ...about, settings: 1 }, () => {
      store.members.write(members);
      announcements.put(channel, 1, members);
    });
    store.members.hold(members);
    await announcements.deliver();
    return { kind: "channel", channel, isNew: true };
  }

  /** One more person, by any member. */
  async add(auth: ChannelAuth, person: Person): Promise<Gone | MembersOutcome> {
    const { store, allowances } = this.#parts;
    const { about, members } = store;
    if (about?.kind !== "private") return GONE;
    const refused = membershipError(about, auth);
    if (refused) return refused;
    if (members.has(person.id)) return this.#outcome(false);
    if (members.size >= MEMBERS_MAX) return TOO_MANY;
    const limited = allowances.take(auth.person.id, false, Date.now());
    if (limited) return limited;
    this.#change([...members.people(), person], []);
    await this.#parts.announcements.deliver();
    return this.#outcome(true);
  }

  /** Why an invite leads nowhere: only one of someone who is still a member counts, while there is room. */
  inviteError({ maker, madeAt }: InviteRef): Refused | undefined {
    const { store } = this.#parts;
    const { about, members } = store;
    const isOver = about?.kind !== "private" || store.hasEnded || !members.has(maker) || madeAt <= about.invitesFrom;
    if (isOver) return refuse("link_expired", "This invite has expired. Ask for a new one.");
    return members.size >= MEMBERS_MAX ? TOO_MANY : undefined;
  }

  /** A person who was invited comes in. */
  async join(auth: AuthContext, invite: InviteRef): Promise<Gone | ChannelOutcome> {
    const { store, announcements, allowances, messages } = this.#parts;
    const { about, members } = store;
    const isNew = !members.has(auth.person.id);
    const refused = this.inviteError(invite);
    if (refused && (isNew || refused !== TOO_MANY)) return refused;
    if (!about) return GONE;
    if (isNew) {
      const limited = allowances.take(auth.person.id, false, Date.now());
      if (limited) return limited;
      this.#change([...members.people(), auth.person], []);
      await announcements.deliver();
    }
    return { kind: "channel", channel: entryOf(store.about ?? about, members.people(), messages.history), isNew };
  }

  /** All invites to the channel are worth nothing any more, if its creator says so. Anyone else withdraws their own. */
  withdrawInvites(auth: ChannelAuth): Refused | { readonly kind: "done" } {
    const { allowances, store } = this.#parts;
    if (store.about?.createdBy.id !== auth.person.id) return { kind: "done" };
    const limited = allowances.takeSettings(auth.person.id, Date.now());
    if (limited) return limited;
    store.facts.withdrawInvites(Date.now());
    return { kind: "done" };
  }

  /** A person leaves, or is taken out by the creator. */
  async remove(auth: ChannelAuth, personId: string): Promise<Gone | Refused | { readonly kind: "done" }> {
    const { store, allowances } = this.#parts;
    const { about, members } = store;
    if (about?.kind !== "private") return GONE;
    const refused = membershipError(about, auth, personId);
    if (refused) return refused;
    if (!members.has(personId)) return refuse("not_found", "This person is not in the channel.");
    const limited = allowances.take(auth.person.id, false, Date.now());
    if (limited) return limited;
    this.leave(personId);
    await this.#parts.announcements.deliver();
    return { kind: "done" };
  }

  /** Who a group is of is shown by their names: those who list it hear of another one. */
  rename(person: Person): void {
    const { store, announcements, messages } = this.#parts;
    const { about, members } = store;
    const before = members.people().find(({ id }) => id === person.id);
    if (!about || store.hasEnded || !isGroup(about) || !before || before.name === person.name) return;
    const people = members.people().map((one) => (one.id === person.id ? person : one));
    store.facts.change(about, {}, (next) => {
      members.rename(person);
      announcements.put(entryOf(next, people, messages.history), next.settings, people);
    });
    members.hold(people);
    void announcements.deliver();
  }

  /** A person is in the channel no more, in this turn. A second time changes nothing. The last one's leaving ends the channel. */
  leave(personId: string): void {
    const { store, settings, left, ended } = this.#parts;
    const { about, members } = store;
    if (!about || store.hasEnded || !members.has(personId)) return;
    const rest = members.people().filter(({ id }) => id !== personId);
    if (rest.length > 0) this.#change(rest, [personId]);
    else settings.endNow(about, [personId]);
    left(personId);
    if (rest.length === 0) ended();
  }

  #change(people: readonly Person[], former: readonly string[]): void {
    const { store, announcements, messages } = this.#parts;
    const { about, members } = store;
    const [first] = people;
    if (!about || !first) return;
    // Where the creator has left, the channel belongs to the member who came first.
    const createdBy = former.includes(about.createdBy.id) ? first : about.createdBy;
    store.facts.change(about, { createdBy }, (next) => {
      members.write(people);
      announcements.put(entryOf(next, people, messages.history), next.settings, people, former);
    });
    members.hold(people);
  }

  #outcome(isNew: boolean): MembersOutcome {
    return { kind: "members", people: this.#parts.store.members.ids(), isNew };
  }
}

function unique(people: readonly Person[]): readonly Person[] {
  return [...new Map(people.map((person) => [person.id, person])).values()];
}
