/** The channels, then the direct conversations, alphabetical and stable, and oneself. */
import { useEffect, useRef } from "preact/hooks";
import type { Channel } from "../../../worker/protocol/things.ts";
import { t } from "../../i18n/i18n.ts";
import { channelHref } from "../../state/route.ts";
import { siteName } from "../../state/site-name.ts";
import type { Store } from "../../state/store.ts";
import { isBroken } from "../app/ConnectionStatus.tsx";
import { Icon, Mark } from "../parts/icons.tsx";
import { isComposing } from "../parts/keys.ts";
import { lazy } from "../parts/lazy.tsx";
import { type SheetName, sheet } from "../parts/sheets.ts";
import { Avatar } from "../people/Avatar.tsx";

const RailTools = lazy(async () => (await import("./RailTools.tsx")).RailTools);

type Props = {
  readonly store: Store;
  readonly onNewChannel: () => void;
  readonly onNewDirect: () => void;
  readonly onSettings: () => void;
  readonly onUnsent: () => void;
  /** As a drawer, over the conversation. Where there is room the rail is always there. */
  readonly isOpen: boolean;
  /** The drawer is to close. */
  readonly onLeave: () => void;
};

export function Rail({ store, isOpen, onNewChannel, onNewDirect, onSettings, onUnsent, onLeave }: Props) {
  const close = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    if (isOpen) close.current?.focus();
    else if (wasOpen.current && isNowhere(document.activeElement))
      document.getElementById("open-conversations")?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  const you = store.person.value;
  const all = [...store.channels.value.values()].sort((a, b) => store.titleOf(a.id).localeCompare(store.titleOf(b.id)));
  const isShown = ({ id }: Channel) => store.preferenceOf(id).hidden !== true || store.open.value?.channelId === id;
  const isFavourite = ({ id }: Channel) => store.preferenceOf(id).favourite === true;
  const favourites = all.filter((channel) => isFavourite(channel) && isShown(channel));
  const links = (isWanted: (channel: Channel) => boolean) =>
    all
      .filter((channel) => isWanted(channel) && isShown(channel))
      .map((channel) => <ChannelLink key={channel.epoch} store={store} channel={channel} onLeave={onLeave} />);
  return (
    <>
      <nav
        class="rail"
        aria-label={t("Conversations")}
        onKeyDown={(event) => event.key === "Escape" && !isComposing(event) && onLeave()}
      >
        <header class="rail-head">
          <Mark />
          <bdi class="rail-title">{siteName}</bdi>
          {(store.site.value || isBroken(store.directoryLink)) && <RailTools />}
          <button
            ref={close}
            type="button"
            class="icon-button rail-close"
            aria-label={t("Close conversations")}
            onClick={onLeave}
          >
            <Icon name="close" />
          </button>
        </header>
        <div class="rail-lists">
          {store.unsent.value.length > 0 && (
            <button type="button" class="rail-link rail-unsent" onClick={onUnsent}>
              <Icon name="pencil" />
              <span class="rail-name">{t("Unsent messages")}</span>
              <span class="count">{store.unsent.value.length}</span>
            </button>
          )}
          {favourites.length > 0 && (
            <>
              <div class="rail-section">
                <h2>{t("Favourites")}</h2>
              </div>
              <ul class="rail-list">{links(isFavourite)}</ul>
            </>
          )}
          <div class="rail-section">
            <h2>{t("Channels")}</h2>
            <button
              type="button"
              class="icon-button"
              aria-label={t("New channel")}
              title={t("New channel")}
              onClick={onNewChannel}
            >
              <Icon name="plus" />
            </button>
          </div>
          <button type="button" class="rail-link" onClick={() => openSheet("browse")}>
            <span class="rail-name">{t("Browse channels")}</span>
          </button>
          <ul class="rail-list">{links((channel) => !isWithPeople(channel) && !isFavourite(channel))}</ul>
          <div class="rail-section">
            <h2>{t("Direct messages")}</h2>
            <button
              type="button"
              class="icon-button"
              aria-label={t("New direct message")}
              title={t("New direct message")}
              onClick={onNewDirect}
            >
              <Icon name="plus" />
            </button>
          </div>
          <ul class="rail-list">{links((channel) => isWithPeople(channel) && !isFavourite(channel))}</ul>
        </div>
        {you && (
          <footer class="rail-foot">
            <Avatar person={you} />
            <bdi class="rail-you">{you.name}</bdi>
            {!store.isConnected.value && <span class="rail-down" title={t("The connection is down")} />}
            <button
              type="button"
              class="icon-button"
              aria-label={t("Settings")}
              title={t("Settings")}
              onClick={onSettings}
            >
              <Icon name="settings" />
            </button>
          </footer>
        )}
      </nav>
      <button type="button" class="rail-scrim" tabIndex={-1} aria-hidden="true" onClick={onLeave} />
    </>
  );
}

/** A direct conversation, or that of a group: it is called by its people. */
function isWithPeople({ kind, name }: Channel): boolean {
  return kind !== "public" && name === "";
}

function openSheet(name: SheetName): void {
  sheet.value = name;
}

const NOTHING = { count: 0, isForYou: false };

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

/** Whether the focus has fallen out of what is in sight: the drawer that held it is closed. */
function isNowhere(element: Element | null): boolean {
  return !element || element === document.body || element.closest(".rail") !== null;
}

function ChannelLink({ store, channel, onLeave }: { store: Store; channel: Channel; onLeave: () => void }) {
  const isOpen = store.open.value?.channelId === channel.id;
  const isMuted = store.preferenceOf(channel.id).notify === "nothing";
  const isSilent = isMuted || (isOpen && document.hasFocus());
  const { count: unread, isForYou } = isSilent ? NOTHING : store.unreadOf(channel);
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
      >
        {peer ? (
          <Presence id={presenceId} isOnline={isOnline} />
        ) : (
          <span class="hash" aria-hidden="true">
            {channel.kind === "public" ? "#" : <Icon name={isWithPeople(channel) ? "people" : "lock"} />}
          </span>
        )}
        <bdi class="rail-name">{isWithPeople(channel) ? title : channel.name}</bdi>
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
