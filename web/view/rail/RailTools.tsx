/** What stands at the top of the rail, once there is time for it: the site's menu, the bell, and the way to anywhere. */
import { useEffect, useRef, useState } from "preact/hooks";
import { type Phrase, t } from "../../i18n/i18n.ts";
import { fetchPart } from "../../network/load-part.ts";
import { isNotifyingRefused, mayNotify } from "../../pwa/notifications.ts";
import { notifications } from "../../state/preferences.ts";
import { channelHref } from "../../state/route.ts";
import type { Store } from "../../state/store.ts";
import { Popup } from "../dialogs/Popup.tsx";
import { IconButton } from "../parts/IconButton.tsx";
import { KeyCap } from "../parts/KeyCap.tsx";
import { COMMAND } from "../parts/keys.ts";
import { LateIcon, type LateIconName } from "../parts/late-icons.tsx";
import { followPresses } from "../parts/long-press.ts";
import { ROOMY } from "../parts/pull-down.ts";
import { openInvite, type SheetName, sheet } from "../parts/sheets.ts";
import type { ChannelLinkActions } from "./ChannelLink.tsx";

const MENU = [
  { icon: "invite", name: "Invite people", opens: "invite" },
  { icon: "hash", name: "Browse channels", opens: "browse" },
  { icon: "keyboard", name: "Shortcuts", opens: "shortcuts" },
  { icon: "settings", name: "Settings", opens: "settings" },
] as const satisfies readonly { readonly icon: LateIconName; readonly name: Phrase; readonly opens: SheetName }[];

type Props = { readonly store: Store; readonly onMenu: ChannelLinkActions["onMenu"] };

/** The bell, and what can be done from anywhere, behind one button. */
export function RailTools({ store, onMenu }: Props) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(
    () =>
      followPresses(".rail-link[href]", (link) => {
        const you = store.person.peek()?.id;
        const channels = [...store.channels.peek().values()];
        const channel = channels.find(({ id }) => channelHref(id, you) === link.getAttribute("href"));
        if (!channel) return;
        const open = () => onMenu({ channel, beside: link.getBoundingClientRect() });
        // A popover that opens under a finger closes when the finger goes up.
        if (matchMedia(ROOMY).matches) document.addEventListener("pointerup", () => setTimeout(open), { once: true });
        else open();
      }),
    [],
  );
  return (
    <>
      <Bell store={store} />
      <IconButton name={t("Menu")} ref={button} aria-expanded={isOpen} onClick={() => setOpen(true)}>
        <LateIcon name="more" />
      </IconButton>
      {isOpen && button.current && (
        <Popup label={t("Menu")} beside={button.current.getBoundingClientRect()} onClose={() => setOpen(false)}>
          {MENU.map(({ icon, name, opens }) => (
            <button
              key={name}
              type="button"
              onClick={() => {
                setOpen(false);
                if (opens === "invite") openInvite();
                else sheet.value = opens;
              }}
            >
              <LateIcon name={icon} />
              {t(name)}
            </button>
          ))}
        </Popup>
      )}
    </>
  );
}

/** It looks like the field that it leads to. */
export function RailSearch() {
  return (
    <button
      type="button"
      class="rail-search"
      onClick={() => {
        sheet.value = "switcher";
      }}
    >
      <LateIcon name="search" />
      <span>{t("Search")}</span>
      <KeyCap keys={`${COMMAND} K`} />
    </button>
  );
}

/** Turns notifications on, of mentions and direct messages, or off. The settings explain what the browser refuses. */
function Bell({ store }: { readonly store: Store }) {
  const isOn = notifications.chosen.value !== "off" && !isNotifyingRefused();
  return (
    <IconButton
      name={t("Notifications")}
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
        const { turnPushOn } = await fetchPart(() => import("../../pwa/push.ts"));
        await turnPushOn(store).catch((error) => console.warn("no pushes", error));
      }}
    >
      <LateIcon name={isOn ? "bell" : "bellOff"} />
    </IconButton>
  );
}
