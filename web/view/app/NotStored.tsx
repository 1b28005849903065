/** What a browser without storage means for what is written here. */
import { t } from "../../i18n/i18n.ts";

export function NotStored() {
  return (
    <p class="outage" role="alert">
      {t("This browser stores nothing for this page. Drafts and unsent messages are lost when you close it.")}
    </p>
  );
}
