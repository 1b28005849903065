/** How many messages of a conversation are unread, beside its name. */
import { t } from "../../i18n/i18n.ts";

export function UnreadCount({ unread }: { readonly unread: number }) {
  if (unread === 0) return null;
  return (
    <span class="count">
      {unread}
      <span class="visually-hidden"> {t("unread")}</span>
    </span>
  );
}
