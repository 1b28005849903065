import { useEffect, useRef, useState } from "preact/hooks";
import { countPoints, foldText, TEXT_MAX_POINTS } from "../../worker/protocol.ts";
import type { Store } from "../store.ts";
import { Icon } from "./icons.tsx";
import { isSendKey, isTouch } from "./keys.ts";

/** The counter appears at nine tenths of what fits. */
const COUNTER_FROM = TEXT_MAX_POINTS * 0.9;

/** Where one writes. What was typed is kept on the device until it is sent. */
export function Composer({ store, channelId }: { readonly store: Store; readonly channelId: string }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(store.draft);
  const points = countPoints(text);
  const isTooLong = points > COUNTER_FROM && foldText(text, TEXT_MAX_POINTS) === undefined;
  const epoch = store.openEpoch.value;

  useEffect(() => {
    if (!isTouch()) field.current?.focus();
  }, []);
  // Drafts belong to an epoch, which may be known only later; what was typed until then stays.
  const knownEpoch = useRef(epoch);
  useEffect(() => {
    const isFirstKnown = knownEpoch.current === undefined;
    knownEpoch.current = epoch;
    if (isFirstKnown && text !== "") store.keepDraft(text);
    else setText(store.draft());
  }, [epoch]);
  // Said or changed in another tab: nobody is typing in this one.
  useEffect(() => {
    if (!document.hasFocus()) setText(store.draft());
  }, [store.changedElsewhere.value]);
  useEffect(() => fit(field.current), [text]);

  function send(): void {
    if (!store.send(text)) return;
    setText("");
    store.keepDraft("");
    field.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === "ArrowUp" && text === "") {
      event.preventDefault();
      return store.editLast();
    }
    if (!isSendKey(event)) return;
    event.preventDefault();
    send();
  }

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={field}
        id="composer"
        rows={1}
        dir="auto"
        aria-label={`Message #${channelId}`}
        aria-describedby={points > COUNTER_FROM ? "composer-counter" : undefined}
        aria-invalid={isTooLong}
        placeholder={`Message #${channelId}`}
        enterkeyhint={isTouch() ? "enter" : "send"}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          store.keepDraft(event.currentTarget.value);
          if (event.currentTarget.value.trim() !== "") store.noteTyping();
        }}
        onKeyDown={onKeyDown}
      />
      {points > COUNTER_FROM && (
        <span id="composer-counter" class={isTooLong ? "counter over" : "counter"}>
          {TEXT_MAX_POINTS - points}
        </span>
      )}
      <button
        type="submit"
        class="icon-button send"
        aria-label="Send"
        title="Send"
        disabled={epoch === undefined || isTooLong || text.trim() === ""}
      >
        <Icon name="send" />
      </button>
    </form>
  );
}

/** Grows with its text where CSS alone cannot do it yet. */
function fit(field: HTMLTextAreaElement | null): void {
  if (!field || CSS.supports("field-sizing", "content")) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}
