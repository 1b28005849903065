/** What stands beside the product's name: the way to anywhere, and the bell. */
import { t } from "../../i18n/i18n.ts";
import { isNotifyingRefused, mayNotify } from "../../pwa/notifications.ts";
import { notifications } from "../../state/preferences.ts";
import type { Store } from "../../state/store.ts";
import { LateIcon } from "../parts/late-icons.tsx";
import { sheet } from "../parts/sheets.ts";

export function RailTools({ store }: { readonly store: Store }) {
  return (
    <>
      <button
        type="button"
        class="icon-button"
        aria-label={t("Search")}
        title={t("Search")}
        onClick={() => {
          sheet.value = "switcher";
        }}
      >
        <LateIcon name="search" />
      </button>
      <Bell store={store} />
    </>
  );
}

/** Turns notifications on, of mentions and direct messages, or off. The settings explain what the browser refuses. */
function Bell({ store }: { readonly store: Store }) {
  const isOn = notifications.chosen.value !== "off" && !isNotifyingRefused();
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={t("Notifications")}
      title={t(isOn ? "Notifications are on" : "Notifications are off")}
      aria-pressed={isOn}
      onClick={async () => {
        if (isOn) return notifications.choose("off");
        if (!(await mayNotify())) {
          sheet.value = "settings";
          return;
        }
        notifications.choose("mine");
        // Where the browser can, they reach this device while the app is closed as well; the settings say where not.
        const { turnPushOn } = await import("../../pwa/push.ts");
        await turnPushOn(store).catch((error) => console.warn("no pushes", error));
      }}
    >
      <LateIcon name={isOn ? "bell" : "bellOff"} />
    </button>
  );
}
