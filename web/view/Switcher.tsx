import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Message } from "../../worker/frames.ts";
import { type KeptConversation, keptConversations } from "../keeping.ts";
import { plainLine } from "../markdown.ts";
import { channelHref, go } from "../route.ts";
import { findMessages, fitOf, type Piece } from "../search.ts";
import type { Store } from "../store.ts";
import { type Phrase, t } from "../words.ts";
import { clockTime, dayName } from "./formats.ts";
import { type SheetName, sheet } from "./sheets.ts";

type Option = {
  readonly key: string;
  readonly sign: string;
  readonly label: string;
  readonly pieces?: readonly Piece[];
  readonly note?: string;
  readonly act: () => void;
};

const OPTIONS_MAX = 12;
const ACTIONS: readonly (readonly [label: Phrase, opens: SheetName])[] = [
  ["New channel", "newChannel"],
  ["New direct message", "newDirect"],
  ["Settings", "settings"],
  ["Shortcuts", "shortcuts"],
];

/** Anywhere by typing: where one was lately, channels, people, actions; after a `?` the messages held on this device. */
export function Switcher({ store, onClose }: { readonly store: Store; readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState("");
  const [active, setActive] = useState(0);
  const [kept, setKept] = useState<readonly KeptConversation[]>([]);
  const isSearch = typed.startsWith("?");
  const options = isSearch ? found(store, kept, typed.slice(1), onClose) : places(store, typed.trim(), onClose);
  const at = Math.min(active, options.length - 1);
  const optionId = (n: number) => `switcher-option-${n}`;

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
    if (!isSearch || !store.person.value) return;
    keptConversations(store.person.value.id).then(setKept, () => setKept([]));
  }, [isSearch]);
  useEffect(() => setActive(0), [typed]);
  useEffect(() => document.getElementById(optionId(at))?.scrollIntoView({ block: "nearest" }), [at]);

  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || options.length === 0) return;
    event.preventDefault();
    setActive((at + step + options.length) % options.length);
  }

  return (
    <dialog
      ref={dialog}
      class="switcher"
      aria-label={t("Switcher")}
      onClose={({ currentTarget }) => currentTarget.isConnected && onClose()}
      onKeyDown={onKeyDown}
      onClick={({ target, currentTarget }) => target === currentTarget && onClose()}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          options[at]?.act();
        }}
      >
        <input
          role="combobox"
          aria-label={t("Go to")}
          aria-controls="switcher-options"
          aria-expanded={options.length > 0}
          aria-activedescendant={options[at] && optionId(at)}
          aria-autocomplete="list"
          placeholder={t("A channel, a person, an action; ? searches messages")}
          autocomplete="off"
          spellcheck={false}
          dir="auto"
          autofocus
          value={typed}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        />
      </form>
      <div id="switcher-options" class="switcher-options" role="listbox" aria-label={t("Results")}>
        {options.map((option, n) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field answers the keys
          <div
            key={option.key}
            id={optionId(n)}
            class="option"
            role="option"
            tabIndex={-1}
            aria-selected={n === at}
            onMouseMove={() => setActive(n)}
            onClick={option.act}
          >
            <span class="option-sign">{option.sign}</span>
            <span class="option-label" dir="auto">
              {option.pieces?.map((piece) => (piece.isHit ? <mark>{piece.text}</mark> : piece.text)) ?? option.label}
            </span>
            {option.note && <span class="option-note">{option.note}</span>}
          </div>
        ))}
      </div>
      <p class={options.length === 0 ? "hint" : "visually-hidden"} role="status">
        {options.length === 0
          ? isSearch
            ? t("Nothing on this device says so. Searched are the conversations that were opened here.")
            : t("There is nothing of that name.")
          : t("{n} found", { n: options.length })}
      </p>
    </dialog>
  );
}

/** Where one can go, best first; without a word where one was lately. */
function places(store: Store, typed: string, onClose: () => void): readonly Option[] {
  const you = store.person.value?.id;
  const recents = store.recents();
  const channels = [...store.channels.value.values()].map((channel): Option & { readonly rank: number } => ({
    key: channel.epoch,
    sign: channel.peer ? "@" : "#",
    label: store.titleOf(channel.id).replace(/^#/, ""),
    rank: recents.includes(channel.id) ? recents.indexOf(channel.id) - recents.length : 0,
    act: () => {
      onClose();
      goTo(store, channel.id);
    },
  }));
  const talkedTo = new Set([...store.channels.value.values()].flatMap(({ peer }) => peer?.id ?? []));
  const people = [...store.people.value.values()]
    .filter(({ id }) => id !== you && !talkedTo.has(id))
    .map(
      ({ id, name }): Option => ({
        key: id,
        sign: "@",
        label: name,
        act: () => {
          onClose();
          void store.openDirect(id);
        },
      }),
    );
  const actions = ACTIONS.map(
    ([label, opens]): Option => ({
      key: opens,
      sign: "›",
      label: t(label),
      act: () => {
        sheet.value = opens;
      },
    }),
  );
  if (typed === "") {
    const open = store.open.value?.channelId;
    const others = channels
      .filter(({ key }) => store.channels.value.get(open ?? "")?.epoch !== key)
      .sort((a, b) => a.rank - b.rank || a.label.localeCompare(b.label));
    const present = people.filter(({ key }) => store.online.value.has(key));
    return [...[...others, ...present].slice(0, OPTIONS_MAX - actions.length), ...actions];
  }
  const wanted = typed.replace(/^[#@]/, "");
  return [...channels, ...people, ...actions]
    .flatMap((option) => {
      const fit = fitOf(option.label, wanted);
      return fit === undefined || (/^[#@]/.test(typed) && option.sign !== typed[0]) ? [] : [{ option, fit }];
    })
    .sort((a, b) => b.fit - a.fit)
    .slice(0, OPTIONS_MAX)
    .map(({ option }) => option);
}

/** Messages held on this device: what is kept of every visited conversation, and what this tab has, as it is now. */
function found(store: Store, kept: readonly KeptConversation[], typed: string, onClose: () => void): readonly Option[] {
  const windows = new Map(kept.map(({ channelId, window }) => [channelId, window.messages]));
  for (const { channelId, history } of store.visited()) {
    const { messages } = history.value;
    if (messages.length > 0) windows.set(channelId, messages);
  }
  const here = [...windows].flatMap(([channelId, messages]) =>
    store.channels.value.has(channelId) ? [{ channelId, messages }] : [],
  );
  const textOf = ({ text, attachments = [] }: Message) =>
    [store.plainText(plainLine(text)), ...attachments.map(({ name }) => name)].join(" ");
  return findMessages(here, typed, textOf, OPTIONS_MAX).map(({ channelId, message, pieces }) => ({
    key: message.id,
    sign: "“",
    label: message.text,
    pieces,
    note: `${message.author.name} · ${store.titleOf(channelId)} · ${dayName(new Date(message.sentAt).setHours(0, 0, 0, 0), Date.now())} ${clockTime(message.sentAt)}`,
    act: () => {
      onClose();
      goTo(store, channelId, message.seq);
    },
  }));
}

/** Leads to a conversation, or to one message of it. */
function goTo(store: Store, channelId: string, seq?: number): void {
  const path = channelHref(channelId, store.person.value?.id);
  go(seq === undefined ? path : `${path}?m=${seq}`);
}
