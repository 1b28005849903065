/** Copies a text, and says so until one goes elsewhere. */
import { useState } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";
import { copyText } from "./clipboard.ts";

export function CopyButton({ text, tabIndex = 0 }: { readonly text: string; readonly tabIndex?: number }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <button
      type="button"
      class="button quiet"
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
