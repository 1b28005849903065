/** What a browser without storage means for what is written here. */
import { t } from "../../i18n/i18n.ts";

export function NotStored() {
  return (
    <p class="outage" role="alert">
      {t(
        "This browser doesn't store anything for this page. You'll lose drafts and unsent messages when you close it.",
      )}
    </p>
  );
}
