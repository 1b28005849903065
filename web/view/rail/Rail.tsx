/** The favourites, the channels, then the direct conversations, alphabetical and stable, and oneself. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Channel } from "../../../worker/protocol/things.ts";
import { type Phrase, t } from "../../i18n/i18n.ts";
import { siteName } from "../../state/site-name.ts";
import type { Store } from "../../state/store.ts";
import { isBroken } from "../app/ConnectionStatus.tsx";
import { IconButton } from "../parts/IconButton.tsx";
import { Icon, Mark } from "../parts/icons.tsx";
import { isComposing } from "../parts/keys.ts";
import { lazy } from "../parts/lazy.tsx";
import { type SheetName, sheet } from "../parts/sheets.ts";
import { Avatar } from "../people/Avatar.tsx";
import { RailList } from "./RailList.tsx";
import { type RailRow, railRows } from "./rail-rows.ts";

const RailTools = lazy(async () => (await import("./RailTools.tsx")).RailTools);
const RailSearch = lazy(async () => (await import("./RailTools.tsx")).RailSearch);
const RailEdge = lazy(async () => (await import("./RailEdge.tsx")).RailEdge);
const ChannelMenu = lazy<ChannelMenuProps>(async () => (await import("./ChannelMenu.tsx")).ChannelMenu);

export type ChannelMenuProps = {
  readonly store: Store;
  readonly channel: Channel;
  readonly beside: DOMRect;
  /** The refusal of a choice. It is shown in place of the menu. */
  readonly why?: string;
  readonly onClose: () => void;
  readonly onRefused: (why: string) => void;
};

type SectionName = "Favourites" | "Channels" | "Direct messages";

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
  const [menu, setMenu] = useState<Pick<ChannelMenuProps, "channel" | "beside" | "why">>();
  useEffect(() => {
    if (isOpen) close.current?.focus();
    else if (wasOpen.current && isNowhere(document.activeElement))
      document.getElementById("open-conversations")?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  const you = store.person.value;
  const isDown = isBroken(store.directoryLink) || isBroken(store.channelLink);
  const isStopped = store.isStopped.value;
  const isLive = store.directoryLink.value.kind === "live" && !isDown && !isStopped;
  /** What is not needed to read is fetched after the messages. */
  const hasTime = store.site.value !== undefined || isDown;
  const [rail] = useState(() => railRows(store));
  const rows = rail.value;
  /** What is closed shows what is unread, and where one is; so do all while only unread ones are wanted. */
  const section = (
    name: SectionName,
    add?: { readonly name: "New channel" | "New direct message"; readonly sheet: SheetName },
  ) => {
    const isClosed = store.closedSections.value.has(name);
    const isBrief = isClosed || isUnreadOnly;
    return (
      <>
        <div class="rail-section">
          <h2>
            <button type="button" aria-expanded={!isClosed} onClick={() => store.toggleSection(name)}>
              {t(name satisfies Phrase)}
            </button>
          </h2>
          {add && (
            <IconButton name={t(add.name)} onClick={opens(add.sheet)}>
              <Icon name="plus" />
            </IconButton>
          )}
        </div>
        <RailList
          store={store}
          rows={rows.filter(
            (row) => sectionOf(row) === name && (row.isOpen || row.count > 0 || !(row.hidden || isBrief)),
          )}
          onLeave={onLeave}
          onMenu={setMenu}
        />
      </>
    );
  };
  return (
    <>
      <nav
        class="rail"
        aria-label={t("Conversations")}
        onKeyDown={(event) => {
          const isInDialog = event.target instanceof Element && event.target.closest("dialog");
          if (event.key !== "Escape" || isComposing(event) || isInDialog || !isOpen) return;
          event.preventDefault(); // the drawer alone closes
          onLeave();
        }}
      >
        <header class="rail-head">
          <Mark />
          <bdi class="rail-title">{siteName}</bdi>
          {hasTime && <RailTools store={store} onMenu={setMenu} />}
          <IconButton name={t("Close conversations")} ref={close} class="rail-close" onClick={onLeave}>
            <Icon name="close" />
          </IconButton>
        </header>
        <div class="rail-search-place">{hasTime && <RailSearch />}</div>
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
          {/* Sections that fill up would move what is below them. Some channel is always there: #general. */}
          {rows.length > 0 && (
            <>
              {rows.some(({ favourite, hidden, isOpen, count }) => favourite && (!hidden || isOpen || count > 0)) &&
                section("Favourites")}
              {section("Channels", { name: "New channel", sheet: "newChannel" })}
              {section("Direct messages", { name: "New direct message", sheet: "newDirect" })}
            </>
          )}
        </div>
        {you && (
          <footer class="rail-foot">
            <Avatar person={you} />
            <span class="rail-you">
              <bdi>{you.name}</bdi>
              {/* A connection that is quickly there shows neither a word nor a ring. */}
              <span class={isLive ? "rail-state" : isDown || isStopped ? "rail-state down" : "rail-state down late"}>
                {t(isLive ? "Online" : isDown ? "Reconnecting…" : isStopped ? "Disconnected" : "Connecting…")}
              </span>
            </span>
            <IconButton name={t("Settings")} onClick={opens("settings")}>
              <Icon name="settings" />
            </IconButton>
          </footer>
        )}
        {hasTime && <RailEdge />}
        {menu && (
          <ChannelMenu
            {...menu}
            store={store}
            onClose={() => setMenu(undefined)}
            onRefused={(why) => setMenu({ ...menu, why })}
          />
        )}
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

/** Conversations that are called by their people stand together. */
function sectionOf({ favourite, channel }: RailRow): SectionName {
  if (favourite) return "Favourites";
  return channel.kind !== "public" && channel.name === "" ? "Direct messages" : "Channels";
}

/** Whether the focus has fallen out of what is in sight: the drawer that held it is closed. */
function isNowhere(element: Element | null): boolean {
  return !element || element === document.body || element.closest(".rail") !== null;
}
