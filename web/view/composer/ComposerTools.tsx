/** The row under the text: what can be put into a message, what holds in this channel, and the button that sends. */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Phrase, t } from "../../i18n/i18n.ts";
import type { Conversation, Store } from "../../state/store.ts";
import type { Format } from "../../text/format.ts";
import { durationWords } from "../parts/durations.ts";
import { IconButton } from "../parts/IconButton.tsx";
import { commandWith } from "../parts/keys.ts";
import { LateIcon, type LateIconName } from "../parts/late-icons.tsx";
import { lazy } from "../parts/lazy.tsx";
import { attaching } from "../parts/sheets.ts";
import { formatSelection, insertText } from "./TextEntry.tsx";

const EmojiPicker = lazy(async () => (await import("./EmojiPicker.tsx")).EmojiPicker);

const FORMATS = [
  { kind: "bold", label: "Bold", icon: "bold", key: "B" },
  { kind: "italic", label: "Italic", icon: "italic", key: "I" },
  { kind: "code", label: "Code", icon: "code", key: "E" },
] as const satisfies readonly {
  readonly kind: Format;
  readonly label: Phrase;
  readonly icon: LateIconName;
  readonly key: string;
}[];

type Props = {
  readonly store: Store;
  readonly conversation: Conversation;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly mayAttach: boolean;
};

/** The tools at the start of the row, for a new message or one that is edited. They leave the focus in the field. */
export function ComposerTools({ store, conversation, field, mayAttach }: Props) {
  const [isFormatting, setFormatting] = useState(false);
  const tool = (label: string, icon: LateIconName, act: (field: HTMLTextAreaElement) => void, key?: string) => (
    <IconButton
      name={label}
      aria-keyshortcuts={key && commandWith(key)}
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => field.current && act(field.current)}
    >
      <LateIcon name={icon} />
    </IconButton>
  );
  return (
    <>
      {mayAttach && <AttachButton store={store} conversation={conversation} />}
      <EmojiButton field={field} />
      {tool(t("Mention someone"), "at", mention)}
      <IconButton
        name={t("Formatting")}
        aria-expanded={isFormatting}
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => setFormatting(!isFormatting)}
      >
        <LateIcon name="formatting" />
      </IconButton>
      {isFormatting && (
        <span class="composer-formats">
          {FORMATS.map(({ kind, label, icon, key }) =>
            tool(t(label), icon, (entry) => formatSelection(entry, kind), key),
          )}
        </span>
      )}
    </>
  );
}

/** How often one may write where that is limited. */
export function SlowNote({ slowMs = 0 }: { readonly slowMs: number | undefined }) {
  return slowMs > 0 ? (
    <span class="composer-note">{t("One message every {time}.", { time: durationWords(slowMs) })}</span>
  ) : null;
}

/** Begins a mention at the caret: the suggestions open with it. */
function mention(field: HTMLTextAreaElement): void {
  const before = field.value.slice(0, field.selectionStart);
  insertText(field, before === "" || /\s$/.test(before) ? "@" : " @");
}

function AttachButton({ store, conversation }: Pick<Props, "store" | "conversation">) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    attaching.choose = () => input.current?.click();
    return () => {
      attaching.choose = undefined;
    };
  }, []);
  return (
    <>
      <IconButton name={t("Attach files")} aria-keyshortcuts={commandWith("U")} onClick={() => input.current?.click()}>
        <LateIcon name="attach" />
      </IconButton>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={({ currentTarget }) => {
          store.attach(conversation, [...(currentTarget.files ?? [])]);
          currentTarget.value = "";
          document.getElementById("composer-text")?.focus();
        }}
      />
    </>
  );
}

function EmojiButton({ field }: Pick<Props, "field">) {
  const [place, setPlace] = useState<DOMRect>();
  return (
    <>
      <IconButton
        name={t("Add emoji")}
        onClick={({ currentTarget }) => {
          // Beside the button, and above or below the whole form where there is room: what is being written stays in sight.
          const { x, width } = currentTarget.getBoundingClientRect();
          const { y, height } = (currentTarget.form ?? currentTarget).getBoundingClientRect();
          setPlace(new DOMRect(x, y, width, height));
        }}
      >
        <LateIcon name="react" />
      </IconButton>
      {place && (
        <EmojiPicker
          anchor={place}
          returnTo={() => field.current}
          onPick={(emoji) => field.current && insertText(field.current, emoji)}
          onClose={() => setPlace(undefined)}
        />
      )}
    </>
  );
}
