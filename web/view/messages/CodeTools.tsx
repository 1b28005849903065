/** What can be done with code: wrap its lines, copy it. */
import { t } from "../../i18n/i18n.ts";
import { CopyButton } from "../parts/CopyButton.tsx";

type Props = {
  readonly text: string;
  readonly tabIndex: number;
  readonly isWrapped: boolean;
  /** Where lines are longer than the box. */
  readonly onWrap?: (isWrapped: boolean) => void;
};

export function CodeTools({ text, tabIndex, isWrapped, onWrap }: Props) {
  return (
    <div class="code-tools">
      {onWrap && (
        <button
          type="button"
          class="button"
          tabIndex={tabIndex}
          aria-pressed={isWrapped}
          onClick={() => onWrap(!isWrapped)}
        >
          {t("Wrap lines")}
        </button>
      )}
      <CopyButton text={text} tabIndex={tabIndex} />
    </div>
  );
}
