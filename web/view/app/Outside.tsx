/** Shown when the server cannot be reached, or the session ended elsewhere. */
import { t } from "../../i18n/i18n.ts";
import { siteName } from "../../state/site-name.ts";
import type { Store } from "../../state/store.ts";
import { Notice } from "./Notice.tsx";

export function Outside({ store }: { readonly store: Store }) {
  return store.phase.value === "ended" ? (
    <Notice
      title={t("You signed out elsewhere")}
      text={t("This device no longer keeps anything of yours.")}
      action={t("Join again")}
      onAction={() => void store.start()}
    />
  ) : (
    <Notice
      title={t("{site} can't be reached", { site: siteName })}
      text={t("It will be tried again.")}
      action={t("Try now")}
      onAction={() => void store.start()}
    />
  );
}
