/** What a channel says about itself: its topic, its name, its rules and its end. */
import type { Refused } from "../protocol/errors.ts";
import { refuse } from "../protocol/errors.ts";
import { foldChannelName } from "../protocol/names.ts";
import { foldTopic } from "../protocol/text.ts";
import type { Rules } from "../protocol/things.ts";
import type { AboutChange } from "./about-store.ts";
import type { Allowances } from "./allowances.ts";
import { type Announcements, entryOf } from "./announcements.ts";
import type { ChannelStore } from "./channel-store.ts";
import type { Messages } from "./messages.ts";
import type { Reports } from "./reports.ts";
import type { ChannelAuth, ChannelOutcome, Gone, SettingsChange } from "./rpc.ts";
import { deletionError, isGroup, permissionError } from "./rules.ts";
import { type About, newAbout } from "./tables.ts";

type Parts = {
  readonly store: ChannelStore;
  readonly announcements: Announcements;
  readonly allowances: Allowances;
  readonly messages: Messages;
  /** The hooks of a channel that ends, inside its transaction. */
  readonly endHooks: () => void;
  readonly reports: Pick<Reports, "expectChange" | "noteActivity">;
};

/** `isDelivered`: when everyone who lists the channel knows, or 5 s are over. */
type Ended = Gone | Refused | { readonly kind: "ended"; readonly isDelivered: Promise<void> };

const GONE: Gone = { kind: "gone" };

export class Settings {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Changes what is given, raw, for a person who may. Answered when everyone who lists the channel has it, or after 5 s. */
  async change(auth: ChannelAuth, asked: SettingsChange): Promise<Gone | ChannelOutcome> {
    const { store, allowances, announcements } = this.#parts;
    const about = store.about ?? (auth.channel.kind === "direct" ? newAbout(auth.channel) : undefined);
    if (!about) return GONE;
    const isOwnDirect = about.kind === "direct" && Object.keys(asked).every((field) => field === "keepMs");
    const refused = isOwnDirect ? undefined : permissionError(about, auth);
    if (refused) return refused;
    const folded = fold(about, asked);
    if (folded.kind === "refused") return folded;
    const { change } = folded;
    if (isSame(about, change)) return this.#outcome(about);
    const limited = allowances.takeSettings(auth.person.id, Date.now());
    if (limited) return limited;
    // Who is in a direct conversation hears of it with its activity.
    if (about.kind === "direct") this.#parts.reports.expectChange(Date.now());
    if (!store.about) store.facts.begin(about);
    const members = store.members.people();
    const next = store.facts.change(about, change, (changed) =>
      announcements.put(entryOf(changed, members, this.#parts.messages.history), changed.settings, members),
    );
    if (about.kind === "direct") this.#parts.reports.noteActivity(auth.channel);
    await announcements.deliver();
    return this.#outcome(next);
  }

  /** The end of the channel, in this turn, by a person who may end it. */
  end(auth: ChannelAuth): Ended {
    const { about } = this.#parts.store;
    const refused = about ? deletionError(about, auth) : permissionError(newAbout(auth.channel), auth);
    if (refused || !about) return refused ?? GONE;
    this.endNow(about);
    return { kind: "ended", isDelivered: this.#parts.announcements.deliver() };
  }

  /** The same for a channel without a member. */
  endNow(about: About, former: readonly string[] = []): void {
    const { store, announcements, messages } = this.#parts;
    const members = [...store.members.ids(), ...former];
    const entry = entryOf(about, [], messages.history);
    store.end(about, Date.now(), () => {
      announcements.putEnd(entry, about.settings + 1, members);
      this.#parts.endHooks();
    });
    store.members.hold([]);
  }

  #outcome(about: About): ChannelOutcome {
    const { store, messages } = this.#parts;
    return { kind: "channel", channel: entryOf(about, store.members.people(), messages.history), isNew: false };
  }
}

/** What is asked, in the form in which it is kept. */
function fold(
  about: About,
  asked: SettingsChange,
): Refused | { readonly kind: "change"; readonly change: AboutChange } {
  const { topic, name, posting, slowMs, keepMs } = asked;
  const folded = topic === undefined ? undefined : foldTopic(topic);
  if (folded?.kind === "refused") return folded;
  if (name !== undefined && (about.kind !== "private" || isGroup(about)))
    return refuse("bad_request", "Only a private channel can have another name.");
  const named = name === undefined ? undefined : foldChannelName(name);
  if (named && !named.ok) return refuse("invalid_name", named.reason);
  const rules: Rules = {
    ...ruleOf("posting", posting === "creator" ? posting : undefined, posting !== undefined, about.rules),
    ...ruleOf("slowMs", slowMs || undefined, slowMs !== undefined, about.rules),
    ...ruleOf("keepMs", keepMs || undefined, keepMs !== undefined, about.rules),
  };
  const change = { ...(folded && { topic: folded.topic }), ...(named && { name: named.name }), rules };
  return { kind: "change", change };
}

/** One rule as asked, or as it was. */
function ruleOf<K extends keyof Rules>(
  key: K,
  asked: Rules[K],
  isAsked: boolean,
  before: Rules,
): Pick<Rules, K> | object {
  const value = isAsked ? asked : before[key];
  return value === undefined ? {} : { [key]: value };
}

function isSame(about: About, change: AboutChange): boolean {
  return JSON.stringify({ ...pick(about), ...change }) === JSON.stringify(pick(about));
}

function pick({ name, topic, rules }: About) {
  return { name, topic, rules };
}
