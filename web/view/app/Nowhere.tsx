/** An address of this site that is none. */
import { t } from "../../i18n/i18n.ts";
import { Notice } from "./Notice.tsx";

export function Nowhere() {
  return (
    <Notice
      title={t("There is nothing here")}
      text={t("This address leads nowhere.")}
      action={t("Go to #general")}
      href="/c/general"
    />
  );
}
