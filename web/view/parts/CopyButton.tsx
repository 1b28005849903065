/** Copies a text, and says so until one goes elsewhere. */
import { useState } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";
import { copyText } from "./clipboard.ts";

type Props = {
  readonly text: string;
  readonly tabIndex?: number;
  /** It is what one came for. */
  readonly isMain?: boolean;
};

export function CopyButton({ text, tabIndex = 0, isMain = false }: Props) {
  const [isCopied, setCopied] = useState(false);
  return (
    <button
      type="button"
      class={isMain ? "button primary" : "button"}
      tabIndex={tabIndex}
      onClick={async () => {
        setCopied(await copyText(text));
      }}
      onBlur={() => setCopied(false)}
    >
      {t(isCopied ? "Copied" : "Copy")}
    </button>
  );
}
