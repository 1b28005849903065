/** Where one writes. What was typed is kept on the device until it is sent. */
import { useEffect, useRef, useState } from "preact/hooks";
import { find } from "../../../worker/protocol/history.ts";
import { isDrawn } from "../../../worker/protocol/text.ts";
import { rich, t } from "../../i18n/i18n.ts";
import { enter } from "../../state/preferences.ts";
import { quoted } from "../../state/quoted.ts";
import type { Conversation, Store } from "../../state/store.ts";
import { IconButton } from "../parts/IconButton.tsx";
import { Icon } from "../parts/icons.tsx";
import { LateIcon } from "../parts/late-icons.tsx";
import { isTouch } from "../parts/touch.ts";
import { ComposerTools, SlowNote } from "./ComposerTools.tsx";
import { Counter, excessOf } from "./Counter.tsx";
import { TextEntry } from "./TextEntry.tsx";
import { Tiles } from "./Tiles.tsx";

type Props = { readonly store: Store; readonly conversation: Conversation };

export function Composer({ store, conversation }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => store.draft(conversation));
  const excess = excessOf(store, text);
  const isTooLong = excess > 0;
  const epoch = store.openEpoch.value;
  const title = store.titleOf(conversation.channelId);
  const uploads = conversation.uploads.value;
  const files = uploads?.list.value ?? [];
  const isUploaded = files.every(({ state }) => state.kind === "done");
  const isFailed = files.some(({ state }) => state.kind === "failed");
  const isEmpty = !isDrawn(text) && files.length === 0;
  const mayAttach = store.site.value?.files === true;

  useEffect(() => {
    // A reader who was led to a message stays there.
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
  // Sent or changed in another tab, while this one is not in front.
  useEffect(() => {
    const isOfHere = store.changedElsewhere.value?.epoch === epoch;
    if (isOfHere && !document.hasFocus()) setText(store.draft(conversation));
  }, [store.changedElsewhere.value]);

  useEffect(() => {
    const { value: replaced } = store.replacedDraft;
    if (replaced !== undefined && replaced.epoch === epoch) setText(store.draft(conversation));
  }, [store.replacedDraft.value]);
  useEffect(() => {
    if (epoch !== undefined && mayAttach) void store.recallFiles(conversation);
  }, [epoch, mayAttach]);

  function write(words: string): void {
    setText(words);
    store.keepDraft(conversation, words);
  }

  /** What has to wait, for files or for what a shortcode means, waits in the outbox: this field is free at once. */
  function send(): void {
    if (isEmpty || isFailed || isTooLong || !store.send(conversation, text)) return;
    write("");
    field.current?.focus();
  }

  /** The message is longer than one may be: its words become a file of it. */
  function sendAsFile(): void {
    const taken = store.attach(conversation, [new File([text], "message.txt", { type: "text/plain" })]);
    if (taken > 0) write("");
    field.current?.focus();
  }

  function onKey(event: KeyboardEvent): boolean {
    if (event.key === "ArrowUp" && text === "" && !event.altKey && !event.shiftKey) {
      store.editLast(conversation);
      return true;
    }
    if (event.key !== "Escape" || conversation.replyTo.value === undefined) return false;
    store.reply(conversation, undefined);
    return true;
  }

  return (
    <form
      id="composer"
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <ReplyBar store={store} conversation={conversation} />
      {uploads && <Tiles uploads={uploads} />}
      <TextEntry
        store={store}
        field={field}
        id="composer-text"
        label={t("Message {name}", { name: title })}
        placeholder={t("Message {name}", { name: title })}
        text={text}
        counterId="composer-counter"
        isTooLong={isTooLong}
        enterKeyHint={isTouch() || enter.chosen.value === "breaks" ? "enter" : "send"}
        onText={(words) => {
          write(words);
          uploads?.forgive();
          if (words.trim() !== "") store.noteTyping(conversation);
        }}
        onSend={send}
        onKey={onKey}
      />
      <div class="composer-tools">
        <ComposerTools store={store} conversation={conversation} field={field} mayAttach={mayAttach} />
        <SlowNote slowMs={store.channels.value.get(conversation.channelId)?.slowMs} />
        <Counter id="composer-counter" excess={excess} {...(mayAttach && { onSendAsFile: sendAsFile })} />
        <IconButton
          name={t("Send")}
          type="submit"
          class="send"
          title={t(isUploaded ? "Send" : "Sends when uploads finish")}
          disabled={epoch === undefined || isTooLong || isEmpty || isFailed}
        >
          <LateIcon name="send" />
        </IconButton>
      </div>
    </form>
  );
}

/** What the next message replies to, with a button to reply to nothing. */
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
      <span class="reply-to">{rich("Replying to {name}", { name: <bdi>{store.nameOf(parent.author)}</bdi> })}</span>
      <span class="quote-line" dir="auto">
        {quoted(store, parent)}
      </span>
      <IconButton name={t("Cancel reply")} onClick={() => store.reply(conversation, undefined)}>
        <Icon name="close" />
      </IconButton>
    </div>
  );
}
