/** A text to copy, in a read-only field: a link, a key, a command. */
import { CopyButton } from "./CopyButton.tsx";

type Props = {
  readonly label: string;
  readonly text: string;
  /** Beside another one that is more important. */
  readonly isSecond?: boolean;
};

export function CopyField({ label, text, isSecond = false }: Props) {
  return (
    <div class="field-row">
      <input
        aria-label={label}
        readOnly
        dir="ltr"
        value={text}
        onFocus={({ currentTarget }) => currentTarget.select()}
      />
      <CopyButton text={text} isMain={!isSecond} />
    </div>
  );
}
