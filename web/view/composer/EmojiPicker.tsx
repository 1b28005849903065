/** All emoji: the recent ones first, then by group, or those found by a word. Arrows move, Enter takes, Esc leaves. */
import { useMemo, useRef, useState } from "preact/hooks";
import { t, told } from "../../i18n/i18n.ts";
import { keepRecentEmoji, recentEmoji } from "../../state/recent-emoji.ts";
import { type Emoji, emojiGroups, findEmoji } from "../../text/emoji.ts";
import { isComposing } from "../parts/keys.ts";
import { useModal } from "../parts/useModal.ts";
import { useEmoji } from "./useEmoji.ts";

export type PickerProps = {
  /** Where it opens. */
  readonly anchor: DOMRect;
  /** Where the focus goes when it closes: back to where it was, unless another place is named. */
  readonly returnTo?: () => HTMLElement | null;
  readonly onPick: (emoji: string) => void;
  readonly onClose: () => void;
};

const COLUMNS = 8;
const FOUND_MAX = 64;
/** Its size (px), to keep it inside the window. */
const SIZE = { width: 344, height: 380 };

export function EmojiPicker({ anchor, returnTo, onPick, onClose }: PickerProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [word, setWord] = useState("");
  const { spoken } = useEmoji(true);
  const groups = useMemo(() => emojiGroups(spoken), [spoken]);
  useModal(dialog, returnTo);

  function pick(emoji: string): void {
    keepRecentEmoji(emoji);
    dialog.current?.close(); // under an open dialog no field takes the focus
    onPick(emoji);
    onClose();
  }

  function onKeyDown(event: KeyboardEvent): void {
    event.stopPropagation(); // the list's keys are not the picker's
    if (isComposing(event)) return;
    const forward = document.documentElement.dir === "rtl" ? -1 : 1;
    const step = { ArrowLeft: -forward, ArrowRight: forward, ArrowUp: -COLUMNS, ArrowDown: COLUMNS }[event.key];
    const isTyping = event.target instanceof HTMLInputElement;
    if (step === undefined || (isTyping && event.key !== "ArrowDown")) return;
    event.preventDefault();
    const buttons = [...(dialog.current?.querySelectorAll<HTMLElement>(".emoji") ?? [])];
    const at = buttons.findIndex((button) => button.matches(":focus"));
    const next = at < 0 ? 0 : at + step;
    if (next < 0) dialog.current?.querySelector("input")?.focus();
    else buttons[Math.min(next, buttons.length - 1)]?.focus();
  }

  const left = Math.max(8, anchor.right - SIZE.width);
  const isBelow = anchor.bottom + SIZE.height < innerHeight;
  const top = isBelow ? anchor.bottom + 4 : Math.max(8, anchor.top - SIZE.height - 4);
  return (
    <dialog
      ref={dialog}
      class="picker"
      aria-label={t("Emoji")}
      // The window may change while it is open: it stays inside.
      style={{
        left: `max(8px, min(${left}px, 100vw - ${SIZE.width + 8}px))`,
        top: `max(8px, min(${top}px, 100dvh - ${SIZE.height + 8}px))`,
      }}
      onClose={({ currentTarget }) => currentTarget.isConnected && onClose()}
      onKeyDown={onKeyDown}
      onClick={({ target, currentTarget }) => target === currentTarget && onClose()}
    >
      <form
        class="picker-find"
        onSubmit={(event) => {
          event.preventDefault();
          const [first] = findEmoji(word, 1, spoken);
          if (word !== "" && first) pick(first.emoji);
        }}
      >
        <input
          aria-label={t("Find an emoji")}
          placeholder={t("Find an emoji")}
          autocomplete="off"
          spellcheck={false}
          value={word}
          onInput={({ currentTarget }) => setWord(currentTarget.value)}
        />
      </form>
      <div class="picker-list">
        {word.trim() === "" ? (
          <>
            <Group
              name={t("Recent")}
              emoji={recentEmoji.value.map((emoji) => ({ emoji, code: emoji, description: emoji }))}
              onPick={pick}
            />
            {groups.map(({ name, emoji }) => (
              <Group key={name} name={told("", name)} emoji={emoji} onPick={pick} />
            ))}
          </>
        ) : (
          <Group name={t("Found")} emoji={findEmoji(word, FOUND_MAX, spoken)} onPick={pick} />
        )}
      </div>
    </dialog>
  );
}

type GroupProps = { readonly name: string; readonly emoji: readonly Emoji[]; readonly onPick: (emoji: string) => void };

function Group({ name, emoji, onPick }: GroupProps) {
  return (
    <section class="picker-group">
      <h3>{name}</h3>
      {emoji.length === 0 && <p class="hint">{t("There is none of that name.")}</p>}
      <div class="picker-grid">
        {emoji.map((one) => (
          <button
            key={one.code}
            type="button"
            class="emoji"
            tabIndex={-1}
            aria-label={one.description}
            title={`:${one.code}:`}
            onClick={() => onPick(one.emoji)}
          >
            {one.emoji}
          </button>
        ))}
      </div>
    </section>
  );
}
