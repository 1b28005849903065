/** The favourites, the channels, then the direct conversations, alphabetical and stable, and oneself. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Channel } from "../../../worker/protocol/things.ts";
import { type Phrase, t } from "../../i18n/i18n.ts";
import { siteName } from "../../state/site-name.ts";
import type { Store } from "../../state/store.ts";
import { isBroken } from "../app/ConnectionStatus.tsx";
import { Icon, Mark } from "../parts/icons.tsx";
import { isComposing } from "../parts/keys.ts";
import { lazy } from "../parts/lazy.tsx";
import { type SheetName, sheet } from "../parts/sheets.ts";
import { Avatar } from "../people/Avatar.tsx";
import { ChannelLink } from "./ChannelLink.tsx";
import { shownUnread } from "./shown-unread.ts";

const RailTools = lazy(async () => (await import("./RailTools.tsx")).RailTools);
const ChannelMenu = lazy<ChannelMenuProps>(async () => (await import("./ChannelMenu.tsx")).ChannelMenu);

export type ChannelMenuProps = {
  readonly store: Store;
  readonly channel: Channel;
  readonly beside: DOMRect;
  readonly onClose: () => void;
};

type Props = {
  readonly store: Store;
  /** As a drawer, over the conversation. Where there is room the rail is always there. */
  readonly isOpen: boolean;
  /** The drawer is to close. */
  readonly onLeave: () => void;
};

export function Rail({ store, isOpen, onLeave }: Props) {
  const close = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  const [isUnreadOnly, setUnreadOnly] = useState(false);
  const [menu, setMenu] = useState<{ readonly channel: Channel; readonly beside: DOMRect }>();
  useEffect(() => {
    if (isOpen) close.current?.focus();
    else if (wasOpen.current && isNowhere(document.activeElement))
      document.getElementById("open-conversations")?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  const you = store.person.value;
  const all = [...store.channels.value.values()]
    .filter(isShown)
    .sort((a, b) => store.titleOf(a.id).localeCompare(store.titleOf(b.id)));

  function isShown(channel: Channel): boolean {
    if (store.open.value?.channelId === channel.id) return true;
    return !store.preferenceOf(channel.id).hidden && (!isUnreadOnly || isUnread(channel));
  }

  function isUnread(channel: Channel): boolean {
    return shownUnread(store, channel).count > 0;
  }

  const isFavourite = ({ id }: Channel) => store.preferenceOf(id).favourite;
  /** What is closed shows what is unread, and where one is. */
  const section = (
    name: "Favourites" | "Channels" | "Direct messages",
    channels: readonly Channel[],
    add?: { readonly name: "New channel" | "New direct message"; readonly sheet: SheetName },
  ) => {
    const isClosed = store.closedSections.value.has(name);
    return (
      <>
        <div class="rail-section">
          <h2>
            <button type="button" aria-expanded={!isClosed} onClick={() => store.toggleSection(name)}>
              {t(name satisfies Phrase)}
            </button>
          </h2>
          {add && (
            <button
              type="button"
              class="icon-button"
              aria-label={t(add.name)}
              title={t(add.name)}
              onClick={opens(add.sheet)}
            >
              <Icon name="plus" />
            </button>
          )}
        </div>
        <ul class="rail-list">
          {channels
            .filter((channel) => !isClosed || store.open.value?.channelId === channel.id || isUnread(channel))
            .map((channel) => (
              <ChannelLink
                key={channel.epoch}
                store={store}
                channel={channel}
                onLeave={onLeave}
                onMenu={(chosen, beside) => setMenu({ channel: chosen, beside })}
              />
            ))}
        </ul>
      </>
    );
  };
  const favourites = all.filter(isFavourite);
  const others = all.filter((channel) => !isFavourite(channel));
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
          {(store.site.value || isBroken(store.directoryLink)) && <RailTools store={store} />}
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
          <div class="rail-filters">
            <button type="button" aria-pressed={isUnreadOnly} onClick={() => setUnreadOnly(!isUnreadOnly)}>
              {t("Unreads")}
            </button>
            <button type="button" onClick={opens("browse")}>
              {t("Browse channels")}
            </button>
          </div>
          {store.unsent.value.length > 0 && (
            <button type="button" class="rail-link rail-unsent" onClick={opens("unsent")}>
              <Icon name="pencil" />
              <span class="rail-name">{t("Unsent messages")}</span>
              <span class="count">{store.unsent.value.length}</span>
            </button>
          )}
          {favourites.length > 0 && section("Favourites", favourites)}
          {section(
            "Channels",
            others.filter((channel) => !isWithPeople(channel)),
            { name: "New channel", sheet: "newChannel" },
          )}
          {section("Direct messages", others.filter(isWithPeople), { name: "New direct message", sheet: "newDirect" })}
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
              onClick={opens("settings")}
            >
              <Icon name="settings" />
            </button>
          </footer>
        )}
        {menu && <ChannelMenu {...menu} store={store} onClose={() => setMenu(undefined)} />}
      </nav>
      <button type="button" class="rail-scrim" tabIndex={-1} aria-hidden="true" onClick={onLeave} />
    </>
  );
}

function opens(name: SheetName): () => void {
  return () => {
    sheet.value = name;
  };
}

/** A direct conversation, or that of a group: it is called by its people. */
function isWithPeople({ kind, name }: Channel): boolean {
  return kind !== "public" && name === "";
}

/** Whether the focus has fallen out of what is in sight: the drawer that held it is closed. */
function isNowhere(element: Element | null): boolean {
  return !element || element === document.body || element.closest(".rail") !== null;
}
