import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { toSent } from "../mentions.ts";
import type { Store } from "../store.ts";
import { t } from "../words.ts";
import { isSendKey } from "./sendKey.ts";

type Props = {
  readonly store: Store;
  /** As it was sent. */
  readonly sent: string;
  /** With files a message needs no text. */
  readonly hasFiles: boolean;
};

/** A message's text while it is edited in its place. Enter saves, Esc leaves it as it was; both lead back to the composer. */
export function EditField({ store, sent, hasFiles }: Props) {
  const before = store.plainText(sent);
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(before);
  // At once: a key that is pressed next is the field's.
  useLayoutEffect(() => {
    const edited = field.current;
    edited?.focus();
    edited?.setSelectionRange(before.length, before.length);
    edited?.form?.scrollIntoView({ block: "nearest" });
  }, []);

  function end(): void {
    store.edit(undefined);
    document.getElementById("composer")?.focus();
  }

  function save(): void {
    if (store.saveEdit(toSent(text, store.known(sent)))) document.getElementById("composer")?.focus();
  }

  return (
    <form
      class="edit"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        aria-label={t("Edit message")}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          event.stopPropagation(); // the list's keys are not the field's
          if (event.key === "Escape") end();
          if (!isSendKey(event)) return;
          event.preventDefault();
          save();
        }}
      />
      <button type="button" class="button quiet" onClick={end}>
        {t("Cancel")}
      </button>
      <button type="submit" class="button primary" disabled={text.trim() === "" && !hasFiles}>
        {t("Save")}
      </button>
    </form>
  );
}
