/** The screen of who is not in: the first run, a device to link, a server out of reach, a session that ended elsewhere. */
import { t } from "../../i18n/i18n.ts";
import { siteName } from "../../state/site-name.ts";
import type { Store } from "../../state/store.ts";
import { lazy } from "../parts/lazy.tsx";
import { Notice } from "./Notice.tsx";
import { Welcome } from "./Welcome.tsx";

const Linked = lazy<{ readonly store: Store }>(async () => (await import("../settings/Linked.tsx")).Linked);

export function Outside({ store }: { readonly store: Store }) {
  switch (store.phase.value) {
    case "welcome":
      return <Welcome store={store} />;
    case "linked":
      return <Linked store={store} />;
    case "ended":
      return (
        <main>
          <Notice
            title={t("You're signed out")}
            text={t(
              "Your data was removed from this device. To come back under your name, try a recovery code or another device.",
            )}
            action={t("Join again")}
            onAction={() => void store.start()}
          />
        </main>
      );
    default:
      return (
        <main>
          <Notice
            title={t("{site} can't be reached", { site: siteName })}
            text={t("Trying again soon.")}
            action={t("Try now")}
            onAction={() => void store.start()}
          />
        </main>
      );
  }
}
