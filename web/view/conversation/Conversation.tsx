/** One channel: what it is, what was said, and where to say something. */
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../../i18n/i18n.ts";
import type { Store } from "../../state/store.ts";
import { isBroken } from "../app/ConnectionStatus.tsx";
import { MessageList } from "../messages/MessageList.tsx";
import { Icon } from "../parts/icons.tsx";
import { lazy } from "../parts/lazy.tsx";
import { isTouch } from "../parts/touch.ts";

// Reading comes first: where one writes keeps its place until it is there.
const Composer = lazy(async () => (await import("../composer/Composer.tsx")).Composer);
const TypingLine = lazy(async () => (await import("./TypingLine.tsx")).TypingLine);
const Companions = lazy(async () => (await import("./Companions.tsx")).Companions);
const People = lazy(async () => (await import("../people/People.tsx")).People);
const ChannelMenu = lazy(async () => (await import("./ChannelMenu.tsx")).ChannelMenu);

export function ConversationView({ store, onOpenRail }: { readonly store: Store; readonly onOpenRail: () => void }) {
  const conversation = store.open.value;
  const you = store.person.value;
  const heading = useRef<HTMLHeadingElement>(null);
  /** Any was: what works in all of them stays. */
  const wasWelcomed = useRef(false);
  const openId = conversation?.channelId;
  const [arePeopleShown, setPeopleShown] = useState(false);
  // On touch the composer is not focused, since that would bring up the keyboard: the heading tells where one is.
  useEffect(() => {
    if (isTouch()) heading.current?.focus();
  }, [openId]);
  if (!conversation || !you) return null;
  const { channelId } = conversation;
  // Nothing that was typed or scrolled to is carried to another channel or another person.
  const place = `${you.id} ${channelId}`;
  const channel = store.channels.value.get(channelId);
  const { count, people } = conversation.here.value;
  const title = store.titleOf(channelId);
  // What is not seen at first is fetched after the messages.
  const isWelcomed = conversation.epoch.value !== undefined;
  wasWelcomed.current ||= isWelcomed;
  const isDirect = !title.startsWith("#");
  const isUnreadElsewhere = [...store.channels.value.values()].some(
    (other) => other.id !== channelId && store.unreadOf(other).count > 0,
  );
  return (
    <div class="conversation">
      <header class="conversation-head">
        <button
          type="button"
          id="open-conversations"
          class="icon-button rail-open-button"
          aria-label={t("Open conversations")}
          onClick={onOpenRail}
        >
          <Icon name="menu" />
          {isUnreadElsewhere && <span class="dot" />}
        </button>
        <div class="head-title">
          <h1 ref={heading} tabIndex={-1}>
            <bdi>
              {isDirect ? (
                title
              ) : (
                <>
                  <span class="hash">#</span>
                  {channelId}
                </>
              )}
            </bdi>
          </h1>
          {channel?.topic && (
            <p class="topic" dir="auto" title={channel.topic}>
              {channel.topic}
            </p>
          )}
        </div>
        {count > 0 && !isDirect && store.isConnected.value && (
          <button
            type="button"
            class="here"
            title={people.map(({ name }) => name).join(", ")}
            aria-expanded={arePeopleShown}
            onClick={() => setPeopleShown(!arePeopleShown)}
          >
            <Icon name="people" />
            {t("{n} here", { n: count })}
          </button>
        )}
        {isWelcomed && channel && !isDirect && <ChannelMenu store={store} channel={channel} />}
      </header>
      <MessageList key={`messages ${place}`} store={store} conversation={conversation} you={you} />
      {/* It has its place whether or not anybody types, so that nothing moves. */}
      <p class="typing">{conversation.typing.value.length > 0 && <TypingLine conversation={conversation} />}</p>
      <div class="composer-place">
        {(isWelcomed || isBroken(store.channelLink)) && (
          <Composer key={`composer ${place}`} store={store} conversation={conversation} />
        )}
      </div>
      {wasWelcomed.current && <Companions store={store} conversation={conversation} />}
      {arePeopleShown && !isDirect && (
        <People
          key={`people ${place}`}
          store={store}
          conversation={conversation}
          onClose={() => setPeopleShown(false)}
        />
      )}
    </div>
  );
}
