/** What the switcher offers: where the person was lately, channels, people, messages held on this device, actions. */

import { kindOf } from "../../../worker/protocol/text.ts";
import type { Channel, Message, Person } from "../../../worker/protocol/things.ts";
import { type Phrase, t } from "../../i18n/i18n.ts";
import { plainLine } from "../../state/markdown.ts";
import { channelHref, go } from "../../state/route.ts";
import type { Store } from "../../state/store.ts";
import type { KeptConversation } from "../../storage/persistence.ts";
import { fold } from "../../text/fold.ts";
import { findMessages, fitOf, type Piece, piecesOf, queryOf, type Searchable } from "../../text/search.ts";
import { clockTime, dayName } from "../parts/formats.ts";
import { type SheetName, sheet } from "../parts/sheets.ts";
import { shownUnread } from "../rail/shown-unread.ts";

export type Option = {
  readonly key: string;
  /** What stands before it: a person's picture, a sign, or the name of an icon. */
  readonly sign: Person | string;
  readonly label: string;
  readonly unread?: number;
  /** How well its name fits what was typed, where it holds it as it is. */
  readonly fit?: number;
  /** Of a message: where and when it was said, and the words round what was found. */
  readonly about?: readonly string[];
  readonly pieces?: readonly Piece[];
  readonly act: () => void;
};

type Group = { readonly name: Phrase; readonly options: readonly Option[] };

/** Options of one group; without a word typed, of all. */
const GROUP_MAX = 6;
const RECENT_MAX = 8;
const MESSAGES_MAX = 12;
/** From right to left, this many characters of a message are shown: two lines of a phone. */
const RTL_CHARACTERS = 68;
const ACTIONS: readonly (readonly [label: Phrase, opens: SheetName])[] = [
  ["New channel", "newChannel"],
  ["New direct message", "newDirect"],
  ["Settings", "settings"],
  ["Shortcuts", "shortcuts"],
];

/** What is found of what was typed, by group. */
export function groupsOf(store: Store, kept: readonly KeptConversation[], typed: string): readonly Group[] {
  const isWithPeople = ({ kind, name }: Channel) => kind !== "public" && name === "";
  const channels = channelOptions(store, (channel) => !isWithPeople(channel));
  const directs = channelOptions(store, isWithPeople);
  const people = [...directs, ...strangers(store)];
  if (typed === "") {
    const recents = store.recents();
    const open = store.open.value?.channelId;
    const lately = [...channels, ...directs]
      .filter(({ id }) => id !== open && recents.includes(id))
      .sort((a, b) => recents.indexOf(a.id) - recents.indexOf(b.id));
    const others = [...channels, ...directs].filter(({ id }) => id !== open && !recents.includes(id));
    return [
      { name: "Recent", options: [...lately, ...others].slice(0, RECENT_MAX) },
      { name: "Actions", options: actions() },
    ];
  }
  const query = queryOf(typed);
  if (query.isFiltered) return [{ name: "Messages", options: messages(store, kept, typed) }];
  const wanted = typed.replace(/^[#@]/, "");
  const fitting = (options: readonly Option[]) => best(options, wanted);
  return [
    { name: "Channels", options: typed.startsWith("@") ? [] : fitting(channels) },
    { name: "People", options: typed.startsWith("#") ? [] : fitting(people) },
    { name: "Messages", options: messages(store, kept, typed) },
    { name: "Actions", options: wanted === "" ? [] : fitting(actions()) },
  ];
}

function best(options: readonly Option[], wanted: string): readonly Option[] {
  // Folding removes signs such as an Arabic vowel sign or a tatweel, so the word can be empty.
  const word = fold(wanted.trim());
  return options
    .flatMap((option) => {
      const fit = fitOf(option.label, wanted);
      const isInside = word !== "" && fold(option.label).includes(word);
      // Letters that are scattered over a name are no word of it.
      return fit === undefined || (!isInside && fit < [...wanted].length) ? [] : [{ option, fit, isInside }];
    })
    .sort((a, b) => b.fit - a.fit)
    .slice(0, GROUP_MAX)
    .map(({ option, fit, isInside }) =>
      isInside ? { ...option, fit, pieces: piecesOf(option.label, [word]) } : option,
    );
}

/** The place of the option whose name holds what was typed, and best so; the first one where no name does. */
export function bestAt(options: readonly Option[]): number {
  const fits = options.map(({ fit = Number.NEGATIVE_INFINITY }) => fit);
  return Math.max(0, fits.indexOf(Math.max(...fits)));
}

function channelOptions(store: Store, which: (channel: Channel) => boolean) {
  return [...store.channels.value.values()]
    .filter(which)
    .map((channel) => ({
      id: channel.id,
      key: channel.epoch,
      sign: channel.peer ?? (channel.kind === "public" ? "#" : channel.name === "" ? "people" : "lock"),
      label: store.titleOf(channel.id).replace(/^#/, ""),
      unread: shownUnread(store, channel).count,
      act: () => goTo(store, channel.id),
    }))
    .sort((a, b) => a.label.localeCompare(b.label));
}

/** People one has no conversation with yet. */
function strangers(store: Store): readonly Option[] {
  const you = store.person.value?.id;
  const talkedTo = new Set([...store.channels.value.values()].flatMap(({ peer }) => peer?.id ?? []));
  return [...store.people.value.values()]
    .filter(({ id }) => id !== you && !talkedTo.has(id))
    .map((person) => ({
      key: person.id,
      sign: person,
      label: person.name,
      act: () => void store.openConversation([person.id]),
    }));
}

function actions(): readonly Option[] {
  return ACTIONS.map(([label, opens]) => ({
    key: opens,
    sign: "›",
    label: t(label),
    act: () => {
      sheet.value = opens;
    },
  }));
}

/** Messages held on this device: what is kept of every visited conversation, and what this tab has, as it is now. */
function messages(store: Store, kept: readonly KeptConversation[], typed: string): readonly Option[] {
  // A channel made again under the name of one that is gone has none of its messages.
  const isThere = ({ channelId, window }: KeptConversation) =>
    store.channels.value.get(channelId)?.epoch === window.epoch;
  const windows = new Map(kept.filter(isThere).map(({ channelId, window }) => [channelId, window.messages]));
  for (const { channelId, history } of store.visited()) {
    if (history.value.messages.length > 0) windows.set(channelId, history.value.messages);
  }
  const here = [...windows].flatMap(([channelId, held]) =>
    store.channels.value.has(channelId) ? [{ channelId, messages: held }] : [],
  );
  return findMessages(here, typed, {
    textOf: (message) => searchable(store, message),
    titleOf: store.titleOf,
    nameOf: store.nameOf,
    limit: MESSAGES_MAX,
    // Chromium draws the dots of `line-clamp` outside the column when the text is in the other direction.
    ...(document.dir === "rtl" && { shownMax: RTL_CHARACTERS }),
  }).map(({ channelId, message, pieces }) => {
    const { author, sentAt } = message;
    // A conversation of two is called by one of them, who may be the author.
    const title = store.titleOf(channelId);
    const where = kindOf(channelId) === "direct" && title === store.nameOf(author) ? [] : [title];
    const day = dayName(sentAt, store.now());
    return {
      key: message.id,
      sign: author,
      label: message.text,
      about: [store.nameOf(author), ...where, `${day} ${clockTime(sentAt)}`],
      pieces,
      act: () => goTo(store, channelId, message.seq),
    };
  });
}

/** By message: what is made of its text once, and not for every letter that is typed. Names in it are those at the first look. */
const searchables = new WeakMap<Message, Searchable>();

function searchable(store: Store, message: Message): Searchable {
  const known = searchables.get(message);
  if (known) return known;
  const { text, attachments = [] } = message;
  const words = [store.plainText(plainLine(text)), ...attachments.map(({ name }) => name)].join(" ");
  const made = { words, folded: fold(words) };
  searchables.set(message, made);
  return made;
}

/** Leads to a conversation, or to one message of it. */
function goTo(store: Store, channelId: string, seq?: number): void {
  const path = channelHref(channelId, store.person.value?.id);
  go(seq === undefined ? path : `${path}?m=${seq}`);
}
