/** All emoji: the recent ones first, then by category, or those found by a word. Arrows move, Enter takes, Esc leaves. */
import { type Signal, signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { t, told } from "../../i18n/i18n.ts";
import { keepRecentEmoji, recentEmoji, skinTone } from "../../state/recent-emoji.ts";
import styles from "../../styles/emoji-picker.css?inline";
import { type Emoji, emojiGroups, findEmoji, tonedEmoji } from "../../text/emoji.ts";
import { adoptStyles } from "../parts/adopt-styles.ts";
import { isComposing } from "../parts/keys.ts";
import { followPull } from "../parts/pull-down.ts";
import { isTouch } from "../parts/touch.ts";
import { useModal } from "../parts/useModal.ts";
import { CategoryTabs, SkinTones } from "./emoji-tools.tsx";
import { useEmoji } from "./useEmoji.ts";

export type PickerProps = {
  /** Where it opens. */
  readonly anchor: DOMRect;
  /** Where the focus goes when it closes: back to where it was, unless another place is named. */
  readonly returnTo?: () => HTMLElement | null;
  readonly onPick: (emoji: string) => void;
  readonly onClose: () => void;
};

const FOUND_MAX = 64;
/** A step up or down, not one to the side. */
const ROW = 2;
/** Its size (px), to keep it inside the window. All categories have room, also with the targets of a thumb. */
const HEIGHT = 460;
const WIDTH = 344;
const TOUCH_WIDTH = 458;

adoptStyles(styles);

export function EmojiPicker({ anchor, returnTo, onPick, onClose }: PickerProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const head = useRef<HTMLFormElement>(null);
  const [word, setWord] = useState("");
  /** The one under the pointer or with the focus. Only the preview is drawn anew for it. */
  const [shown] = useState(() => signal<Emoji>());
  const { spoken } = useEmoji(true);
  const groups = useMemo(() => emojiGroups(spoken), [spoken]);
  const isSearching = word.trim() !== "";
  useModal(dialog, returnTo);
  // A field with the focus would bring up a keyboard, over the emoji.
  useLayoutEffect(() => {
    if (isTouch()) dialog.current?.focus();
  }, []);
  useEffect(() => {
    const picker = dialog.current;
    return picker && head.current ? followPull(picker, head.current, () => picker.close()) : undefined;
  }, []);

  function pick(emoji: string): void {
    keepRecentEmoji(emoji);
    dialog.current?.close(); // under an open dialog no field takes the focus
    onPick(emoji);
    onClose();
  }

  function onKeyDown(event: KeyboardEvent): void {
    event.stopPropagation(); // the list's keys are not the picker's
    const { target, key } = event;
    if (isComposing(event) || !(target instanceof HTMLElement) || target.closest(".picker-tabs, .picker-tones")) return;
    const forward = document.documentElement.dir === "rtl" ? -1 : 1;
    const step = { ArrowLeft: -forward, ArrowRight: forward, ArrowUp: -ROW, ArrowDown: ROW }[key];
    if (step === undefined || (target instanceof HTMLInputElement && key !== "ArrowDown")) return;
    event.preventDefault();
    const buttons = [...(dialog.current?.querySelectorAll<HTMLElement>(".emoji") ?? [])];
    const at = buttons.findIndex((button) => button.matches(":focus"));
    const next = at < 0 ? 0 : Math.abs(step) === 1 ? at + step : inNextRow(buttons, at, Math.sign(step));
    if (next < 0) dialog.current?.querySelector("input")?.focus();
    else buttons[Math.min(next, buttons.length - 1)]?.focus();
  }

  function preview(target: EventTarget | null): void {
    const button = target instanceof Element ? target.closest<HTMLElement>(".emoji") : null;
    if (!button) return;
    shown.value = {
      emoji: button.textContent,
      code: button.dataset["code"] ?? "",
      description: button.ariaLabel ?? "",
    };
  }

  const width = isTouch() ? TOUCH_WIDTH : WIDTH;
  // Towards the middle of the window.
  const left = anchor.left < innerWidth / 2 ? anchor.left : anchor.right - width;
  const isBelow = anchor.bottom + HEIGHT < innerHeight;
  const top = isBelow ? anchor.bottom + 4 : Math.max(8, anchor.top - HEIGHT - 4);
  return (
    <dialog
      ref={dialog}
      class="picker"
      tabIndex={-1}
      aria-label={t("Emoji")}
      // The window may change while it is open: it stays inside.
      style={{
        "--width": `${width}px`,
        "--left": `max(8px, min(${left}px, 100vw - ${width + 8}px))`,
        "--top": `max(8px, min(${top}px, 100dvh - ${HEIGHT + 8}px))`,
      }}
      onClose={({ currentTarget }) => currentTarget.isConnected && onClose()}
      onKeyDown={onKeyDown}
      onClick={({ target, currentTarget }) => target === currentTarget && onClose()}
      onPointerOver={({ target }) => preview(target)}
      onFocusIn={({ target }) => preview(target)}
    >
      <form
        ref={head}
        class="picker-find pull"
        onSubmit={(event) => {
          event.preventDefault();
          const [first] = findEmoji(word, 1, spoken);
          if (isSearching && first) pick(inTone(first).emoji);
        }}
      >
        <input
          aria-label={t("Search emoji")}
          placeholder={t("Search emoji")}
          autocomplete="off"
          spellcheck={false}
          value={word}
          onInput={({ currentTarget }) => setWord(currentTarget.value)}
        />
      </form>
      {!isSearching && <CategoryTabs picker={dialog} names={groups.map(({ name }) => name)} />}
      <div class="picker-list">
        {isSearching ? (
          <Group name={t("Results")} emoji={findEmoji(word, FOUND_MAX, spoken).map(inTone)} onPick={pick} />
        ) : (
          <>
            <Group
              name={t("Recent")}
              emoji={recentEmoji.value.map((emoji) => ({ emoji, code: "", description: emoji }))}
              onPick={pick}
            />
            {groups.map(({ name, emoji }) => (
              <Group key={name} name={told("", name)} emoji={emoji.map(inTone)} onPick={pick} />
            ))}
          </>
        )}
      </div>
      <footer class="picker-foot">
        <Preview shown={shown} />
        <SkinTones />
      </footer>
    </dialog>
  );
}

/** The one nearest to `at` in the next row down (1) or up (-1): rows end early where a category ends. -1 above the first. */
function inNextRow(buttons: readonly HTMLElement[], at: number, direction: number): number {
  const place = (button: HTMLElement | undefined) => button?.getBoundingClientRect() ?? new DOMRect();
  const from = place(buttons[at]);
  let next = at + direction;
  while (buttons[next] && place(buttons[next]).top === from.top) next += direction;
  if (!buttons[next]) return direction < 0 ? -1 : at;
  const { top } = place(buttons[next]);
  let nearest = next;
  for (; buttons[next] && place(buttons[next]).top === top; next += direction) {
    const distance = (one: number) => Math.abs(place(buttons[one]).left - from.left);
    if (distance(next) < distance(nearest)) nearest = next;
  }
  return nearest;
}

/** An emoji in the tone that was chosen, where it comes in one. */
function inTone(one: Emoji): Emoji {
  const tone = skinTone.value;
  const emoji = tone === "" ? undefined : tonedEmoji(one.emoji, tone);
  return emoji === undefined ? one : { ...one, emoji };
}

/** The emoji that would be taken, large, and what it is called. */
function Preview({ shown }: { readonly shown: Signal<Emoji | undefined> }) {
  const one = shown.value;
  if (!one) return <p class="hint">{t("Pick an emoji")}</p>;
  return (
    <p class="picker-preview" aria-hidden="true">
      <span>{one.emoji}</span>
      <span class="picker-names">
        {one.description !== one.emoji && <bdi>{one.description}</bdi>}
        {one.code !== "" && <span class="hint">:{one.code}:</span>}
      </span>
    </p>
  );
}

type GroupProps = { readonly name: string; readonly emoji: readonly Emoji[]; readonly onPick: (emoji: string) => void };

function Group({ name, emoji, onPick }: GroupProps) {
  return (
    <section class="picker-group">
      <h3>{name}</h3>
      {emoji.length === 0 && <p class="hint">{t("No results")}</p>}
      <div class="picker-grid">
        {emoji.map((one) => (
          <button
            key={`${one.code} ${one.description}`}
            type="button"
            class="emoji"
            tabIndex={-1}
            aria-label={one.description}
            data-code={one.code}
            onClick={() => onPick(one.emoji)}
          >
            {one.emoji}
          </button>
        ))}
      </div>
    </section>
  );
}
