/** An address of this site that is none. */
import { t } from "../../i18n/i18n.ts";
import { Notice } from "./Notice.tsx";

export function Nowhere() {
  return (
    <Notice
      title={t("Page not found")}
      text={t("This address doesn't lead anywhere.")}
      action={t("Go to #general")}
      href="/c/general"
    />
  );
}
