/** What stands beside the product's name: the way to anywhere, and the bell. */
import { t } from "../../i18n/i18n.ts";
import { isNotifyingRefused, mayNotify } from "../../pwa/notifications.ts";
import { notifications } from "../../state/preferences.ts";
import { LateIcon } from "../parts/late-icons.tsx";
import { sheet } from "../parts/sheets.ts";

export function RailTools() {
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
      <Bell />
    </>
  );
}

/** Turns notifications on, of mentions and direct messages, or off. What the browser refuses, the settings explain. */
function Bell() {
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
        if (await mayNotify()) notifications.choose("mine");
        else sheet.value = "settings";
      }}
    >
      <LateIcon name={isOn ? "bell" : "bellOff"} />
    </button>
  );
}
