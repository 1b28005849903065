import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Message, Person } from "../../../worker/protocol/frames.ts";
import { type Phrase, t } from "../../i18n/i18n.ts";
import { plainLine } from "../../state/markdown.ts";
import { channelHref, go } from "../../state/route.ts";
import type { Store } from "../../state/store.ts";
import type { KeptConversation } from "../../storage/persistence.ts";
import { fold } from "../../text/fold.ts";
import { findMessages, fitOf, type Piece, queryOf } from "../../text/search.ts";
import { clockTime, dayName } from "../composer/formats.ts";
import { isComposing } from "../parts/keys.ts";
import { type SheetName, sheet } from "../parts/sheets.ts";
import { Avatar } from "../people/Avatar.tsx";

type Option = {
  readonly key: string;
  /** What stands before it: a person's picture, or a sign. */
  readonly sign: Person | string;
  readonly label: string;
  readonly unread?: number;
  /** How well its name fits what was typed, where it holds it as it is. */
  readonly fit?: number;
  /** Of a message: where and when it was said, and the words round what was found. */
  readonly about?: string;
  readonly pieces?: readonly Piece[];
  readonly act: () => void;
};

type Group = { readonly name: Phrase; readonly options: readonly Option[] };

/** Options of one group; without a word typed, of all. */
const GROUP_MAX = 6;
const RECENT_MAX = 8;
const MESSAGES_MAX = 12;
const ACTIONS: readonly (readonly [label: Phrase, opens: SheetName])[] = [
  ["New channel", "newChannel"],
  ["New direct message", "newDirect"],
  ["Settings", "settings"],
  ["Shortcuts", "shortcuts"],
];

/** One box for everything: where one was lately, then channels, people, messages held on this device, and actions. */
export function Switcher({ store, onClose }: { readonly store: Store; readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState("");
  /** The option an arrow has chosen; until then the one whose name fits best. */
  const [active, setActive] = useState<number>();
  const [kept, setKept] = useState<readonly KeptConversation[]>([]);
  const groups = groupsOf(store, kept, typed.trim()).filter(({ options }) => options.length > 0);
  const options = groups.flatMap((group) => group.options);
  const at = Math.min(active ?? bestAt(options), options.length - 1);
  const optionId = (option: Option) => `switcher-option-${option.key}`;
  const chosen = options[at];
  const chosenId = chosen && optionId(chosen);

  useLayoutEffect(() => {
    const shown = dialog.current;
    const before = document.activeElement;
    shown?.showModal();
    return () => {
      shown?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  useEffect(() => {
    void store.keptConversations().then(setKept);
  }, []);
  useLayoutEffect(() => setActive(undefined), [typed]);
  useEffect(() => document.getElementById(chosenId ?? "")?.scrollIntoView({ block: "nearest" }), [chosenId]);

  function onKeyDown(event: KeyboardEvent): void {
    if (isComposing(event)) return;
    if (event.key === "Escape") {
      event.preventDefault(); // a search field would only be emptied
      return onClose();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || options.length === 0) return;
    event.preventDefault();
    setActive((at + step + options.length) % options.length);
  }

  function take(option: Option | undefined): void {
    if (!option) return;
    onClose();
    option.act();
  }

  return (
    <dialog
      ref={dialog}
      class="switcher"
      aria-label={t("Search")}
      onClose={({ currentTarget }) => currentTarget.isConnected && onClose()}
      onKeyDown={onKeyDown}
      onClick={({ target, currentTarget }) => target === currentTarget && onClose()}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          take(chosen);
        }}
      >
        <input
          type="search"
          aria-label={t("Search")}
          aria-controls="switcher-options"
          aria-activedescendant={chosenId}
          aria-autocomplete="list"
          placeholder={t("Jump to or search…")}
          autocomplete="off"
          spellcheck={false}
          dir="auto"
          autofocus
          value={typed}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        />
      </form>
      <div id="switcher-options" class="switcher-options" role="listbox" aria-label={t("Results")}>
        {groups.map(({ name, options: own }) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of options in a listbox (WAI-ARIA 1.2, listbox)
          <div key={name} role="group" aria-label={t(name)}>
            <div class="option-group" aria-hidden="true">
              {t(name)}
            </div>
            {own.map((option) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the field answers the keys
              <div
                key={option.key}
                id={optionId(option)}
                class={option.about === undefined ? "option" : "option two-lines"}
                role="option"
                tabIndex={-1}
                aria-selected={option === chosen}
                onMouseMove={() => setActive(options.indexOf(option))}
                onClick={() => take(option)}
              >
                <OptionView option={option} />
              </div>
            ))}
          </div>
        ))}
      </div>
      <p class={options.length === 0 ? "hint" : "visually-hidden"} role="status">
        {options.length === 0
          ? t("No matches. Search covers conversations you've opened on this device.")
          : t("{n} found", { n: options.length })}
      </p>
    </dialog>
  );
}

function OptionView({ option: { sign, label, unread, about, pieces } }: { readonly option: Option }) {
  return (
    <>
      {typeof sign === "string" ? <span class="option-sign">{sign}</span> : <Avatar person={sign} />}
      <span class="option-lines">
        {about !== undefined && <span class="option-note">{about}</span>}
        <span class="option-label" dir="auto">
          {pieces?.map((piece) => (piece.isHit ? <mark>{piece.text}</mark> : piece.text)) ?? label}
        </span>
      </span>
      {unread !== undefined && unread > 0 && (
        <span class="count">
          {unread}
          <span class="visually-hidden"> {t("unread")}</span>
        </span>
      )}
    </>
  );
}

function groupsOf(store: Store, kept: readonly KeptConversation[], typed: string): readonly Group[] {
  const channels = channelOptions(store, (peer) => peer === undefined);
  const directs = channelOptions(store, (peer) => peer !== undefined);
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
    { name: "Actions", options: fitting(actions()) },
  ];
}

function best(options: readonly Option[], wanted: string): readonly Option[] {
  return options
    .flatMap((option) => {
      const fit = fitOf(option.label, wanted);
      // Letters that are scattered over a name are no word of it.
      return fit === undefined || fit < [...wanted].length ? [] : [{ option, fit }];
    })
    .sort((a, b) => b.fit - a.fit)
    .slice(0, GROUP_MAX)
    .map(({ option, fit }) => (fold(option.label).includes(fold(wanted)) ? { ...option, fit } : option));
}

/** The place of the option whose name holds what was typed, and best so; the first one where no name does. */
function bestAt(options: readonly Option[]): number {
  const fits = options.map(({ fit = Number.NEGATIVE_INFINITY }) => fit);
  return Math.max(0, fits.indexOf(Math.max(...fits)));
}

function channelOptions(store: Store, which: (peer: Person | undefined) => boolean) {
  return [...store.channels.value.values()]
    .filter(({ peer }) => which(peer))
    .map((channel) => ({
      id: channel.id,
      key: channel.epoch,
      sign: channel.peer ?? "#",
      label: store.titleOf(channel.id).replace(/^#/, ""),
      unread: store.unreadOf(channel).count,
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
      act: () => void store.openDirect(person.id),
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
  const textOf = ({ text, attachments = [] }: Message) =>
    [store.plainText(plainLine(text)), ...attachments.map(({ name }) => name)].join(" ");
  return findMessages(here, typed, { textOf, titleOf: store.titleOf, limit: MESSAGES_MAX }).map(
    ({ channelId, message, pieces }) => {
      const { author, sentAt } = message;
      const day = dayName(new Date(sentAt).setHours(0, 0, 0, 0), Date.now());
      return {
        key: message.id,
        sign: author,
        label: message.text,
        about: `${author.name} · ${store.titleOf(channelId)} · ${day} ${clockTime(sentAt)}`,
        pieces,
        act: () => goTo(store, channelId, message.seq),
      };
    },
  );
}

/** Leads to a conversation, or to one message of it. */
function goTo(store: Store, channelId: string, seq?: number): void {
  const path = channelHref(channelId, store.person.value?.id);
  go(seq === undefined ? path : `${path}?m=${seq}`);
}
