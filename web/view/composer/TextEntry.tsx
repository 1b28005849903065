/** The one field for text: completion, formatting, and the key that sends. */
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Store } from "../../state/store.ts";
import { type Started, startedAt } from "../../text/completion.ts";
import { type Change, type Format, format } from "../../text/format.ts";
import { noticeShortcodes } from "../../text/shortcodes.ts";
import { isCommand, isComposing, letterOf } from "../parts/keys.ts";
import { Completion } from "./Completion.tsx";
import { isSendKey } from "./send-key.ts";
import { fetchEmojiAhead } from "./useEmoji.ts";

/** What Ctrl or ⌘ with a letter does to the selection. */
const FORMATS: Readonly<Record<string, Format>> = { b: "bold", i: "italic", e: "code" };

type Props = {
  readonly store: Store;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly id: string;
  readonly label: string;
  readonly text: string;
  /** The id of what says how much room is left. */
  readonly counterId: string;
  readonly isTooLong: boolean;
  readonly placeholder?: string;
  readonly enterKeyHint?: "enter" | "send";
  readonly onText: (text: string) => void;
  readonly onSend: () => void;
  /** A key that completion and formatting have no use for. Says whether it was used. */
  readonly onKey: (event: KeyboardEvent) => boolean;
};

/** Where text is written: a new message, or the rewrite of one. It completes, formats and sends; what is typed is never changed unasked. */
export function TextEntry(props: Props) {
  const { store, field, id, label, text, counterId, isTooLong, placeholder, enterKeyHint, onText, onSend, onKey } =
    props;
  const keys = useRef<((event: KeyboardEvent) => boolean) | null>(null);
  const [started, setStarted] = useState<Started>();
  const [activeOption, setActiveOption] = useState<string>();
  useLayoutEffect(() => fit(field.current), [text]);
  useEffect(() => {
    if (text === "") setStarted(undefined);
    void noticeShortcodes(text);
  }, [text]);

  /** Looks at what stands before the caret. */
  function look(): void {
    const { current } = field;
    if (current) fetchEmojiAhead(current.value.slice(0, current.selectionStart));
    setStarted(
      current && current === document.activeElement ? startedAt(current.value, current.selectionStart) : undefined,
    );
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (isComposing(event)) return;
    if (keys.current?.(event)) return event.preventDefault();
    const wanted = FORMATS[letterOf(event)];
    if (wanted !== undefined && field.current && isCommand(event) && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      return formatSelection(field.current, wanted);
    }
    if (isSendKey(event)) {
      event.preventDefault();
      return onSend();
    }
    if (onKey(event)) event.preventDefault();
  }

  return (
    <>
      {started && (
        <Completion
          store={store}
          started={started}
          inlineStart={caretStart(field.current, started.start)}
          keys={keys}
          onTake={(words) => {
            if (field.current) insertText(field.current, words, started.start);
            setStarted(undefined);
          }}
          onLeave={() => setStarted(undefined)}
          onActive={setActiveOption}
        />
      )}
      <textarea
        ref={field}
        id={id}
        rows={1}
        dir="auto"
        aria-label={label}
        aria-describedby={counterId}
        aria-invalid={isTooLong}
        aria-autocomplete="list"
        aria-controls={activeOption && "completion"}
        aria-activedescendant={activeOption}
        placeholder={placeholder}
        enterkeyhint={enterKeyHint}
        value={text}
        onInput={({ currentTarget: { value } }) => {
          onText(value);
          look();
        }}
        onSelect={look}
        onBlur={() => setStarted(undefined)}
        onKeyDown={onKeyDown}
      />
    </>
  );
}

/** Puts the marks of a format round what is selected, or takes them off. */
export function formatSelection(field: HTMLTextAreaElement, kind: Format): void {
  change(field, format(field.value, field.selectionStart, field.selectionEnd, kind));
}

/** Puts words where the caret is, in the place of what stands from `start` on; what is typed next follows them. Ctrl Z takes them back. */
export function insertText(field: HTMLTextAreaElement, words: string, start = field.selectionStart): void {
  change(field, {
    from: start,
    to: field.selectionEnd,
    insert: words,
    selectFrom: start + words.length,
    selectTo: start + words.length,
  });
}

/**
 * Changes a part of a field as if it were typed: only what goes through the editing commands can be undone. They are deprecated
 * without a successor; where a browser has none, the text is set.
 */
function change(field: HTMLTextAreaElement, { from, to, insert, selectFrom, selectTo }: Change): void {
  field.focus();
  field.setSelectionRange(from, to);
  const isDone = insert === "" ? document.execCommand?.("delete") : document.execCommand?.("insertText", false, insert);
  if (!isDone) {
    field.setRangeText(insert, from, to, "end");
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  field.setSelectionRange(selectFrom, selectTo);
}

/** How far (px) from the side on which lines of the interface begin a place in a text is, so that suggestions open there. */
function caretStart(field: HTMLTextAreaElement | null, at: number): number {
  if (!field) return 0;
  const mirror = document.createElement("div");
  const style = getComputedStyle(field);
  for (const name of ["font", "letterSpacing", "padding", "direction", "overflowWrap"] as const)
    mirror.style[name] = style[name];
  Object.assign(mirror.style, {
    position: "absolute",
    visibility: "hidden",
    whiteSpace: "pre-wrap",
    width: style.width,
  });
  const caret = document.createElement("span");
  caret.textContent = "\u200b";
  mirror.append(field.value.slice(0, at), caret);
  field.before(mirror);
  const left = field.offsetLeft + caret.offsetLeft;
  mirror.remove();
  const isRightToLeft = document.documentElement.dir === "rtl";
  return isRightToLeft ? (field.offsetParent?.clientWidth ?? 0) - left : left;
}

/** Grows with its text where CSS alone cannot do it yet. */
function fit(field: HTMLTextAreaElement | null): void {
  if (!field || CSS.supports("field-sizing", "content")) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}
