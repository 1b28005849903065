/** One conversation in the rail: what it is, what is unread in it, and a menu at the right button or Shift F10. */
import { useEffect, useRef } from "preact/hooks";
import type { Channel } from "../../../worker/protocol/things.ts";
import { t } from "../../i18n/i18n.ts";
import { channelHref } from "../../state/route.ts";
import type { Store } from "../../state/store.ts";
import { Icon } from "../parts/icons.tsx";
import { Faces } from "../people/Faces.tsx";
import type { RailRow } from "./rail-rows.ts";

export type ChannelLinkActions = {
  readonly onLeave: () => void;
  /** Asks for the menu, beside the link. */
  readonly onMenu: (menu: { readonly channel: Channel; readonly beside: DOMRect }) => void;
};

type Props = ChannelLinkActions & { readonly store: Store; readonly row: RailRow };

/** Signals see to it that a link whose row is the same is not drawn again. */
export function ChannelLink({ store, row, onLeave, onMenu }: Props) {
  const { channel, title, isOpen, notify, isOnline, count: unread, isForYou, hasDraft, hasFailed } = row;
  const peer = channel.peer;
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (isOpen) link.current?.scrollIntoView({ block: "nearest" });
  }, [isOpen]);
  const noteId = `unread-${channel.epoch}`;
  const presenceId = `presence-${channel.epoch}`;
  const notes = [isOnline && presenceId, unread > 0 && noteId].filter(Boolean).join(" ");
  return (
    <li>
      <a
        ref={link}
        class={["rail-link", unread > 0 && "unread", notify === "nothing" && "muted"].filter(Boolean).join(" ")}
        href={channelHref(channel.id, store.person.value?.id)}
        aria-label={title}
        aria-current={isOpen ? "page" : undefined}
        aria-describedby={notes || undefined}
        onClick={onLeave}
        onContextMenu={(event) => {
          event.preventDefault();
          onMenu({ channel, beside: event.currentTarget.getBoundingClientRect() });
        }}
      >
        {title.startsWith("#") ? (
          <span class="hash" aria-hidden="true">
            {channel.kind === "public" ? "#" : <Icon name="lock" />}
          </span>
        ) : (
          <Faces channel={channel} you={store.person.value?.id} isOnline={isOnline} id={presenceId} />
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
          // The style sheet draws the number, so that the text one sees is the link's name.
          <span class={isForYou ? "count for-you" : "count"} data-count={unread}>
            <span id={noteId} class="visually-hidden">
              {unread} {t(isForYou && !peer ? "unread, you are mentioned" : "unread")}
            </span>
          </span>
        )}
      </a>
    </li>
  );
}
