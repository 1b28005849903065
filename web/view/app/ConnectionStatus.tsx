/** What is said of the connection. */
import type { ReadonlySignal } from "@preact/signals";
import { t } from "../../i18n/i18n.ts";
import type { ConnectionState } from "../../network/connection-state.ts";
import type { Store } from "../../state/store.ts";
import { lazy } from "../parts/lazy.tsx";

const Outage = lazy(async () => (await import("./Outage.tsx")).Outage, {
  missing: () => <p class="outage">{t("Offline")}</p>,
});

/** The one live region about the connection: always there, empty while all is well. */
export function ConnectionStatus({ store, reconnect }: { readonly store: Store; readonly reconnect: () => void }) {
  const isDown = store.stopped.value === undefined && [store.directoryLink, store.channelLink].some(isBroken);
  return (
    <div class="connection" role="status" aria-label={t("Connection")}>
      {isDown && <Outage reconnect={reconnect} />}
    </div>
  );
}

/** Coming back; a first try is no news. */
export function isBroken({ value }: ReadonlySignal<ConnectionState>): boolean {
  return "tries" in value && value.tries > 0;
}
