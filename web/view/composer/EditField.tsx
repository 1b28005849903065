/** A message's text while it is edited in its place: kept until it is saved or left. Enter saves, Esc leaves it as it was; both lead back to the composer. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { isDrawn } from "../../../worker/protocol/text.ts";
import { t } from "../../i18n/i18n.ts";
import { enter } from "../../state/preferences.ts";
import type { Conversation, Store } from "../../state/store.ts";
import { noticeShortcodes } from "../../text/shortcodes.ts";
import { KeyCap } from "../parts/KeyCap.tsx";
import { COMMAND, isComposing } from "../parts/keys.ts";
import { ComposerTools } from "./ComposerTools.tsx";
import { Counter, excessOf } from "./Counter.tsx";
import { TextEntry } from "./TextEntry.tsx";

type Props = {
  readonly store: Store;
  readonly conversation: Conversation;
  /** With files a message needs no text. */
  readonly hasFiles: boolean;
};

export function EditField({ store, conversation, hasFiles }: Props) {
  const text = conversation.editing.value?.text ?? "";
  const field = useRef<HTMLTextAreaElement>(null);
  const excess = excessOf(store, text);
  // At once: a key that is pressed next is the field's.
  useLayoutEffect(() => {
    const edited = field.current;
    edited?.focus();
    edited?.setSelectionRange(text.length, text.length);
    edited?.form?.scrollIntoView({ block: "nearest" });
  }, []);

  function end(): void {
    store.leaveEdit(conversation);
    document.getElementById("composer-text")?.focus();
  }

  /** What is saved is what stands there now, also when the table of emoji comes later. */
  async function save(): Promise<void> {
    const { value: edited } = conversation.editing;
    if (!edited || excess > 0) return;
    await noticeShortcodes(edited.text);
    const hasFocus = field.current?.form?.contains(document.activeElement);
    if (store.saveEdit(conversation, edited) && hasFocus) document.getElementById("composer-text")?.focus();
  }

  return (
    <form
      class="composer edit"
      onKeyDown={(event) => {
        // What has used the key already, the list of suggestions, has prevented the rest.
        if (event.key !== "Escape" || event.defaultPrevented || isComposing(event)) return;
        event.stopPropagation();
        end();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextEntry
        store={store}
        field={field}
        id="edit-field"
        label={t("Edit message")}
        text={text}
        counterId="edit-counter"
        isTooLong={excess > 0}
        onText={(words) => store.keepEdit(conversation, words)}
        onSend={() => void save()}
        onKey={() => false}
      />
      <div class="composer-tools">
        <ComposerTools store={store} conversation={conversation} field={field} mayAttach={false} />
        <Counter id="edit-counter" excess={excess} />
        <span class="edit-actions">
          <button type="button" class="button" onClick={end}>
            {t("Cancel")}
            <KeyCap keys="Esc" />
          </button>
          <button type="submit" class="button primary" disabled={(!isDrawn(text) && !hasFiles) || excess > 0}>
            {t("Save")}
            <KeyCap keys={enter.chosen.value === "sends" ? "↵" : `${COMMAND} ↵`} />
          </button>
        </span>
      </div>
    </form>
  );
}
