/** A conversation in which nothing was said yet. */
import { useState } from "preact/hooks";
import { WINDOW_MESSAGES } from "../../../worker/protocol/limits.ts";
import { rich, t } from "../../i18n/i18n.ts";
import { copyText } from "../parts/clipboard.ts";
import { sheet } from "../parts/sheets.ts";

export function Empty({ title, isDirect }: { readonly title: string; readonly isDirect: boolean }) {
  const [isCopied, setCopied] = useState(false);
  if (isDirect) {
    return (
      <div class="empty">
        <h2>{rich("This is between you and {name}.", { name: <bdi>{title}</bdi> })}</h2>
        <p>{t("Latest {n} messages are kept", { n: WINDOW_MESSAGES })}</p>
      </div>
    );
  }
  return (
    <div class="empty">
      <h2>{rich("{name} is brand new.", { name: <bdi>{title}</bdi> })}</h2>
      <p>{t("Say hello 👋")}</p>
      <button
        type="button"
        class="button"
        onClick={() => {
          sheet.value = "invite";
        }}
      >
        {t("Invite people")}
      </button>
      <button
        type="button"
        class="button quiet"
        onClick={async () => {
          setCopied(await copyText(location.href));
        }}
      >
        {t(isCopied ? "Copied" : "Copy link")}
      </button>
    </div>
  );
}
