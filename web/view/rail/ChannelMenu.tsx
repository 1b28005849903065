/** What can be done with a conversation from the rail, without opening it. */
import type { Preference } from "../../../worker/protocol/things.ts";
import { t } from "../../i18n/i18n.ts";
import { messageLink } from "../../state/route.ts";
import { Dialog } from "../dialogs/Dialog.tsx";
import { leaveMenu, Popup } from "../dialogs/Popup.tsx";
import { copyText } from "../parts/clipboard.ts";
import { LateIcon, type LateIconName } from "../parts/late-icons.tsx";
import type { ChannelMenuProps } from "./Rail.tsx";

export function ChannelMenu({ store, channel, beside, why, onClose, onRefused }: ChannelMenuProps) {
  const { notify, favourite = false, hidden = false } = store.preferenceOf(channel.id);
  const isMuted = notify === "nothing";
  const isUnread = store.unreadOf(channel).count > 0;

  function close(): void {
    leaveMenu();
    onClose();
    document.querySelector<HTMLElement>(`.rail-link[aria-label="${CSS.escape(store.titleOf(channel.id))}"]`)?.focus();
  }

  const item = (icon: LateIconName, label: string, act: () => void) => (
    <button
      type="button"
      onClick={() => {
        act();
        close();
      }}
    >
      <LateIcon name={icon} />
      {label}
    </button>
  );
  const preference = (icon: LateIconName, label: string, change: Preference) =>
    item(icon, label, async () => {
      const answer = await store.prefer(channel.id, change);
      if (!answer.ok) onRefused(answer.detail);
    });

  if (why !== undefined) {
    return (
      <Dialog title={t("Not changed")} onClose={close}>
        <p>{why}</p>
      </Dialog>
    );
  }

  return (
    <Popup label={store.titleOf(channel.id)} beside={beside} onClose={close}>
      <p class="menu-title" dir="auto" aria-hidden="true">
        {store.titleOf(channel.id)}
      </p>
      {/* A disabled item keeps the places of the others. */}
      {isUnread ? (
        item("check", t("Mark read"), () => store.markAllRead(channel))
      ) : (
        <button type="button" aria-disabled>
          <LateIcon name="check" />
          {t("Mark read")}
        </button>
      )}
      <hr />
      {preference(isMuted ? "bell" : "bellOff", t(isMuted ? "Unmute" : "Mute"), {
        notify: isMuted ? "mentions" : "nothing",
      })}
      {preference("star", t(favourite ? "Remove from favourites" : "Add to favourites"), { favourite: !favourite })}
      {preference(hidden ? "eye" : "eyeOff", t(hidden ? "Show in the list" : "Hide"), { hidden: !hidden })}
      <hr />
      {item(
        "link",
        t("Copy link"),
        () => void copyText(messageLink(channel.id, store.person.value?.id ?? "", undefined)),
      )}
    </Popup>
  );
}
