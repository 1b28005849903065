/** One channel: what it is, what was said, and where to say something. */
import { useEffect, useRef } from "preact/hooks";
import type { Channel } from "../../../worker/protocol/things.ts";
import { rich, t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import { isBroken } from "../app/ConnectionStatus.tsx";
import { MessageList } from "../messages/MessageList.tsx";
import type { ShownList } from "../messages/message-commands.ts";
import { IconButton } from "../parts/IconButton.tsx";
import { Icon } from "../parts/icons.tsx";
import { lazy } from "../parts/lazy.tsx";
import { detailsTab } from "../parts/sheets.ts";
import { isTouch } from "../parts/touch.ts";
import { shownUnread } from "../rail/shown-unread.ts";

/** By then (ms) the composer is there: what else belongs to a conversation is fetched after it. */
const COMPOSER_MS = 500;

// Reading comes first: where one writes keeps its place until it is there.
const Composer = lazy(async () => (await import("../composer/Composer.tsx")).Composer);
const HeadTools = lazy(async () => (await import("./HeadTools.tsx")).HeadTools);
const TypingLine = lazy(async () => (await import("./TypingLine.tsx")).TypingLine);
const Companions = lazy(async () => (await import("./Companions.tsx")).Companions, { waitMs: COMPOSER_MS });
const Details = lazy(async () => (await import("../details/Details.tsx")).Details);

function toggleDetails(): void {
  if (getSelection()?.isCollapsed === false) return; // the name was selected, not clicked
  detailsTab.value = detailsTab.value ? undefined : "About";
}

/** Whether the channel takes messages of this person. */
function mayPost(store: Store, { posting, createdBy, kind }: Channel): boolean {
  if (posting !== "creator" || createdBy.id === store.person.value?.id) return true;
  return store.isOwner.value && kind === "public";
}

export function ConversationView({ store, onOpenRail }: { readonly store: Store; readonly onOpenRail: () => void }) {
  const conversation = store.open.value;
  const you = store.person.value;
  const heading = useRef<HTMLHeadingElement>(null);
  /** Any was: what works in all of them stays. */
  const wasWelcomed = useRef(false);
  const shown = useRef<ShownList>(null);
  const openId = conversation?.channelId;
  // On touch the composer is not focused, since that would bring up the keyboard: the heading tells where one is.
  useEffect(() => {
    if (isTouch()) heading.current?.focus();
  }, [openId]);
  // The details belong to the person who opened them.
  useEffect(
    () => () => {
      detailsTab.value = undefined;
    },
    [],
  );
  if (!conversation || !you) return null;
  const { channelId } = conversation;
  // Nothing that was typed or scrolled to is carried to another channel or another person.
  const place = `${you.id} ${channelId}`;
  const channel = store.channels.value.get(channelId);
  const title = store.titleOf(channelId);
  // What is not seen at first is fetched after the messages.
  const isWelcomed = conversation.epoch.value !== undefined;
  wasWelcomed.current ||= isWelcomed;
  const isWithPeople = !title.startsWith("#");
  const isLocked = !isWithPeople && channel?.kind === "private";
  const isUnreadElsewhere = [...store.channels.value.values()].some(
    (other) => other.id !== channelId && shownUnread(store, other).count > 0,
  );

  return (
    <div class="conversation">
      <header class="conversation-head">
        <IconButton
          name={t("Open conversations")}
          id="open-conversations"
          class="rail-open-button"
          onClick={onOpenRail}
        >
          <Icon name="menu" />
          {isUnreadElsewhere && <span class="dot" />}
        </IconButton>
        {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: for a pointer alone; keys have the button Details */}
        <div class="head-title" onClick={toggleDetails}>
          <h1 ref={heading} tabIndex={-1}>
            {isLocked && (
              <span class="hash">
                <Icon name="lock" />
              </span>
            )}
            <bdi>
              {!(isWithPeople || isLocked) && <span class="hash">#</span>}
              {isWithPeople ? title : title.slice(1)}
            </bdi>
          </h1>
          {channel?.topic && (
            <p class="topic" dir="auto" title={channel.topic}>
              {channel.topic}
            </p>
          )}
        </div>
        {isWelcomed && channel && <HeadTools store={store} conversation={conversation} />}
      </header>
      <MessageList key={`messages ${place}`} store={store} conversation={conversation} you={you} shown={shown} />
      {/* It has its place whether or not anyone types, so that nothing moves. */}
      <p class="typing">{conversation.typing.value.length > 0 && <TypingLine conversation={conversation} />}</p>
      <div class="composer-place">
        {channel && !mayPost(store, channel) ? (
          <p class="hint read-only">
            {rich("Only {name} can write here.", { name: <bdi>{store.nameOf(channel.createdBy)}</bdi> })}
          </p>
        ) : (
          (isWelcomed || isBroken(store.channelLink)) && (
            <Composer key={`composer ${place}`} store={store} conversation={conversation} />
          )
        )}
      </div>
      {(wasWelcomed.current || isBroken(store.channelLink)) && (
        <Companions store={store} conversation={conversation} shown={shown} />
      )}
      {detailsTab.value && (
        <Details key={`details ${place}`} store={store} conversation={conversation} tab={detailsTab.value} />
      )}
    </div>
  );
}
