/** What a person wants of a conversation: how much it tells, and where it stands in the rail. */
import { useState } from "preact/hooks";
import type { Channel, Preference } from "../../../worker/protocol/things.ts";
import { t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import { Switch } from "../parts/Switch.tsx";

export function ChannelPreferences({ store, channel }: { readonly store: Store; readonly channel: Channel }) {
  const [refusal, setRefusal] = useState<string>();
  const { notify, hidden = false, favourite = false } = store.preferenceOf(channel.id);

  async function prefer(change: Preference): Promise<void> {
    const answer = await store.prefer(channel.id, change);
    setRefusal(answer.ok ? undefined : answer.detail);
  }

  return (
    <section>
      <h3>{t("For you")}</h3>
      <button
        type="button"
        class="switch"
        aria-pressed={notify === "nothing"}
        aria-describedby="mute-hint"
        onClick={() => void prefer({ notify: notify === "nothing" ? "mentions" : "nothing" })}
      >
        {t("Mute")}
        <span class="switch-track" />
      </button>
      <p id="mute-hint" class="hint">
        {t("No unread count and no notifications.")}
      </p>
      {notify !== "nothing" && (
        <Switch
          label={t("Notify about every message")}
          isOn={notify === "all"}
          onChange={(isOn) => void prefer({ notify: isOn ? "all" : "mentions" })}
        />
      )}
      <Switch label={t("Favourite")} isOn={favourite} onChange={(isOn) => void prefer({ favourite: isOn })} />
      <Switch
        label={t("Hide")}
        hint={t("It comes back when there's something for you in it.")}
        isOn={hidden}
        onChange={(isOn) => void prefer({ hidden: isOn })}
      />
      <p class={refusal ? "hint complaint" : "visually-hidden"} role="status">
        {refusal}
      </p>
    </section>
  );
}
