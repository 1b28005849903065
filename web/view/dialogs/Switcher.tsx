/** One box for everything: where one was lately, then channels, people, messages held on this device, and actions. */
import { Fragment } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import type { KeptConversation } from "../../storage/persistence.ts";
import styles from "../../styles/search.css?inline";
import { adoptStyles } from "../parts/adopt-styles.ts";
import { KeyCap } from "../parts/KeyCap.tsx";
import { isComposing } from "../parts/keys.ts";
import { LateIcon } from "../parts/late-icons.tsx";
import { searchFor } from "../parts/sheets.ts";
import { useModal } from "../parts/useModal.ts";
import { Avatar } from "../people/Avatar.tsx";
import { useGround } from "./Dialog.tsx";
import { bestAt, groupsOf, type Option } from "./switcher-options.ts";
import { UnreadCount } from "./UnreadCount.tsx";
import "../parts/options.ts";

adoptStyles(styles);

export function Switcher({ store, onClose }: { readonly store: Store; readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState(searchFor.peek());
  /** The option an arrow has chosen; until then the one whose name fits best. */
  const [active, setActive] = useState<number>();
  const [kept, setKept] = useState<readonly KeptConversation[]>([]);
  // Not again for every move of the pointer, but in another language.
  const groups = useMemo(
    () => groupsOf(store, kept, typed.trim()).filter(({ options }) => options.length > 0),
    [kept, typed, store.channels.value, store.people.value, t("Today")],
  );
  const options = groups.flatMap((group) => group.options);
  const at = Math.min(active ?? bestAt(options), options.length - 1);
  const optionId = (option: Option) => `switcher-option-${option.key}`;
  const chosen = options[at];
  const chosenId = chosen && optionId(chosen);

  const ground = useGround(onClose);
  useModal(dialog);
  useEffect(() => {
    searchFor.value = "";
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
      {...ground}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          take(chosen);
        }}
      >
        <LateIcon name="search" />
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
        <button type="button" class="link-button" onClick={onClose}>
          {t("Cancel")}
        </button>
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
          : t("{n} results", { n: options.length })}
      </p>
      <p class="switcher-keys" aria-hidden="true">
        <span>
          <KeyCap keys="↑" /> <KeyCap keys="↓" /> {t("Move")}
        </span>
        <span>
          <KeyCap keys="Enter" /> {t("Open")}
        </span>
        <span>
          <KeyCap keys="Esc" /> {t("Close")}
        </span>
        <span>
          {t("Filter")} <code>from:</code> <code>in:</code> <code>has:file</code>
        </span>
      </p>
    </dialog>
  );
}

function OptionView({ option: { sign, label, unread, about, pieces } }: { readonly option: Option }) {
  return (
    <>
      {typeof sign !== "string" ? (
        <Avatar person={sign} />
      ) : (
        <span class="option-sign">{sign === "lock" || sign === "people" ? <LateIcon name={sign} /> : sign}</span>
      )}
      <span class="option-lines">
        {about !== undefined && (
          <span class="option-note">
            {about.map((part, at) => (
              <Fragment key={part}>
                {at > 0 && " · "}
                <bdi>{part}</bdi>
              </Fragment>
            ))}
          </span>
        )}
        <span class="option-label" dir="auto">
          {pieces?.map(({ text, isHit }) => (isHit && isWord(text) ? <mark>{text}</mark> : text)) ?? label}
        </span>
      </span>
      <UnreadCount unread={unread ?? 0} />
    </>
  );
}

/** One letter of an alphabet is in nearly every word and is not marked. A sign of another script (category Lo) can be a word. */
function isWord(text: string): boolean {
  return text.length > 1 || /\p{Lo}/u.test(text);
}
