/** A text to copy, in a read-only field: a link, a key, a command. */
import { CopyButton } from "./CopyButton.tsx";

export function CopyField({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <div class="field-row">
      <input
        aria-label={label}
        readOnly
        dir="ltr"
        value={text}
        onFocus={({ currentTarget }) => currentTarget.select()}
      />
      <CopyButton text={text} isMain />
    </div>
  );
}
