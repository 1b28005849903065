/** One conversation in the rail: what it is, what is unread in it, and a menu at the right button or Shift F10. */
import { useEffect, useRef } from "preact/hooks";
import type { Channel } from "../../../worker/protocol/things.ts";
import { t } from "../../i18n/i18n.ts";
import { channelHref } from "../../state/route.ts";
import type { Store } from "../../state/store.ts";
import { Icon } from "../parts/icons.tsx";
import { shownUnread } from "./shown-unread.ts";

type Props = {
  readonly store: Store;
  readonly channel: Channel;
  readonly onLeave: () => void;
  /** Asks for the menu, beside the link. */
  readonly onMenu: (channel: Channel, beside: DOMRect) => void;
};

export function ChannelLink({ store, channel, onLeave, onMenu }: Props) {
  const isOpen = store.open.value?.channelId === channel.id;
  const isMuted = store.preferenceOf(channel.id).notify === "nothing";
  const { count: unread, isForYou } = shownUnread(store, channel);
  const title = store.titleOf(channel.id);
  const peer = channel.peer;
  const hasDraft = !isOpen && store.drafts.value.has(channel.epoch);
  const hasFailed = store.outbox.value.some(({ epoch, failure }) => failure !== undefined && epoch === channel.epoch);
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (isOpen) link.current?.scrollIntoView({ block: "nearest" });
  }, [isOpen]);
  const noteId = `unread-${channel.epoch}`;
  const presenceId = `presence-${channel.epoch}`;
  const isOnline = peer !== undefined && store.online.value.has(peer.id);
  const notes = [isOnline && presenceId, unread > 0 && noteId].filter(Boolean).join(" ");
  return (
    <li>
      <a
        ref={link}
        class={["rail-link", unread > 0 && "unread", isMuted && "muted"].filter(Boolean).join(" ")}
        href={channelHref(channel.id, store.person.value?.id)}
        aria-label={title}
        aria-current={isOpen ? "page" : undefined}
        aria-describedby={notes || undefined}
        onClick={onLeave}
        onContextMenu={(event) => {
          event.preventDefault();
          onMenu(channel, event.currentTarget.getBoundingClientRect());
        }}
      >
        {peer ? (
          <Presence id={presenceId} isOnline={isOnline} />
        ) : (
          <span class="hash" aria-hidden="true">
            {channel.kind === "public" ? "#" : <Icon name={title.startsWith("#") ? "lock" : "people"} />}
          </span>
        )}
        <bdi class="rail-name">{channel.name || title}</bdi>
        {hasFailed ? (
          <span class="rail-failed" role="img" aria-label={t("Not sent")} title={t("Not sent")}>
            !
          </span>
        ) : (
          hasDraft && <Icon name="pencil" />
        )}
        {unread > 0 && (
          <span class={isForYou ? "count for-you" : "count"} id={noteId}>
            {unread}
            <span class="visually-hidden"> {t(isForYou && !peer ? "unread, you are mentioned" : "unread")}</span>
          </span>
        )}
      </a>
    </li>
  );
}

/** Here or away: by shape as well as by colour. */
function Presence({ id, isOnline }: { readonly id: string; readonly isOnline: boolean }) {
  const words = t(isOnline ? "Online" : "Away");
  return (
    <span class={isOnline ? "presence online" : "presence"} title={words}>
      <span id={id} class="visually-hidden">
        {words}
      </span>
    </span>
  );
}
