/** What a person is told of, and where: on this desktop, by a sound, and on this device while the app is closed. */
import { useState } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";
import { isNotifyingRefused, mayNotify } from "../../pwa/notifications.ts";
import { notifications, sound } from "../../state/preferences.ts";
import { Switch } from "../parts/Switch.tsx";
import { Choice } from "./Choice.tsx";
import { Push } from "./Push.tsx";
import type { SectionProps } from "./Settings.tsx";

/** The browser is asked for permission when the person turns it on, and not before. */
export function Notifications({ store }: SectionProps) {
  const [isRefused, setRefused] = useState(isNotifyingRefused);
  const isOff = notifications.chosen.value === "off";
  return (
    <>
      <section class="notified">
        <h4>{t("In the app")}</h4>
        <Choice
          legend="Notify me about"
          preference={notifications}
          labels={{ off: "Nothing", mine: "Mentions and direct messages", all: "All messages" }}
          mayChoose={async (choice) => {
            const may = choice === "off" || (await mayNotify());
            setRefused(!may);
            return may;
          }}
        />
        {isRefused && (
          <p class="hint complaint" role="alert">
            {t("Notifications are blocked. Allow them in your browser's site settings.")}
          </p>
        )}
        <Switch
          label={t("Sound")}
          hint={t(isOff ? "Turn on notifications first." : "Play a sound with each notification")}
          isOn={sound.chosen.value === "on" && !isOff}
          isIdle={isOff}
          onChange={(isOn) => sound.choose(isOn ? "on" : "off")}
        />
      </section>
      <Push store={store} />
    </>
  );
}
