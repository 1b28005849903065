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
import { membershipError } from "./rules.ts";
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
  /** The channel has ended, since nobody is left. */
  readonly ended: () => void;
};

const GONE: Gone = { kind: "gone" };

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
    if (members.size >= MEMBERS_MAX) return refuse("too_many", `A private channel has at most ${MEMBERS_MAX} people.`);
    const limited = allowances.take(auth.person.id, false, Date.now());
    if (limited) return limited;
    this.#change([...members.people(), person], []);
    await this.#parts.announcements.deliver();
    return this.#outcome(true);
  }

  /** A person who was invited comes in. Only an invite of someone who is still a member counts. */
  async join(auth: AuthContext, { maker, madeAt }: InviteRef): Promise<Gone | ChannelOutcome> {
    const { store, announcements, messages } = this.#parts;
    const { about, members } = store;
    const isOver = about?.kind !== "private" || store.hasEnded || !members.has(maker) || madeAt <= about.invitesFrom;
    if (!about || isOver) return refuse("link_expired", "This invite is over. Ask for another one.");
    const isNew = !members.has(auth.person.id);
    if (isNew && members.size >= MEMBERS_MAX)
      return refuse("too_many", `A private channel has at most ${MEMBERS_MAX} people.`);
    if (isNew) {
      this.#change([...members.people(), auth.person], []);
      await announcements.deliver();
    }
    return { kind: "channel", channel: entryOf(store.about ?? about, members.people(), messages.history), isNew };
  }

  /** All invites to the channel, whoever made them, are worth nothing any more; for its creator. Others withdraw their own. */
  withdrawInvites(auth: ChannelAuth): { readonly kind: "done" } {
    const { facts, about } = this.#parts.store;
    if (about?.createdBy.id === auth.person.id) facts.withdrawInvites(Date.now());
    return { kind: "done" };
  }

  /** A person leaves, or is taken out by the creator. */
  async remove(auth: ChannelAuth, personId: string): Promise<Gone | Refused | { readonly kind: "done" }> {
    const { store } = this.#parts;
    const { about, members } = store;
    if (about?.kind !== "private") return GONE;
    const refused = membershipError(about, auth, personId);
    if (refused) return refused;
    if (!members.has(personId)) return refuse("not_found", "This person is not in the channel.");
    this.leave(personId);
    await this.#parts.announcements.deliver();
    return { kind: "done" };
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
    // Where the creator has left, the channel is that of whoever is in it longest.
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
