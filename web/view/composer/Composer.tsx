import { useEffect, useRef, useState } from "preact/hooks";
import { find } from "../../../worker/protocol/history.ts";
import { rich, t } from "../../i18n/i18n.ts";
import { enter } from "../../state/preferences.ts";
import { quoted } from "../../state/quoted.ts";
import type { Conversation, Store } from "../../state/store.ts";
import { type Started, startedAt } from "../../text/completion.ts";
import { noticeShortcodes } from "../../text/shortcodes.ts";
import { Icon } from "../parts/icons.tsx";
import { isCommand, isComposing } from "../parts/keys.ts";
import { LateIcon } from "../parts/late-icons.tsx";
import { lazy } from "../parts/lazy.tsx";
import { isTouch } from "../parts/touch.ts";
import { Counter, excessOf } from "./Counter.tsx";
import { isSendKey } from "./send-key.ts";

const Tiles = lazy(async () => (await import("./Tiles.tsx")).Tiles);
const Completion = lazy(async () => (await import("./Completion.tsx")).Completion);
const EmojiPicker = lazy(async () => (await import("./EmojiPicker.tsx")).EmojiPicker);

/** What Ctrl or ⌘ with a letter puts round the selection. */
const MARKS: Readonly<Record<string, string>> = { b: "**", i: "_", e: "`" };

type Props = { readonly store: Store; readonly conversation: Conversation };

/** Where one writes. What was typed is kept on the device until it is sent. */
export function Composer({ store, conversation }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const keys = useRef<((event: KeyboardEvent) => boolean) | null>(null);
  const [text, setText] = useState(() => store.draft(conversation));
  const [started, setStarted] = useState<Started>();
  const [activeOption, setActiveOption] = useState<string>();
  /** The table of emoji has come: what is sent is shorter than it was. */
  const [, setTableCame] = useState(false);
  const excess = excessOf(store, text);
  const isTooLong = excess > 0;
  const epoch = store.openEpoch.value;
  const title = store.titleOf(conversation.channelId);
  const uploads = conversation.uploads.value;
  const files = uploads?.list.value ?? [];
  const isUploaded = files.every(({ state }) => state.kind === "done");
  const isFailed = files.some(({ state }) => state.kind === "failed");
  const isEmpty = text.trim() === "" && files.length === 0;
  const mayAttach = store.site.value?.files === true;

  useEffect(() => {
    // Whoever was led to a message stays there.
    if (!isTouch() && !document.activeElement?.closest(".message")) field.current?.focus();
  }, []);
  // Drafts belong to an epoch, which may be known only later; what was typed until then stays.
  const knownEpoch = useRef(epoch);
  useEffect(() => {
    const isFirstKnown = knownEpoch.current === undefined;
    knownEpoch.current = epoch;
    if (isFirstKnown && text !== "") store.keepDraft(conversation, text);
    else setText(store.draft(conversation));
  }, [epoch]);
  // Said or changed in another tab: nobody is typing in this one.
  useEffect(() => {
    if (!document.hasFocus()) setText(store.draft(conversation));
  }, [store.changedElsewhere.value]);
  useEffect(() => fit(field.current), [text]);

  function write(words: string): void {
    setText(words);
    store.keepDraft(conversation, words);
  }

  /** What has to wait, for files or for what a shortcode means, waits in the outbox: this field is free at once. */
  function send(): void {
    if (isEmpty || isFailed || isTooLong || !store.send(conversation, text)) return;
    setStarted(undefined);
    write("");
    field.current?.focus();
  }

  /** Looks at what stands before the caret. */
  function look(): void {
    const { current } = field;
    setStarted(current ? startedAt(current.value, current.selectionStart) : undefined);
  }

  /** Puts words where the caret is, in the place of what was begun from `start` on; what is typed next follows them. */
  function insert(words: string, start = field.current?.selectionStart ?? 0): void {
    const { current } = field;
    if (!current) return;
    current.setRangeText(words, start, current.selectionEnd, "end");
    write(current.value);
    setStarted(undefined);
    current.focus();
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (isComposing(event)) return;
    if (keys.current?.(event)) return event.preventDefault();
    if (event.key === "ArrowUp" && text === "" && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      return store.editLast(conversation);
    }
    if (event.key === "Escape") {
      return conversation.replyTo.value === undefined ? store.dismissNew() : store.reply(conversation, undefined);
    }
    const mark = MARKS[event.key.toLowerCase()];
    if (mark !== undefined && isCommand(event) && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      return wrap(mark);
    }
    if (!isSendKey(event)) return;
    event.preventDefault();
    send();
  }

  /** Puts marks round what is selected, or takes them off. */
  function wrap(mark: string): void {
    const { current } = field;
    if (!current) return;
    const { selectionStart: start, selectionEnd: end, value } = current;
    const isMarked = value.slice(0, start).endsWith(mark) && value.slice(end).startsWith(mark);
    const selected = value.slice(start, end);
    if (isMarked) current.setRangeText(selected, start - mark.length, end + mark.length, "select");
    else current.setRangeText(mark + selected + mark, start, end, "select");
    if (!isMarked) current.setSelectionRange(start + mark.length, end + mark.length);
    write(current.value);
  }

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <ReplyBar store={store} conversation={conversation} />
      {uploads && <Tiles uploads={uploads} />}
      {started && (
        <Completion
          store={store}
          started={started}
          keys={keys}
          onTake={(words) => insert(words, started.start)}
          onLeave={() => setStarted(undefined)}
          onActive={setActiveOption}
        />
      )}
      <div class="composer-line">
        {mayAttach && <AttachButton store={store} conversation={conversation} />}
        <textarea
          ref={field}
          id="composer"
          rows={1}
          dir="auto"
          aria-label={t("Message {name}", { name: title })}
          aria-describedby="composer-counter"
          aria-invalid={isTooLong}
          aria-autocomplete="list"
          aria-controls={activeOption && "completion"}
          aria-activedescendant={activeOption}
          placeholder={t("Message {name}", { name: title })}
          enterkeyhint={isTouch() || enter.chosen.value === "breaks" ? "enter" : "send"}
          value={text}
          onInput={({ currentTarget: { value } }) => {
            write(value);
            uploads?.forgive();
            look();
            void noticeShortcodes(value)?.then(() => setTableCame(true));
            if (value.trim() !== "") store.noteTyping();
          }}
          onSelect={look}
          onBlur={() => setStarted(undefined)}
          onKeyDown={onKeyDown}
        />
        <Counter id="composer-counter" excess={excess} />
        <EmojiButton onPick={insert} />
        <button
          type="submit"
          class="icon-button send"
          aria-label={t("Send")}
          title={t(isUploaded ? "Send" : "Sends when uploads finish")}
          disabled={epoch === undefined || isTooLong || isEmpty || isFailed}
        >
          <LateIcon name="send" />
        </button>
      </div>
    </form>
  );
}

/** What the next message replies to, and the way to say it to nobody in particular. */
function ReplyBar({ store, conversation }: Props) {
  const id = conversation.replyTo.value;
  const parent = id === undefined ? undefined : find(conversation.history.value, id);
  const isGone = id !== undefined && (!parent || parent.deleted === true);
  useEffect(() => {
    if (isGone) store.reply(conversation, undefined);
  }, [isGone]);
  if (!parent) return null;
  return (
    <div class="reply-bar">
      <Icon name="reply" />
      <span class="reply-to">{rich("Replying to {name}", { name: <bdi>{parent.author.name}</bdi> })}</span>
      <span class="quote-line" dir="auto">
        {quoted(store, parent)}
      </span>
      <button
        type="button"
        class="icon-button"
        aria-label={t("Cancel reply")}
        onClick={() => store.reply(conversation, undefined)}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

function AttachButton({ store, conversation }: Props) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        class="icon-button"
        aria-label={t("Attach files")}
        title={t("Attach files")}
        data-does="attach"
        onClick={() => input.current?.click()}
      >
        <LateIcon name="attach" />
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={({ currentTarget }) => {
          store.attach(conversation, [...(currentTarget.files ?? [])]);
          currentTarget.value = "";
          document.getElementById("composer")?.focus();
        }}
      />
    </>
  );
}

function EmojiButton({ onPick }: { readonly onPick: (emoji: string) => void }) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        ref={button}
        type="button"
        class="icon-button"
        aria-label={t("Add emoji")}
        title={t("Add emoji")}
        onClick={() => setOpen(true)}
      >
        <LateIcon name="react" />
      </button>
      {isOpen && button.current && (
        <EmojiPicker
          anchor={button.current.getBoundingClientRect()}
          returnTo={() => document.getElementById("composer")}
          onPick={(emoji) => onPick(emoji)}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}

/** Grows with its text where CSS alone cannot do it yet. */
function fit(field: HTMLTextAreaElement | null): void {
  if (!field || CSS.supports("field-sizing", "content")) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}
