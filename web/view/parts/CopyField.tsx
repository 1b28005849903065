/** A text to copy, in a read-only field: a link, a key, a command. */
import styles from "../../styles/secrets.css?inline";
import { adoptStyles } from "./adopt-styles.ts";
import { CopyButton } from "./CopyButton.tsx";

adoptStyles(styles);

/** A line of the narrowest long field takes about so many characters. Browsers that size fields by their content need no number of rows. */
const LINE_CHARACTERS = 28;

type Props = {
  readonly label: string;
  readonly text: string;
  /** Beside another one that is more important. */
  readonly isSecond?: boolean;
  /** Shown whole, over several lines, with the buttons below. */
  readonly isLong?: boolean;
};

export function CopyField({ label, text, isSecond = false, isLong = false }: Props) {
  const field = {
    "aria-label": label,
    readOnly: true,
    dir: "ltr",
    value: text,
    onFocus: ({ currentTarget }: { currentTarget: HTMLInputElement | HTMLTextAreaElement }) => currentTarget.select(),
  } as const;
  return (
    <div class={isLong ? "field-row long" : "field-row"}>
      {isLong ? (
        <textarea {...field} rows={Math.ceil(text.length / LINE_CHARACTERS)} spellcheck={false} />
      ) : (
        <input {...field} />
      )}
      <CopyButton text={text} isMain={!isSecond} />
    </div>
  );
}
