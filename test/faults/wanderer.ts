/**
 * A person who signs in, renames, writes to one other person and signs out. Many wanderers share few names, so that names conflict.
 * What was answered is remembered, to be held against what the server shows later.
 */
import type { Channel, Message, Person } from "../../worker/protocol/things.ts";
import type { Chance } from "./chance.ts";
import type { Witness } from "./witness.ts";

const PATIENCE_MS = 20_000;
/** Clocks of one machine agree so far (ms). */
const CLOCK_MS = 100;
/** After a rename was answered the old name may stand in messages for so long (ms). */
const RENAME_MS = 1_000;

type Answer = { readonly status: number; readonly text: string; readonly cookie: string };

export type Session = { readonly cookie: string; readonly person: Person };

export class Wanderer {
  /** Alive, as far as was answered. */
  session: Session | undefined;
  /** Requests under way, by what they do. */
  readonly underWay = new Map<string, number>();
  acknowledged = 0;
  readonly #label: string;
  readonly #names: readonly string[];
  readonly #base: () => string;
  readonly #chance: Chance;
  readonly #witness: Witness;
  /** By person: when (ms) their sign-out was answered. */
  readonly #ended = new Map<string, number>();
  /** By person: when (ms) which name was answered. */
  readonly #named = new Map<string, { readonly name: string; readonly at: number }>();
  /** By direct conversation: the number of the newest message that this one wrote, and to whom. */
  readonly directs = new Map<string, { readonly seq: number; readonly peerId: string }>();

  constructor(
    label: string,
    {
      names,
      base,
      chance,
      witness,
    }: {
      readonly names: readonly string[];
      readonly base: () => string;
      readonly chance: Chance;
      readonly witness: Witness;
    },
  ) {
    this.#label = label;
    this.#names = names;
    this.#base = base;
    this.#chance = chance;
    this.#witness = witness;
  }

  /** One thing that one does. What fails is not answered, and nothing is known. */
  async step(others: readonly Wanderer[], channel: string): Promise<void> {
    if (!this.session) return this.#signIn();
    const what = this.#chance.next();
    if (what < 0.3) return this.say(channel);
    if (what < 0.5) return this.#rename();
    if (what < 0.8) return this.writeTo(others);
    return this.#signOut(channel);
  }

  async say(channel: string): Promise<void> {
    const { session } = this;
    if (!session) return;
    const id = crypto.randomUUID();
    const answer = await this.#ask(
      "say",
      "POST",
      `/api/channels/${channel}/messages`,
      { id, text: `${this.#label} ${id}` },
      session,
    );
    if (answer?.status === 201) this.saw(JSON.parse(answer.text));
  }

  /** A message as somebody was told it: judged by what was answered before it was sent. */
  saw({ author, sentAt, id }: Message): void {
    const endedAt = this.#ended.get(author.id) ?? Number.POSITIVE_INFINITY;
    if (sentAt > endedAt + CLOCK_MS) this.#witness.note("written after its session ended", `${id} of ${author.id}`);
    const named = this.#named.get(author.id);
    const isOld = named && named.name !== author.name && sentAt > named.at + RENAME_MS + CLOCK_MS;
    if (isOld) this.#witness.note("old name after a rename was answered", `${id}: ${author.name} for ${named.name}`);
  }

  /** An owner has removed this person, and was answered. */
  removed(personId: string): void {
    this.#ended.set(personId, Date.now());
    if (this.session?.person.id === personId) this.session = undefined;
  }

  /** People of this one's whose end was answered. */
  ended(): readonly string[] {
    return [...this.#ended.keys()];
  }

  async #signIn(): Promise<void> {
    const name = this.#chance.pick(this.#names) ?? this.#label;
    const answer = await this.#ask("sign in", "POST", "/api/session", { name });
    if (answer?.status !== 201) return;
    const { person }: { person: Person } = JSON.parse(answer.text);
    this.session = { person, cookie: answer.cookie };
    this.#named.set(person.id, { name: person.name, at: Date.now() });
    this.acknowledged++;
  }

  async #rename(): Promise<void> {
    const { session } = this;
    const name = this.#chance.pick(this.#names);
    if (!session || name === undefined) return;
    // Until it is answered either name may be.
    this.#named.delete(session.person.id);
    const answer = await this.#ask("rename", "POST", "/api/session", { name }, session);
    if (answer?.status === 200) {
      this.#named.set(session.person.id, { name, at: Date.now() });
      this.acknowledged++;
    }
  }

  /** A direct message to one of the others. */
  async writeTo(others: readonly Wanderer[]): Promise<void> {
    const { session } = this;
    const other = this.#chance.pick(others.filter((one) => one !== this && one.session));
    const peerId = other?.session?.person.id;
    if (!session || peerId === undefined) return;
    const opened = await this.#ask("open a direct", "POST", "/api/directs", { person: peerId }, session);
    if (opened?.status !== 201 && opened?.status !== 200) return;
    const channel: Channel = JSON.parse(opened.text);
    const path = `/api/channels/${encodeURIComponent(channel.id)}/messages`;
    const answer = await this.#ask("write", "POST", path, { id: crypto.randomUUID(), text: "between us" }, session);
    if (answer?.status !== 201) return;
    const message: Message = JSON.parse(answer.text);
    this.saw(message);
    this.directs.set(channel.id, { seq: message.seq, peerId });
    this.acknowledged++;
  }

  async #signOut(channel: string): Promise<void> {
    const { session } = this;
    if (!session) return;
    const late = this.say(channel); // under way while the session ends: before it, or not at all
    const answer = await this.#ask("sign out", "DELETE", "/api/session", undefined, session);
    const isEnded = answer?.status === 204 || answer?.status === 401;
    if (isEnded) this.#ended.set(session.person.id, Date.now());
    if (isEnded) this.session = undefined;
    if (answer?.status === 204) this.acknowledged++;
    await late;
    if (!isEnded) return;
    const id = crypto.randomUUID();
    const after = await this.#ask(
      "say",
      "POST",
      `/api/channels/${channel}/messages`,
      { id, text: "after the end" },
      session,
    );
    if (after?.status === 201) this.#witness.note("written after its session ended", `${id} was taken`);
  }

  /** `undefined`: there was no answer, or not all of it. */
  async #ask(
    what: string,
    method: string,
    path: string,
    body?: unknown,
    session?: Session,
  ): Promise<Answer | undefined> {
    this.underWay.set(what, (this.underWay.get(what) ?? 0) + 1);
    try {
      const answer = await fetch(this.#base() + path, {
        method,
        headers: { ...(session && { cookie: session.cookie }), "CF-Connecting-IP": `10.1.0.${this.#label.length}` },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
      return { status: answer.status, text: await answer.text(), cookie };
    } catch {
      return undefined; // the server died, or the network
    } finally {
      this.underWay.set(what, (this.underWay.get(what) ?? 1) - 1);
    }
  }
}
